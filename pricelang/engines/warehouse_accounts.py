"""The rules of an account and a period, as SQL: a window for pools and tiers, a second sum for
floors and caps.

They are those of `pricelang.evaluate.allowances`. A request takes the units that follow the sum
of what its account was billed before. What the first x units cost under its own rates is a sum of
whole numbers, so a request costs the difference of two such sums.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache

from pricelang.engines.warehouse import (
    ATOMS,
    WHY,
    Placed,
    Plan,
    amounts,
    has_least,
    known_model,
    placed,
    priced_rows,
    reason,
)
from pricelang.evaluate.allowance_terms import AllowanceTerms, SpendLimit
from pricelang.evaluate.rate_table.unit_prices import UnitPrices
from pricelang.model.errors import BadRequest

NEVER = 10**30
"""A quantity that no account reaches: where a tier that a request does not have begins."""

NO_ACCOUNT = "the row names no account"


@lru_cache(maxsize=64)
def tiers_of(plan: Plan, meter: int) -> int:
    """How many tiers a meter has at most; none where nothing of it belongs to accounts."""
    return max(
        (
            len(terms.tiers)
            for row in plan.rates.cards
            if row.terms and (terms := row.terms[meter]) is not None
        ),
        default=0,
    )


@lru_cache(maxsize=8)
def bounds(plan: Plan) -> tuple[SpendLimit, ...]:
    """The floors and caps of accounts that hold anywhere."""
    found = {bound.number: bound for row in plan.rates.cards for bound in row.bounds}
    return tuple(found[number] for number in sorted(found))


def period_of(plan: Plan) -> str:
    """The one period of all that belongs to accounts; a month where nothing does. Raises
    `BadRequest` for several holders or periods (`mixed_accounts`), and for a floor or cap of what
    is converted (`bad_book`).
    """
    per = {terms.per for row in plan.rates.cards for terms in row.terms if terms is not None}
    per |= {bound.per for bound in bounds(plan)}
    if len(per) > 1:
        raise BadRequest(
            "mixed_accounts",
            f"the book has rules per {' and per '.join(sorted(per))}, which one column of accounts "
            "cannot tell apart",
            help="name fewer meters",
        )
    if bounds(plan) and plan.rates.currency != plan.book.currency:
        raise BadRequest(
            "bad_book", f"`{bounds(plan)[0].name}` bounds what is converted into another currency"
        )
    return per.pop().rsplit(" ", 1)[-1] if per else "month"


# ---- the tables ----------------------------------------------------------------------------------


def account_columns(plan: Plan) -> list[tuple[str, str]]:
    """The columns that the rates have for accounts, and their types."""
    number, found = plan.dialect.number, []
    for n in range(len(plan.quantities)):
        tiers = tiers_of(plan, n)
        if tiers:
            found += [
                (f"counts_{n}", plan.dialect.small),
                (f"billed_{n}", number),
                (f"pool_{n}", number),
            ]
            found += [(f"pooled_{n}", plan.dialect.small), (f"ladder_{n}", plan.dialect.small)]
        for tier in range(tiers):
            found += [(f"after_{n}_{tier}", number), (f"tier_{n}_{tier}", number)]
    return found + [(f"bound_{bound.number}", plan.dialect.small) for bound in bounds(plan)]


def account_values(plan: Plan, row: UnitPrices) -> list[str]:
    """The values of those columns."""
    words, found = plan.dialect, []
    for n, quantity in enumerate(plan.quantities):
        tiers, terms = tiers_of(plan, n), row.terms[n] if row.terms else None
        if not tiers:
            continue
        units, least = int(10**quantity.scale), row.least[n]
        billed = (
            None
            if least is None or (least * units).denominator != 1
            else words.integer(int(least * units))
        )
        pool = _whole(terms.pool * units, quantity.meter) if terms is not None else 0
        found += [
            "1" if terms is not None else "0",
            "null" if billed is None else billed,
            words.integer(pool),
        ]
        found += [str(place) for place in _counters(plan, n, terms)]
        for after, price in _tiers(plan, row, n, terms, tiers, units):
            found += [words.integer(after), "null" if price is None else words.integer(price)]
    held = {bound.number for bound in row.bounds}
    return found + ["1" if bound.number in held else "0" for bound in bounds(plan)]


def _counters(plan: Plan, n: int, terms: AllowanceTerms | None) -> tuple[int, int]:
    """Which pool and which ladder of a meter counts a request, as numbers from 1 on;
    0 where none does.
    """
    every = [row.terms[n] for row in plan.rates.cards if row.terms]
    pools = sorted({each.pool_scope for each in every if each is not None})
    ladders = sorted({each.tier_scope for each in every if each is not None})
    return (
        (0, 0)
        if terms is None
        else (1 + pools.index(terms.pool_scope), 1 + ladders.index(terms.tier_scope))
    )


def _tiers(
    plan: Plan, row: UnitPrices, n: int, terms: AllowanceTerms | None, size: int, units: int
) -> list[tuple[int, int | None]]:
    """The tiers of a meter in units and atoms;
    the first price is that of the rates, and is there even where nothing counts.
    """
    found: list[tuple[int, int | None]] = [(0, row.atoms[n])]
    conversion = _conversion(row, n, terms, plan)
    for tier in terms.tiers[1:] if terms is not None else ():
        price = tier.price * conversion * 10**plan.rates.decimals
        if price.denominator != 1:
            raise BadRequest(
                "not_linear",
                f"SQL cannot say a tier of `{plan.quantities[n].meter}`, whose price is no "
                "finite decimal",
                help="leave the meter out",
            )
        found.append((_whole(tier.after * units, plan.quantities[n].meter), int(price)))
    return found + [(NEVER, 0)] * (size - len(found))


def _conversion(row: UnitPrices, n: int, terms: AllowanceTerms | None, plan: Plan) -> Fraction:
    """What the book's currency is times in that of the bill."""
    if terms is None or row.currency == plan.book.currency:
        return Fraction(1)
    first, atoms = terms.tiers[0].price, row.atoms[n]
    if not first or atoms is None:
        raise BadRequest(
            "not_linear",
            f"SQL cannot say a tier of `{plan.quantities[n].meter}`, which is converted",
            help="leave the meter out",
        )
    return Fraction(atoms, 10**plan.rates.decimals) / first


