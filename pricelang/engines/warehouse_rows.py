"""The query for each row of a table of usage in a warehouse, and what it is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from pricelang.engines.join_keys import times
from pricelang.engines.longest import Asked, is_too_long, with_values
from pricelang.engines.plan import Placement, UsageRow, amount_sql, place, scale_up
from pricelang.engines.warehouse_plan import RATES, VERSIONS, Plan, has_least
from pricelang.model.instants import written

NO_TIME = "the row has only a day, and prices depend on the time of day"
NO_MODEL, NO_INSTANT, UNKNOWN = "the row names no model", "the row has no instant", "unknown model"
NOT_THEN, REFUSED = (
    "the model is not offered at this instant",
    "refused, unknown or not offered with these values",
)
TOO_LONG = "longer than any one request: several requests together are a sum"
TOO_LARGE = "the sum is too large"

ATOMS, WHY = "pl_cost_atoms", "pl_reason"
"""What the query itself reads of a priced row:
names that no column of usage has, since `q.cost_atoms` could be the user's.
"""


def placed(plan: Plan) -> Placement:
    """What places a row of the usage `u`."""
    clock, dialect = plan.dialect.clock(plan.instants), plan.dialect
    at, model = plan.read_at, dialect.known(plan.columns["model"])

    def known(names: Iterable[str]) -> str:
        return f"{model} in ({', '.join(map(dialect.literal, names))})"

    columns = {found: plan.columns[found] for found, _ in plan.rates.dimensions}
    given = dict(plan.assumed)
    asked = Asked(known, at, clock.instant, dialect.literal, plan.quantities, given)
    asked = with_values(plan.rates, asked, columns, dialect.known)
    values = tuple(asked.values.values())
    row = UsageRow(
        model,
        at,
        (_class_sql(plan, values),) if plan.rates.fold else values,
        plan.quantities,
        clock.timed(plan.at),
        # what is before it was not compiled
        within="true" if plan.since is None else f"{at} >= {clock.instant(plan.since)}",
        long=is_too_long(plan.rates, asked),
    )
    return place(plan.rates.axes, row, dialect.words_of(clock))


def _class_sql(plan: Plan, columns: Sequence[str]) -> str:
    """The class of the values of a row (see `evaluate/rate_table/folding.py`) as a text;
    NULL where the book does not know a value.

    Classes are looked up in a text of all of them, and not by `case`,
    for which some engines write out what is asked about in each branch.
    """
    words, found = plan.dialect, ""
    text = words.literal
    for arms, column, (_, values) in zip(
        plan.rates.fold, columns, plan.rates.dimensions, strict=True
    ):
        number = (
            "(case "
            + " ".join(f"when {column} = {text(value)} then {n}" for n, value in enumerate(values))
            + " end)"
        )
        start = f"{words.cast(found, words.small)} * {len(values)} + {number}" if found else number
        # one class more, in which no request exists, and which it stays in
        dead = 1 + max((arm for arm in arms if arm is not None), default=-1)
        listed = [dead if arm is None else arm for arm in arms] + [dead] * len(values)
        width = len(str(dead))
        found = (
            f"substring({text(''.join(str(arm).zfill(width) for arm in listed))}, ({start}) * "
            f"{width} + 1, {width})"
        )
    return found


def joins(plan: Plan, row: Placement) -> str:
    """The joins to the versions `v` and the rates `r`; both have at most one row for any."""
    name = plan.dialect.quote
    _, _, *parts = row.parts
    tests = [f"r.{name('version')} = v.{name('version')}"]
    tests += [f"r.{name(part.name)} = {part.sql}" for part in parts]
    tests += [f"{row.long} = 0"] if row.long is not None else []
    return (
        f"left join {plan.own(VERSIONS)} v on v.{name('name')} = {row.name}\n    and "
        f"v.{name('stretch')} = {row.version}\n"
        f"  left join {plan.own(RATES)} r on {' and '.join(tests)}"
    )


def amounts(plan: Plan, row: Placement) -> list[str]:
    """The amount of each meter in atoms; NULL where the rates do not say it."""
    found, name = [], plan.dialect.quote
    for n, quantity in enumerate(row.quantities):
        least = has_least(plan, n)
        price = f"r.{name(f'atoms_{n}')}"
        found.append(
            amount_sql(
                quantity.sql,
                times(f"{quantity.sql} * {price}", scale_up(quantity, plan.extra)),
                zero=plan.dialect.cast("0", plan.dialect.number),
                least=f"r.{name(f'least_{n}')}" if least else None,
                below=f"r.{name(f'below_{n}')}" if least else None,
                # a model that was not found has no price of nothing either
                absent=f"r.{name('version')} is null",
            )
        )
    return found


def reason(
    plan: Plan,
    row: Placement,
    at: str,
    known: str,
    *,
    billed: Sequence[int] = (),
    more: Sequence[tuple[str, str]] = (),
    under: Callable[[int], str] | None = None,
) -> str:
    """Why a row has no price, as SQL; NULL where it has one. `known` says whether its model is any
    of the book's. Of meters that are `billed` the rates say which units are; `more` are further
    tests, each with what is said; `under` is whether a use of a meter is under its minimum, where
    the quantity does not tell.
    """
    text, name = plan.dialect.literal, plan.dialect.quote
    before = (
        [(f"{row.version} is null", f"before {written(plan.since)}, where this text has no prices")]
        if plan.since is not None
        else []
    )
    unknown = "unknown model, or one that this text has no prices of" if plan.of_some else UNKNOWN
    cases = [
        (f"{row.name} is null", NO_MODEL),
        (f"{at} is null", NO_INSTANT),
        *before,
        (f"not ({known})", unknown),
        (f"v.{name('version')} is null", NOT_THEN),
        *([(f"{row.clock} is null", NO_TIME)] if plan.rates.axes.clock is not None else []),
        *([(f"{row.long} = 1", TOO_LONG)] if row.long is not None else []),
        (f"r.{name('version')} is null", REFUSED),
    ]
    for n in range(len(row.quantities)):
        cases += _meter_reasons(plan, row, n, "billed" if n in billed else "below", under)
    listed = " ".join(f"when {test} then {text(said)}" for test, said in [*cases, *more])
    return f"case {listed} end"


def _meter_reasons(
    plan: Plan, row: Placement, n: int, minimum: str, under: Callable[[int], str] | None
) -> Iterator[tuple[str, str]]:
    """When a row has no price for what it uses of a meter, as SQL, and what is said of it."""
    name, quantity = plan.dialect.quote, row.quantities[n]
    meter, used = quantity.meter, f"{quantity.sql} > 0"
    price, least, below = (f"r.{name(f'{part}_{n}')}" for part in ("atoms", "least", minimum))
    yield f"{quantity.sql} is null", f"`{meter}` is not a quantity, or is too large or too fine"
    yield f"{used} and {price} is null", f"`{meter}` is not offered, or has no price"
    if has_least(plan, n):
        short = f"{quantity.sql} < {least}" if under is None else under(n)
        yield (
            f"{used} and {short} and {below} is null",
            f"`{meter}` is below its minimum, whose price is not a finite decimal",
        )


def known_model(plan: Plan, name: str) -> str:
    """Whether a name is any of the book's, as SQL."""
    return f"{name} in ({', '.join(plan.dialect.literal(found) for found, _ in plan.rates.names)})"


