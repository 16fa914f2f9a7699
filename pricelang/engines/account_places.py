"""The places of rows in the periods of accounts, as SQL: what shares a counter, and how many units
of a quantity fall in each tier.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from pricelang.engines.account_counters import Counted, counters, period_of
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

    def counted_units(self, units: str) -> str:
        """The units of a row that counters count: none of one that is refused, since it does not
        say whose it is.
        """
        if len(self.holders) == 1:
            return units  # those of nobody are counted apart
        said = " and ".join(f"{sql} is not null" for sql in self.holders.values())
        return f"case when {said} then {units} end"

    def before(self, plan: Plan, counted: Counted, units: str) -> str:
        """The units before a row that its counter counts."""
        zero = plan.dialect.cast("0", plan.dialect.number)
        number = counted.number(plan)
        shared, pers = [number], sorted({counter.per for counter in counters(plan, counted)})
        for per in pers:
            test = f"{number} in ({counted.numbers(plan, per)})"
            for sql in (self.holders[key_of(per)], self.starts[period_of(per)]):
                shared.append(sql if len(pers) == 1 else f"case when {test} then {sql} end")
        return (
            f"(case when {number} > 0 then coalesce(sum({self.counted_units(units)}) over (partition by "
            f"{', '.join(shared)} order by {', '.join(self.order)} rows between unbounded preceding "
            f"and 1 preceding), {zero}) else {zero} end)"
        )


def units_by_tier(
    start: str, units: str, free: str | None, afters: Sequence[str], zero: str
) -> Iterator[str]:
    """How many of some units, which begin behind the `start` of a counter, are in each tier; those
    that are `free` come first and are in none. `afters` say where each tier but the first begins.
    """
    first, end = (start if free is None else f"{start} + {free}"), f"{start} + {units}"
    for n, after in enumerate([None, *afters]):
        begin = first if after is None else f"greatest({after}, {first})"
        last = end if n == len(afters) else f"least({afters[n]}, {end})"
        yield f"greatest({zero}, {last} - ({begin}))"


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
    def _billed(self) -> str:
        """The units that a row is billed for."""
        quantity = self.row.quantities[self.meter].sql
        if not has_least(self.plan, self.meter):
            return quantity
        least = self._rate("least_{0}")
        return (
            f"(case when {quantity} is null then null when {quantity} = 0 then {self._zero} when "
            f"{least} is null or {quantity} >= {least} then {quantity} else "
            f"{self._rate('billed_{0}')} end)"
        )

    def _tiers(self) -> Iterator[str]:
        """What the units in each tier cost."""
        plan, billed = self.plan, self._billed
        start, free = self._zero, None
        for counted in counted_of(plan, self.meter):
            before = self.place.before(plan, counted, billed)
            if counted.kind == "tiers":
                start = before
            else:
                left = f"{self._rate('pool_{0}')} - {before}"
                free = f"greatest({self._zero}, least({billed}, {left}))"
        afters = [self._rate(f"after_{{0}}_{t}") for t in range(1, tiers_of(plan, self.meter))]
        found = units_by_tier(start, billed, free, afters, self._zero)
        for tier, units in enumerate(found):
            yield f"{units} * {self._rate(f'tier_{{0}}_{tier}')}"

    @property
    def amount(self) -> str:
        """The amount in atoms."""
        quantity = self.row.quantities[self.meter]
        total, up = " + ".join(self._tiers()), scale_up(quantity, self.plan.extra)
        # what is no quantity, and a price that is not there,
        # are NULL and not what `greatest` makes of it
        return (
            f"case when {self._rate('version')} is null or {self._billed} is null then null when "
            f"{quantity.sql} = 0 then {self._zero} when {self._rate('atoms_{0}')} is null then "
            f"null else {total if up == 1 else times(f'({total})', up)} end"
        )


def counted_of(plan: Plan, meter: int) -> list[Counted]:
    """The pool and the ladder of a meter, where it has any."""
    kinds = [Counted(meter, "pool"), Counted(meter, "tiers")]
    return [counted for counted in kinds if counters(plan, counted)]


def placed_meters(plan: Plan) -> list[int]:
    """The meters of which anything belongs to accounts."""
    return [n for n in range(len(plan.quantities)) if tiers_of(plan, n)]
