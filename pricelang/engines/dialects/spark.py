"""The dialect of Spark SQL, which says the same in ANSI mode and without."""

from __future__ import annotations

from functools import partial

from pricelang.engines.dialects.base import (
    Dialect,
    InstantSyntax,
    escaped,
    rounded,
    stop_by_call,
    typed_instants,
)
from pricelang.model.clock import UTC


def _name(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _text(text: str) -> str:
    """A literal text. Spark also puts variables in: a dollar sign is written as its number."""
    return escaped(text).replace("$", "\\u0024")


def _turn(day: str, unit: str) -> str:
    return day if unit == "day" else f"trunc({day}, '{unit}')"


def _without_zone(sql: str) -> str:
    """A TIMESTAMP_NTZ of any column of instants:
    a cast or a comparison would put one that has a zone in that of the session.
    """
    zoned = (
        f"timestampadd(second, unix_seconds(cast({sql} as timestamp_ltz)), timestamp_ntz "
        "'1970-01-01 00:00:00')"
    )
    return (
        f"(case when typeof({sql}) = 'timestamp' then {zoned} else cast({sql} as timestamp_ntz) "
        "end)"
    )


def _decimal(sql: str, places: int) -> str:
    """Atoms in two parts, for Spark cuts decimals from a product
    or a sum that might need more than 38 digits.
    """
    if places == 0:
        return f"cast({sql} as decimal(38,0))"
    unit, room = f"cast('1{'0' * places}' as decimal({places + 1},0))", 37 - places
    rest = f"cast({sql} as decimal(38,0)) % {unit}"
    whole = f"cast((cast({sql} as decimal(38,0)) - ({rest})) / {unit} as decimal({room},0))"
    part = f"cast(cast({rest} as decimal({places},0)) / {unit} as decimal({places},{places}))"
    return f"cast(cast({whole} as decimal(37,{places})) + {part} as decimal(38,{places}))"


def _sure(sql: str, scale: int) -> str:
    """Without ANSI, Spark compares a text as a whole number, and what it then casts is another."""
    pattern = f"^[0-9]{{1,12}}([.][0-9]{{1,{scale}}})?$" if scale else "^[0-9]{1,15}$"
    return f"(typeof({sql}) <> 'string' or cast({sql} as string) rlike {_text(pattern)}) and "


def _wall_seconds(at: str, zone: str) -> str:
    """The seconds since 1970 that the clocks of a zone have counted."""
    shown = f"from_utc_timestamp(timestamp_seconds({at}), '{zone}')"
    return at if zone == UTC else f"unix_seconds({shown})"


# A day of Spark's has no zone, where what its date_trunc gives has that of the session.
_PLAIN = typed_instants(
    "timestamp_ntz",
    _without_zone,
    wall=lambda at, zone: at if zone == UTC else f"convert_timezone('UTC', '{zone}', {at})",
    weekday=lambda at: f"weekday(cast({at} as date))",
    turn=lambda unit, at: _turn(f"cast({at} as date)", unit),
    timed=lambda sql: f"(typeof({sql}) <> 'date' and length(trim(cast({sql} as string))) > 10)",
)
# Spark reads an instant of its type TIMESTAMP in the zone of the session;
# its seconds since 1970 have no zone.
_SECONDS = InstantSyntax(
    lambda sql: f"unix_seconds({sql})",
    str,
    _wall_seconds,
    lambda at: f"(pmod({at}, 86400) div 60)",
    lambda at: f"pmod(cast(floor({at} / 86400) as bigint) + 3, 7)",
    lambda unit, at: _turn(f"date_from_unix_date(cast(floor({at} / 86400) as int))", unit),
    pieces=(lambda at: f"cast(floor({at} / 86400) as int)", lambda day: f"({day} * 86400)"),
)

SPARK = Dialect(
    name="spark",
    quote=_name,
    literal=_text,
    plain=_PLAIN,
    zoned=_SECONDS,
    usual="zoned",
    text="string",
    small="int",
    moment="timestamp_ntz",
    number="decimal(38,0)",
    decimal=_decimal,
    rounded=partial(rounded, "decimal"),
    stop=partial(stop_by_call, "raise_error"),
    sure=_sure,
)
