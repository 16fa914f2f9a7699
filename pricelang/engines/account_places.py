"""What a row pays for a meter at its place in an account's period, as SQL.

A row takes the units that follow the sum of what its account was billed before. What the first x
units cost under its own rates is a sum of whole numbers, so a row costs the difference of two such
sums.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from pricelang.engines.account_counters import Kind, counters, period_of
from pricelang.engines.account_rates import tiers_of
from pricelang.engines.join_keys import times
from pricelang.engines.plan import Placement, scale_up
from pricelang.engines.warehouse_plan import Plan, has_least
from pricelang.evaluate.account_keys import key_of


@frozen(eq=False)
class AccountPlace:
    """What says the place of a row, as SQL: the holder of each key, the start of each period, and
    the columns by which the rows of an account are in order.
    """

    holders: Mapping[str, str]
    starts: Mapping[str, str]
    order: Sequence[str]

    def of_counter(self, plan: Plan, meter: int, kind: Kind) -> list[str]:
        """What rows that share a counter agree in."""
        number, each = self.number(plan, meter, kind), counters(plan, meter, kind)
        found, pers = [number], sorted({counter.per for counter in each})
        for per in pers:
            test = f"{number} in ({self.numbers(plan, meter, kind, per)})"
            for sql in (self.holders[key_of(per)], self.starts[period_of(per)]):
                found.append(sql if len(pers) == 1 else f"case when {test} then {sql} end")
        return found

    def number(self, plan: Plan, meter: int, kind: Kind) -> str:
        """The number of the counter of a row."""
        return f"r.{plan.dialect.quote(f'{kind}_counter_{meter}')}"

    def numbers(self, plan: Plan, meter: int, kind: Kind, per: str) -> str:
        """The numbers of the counters per one key and period."""
        each = enumerate(counters(plan, meter, kind), 1)
        return ", ".join(str(n) for n, counter in each if counter.per == per)


@frozen(eq=False)
class PlacedMeter:
    """What a row pays for a meter at its place among the rows of its account."""

    plan: Plan
    row: Placement
    meter: int
    place: AccountPlace

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
    def billed(self) -> str:
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

    def _used(self, kind: Kind) -> str:
        """The units before a row that a pool or a ladder counts."""
        counts = f"{self._rate(f'{kind}_counter_{{0}}')} > 0"
        shared = ", ".join(self.place.of_counter(self.plan, self.meter, kind))
        return (
            f"(case when {counts} then coalesce(sum({self.billed}) over (partition by {shared} "
            f"order by {', '.join(self.place.order)} rows between unbounded preceding and 1 "
            f"preceding), {self._zero}) else {self._zero} end)"
        )

    def _tiers(self) -> Iterator[str]:
        """What the units in each tier cost."""
        first = start = (
            self._used("tiers") if counters(self.plan, self.meter, "tiers") else self._zero
        )
        if counters(self.plan, self.meter, "pool"):
            left = f"{self._rate('pool_{0}')} - {self._used('pool')}"
            first = f"{start} + greatest({self._zero}, least({self.billed}, {left}))"
        tiers = tiers_of(self.plan, self.meter)
        for tier in range(tiers):
            begin = f"greatest({self._rate(f'after_{{0}}_{tier}')}, {first})"
            end = f"({start} + {self.billed})"
            if tier + 1 < tiers:
                end = f"least({self._rate(f'after_{{0}}_{tier + 1}')}, {end})"
            price = self._rate(f"tier_{{0}}_{tier}")
            yield f"(case when {end} > {begin} then ({end} - {begin}) * {price} else {self._zero} end)"

    @property
    def amount(self) -> str:
        """The amount in atoms."""
        up = scale_up(self.row.quantities[self.meter], self.plan.extra)
        total = " + ".join(self._tiers())
        # what is no quantity, and a price that is not there,
        # are NULL and not what `greatest` makes of it
        return (
            f"case when {self._rate('version')} is null or {self.billed} is null then null when "
            f"{self._quantity} = 0 then {self._zero} when {self._rate('atoms_{0}')} is null then "
            f"null else {total if up == 1 else times(f'({total})', up)} end"
        )


def placed_meters(plan: Plan) -> list[int]:
    """The meters of which anything belongs to accounts."""
    return [n for n in range(len(plan.quantities)) if tiers_of(plan, n)]
