"""Trino's dialect."""

from __future__ import annotations

from functools import partial

from pricelang.engines.dialects.base import Dialect, rounded, shifted, stop_by_call, typed_instants
from pricelang.engines.names import literal, quoted
from pricelang.model.clock import UTC


def _timestamp(sql: str) -> str:
    """A timestamp in UTC of a column with a zone or without. No decimal is rounded:
    a cast to fewer might reach the next second.
    """
    zoned = f"cast(at_timezone({sql}, 'UTC') as timestamp(12))"
    return (
        f"(case when typeof({sql}) like '% with time zone' then {zoned} else cast({sql} as "
        "timestamp(12)) end)"
    )


def _wall(at: str, zone: str) -> str:
    zoned = f"at_timezone(with_timezone({at}, 'UTC'), '{zone}')"
    return at if zone == UTC else f"cast({zoned} as timestamp(12))"


_INSTANTS = typed_instants(
    "timestamp",
    _timestamp,
    wall=_wall,
    weekday=lambda at: f"(day_of_week({at}) - 1)",
    timed=lambda sql: f"typeof({sql}) <> 'date'",
)

TRINO = Dialect(
    name="trino",
    quote=quoted,
    literal=literal,
    plain=_INSTANTS,
    zoned=_INSTANTS,
    usual="plain",
    text="varchar",
    small="integer",
    moment="timestamp",
    number="decimal(38,0)",
    decimal=partial(shifted, "decimal(38,0)", "decimal '{}'"),
    rounded=partial(rounded, "decimal"),
    stop=partial(stop_by_call, "fail"),
)
