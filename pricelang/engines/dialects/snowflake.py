"""Snowflake's dialect."""

from __future__ import annotations

import re
from functools import partial

from pricelang.engines.dialects.base import (
    Dialect,
    InstantSyntax,
    escaped,
    extracted,
    moment,
    rounded,
    shift,
    stop_by_cast,
    truncated,
)
from pricelang.engines.names import quoted
from pricelang.model.clock import UTC

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*\Z")


def _name(name: str) -> str:
    """A name as Snowflake has it:
    one in plain small letters is what it is without quotes, which is in capitals.
    """
    return quoted(name.upper() if _PLAIN.match(name) else name)


# What a literal of TIMESTAMP is in Snowflake, and how its text is read, are settings of the account
# and the session. The seconds since 1970 are in UTC of a column with a zone and of one without,
# whatever the zone of the session.
_INSTANTS = InstantSyntax(
    lambda sql: f"to_timestamp_ntz(date_part(epoch_second, {sql}), 0)",
    lambda seconds: f"to_timestamp_ntz('{moment(seconds)}', 'YYYY-MM-DD HH24:MI:SS')",
    lambda at, zone: at if zone == UTC else f"convert_timezone('UTC', '{zone}', {at})",
    extracted,
    lambda at: f"(dayofweekiso({at}) - 1)",
    truncated,
    lambda sql: f"not is_date(to_variant({sql}))",
)

SNOWFLAKE = Dialect(
    name="snowflake",
    quote=_name,
    literal=escaped,
    plain=_INSTANTS,
    zoned=_INSTANTS,
    usual="plain",
    text="varchar",
    small="integer",
    moment="timestamp_ntz",
    number="number(38,0)",
    decimal=lambda sql, places: (
        f"cast({sql} as number(38,0)) * cast('{shift(places)}' as number(38,{places}))"
    ),
    rounded=partial(rounded, "number"),
    stop=partial(stop_by_cast, "number(38,0)"),
)
