"""What a dialect of SQL says in words of its own: names, texts, instants, exact numbers, and how a
query is stopped; and the ways that several dialects share.

A numeric profile is exact or raises. `number` holds whole atoms: 128 bits or more, or 38 digits, in
which an overflow is an error (DuckDB, BigQuery, Snowflake, Trino, PostgreSQL, Redshift), NULL or an
error (Spark, and a NULL is refused), or out of reach (ClickHouse, whose Int256 has 76 digits where
a request has 38 at most).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from attrs import frozen

from pricelang.model.clock import UTC
from pricelang.model.instants import written

Text = Callable[[str], str]
Wall = Callable[[str, str], str]
"""An instant and a zone to what the clocks of the zone show."""


@frozen
class SqlSyntax:
    """How a dialect writes an identifier, a literal text, an instant (UTC seconds), what the clocks
    of a zone show at an instant, the minute of the day and the day of the week (0 is Monday) of
    that, and a value as the integer type in which atoms are counted.
    """

    name: Text
    text: Text
    instant: Callable[[int], str]
    wall: Wall
    minute: Text
    weekday: Text
    wide: Text


@frozen(eq=False)
class InstantSyntax:
    """How a column of instants is compared: `read` makes of it what `instant` (UTC seconds) is
    compared with, `wall` is what the clocks of a zone show then, `minute` the minute of the day of
    that and `weekday` its day of the week (0 is Monday), `turn` the start of the `day`, `month` or
    `year` of an instant. `pieces` are a short stretch of a day as a value that is in order, and
    such a value to the instant of its start; the day unless it is said. `timed` is whether what a
    column holds has a time of day beside its day: where that is `true`, the minute of a day alone
    is an error of the query.
    """

    read: Text
    instant: Callable[[int], str]
    wall: Wall
    minute: Text
    weekday: Text
    turn: Callable[[str, str], str]
    timed: Text = lambda sql: "true"
    pieces: tuple[Text, Text] | None = None

    def stretch(self, at: str) -> str:
        """The short stretch of time that an instant is in."""
        return self.turn("day", at) if self.pieces is None else self.pieces[0](at)

    def stretch_start(self, stretch: str) -> str:
        """The instant at which a stretch begins."""
        return stretch if self.pieces is None else self.pieces[1](stretch)


@frozen(eq=False)
class Dialect:
    """A dialect of SQL. `quote` writes a name, `literal` a text.

    `plain` reads columns of instants without a zone, which are UTC, and `zoned` those that are
    instants by themselves; `usual` says which a column is unless it is said. `text`, `small`,
    `moment` and `number` are types. `stop` is its second argument, a number, unless it is NULL:
    then it stops the query with the message that the first is. `decimal` is a number of atoms with
    so many decimals. `rounded` is a value as a decimal with so many digits after the point,
    rounded; `known` a text that no other equals; `sure` a test more that a column is a quantity of
    so many decimals, where there are types of which a cast makes another number.
    """

    name: str
    quote: Text
    literal: Text
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
    known: Text = lambda sql: sql
    sure: Callable[[str, int], str] = lambda sql, scale: ""
    ending: str = ""
    nullable: Text = lambda kind: kind
    most_places: int = 19

    @cached_property
    def words(self) -> SqlSyntax:
        """How columns of instants without a zone are asked about."""
        return self.words_of(self.plain)

    def words_of(self, clock: InstantSyntax) -> SqlSyntax:
        """How columns of instants are asked about that are read in some way."""
        asked = clock.instant, clock.wall, clock.minute, clock.weekday
        return SqlSyntax(self.quote, self.literal, *asked, self.wide)

    def wide(self, sql: str) -> str:
        """A value as the type in which atoms are counted."""
        return f"cast({sql} as {self.number})"

    def cast(self, sql: str, kind: str) -> str:
        """A value as a type, NULL if it is NULL."""
        return f"cast({sql} as {self.nullable(kind)})"

    def integer(self, number: int) -> str:
        """A whole number as a literal of any size."""
        return (
            str(number)
            if abs(number) < 1 << 63
            else self.cast(self.literal(str(number)), self.number)
        )

    def clock(self, kind: str) -> InstantSyntax:
        """How a column of instants is read: `plain` or `zoned`."""
        return self.zoned if kind == "zoned" else self.plain


# ---- names and texts -----------------------------------------------------------------------------


def escapes(text: str, mark: str) -> str:
    """A text within some marks, where a backslash escapes."""
    found = text.replace("\\", "\\\\").replace(mark, "\\" + mark)
    return found.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t").replace("\0", "\\0")


def escaped(text: str) -> str:
    """A literal text where a backslash escapes."""
    return "'" + escapes(text, "'") + "'"


def escaped_ticks(name: str) -> str:
    """A name in backticks where a backslash escapes."""
    return "`" + escapes(name, "`") + "`"


# ---- instants ------------------------------------------------------------------------------------


def moment(seconds: int) -> str:
    """An instant with its time of day.

    >>> moment(1776384000)
    '2026-04-17 00:00:00'
    """
    text = written(seconds)
    return text + {10: " 00:00:00", 16: ":00"}.get(len(text), "")


def extracted(at: str) -> str:
    """The minute of the day of an instant without a zone."""
    return f"(extract(hour from {at}) * 60 + extract(minute from {at}))"


def iso_weekday(at: str) -> str:
    """The day of the week of an instant without a zone, from a number that is 1 on Monday."""
    return f"(extract(isodow from {at}) - 1)"


def in_zone(at: str, zone: str) -> str:
    """What the clocks of a zone show at an instant of UTC that has no zone."""
    return at if zone == UTC else f"({at_utc(at)} at time zone '{zone}')"


def truncated(unit: str, at: str) -> str:
    """The start of the day, month or year of an instant."""
    return f"date_trunc('{unit}', {at})"


def at_utc(sql: str) -> str:
    """An instant with a zone as one without, in UTC."""
    return f"({sql} at time zone 'UTC')"


def typed_instants(
    kind: str,
    read: Text = lambda sql: sql,
    *,
    suffix: str = "",
    wall: Wall = in_zone,
    weekday: Text = iso_weekday,
    turn: Callable[[str, str], str] = truncated,
    timed: Text = lambda sql: "true",
    pieces: tuple[Text, Text] | None = None,
) -> InstantSyntax:
    """Instants whose literals are a type and a text: `timestamp '2026-04-17 00:00:00'`."""
    return InstantSyntax(
        read,
        lambda seconds: f"{kind} '{moment(seconds)}{suffix}'",
        wall,
        extracted,
        weekday,
        turn,
        timed,
        pieces,
    )


# ---- numbers -------------------------------------------------------------------------------------


def shift(places: int) -> str:
    """A power of ten below one, as a decimal.

    >>> shift(0), shift(3)
    ('1', '0.001')
    """
    return "0." + "0" * (places - 1) + "1" if places else "1"


def shifted(kind: str, one: str, sql: str, places: int) -> str:
    """Atoms times a power of ten, where a product keeps all decimals of both."""
    return (
        f"cast({sql} as {kind}) * {one.format(shift(places))}"
        if places
        else f"cast({sql} as {kind})"
    )


def rounded(kind: str, sql: str, digits: int) -> str:
    """A value as a decimal of 28 digits, which a cast rounds."""
    return f"cast({sql} as {kind}(28,{digits}))"


def real_sure(kind: str, sql: str, scale: int) -> str:
    """Of a REAL, a cast keeps six digits; with decimals that is compared anyway."""
    return "" if scale else f"cast({sql} as {kind}) = {sql} and "


# ---- how a query is stopped ----------------------------------------------------------------------


def stop_by_cast(kind: str, message: str, sql: str) -> str:
    """Stopped by a cast that fails with the message in its error,
    and that never sees a text which is none.
    """
    return f"({sql}) + cast(case when ({sql}) is null then {message} else '0' end as {kind})"


def stop_by_call(call: str, message: str, sql: str) -> str:
    """Stopped by a function that raises its message."""
    return f"case when ({sql}) is null then {call}({message}) else {sql} end"
