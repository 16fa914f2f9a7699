"""The table of one request given by flags: a line for each meter, with what changed its price."""

from __future__ import annotations

from fractions import Fraction

from pricelang.evaluate.bill import Bill
from pricelang.evaluate.line_items import Amount, Priced
from pricelang.model.instants import written
from pricelang.model.units import plural
from pricelang.present.decimals import grouped, money
from pricelang.present.table import Table
from pricelang.present.text_tables import (
    REQUEST_HEADERS,
    REQUEST_NUMBERS,
    request_row,
    request_total,
)


def request_grid(bill: Bill) -> Table:
    """The lines of one request given by flags."""
    rows = [_line(part, line) for part in bill.parts for line in part.amounts]
    rows.append(request_total(span_of(*bounds_of(bill), bill.currency)))
    (part,) = bill.parts
    title = f"{part.cell.model.name} at {written(part.at)}" + "".join(
        f", {name} {value}" for name, value in part.dimensions
    )
    return Table(REQUEST_HEADERS, tuple(rows), REQUEST_NUMBERS, 1, title)


def _line(part: Priced, line: Amount) -> tuple[str, ...]:
    amount = money(line.amount, part.currency)
    if line.rate is None:
        return (line.step.rule if line.step is not None else "", "", "", "", "", amount)
    rate = line.rate
    price = f"{money(rate.unit_price * rate.size, part.book.currency)} / {rate.per}"
    rules = [
        f"{step.rule} x {grouped(step.value)}" if step.kind == "factor" else step.rule
        for step in rate.steps
    ]
    if rate.free is not None:
        rules = ["free"]
    if part.cell.conversion is not None:
        rules.append(f"{part.cell.conversion.currency} at {grouped(part.cell.conversion.rate)}")
    units = (rate.meter.unit, plural(rate.meter.unit))
    return request_row(
        rate.meter.name, Fraction(line.billed), units, price, ", ".join(rules), amount
    )


def bounds_of(bill: Bill) -> tuple[Fraction, Fraction]:
    """The least and the most that a bill may be, exactly."""
    return bill.bounds if bill.bounds is not None else (bill.exact_total, bill.exact_total)


def span_of(low: Fraction, high: Fraction, currency: str) -> str:
    """`$0.25`, or `$0.25 to $0.50` where the two differ."""
    return (
        money(low, currency)
        if low == high
        else f"{money(low, currency)} to {money(high, currency)}"
    )
