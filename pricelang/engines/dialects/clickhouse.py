"""ClickHouse's dialect."""

from __future__ import annotations

from pricelang.engines.dialects.base import (
    Dialect,
    InstantSyntax,
    escaped,
    escaped_ticks,
    moment,
    shift,
)


def _stop(message: str, sql: str) -> str:
    """ClickHouse stops with a text that is the same for all rows."""
    said = "'pricelang: a row has no price; --refused null says which and why'"
    return f"({sql}) + throwIf(isNull({sql}), {said})"


_INSTANTS = InstantSyntax(
    lambda sql: sql,
    lambda seconds: f"toDateTime64('{moment(seconds)}', 0, 'UTC')",
    lambda at, zone: f"toTimeZone({at}, '{zone}')",
    lambda at: f"(toHour({at}) * 60 + toMinute({at}))",
    lambda at: f"(toDayOfWeek({at}) - 1)",
    lambda unit, at: f"toStartOf{unit.capitalize()}({at}, 'UTC')",
)

CLICKHOUSE = Dialect(
    name="clickhouse",
    quote=escaped_ticks,
    literal=escaped,
    plain=_INSTANTS,
    zoned=_INSTANTS,
    usual="zoned",
    text="String",
    small="Int32",
    moment="DateTime64(0, 'UTC')",
    number="Int256",
    decimal=lambda sql, places: (
        f"toDecimal256({sql}, 0) * toDecimal256('{shift(places)}', {places})"
    ),
    rounded=lambda sql, digits: f"cast({sql} as Nullable(Decimal(38, {digits})))",
    stop=_stop,
    # Nullable, since a join fills what it does not find with NULL only then, and with zeros else
    nullable=lambda kind: f"Nullable({kind})",
    ending=" engine = MergeTree order by tuple()",
)
