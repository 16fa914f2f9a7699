"""The SQL text for a warehouse: the rates of a book and a query that prices a table of usage by
them.

The query joins by equality and from the left, so no row of usage is lost: one that has no price
stops the query, or is NULL with the reason beside it. What a book says that is no sum of quantity
times price is refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import evolve

from pricelang.apps.price_book import PriceBook
from pricelang.engines.dialects import DIALECTS
from pricelang.engines.dialects.base import Dialect
from pricelang.engines.ladder_rates import (
    first_tiers,
    ladders_of,
    rated_ladders,
    without_ladders,
)
from pricelang.engines.unsaid import assumed
from pricelang.engines.warehouse_columns import TIME, UsageColumns
from pricelang.engines.warehouse_plan import Plan, largest_amount
from pricelang.engines.warehouse_rows import amounts, known_model, placed, priced_rows, reason
from pricelang.evaluate.rate_table.asked import RatesAsked
from pricelang.evaluate.rate_table.slim import slim
from pricelang.evaluate.rate_table.snapshots import RateSnapshots, rate_snapshots
from pricelang.model.charges import ORGANIZATION
from pricelang.model.errors import BadRequest, UnknownName
from pricelang.model.instants import Instant, seconds_of, written
from pricelang.present.text import printable, shown

ROOM = 10**38
"""Atoms that a number holds in every dialect."""


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
    account: str | Sequence[str] | None = None,
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
    up several. `account` is a column of accounts, or several, for what belongs to them and a
    period; see `warehouse_accounts`. It is of organizations, or of the key before it:
    `project=COLUMN`.

    Raises `UnknownName` for what the book does not have, and `BadRequest` (`not_linear`) for a book
    whose requests pay something that is no sum of quantity times price, in words.
    """
    words = _dialect(dialect)
    usage = UsageColumns(book.checked, words, mapping)
    usage.check(dimensions or (), fixed)
    counted = list(ladders_of(book.checked)) if account else []
    _check_counted(counted, [*(dimensions or ()), *usage.dimensions, *fixed])
    said = {*(dimensions or ()), *usage.dimensions, *counted}
    asked = RatesAsked(
        dimensions=dimensions if dimensions is None else [*dimensions, *counted],
        meters=usage.meters(meters),
        models=models,
        period=(None if since is None else seconds_of(since), None),
        fixed={**{k: v for k, v in first_tiers(book.checked).items() if k not in said}, **fixed},
        accounts=bool(account),
        more=usage.dimensions,
        sums=sums,
    )
    plan = _plan(book, usage, asked)
    return evolve(
        plan,
        table=tuple(table),
        instants=instants or words.usual,
        schema=tuple(schema),
        tie=None if tie is None else usage.column(tie),
        accounts=_accounts(usage, [account] if isinstance(account, str) else account or ()),
    )


def _check_counted(counted: Sequence[str], said: Sequence[str]) -> None:
    """Raises `BadRequest` (`bad_mapping`) for a tier that a row is to say, and an account sets."""
    for name in counted:
        if name in said:
            raise BadRequest(
                "bad_mapping",
                f"`{name}` follows from what an account has used, and is said of rows too",
                help="leave it out, or the accounts",
            )


def _accounts(usage: UsageColumns, said: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The keys of accounts with their columns. Raises `BadRequest` (`bad_mapping`) for a key with
    two.
    """
    found: dict[str, str] = {}
    for text in said:
        key, _, column = text.rpartition("=")
        if (key or ORGANIZATION) in found:
            raise BadRequest(
                "bad_mapping",
                f"the key `{shown(key or ORGANIZATION)}` of accounts has two columns",
                help="leave one of them out",
            )
        found[key or ORGANIZATION] = usage.column(column)
    return tuple(found.items())


def _dialect(name: str) -> Dialect:
    if name not in DIALECTS:
        raise UnknownName(
            "unknown_dialect",
            f"unknown dialect `{shown(name)}`",
            help="dialects: " + ", ".join(DIALECTS),
        )
    return DIALECTS[name]


def _plan(book: PriceBook, usage: UsageColumns, asked: RatesAsked) -> Plan:
    """The rates that are asked for, and the columns of the usage that they need."""
    rates, extra = _rates(book, usage.dialect, asked)
    counted = list(ladders_of(book.checked)) if asked.accounts else []
    slimmed, names, tiered = without_ladders(counted, slim(rates))
    chosen = [name for name, _ in slimmed.dimensions]
    quantities = usage.quantities(rates.meters, extra)
    plan = Plan(
        book=book,
        dialect=usage.dialect,
        rates=slimmed,
        columns=usage.columns(rates.meters, chosen),
        quantities=quantities,
        extra=extra,
        since=asked.period[0],
        assumed=tuple(assumed(book, [*chosen, *counted], asked.fixed).items()),
        of_some=asked.models is not None,
        ladders=tuple(rated_ladders(book.checked, names, quantities)),
        tiered=tiered,
    )
    if largest_amount(plan) >= ROOM:
        raise BadRequest(
            "too_large",
            "a request may cost more atoms than 38 digits hold",
            help="name fewer meters or models",
        )
    return plan


def _rates(book: PriceBook, dialect: Dialect, asked: RatesAsked) -> tuple[RateSnapshots, int]:
    """The rates of a book, and the decimals that quantities have besides those of prices."""
    rates = rate_snapshots(book.rates, asked)
    if rates.beyond:
        raise BadRequest(
            "not_linear",
            f"SQL cannot say {rates.beyond[0]}, since it is not a sum of quantity times price",
            help="name other models or meters, or price such usage with `pricelang price`",
        )
    if not rates.cards:
        raise BadRequest("no_rates", "no request of these models and meters has a price")
    room = dialect.most_places - rates.decimals
    if room < 0:
        raise BadRequest(
            "too_fine",
            f"a price has {rates.decimals} decimals, and {dialect.most_places} are the most in "
            f"{dialect.name}",
        )
    whole = {meter.name for meter in book.checked.meters if meter.whole}
    return rates, 0 if whole.issuperset(rates.meters) else min(TIME, room)


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
