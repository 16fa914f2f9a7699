"""Redshift's dialect."""

from __future__ import annotations

from functools import partial

from pricelang.engines.dialects.base import (
    Dialect,
    at_utc,
    real_sure,
    rounded,
    shift,
    stop_by_cast,
    typed_instants,
)
from pricelang.engines.names import literal, quoted
from pricelang.model.clock import UTC


def _text(text: str) -> str:
    return (
        "(" + " || chr(92) || ".join(literal(part) for part in text.split("\\")) + ")"
        if "\\" in text
        else literal(text)
    )


def _timestamp(sql: str) -> str:
    """A timestamp in UTC of a column with a zone or without. Redshift names no types of columns,
    but the text of an instant ends with its zone if it has one, such as `+00`.
    """
    mark = "':[0-9.]+( [0-9]+)? ?([+-][0-9:]+|[A-Za-z/_]+)$'"
    zoned = f"cast({at_utc(sql)} as timestamp)"
    return (
        f"(case when cast({sql} as varchar(64)) ~ {mark} then {zoned} else cast({sql} as "
        "timestamp) end)"
    )


_INSTANTS = typed_instants(
    "timestamp",
    _timestamp,
    wall=lambda at, zone: at if zone == UTC else f"convert_timezone('UTC', '{zone}', {at})",
    # Redshift counts from Sunday, which is 0
    weekday=lambda at: f"mod(cast(extract(dow from {at}) as integer) + 6, 7)",
    timed=lambda sql: f"length(cast({sql} as varchar(64))) > 10",
)

REDSHIFT = Dialect(
    name="redshift",
    quote=quoted,
    literal=_text,
    plain=_INSTANTS,
    zoned=_INSTANTS,
    usual="plain",
    text="varchar(512)",
    small="integer",
    moment="timestamp",
    number="decimal(38,0)",
    decimal=lambda sql, places: (
        f"cast({sql} as decimal(38,0)) * cast('{shift(places)}' as "
        f"decimal({max(places, 1)},{places}))"
    ),
    rounded=partial(rounded, "decimal"),
    stop=partial(stop_by_cast, "decimal(38,0)"),
    sure=partial(real_sure, "decimal(38,0)"),
    # Redshift passes over spaces at the end of a text, so a name that has some would be another's
    known=lambda sql: f"case when octet_length({sql}) = octet_length(rtrim({sql})) then {sql} end",
)
