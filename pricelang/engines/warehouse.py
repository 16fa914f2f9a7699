"""The SQL text for a warehouse: the rates of a book and a query that prices a table of usage by
them.

The query joins by equality and from the left, so no row of usage is lost: one that has no price
stops the query, or is NULL with the reason beside it. What a book says that is no sum of quantity
times price is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from attrs import evolve, frozen

from pricelang.apps.price_book import PriceBook
from pricelang.engines import join_keys as keyed
from pricelang.engines.counts import Count, counted, is_quoted, read_difference, settled
from pricelang.engines.dialects import DIALECTS
from pricelang.engines.dialects.base import Dialect
from pricelang.engines.join_keys import Quantity
from pricelang.engines.longest import Asked, is_too_long, with_values
from pricelang.engines.unsaid import assumed
from pricelang.evaluate.rate_table.asked import RatesAsked
from pricelang.evaluate.rate_table.slim import slim
from pricelang.evaluate.rate_table.snapshots import RateSnapshots, rate_snapshots
from pricelang.model.errors import BadRequest, UnknownName
from pricelang.model.instants import Instant, seconds_of, written
from pricelang.present.text import did_you_mean, printable, shown

VERSIONS, RATES = "pricelang_versions", "pricelang_rates"
MAX_QUANTITY = 10**15
"""A quantity beyond is refused: all below are exact in every type of column, binary floats too."""

MAX_MEASURE = 10**12
"""The same for what is measured, such as hours, in its unit."""

TIME = 6
"""Decimals of a quantity that is measured, such as hours, where there is room for them."""

ROOM = 10**38
"""Atoms that a number holds in every dialect."""

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


@frozen(eq=False, repr=False)
class Plan:
    """A book compiled for a dialect: its rates, and which column of the usage says what.

    `columns` are those of the usage `u` by the names of the book, as SQL; `quantities` are in the
    order of the meters of the rates. `since` is in UTC seconds; `assumed` are the values that hold
    for every row; `of_some` says that models were named, and others have no rates.
    """

    book: PriceBook
    dialect: Dialect
    rates: RateSnapshots
    table: tuple[str, ...]
    columns: Mapping[str, str]
    instants: str
    quantities: tuple[Quantity, ...]
    extra: int
    since: int | None
    assumed: tuple[tuple[str, str], ...]
    schema: tuple[str, ...]
    tie: str | None = None
    of_some: bool = False

    @property
    def places(self) -> int:
        """The decimals of an amount."""
        return self.rates.decimals + self.extra

    @property
    def at(self) -> str:
        """The column of instants."""
        return self.columns["at"]

    @property
    def read_at(self) -> str:
        """The instant of a row, as it is compared."""
        return self.dialect.clock(self.instants).read(self.at)

    def name(self, *parts: str) -> str:
        """A name of parts, quoted."""
        return ".".join(map(self.dialect.words.name, parts))

    def own(self, table: str) -> str:
        """A table of ours."""
        return self.name(*self.schema, table)


def plan_of(
    book: PriceBook,
    dialect: str,
    *,
    table: Sequence[str] = ("usage",),
    mapping: Mapping[str, str] = {},
    models: Sequence[str] | None = None,
    meters: Sequence[str] = (),
    dimensions: Sequence[str] | None = None,
    since: Instant | None = None,
    fixed: Mapping[str, str] = {},
    instants: str | None = None,
    schema: Sequence[str] = (),
    account: str | None = None,
    tie: str | None = None,
    sums: bool = False,
) -> Plan:
    """A book compiled for a dialect and a table of usage.

    `mapping` names columns where they are called otherwise (`model`, `at`, dimensions, meters). The
    meters are those mapped or named, and without any all that models have rates of; the dimensions
    are those mapped or named, and without any named all that change what a token costs, so that a
    column that is not there is an error and no default; `fixed` are values that hold for every row,
    and the rest is at its default.

    A row is one request, held against what one can have at most, unless `sums` says that rows add
    up several. `account` is a column of accounts, for what belongs to them and a period; see
    `warehouse_accounts`.

    Raises `UnknownName` for what the book does not have, and `BadRequest` (`not_linear`) for a book
    whose requests pay something that is no sum of quantity times price, in words.
    """
    if dialect not in DIALECTS:
        raise UnknownName(
            "unknown_dialect",
            f"unknown dialect `{shown(dialect)}`",
            help="dialects: " + ", ".join(DIALECTS),
        )
    words, checked = DIALECTS[dialect], book.checked
    all_meters, all_dimensions = (
        [meter.name for meter in checked.meters],
        [found.name for found in checked.dimensions],
    )
    for name in mapping:
        if name not in ("model", "at", *all_meters, *all_dimensions):
            raise UnknownName(
                "unknown_name",
                f"the mapping names `{shown(name)}`, which is not a name of the book",
                help=did_you_mean(shown(name), ["model", "at", *all_meters, *all_dimensions]),
            )
    rated = {checked.meters[price.meter].name for price in checked.prices}
    named = {*meters, *(name for name in mapping if name in all_meters)}
    used = [name for name in all_meters if name in (named or rated)] + [
        name for name in meters if name not in all_meters
    ]
    mapped = [name for name in all_dimensions if name in mapping]
    twice = next((name for name in (*(dimensions or ()), *mapped) if name in fixed), None)
    if twice is not None:
        raise BadRequest(
            "bad_mapping",
            f"`{twice}` has a column and is given for all rows too",
            help="leave one of them out",
        )
    first = None if since is None else seconds_of(since)
    rates = rate_snapshots(
        book.rates,
        RatesAsked(
            dimensions=dimensions,
            meters=used,
            models=models,
            period=(first, None),
            fixed=dict(fixed),
            accounts=account is not None,
            more=mapped,
            sums=sums,
        ),
    )
    if rates.beyond:
        raise BadRequest(
            "not_linear",
            f"SQL cannot say {rates.beyond[0]}, since it is not a sum of quantity times price",
            help="name other models or meters, or price such usage with `pricelang price`",
        )
    if not rates.cards:
        raise BadRequest("no_rates", "no request of these models and meters has a price")
    chosen = [name for name, _ in rates.dimensions]
    whole = {meter.name: meter.whole for meter in checked.meters}
    extra = (
        0
        if all(whole[name] for name in used)
        else max(0, min(TIME, words.most_places - rates.decimals))
    )
    if rates.decimals + extra > words.most_places:
        raise BadRequest(
            "too_fine",
            f"a price has {rates.decimals} decimals, and {words.most_places} are the most in "
            f"{dialect}",
        )
    parted = {
        name: read_difference(text) if name in used else (text,) for name, text in mapping.items()
    }
    sure = frozenset(name for name, text in mapping.items() if is_quoted(text))
    first_of = {name: parted.get(name, (name,))[0] for name in ("model", "at", *used, *chosen)}
    counts = settled(
        checked,
        [(name, first_of[name]) for name in used],
        (),
        {name: Count(parts[1:]) for name, parts in parted.items() if len(parts) > 1},
        sure,
    )
    column = {name: f"u.{words.words.name(found)}" for name, found in first_of.items()}
    if account is not None:
        column["account"] = f"u.{words.words.name(account)}"
    plan = Plan(
        book,
        words,
        slim(rates),
        tuple(table),
        column,
        instants or words.usual,
        tuple(
            _counted(words, name, column[name], 0 if whole[name] else extra, counts.get(name))
            for name in used
        ),
        extra,
        first,
        tuple(assumed(book, chosen, fixed).items()),
        tuple(schema),
        None if tie is None else f"u.{words.words.name(tie)}",
        models is not None,
    )
    if largest_amount(plan) >= ROOM:
        raise BadRequest(
            "too_large",
            "a request may cost more atoms than 38 digits hold",
            help="name fewer meters or models",
        )
    return plan


def _quantity(words: Dialect, meter: str, column: str, scale: int) -> Quantity:
    """A column as a whole number of atoms of its quantity;
    NULL for anything else, and 0 for NULL.
    """
    if scale == 0:
        test, made = (
            f"{column} <= {MAX_QUANTITY} and {column} = floor({column})",
            words.cast(column, words.number),
        )
    else:
        exact = words.rounded(column, scale)
        test, made = (
            f"{column} <= {MAX_MEASURE} and {exact} = {column}",
            words.cast(f"{exact} * {10**scale}", words.number),
        )
    sql = (
        f"(case when {column} is null then {words.cast('0', words.number)} when "
        f"{words.sure(column, scale)}{column} >= 0 and {test} then {made} end)"
    )
    return Quantity(meter, sql, scale, MAX_MEASURE * 10**scale if scale else MAX_QUANTITY)


def _counted(words: Dialect, meter: str, column: str, scale: int, count: Count | None) -> Quantity:
    """A column less those that it includes."""
    found = _quantity(words, meter, column, scale)
    if count is None:
        return found
    most = found.largest
    return evolve(
        counted(
            found,
            count,
            lambda other: _quantity(words, meter, f"u.{words.words.name(other)}", scale),
        ),
        largest=most,
    )


def largest_amount(plan: Plan) -> int:
    """The most that a request may cost, in atoms:
    the bound that no product and no sum of a row reaches.
    """
    most = 0
    for n, quantity in enumerate(plan.quantities):
        price = max((row.atoms[n] or 0 for row in plan.rates.cards), default=0)
        most += price * (quantity.largest or 0) * 10 ** (plan.extra - quantity.scale)
    return most


@lru_cache(maxsize=64)
def has_least(plan: Plan, meter: int) -> bool:
    """Whether a use of a meter may cost more than its quantity, since there is a minimum."""
    return any(row.least[meter] for row in plan.rates.cards)


# ---- the query -----------------------------------------------------------------------------------


@frozen(eq=False)
class Placed:
    """What places a row among the rates, and its quantities, as SQL:
    of the usage, or of a query over it.
    """

    name: str
    stretch: str
    values: tuple[str, ...]
    clock: str
    sides: tuple[str, ...]
    quantities: tuple[Quantity, ...]
    long: str | None = None


def placed(plan: Plan) -> Placed:
    """What places a row of the usage `u`."""
    clock, words = plan.dialect.clock(plan.instants), plan.dialect
    asked = words.words_of(clock)
    at = plan.read_at
    stretch = keyed.version_sql(plan.rates.axes.cuts, at, True, asked)
    if plan.since is not None:  # what is before it was not compiled
        stretch = f"case when {at} >= {clock.instant(plan.since)} then {stretch} end"
    columns = {found: plan.columns[found] for found, _ in plan.rates.dimensions}

    def known(names: Iterable[str]) -> str:
        return (
            f"{words.known(plan.columns['model'])} in ({', '.join(map(words.words.text, names))})"
        )

    row = Asked(known, at, clock.instant, words.words.text, plan.quantities, dict(plan.assumed))
    row = with_values(plan.rates, row, columns, words.known)
    values = tuple(row.values.values())
    if plan.rates.fold:
        values = (_class_sql(plan, values),)
    return Placed(
        words.known(plan.columns["model"]),
        stretch,
        values,
        keyed.clock_sql(plan.rates.axes.turns, at, asked, clock.timed(plan.at))
        if plan.rates.axes.turns
        else "",
        tuple(
            keyed.side_sql(threshold, plan.quantities) for threshold in plan.rates.axes.thresholds
        ),
        plan.quantities,
        is_too_long(plan.rates, row),
    )


def _class_sql(plan: Plan, columns: Sequence[str]) -> str:
    """The class of the values of a row (see `evaluate/rate_table/folding.py`) as a text;
    NULL where the book does not know a value.

    Classes are looked up in a text of all of them, and not by `case`,
    for which some engines write out what is asked about in each branch.
    """
    words, found = plan.dialect, ""
    text = words.words.text
    for arms, column, (_, values) in zip(
        plan.rates.fold, columns, plan.rates.dimensions, strict=True
    ):
        number = (
            "(case "
            + " ".join(f"when {column} = {text(value)} then {n}" for n, value in enumerate(values))
            + " end)"
        )
        place = f"{words.cast(found, words.small)} * {len(values)} + {number}" if found else number
        # one class more, in which no request exists, and which it stays in
        dead = 1 + max((arm for arm in arms if arm is not None), default=-1)
        listed = [dead if arm is None else arm for arm in arms] + [dead] * len(values)
        width = len(str(dead))
        found = (
            f"substring({text(''.join(str(arm).zfill(width) for arm in listed))}, ({place}) * "
            f"{width} + 1, {width})"
        )
    return found


def joins(plan: Plan, row: Placed) -> str:
    """The joins to the versions `v` and the rates `r`; both have at most one row for any."""
    name = plan.dialect.words.name
    tests = [f"r.{name('version')} = v.{name('version')}"]
    tests += [f"r.{name(f'value_{n}')} = {value}" for n, value in enumerate(row.values)]
    tests += [f"r.{name('clock')} = {row.clock}"] if plan.rates.axes.turns else []
    tests += [f"r.{name(f'side_{n}')} = {side}" for n, side in enumerate(row.sides)]
    tests += [f"{row.long} = 0"] if row.long is not None else []
    return (
        f"left join {plan.own(VERSIONS)} v on v.{name('name')} = {row.name}\n    and "
        f"v.{name('stretch')} = {row.stretch}\n"
        f"  left join {plan.own(RATES)} r on {' and '.join(tests)}"
    )


def amounts(plan: Plan, row: Placed) -> list[str]:
    """The amount of each meter in atoms; NULL where the rates do not say it."""
    found, words = [], plan.dialect
    for n, quantity in enumerate(row.quantities):
        price = f"r.{words.words.name(f'atoms_{n}')}"
        up = 10 ** (plan.extra - quantity.scale)
        product = f"{quantity.sql} * {price}" + (f" * {up}" if up != 1 else "")
        zero = words.cast("0", words.number)
        if has_least(plan, n):
            least, below = (
                f"r.{words.words.name(f'{column}_{n}')}" for column in ("least", "below")
            )
            product = (
                f"(case when {quantity.sql} is null then null when {least} is null or "
                f"{quantity.sql} >= {least} then {product} else {below} end)"
            )
        # a model that was not found has no price of nothing either
        found.append(
            f"case when r.{words.words.name('version')} is null then null when "
            f"{quantity.sql} = 0 then {zero} else {product} end"
        )
    return found


def reason(plan: Plan, row: Placed, at: str, known: str) -> str:
    """Why a row has no price, as SQL; NULL where it has one.
    `known` says whether its model is any of the book's.
    """
    text, name = plan.dialect.words.text, plan.dialect.words.name
    before = (
        [(f"{row.stretch} is null", f"before {written(plan.since)}, where this text has no prices")]
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
        *([(f"{row.clock} is null", NO_TIME)] if plan.rates.axes.turns else []),
        *([(f"{row.long} = 1", TOO_LONG)] if row.long is not None else []),
        (f"r.{name('version')} is null", REFUSED),
    ]
    for n, quantity in enumerate(row.quantities):
        cases.append(
            (
                f"{quantity.sql} is null",
                f"`{quantity.meter}` is not a quantity, or is too large or too fine",
            )
        )
        cases.append(
            (
                f"{quantity.sql} > 0 and r.{name(f'atoms_{n}')} is null",
                f"`{quantity.meter}` is not offered, or has no price",
            )
        )
        if has_least(plan, n):
            below = (
                f"{quantity.sql} > 0 and {quantity.sql} < r.{name(f'least_{n}')} and "
                f"r.{name(f'below_{n}')} is null"
            )
            cases.append(
                (
                    below,
                    f"`{quantity.meter}` is below its minimum, whose price is not a finite decimal",
                )
            )
    return "case " + " ".join(f"when {test} then {text(said)}" for test, said in cases) + " end"


def known_model(plan: Plan, name: str) -> str:
    """Whether a name is any of the book's, as SQL."""
    return (
        f"{name} in ({', '.join(plan.dialect.words.text(found) for found, _ in plan.rates.names)})"
    )


