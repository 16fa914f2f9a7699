"""The table of one request given by flags: a line for each meter, with what changed its price."""

from __future__ import annotations

from fractions import Fraction

from pricelang.book.units import plural
from pricelang.cli.output import Grid
from pricelang.decimals import exact, grouped, money
from pricelang.rating.bill import Amount, Bill, Priced
from pricelang.rating.instants import written


def request_grid(bill: Bill) -> Grid:
    """The lines of one request given by flags."""
    rows = [_line(part, line) for part in bill.parts for line in part.amounts]
    rows.append(("total", "", "", "", "", span_of(*bounds_of(bill), bill.currency)))
    (part,) = bill.parts
    title = f"{part.cell.model.name} at {written(part.at)}" + "".join(f", {name} {value}" for name, value in part.dimensions)
    headers = ("meter", "quantity", "unit", "unit price", "rules", "amount")
    return Grid(headers, tuple(rows), frozenset({1, 5}), 1, title)


def _line(part: Priced, line: Amount) -> tuple[str, ...]:
    amount = money(line.amount, part.currency)
    if line.rate is None:
        return (line.step.rule if line.step is not None else "", "", "", "", "", amount)
    rate = line.rate
    price = f"{money(rate.unit_price * rate.size, part.book.currency)} / {rate.per}"
    rules = [f"{step.rule} x {grouped(step.value)}" if step.kind == "factor" else step.rule for step in rate.steps]
    if rate.free is not None:
        rules = ["free"]
    if part.cell.conversion is not None:
        rules.append(f"{part.cell.conversion.currency} at {grouped(part.cell.conversion.rate)}")
    unit = rate.meter.unit if line.billed == 1 else plural(rate.meter.unit)
    return (rate.meter.name, shown_quantity(Fraction(line.billed)), unit, price, ", ".join(rules), amount)


def bounds_of(bill: Bill) -> tuple[Fraction, Fraction]:
    """The least and the most that a bill may be, exactly."""
    return bill.bounds if bill.bounds is not None else (bill.exact_total, bill.exact_total)


def span_of(low: Fraction, high: Fraction, currency: str) -> str:
    """`$0.25`, or `$0.25 to $0.50` where the two differ."""
    return money(low, currency) if low == high else f"{money(low, currency)} to {money(high, currency)}"


def shown_quantity(quantity: Fraction) -> str:
    """A quantity with all its digits, or cut with an ellipsis where they never end; the amount stays exact."""
    return grouped(quantity) if exact(quantity) is not None else grouped(Fraction(int(quantity * 10_000), 10_000)) + "…"
