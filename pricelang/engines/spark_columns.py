"""The columns of a table of usage as Spark expressions: whole numbers, instants and names, or NULL
where they are none.

Every expression gives the same in ANSI mode and without:
what could overflow or fail is NULL, and a NULL sends the row to the evaluator of single requests.
"""

from __future__ import annotations

import re

from attrs import frozen

from pricelang.engines.columns import no_quantities
from pricelang.engines.dialects.base import InstantSyntax
from pricelang.engines.dialects.spark import SPARK
from pricelang.engines.join_keys import Quantity, timed_sql
from pricelang.engines.quantities import EXACT_DOUBLE
from pricelang.model.book import Meter
from pricelang.model.errors import BadRequest
from pricelang.model.instants import FIRST, LAST
from pricelang.present.text import shown

AT = "pl_at"
"""The column of a row's instant."""
_WHOLE = {"tinyint", "smallint", "int", "bigint"}
_DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)\Z")
_NOTHING = "void"
"""The type of a column in which every cell is empty."""
_DIGITS = r"\A[0-9]{1,18}\z"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?"
_INSTANT = rf"\A{_DAY}({_TIME}(Z| UTC|[+]00:00)?)?\z"
_OFFSET = rf"\A(?!0001|9999){_DAY}{_TIME}[+-][0-9]{{2}}:[0-9]{{2}}\z"
"""An instant with an offset; at the ends of the calendar that may lead out of it."""

_EARLIEST, _LATEST = (
    "timestamp_ntz'0001-01-01 00:00:00'",
    "timestamp_ntz'9999-12-31 23:59:59.999999'",
)
"""The ends of the calendar of the evaluator; Spark's goes beyond both."""


@frozen(eq=False)
class When:
    """The instant of a row:
    what is compared, how, and its text for the evaluator of single requests.
    """

    sql: str
    clock: InstantSyntax
    text: str
    # Whether it has a time of day beside its day, as SQL.
    timed: str = "true"


def quantity_of(meter: Meter, column: str, kind: str, most: int) -> Quantity:
    """The quantity that a column of a type holds, as a BIGINT; NULL where it is none,
    and 0 for an empty cell. `most` is the number of decimals that are kept.

    Raises `BadRequest` (`bad_column`) for a type that holds no quantities.
    """
    name, scale = SPARK.quote(column), 0
    finer = not meter.whole and kind not in _WHOLE and kind != _NOTHING
    if match := _DECIMAL.match(kind):
        scale = 0 if meter.whole else min(int(match[2]), most, 18)
        finer = finer and scale < int(match[2])
        # by way of a type that holds all of its digits,
        # since a cast to one that does not would round them
        kept = f"try_cast({name} as decimal(38,{match[2]}))"
        exact = f"try_cast({name} as decimal(18,{scale}))"
        sql = f"case when {exact} = {kept} then try_cast({exact} * {10**scale} as bigint) end"
    else:
        sql = _whole_sql(meter, column, kind)
    counted = f"(case when {name} is null then 0L when ({sql}) >= 0 then ({sql}) end)"
    return Quantity(meter.name, counted, scale, None, finer)


def _whole_sql(meter: Meter, column: str, kind: str) -> str:
    """A column of a type that is read as whole numbers. Raises `BadRequest` (`bad_column`)."""
    name = SPARK.quote(column)
    if kind in _WHOLE:
        return f"cast({name} as bigint)"
    if kind in ("double", "float"):
        return (
            f"case when {name} = floor({name}) and abs({name}) < {EXACT_DOUBLE} then "
            f"try_cast({name} as bigint) end"
        )
    if kind == "string":
        return (
            f"case when {name} = '' then 0L when {name} rlike {SPARK.literal(_DIGITS)} then "
            f"try_cast({name} as bigint) end"
        )
    if kind == _NOTHING:
        return "0L"
    if kind.startswith("array<"):
        return f"case when size({name}) = 0 then 0 end"
    raise no_quantities(meter.name, column, kind)


def instant_of(column: str, kind: str) -> When:
    """The instant that a column of a type holds. Raises `BadRequest` (`bad_column`)."""
    name = SPARK.quote(column)
    if kind == "timestamp":
        # seconds have no zone, where the text of an instant has that of the session
        seconds = f"unix_seconds({name})"
        known = f"(case when {seconds} between {FIRST}L and {LAST}L then {seconds} end)"
        return When(known, SPARK.zoned, f"concat('@', cast({seconds} as string))")
    if kind in ("timestamp_ntz", "date", _NOTHING):
        plain = f"cast({name} as timestamp_ntz)"
        known = f"(case when {plain} between {_EARLIEST} and {_LATEST} then {plain} end)"
        return When(
            known,
            SPARK.plain,
            f"cast({name} as string)",
            timed_sql(f"cast({name} as string)", kind),
        )
    if kind == "string":
        text = SPARK.literal
        plain = f"regexp_replace({name}, '(Z| UTC|[+]00:00)$', '')"
        # a cast to an instant wants seconds; its microseconds have no zone
        seconds = (
            f"regexp_replace({name}, {text('^(.{10}.[0-9]{2}:[0-9]{2})([+-])')}, {text('$1:00$2')})"
        )
        # by its full name, since a session may take `timestamp` to be the type without a zone,
        # which passes over offsets
        away = after_1970("microsecond", f"unix_micros(try_cast({seconds} as timestamp_ltz))")
        sql = (
            f"(case when {name} rlike {text(_INSTANT)} then try_cast({plain} as timestamp_ntz) "
            f"when {name} rlike {text(_OFFSET)} then {away} end)"
        )
        return When(sql, SPARK.plain, name, timed_sql(name, kind))
    raise BadRequest(
        "bad_column",
        f"the column `{shown(column)}` is of type {kind}, which holds no instants",
        help="make it a timestamp, a date or a text such as 2026-04-17T12:30:00Z",
    )


def after_1970(unit: str, sql: str) -> str:
    """A number of units since 1970 as a TIMESTAMP_NTZ in UTC."""
    return f"timestampadd({unit}, {sql}, timestamp_ntz'1970-01-01 00:00:00')"


def as_written(column: str, kind: str) -> str:
    """What the evaluator of single requests reads of a column: its text; a list as one."""
    name = SPARK.quote(column)
    return (
        f"cast({name} as array<string>)" if kind.startswith("array<") else f"cast({name} as string)"
    )
