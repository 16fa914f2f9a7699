"""The usage of accounts added up over short stretches of time, as SQL."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, frozen

from pricelang.engines.account_counters import Counted, counted_of, ladders_counted, periods_of
from pricelang.engines.account_order import is_orderless
from pricelang.engines.account_places import AccountPlace
from pricelang.engines.account_rates import placed_meters
from pricelang.engines.join_keys import least_units
from pricelang.engines.plan import Placement
from pricelang.engines.warehouse_accounts import holders_of, start_of
from pricelang.engines.warehouse_plan import Plan, has_least

Columns = list[tuple[str, str]]
"""Columns by their names, which are ours, as SQL."""


@frozen(eq=False)
class UsageInPieces:
    """The usage of a plan; `row` places a row `u` of it. Rows that are `refused` stop the query
    (`raise`), or are told apart. Where the order of rows matters nowhere, a stretch is as long as
    the shortest period.
    """

    plan: Plan
    row: Placement
    refused: str

    # ---- names -------------------------------------------------------------------------------

    def name(self, column: str) -> str:
        """A name of ours."""
        return self.plan.dialect.quote(f"pl_{column}")

    def of(self, column: str) -> str:
        """A column of a piece `g`."""
        return f"g.{self.name(column)}"

    def selected(self, columns: Sequence[tuple[str, str]]) -> str:
        """Columns with their names."""
        return ",\n    ".join(f"{sql} as {self.name(column)}" for column, sql in columns)

    def summed(self, source: str, keys: Sequence[str], sums: Columns) -> str:
        """Sums of pieces by some of their columns."""
        held = ", ".join(map(self.of, keys))
        return f"select {held},\n    {self.selected(sums)}\n  from {source}\n  group by {held}"

    # ---- rows --------------------------------------------------------------------------------

    @property
    def meters(self) -> range:
        """The numbers of the meters."""
        return range(len(self.row.quantities))

    @property
    def counted(self) -> list[Counted]:
        """All that is counted."""
        own = [counted for n in placed_meters(self.plan) for counted in counted_of(self.plan, n)]
        return [*own, *ladders_counted(self.plan)]

    @property
    def placed(self) -> list[Counted]:
        """What is counted stretch by stretch."""
        return [] if is_orderless(self.plan) else self.counted

    def keys(self) -> Columns:
        """What the rows of a stretch agree in."""
        plan, row = self.plan, self.row
        found = [(f"holder_{key}", sql) for key, sql in holders_of(plan).items()]
        found += [
            (f"start_{span.period}", start_of(plan, span, plan.read_at))
            for span in periods_of(plan)
            if is_orderless(plan) or span.term is not None
        ]
        if not is_orderless(plan):
            clock = plan.dialect.clock(plan.instants)
            found.append(("stretch", clock.stretch(plan.read_at)))
        found += [(part.name, part.sql) for part in row.parts]
        found += [("long", row.long)] if row.long is not None else []
        if self._calendar_start() is None:
            found.append(("timeless", f"case when {plan.at} is null then 1 else 0 end"))
        found += self._uses() if self.refused == "null" else []
        return found + [(f"under_{n}", self._under(n)) for n in self.meters if has_least(plan, n)]

    def _uses(self) -> Columns:
        return [(f"used_{n}", self._used(n)) for n in self.meters]

    def _used(self, n: int) -> str:
        """Whether a row uses a meter that has no price everywhere, or says no quantity."""
        quantity = self.row.quantities[n].sql
        lacks = any(found.atoms[n] is None for found in self.plan.rates.cards)
        some = f" when {quantity} > 0 then 1" if lacks else ""
        return f"case when {quantity} is null then 2{some} else 0 end"

    def _under(self, n: int) -> str:
        """The smallest of the minimums of a meter that a use is under; NULL where of none."""
        quantity = self.row.quantities[n]
        found = {least_units(card.least[n], quantity) for card in self.plan.rates.cards}
        cases = " ".join(
            f"when {quantity.sql} < {least} then {least}"
            for least in sorted(each for each in found if each)
        )
        return f"case when {quantity.sql} = 0 then null {cases} end"

    def columns(self) -> Columns:
        """What a row says."""
        quantities = enumerate(self.row.quantities)
        found = [*self.keys(), *((f"quantity_{n}", quantity.sql) for n, quantity in quantities)]
        return [*found, *(self._uses() if self.refused == "raise" else []), ("rows", "1")]

    def sums(self) -> Columns:
        """What is added up of pieces `g`, but for units."""
        found = [(f"quantity_{n}", f"sum({self.of(f'quantity_{n}')})") for n in self.meters]
        if self.refused == "raise":  # one row without a price stops them all
            found += [(f"used_{n}", f"max({self.of(f'used_{n}')})") for n in self.meters]
        return [*found, ("rows", f"sum({self.of('rows')})")]

    def stretches(self) -> str:
        """The rows of each stretch added up."""
        own = [(f"quantity_{n}", quantity.sql) for n, quantity in enumerate(self.row.quantities)]
        rows = f"(select {self.selected([*self.keys(), *own])}\n  from "
        sums = [(column, f"sum({self.of(column)})") for column, _ in own]
        if self.refused == "raise":
            sums += [(f"used_{n}", self._any_used(n)) for n in self.meters]
        return self.summed(
            f"{rows}{self.plan.name(*self.plan.table)} u) g",
            [column for column, _ in self.keys()],
            [*sums, ("rows", "count(*)")],
        )

    def _any_used(self, n: int) -> str:
        """Whether some row says no quantity of a meter, which is faster than to look at each."""
        return f"case when count({self.of(f'quantity_{n}')}) < count(*) then 2 else 0 end"

    # ---- pieces ------------------------------------------------------------------------------

    def piece(self) -> Placement:
        """What places a piece `g`, and its quantities."""
        quantities = [
            evolve(
                quantity,
                sql=f"(case when {self.of(f'used_{n}')} < 2 then {self.of(f'quantity_{n}')} end)",
                largest=None,
            )
            for n, quantity in enumerate(self.row.quantities)
        ]
        return self.row.read_back(self.of, quantities)

    def is_under(self, n: int) -> str:
        """Whether the uses of a piece are under the minimum of a meter."""
        return f"{self.of(f'under_{n}')} <= r.{self.plan.dialect.quote(f'least_{n}')}"

    def billed(self, n: int) -> str:
        """The units that a piece is billed for."""
        quantity = self.piece().quantities[n].sql
        if not has_least(self.plan, n):
            return quantity
        least = f"{self.of('rows')} * r.{self.plan.dialect.quote(f'billed_{n}')}"
        return f"(case when {self.is_under(n)} then {least} else {quantity} end)"

    def starts(self) -> dict[str, str]:
        """The start of each period of a piece `g`."""
        plan, found = self.plan, dict[str, str]()
        clock = plan.dialect.clock(plan.instants)
        begin = clock.stretch_start(self.of("stretch"))
        for span in periods_of(plan):
            said = is_orderless(plan) or span.term is not None
            found[span.period] = (
                self.of(f"start_{span.period}") if said else clock.turn(span.period, begin)
            )
        return found

    def _calendar_start(self) -> str | None:
        """A column of a piece `g` that is NULL where its rows have no instant."""
        if not is_orderless(self.plan):
            return self.of("stretch")
        starts = (x for x in periods_of(self.plan) if x.term is None)
        return next((self.of(f"start_{each.period}") for each in starts), None)

    def timeless(self) -> str:
        """1 where the rows of a piece have no instant."""
        start = self._calendar_start()
        said = f"case when {start} is null then 1 else 0 end"
        return self.of("timeless") if start is None else said

    def place(self) -> AccountPlace:
        """The place of a piece `g`, where any order does."""
        starts = self.starts()
        holders = {key: self.of(f"holder_{key}") for key in holders_of(self.plan)}
        return AccountPlace(holders, starts, [*starts.values()][:1])

    def units(self, counted: Counted) -> str:
        """The units of a piece that a counter counts."""
        return self.place().counted_units(counted.units(self.plan, self.billed))