def joined(plan: Plan, *parts: str) -> str:
    """Texts one after another, as SQL."""
    found = parts[0]
    for part in parts[1:]:
        found = f"concat({found}, {part})"
    return found


def query(plan: Plan, refused: str = "raise") -> str:
    """A query for the usage, with columns more: `cost_atoms` (a whole number), `reason`, and
    `cost`, the same amount as an exact decimal in the currency of the book; `pl_cost_atoms` and
    `pl_reason` are the first two under names of our own.

    `refused` says what becomes of a row without a price:
    with `raise` it stops the query, with `null` its cost is NULL and its `reason` says why.
    """
    row = placed(plan)
    return priced_rows(
        plan,
        row,
        amounts(plan, row),
        reason(plan, row, plan.at, known_model(plan, row.name)),
        refused,
    )


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


def priced_rows(plan: Plan, row: Placed, made: Sequence[str], why: str, refused: str) -> str:
    """A query for the usage, of the amount of each meter and of the reason for none."""
    words = plan.dialect
    name, text = words.words.name, words.words.text
    inner = (
        f"select u.*,\n    {' + '.join(f'({amount})' for amount in made)} as "
        f"{name(ATOMS)},\n    {why} as {name(WHY)}\n"
        f"  from {plan.name(*plan.table)} u\n  {joins(plan, row)}{_guard(plan)}"
    )
    cost = f"q.{name(ATOMS)}"
    if refused == "raise":
        model, at = (column.replace("u.", "q.", 1) for column in (plan.columns["model"], plan.at))
        nothing = text("NULL")
        said = joined(
            plan,
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


def _said_of_values(plan: Plan) -> str:
    names = [name for name, _ in plan.rates.dimensions]
    if plan.rates.fold:
        return f"columns value_N: 0 the class of {', '.join(names)}, which the query works out"
    return "columns value_N: " + (
        ", ".join(f"{n} {name}" for n, name in enumerate(names)) or "none"
    )


def heading(plan: Plan) -> str:
    """What the text is of, as comments:
    the book, what holds for every row, the units and the bounds.
    """
    currency = plan.rates.currency
    lines = [
        f"prices of the book {plan.book.name}, written by pricelang for {plan.dialect.name}",
        f"amounts are in {currency}; the columns atoms_N are prices of one unit in "
        f"10^-{plan.rates.decimals} {currency}",
        "meters: "
        + ", ".join(f"{n} {quantity.meter}" for n, quantity in enumerate(plan.quantities)),
        _said_of_values(plan),
        "every row is taken to have: "
        + (", ".join(f"{name} {value}" for name, value in plan.assumed) or "nothing"),
        f"a row costs less than 10^{len(str(largest_amount(plan)))} atoms, and 10^38 are "
        "held; quantities are at most 10^15 (measured: 10^12)",
        "the column of instants is "
        f"{'an instant by itself' if plan.instants == 'zoned' else 'a timestamp in UTC'}",
    ]
    if plan.since is not None:
        lines.append(f"usage before {written(plan.since)} has no price here")
    return "".join(f"-- {printable(line)}\n" for line in lines)
