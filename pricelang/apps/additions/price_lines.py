"""Rows of prices for a model from a day: the last ones of a model like it, with the prices that are
given, and `derived` for what follows from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from attrs import field, frozen

from pricelang.apps.additions.edited_book import AdditionFault, EditedBook, TextEdit
from pricelang.apps.additions.table_rows import (
    FROM,
    MODEL,
    SEE,
    UNSURE,
    as_row,
    cell_of,
    columns_of,
    quoted_text,
    rows_of,
    start_of,
    texts_like,
)
from pricelang.model.instants import seconds_of
from pricelang.present.decimals import money
from pricelang.syntax import tree as t


@frozen
class NewPrices:
    """Prices of a model from a day, each for the unit in which its table is written; where they are
    from, and what is doubtful about them.
    """

    model: str
    start: str
    amounts: Mapping[str, Fraction] = field(factory=dict)
    see: str = ""
    unsure: str = ""


def price_lines(book: EditedBook, new: NewPrices, like: str, currency: str) -> list[TextEdit]:
    """The rows for prices, like those of a model. Raises `AdditionFault`."""
    derived = _derived(book)
    edits: list[TextEdit] = []
    left = dict.fromkeys(new.amounts)
    for statement, row in _last_rows(book, like, seconds_of(new.start)):
        columns = columns_of(statement.table)
        for meter in columns:
            left.pop(meter, None)
        cells = {MODEL: new.model, FROM: new.start}
        moved = new.model == like and not set(columns) & _moving(derived, new.amounts)
        if moved:
            continue  # nothing of this row changes
        for meter in columns:
            cell = cell_of(statement.table, row, meter)
            if meter in new.amounts:
                cells[meter] = money(new.amounts[meter], currency)
            elif cell is not None and cell.kind == "money" and derived.get(meter) in new.amounts:
                cells[meter] = "derived"
        kept = _moving(derived, new.amounts) if new.model == like else set()
        edits.append(_row_edit(book, statement, row, cells, new, kept))
    if left:
        raise AdditionFault(
            f"no table of prices has a row of `{like}` with the meter `{next(iter(left))}` "
            f"up to {new.start}"
        )
    if not edits:
        raise AdditionFault(f"no table of prices has a row of `{like}`")
    return edits


def _moving(derived: Mapping[str, str], amounts: Mapping[str, Fraction]) -> set[str]:
    """The meters whose price changes with some others."""
    return {*amounts, *(meter for meter, of in derived.items() if of in amounts)}


def _derived(book: EditedBook) -> dict[str, str]:
    """The meters that are derived, each with what it is derived from."""
    return {
        statement.meter.text: statement.of.text
        for statement in book.statements()
        if isinstance(statement, t.Derive)
    }


def _last_rows(book: EditedBook, model: str, at: int) -> Iterator[tuple[t.Rates, t.Row]]:
    """For each meter of a model the row that prices it last by an instant; each row once."""
    last: dict[str, tuple[int, t.Rates, t.Row]] = {}
    for statement in book.statements():
        if not isinstance(statement, t.Rates) or statement.announced is not None:
            continue
        for row in rows_of(statement.table, model):
            start = start_of(statement.table, row)
            for column in columns_of(statement.table):
                cell = cell_of(statement.table, row, column)
                if cell is None or cell.kind not in ("money", "derived", "not_offered"):
                    continue
                if start <= at and (column not in last or start >= last[column][0]):
                    last[column] = (start, statement, row)
    seen: set[int] = set()
    for _, statement, row in last.values():
        if row.span.line not in seen:
            seen.add(row.span.line)
            yield statement, row


def _row_edit(
    book: EditedBook,
    statement: t.Rates,
    row: t.Row,
    cells: Mapping[str, str],
    new: NewPrices,
    kept: set[str],
) -> TextEdit:
    """A row below that of its like; in a table of its own where the one it is like says another
    source or doubt for all of its rows, with the columns of `kept` meters.
    """
    columns = columns_of(statement.table)
    endings = statement.endings
    whole_see = endings.see.text if endings.see is not None else ""
    whole_doubt = endings.unsure.text if endings.unsure is not None else ""
    given = {
        **({SEE: new.see} if SEE in columns and new.see else {}),
        **({UNSURE: quoted_text(new.unsure) if new.unsure else ""} if UNSURE in columns else {}),
    }
    fits_see = SEE in columns or new.see in ("", whole_see)
    fits_doubt = not whole_doubt if UNSURE in columns else new.unsure == whole_doubt
    texts = texts_like(book, statement.table, row, {**cells, **given})
    if fits_see and fits_doubt:
        return TextEdit.below(row.span, as_row(texts.values()))
    number = f"{statement.per.number.written} " if statement.per.number is not None else ""
    own = [f"rates per {number}{statement.per.unit.text}"]
    if new.unsure and UNSURE not in columns:
        own.append(f"unsure {quoted_text(new.unsure)}")
    see = new.see or whole_see
    if see and SEE not in columns:
        own.append(f"see {see}")
    shown = {
        column: text
        for column, text in texts.items()
        if not kept or column in {MODEL, FROM, SEE, UNSURE, *kept}
    }
    rows = [" ".join(own), as_row(shown), as_row(shown.values())]
    return TextEdit.below(statement.span, "\n".join(["", *rows]))
