"""The usage of accounts in pieces that each stand in one place, as SQL: stretches of time, and the
rows of those in which the order of rows matters.

A stretch in which no counter of an account reaches a tier or the end of a pool costs the same in
any order of its rows, so only the rows of the others are placed one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pricelang.engines.account_counters import Counted, KeyPeriod, counted_of, ladders_counted
from pricelang.engines.account_places import MeterUnits, standing
from pricelang.engines.account_rates import own_marks, placed_meters, price_tiers
from pricelang.engines.account_stretches import Columns, UsageInPieces
from pricelang.engines.warehouse_rows import joins


def counts(usage: UsageInPieces) -> Iterator[tuple[str, str]]:
    """For each counter and stretch the units before it, and whether something is reached in it: the
    name of a step, and its query.
    """
    for counted in usage.placed:
        for span in counted.spans(usage.plan):
            yield _step(counted, span), _counts(usage, counted, span)


def _step(counted: Counted, span: KeyPeriod) -> str:
    return f"{counted.name}_{span.key}_{span.period}"


def _counts(usage: UsageInPieces, counted: Counted, span: KeyPeriod) -> str:
    plan, name, number = usage.plan, usage.name, counted.number(usage.plan)
    clock = plan.dialect.clock(plan.instants)
    holder, stretch = usage.of(f"holder_{span.key}"), usage.of("stretch")
    columns = [("holder", holder), ("stretch", stretch), ("counter", number)]
    columns.append(("units", f"coalesce(sum({usage.units(counted)}), 0)"))
    tests, marks = _reaches(usage, counted)
    shared = [f"s.{name('holder')}", f"s.{name('counter')}"]
    if span.term is None:
        shared.append(clock.turn(span.period, clock.stretch_start(f"s.{name('stretch')}")))
    order = (
        ""
        if counted.kind == "whole"
        else f" order by s.{name('stretch')} rows between unbounded preceding and 1 preceding"
    )
    before = f"coalesce(sum(s.{name('units')}) over (partition by {', '.join(shared)}{order}), 0)"
    return (
        f"select t.*, {tests} as {name('reached')}\n  from (select s.*, {before} as "
        f"{name('before')}\n  from (select {usage.selected([*columns, *marks])}\n  from "
        f"{name('stretches')} g\n  {joins(plan, usage.piece())}\n  where {number} in "
        f"({counted.numbers(plan, span)})\n  group by {holder}, {stretch}, {number}) s) t"
    )


def _reaches(usage: UsageInPieces, counted: Counted) -> tuple[str, Columns]:
    """Whether a stretch reaches something, and the columns that the test reads."""
    plan, name = usage.plan, usage.name
    before, units = f"t.{name('before')}", f"t.{name('units')}"
    if counted.kind == "whole":
        return "0", []
    if counted.kind == "ladder":
        starts = map(plan.dialect.integer, plan.ladders[counted.index].starts[1:])
        # one that is reached exactly has the next for meters that the ladder does not count
        tests = [f"({before} < {start} and {before} + {units} >= {start})" for start in starts]
        return f"case when {' or '.join(tests)} then 1 else 0 end", []
    tests, columns = [], list[tuple[str, str]]()
    for n, mark in enumerate(own_marks(plan, counted)):
        rate = f"r.{plan.dialect.quote(mark)}"
        columns += [(f"first_{n}", f"min({rate})"), (f"last_{n}", f"max({rate})")]
        first, last = f"t.{name(f'first_{n}')}", f"t.{name(f'last_{n}')}"
        tests.append(f"({before} < {last} and {before} + {units} > {first})")
    return f"case when {' or '.join(tests)} then 1 else 0 end", columns


def reached(usage: UsageInPieces) -> dict[str, str]:
    """For each key its holders and the stretches in which a counter of theirs reaches something."""
    name, found = usage.name, dict[str, list[str]]()
    for counted in usage.placed:
        for span in counted.spans(usage.plan) if counted.kind != "whole" else ():
            found.setdefault(span.key, []).append(
                f"select {name('holder')}, {name('stretch')} from {name(_step(counted, span))} "
                f"where {name('reached')} = 1"
            )
    mark = usage.plan.dialect.cast("1", usage.plan.dialect.small)  # NULL where a join finds none
    return {
        key: f"select distinct x.*, {mark} as {name('mark')} from ({each}) x"
        for key, parts in found.items()
        for each in [" union all ".join(parts)]
    }


def _at_reached(usage: UsageInPieces, holder: Callable[[str], str], stretch: str) -> str:
    """Joins to what is reached in the stretch of a row or piece."""
    name = usage.name
    return "".join(
        f"\n  left join {name(f'reached_{key}')} {name(f'at_{key}')} on "
        f"{name(f'at_{key}')}.{name('holder')} = {holder(key)} and "
        f"{name(f'at_{key}')}.{name('stretch')} = {stretch}"
        for key in reached(usage)
    )


def _order(usage: UsageInPieces) -> Columns:
    tie = [("tie", usage.plan.tie)] if usage.plan.tie is not None else []
    return [("at", usage.plan.at), *tie]


def _marks(usage: UsageInPieces) -> list[str]:
    return [f"{usage.name(f'at_{key}')}.{usage.name('mark')} is" for key in reached(usage)]


def rows(usage: UsageInPieces) -> str:
    """The rows of the stretches in which something is reached."""
    own = dict(usage.keys())
    joined = _at_reached(usage, lambda key: own[f"holder_{key}"], own["stretch"])
    tests = " or ".join(f"{mark} not null" for mark in _marks(usage))
    return (
        f"select {usage.selected([*usage.columns(), *_order(usage)])}\n  from "
        f"{usage.plan.name(*usage.plan.table)} u{joined}\n  where {tests}"
    )


def pieces(usage: UsageInPieces) -> str:
    """The rows, and the stretches in which nothing is reached, with the count of each counter where
    the units of each meter start.
    """
    if not usage.placed:
        return _pieces(usage, "stretches", lambda counted: _in_any_order(usage, counted))
    if not reached(usage):
        return _pieces(usage, "stretches", lambda counted: _stretch(usage, counted))
    joined = _at_reached(usage, lambda key: usage.of(f"holder_{key}"), usage.of("stretch"))
    tests = " and ".join(f"{mark} null" for mark in _marks(usage))
    parts = (
        _pieces(usage, "rows", lambda counted: _row(usage, counted)),
        _pieces(usage, "stretches", lambda counted: _stretch(usage, counted)) + joined,
    )
    return "\n  union all\n  ".join(parts) + f"\n  where {tests}"


def _in_any_order(usage: UsageInPieces, counted: Counted) -> str:
    """The units before a piece, where all that a counter counts costs the same."""
    return usage.place().before(usage.plan, counted, counted.units(usage.plan, usage.billed))


def _stretch(usage: UsageInPieces, counted: Counted) -> str:
    """The units before a stretch."""
    # one of them is joined, and what a join does not find is NULL or, in ClickHouse, 0
    return " + ".join(
        f"coalesce({usage.name(_step(counted, span))}.{usage.name('before')}, 0)"
        for span in counted.spans(usage.plan)
    )


def _row(usage: UsageInPieces, counted: Counted) -> str:
    """The units before a row: those before its stretch, and those of the stretch."""
    if counted.kind == "whole":
        return _stretch(usage, counted)
    shared = [*usage.place().shared(usage.plan, counted, start=False), usage.of("stretch")]
    order = ", ".join(usage.of(column) for column, _ in _order(usage))
    return (
        f"{_stretch(usage, counted)} + coalesce(sum({usage.units(counted)}) over (partition by "
        f"{', '.join(shared)} order by {order} "
        "rows between unbounded preceding and 1 preceding), 0)"
    )


def _pieces(usage: UsageInPieces, source: str, before: Callable[[Counted], str]) -> str:
    plan, found = usage.plan, list[tuple[str, str]]()
    ladders = ladders_counted(plan)
    for n in placed_meters(plan):
        found.append((f"billed_{n}", usage.billed(n)))
        for counted in counted_of(plan, n):
            found.append((f"at_{counted.name}_{n}", standing(plan, counted, before(counted))))
            found += [(mark, f"r.{plan.dialect.quote(mark)}") for mark in own_marks(plan, counted)]
        for counted in (ladders[k] for k in price_tiers(plan, n).ladders):
            count = before(counted)
            if counted.kind == "ladder":
                count += f" + {counted.units(plan, usage.billed, n)}"
            found.append((f"at_{counted.name}_{n}", standing(plan, counted, count)))
    kept = ", ".join(usage.of(column) for column, _ in usage.columns())
    joined = "".join(_at_counts(usage, counted) for counted in usage.placed)
    listed = f"{kept},\n    {usage.selected(found)}" if found else kept
    return f"select {listed}\n  from {usage.name(source)} g\n  {joins(plan, usage.piece())}{joined}"


def _at_counts(usage: UsageInPieces, counted: Counted) -> str:
    """Joins to what is before the stretch of a piece."""
    found, name = "", usage.name
    for span in counted.spans(usage.plan):
        step = name(_step(counted, span))
        found += (
            f"\n  left join {step} on {step}.{name('counter')} = {counted.number(usage.plan)} and "
            f"{step}.{name('stretch')} = {usage.of('stretch')} and {step}.{name('holder')} = "
            f"{usage.of(f'holder_{span.key}')}"
        )
    return found


def units(usage: UsageInPieces) -> str:
    """The quantities of each account's periods, and how many units of them have each price."""
    starts = [(f"start_{period}", sql) for period, sql in usage.starts().items()]
    priced = [
        (f"units_{n}_{i}", sql)
        for n in placed_meters(usage.plan)
        for i, sql in enumerate(_units(usage, n).by_price())
    ]
    timed = ("stretch", "timeless", *(column for column, _ in starts))
    kept = [column for column, _ in usage.columns() if column not in timed]
    inner = [
        *((each, usage.of(each)) for each in kept),
        *starts,
        ("timeless", usage.timeless()),
        *priced,
    ]
    sums = [*usage.sums(), *((column, f"sum({usage.of(column)})") for column, _ in priced)]
    added = {column for column, _ in sums}
    return usage.summed(
        f"(select {usage.selected(inner)}\n  from {usage.name('pieces')} g) g",
        [column for column, _ in inner if column not in added],
        sums,
    )


def _units(usage: UsageInPieces, n: int) -> MeterUnits:
    return MeterUnits(
        usage.plan,
        n,
        usage.of(f"billed_{n}"),
        lambda counted: usage.of(f"at_{counted.name}_{n}"),
        usage.of,
    )
