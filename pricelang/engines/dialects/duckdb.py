"""DuckDB's dialect."""

from __future__ import annotations

from functools import partial

from pricelang.engines.dialects.base import Dialect, rounded, shift, stop_by_call, typed_instants
from pricelang.engines.names import literal, quoted


def utc_timestamp(sql: str) -> str:
    """DuckDB's TIMESTAMP in UTC of a TIMESTAMP, a TIMESTAMPTZ or a DATE. A cast or a comparison
    would read the second in the zone of the session, and pass over the offset of a text, which this
    refuses.
    """
    return f"make_timestamp(epoch_us({sql}))"


def is_timed(sql: str) -> str:
    """Whether a value has a time of day in DuckDB beside its day."""
    return f"typeof({sql}) <> 'DATE'"


def decimal_sql(atoms: str, places: int, decimals: int, wide: bool) -> str:
    """A number of atoms as a DECIMAL with some decimals, exactly: 64 bits by one product;
    128 in two parts, since no product of DECIMALs has room for all of it.
    """
    kind, unit = f"decimal(38,{decimals})", f"{shift(places)}::decimal({max(places, 1)},{places})"
    if not wide:
        return f"(({atoms})::decimal(19,0) * {unit})::{kind}"
    one = f"{10**places}::hugeint"
    return (
        f"((({atoms}) // {one})::{kind} + ((({atoms}) % {one})::decimal(19,0) * "
        f"{unit})::{kind})::{kind}"
    )


STRETCH, YEAR_1 = 6 * 3_600_000_000, 62_135_596_800_000_000
"""The microseconds of a quarter of a day, and those from the year 1 to 1970, so that a division
that cuts towards zero counts upwards.
"""

_INSTANTS = typed_instants(
    "timestamp",
    utc_timestamp,
    timed=is_timed,
    pieces=(
        lambda at: f"((epoch_us({at}) + {YEAR_1}) // {STRETCH})",
        lambda number: f"make_timestamp({number} * {STRETCH} - {YEAR_1})",
    ),
)

DUCKDB = Dialect(
    name="duckdb",
    quote=quoted,
    literal=literal,
    plain=_INSTANTS,
    zoned=_INSTANTS,
    usual="plain",
    text="varchar",
    small="integer",
    moment="timestamp",
    number="hugeint",
    decimal=lambda sql, places: decimal_sql(sql, places, places, True),
    rounded=partial(rounded, "decimal"),
    stop=partial(stop_by_call, "error"),
)
