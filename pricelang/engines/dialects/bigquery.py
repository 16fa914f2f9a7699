"""BigQuery's dialect."""

from __future__ import annotations

from functools import partial

from pricelang.engines.dialects.base import (
    Dialect,
    escaped,
    escaped_ticks,
    shifted,
    stop_by_call,
    typed_instants,
)
from pricelang.model.clock import UTC


def _weekday(at: str) -> str:
    """BigQuery counts from Sunday, which is 1."""
    return f"mod(extract(dayofweek from {at}) + 5, 7)"


BIGQUERY = Dialect(
    name="bigquery",
    quote=escaped_ticks,
    literal=escaped,
    plain=typed_instants(
        "datetime",
        wall=lambda at, zone: at if zone == UTC else f"datetime(timestamp({at}, 'UTC'), '{zone}')",
        weekday=_weekday,
        turn=lambda unit, at: f"datetime_trunc({at}, {unit})",
    ),
    zoned=typed_instants(
        "timestamp",
        suffix="+00",
        wall=lambda at, zone: f"datetime({at}, '{zone}')",
        weekday=_weekday,
        turn=lambda unit, at: f"timestamp_trunc({at}, {unit}, 'UTC')",
    ),
    usual="zoned",
    text="string",
    small="int64",
    moment="datetime",
    number="bignumeric",
    decimal=partial(shifted, "bignumeric", "bignumeric '{}'"),
    rounded=lambda sql, digits: f"round(cast({sql} as bignumeric), {digits})",
    stop=partial(stop_by_call, "error"),
)