def _whole(quantity: Fraction, meter: str) -> int:
    if quantity.denominator != 1:
        raise BadRequest(
            "not_linear",
            f"SQL cannot say a pool or tier of `{meter}`, which ends within a unit that is counted",
            help="leave the meter out",
        )
    return int(quantity)


# ---- the queries ---------------------------------------------------------------------------------


def account_query(plan: Plan, refused: str = "raise") -> str:
    """The query of `warehouse.query` with what belongs to accounts: each row pays for its place in
    the account's period, in the order of instants, and of the tie among equal ones. Raises
    `BadRequest` as `period_of`.
    """
    row, period = placed(plan), period_of(plan)
    name, words = plan.dialect.words.name, plan.dialect
    made = amounts(plan, row)
    turn = words.clock(plan.instants).turn(period, plan.read_at)
    order = ", ".join([plan.at, *([plan.tie] if plan.tie is not None else [])])
    whose, before = (
        f"{plan.columns['account']}, {turn}",
        f"order by {order} rows between unbounded preceding and 1 preceding",
    )
    for n in range(len(row.quantities)):
        if tiers_of(plan, n):
            made[n] = _placed_amount(
                plan, row, n, lambda counter: f"over (partition by {whose}, {counter} {before})"
            )
    zero = words.cast("0", words.number)
    made.append(f"case when {plan.columns['account']} is null then null else {zero} end")
    why = reason(plan, row, plan.at, known_model(plan, row.name)).removesuffix(" end")
    for n in range(len(row.quantities)):  # a place is counted in units that are billed
        why = (
            why.replace(f"r.{name(f'below_{n}')} is null", f"r.{name(f'billed_{n}')} is null")
            if tiers_of(plan, n)
            else why
        )
    why += f" when {plan.columns['account']} is null then {words.words.text(NO_ACCOUNT)} end"
    text = priced_rows(plan, row, made, why, refused)
    extra = [
        f"r.{name(f'bound_{bound.number}')} as {name(f'bound_{bound.number}')}"
        for bound in bounds(plan)
    ]
    return text.replace(
        "select u.*,",
        ",\n    ".join(["select u.*", f"{turn} as {name('period')}", *extra]) + ",",
        1,
    )


