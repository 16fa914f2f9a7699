"""The query that adds up a table of usage in a warehouse: quantities first, prices after."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from pricelang.engines.plan import Placement
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

PERIODS = ("day", "month", "year")


def totals_query(plan: Plan, by: Sequence[str], refused: str = "raise") -> str:
    """A query for the cost of the usage by some columns: `model` is the book's id of it, `day`,
    `month` and `year` are periods of the instant in UTC, and everything else is a column of the
    usage.

    Quantities are added up first and priced after, which is the same, since prices are linear; with
    a minimum per use rows are priced first. With `refused` as `null` there are `unpriced` rows and
    the first `reason` beside the `cost`.
    """
    name = plan.dialect.quote
    row = placed(plan)
    columns = [
        (f"by_{n}", _group_sql(plan, found)) for n, found in enumerate(by) if found != "model"
    ]
    keys = [*columns, *_keys(plan, row)]
    quantities = [(f"pl_quantity_{n}", quantity.sql) for n, quantity in enumerate(row.quantities)]
    listed = ",\n    ".join(f"{sql} as {name(column)}" for column, sql in [*keys, *quantities])
    grouped = _grouped(plan, [column for column, _ in keys], [column for column, _ in quantities])
    steps = [
        ("pl_placed", f"select {listed}\n  from {plan.name(*plan.table)} u"),
        ("pl_grouped", grouped),
        ("pl_priced", _priced(plan, _again(plan, row), by)),
    ]
    with_all = ", ".join(f"{name(step)} as (\n  {sql}\n)" for step, sql in steps)
    groups = [name(found) for found in by]
    chosen = [*groups, f"sum({name('pl_rows')}) as {name('rows')}", *_costs(plan, refused)]
    grouping = f"\ngroup by {', '.join(groups)}" if groups else ""
    return f"with {with_all}\nselect {', '.join(chosen)}\nfrom {name('pl_priced')}{grouping}"


def _priced(plan: Plan, row: Placement, by: Sequence[str]) -> str:
    """The groups with their amounts, and why they have none."""
    name = plan.dialect.quote
    atoms = " + ".join(f"({amount})" for amount in amounts(plan, row))
    why = reason(plan, row, f"nullif(g.{name('pl_lacks')}, 1)", f"g.{name('pl_known')} = 1")
    shown = [
        f"coalesce(v.{name('model')}, {row.name})" if found == "model" else f"g.{name(f'by_{n}')}"
        for n, found in enumerate(by)
    ]
    priced = [f"{sql} as {name(found)}" for sql, found in zip(shown, by, strict=True)]
    priced += [
        f"{row.name} as {name('pl_model')}",
        f"g.{name('pl_rows')} as {name('pl_rows')}",
        f"{atoms} as {name('pl_atoms')}",
        f"{why} as {name('pl_reason')}",
    ]
    return f"select {', '.join(priced)}\n  from {name('pl_grouped')} g\n  {joins(plan, row)}"


def _group_sql(plan: Plan, column: str) -> str:
    if column in PERIODS:
        return plan.dialect.clock(plan.instants).turn(column, plan.read_at)
    return f"u.{plan.dialect.quote(column)}"


def _keys(plan: Plan, row: Placement) -> list[tuple[str, str]]:
    """What rows of one price agree in."""
    keys = [(f"pl_{part.name}", part.sql) for part in row.parts]
    keys += [("pl_known", f"case when {known_model(plan, row.name)} then 1 else 0 end")]
    keys += [("pl_lacks", f"case when {plan.at} is null then 1 else 0 end")]
    keys += [("pl_long", row.long)] if row.long is not None else []
    for n, quantity in enumerate(row.quantities):
        # a sum passes over quantities that are none,
        # and one row that may not use a meter is no fault of those that do not
        used = (
            f" when {quantity.sql} > 0 then 1"
            if any(found.atoms[n] is None for found in plan.rates.cards)
            else ""
        )
        keys.append((f"pl_used_{n}", f"case when {quantity.sql} is null then 2{used} else 0 end"))
    return keys


def _grouped(plan: Plan, keys: Sequence[str], quantities: Sequence[str]) -> str:
    name = plan.dialect.quote
    held = ", ".join(map(name, keys))
    if any(has_least(plan, n) for n in range(len(quantities))):
        return (
            f"select {held}, 1 as {name('pl_rows')}, {', '.join(map(name, quantities))}\n  from "
            f"{name('pl_placed')}"
        )
    sums = ", ".join(f"sum(p.{name(column)}) as {name(column)}" for column in quantities)
    return (
        f"select {held}, count(*) as {name('pl_rows')}, {sums}\n  from {name('pl_placed')} p "
        f"group by {held}"
    )


def _again(plan: Plan, row: Placement) -> Placement:
    """What places a group."""

    def of(part: str) -> str:
        return f"g.{plan.dialect.quote(f'pl_{part}')}"

    sums = [
        evolve(
            quantity,
            sql=f"(case when {of(f'used_{n}')} < 2 then {of(f'quantity_{n}')} end)",
            largest=None,
        )
        for n, quantity in enumerate(row.quantities)
    ]
    return row.read_back(of, sums)


def _costs(plan: Plan, refused: str) -> list[str]:
    """The columns of a total: its cost, and what is not in it."""
    words, name, text = plan.dialect, plan.dialect.quote, plan.dialect.literal
    atoms, rows, why = name("pl_atoms"), name("pl_rows"), name("pl_reason")
    lost = f"case when count({atoms}) > 0 and sum({atoms}) is null then {text(TOO_LARGE)} end"
    if refused == "null":
        return [
            f"{words.decimal(f'sum({atoms})', plan.places)} as {name('cost')}",
            f"sum(case when {why} is not null then {rows} else 0 end) as {name('unpriced')}",
            f"coalesce(min({why}), {lost}) as {name('reason')}",
        ]
    nothing = text("NULL")
    model = f"coalesce(min(case when {why} is not null then {name('pl_model')} end), {nothing})"
    said = joined(
        text("pricelang: no price for "),
        model,
        text(": "),
        f"coalesce(min({why}), {text(TOO_LARGE)})",
    )
    zero = words.cast("0", words.number)  # what no usage costs
    total = f"case when count(*) = 0 then {zero} when count({why}) = 0 then sum({atoms}) end"
    return [f"{words.decimal(f'({words.stop(said, total)})', plan.places)} as {name('cost')}"]
