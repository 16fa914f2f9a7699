"""PostgreSQL's dialect."""

from __future__ import annotations

from functools import partial

from pricelang.engines.dialects.base import (
    Dialect,
    at_utc,
    real_sure,
    shifted,
    stop_by_cast,
    typed_instants,
)
from pricelang.engines.names import literal, quoted


def _text(text: str) -> str:
    """A text where a backslash escapes or not, by a setting: one that has any says that it does."""
    return "E" + literal(text.replace("\\", "\\\\")) if "\\" in text else literal(text)


# The seconds since 1970 of a column with a zone, one without,
# and a day are in UTC, whatever the zone of the session.
_INSTANTS = typed_instants(
    "timestamp",
    lambda sql: at_utc(f"to_timestamp(floor(extract(epoch from {sql})))"),
    timed=lambda sql: f"cast(pg_typeof({sql}) as text) <> 'date'",
)

POSTGRES = Dialect(
    name="postgres",
    quote=quoted,
    literal=_text,
    plain=_INSTANTS,
    zoned=_INSTANTS,
    usual="plain",
    text="text",
    small="integer",
    moment="timestamp",
    number="numeric",
    decimal=partial(shifted, "numeric", "numeric '{}'"),
    rounded=lambda sql, digits: f"round(cast({sql} as numeric), {digits})",
    stop=partial(stop_by_cast, "numeric"),
    sure=partial(real_sure, "numeric"),
)
