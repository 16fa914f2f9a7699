"""What a price leaves behind for the quick way:
the rates of its combination, with the text around the amounts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pricelang.api import Book
from pricelang.cli.answers import Answer
from pricelang.cli.options import Input
from pricelang.cli.request import request_grid
from pricelang.evaluate.bill import Bill
from pricelang.evaluate.limits import RequestLimit, limits_of
from pricelang.evaluate.line_rates import Rate
from pricelang.model import book as m
from pricelang.model.columns import columns_of
from pricelang.model.instants import written
from pricelang.model.units import plural
from pricelang.present.decimals import plain, scaled
from pricelang.quick.rates import Line, Rates, keep_rates, slot_of
from pricelang.quick.request import plain_count
from pricelang.usage.request_flags import DEFAULT_BOOK, DIMENSIONS, METERS


def leave_rates(book: Book, given: Input, answer: Answer) -> None:
    """Keeps the rates of the one record that was asked for,
    if the quick way could have asked for it and its amount is a plain sum.
    """
    bill, record = answer.bill, answer.record
    if bill is None or record is None or given.book != DEFAULT_BOOK or book.content is None:
        return
    if any(note.code == "long_window" for note in bill.notes):
        return  # a shorter request like it has the plain window
    if (
        record.format != "canonical"
        or record.notes
        or len(record.parts) != 1
        or len(bill.parts) != 1
    ):
        return
    (part,), (priced,) = record.parts, bill.parts
    model, at = part.model or given.model, part.at or given.at
    dimensions = {**given.dimensions, **part.dimensions}
    usage = {
        name: plain_count(int(uses[0])) or 0
        for name, uses in priced.usage.items()
        if len(uses) == 1 and uses[0] == int(uses[0])
    }
    if (
        model not in book.names
        or model is None
        or part.kind != "single"
        or set(dimensions) - set(DIMENSIONS)
        or set(usage) - set(METERS)
    ):
        return
    if len(usage) < len(priced.usage) or not all(usage.values()):
        return
    rates = _rates(book.checked, bill, usage)
    slot = slot_of(
        model, at if at is not None else written(priced.at), at is not None, dimensions, list(usage)
    )
    key, files = book.content
    if rates is not None and slot is not None and files:
        keep_rates(slot, rates, key, files, usage)


def _rates(book: m.Book, bill: Bill, usage: Mapping[str, int]) -> Rates | None:
    """The rates of a bill, or None where an amount is more than a rate times a quantity."""
    (priced,) = bill.parts
    cell = priced.cell
    if bill.bounds is not None or cell.coefficients is None or set(usage) - set(cell.coefficients):
        return None
    sides = _sides(book, usage, limits_of(book).at(cell.point, priced.at))
    grid = request_grid(bill)
    if sides is None or len(bill.lines) != len(usage) or len(grid.rows) != len(usage) + 1:
        return None
    lines = {}
    for name, line, row in zip(usage, bill.lines, grid.rows, strict=False):
        rate, coefficient = cell.rates[name], cell.coefficients[name]
        if (
            not isinstance(rate, Rate)
            or line.meter != name
            or plain(line.amount) != plain(scaled(coefficient * usage[name], cell.places))
        ):
            return None
        lines[name] = Line(
            coefficient, line.to_dict(), (rate.meter.unit, plural(rate.meter.unit)), row[3], row[4]
        )
    total = sum(line.coefficient * usage[name] for name, line in lines.items())
    if plain(scaled(total, cell.places)) != plain(bill.total):
        return None
    return Rates(
        cell.model.name,
        grid.title,
        bill.currency,
        cell.places,
        [note.to_dict() for note in bill.notes],
        columns_of(book, usage),
        sides,
        lines,
    )


def _sides(
    book: m.Book, usage: Mapping[str, int], most: Iterable[RequestLimit]
) -> list[tuple[list[str], int | None, int | None]] | None:
    """Between which limits of each threshold sum the quantities lie,
    and what one request has at most; None where a limit is no whole number.
    """
    found: list[tuple[list[str], int | None, int | None]] = [
        (list(limit.meters), None, limit.most) for limit in most
    ]
    for summed in book.sums:
        if any(limit.denominator != 1 for limit in summed.limits):
            return None
        meters = [book.meters[index].name for index in summed.meters]
        limits = [int(limit) for limit in summed.limits]
        amount = sum(usage.get(name, 0) for name in meters)
        over = max((limit for limit in limits if amount > limit), default=None)
        found.append(
            (meters, over, min((limit for limit in limits if amount <= limit), default=None))
        )
    return found
