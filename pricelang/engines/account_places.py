"""The places of rows in the periods of accounts, as SQL: what shares a counter, and how many units
of a quantity have each price.

A row takes the units that follow the sum of what its account was billed before; of them, those that
lie between where a tier begins and where it ends have its price.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from attrs import frozen

from pricelang.engines.account_counters import Counted, counted_of, ladders_counted
from pricelang.engines.account_rates import NEVER, own_marks, price_tiers, prices_of
from pricelang.engines.join_keys import times
from pricelang.engines.plan import Placement, scale_up
from pricelang.engines.warehouse_plan import Plan, has_least

Piece = tuple[str | None, str | None]
"""Where a tier begins and ends within a quantity, as SQL; None for its own begin and end."""


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

    def shared(self, plan: Plan, counted: Counted, *, start: bool = True) -> list[str]:
        """What rows that share a counter agree in, with or without the `start` of its period."""
        number, spans = counted.number(plan), counted.spans(plan)
        found = [number]
        for span in spans:
            own = [self.holders[span.key]]
            own += [self.starts[span.period]] if start and span.term is None else []
            test = f"{number} in ({counted.numbers(plan, span)})"
            found += [sql if len(spans) == 1 else f"case when {test} then {sql} end" for sql in own]
        return found

    def before(self, plan: Plan, counted: Counted, units: str) -> str:
        """The units before a row that its counter counts; for a ladder of all units, those of the
        whole period.
        """
        zero, shared = plan.dialect.cast("0", plan.dialect.number), self.shared(plan, counted)
        order = (
            ""
            if counted.kind == "whole"
            else f" order by {', '.join(self.order)} "
            "rows between unbounded preceding and 1 preceding"
        )
        return (
            f"coalesce(sum({self.counted_units(units)}) over (partition by {', '.join(shared)}"
            f"{order}), {zero})"
        )


@frozen(eq=False)
class MeterUnits:
    """How the units of a meter stand, as SQL: how many are `billed`, the count of each counter
    where they `start` (of a ladder of all units, that of the whole period), and what a `mark` of
    the rates is.
    """

    plan: Plan
    meter: int
    billed: str
    start: Callable[[Counted], str]
    mark: Callable[[str], str]

    def by_price(self) -> Iterator[str]:
        """How many of the units have each price of the meter."""
        plan, n = self.plan, self.meter
        zero, free = plan.dialect.cast("0", plan.dialect.number), None
        own, turns = {x.kind: x for x in counted_of(plan, n)}, price_tiers(plan, n)
        if "pool" in own:
            left = f"{self.mark(f'pool_{n}')} - {self.start(own['pool'])}"
            free = f"greatest({zero}, least({self.billed}, {left}))"
        tiers: list[Piece] = [(None, None)]
        if "tiers" in own:
            tiers = self._graduated([*map(self.mark, own_marks(plan, own["tiers"]))], own["tiers"])
        every = ladders_counted(plan)
        ladders = {k: self._ladder(every[k]) for k in turns.ladders}
        for tier, at in prices_of(plan, n):
            pieces = [tiers[tier], *(ladders[k][i] for k, i in zip(turns.ladders, at, strict=True))]
            begins = [free or zero, *(begin for begin, _ in pieces if begin is not None)]
            ends = [self.billed, *(end for _, end in pieces if end is not None)]
            yield f"greatest({zero}, {_of('least', ends)} - {_of('greatest', begins)})"

    def _graduated(self, marks: Sequence[str], counted: Counted) -> list[Piece]:
        """The tiers of a counter that the units move."""
        start = self.start(counted)
        edges = [None, *(f"({mark} - {start})" for mark in marks), None]
        return [(edges[n], edges[n + 1]) for n in range(len(edges) - 1)]

    def _ladder(self, counted: Counted) -> list[Piece]:
        """The tiers of a ladder."""
        ladder, words = self.plan.ladders[counted.index], self.plan.dialect
        marks = [words.integer(start) for start in ladder.starts[1:]]
        if counted.kind == "ladder" and self.meter in ladder.meters:
            return self._graduated(marks, counted)
        start, zero = self.start(counted), words.cast("0", words.number)
        passed = ">" if counted.kind == "whole" else ">="

        def whole(mark: str, then: str, other: str) -> str:
            return f"(case when {start} {passed} {mark} then {then} else {other} end)"

        begins = [None, *(whole(mark, zero, self.billed) for mark in marks)]
        ends = [*(whole(mark, zero, self.billed) for mark in marks), None]
        return [*zip(begins, ends, strict=True)]


def _of(function: str, values: Sequence[str]) -> str:
    return values[0] if len(values) == 1 else f"{function}({', '.join(values)})"


def standing(plan: Plan, counted: Counted, count: str) -> str:
    """The count of a counter where it counts a row; else one at which all is in the first tier."""
    none = plan.dialect.integer(-NEVER if counted.kind == "ladder" else 0)
    return f"(case when {counted.number(plan)} > 0 then {count} else {none} end)"


@frozen(eq=False)
class PlacedMeter:
    """What a row pays for a meter at its place among the rows of its account."""

    plan: Plan
    row: Placement
    meter: int
    place: AccountPlace

    def _rate(self, column: str) -> str:
        """A column of the rates."""
        return f"r.{self.plan.dialect.quote(column)}"

    def _billed(self, n: int) -> str:
        """The units of a meter that a row is billed for."""
        quantity = self.row.quantities[n].sql
        if not has_least(self.plan, n):
            return quantity
        least, zero = (
            self._rate(f"least_{n}"),
            self.plan.dialect.cast("0", self.plan.dialect.number),
        )
        return (
            f"(case when {quantity} is null then null when {quantity} = 0 then {zero} when "
            f"{least} is null or {quantity} >= {least} then {quantity} else "
            f"{self._rate(f'billed_{n}')} end)"
        )

    def _start(self, counted: Counted) -> str:
        """The count of a counter where the units of the meter start."""
        units = counted.units(self.plan, self._billed)
        count = self.place.before(self.plan, counted, units)
        if counted.kind == "ladder":
            count += f" + {counted.units(self.plan, self._billed, self.meter)}"
        return standing(self.plan, counted, count)

    @property
    def amount(self) -> str:
        """The amount in atoms."""
        n, quantity, billed = self.meter, self.row.quantities[self.meter], self._billed(self.meter)
        found = MeterUnits(self.plan, n, billed, self._start, self._rate).by_price()
        total = " + ".join(
            f"{units} * {self._rate(f'price_{n}_{i}')}" for i, units in enumerate(found)
        )
        up, zero = (
            scale_up(quantity, self.plan.extra),
            self.plan.dialect.cast("0", self.plan.dialect.number),
        )
        # what is no quantity, and a price that is not there,
        # are NULL and not what `greatest` makes of it
        return (
            f"case when {self._rate('version')} is null or {billed} is null then null when "
            f"{quantity.sql} = 0 then {zero} when {self._rate(f'atoms_{n}')} is null "
            "then null else "
            f"{total if up == 1 else times(f'({total})', up)} end"
        )
