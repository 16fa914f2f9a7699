"""The columns of a table of usage as DuckDB expressions: whole numbers, instants and names, or
NULL where they are none.

A NULL sends the row to the evaluator of single requests,
which reads what stands there as it reads any record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from pricelang.engines import join_keys as keyed
from pricelang.engines.columns import no_quantities
from pricelang.engines.join_keys import Quantity
from pricelang.engines.names import quoted
from pricelang.model.book import Meter
from pricelang.model.errors import BadRequest
from pricelang.model.instants import is_day
from pricelang.present.text import shown

_NARROW = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
_BROAD = {"UBIGINT", "HUGEINT", "UHUGEINT"}
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)\Z")
_NOTHING = '"NULL"'
"""The type of a column in which every cell is empty."""
EXACT_DOUBLE = 2**53
"""A double holds each whole number up to it."""
Bounds = tuple[object, object]
"""The least and the greatest value of a column."""


def quantity_of(meter: Meter, column: str, kind: str, bounds: Bounds | None, most: int) -> Quantity:
    """The quantity that a column of a type holds. `bounds` are its least and greatest value,
    where they are known; `most` is the number of decimals that are kept.

    An empty cell is a meter that was not used. Where a negative is among the values there is no
    bound, so that the row is asked for one by one and refused. Raises `BadRequest` (`bad_column`)
    for a type that holds no quantities.
    """
    scale, finer = 0, not meter.whole and kind not in (*_NARROW, *_BROAD, _NOTHING)
    if match := _DECIMAL.match(kind):
        scale = 0 if meter.whole else min(int(match[2]), most)
        finer = finer and scale < int(match[2])
        sql = _decimal_sql(quoted(column), int(match[1]), int(match[2]), scale)
    else:
        sql = _whole_sql(meter, column, kind)
    least, greatest = bounds if bounds is not None else (None, None)
    known = isinstance(least, int) and isinstance(greatest, int) and scale == 0 and least >= 0
    if not known:
        sql = f"case when ({sql}) >= 0 then ({sql}) end"
    return Quantity(meter.name, f"({sql})", scale, int(str(greatest)) if known else None, finer)


def _decimal_sql(name: str, digits: int, decimals: int, scale: int) -> str:
    """A DECIMAL of so many digits, of which some are decimals, to fewer of them."""
    counted = f"({name}::decimal(38,{decimals}) * {10**scale})" if scale else name
    room = 38 - decimals - scale  # digits before the point that leave the product some
    large = (
        f"when abs({name}) >= {Decimal(1).scaleb(room):f} then null " if digits + scale > 38 else ""
    )
    return (
        f"case when {name} is null then 0 {large}when {counted} = floor({counted}) then "
        f"try_cast({counted} as bigint) end"
    )


def _whole_sql(meter: Meter, column: str, kind: str) -> str:
    """A column of a type that is read as whole numbers. Raises `BadRequest` (`bad_column`)."""
    name = quoted(column)
    if kind in _NARROW:
        return f"coalesce({name}, 0)::bigint"
    if kind in _BROAD:
        return f"case when {name} is null then 0 else try_cast({name} as bigint) end"
    if kind in ("DOUBLE", "FLOAT"):
        return (
            f"case when {name} is null then 0 when {name} = trunc({name}) and abs({name}) < "
            f"{EXACT_DOUBLE} then {name}::bigint end"
        )
    if kind in ("VARCHAR", "JSON"):
        text = text_of(column, kind)
        return (
            f"case when {text} is null or {text} = '' then 0 when regexp_full_match({text}, "
            f"'[0-9]{{1,18}}') then {text}::bigint end"
        )
    if kind == _NOTHING:
        return "0::bigint"
    if kind.endswith("[]"):
        return f"case when {name} is null or len({name}) = 0 then 0 end"
    raise no_quantities(meter.name, column, kind)


def has_bounds(kind: str) -> bool:
    """Whether the least and greatest value of a column of a type say anything of its quantities."""
    return kind in _NARROW


def instant_of(column: str, kind: str) -> str:
    """A column of a type as a TIMESTAMP in UTC; NULL where it is none.
    Raises `BadRequest` (`bad_column`).
    """
    name = quoted(column)
    if kind in ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS"):
        return name
    if kind in ("DATE", "TIMESTAMP_NS"):  # of a day there are some that no timestamp holds
        return f"try_cast({name} as timestamp)"
    if kind == _NOTHING:
        return "null::timestamp"
    if kind in ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS"):
        return f"make_timestamp(epoch_us({name}::timestamptz))"
    if kind in ("VARCHAR", "JSON"):
        name = text_of(column, kind)
        day, time = (
            "[0-9]{4}-[0-9]{2}-[0-9]{2}",
            "[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?",
        )
        utc = f"rtrim(rtrim(replace({name}, '+00:00', ''), 'UTC'), 'Z ')"
        return (
            f"case when {name}[:4] = '0000' then null when regexp_full_match({name}, "
            f"'{day}({time}(Z| UTC|[+]00:00)?)?') then try_cast({utc} as timestamp) "
            f"when regexp_full_match({name}, '{day}{time}[+-]([01][0-9]|2[0-3]):[0-5][0-9]') "
            f"and {name}[:4] not in ('0001', '9999') "
            f"then make_timestamp(epoch_us(try_cast({name} as timestamptz))) end"
        )
    raise BadRequest(
        "bad_column",
        f"the column `{shown(column)}` is of type {kind.lower()}, which holds no instants",
        help="make it a timestamp in UTC, a date or a text such as 2026-04-17T12:30:00Z",
    )


def text_of(column: str, kind: str) -> str:
    """A column as text;
    of a value of JSON, such as where some lines have a number and others a text, what it says.
    """
    if kind == "JSON":
        return f"json_extract_string({quoted(column)}, '$')"
    return quoted(column) if kind == "VARCHAR" else f"{quoted(column)}::varchar"


def timed_sql(column: str | None, types: Mapping[str, str], fixed: str | None) -> str:
    """Whether a row has a time of day beside its day, as SQL."""
    if column is None:
        return "false" if is_day(fixed or "") else "true"
    return keyed.timed_sql(text_of(column, types[column]), types[column])


def as_written(column: str, kind: str) -> str:
    """What the evaluator of single requests reads of a column:
    its text, exactly; a list as one, and JSON as it is.
    """
    if kind == "JSON":
        return quoted(column)
    if (match := _DECIMAL.match(kind)) and match[1] == match[2]:  # which DuckDB writes as `.5`
        return f"regexp_replace({quoted(column)}::varchar, '^(-?)[.]', '\\10.')"
    return f"{quoted(column)}::varchar[]" if kind.endswith("[]") else f"{quoted(column)}::varchar"
