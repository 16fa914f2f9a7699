"""What accounts owe for each of their periods, as SQL: the usage added up by account, period and
tier, and priced after; then floors and caps.
"""

from __future__ import annotations

from collections.abc import Iterator

from pricelang.engines.account_counters import KeyPeriod, bounds, periods_of, spans_of
from pricelang.engines.account_pieces import counts, pieces, reached, rows, units
from pricelang.engines.account_rates import placed_meters, prices_of
from pricelang.engines.account_stretches import UsageInPieces
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
from pricelang.evaluate.allowance_terms import SpendLimit
from pricelang.model.errors import BadRequest


def settle_query(plan: Plan, refused: str = "raise") -> str:
    """A query for each holder and period by which accounts are counted, `per` a key and a period:
    `rows`, their `cost`, and what is `due` after the floors and caps of that holder and period.
    Raises `BadRequest` as `counted_per`.
    """
    _check_credits(plan)
    usage = UsageInPieces(plan, placed(plan), refused)
    apart = reached(usage)
    steps = [("stretches", usage.stretches()), *counts(usage)]
    steps += [(f"reached_{key}", sql) for key, sql in apart.items()]
    steps += [("rows", rows(usage))] if apart else []
    steps += [("pieces", pieces(usage)), ("units", units(usage)), ("priced", _priced(usage))]
    with_all = ", ".join(f"{usage.name(step)} as (\n  {sql}\n)" for step, sql in steps)
    owed = "\nunion all\n".join(_owed(plan, span, refused) for span in spans_of(plan))
    return f"with {with_all}\n{owed}"


def _check_credits(plan: Plan) -> None:
    """Raises `BadRequest` (`not_linear`) for credits of which the order of requests decides which
    one pays.
    """
    for card in plan.rates.cards:
        credits = card.account.credits if card.account is not None else ()
        for n, one in enumerate(credits):
            for other in credits[:n]:
                if not one.meters or not other.meters or {*one.meters} & {*other.meters}:
                    raise BadRequest(
                        "not_linear",
                        f"SQL cannot say which of `{other.name}` and `{one.name}` pays for a "
                        "request, since that follows from the order of requests",
                        help="draw credits with `pricelang invoice`",
                    )


def _priced(usage: UsageInPieces) -> str:
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
    columns += [(f"start_{x.period}", of(f"start_{x.period}")) for x in periods_of(plan)]
    columns += [("model", piece.name), ("rows", of("rows")), ("reason", why)]
    columns += [(f"amount_{n}", _amount(usage, n)) for n in usage.meters]
    columns += [
        (f"bound_{bound.number}", f"r.{plan.dialect.quote(f'bound_{bound.number}')}")
        for bound in bounds(plan)
    ]
    return (
        f"select x.*, {_if_priced(usage, [*usage.meters])} as {usage.name('atoms')}"
        + "".join(f",\n    {sql} as {usage.name(column)}" for column, sql in _counted(usage))
        + f"\n  from (select {usage.selected(columns)}\n  from {usage.name('units')} g\n  "
        f"{joins(plan, piece)}) x"
    )


def _if_priced(usage: UsageInPieces, meters: list[int]) -> str:
    """What some meters cost, where nothing of the rows is refused."""
    total = " + ".join(f"x.{usage.name(f'amount_{n}')}" for n in meters)
    return f"case when x.{usage.name('reason')} is null then {total} end"


def _counted(usage: UsageInPieces) -> Iterator[tuple[str, str]]:
    """What counts towards each floor, cap, commitment and credit."""
    zero = usage.plan.dialect.cast("0", usage.plan.dialect.number)
    for bound in bounds(usage.plan):
        meters = [
            n
            for n in usage.meters
            if usage.row.quantities[n].meter in bound.meters or not bound.meters
        ]
        held = f"x.{usage.name(f'bound_{bound.number}')} = 1"
        some = _if_priced(usage, meters) if meters else zero
        yield f"spent_{bound.number}", f"case when {held} then {some} else {zero} end"


def _amount(usage: UsageInPieces, n: int) -> str:
    """What the uses of a meter cost, in atoms."""
    plan, quantity = usage.plan, usage.piece().quantities[n]

    def rate(column: str) -> str:
        return f"r.{plan.dialect.quote(f'{column}_{n}')}"

    up = scale_up(quantity, plan.extra)
    product = times(f"{quantity.sql} * {rate('atoms')}", up)
    if n in placed_meters(plan):
        total = " + ".join(
            f"{usage.of(f'units_{n}_{i}')} * r.{plan.dialect.quote(f'price_{n}_{i}')}"
            for i, _ in enumerate(prices_of(plan, n))
        )
        product = times(f"({total})", up)
    elif has_least(plan, n):
        least = f"{usage.of('rows')} * {rate('below')}"
        product = f"case when {usage.is_under(n)} then {least} else {product} end"
    zero = plan.dialect.cast("0", plan.dialect.number)
    version = plan.dialect.quote("version")
    absent = f"{rate('atoms')} is null and {quantity.sql} > 0 or r.{version} is null"
    return amount_sql(quantity.sql, product, zero=zero, absent=absent)


