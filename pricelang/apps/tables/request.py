"""The table of one request: a line for each meter, with what changed its price."""

from __future__ import annotations

from fractions import Fraction

from pricelang.evaluate.bill import Bill
from pricelang.evaluate.bill_table import HEADERS
from pricelang.evaluate.line_items import Amount, Priced
from pricelang.model.instants import written
from pricelang.model.units import unit_behind
from pricelang.present.decimals import grouped, money
from pricelang.present.readable import readable_amount, readable_amounts, readable_quantity
from pricelang.present.table import Table


def request_table(bill: Bill) -> Table:
    """The lines of the bill of one request."""
    (part,) = bill.parts
    low, high = bounds_of(bill)
    sums = [*(line.amount for line in part.amounts), low, high]
    *amounts, least, most = readable_amounts(sums, bill.currency)  # so that they add up
    lines = zip(part.amounts, amounts, strict=True)
    rows = [(*_line(part, line), amount) for line, amount in lines]
    rows.append(("total", "", "", "", "", least if low == high else f"{least} to {most}"))
    title = f"{part.cell.model.name} at {written(part.at)}" + "".join(
        f", {name} {value}" for name, value in part.dimensions
    )
    return Table(HEADERS, tuple(rows), frozenset({1, 5}), 1, title)


def _line(part: Priced, line: Amount) -> tuple[str, ...]:
    if line.rate is None:
        return (line.step.rule if line.step is not None else "", "", "", "", "")
    rate, billed = line.rate, Fraction(line.billed)
    rules = [f"{name} {tier}" for name, tier in line.tiers]
    rules += [
        f"{step.rule} x {grouped(step.value)}" if step.kind == "factor" else step.rule
        for step in rate.steps
    ]
    if rate.free is not None:
        rules = ["free"]
    if part.cell.conversion is not None:
        rules.append(f"{part.cell.conversion.currency} at {grouped(part.cell.conversion.rate)}")
    return (
        rate.meter.name,
        readable_quantity(billed),
        unit_behind(billed, rate.meter.unit),
        f"{money(rate.unit_price * rate.size, part.book.currency)} / {rate.per}",
        ", ".join(rules),
    )


def bounds_of(bill: Bill) -> tuple[Fraction, Fraction]:
    """The least and the most that a bill may be, exactly."""
    return bill.bounds if bill.bounds is not None else (bill.exact_total, bill.exact_total)


def span_of(low: Fraction, high: Fraction, currency: str) -> str:
    """`$0.25`, or `$0.25 to $0.50` where the two differ."""
    return (
        readable_amount(low, currency)
        if low == high
        else f"{readable_amount(low, currency)} to {readable_amount(high, currency)}"
    )