def _placed_amount(plan: Plan, row: Placed, n: int, window: Callable[[str], str]) -> str:
    """What a row pays for a meter at its place, in atoms;
    `window` is over the rows before it of one counter.
    """
    words, quantity = plan.dialect, row.quantities[n]
    zero = words.cast("0", words.number)

    def rate(column: str) -> str:
        return f"r.{words.words.name(column)}"

    billed = quantity.sql
    if has_least(plan, n):
        least = rate(f"least_{n}")
        billed = (
            f"(case when {quantity.sql} is null then null when {quantity.sql} = 0 then {zero} "
            f"when {least} is null or {quantity.sql} >= {least} then {quantity.sql} "
            f"else {rate(f'billed_{n}')} end)"
        )
    counted = f"case when {rate(f'counts_{n}')} = 1 then {billed} else {zero} end"

    def used(counter: str) -> str:
        return (
            f"(case when {rate(f'counts_{n}')} = 1 then coalesce(sum({counted}) "
            f"{window(rate(counter))}, {zero}) else {zero} end)"
        )

    start = used(f"ladder_{n}")
    free = f"greatest({zero}, least({billed}, {rate(f'pool_{n}')} - {used(f'pooled_{n}')}))"
    up = 10 ** (plan.extra - quantity.scale)
    parts = []
    for tier in range(tiers_of(plan, n)):
        first = f"greatest({rate(f'after_{n}_{tier}')}, {start} + {free})"
        last = f"({start} + {billed})"
        if tier + 1 < tiers_of(plan, n):
            last = f"least({rate(f'after_{n}_{tier + 1}')}, {last})"
        parts.append(
            f"(case when {last} > {first} then ({last} - {first}) * "
            f"{rate(f'tier_{n}_{tier}')} else {zero} end)"
        )
    total = " + ".join(parts)
    total = f"({total}) * {up}" if up != 1 else total
    # what is no quantity, and a price that is not there,
    # are NULL and not what `greatest` makes of it
    return (
        f"case when {rate('version')} is null or {billed} is null then null when "
        f"{quantity.sql} = 0 then {zero} "
        f"when {rate(f'atoms_{n}')} is null then null else {total} end"
    )


def settle_query(plan: Plan, refused: str = "raise") -> str:
    """A query for each account and period: `rows`, their `cost`,
    and what is `due` after the floors and caps of accounts.
    """
    words, name = plan.dialect, plan.dialect.words.name
    inner, account = account_query(plan, refused), plan.columns["account"].removeprefix("u.")
    atoms = f"sum(p.{name(ATOMS)})"
    due = atoms
    for bound in bounds(plan):
        amount = bound.amount * 10**plan.places
        if amount.denominator != 1:
            raise BadRequest(
                "not_linear", f"SQL cannot say `{bound.name}`, which ends within an atom"
            )
        held, limit = f"p.{name(f'bound_{bound.number}')}", words.integer(int(amount))
        own = (
            f"sum(case when {held} = 1 then p.{name(ATOMS)} else {words.cast('0', words.number)} "
            "end)"
        )
        test = "<" if bound.at_least else ">"
        due += (
            f" + case when max({held}) = 1 and {own} {test} {limit} then {limit} - {own} else "
            f"{words.cast('0', words.number)} end"
        )
    # the decimals of the rows are added up where one without any stops the query
    cost = f"sum(p.{name('cost')})" if refused == "raise" else words.decimal(atoms, plan.places)
    columns = [
        f"p.{account} as {name('account')}",
        f"p.{name('period')} as {name('period')}",
        f"count(*) as {name('rows')}",
        f"{cost} as {name('cost')}",
        f"{words.decimal(f'({due})', plan.places)} as {name('due')}",
    ]
    if refused == "null":
        columns += [
            f"count(p.{name(WHY)}) as {name('unpriced')}",
            f"min(p.{name(WHY)}) as {name('reason')}",
        ]
    return (
        f"select {', '.join(columns)}\nfrom (\n{inner}\n) p\ngroup by p.{account}, "
        f"p.{name('period')}"
    )
