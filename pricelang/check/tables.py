"""The columns of tables, and the origins and days of their rows."""

from __future__ import annotations

from functools import partial

from attrs import evolve

from pricelang.check.cells import column_help
from pricelang.check.draft import Draft
from pricelang.model import book as m
from pricelang.present.text import help_for, nearest
from pricelang.syntax import tree as t
from pricelang.syntax.date_habits import date_help


def header_names(table: t.TableOfCells) -> list[str]:
    """The names in the first row of a table, "" for what is no name."""
    return [
        cell.value.text if isinstance(cell.value, t.Name) else "" for cell in table.header.cells
    ]


def columns_of(
    draft: Draft,
    table: t.TableOfCells,
    needed: tuple[str, ...],
    optional: tuple[str, ...] | None = None,
) -> dict[str, int] | None:
    """The columns of a table by name, None after a fault that leaves no table.

    Any name is a column where `optional` is None.
    """
    names = header_names(table)
    allowed = needed + (optional or ())
    unknown = False
    for number, (name, cell) in enumerate(zip(names, table.header.cells, strict=True)):
        if optional is not None and name not in allowed:
            help = column_help(name, allowed) or help_for(name, allowed, "columns")
            draft.fault("table", f"unknown column `{name}`", cell.span, help)
            unknown = True
        elif name in names[:number]:
            first = table.header.cells[names.index(name)].span
            message = f"column `{name}` appears twice"
            draft.fault("twice", message, cell.span, None, (first, "first here"))
            if optional is None:
                return None
    missing = [name for name in needed if name not in names]
    if missing and not unknown:
        _no_column(draft, table, missing[0], names)
    return None if missing else {name: names.index(name) for name in names}


def _no_column(draft: Draft, table: t.TableOfCells, missing: str, names: list[str]) -> None:
    """The fault of a column that a table needs, under the name that was meant for it."""
    message, span = f"the table has no column `{missing}`", table.header.span
    near = nearest(missing, names, most=1)
    meant = [name for name in names if (column_help(name) or "").startswith(f"write `{missing}`")]
    if near or meant:
        span = table.header.cells[names.index((near or meant)[0])].span
    help = f"did you mean `{missing}`?" if near else "it reads like `| model | from | input |`"
    draft.fault("table", message, span, column_help(meant[0]) if meant and not near else help)


def day_in(draft: Draft, row: t.Row, columns: dict[str, int], column: str) -> int | None:
    """The day in an optional column of a row, in UTC seconds; only `released` may not be blank."""
    if column not in columns:
        return None
    cell = row.cells[columns[column]]
    if isinstance(cell.value, t.Date):
        return cell.value.seconds
    if cell.kind != "blank" or column == "released":
        no_day(draft, cell, column)
    return None


def no_day(draft: Draft, cell: t.Cell, column: str) -> None:
    """The fault of a cell that is no day, where a column takes one."""
    if cell.kind == "blank":
        draft.fault("table", f"this row has no `{column}`", cell.span)
        return
    row, at = draft.row(cell.span), cell.span.column
    draft.fault("table", f"the column `{column}` takes a day", cell.span, partial(_day, row, at))


def _day(row: str, column: int) -> str:
    return date_help(row, column) or "write a day as `2026-07-24`"


def row_origin(draft: Draft, row: t.Row, columns: dict[str, int], endings: t.Endings) -> m.Origin:
    """The origin of a row, whose own `see` and `unsure` cells come before the table's."""
    see, unsure = endings.see, endings.unsure
    for column in ("see", "unsure"):
        cell = row.cells[columns[column]] if column in columns else None
        if cell is None or cell.kind == "blank":
            continue
        if column == "see" and isinstance(cell.value, t.Name):
            see = cell.value
        elif column == "unsure" and isinstance(cell.value, t.Text):
            unsure = cell.value
        else:
            kind = "a source" if column == "see" else "a string"
            draft.fault("table", f"the column `{column}` takes {kind}", cell.span)
    if see is not endings.see or unsure is not endings.unsure:
        endings = evolve(endings, see=see, unsure=unsure)
    return draft.origin(row.span, endings)
