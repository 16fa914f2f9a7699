"""The dialects of warehouses: names, texts, instants, exact numbers, and how a query is stopped.

A numeric profile is exact or raises. `number` holds whole atoms: 128 bits or more, or 38 digits, in
which an overflow is an error (DuckDB, BigQuery, Snowflake, Trino, PostgreSQL, Redshift), NULL or an
error (Spark, and a NULL is refused), or out of reach (ClickHouse, whose Int256 has 76 digits where
a request has 38 at most).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from attrs import frozen

from pricelang.engines.join_keys import SqlSyntax
from pricelang.engines.names import literal, quoted
from pricelang.engines.quantities import decimal_sql
from pricelang.model.instants import written

MAX_QUANTITY = 10**15
"""A quantity beyond is refused: all below are exact in every type of column, binary floats too."""

MAX_MEASURE = 10**12
"""The same for what is measured, such as hours, in its unit."""

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*\Z")


@frozen(eq=False)
class InstantSyntax:
    """How a column of instants is compared: `read` makes of it what `instant` (UTC seconds) is
    compared with, `minute` is the minute of the day of that, `turn` the start of its `day`, `month`
    or `year`. `timed` is whether what a column holds has a time of day beside its day: where that
    is `true`, the minute of a day alone is an error of the query.
    """

    read: Callable[[str], str]
    instant: Callable[[int], str]
    minute: Callable[[str], str]
    turn: Callable[[str, str], str]
    timed: Callable[[str], str] = lambda sql: "true"


@frozen(eq=False)
class Dialect:
    """A dialect of SQL.

    `plain` reads columns of instants without a zone, which are UTC, and `zoned` those that are
    instants by themselves; `usual` says which a column is unless it is said. `stop` is its second
    argument, a number, unless it is NULL: then it stops the query with the message that the first
    is. `decimal` is a number of atoms with so many decimals. `rounded` is a value as a decimal with
    so many digits after the point, rounded; `known` a text that no other equals; `sure` a test more
    that a column is a quantity of so many decimals, where there are types of which a cast makes
    another number.
    """

    name: str
    words: SqlSyntax
    plain: InstantSyntax
    zoned: InstantSyntax
    usual: str
    text: str
    small: str
    moment: str
    number: str
    decimal: Callable[[str, int], str]
    rounded: Callable[[str, int], str]
    stop: Callable[[str, str], str]
    known: Callable[[str], str] = lambda sql: sql
    sure: Callable[[str, int], str] = lambda sql, scale: ""
    ending: str = ""
    nullable: Callable[[str], str] = lambda kind: kind
    most_places: int = 19

    def cast(self, sql: str, kind: str) -> str:
        """A value as a type, NULL if it is NULL."""
        return f"cast({sql} as {self.nullable(kind)})"

    def integer(self, number: int) -> str:
        """A whole number as a literal of any size."""
        return (
            str(number)
            if abs(number) < 1 << 63
            else self.cast(self.words.text(str(number)), self.number)
        )

    def clock(self, kind: str) -> InstantSyntax:
        """How a column of instants is read: `plain` or `zoned`."""
        return self.zoned if kind == "zoned" else self.plain


# ---- names and texts -----------------------------------------------------------------------------


def _ticked(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _escaped_ticks(name: str) -> str:
    """A name in backticks where a backslash escapes."""
    return "`" + _escapes(name, "`") + "`"


def _folded(name: str) -> str:
    """A name as Snowflake has it:
    one in plain small letters is what it is without quotes, which is in capitals.
    """
    return quoted(name.upper() if _PLAIN.match(name) else name)


def _escapes(text: str, mark: str) -> str:
    found = text.replace("\\", "\\\\").replace(mark, "\\" + mark)
    return found.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t").replace("\0", "\\0")


def _escaped(text: str) -> str:
    """A text where a backslash escapes."""
    return "'" + _escapes(text, "'") + "'"


def _spark_text(text: str) -> str:
    """The same for Spark, which also puts variables in: a dollar sign is written as its number."""
    return _escaped(text).replace("$", "\\u0024")


def _postgres_text(text: str) -> str:
    """A text where a backslash escapes or not, by a setting: one that has any says that it does."""
    return "E" + literal(text.replace("\\", "\\\\")) if "\\" in text else literal(text)


def _redshift_text(text: str) -> str:
    return (
        "(" + " || chr(92) || ".join(literal(part) for part in text.split("\\")) + ")"
        if "\\" in text
        else literal(text)
    )


# ---- instants ------------------------------------------------------------------------------------


def _moment(seconds: int) -> str:
    """`2026-04-17 00:00:00`."""
    text = written(seconds)
    return text + {10: " 00:00:00", 16: ":00"}.get(len(text), "")


def _extracted(at: str) -> str:
    return f"(extract(hour from {at}) * 60 + extract(minute from {at}))"


def _truncated(unit: str, at: str) -> str:
    return f"date_trunc('{unit}', {at})"


def _clock(
    kind: str,
    read: Callable[[str], str] = lambda sql: sql,
    *,
    suffix: str = "",
    minute: Callable[[str], str] = _extracted,
    turn: Callable[[str, str], str] = _truncated,
    timed: Callable[[str], str] = lambda sql: "true",
) -> InstantSyntax:
    return InstantSyntax(
        read, lambda seconds: f"{kind} '{_moment(seconds)}{suffix}'", minute, turn, timed
    )


def _at_utc(sql: str) -> str:
    return f"({sql} at time zone 'UTC')"


def utc_timestamp(sql: str) -> str:
    """DuckDB's TIMESTAMP in UTC of a TIMESTAMP, a TIMESTAMPTZ or a DATE. A cast or a comparison
    would read the second in the zone of the session, and pass over the offset of a text, which this
    refuses.
    """
    return f"make_timestamp(epoch_us({sql}))"


def timed(sql: str) -> str:
    """Whether a value has a time of day in DuckDB beside its day."""
    return f"typeof({sql}) <> 'DATE'"


def _trino_timestamp(sql: str) -> str:
    """Trino's timestamp in UTC of a column with a zone or without. No decimal is rounded:
    a cast to fewer might reach the next second.
    """
    zoned = f"cast(at_timezone({sql}, 'UTC') as timestamp(12))"
    return (
        f"(case when typeof({sql}) like '% with time zone' then {zoned} else cast({sql} as "
        "timestamp(12)) end)"
    )


def _redshift_timestamp(sql: str) -> str:
    """Redshift's timestamp in UTC of a column with a zone or without. It names no types of columns,
    but the text of an instant ends with its zone if it has one, such as `+00`.
    """
    mark = "':[0-9.]+( [0-9]+)? ?([+-][0-9:]+|[A-Za-z/_]+)$'"
    zoned = f"cast({_at_utc(sql)} as timestamp)"
    return (
        f"(case when cast({sql} as varchar(64)) ~ {mark} then {zoned} else cast({sql} as "
        "timestamp) end)"
    )


_TRINO = _clock("timestamp", _trino_timestamp, timed=lambda sql: f"typeof({sql}) <> 'date'")
_REDSHIFT = _clock(
    "timestamp", _redshift_timestamp, timed=lambda sql: f"length(cast({sql} as varchar(64))) > 10"
)
_DUCK = _clock("timestamp", utc_timestamp, timed=timed)
# The seconds since 1970 of a column with a zone, one without,
# and a day are in UTC, whatever the zone of the session.
_POSTGRES = _clock(
    "timestamp",
    lambda sql: _at_utc(f"to_timestamp(floor(extract(epoch from {sql})))"),
    timed=lambda sql: f"cast(pg_typeof({sql}) as text) <> 'date'",
)


def _spark_turn(day: str, unit: str) -> str:
    return day if unit == "day" else f"trunc({day}, '{unit}')"


def _spark_plain(sql: str) -> str:
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


# A day of Spark's has no zone, where what its date_trunc gives has that of the session.
_SPARK_PLAIN = _clock(
    "timestamp_ntz",
    _spark_plain,
    turn=lambda unit, at: _spark_turn(f"cast({at} as date)", unit),
    timed=lambda sql: f"(typeof({sql}) <> 'date' and length(trim(cast({sql} as string))) > 10)",
)
# Spark reads an instant of its type TIMESTAMP in the zone of the session;
# its seconds since 1970 have no zone.
_SPARK_SECONDS = InstantSyntax(
    lambda sql: f"unix_seconds({sql})",
    str,
    lambda at: f"(pmod({at}, 86400) div 60)",
    lambda unit, at: _spark_turn(f"date_from_unix_date(cast(floor({at} / 86400) as int))", unit),
)
_CLICKHOUSE = InstantSyntax(
    lambda sql: sql,
    lambda seconds: f"toDateTime64('{_moment(seconds)}', 0, 'UTC')",
    lambda at: f"(toHour({at}, 'UTC') * 60 + toMinute({at}, 'UTC'))",
    lambda unit, at: f"toStartOf{unit.capitalize()}({at}, 'UTC')",
)
# What a literal of TIMESTAMP is in Snowflake, and how its text is read, are settings of the account
# and the session. The seconds since 1970 are in UTC of a column with a zone and of one without,
# whatever the zone of the session.
_SNOWFLAKE = InstantSyntax(
    lambda sql: f"to_timestamp_ntz(date_part(epoch_second, {sql}), 0)",
    lambda seconds: f"to_timestamp_ntz('{_moment(seconds)}', 'YYYY-MM-DD HH24:MI:SS')",
    _extracted,
    _truncated,
    lambda sql: f"not is_date(to_variant({sql}))",
)
_BIGQUERY = _clock("datetime", turn=lambda unit, at: f"datetime_trunc({at}, {unit})")
_BIGQUERY_UTC = _clock(
    "timestamp",
    suffix="+00",
    minute=lambda at: (
        f"(extract(hour from {at} at time zone 'UTC') * 60 + extract(minute from {at} at "
        "time zone 'UTC'))"
    ),
    turn=lambda unit, at: f"timestamp_trunc({at}, {unit}, 'UTC')",
)


# ---- numbers -------------------------------------------------------------------------------------


def _shift(places: int) -> str:
    return "0." + "0" * (places - 1) + "1" if places else "1"


def _shifted(kind: str, one: str, sql: str, places: int) -> str:
    """Atoms times a power of ten, where a product keeps all decimals of both."""
    return (
        f"cast({sql} as {kind}) * {one.format(_shift(places))}"
        if places
        else f"cast({sql} as {kind})"
    )


def _spark_decimal(sql: str, places: int) -> str:
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


def _spark_sure(sql: str, scale: int) -> str:
    """Without ANSI, Spark compares a text as a whole number, and what it then casts is another."""
    pattern = f"^[0-9]{{1,12}}([.][0-9]{{1,{scale}}})?$" if scale else "^[0-9]{1,15}$"
    return f"(typeof({sql}) <> 'string' or cast({sql} as string) rlike {_spark_text(pattern)}) and "


def _real_sure(kind: str, sql: str, scale: int) -> str:
    """Of a REAL, a cast keeps six digits; with decimals that is compared anyway."""
    return "" if scale else f"cast({sql} as {kind}) = {sql} and "


def _by_cast(kind: str, message: str, sql: str) -> str:
    """Stopped by a cast that fails with the message in its error,
    and that never sees a text which is none.
    """
    return f"({sql}) + cast(case when ({sql}) is null then {message} else '0' end as {kind})"


def _by_call(call: str, message: str, sql: str) -> str:
    return f"case when ({sql}) is null then {call}({message}) else {sql} end"


def _by_throw(message: str, sql: str) -> str:
    """ClickHouse stops with a text that is the same for all rows."""
    said = "'pricelang: a row has no price; --refused null says which and why'"
    return f"({sql}) + throwIf(isNull({sql}), {said})"


def _rounded(kind: str, sql: str, digits: int) -> str:
    return f"cast({sql} as {kind}(28,{digits}))"


# ---- the dialects --------------------------------------------------------------------------------


def _words(
    name: Callable[[str], str], text: Callable[[str], str], clock: InstantSyntax, number: str
) -> SqlSyntax:
    return SqlSyntax(
        name, text, clock.instant, clock.minute, lambda sql: f"cast({sql} as {number})"
    )


def _dialect(
    name: str,
    names: Callable[[str], str],
    text: Callable[[str], str],
    clocks: tuple[InstantSyntax, InstantSyntax],
    usual: str,
    types: tuple[str, str, str, str],
    **more: Any,
) -> Dialect:
    text_type, small, moment, number = types
    return Dialect(
        name=name,
        words=_words(names, text, clocks[0], number),
        plain=clocks[0],
        zoned=clocks[1],
        usual=usual,
        text=text_type,
        small=small,
        moment=moment,
        number=number,
        **more,
    )


DIALECTS = {
    found.name: found
    for found in (
        _dialect(
            "duckdb",
            quoted,
            literal,
            (_DUCK, _DUCK),
            "plain",
            ("varchar", "integer", "timestamp", "hugeint"),
            decimal=lambda sql, places: decimal_sql(sql, places, places, True),
            rounded=partial(_rounded, "decimal"),
            stop=partial(_by_call, "error"),
        ),
        _dialect(
            "spark",
            _ticked,
            _spark_text,
            (_SPARK_PLAIN, _SPARK_SECONDS),
            "zoned",
            ("string", "int", "timestamp_ntz", "decimal(38,0)"),
            decimal=_spark_decimal,
            rounded=partial(_rounded, "decimal"),
            stop=partial(_by_call, "raise_error"),
            sure=_spark_sure,
        ),
        _dialect(
            "bigquery",
            _escaped_ticks,
            _escaped,
            (_BIGQUERY, _BIGQUERY_UTC),
            "zoned",
            ("string", "int64", "datetime", "bignumeric"),
            decimal=partial(_shifted, "bignumeric", "bignumeric '{}'"),
            rounded=lambda sql, digits: f"round(cast({sql} as bignumeric), {digits})",
            stop=partial(_by_call, "error"),
        ),
        _dialect(
            "snowflake",
            _folded,
            _escaped,
            (_SNOWFLAKE, _SNOWFLAKE),
            "plain",
            ("varchar", "integer", "timestamp_ntz", "number(38,0)"),
            decimal=lambda sql, places: (
                f"cast({sql} as number(38,0)) * cast('{_shift(places)}' as number(38,{places}))"
            ),
            rounded=partial(_rounded, "number"),
            stop=partial(_by_cast, "number(38,0)"),
        ),
        _dialect(
            "trino",
            quoted,
            literal,
            (_TRINO, _TRINO),
            "plain",
            ("varchar", "integer", "timestamp", "decimal(38,0)"),
            decimal=partial(_shifted, "decimal(38,0)", "decimal '{}'"),
            rounded=partial(_rounded, "decimal"),
            stop=partial(_by_call, "fail"),
        ),
        _dialect(
            "clickhouse",
            _escaped_ticks,
            _escaped,
            (_CLICKHOUSE, _CLICKHOUSE),
            "zoned",
            ("String", "Int32", "DateTime64(0, 'UTC')", "Int256"),
            decimal=lambda sql, places: (
                f"toDecimal256({sql}, 0) * toDecimal256('{_shift(places)}', {places})"
            ),
            rounded=lambda sql, digits: f"cast({sql} as Nullable(Decimal(38, {digits})))",
            stop=_by_throw,
            # Nullable, since a join fills what it does not find with NULL only then,
            # and with zeros else
            nullable=lambda kind: f"Nullable({kind})",
            ending=" engine = MergeTree order by tuple()",
        ),
        _dialect(
            "postgres",
            quoted,
            _postgres_text,
            (_POSTGRES, _POSTGRES),
            "plain",
            ("text", "integer", "timestamp", "numeric"),
            decimal=partial(_shifted, "numeric", "numeric '{}'"),
            rounded=lambda sql, digits: f"round(cast({sql} as numeric), {digits})",
            stop=partial(_by_cast, "numeric"),
            sure=partial(_real_sure, "numeric"),
        ),
        _dialect(
            "redshift",
            quoted,
            _redshift_text,
            (_REDSHIFT, _REDSHIFT),
            "plain",
            ("varchar(512)", "integer", "timestamp", "decimal(38,0)"),
            decimal=lambda sql, places: (
                f"cast({sql} as decimal(38,0)) * cast('{_shift(places)}' as "
                f"decimal({max(places, 1)},{places}))"
            ),
            rounded=partial(_rounded, "decimal"),
            stop=partial(_by_cast, "decimal(38,0)"),
            sure=partial(_real_sure, "decimal(38,0)"),
            # Redshift passes over spaces at the end of a text,
            # so a name that has some would be another's
            known=lambda sql: (
                f"case when octet_length({sql}) = octet_length(rtrim({sql})) then {sql} end"
            ),
        ),
    )
}
"""The dialects by their names, which are those of sqlglot."""
