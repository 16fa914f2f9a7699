"""The rules of an account and a period for each row of usage, as SQL: a window for every counter.

They are those of `pricelang.evaluate.allowances`. What accounts owe is in `account_settlement`.
"""

from __future__ import annotations

from collections.abc import Mapping

from pricelang.engines.account_counters import KeyPeriod, periods_of, spans_of
from pricelang.engines.account_places import AccountPlace, PlacedMeter
from pricelang.engines.account_rates import placed_meters
from pricelang.engines.warehouse_plan import Plan
from pricelang.engines.warehouse_rows import amounts, known_model, placed, priced_rows, reason


def account_query(plan: Plan, refused: str = "raise") -> str:
    """The query of `warehouse.query` with what belongs to accounts: each row pays for its place in
    the account's period, in the order of instants, and of the tie among equal ones. Raises
    `BadRequest` as `spans_of`.
    """
    row, name, holders = placed(plan), plan.dialect.quote, holders_of(plan)
    place = AccountPlace(
        holders,
        {span.period: start_of(plan, span, plan.read_at) for span in periods_of(plan)},
        [plan.at, *([plan.tie] if plan.tie is not None else [])],
    )
    billed, made = placed_meters(plan), amounts(plan, row)
    for n in billed:
        made[n] = PlacedMeter(plan, row, n, place).amount
    made += [f"case when {sql} is null then null else 0 end" for sql in holders.values()]
    why = reason(
        plan,
        row,
        plan.at,
        known_model(plan, row.name),
        billed=billed,  # a place is counted in units that are billed
        more=no_holder(holders),
    )
    alone = len(place.starts) == 1
    own = [
        f"{start} as {name('period' if alone else f'period_{period}')}"
        for period, start in place.starts.items()
    ]
    return priced_rows(plan, row, made, why, refused, own)


def start_of(plan: Plan, span: KeyPeriod, at: str) -> str:
    """The start of the period of an instant; NULL where that is outside of a term."""
    clock = plan.dialect.clock(plan.instants)
    if span.term is None:
        return clock.turn(span.period, at)
    begin, end = map(clock.instant, span.term)
    return f"(case when {at} >= {begin} and {at} < {end} then {clock.turn('day', begin)} end)"


def holders_of(plan: Plan) -> dict[str, str]:
    """The columns of the keys by which accounts are counted."""
    keys = {span.key for span in spans_of(plan)}
    return {key: column for key, column in plan.accounts if key in keys}


def no_holder(holders: Mapping[str, str]) -> list[tuple[str, str]]:
    """When a row does not say whose it is, as SQL, and what is said of it."""
    return [(f"{sql} is null", f"the row names no {key}") for key, sql in holders.items()]
