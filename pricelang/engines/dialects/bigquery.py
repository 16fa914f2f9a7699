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

BIGQUERY = Dialect(
    name="bigquery",
    quote=escaped_ticks,
    literal=escaped,
    plain=typed_instants("datetime", turn=lambda unit, at: f"datetime_trunc({at}, {unit})"),
    zoned=typed_instants(
        "timestamp",
        suffix="+00",
        minute=lambda at: (
            f"(extract(hour from {at} at time zone 'UTC') * 60 + extract(minute from {at} at "
            "time zone 'UTC'))"
        ),
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
