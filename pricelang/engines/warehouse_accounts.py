"""The rules of an account and a period, as SQL: a window for pools and tiers, a second sum for
floors and caps.

They are those of `pricelang.evaluate.allowances`. A request takes the units that follow the sum
of what its account was billed before. What the first x units cost under its own rates is a sum of
whole numbers, so a request costs the difference of two such sums.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from pricelang.engines.account_rates import bounds, period_of, tiers_of
from pricelang.engines.join_keys import times
from pricelang.engines.plan import Placement, scale_up
from pricelang.engines.warehouse_plan import Plan, has_least
from pricelang.engines.warehouse_rows import (
    ATOMS,
    WHY,
    amounts,
    known_model,
    placed,
    priced_rows,
    reason,
)
from pricelang.model.errors import BadRequest

NO_ACCOUNT = "the row names no account"


def account_query(plan: Plan, refused: str = "raise") -> str:
    """The query of `warehouse.query` with what belongs to accounts: each row pays for its place in
    the account's period, in the order of instants, and of the tie among equal ones. Raises
    `BadRequest` as `period_of`.
    """
    row, period = placed(plan), period_of(plan)
    name, words = plan.dialect.quote, plan.dialect
    turn = words.clock(plan.instants).turn(period, plan.read_at)
    placed_meters = [n for n in range(len(row.quantities)) if tiers_of(plan, n)]
    window = _window(plan, turn)
    made = amounts(plan, row)
    for n in placed_meters:
        made[n] = _PlacedMeter(plan, row, n, window).amount
    account, zero = plan.columns["account"], words.cast("0", words.number)
    made.append(f"case when {account} is null then null else {zero} end")
    why = reason(
        plan,
        row,
        plan.at,
        known_model(plan, row.name),
        billed=placed_meters,  # a place is counted in units that are billed
        more=[(f"{account} is null", NO_ACCOUNT)],
    )
    held = (name(f"bound_{bound.number}") for bound in bounds(plan))
    own = [f"{turn} as {name('period')}", *(f"r.{column} as {column}" for column in held)]
    return priced_rows(plan, row, made, why, refused, own)


def _window(plan: Plan, turn: str) -> str:
    """A window over the rows of an account and period before each, but for the counter in it."""
    order = ", ".join([plan.at, *([plan.tie] if plan.tie is not None else [])])
    return (
        f"over (partition by {plan.columns['account']}, {turn}, {{0}} "
        f"order by {order} rows between unbounded preceding and 1 preceding)"
    )


@frozen(eq=False)
class _PlacedMeter:
    """What a row pays for a meter at its place; `window` is over the rows before it."""

    plan: Plan
    row: Placement
    meter: int
    window: str

    def _rate(self, column: str) -> str:
        """A column of the rates, by its name and that of the meter."""
        return f"r.{self.plan.dialect.quote(column.format(self.meter))}"

    @property
    def _zero(self) -> str:
        return self.plan.dialect.cast("0", self.plan.dialect.number)

    @property
    def _quantity(self) -> str:
        return self.row.quantities[self.meter].sql

    @property
    def _billed(self) -> str:
        """The units that a row is billed for."""
        if not has_least(self.plan, self.meter):
            return self._quantity
        least = self._rate("least_{0}")
        return (
            f"(case when {self._quantity} is null then null when {self._quantity} = 0 "
            f"then {self._zero} when {least} is null or "
            f"{self._quantity} >= {least} then {self._quantity} else {self._rate('billed_{0}')} "
            "end)"
        )

    def _used(self, counter: str) -> str:
        """The units before a row that a pool or a ladder counts."""
        counts = f"{self._rate('counts_{0}')} = 1"
        counted = f"case when {counts} then {self._billed} else {self._zero} end"
        window = self.window.format(self._rate(counter))
        return (
            f"(case when {counts} then coalesce(sum({counted}) {window}, {self._zero}) "
            f"else {self._zero} end)"
        )

    def _tiers(self) -> Iterator[str]:
        """What the units in each tier cost."""
        pool = f"{self._rate('pool_{0}')} - {self._used('pooled_{0}')}"
        free = f"greatest({self._zero}, least({self._billed}, {pool}))"
        start, tiers = self._used("ladder_{0}"), tiers_of(self.plan, self.meter)
        for tier in range(tiers):
            first = f"greatest({self._rate(f'after_{{0}}_{tier}')}, {start} + {free})"
            last = f"({start} + {self._billed})"
            if tier + 1 < tiers:
                last = f"least({self._rate(f'after_{{0}}_{tier + 1}')}, {last})"
            price = self._rate(f"tier_{{0}}_{tier}")
            yield (
                f"(case when {last} > {first} then ({last} - {first}) * {price} "
                f"else {self._zero} end)"
            )

    @property
    def amount(self) -> str:
        """The amount in atoms."""
        up = scale_up(self.row.quantities[self.meter], self.plan.extra)
        total = " + ".join(self._tiers())
        # what is no quantity, and a price that is not there,
        # are NULL and not what `greatest` makes of it
        return (
            f"case when {self._rate('version')} is null or {self._billed} is null then null when "
            f"{self._quantity} = 0 then {self._zero} when {self._rate('atoms_{0}')} is null then "
            f"null else {total if up == 1 else times(f'({total})', up)} end"
        )


def settle_query(plan: Plan, refused: str = "raise") -> str:
    """A query for each account and period: `rows`, their `cost`,
    and what is `due` after the floors and caps of accounts.
    """
    words, name = plan.dialect, plan.dialect.quote
    inner, account = account_query(plan, refused), plan.columns["account"].removeprefix("u.")
    atoms = f"sum(p.{name(ATOMS)})"
    due = " + ".join([atoms, *_true_ups(plan)])
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


def _true_ups(plan: Plan) -> Iterator[str]:
    """What each floor and cap adds to the cost of an account, in atoms."""
    words, name = plan.dialect, plan.dialect.quote
    zero = words.cast("0", words.number)
    for bound in bounds(plan):
        amount = bound.amount * 10**plan.places
        if amount.denominator != 1:
            raise BadRequest(
                "not_linear", f"SQL cannot say `{bound.name}`, which ends within an atom"
            )
        held, limit = f"p.{name(f'bound_{bound.number}')}", words.integer(int(amount))
        own = f"sum(case when {held} = 1 then p.{name(ATOMS)} else {zero} end)"
        test = "<" if bound.at_least else ">"
        yield (
            f"case when max({held}) = 1 and {own} {test} {limit} then {limit} - {own} "
            f"else {zero} end"
        )
