"""How each expected amount comes about, with the places of its rules."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pricelang.apps.reconcile.join import JoinedLine, right_quantities
from pricelang.apps.reconcile.keys import Used
from pricelang.apps.reconcile.reconciled import Reconciled
from pricelang.apps.reconcile.summary import rule_places
from pricelang.evaluate.line_rates import Rate
from pricelang.model.units import plural
from pricelang.present.decimals import grouped, money


def workings(found: Reconciled, line: JoinedLine) -> Iterator[str]:
    """How each expected amount comes about, with the places of its rules."""
    if line.of_account:
        yield f"expected {money(line.low, found.currency)}: {line.reason}"
    for use in line.used[:5]:
        if use.priced is None:
            yield f"used {grouped(use.quantity)} in {use.place}"
            continue
        rate = use.priced.cell.rates[use.request.meter]
        if isinstance(rate, Rate):
            yield (
                f"expected {_formula(found, use, rate)} [{', '.join(rule_places(use))}], used in "
                f"{use.place}"
            )
    if len(line.used) > 5:
        yield f"and {len(line.used) - 5:,} more usage rows"
    stated = [bill.quantity for bill in line.billed]
    if stated and all(quantity is not None for quantity in stated):
        total = sum((quantity for quantity in stated if quantity is not None), Fraction(0))
        if total not in right_quantities(line.used):
            yield (
                f"the bill states a quantity of {grouped(total)}, and {grouped(line.quantity)} "
                "were used"
            )


def _formula(found: Reconciled, use: Used, rate: Rate) -> str:
    """A quantity times its price, with the list price and factors where there are any."""
    conversion = use.priced.cell.conversion if use.priced is not None else None
    price = money(
        rate.unit_price * rate.size * (conversion.rate if conversion is not None else 1),
        found.currency,
    )
    factors = "".join(
        f" x {grouped(step.value)} ({step.rule})" for step in rate.steps if step.kind == "factor"
    )
    base = money(
        rate.list_price * rate.size,
        found.currency
        if conversion is None
        else use.priced.book.currency
        if use.priced is not None
        else "",
    )
    listed = f" (list {base}{factors})" if factors else ""
    units = rate.meter.unit if use.quantity == 1 else plural(rate.meter.unit)
    alone = money(use.low - use.tiers, found.currency)
    formula = f"{grouped(use.quantity)} {units} x {price} per {rate.per}{listed} = {alone}"
    if not use.tiers:
        return formula
    sign = "less" if use.tiers < 0 else "and"
    tiers = f"{sign} {money(abs(use.tiers), found.currency)} by the tiers of its account"
    return f"{formula}, {tiers} = {money(use.low, found.currency)}"
