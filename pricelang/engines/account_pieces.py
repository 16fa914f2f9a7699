"""The usage of accounts in pieces, as SQL: short stretches of time, added up, and the rows of those
in which the order of rows matters.

A stretch in which no counter of an account reaches a tier or the end of a pool costs the same in
any order of its rows, so only the rows of the others are placed one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from attrs import evolve, frozen

from pricelang.engines.account_counters import (
    Counted,
    counters,
    is_orderless,
    period_of,
    periods_of,
)
from pricelang.engines.account_places import AccountPlace, counted_of, placed_meters, units_by_tier
from pricelang.engines.account_rates import tiers_of
from pricelang.engines.join_keys import least_units
from pricelang.engines.plan import Placement
from pricelang.engines.warehouse_accounts import holders_of
from pricelang.engines.warehouse_plan import Plan, has_least
from pricelang.engines.warehouse_rows import joins
from pricelang.evaluate.account_keys import key_of

Columns = list[tuple[str, str]]
"""Columns by their names, which are ours, as SQL."""


@frozen(eq=False)
class AccountUsage:
    """The usage of a plan; `row` places a row `u` of it. Rows that are `refused` stop the query
    (`raise`), or are told apart.
    """

    plan: Plan
    row: Placement
    refused: str

    def name(self, column: str) -> str:
        """A name of ours."""
        return self.plan.dialect.quote(f"pl_{column}")

    def of(self, column: str) -> str:
        """A column of a piece `g`."""
        return f"g.{self.name(column)}"

    def selected(self, columns: Sequence[tuple[str, str]]) -> str:
        """Columns with their names."""
        return ",\n    ".join(f"{sql} as {self.name(column)}" for column, sql in columns)

    @property
    def meters(self) -> range:
        """The numbers of the meters."""
        return range(len(self.row.quantities))

    @property
    def counted(self) -> list[Counted]:
        """What is counted, for each meter its pool and its ladder."""
        return [counted for n in placed_meters(self.plan) for counted in counted_of(self.plan, n)]

    @property
    def placed(self) -> list[Counted]:
        """What is counted in the order of rows."""
        return [] if is_orderless(self.plan) else self.counted

    # ---- stretches of time -------------------------------------------------------------------

    def keys(self) -> Columns:
        """What the rows of a stretch agree in."""
        plan, row = self.plan, self.row
        clock = plan.dialect.clock(plan.instants)
        found = [(f"holder_{key}", sql) for key, sql in holders_of(plan).items()]
        found += (
            [(f"start_{each}", clock.turn(each, plan.read_at)) for each in periods_of(plan)]
            if is_orderless(plan)
            else [("stretch", clock.stretch(plan.read_at))]
        )
        found += [(part.name, part.sql) for part in row.parts]
        found += [("long", row.long)] if row.long is not None else []
        found += self._uses() if self.refused == "null" else []
        return found + [(f"under_{n}", self._under(n)) for n in self.meters if has_least(plan, n)]

    def starts(self) -> dict[str, str]:
        """The start of each period of a piece `g`."""
        plan, clock = self.plan, self.plan.dialect.clock(self.plan.instants)
        if is_orderless(plan):
            return {each: self.of(f"start_{each}") for each in periods_of(plan)}
        begin = clock.stretch_start(self.of("stretch"))
        return {each: clock.turn(each, begin) for each in periods_of(plan)}

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

    def sums(self) -> Columns:
        """What is added up of pieces `g`, but for units."""
        found = [(f"quantity_{n}", f"sum({self.of(f'quantity_{n}')})") for n in self.meters]
        if self.refused == "raise":  # one row without a price stops them all
            found += [(f"used_{n}", f"max({self.of(f'used_{n}')})") for n in self.meters]
        return [*found, ("rows", f"sum({self.of('rows')})")]

    def columns(self) -> Columns:
        """What a row says."""
        quantities = enumerate(self.row.quantities)
        found = [*self.keys(), *((f"quantity_{n}", quantity.sql) for n, quantity in quantities)]
        return [*found, *(self._uses() if self.refused == "raise" else []), ("rows", "1")]

    def stretches(self) -> str:
        """The rows of each stretch added up."""
        rows = f"(select {self.selected(self.columns())}\n  from {self.plan.name(*self.plan.table)} u) g"
        return self.summed(rows, [column for column, _ in self.keys()], self.sums())

    def summed(self, source: str, keys: Sequence[str], sums: Columns) -> str:
        """Sums of pieces by some of their columns."""
        held = ", ".join(map(self.of, keys))
        return f"select {held},\n    {self.selected(sums)}\n  from {source}\n  group by {held}"

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

    def _billed(self, n: int) -> str:
        """The units that a piece is billed for."""
        quantity = self.piece().quantities[n].sql
        if not has_least(self.plan, n):
            return quantity
        least = f"{self.of('rows')} * r.{self.plan.dialect.quote(f'billed_{n}')}"
        return f"(case when {self.is_under(n)} then {least} else {quantity} end)"

    # ---- counters ----------------------------------------------------------------------------

    def counts(self) -> Iterator[tuple[str, str]]:
        """For each counter and stretch the units before it, and whether something is reached in
        it: the name of a step, and its query.
        """
        for counted in self.placed:
            for per in self._pers(counted):
                yield self._step(counted, per), self._counts(counted, per)

    def _pers(self, counted: Counted) -> list[str]:
        return sorted({counter.per for counter in counters(self.plan, counted)})

    def _step(self, counted: Counted, per: str) -> str:
        return f"{counted.kind}_{counted.meter}_{per.replace(' ', '_')}"

    def _marks(self, counted: Counted) -> list[str]:
        """The columns of the rates that say what a counter may reach."""
        n = counted.meter
        return (
            [f"pool_{n}"]
            if counted.kind == "pool"
            else [f"after_{n}_{tier}" for tier in range(1, tiers_of(self.plan, n))]
        )

    def _counts(self, counted: Counted, per: str) -> str:
        plan, name, number = self.plan, self.name, counted.number(self.plan)
        clock = plan.dialect.clock(plan.instants)
        holder, stretch = self.of(f"holder_{key_of(per)}"), self.of("stretch")
        columns = [("holder", holder), ("stretch", stretch), ("counter", number)]
        columns.append(("units", f"coalesce(sum({self._counted(counted)}), 0)"))
        tests = []
        for n, mark in enumerate(self._marks(counted)):
            rate = f"r.{plan.dialect.quote(mark)}"
            columns += [(f"first_{n}", f"min({rate})"), (f"last_{n}", f"max({rate})")]
            tests.append(
                f"(t.{name('before')} < t.{name(f'last_{n}')} and t.{name('before')} + "
                f"t.{name('units')} > t.{name(f'first_{n}')})"
            )
        start = clock.turn(period_of(per), clock.stretch_start(f"s.{name('stretch')}"))
        before = (
            f"coalesce(sum(s.{name('units')}) over (partition by s.{name('holder')}, {start}, "
            f"s.{name('counter')} order by s.{name('stretch')} rows between unbounded preceding "
            f"and 1 preceding), 0)"
        )
        return (
            f"select t.*, case when {' or '.join(tests)} then 1 else 0 end as {name('reached')}\n  "
            f"from (select s.*, {before} as {name('before')}\n  from (select "
            f"{self.selected(columns)}\n  from {name('stretches')} g\n  "
            f"{joins(plan, self.piece())}\n  where {number} in ({counted.numbers(plan, per)})\n  "
            f"group by {holder}, {stretch}, {number}) s) t"
        )

    def reached(self) -> dict[str, str]:
        """For each key its holders and the stretches in which a counter of theirs reaches
        something.
        """
        name, found = self.name, dict[str, list[str]]()
        for counted in self.placed:
            for per in self._pers(counted):
                found.setdefault(key_of(per), []).append(
                    f"select {name('holder')}, {name('stretch')} from "
                    f"{name(self._step(counted, per))} where {name('reached')} = 1"
                )
        mark = self.plan.dialect.cast("1", self.plan.dialect.small)  # NULL where a join finds none
        return {
            key: f"select distinct x.*, {mark} as {name('mark')} from ({each}) x"
            for key, parts in found.items()
            for each in [" union all ".join(parts)]
        }

    # ---- pieces ------------------------------------------------------------------------------

    def _at_reached(self, holder: Callable[[str], str], stretch: str) -> str:
        """Joins to what is reached in the stretch of a row or piece."""
        return "".join(
            f"\n  left join {self.name(f'reached_{key}')} {self.name(f'at_{key}')} on "
            f"{self.name(f'at_{key}')}.{self.name('holder')} = {holder(key)} and "
            f"{self.name(f'at_{key}')}.{self.name('stretch')} = {stretch}"
            for key in self.reached()
        )

    def _order(self) -> Columns:
        tie = [("tie", self.plan.tie)] if self.plan.tie is not None else []
        return [("at", self.plan.at), *tie]

    def rows(self) -> str:
        """The rows of the stretches in which something is reached."""
        own = dict(self.keys())
        columns = [*self.columns(), *self._order()]
        tests = [
            f"{self.name(f'at_{key}')}.{self.name('mark')} is not null" for key in self.reached()
        ]
        return (
            f"select {self.selected(columns)}\n  from {self.plan.name(*self.plan.table)} u"
            + self._at_reached(lambda key: own[f"holder_{key}"], own["stretch"])
            + f"\n  where {' or '.join(tests)}"
        )

    def pieces(self) -> str:
        """The rows, and the stretches in which nothing is reached, with the units before each."""
        if not self.placed:
            return self._pieces("stretches", self._in_any_order)
        tests = [f"{self.name(f'at_{key}')}.{self.name('mark')} is null" for key in self.reached()]
        at = self._at_reached(lambda key: self.of(f"holder_{key}"), self.of("stretch"))
        rows = self._pieces("rows", lambda counted: self._stretch(counted) + self._within(counted))
        whole = self._pieces("stretches", self._stretch, at)
        return f"{rows}\n  union all\n  {whole}\n  where {' and '.join(tests)}"

    def _in_any_order(self, counted: Counted) -> str:
        """The units before a piece, where all that a counter counts costs the same."""
        return self._place().before(self.plan, counted, self._billed(counted.meter))

    def _place(self) -> AccountPlace:
        starts = self.starts()
        holders = {key: self.of(f"holder_{key}") for key in holders_of(self.plan)}
        return AccountPlace(holders, starts, [*starts.values()][:1])

    def _counted(self, counted: Counted) -> str:
        """The units of a piece that a counter counts."""
        return self._place().counted_units(self._billed(counted.meter))

    def _stretch(self, counted: Counted) -> str:
        """The units before a stretch."""
        # one of them is joined, and what a join does not find is NULL or, in ClickHouse, 0
        return " + ".join(
            f"coalesce({self.name(self._step(counted, per))}.{self.name('before')}, 0)"
            for per in self._pers(counted)
        )

    def _within(self, counted: Counted) -> str:
        """The units before a row within its stretch."""
        number = counted.number(self.plan)
        shared, pers = [number, self.of("stretch")], self._pers(counted)
        for per in pers:
            holder = self.of(f"holder_{key_of(per)}")
            test = f"{number} in ({counted.numbers(self.plan, per)})"
            shared.append(holder if len(pers) == 1 else f"case when {test} then {holder} end")
        order = ", ".join(self.of(column) for column, _ in self._order())
        return (
            f" + coalesce(sum({self._counted(counted)}) over (partition by "
            f"{', '.join(shared)} order by {order} rows between unbounded preceding and 1 "
            "preceding), 0)"
        )

    def _pieces(self, source: str, before: Callable[[Counted], str], more: str = "") -> str:
        plan, kept = self.plan, [self.of(column) for column, _ in self.columns()]
        found = [(f"billed_{n}", self._billed(n)) for n in placed_meters(plan)]
        for counted in self.counted:
            found.append((f"before_{counted.kind}_{counted.meter}", before(counted)))
            found += [(mark, f"r.{plan.dialect.quote(mark)}") for mark in self._marks(counted)]
        listed = f"{', '.join(kept)},\n    {self.selected(found)}" if found else ", ".join(kept)
        joined = "".join(map(self._at_counts, self.placed))
        return f"select {listed}\n  from {self.name(source)} g\n  {joins(plan, self.piece())}{joined}{more}"

    def _at_counts(self, counted: Counted) -> str:
        """Joins to what is before the stretch of a piece."""
        found = ""
        for per in self._pers(counted):
            step = self.name(self._step(counted, per))
            found += (
                f"\n  left join {step} on {step}.{self.name('counter')} = "
                f"{counted.number(self.plan)} and {step}.{self.name('stretch')} = "
                f"{self.of('stretch')} and {step}.{self.name('holder')} = "
                f"{self.of(f'holder_{key_of(per)}')}"
            )
        return found

    def units(self) -> str:
        """The quantities of each account's period, and how many units of them are in each tier."""
        starts = [(f"start_{each}", sql) for each, sql in self.starts().items()]
        timeless = f"case when {starts[0][1]} is null then 1 else 0 end"
        tiers = [
            (f"units_{n}_{tier}", sql)
            for n in placed_meters(self.plan)
            for tier, sql in enumerate(self._units(n))
        ]
        timed = ("stretch", *(column for column, _ in starts))
        kept = [column for column, _ in self.columns() if column not in timed]
        inner = [*((each, self.of(each)) for each in kept), *starts, ("timeless", timeless), *tiers]
        sums = [*self.sums(), *((column, f"sum({self.of(column)})") for column, _ in tiers)]
        added = {column for column, _ in sums}
        return self.summed(
            f"(select {self.selected(inner)}\n  from {self.name('pieces')} g) g",
            [column for column, _ in inner if column not in added],
            sums,
        )

    def _units(self, n: int) -> Iterator[str]:
        """The units of a piece in each tier of a meter."""
        zero = self.plan.dialect.cast("0", self.plan.dialect.number)
        kinds = {counted.kind: counted for counted in counted_of(self.plan, n)}
        billed, free = self.of(f"billed_{n}"), None
        start = self.of(f"before_tiers_{n}") if "tiers" in kinds else zero
        if "pool" in kinds:
            left = f"{self.of(f'pool_{n}')} - {self.of(f'before_pool_{n}')}"
            free = f"greatest({zero}, least({billed}, {left}))"
        afters = [self.of(f"after_{n}_{tier}") for tier in range(1, tiers_of(self.plan, n))]
        return units_by_tier(start, billed, free, afters, zero)
