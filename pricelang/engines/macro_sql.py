"""The definition of the macro: where a request stands among the rates, and what it pays there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pricelang.engines.dialects.duckdb import DUCKDB, is_timed, utc_timestamp
from pricelang.engines.first_look import AFTER_DAYS, FIRST_DAY
from pricelang.engines.longest import WITHOUT, Asked, Most, most_of_rows, silent_values, with_values
from pricelang.engines.macro_rates import LISTS, MacroMeter, class_sql
from pricelang.engines.names import literal, quoted
from pricelang.engines.plan import Placement, UsageRow, amount_sql, place
from pricelang.evaluate.rate_table.snapshots import RateSnapshots

WORDS = DUCKDB.words
CODE = "enum_code(try_cast(model as pricelang_model))"
"""The number of a name."""
AT = utc_timestamp(quoted("at"))
"""The instant of a request."""


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
    asked, columns = _asked(found, meters, given), _columns(found)
    silent = silent_values(found, asked, columns)
    numbers = [
        _value_number(columns[name], values, silent[name]) for name, values in found.dimensions
    ]
    first = f"timestamp '{FIRST_DAY}'" if since is None else WORDS.instant(since)
    within = f"{AT} >= {first} and {AT} < timestamp '{AFTER_DAYS}'"
    quantities = tuple(asked.quantities)
    row = UsageRow(CODE, AT, (), quantities, is_timed(quoted("at")), False, within)
    number = _number(found, place(found.axes, row, WORDS), numbers)
    most = most_of_rows(found, with_values(found, asked, columns))
    # not within the cases: there DuckDB would work out again what occurs twice
    where = f"({number} + 1) * case {' '.join(_refused(found, meters, most))} else 1 end"
    return _amount(found, meters, f"(select cards from {LISTS})[{where}]")


def _asked(found: RateSnapshots, meters: Sequence[MacroMeter], given: Mapping[str, str]) -> Asked:
    """How a request is asked."""
    codes = {name: n for n, (name, _) in enumerate(found.names)}

    def named(names: Iterable[str]) -> str:
        return f"{CODE} in ({', '.join(str(codes[name]) for name in names)})"

    quantities = tuple(part.quantity for part in meters)
    return Asked(named, AT, WORDS.instant, literal, quantities, given)


def _columns(found: RateSnapshots) -> dict[str, str]:
    """The argument of each dimension."""
    return {name: quoted(name) for name, _ in found.dimensions}


def _value_number(column: str, values: Sequence[str], silent: str | None) -> str:
    """The number of the value of a dimension, as SQL. Most columns say one, and a blank text is
    looked for after that.
    """
    chosen = " ".join(f"when {literal(value)} then {n}" for n, value in enumerate(values))
    unsaid = "null" if silent is None else f"case {silent} {chosen} end"
    otherwise = f"case when trim({column}) <> '' then null else {unsaid} end"
    return f"case {column} {chosen} else {otherwise} end"


def _number(found: RateSnapshots, where: Placement, numbers: Sequence[str]) -> str:
    """The place of a request among the cards, counted from 0."""
    names = f"({where.name}::integer * {len(found.axes.cuts) + 1} + ({where.version}) + 1)"
    number = f"(select versions from {LISTS})[{names}]"
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


def _refused(
    found: RateSnapshots, meters: Sequence[MacroMeter], most: Sequence[Most]
) -> Iterator[str]:
    """The cases in which there is no such request, whatever the rates say. Most are within the
    least of all limits of their model, and are asked about no other.
    """
    yield f"when not ({' and '.join(part.counted for part in meters)}) then null"
    for each in most:
        least = ", ".join(str(each.least.get(name, WITHOUT)) for name, _ in found.names)
        within = f"{each.total} <= [{least}][{CODE}::integer + 1]"
        yield f"when case when {within} then false else {each.beyond()} end then null"


def _amount(found: RateSnapshots, meters: Sequence[MacroMeter], card: str) -> str:
    """What a request pays by a card. DuckDB works out each expression wherever it stands, so the
    prices of the card and the quantities are bound to a name, by a list of one.
    """
    bound = [f"rates := (select rates from {LISTS})[{card} + 1]"]
    amounts = ["case when pl.rates is not null then 0 end"]  # none where there is no such request
    for part in meters:
        n, places = part.number, found.decimals + part.quantity.scale
        bound.append(f"use_{n} := {part.quantity.sql}")
        amount = amount_sql(
            f"pl.use_{n}",
            f"pl.use_{n}::{part.kind} * pl.rates.price_{n}",
            least=f"pl.rates.least_{n}" if part.has_least else None,
            may_lack=any(card.atoms[n] is None for card in found.cards),
        )
        amounts.append(f"({amount})::decimal(38,{places})")
    return f"[{' + '.join(amounts)} for pl in [struct_pack({', '.join(bound)})]][1]"
