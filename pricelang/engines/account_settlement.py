"""What accounts owe for each of their periods, as SQL: the usage added up by account, period and
tier, and priced after; then floors and caps.
"""

from __future__ import annotations

from collections.abc import Iterator

from pricelang.engines.account_counters import bounds, counted_per, period_of, periods_of
from pricelang.engines.account_pieces import AccountUsage
from pricelang.engines.account_places import placed_meters
from pricelang.engines.account_rates import tiers_of
from pricelang.engines.join_keys import times
from pricelang.engines.plan import amount_sql, scale_up
from pricelang.engines.warehouse_accounts import holders_of, no_holder
from pricelang.engines.warehouse_plan import Plan, has_least
from pricelang.engines.warehouse_rows import (
    TOO_LARGE,
    joined,
    joins,
    known_model,
    placed,
    reason,
)
from pricelang.evaluate.account_keys import key_of
from pricelang.model.errors import BadRequest


def settle_query(plan: Plan, refused: str = "raise") -> str:
    """A query for each holder and period by which accounts are counted, `per` a key and a period:
    `rows`, their `cost`, and what is `due` after the floors and caps of that holder and period.
    Raises `BadRequest` as `counted_per`.
    """
    name, usage = plan.dialect.quote, AccountUsage(plan, placed(plan), refused)
    steps = [("stretches", usage.stretches()), *usage.counts()]
    steps += [(f"reached_{key}", sql) for key, sql in usage.reached().items()]
    steps += [("rows", usage.rows())] if usage.placed else []
    steps += [("pieces", usage.pieces()), ("units", usage.units()), ("priced", _priced(usage))]
    with_all = ", ".join(f"{name(f'pl_{step}')} as (\n  {sql}\n)" for step, sql in steps)
    owed = "\nunion all\n".join(_owed(plan, per, refused) for per in counted_per(plan))
    return f"with {with_all}\n{owed}"


def _priced(usage: AccountUsage) -> str:
    """The quantities and units with their amounts, and why they have none."""
    plan, piece, of = usage.plan, usage.piece(), usage.of
    holders = {key: of(f"holder_{key}") for key in holders_of(plan)}
    why = reason(
        plan,
        piece,
        f"nullif({of('timeless')}, 1)",
        known_model(plan, piece.name),
        billed=placed_meters(plan),
        more=no_holder(holders),
        under=usage.is_under,
    )
    columns = [(f"holder_{key}", sql) for key, sql in holders.items()]
    columns += [(f"start_{period}", of(f"start_{period}")) for period in periods_of(plan)]
    columns += [
        (f"bound_{bound.number}", f"r.{plan.dialect.quote(f'bound_{bound.number}')}")
        for bound in bounds(plan)
    ]
    columns += [("model", piece.name), ("rows", of("rows")), ("reason", why)]
    columns.append(("amount", " + ".join(f"({_amount(usage, n)})" for n in usage.meters)))
    paid = f"case when x.{usage.name('reason')} is null then x.{usage.name('amount')} end"
    return (
        f"select x.*, {paid} as {usage.name('atoms')}\n  from (select {usage.selected(columns)}\n  "
        f"from {usage.name('units')} g\n  {joins(plan, piece)}) x"
    )


def _amount(usage: AccountUsage, n: int) -> str:
    """What the uses of a meter cost, in atoms."""
    plan, quantity = usage.plan, usage.piece().quantities[n]

    def rate(column: str) -> str:
        return f"r.{plan.dialect.quote(f'{column}_{n}')}"

    up = scale_up(quantity, plan.extra)
    product = times(f"{quantity.sql} * {rate('atoms')}", up)
    if n in placed_meters(plan):
        tiers = range(tiers_of(plan, n))
        total = " + ".join(
            f"{usage.of(f'units_{n}_{tier}')} * r.{plan.dialect.quote(f'tier_{n}_{tier}')}"
            for tier in tiers
        )
        product = times(f"({total})", up)
    elif has_least(plan, n):
        least = f"{usage.of('rows')} * {rate('below')}"
        product = f"case when {usage.is_under(n)} then {least} else {product} end"
    zero = plan.dialect.cast("0", plan.dialect.number)
    absent = f"{rate('atoms')} is null and {quantity.sql} > 0 or r.{plan.dialect.quote('version')} is null"
    return amount_sql(quantity.sql, product, zero=zero, absent=absent)


def _owed(plan: Plan, per: str, refused: str) -> str:
    """What each holder owes for each period."""
    words, name = plan.dialect, plan.dialect.quote
    column = {part: f"p.{name(f'pl_{part}')}" for part in ("model", "rows", "atoms", "reason")}
    holder, start = (
        f"p.{name(f'pl_holder_{key_of(per)}')}",
        f"p.{name(f'pl_start_{period_of(per)}')}",
    )
    shown = holder if len(plan.accounts) == 1 else words.cast(holder, words.text)
    atoms, why = f"sum({column['atoms']})", column["reason"]
    lost = f"case when count({column['atoms']}) > 0 and {atoms} is null then {words.literal(TOO_LARGE)} end"
    total = atoms
    if refused == "raise":
        model = f"min(case when {why} is not null then {column['model']} end)"
        said = joined(
            plan,
            words.literal("pricelang: no price for "),
            f"coalesce({model}, {words.literal('NULL')})",
            words.literal(": "),
            f"coalesce(min({why}), {words.literal(TOO_LARGE)})",
        )
        total = words.stop(said, f"case when count({why}) = 0 then {atoms} end")
    columns = [
        f"{shown} as {name('account')}",
        f"{start} as {name('period')}",
        f"sum({column['rows']}) as {name('rows')}",
        f"{total} as {name('pl_total')}",
        f"{' + '.join(_true_ups(plan, per)) or '0'} as {name('pl_true_up')}",
        f"sum(case when {why} is not null then {column['rows']} else 0 end) as {name('unpriced')}",
        f"coalesce(min({why}), {lost}) as {name('reason')}",
    ]
    due = f"(q.{name('pl_total')} + q.{name('pl_true_up')})"
    result = [
        f"{words.literal(per)} as {name('per')}",
        *(f"q.{name(each)}" for each in ("account", "period", "rows")),
        f"{words.decimal('q.' + name('pl_total'), plan.places)} as {name('cost')}",
        f"{words.decimal(due, plan.places)} as {name('due')}",
        *(f"q.{name(each)}" for each in ("unpriced", "reason") if refused == "null"),
    ]
    listed = ",\n  ".join(columns)
    return (
        f"select {', '.join(result)}\nfrom (select {listed}\n  from {name('pl_priced')} p\n  group "
        f"by {holder}, {start}) q"
    )


def _true_ups(plan: Plan, per: str) -> Iterator[str]:
    """What each floor and cap adds to the cost of a holder in a period, in atoms."""
    words, name = plan.dialect, plan.dialect.quote
    zero = words.cast("0", words.number)
    for bound in bounds(plan):
        if bound.per != per:
            continue
        amount = bound.amount * 10**plan.places
        if amount.denominator != 1:
            raise BadRequest(
                "not_linear", f"SQL cannot say `{bound.name}`, which ends within an atom"
            )
        held, limit = f"p.{name(f'pl_bound_{bound.number}')}", words.integer(int(amount))
        own = f"sum(case when {held} = 1 then p.{name('pl_atoms')} else {zero} end)"
        test = "<" if bound.at_least else ">"
        yield (
            f"case when max({held}) = 1 and {own} {test} {limit} then {limit} - {own} "
            f"else {zero} end"
        )