def _owed(plan: Plan, span: KeyPeriod, refused: str) -> str:
    """What each holder owes for each period."""
    words, name = plan.dialect, plan.dialect.quote
    rows, why = (f"p.{name(f'pl_{part}')}" for part in ("rows", "reason"))
    holder, start = (
        f"p.{name(f'pl_holder_{span.key}')}",
        f"p.{name(f'pl_start_{span.period}')}",
    )
    whose = holder if len(plan.accounts) == 1 else words.cast(holder, words.text)
    columns = [
        f"{whose} as {name('account')}",
        f"{start} as {name('period')}",
        f"sum({rows}) as {name('rows')}",
        f"{_total(plan, refused)} as {name('pl_total')}",
        f"{' + '.join(_true_ups(plan, span)) or '0'} as {name('pl_true_up')}",
        f"sum(case when {why} is not null then {rows} else 0 end) as {name('unpriced')}",
        f"{_why(plan)} as {name('reason')}",
    ]
    due = f"(q.{name('pl_total')} + q.{name('pl_true_up')})"
    result = [
        f"{words.literal(span.per)} as {name('per')}",
        *(f"q.{name(each)}" for each in ("account", "period", "rows")),
        f"{words.decimal('q.' + name('pl_total'), plan.places)} as {name('cost')}",
        f"{words.decimal(due, plan.places)} as {name('due')}",
        *(f"q.{name(each)}" for each in ("unpriced", "reason") if refused == "null"),
    ]
    listed, within = ",\n  ".join(columns), f"\n  where {start} is not null" if span.term else ""
    return (
        f"select {', '.join(result)}\nfrom (select {listed}\n"
        f"  from {name('pl_priced')} p{within}\n  "
        f"group by {holder}, {start}) q"
    )


def _why(plan: Plan) -> str:
    """Why some rows have no price."""
    words, atoms = plan.dialect, f"p.{plan.dialect.quote('pl_atoms')}"
    lost = f"count({atoms}) > 0 and sum({atoms}) is null"
    return (
        f"coalesce(min(p.{words.quote('pl_reason')}), case when {lost} then "
        f"{words.literal(TOO_LARGE)} end)"
    )


def _total(plan: Plan, refused: str) -> str:
    """What rows cost; one that has no price stops the query unless such are told apart."""
    words = plan.dialect
    model, atoms, why = (f"p.{words.quote(f'pl_{x}')}" for x in ("model", "atoms", "reason"))
    if refused == "null":
        return f"sum({atoms})"
    said = joined(
        words.literal("pricelang: no price for "),
        f"coalesce(min(case when {why} is not null then {model} end), {words.literal('NULL')})",
        words.literal(": "),
        f"coalesce(min({why}), {words.literal(TOO_LARGE)})",
    )
    return words.stop(said, f"case when count({why}) = 0 then sum({atoms}) end")


def _true_ups(plan: Plan, span: KeyPeriod) -> Iterator[str]:
    """What each floor, cap and commitment adds to the cost of a holder in a period, and what each
    credit pays of it, in atoms.
    """
    words, name = plan.dialect, plan.dialect.quote
    zero = words.cast("0", words.number)
    for bound in bounds(plan):
        if KeyPeriod(bound.per, bound.term) != span:
            continue
        held = f"p.{name(f'pl_bound_{bound.number}')}"
        spent = f"sum(p.{name(f'pl_spent_{bound.number}')})"
        limit = words.integer(_atoms(plan, bound))
        if bound.kind == "credit":
            yield f"case when max({held}) = 1 then -least({spent}, {limit}) else {zero} end"
            continue
        test = "<" if bound.at_least else ">"
        yield (
            f"case when max({held}) = 1 and {spent} {test} {limit} then {limit} - {spent} else "
            f"{zero} end"
        )


def _atoms(plan: Plan, bound: SpendLimit) -> int:
    amount = bound.amount * 10**plan.places
    if amount.denominator != 1:
        raise BadRequest("not_linear", f"SQL cannot say `{bound.name}`, which ends within an atom")
    return int(amount)
