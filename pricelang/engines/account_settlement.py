"""What accounts owe for each of their periods, as SQL.

Rows are added up first, by account and a short stretch of time, and priced after. A stretch in
which no counter of an account reaches a tier or the end of a pool costs the same in any order of
its rows, so only the rows of the others are placed one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from attrs import evolve, frozen

from pricelang.engines.account_counters import (
    Kind,
    bounds,
    counted_per,
    counters,
    period_of,
    periods_of,
)
from pricelang.engines.account_places import AccountPlace, PlacedMeter, placed_meters
from pricelang.engines.account_rates import tiers_of
from pricelang.engines.plan import Placement
from pricelang.engines.warehouse_accounts import holders_of, no_holder
from pricelang.engines.warehouse_plan import Plan, has_least
from pricelang.engines.warehouse_rows import (
    TOO_LARGE,
    amounts,
    joined,
    joins,
    known_model,
    placed,
    reason,
)
from pricelang.evaluate.account_keys import key_of
from pricelang.model.errors import BadRequest

KINDS: tuple[Kind, ...] = ("pool", "tiers")


def settle_query(plan: Plan, refused: str = "raise") -> str:
    """A query for each holder and period by which accounts are counted, `per` a key and a period:
    `rows`, their `cost`, and what is `due` after the floors and caps of that holder and period.
    Raises `BadRequest` as `counted_per`.
    """
    name, steps = plan.dialect.quote, _steps(plan)
    with_all = ", ".join(f"{name(step)} as (\n  {sql}\n)" for step, sql in steps)
    owed = "\nunion all\n".join(_owed(plan, per, refused) for per in counted_per(plan))
    return f"with {with_all}\n{owed}"


def _steps(plan: Plan) -> list[tuple[str, str]]:
    """The steps to the amounts of all pieces of usage."""
    usage = _Usage(plan, placed(plan))
    priced = ("pl_priced", usage.priced())
    if any(has_least(plan, n) for n in range(len(plan.quantities))):
        return [("pl_pieces", usage.rows()), priced]  # a use below its minimum is no part of a sum
    reached = dict(usage.reached())
    if not reached:
        return [("pl_pieces", usage.stretches()), priced]
    return [
        ("pl_stretches", usage.stretches()),
        *((f"pl_reached_{key}", sql) for key, sql in reached.items()),
        ("pl_pieces", usage.pieces([*reached])),
        priced,
    ]


@frozen(eq=False)
class _Usage:
    """The usage of a plan in pieces: stretches of an account's time, and rows."""

    plan: Plan
    row: Placement

    def _name(self, column: str) -> str:
        return self.plan.dialect.quote(f"pl_{column}")

    def _of(self, column: str) -> str:
        return f"g.{self._name(column)}"

    def _keys(self) -> list[tuple[str, str]]:
        """What the rows of a stretch agree in."""
        plan, row = self.plan, self.row
        clock = plan.dialect.clock(plan.instants)
        keys = [(f"holder_{key}", sql) for key, sql in holders_of(plan).items()]
        keys.append(("stretch", clock.stretch(plan.read_at)))
        keys += [(part.name, part.sql) for part in row.parts]
        keys += [("long", row.long)] if row.long is not None else []
        return keys + [(f"used_{n}", self._used(n)) for n in range(len(row.quantities))]

    def _used(self, n: int) -> str:
        """Whether a row uses a meter that has no price everywhere, or says no quantity."""
        quantity = self.row.quantities[n].sql
        lacks = any(found.atoms[n] is None for found in self.plan.rates.cards)
        some = f" when {quantity} > 0 then 1" if lacks else ""
        return f"case when {quantity} is null then 2{some} else 0 end"

    def _quantities(self) -> list[tuple[str, str]]:
        return [(f"quantity_{n}", found.sql) for n, found in enumerate(self.row.quantities)]

    def _order(self) -> list[tuple[str, str]]:
        tie = [("tie", self.plan.tie)] if self.plan.tie is not None else []
        return [("at", self.plan.at), *tie]

    def _selected(self, columns: Sequence[tuple[str, str]]) -> str:
        return ",\n    ".join(f"{sql} as {self._name(column)}" for column, sql in columns)

    def rows(self, source: str = "") -> str:
        """Each row by itself."""
        columns = [*self._keys(), *self._quantities(), ("rows", "1"), *self._order()]
        usage = self.plan.name(*self.plan.table)
        return f"select {self._selected(columns)}\n  from {usage} u{source}"

    def stretches(self) -> str:
        """The rows of each stretch added up."""
        keys, sums = self._keys(), self._quantities()
        inner = self._selected([*keys, *sums])
        held = ", ".join(self._name(column) for column, _ in keys)
        added = ", ".join(
            f"sum(p.{self._name(column)}) as {self._name(column)}" for column, _ in sums
        )
        usage = self.plan.name(*self.plan.table)
        return (
            f"select {held}, {added}, count(*) as {self._name('rows')}\n  from (select {inner}\n  "
            f"from {usage} u) p\n  group by {held}"
        )

    def piece(self) -> Placement:
        """What places a piece `g`."""
        quantities = [
            evolve(
                quantity,
                sql=f"(case when {self._of(f'used_{n}')} < 2 then {self._of(f'quantity_{n}')} end)",
                largest=None,
            )
            for n, quantity in enumerate(self.row.quantities)
        ]
        return self.row.read_back(self._of, quantities)

    def place(self) -> AccountPlace:
        """The place of a piece `g` among those of its account."""
        plan, order = self.plan, [column for column, _ in self._order()]
        clock = plan.dialect.clock(plan.instants)
        start = clock.stretch_start(self._of("stretch"))
        return AccountPlace(
            {key: self._of(f"holder_{key}") for key in holders_of(plan)},
            {period: clock.turn(period, start) for period in periods_of(plan)},
            [self._of("stretch"), *map(self._of, order)],
        )

    def reached(self) -> Iterator[tuple[str, str]]:
        """For each key its holders and the stretches in which a counter of theirs reaches a tier or
        the end of a pool.
        """
        found: dict[str, list[str]] = {}
        for n in placed_meters(self.plan):
            for kind in KINDS:
                for per in sorted({counter.per for counter in counters(self.plan, n, kind)}):
                    found.setdefault(key_of(per), []).append(self._reached(n, kind, per))
        for key, parts in found.items():
            yield key, "\n  union\n  ".join(parts)

    def _reached(self, n: int, kind: Kind, per: str) -> str:
        """The same of the counters of a meter per one key and period."""
        plan, name, piece = self.plan, self._name, self.piece()
        place, clock = self.place(), plan.dialect.clock(plan.instants)
        number, numbers = place.number(plan, n, kind), place.numbers(plan, n, kind, per)
        rate = (
            [f"pool_{n}"]
            if kind == "pool"
            else [f"after_{n}_{t}" for t in range(1, tiers_of(plan, n))]
        )
        marks = [f"r.{plan.dialect.quote(column)}" for column in rate]
        extremes = "".join(
            f", min({mark}) as {name(f'first_{i}')}, max({mark}) as {name(f'last_{i}')}"
            for i, mark in enumerate(marks)
        )
        holder, stretch = self._of(f"holder_{key_of(per)}"), self._of("stretch")
        inner = (
            f"select {holder} as {name('holder')}, {stretch} as {name('stretch')}, {number} as "
            f"{name('counter')}, sum({PlacedMeter(plan, piece, n, place).billed}) as "
            f"{name('units')}{extremes}\n    from {name('stretches')} g\n  {joins(plan, piece)}\n    "
            f"where {number} in ({numbers}) group by {holder}, {stretch}, {number}"
        )
        start = clock.turn(period_of(per), clock.stretch_start(f"s.{name('stretch')}"))
        before = (
            f"coalesce(sum(s.{name('units')}) over (partition by s.{name('holder')}, {start}, "
            f"s.{name('counter')} order by s.{name('stretch')} rows between unbounded preceding "
            f"and 1 preceding), 0)"
        )
        tests = " or ".join(
            f"(t.{name('before')} < t.{name(f'last_{i}')} and t.{name('before')} + "
            f"t.{name('units')} > t.{name(f'first_{i}')})"
            for i in range(len(marks))
        )
        return (
            f"select t.{name('holder')}, t.{name('stretch')} from (\n  select s.*, {before} as "
            f"{name('before')}\n  from (\n    {inner}\n  ) s) t\n  where {tests}"
        )

    def pieces(self, keys: Sequence[str]) -> str:
        """The stretches, but each row by itself where a counter of some key reaches anything."""
        name, own = self._name, dict(self._keys())
        columns = [column for column, _ in [*self._keys(), *self._quantities(), ("rows", "")]]
        whole = ", ".join([*map(self._of, columns), *("null" for _ in self._order())])

        def join(holder: Callable[[str], str], stretch: str) -> str:
            return "".join(
                f"\n  left join {name(f'reached_{key}')} {name(f'at_{key}')} on "
                f"{name(f'at_{key}')}.{name('holder')} = {holder(key)} and "
                f"{name(f'at_{key}')}.{name('stretch')} = {stretch}"
                for key in keys
            )

        apart = [f"{name(f'at_{key}')}.{name('stretch')} is" for key in keys]
        return (
            self.rows(
                join(lambda key: own[f"holder_{key}"], own["stretch"])
                + f"\n  where {' or '.join(f'{test} not null' for test in apart)}"
            )
            + f"\n  union all\n  select {whole}\n  from {name('stretches')} g"
            + join(lambda key: self._of(f"holder_{key}"), self._of("stretch"))
            + f"\n  where {' and '.join(f'{test} null' for test in apart)}"
        )

    def priced(self) -> str:
        """The pieces with their amounts, and why they have none."""
        plan, piece, place = self.plan, self.piece(), self.place()
        name, billed, made = plan.dialect.quote, placed_meters(plan), amounts(plan, self.piece())
        for n in billed:
            made[n] = PlacedMeter(plan, piece, n, place).amount
        known = known_model(plan, piece.name)
        why = reason(
            plan, piece, self._of("stretch"), known, billed=billed, more=no_holder(place.holders)
        )
        columns = [(f"holder_{key}", sql) for key, sql in place.holders.items()]
        columns += [(f"start_{period}", sql) for period, sql in place.starts.items()]
        columns += [(f"bound_{b.number}", f"r.{name(f'bound_{b.number}')}") for b in bounds(plan)]
        columns += [("model", piece.name), ("rows", self._of("rows"))]
        columns += [("atoms", " + ".join(f"({amount})" for amount in made)), ("reason", why)]
        return f"select {self._selected(columns)}\n  from {self._name('pieces')} g\n  {joins(plan, piece)}"


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
