"""Decides whether the order of an account's rows matters to what it owes."""

from __future__ import annotations

from functools import lru_cache

from pricelang.engines.account_counters import (
    Counted,
    KeyPeriod,
    counted_of,
    counter_of,
    counters,
    spans_of,
)
from pricelang.engines.account_rates import (
    ladders_at,
    marks_at,
    placed_meters,
    price_at,
    price_tiers,
    prices_of,
)
from pricelang.engines.warehouse_plan import Plan
from pricelang.model.charges import CALENDAR_PERIODS


@lru_cache(maxsize=8)
def is_orderless(plan: Plan) -> bool:
    """Decides whether the order of rows changes nothing that is owed: all that one counter counts
    has the same prices in the same tiers, nothing else has prices by what it counts, and what is
    owed is of whole counters.
    """
    ordered = [
        counter.span
        for n in placed_meters(plan)
        for counted in (*counted_of(plan, n), *ladders_at(plan, n))
        if counted.kind != "whole"
        for counter in counters(plan, counted)
    ]
    if any(not _holds_whole(span, each) for each in ordered for span in spans_of(plan)):
        return False
    found: dict[object, object] = {}
    for number, card in enumerate(plan.rates.cards):
        for n in placed_meters(plan):
            own = [*counted_of(plan, n), *ladders_at(plan, n)]
            held = {counted: counter_of(plan, number, counted) for counted in own}
            graded = [x for x in held if x.kind != "whole" and held[x] is not None]
            turns = price_tiers(plan, n).ladders
            if any(_stands_by(plan, n, x) for x in graded):
                return False
            prices = [price_at(plan, number, n, *tiers) for tiers in prices_of(plan, n)]
            marks = [marks_at(plan, card, counted) for counted in counted_of(plan, n)]
            for counted in graded:
                key, here = (counted, held[counted]), (turns, prices, marks, held)
                if found.setdefault(key, here) != here:
                    return False
    return True


def _holds_whole(span: KeyPeriod, counter: KeyPeriod) -> bool:
    """Decides whether what is owed per a span is of whole periods of a counter."""
    if span == counter:
        return True
    periods: list[str] = [*CALENDAR_PERIODS]
    return (
        span.key == counter.key
        and span.term is counter.term is None
        and periods.index(counter.period) < periods.index(span.period)
    )


def _stands_by(plan: Plan, meter: int, counted: Counted) -> bool:
    """Decides whether the price of a meter turns on a ladder that does not count it."""
    return counted.is_ladder and meter not in plan.ladders[counted.index].meters
