"""Rows of prices for a model from a day: the last ones of a model like it, with the prices that are
given, and `derived` for what follows from them.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
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
    cell_text,
    columns_of,
    quoted_text,
    rate_rows,
    start_of,
    texts_like,
)
from pricelang.model.instants import seconds_of, written
from pricelang.present.decimals import money
from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import Span

_PRICED = frozenset(("money", "derived", "not_offered"))
"""The kinds of cells that say what a meter costs."""


@frozen
class NewPrices:
    """Prices of a model from a day; where they are from, and what is doubtful about them. Each is
    for the unit in which its table is written, or for as many of its meter as `sizes` says.
    """

    model: str
    start: str
    amounts: Mapping[str, Fraction] = field(factory=dict)
    see: str = ""
    unsure: str = ""
    sizes: Mapping[str, Fraction] = field(factory=dict)


def price_lines(book: EditedBook, new: NewPrices, like: str, currency: str) -> list[TextEdit]:
    """The rows for prices, like those of a model: below its last ones, or instead of those that
    begin on the same day. Raises `AdditionFault`.
    """
    derived = derivations(book)
    edits: list[TextEdit] = []
    left, found = dict.fromkeys(new.amounts), False
    moving = _moving(derived, new.amounts)
    for statement, row, meters in _last_rows(book, like, seconds_of(new.start)):
        found = True
        for meter in meters:
            left.pop(meter, None)
        if new.model == like and not meters & moving:
            continue  # nothing of this row changes
        cells = {MODEL: new.model, FROM: new.start}
        given = _for_table(book, new, row, meters)
        for meter in columns_of(statement.table):
            cell = cell_of(statement.table, row, meter)
            if meter in given:
                cells[meter] = money(given[meter], currency)
                if new.model == like and cell is not None and _is(cell, given[meter]):
                    book.remarks.append(f"`{meter}` of `{like}` is {cells[meter]} already")
            elif cell is not None and cell.kind == "money" and derived.get(meter) in new.amounts:
                cells[meter] = "derived"
        kept = meters & moving if new.model == like else meters
        edits += _row_edits(book, statement, row, cells, new, meters, kept)
    if new.model == like:
        book.remarks += _later_rows(book, new)
    if left or not found:
        meter = f" with the meter `{next(iter(left))}`" if left else ""
        raise AdditionFault(f"no table of prices has a row of `{like}`{meter} up to {new.start}")
    return edits


def _later_rows(book: EditedBook, new: NewPrices) -> Iterator[str]:
    """What is said of prices of the same meters from a later day on, which stay as they are."""
    for statement, row, start in rate_rows(book, new.model):
        for meter in new.amounts if start > seconds_of(new.start) else ():
            cell = cell_of(statement.table, row, meter)
            if cell is not None and cell.kind == "money":
                yield (
                    f"`{meter}` of `{new.model}` has a price from {written(start)} on too, "
                    f"which stays ({row.span.file}:{row.span.line})"
                )


def _is(cell: t.Cell, amount: Fraction) -> bool:
    return isinstance(cell.value, t.Money) and cell.value.value == amount


def _for_table(
    book: EditedBook, new: NewPrices, row: t.Row, columns: Iterable[str]
) -> dict[str, Fraction]:
    """The amounts for the unit in which the table of a row is written."""
    found = {meter: new.amounts[meter] for meter in columns if meter in new.amounts}
    if not new.sizes:
        return found
    compiled, place = book.compiled(), (row.span.file, row.span.line)
    for price in compiled.prices:
        meter = compiled.meters[price.meter]
        if meter.name in found and (price.origin.file, price.origin.line) == place:
            found[meter.name] *= price.size / new.sizes[meter.name]
    return found


def _moving(derived: Mapping[str, str], amounts: Mapping[str, Fraction]) -> set[str]:
    """The meters whose price changes with some others."""
    return {*amounts, *(meter for meter, of in derived.items() if of in amounts)}


def derivations(book: EditedBook) -> dict[str, str]:
    """The meters that are derived, each with what it is derived from."""
    return {
        statement.meter.text: statement.of.text
        for statement in book.statements()
        if isinstance(statement, t.Derive)
    }


def _last_rows(book: EditedBook, model: str, at: int) -> Iterator[tuple[t.Rates, t.Row, set[str]]]:
    """The rows that price a model last by an instant, each with the meters that it prices so."""
    last: dict[str, tuple[int, t.Rates, t.Row]] = {}
    for statement, row, start in rate_rows(book, model):
        for column in columns_of(statement.table) if start <= at else ():
            cell = cell_of(statement.table, row, column)
            if cell is None or cell.kind not in _PRICED:
                continue
            if column not in last or start >= last[column][0]:
                last[column] = (start, statement, row)
    meters: dict[Span, set[str]] = {}
    for column, (_, _, row) in last.items():
        meters.setdefault(row.span, set()).add(column)
    for _, statement, row in last.values():
        if row.span in meters:
            yield statement, row, meters.pop(row.span)


def _row_edits(
    book: EditedBook,
    statement: t.Rates,
    row: t.Row,
    cells: Mapping[str, str],
    new: NewPrices,
    meters: set[str],
    kept: set[str],
) -> Iterator[TextEdit]:
    """A row below that of its like, or instead of one that begins on the same day; in a table of
    its own, with the columns of `kept` meters, where the one it is like says another source or
    doubt for all of its rows, or prices more than the `meters` that it is the last to price.
    """
    table = statement.table
    texts = _row_texts(book, statement, row, cells, new)
    is_same_model = cells[MODEL] == cell_text(table, row, MODEL)
    again = is_same_model and start_of(table, row) == seconds_of(new.start)
    if _fits(statement, row, new, meters):
        yield (
            TextEdit.row(row.span, as_row(texts.values()))
            if again
            else TextEdit.below(row.span, as_row(texts.values()))
        )
        return
    if again:  # the row leaves its table, whole
        yield (
            TextEdit.row(row.span, None)
            if len(table.rows) > 1
            else TextEdit.instead(statement.span, "")
        )
    shown = {
        column: text
        for column, text in texts.items()
        if again or column in {MODEL, FROM, SEE, UNSURE, *kept}
    }
    head = _head(statement, new, columns_of(table), _said(statement)[0])
    rows = [head, as_row(shown), as_row(shown.values())]
    yield TextEdit.below(statement.span, "\n".join(["", *rows]))


def _said(statement: t.Rates) -> tuple[str, str]:
    """The source and the doubt of all rows of a table; empty where it says none."""
    see, doubt = statement.endings.see, statement.endings.unsure
    return see.text if see is not None else "", doubt.text if doubt is not None else ""


def _row_texts(
    book: EditedBook, statement: t.Rates, row: t.Row, cells: Mapping[str, str], new: NewPrices
) -> dict[str, str]:
    """The cells of the new row, like those of a row; a source that it takes over is remarked."""
    columns = columns_of(statement.table)
    given = {
        **({SEE: new.see} if SEE in columns and new.see else {}),
        **({UNSURE: quoted_text(new.unsure) if new.unsure else ""} if UNSURE in columns else {}),
    }
    texts = texts_like(book, statement.table, row, {**cells, **given})
    inherited = texts.get(SEE) or _said(statement)[0]
    if inherited and not new.see:
        book.remarks.append(
            f"no source is named for the new row of `{new.model}`: it says `{inherited}`, as that "
            f"at {row.span.file}:{row.span.line} does"
        )
    return texts


def _fits(statement: t.Rates, row: t.Row, new: NewPrices, meters: set[str]) -> bool:
    """Decides whether a new row can stand in the table of a row that is the last to price `meters`:
    it says no other source or doubt, and the row prices nothing else.
    """
    columns = columns_of(statement.table)
    see, doubt = _said(statement)
    fits_see = SEE in columns or new.see in ("", see)
    fits_doubt = not doubt if UNSURE in columns else new.unsure == doubt
    return (
        fits_see
        and fits_doubt
        and not any(
            cell.kind in _PRICED and column not in meters
            for column, cell in zip(columns, row.cells, strict=True)
        )
    )


def _head(statement: t.Rates, new: NewPrices, columns: Container[str], whole_see: str) -> str:
    """The first line of a table of its own."""
    number = f"{statement.per.number.written} " if statement.per.number is not None else ""
    parts = [f"rates per {number}{statement.per.unit.text}"]
    if new.unsure and UNSURE not in columns:
        parts.append(f"unsure {quoted_text(new.unsure)}")
    if (new.see or whole_see) and SEE not in columns:
        parts.append(f"see {new.see or whole_see}")
    return " ".join(parts)