def joined(*parts: str) -> str:
    """Texts one after another, as SQL."""
    found = parts[0]
    for part in parts[1:]:
        found = f"concat({found}, {part})"
    return found


def _guard(plan: Plan) -> str:
    """A join that finds nothing, and stops a query of DuckDB for usage
    that has a column of our name: it would take that for ours.
    """
    if plan.dialect.name != "duckdb":
        return ""
    names = [plan.name(name) for name in (ATOMS, WHY, "cost")]
    return (
        f"\n  left join (select {', '.join(f'0 as {name}' for name in names)}) "
        f"pricelang_has_it_too on {' + '.join(names)} = 1"
    )


def priced_rows(
    plan: Plan,
    row: Placement,
    made: Sequence[str],
    why: str,
    refused: str,
    own: Sequence[str] = (),
) -> str:
    """A query for the usage and `own` columns, of the amount of each meter
    and of the reason for none.
    """
    words = plan.dialect
    name, text = words.quote, words.literal
    atoms = " + ".join(f"({amount})" for amount in made)
    columns = ["u.*", *own, f"{atoms} as {name(ATOMS)}", f"{why} as {name(WHY)}"]
    listed = ",\n    ".join(columns)
    inner = (
        f"select {listed}\n  from {plan.name(*plan.table)} u\n  {joins(plan, row)}{_guard(plan)}"
    )
    cost = f"q.{name(ATOMS)}"
    if refused == "raise":
        model, at = (column.replace("u.", "q.", 1) for column in (plan.columns["model"], plan.at))
        nothing = text("NULL")
        said = joined(
            text("pricelang: no price for "),
            f"coalesce({model}, {nothing})",
            text(" at "),
            f"coalesce({words.cast(at, words.text)}, {nothing})",
            text(": "),
            f"q.{name(WHY)}",
        )
        cost = words.stop(said, cost)
    shown = f"q.{name(ATOMS)} as {name('cost_atoms')}, q.{name(WHY)} as {name('reason')}"
    return (
        f"select q.*, {shown},\n  {words.decimal(cost, plan.places)} as {name('cost')}\nfrom (\n "
        f" {inner}\n) q"
    )
