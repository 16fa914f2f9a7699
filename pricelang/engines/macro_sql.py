"""The definition of the macro: where a request stands among the rates, and what it pays there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pricelang.engines.dialects.duckdb import DUCKDB, is_timed, utc_timestamp
from pricelang.engines.first_look import AFTER_DAYS, FIRST_DAY
from pricelang.engines.longest import WITHOUT, Asked, is_too_long, with_values
from pricelang.engines.macro_rates import LISTS, MacroMeter, class_sql
from pricelang.engines.names import literal, quoted
from pricelang.engines.plan import Placement, UsageRow, amount_sql, place
from pricelang.evaluate.rate_table.snapshots import RateSnapshots

WORDS = DUCKDB.words
CODE = "enum_code(try_cast(model as pricelang_model))"
"""The number of a name."""


def macro_arguments(found: RateSnapshots, meters: Sequence[MacroMeter]) -> str:
    """The arguments of the macro."""
    listed = ["model", quoted("at"), *(f"{quoted(part.quantity.meter)} := 0" for part in meters)]
    return ", ".join([*listed, *(f"{quoted(name)} := null" for name, _ in found.dimensions)])


def macro_amount(
    found: RateSnapshots, meters: Sequence[MacroMeter], since: int | None, given: Mapping[str, str]
) -> str:
    """The amount of a request, as SQL; NULL where there is no price,
    and before the first instant of the rates.
    """
    codes = {name: n for n, (name, _) in enumerate(found.names)}
    quantities = tuple(part.quantity for part in meters)
    at, columns = utc_timestamp(quoted("at")), {name: quoted(name) for name, _ in found.dimensions}

    def known(names: Iterable[str]) -> str:
        return f"{CODE} in ({', '.join(str(codes[name]) for name in names)})"

    def by_name(numbers: Mapping[str, int]) -> str:
        listed = (str(numbers.get(name, WITHOUT)) for name, _ in found.names)
        return f"([{', '.join(listed)}])[{CODE}::integer + 1]"

    asked = Asked(known, at, WORDS.instant, literal, quantities, given, by_name=by_name)
    asked = with_values(found, asked, columns)
    first = f"timestamp '{FIRST_DAY}'" if since is None else WORDS.instant(since)
    row = UsageRow(
        CODE,
        at,
        tuple(asked.values.values()),
        quantities,
        is_timed(quoted("at")),
        False,
        f"{at} >= {first} and {at} < timestamp '{AFTER_DAYS}'",
    )
    card = f"(select cards from {LISTS})[{_number(found, place(found.axes, row, WORDS))} + 1]"
    amount = _amount(found, meters, card)
    too_long = is_too_long(found, asked)
    return amount if too_long is None else f"case when {too_long} = 0 then {amount} end"


def _number(found: RateSnapshots, where: Placement) -> str:
    """The place of a request among the cards, counted from 0."""
    names = f"({where.name}::integer * {len(found.axes.cuts) + 1} + ({where.version}) + 1)"
    number = f"(select versions from {LISTS})[{names}]"
    numbers = []
    for sql, (_, values) in zip(where.values, found.dimensions, strict=True):
        chosen = " ".join(f"when {literal(value)} then {n}" for n, value in enumerate(values))
        numbers.append(f"case {sql} {chosen} end")
    if found.fold:
        steps = [(class_sql(found, numbers), len(found.keys))]
    else:
        sizes = (len(values) for _, values in found.dimensions)
        steps = list(zip(numbers, sizes, strict=True))
    steps += [(where.clock, found.axes.clocks)] if where.clock is not None else []
    steps += zip(where.sides, found.axes.sides, strict=True)
    for sql, size in steps:
        number = f"({number} * {size} + ({sql}))"
    return number


def _amount(found: RateSnapshots, meters: Sequence[MacroMeter], card: str) -> str:
    """What a request pays by a card. DuckDB works out each expression wherever it stands, so the
    prices of the card and the quantities are bound to a name, by a list of one.
    """
    bound = [f"rates := (select rates from {LISTS})[{card} + 1]"]
    amounts = ["case when pl.rates is not null then 0 end"]  # none where there is no such request
    for part in meters:
        n, places = part.number, found.decimals + part.quantity.scale
        bound.append(f"use_{n} := {part.quantity.sql}")
        product = f"pl.use_{n}::{part.kind} * pl.rates.price_{n}"
        least = f"pl.rates.least_{n}" if part.has_least else None
        amount = amount_sql(f"pl.use_{n}", product, least=least)
        amounts.append(f"({amount})::decimal(38,{places})")
    return f"[{' + '.join(amounts)} for pl in [struct_pack({', '.join(bound)})]][1]"
