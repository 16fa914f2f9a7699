"""The periods of accounts: those of the calendar, in UTC, and the term of a rule."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeAlias, assert_never

from pricelang.model import book as m
from pricelang.model.charges import CALENDAR_PERIODS, TERM, CalendarPeriod, period_word
from pricelang.model.instants import DAY
from pricelang.model.space import term_of

Term: TypeAlias = tuple[int, int] | None
"""The first instant of what is counted per term and the one at which it ends (UTC seconds); None
for a period of the calendar.
"""


def term_for(book: m.Book, per: str, scope: m.Scope) -> Term:
    """The term of what is counted `per` a key and a period, if that is one: from the first day of
    its line to the last. A checked book has both.
    """
    if period_word(per) != TERM:
        return None
    start, end = term_of(book.boundaries, scope)
    assert start is not None
    assert end is not None
    return start, end


def turn_of(at: int, per: str, term: Term = None) -> int:
    """The start of the period of an instant, both UTC seconds: a day, a month or a year, or the
    term.

    >>> turn_of(1_776_384_000 + 5, "organization per month") == 1_775_001_600
    True
    """
    return term[0] if term is not None else _turn_of_day(at - at % DAY, _period_of(per))


@lru_cache(maxsize=4_096)
def _turn_of_day(start: int, period: CalendarPeriod) -> int:
    """The start of the period of the day that begins at an instant."""
    day = datetime.fromtimestamp(start, UTC)
    match period:
        case "day":
            pass
        case "month":
            day = day.replace(day=1)
        case "year":
            day = day.replace(day=1, month=1)
        case _:
            assert_never(period)
    return int(day.timestamp())


def turn_end(start: int, per: str, term: Term = None) -> int:
    """The end of the period that begins at an instant, both UTC seconds.

    >>> turn_end(
    ...     turn_of(1_776_384_000, "organization per month"), "organization per month"
    ... ) == 1_777_593_600
    True
    """
    if term is not None:
        return term[1]
    days: dict[CalendarPeriod, int] = {"day": 1, "month": 31, "year": 366}
    return turn_of(start + days[_period_of(per)] * DAY, per)


def _period_of(per: str) -> CalendarPeriod:
    """The period of `organization per month`."""
    return next(period for period in CALENDAR_PERIODS if period == period_word(per))
