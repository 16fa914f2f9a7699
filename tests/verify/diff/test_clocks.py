"""`diff` of clocks of the week and of zones: silent exactly where both set the same at all times."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest

from pricelang.model.time_of_day import value_at
from pricelang.verify.against import verdict
from pricelang.verify.diff.difference import compare
from tests.verify.diff.test_difference_law import DOUBLE, book, made

CLOCKS = {
    "utc": "from 01:00 before 04:00",
    "shanghai": "from 09:00 before 12:00 in Asia/Shanghai",
    "weekdays": "from 01:00 before 04:00 on weekdays",
    "weekdays in shanghai": "from 09:00 before 12:00 on weekdays in Asia/Shanghai",
    "five days": "from 01:00 before 04:00 on monday, tuesday, wednesday, thursday, friday in UTC",
    "two windows": "from 01:00 before 02:00, from 02:00 before 04:00 on weekdays",
    "new york": "from 21:00 before 24:00 in America/New_York",
    "toronto": "from 21:00 before 00:00 in America/Toronto",
    "chicago": "from 20:00 before 23:00 in America/Chicago",
    "over midnight": "from 22:00 before 02:00 on friday",
    "two days": "from 22:00 before 24:00 on friday",
}
STEP = 900
INSTANTS = range(1_767_225_600, 1_767_225_600 + 400 * 86_400, STEP)


def of(clock: str) -> str:
    return book(f"dimension hours default peak\n  peak\n  night  {clock}\n", DOUBLE)


@pytest.fixture(scope="module")
def nights() -> dict[str, frozenset[int]]:
    """The quarters of hours of a year that are night by each clock."""
    dimensions = {name: made(of(clock)).dimensions[0] for name, clock in CLOCKS.items()}
    return {
        name: frozenset(at for at in INSTANTS if value_at(dimension, at) == 1)
        for name, dimension in dimensions.items()
    }


def test_silent_exactly_where_no_instant_tells_them_apart(
    nights: dict[str, frozenset[int]],
) -> None:
    alike = 0
    for old, new in itertools.permutations(CLOCKS, 2):
        same = nights[old] == nights[new]
        changes = compare(made(of(CLOCKS[old])), made(of(CLOCKS[new])))
        assert (changes == ()) == same, (old, new, [change.text for change in changes])
        alike += same
    assert alike >= 10


def test_hours_are_told_by_days_and_zone() -> None:
    def told(old: str, new: str, *days: str) -> list[str]:
        books = (made(of(CLOCKS[name])) for name in (old, new))
        return [change.text for change in compare(*books, *days)]

    assert told("utc", "weekdays") == [
        "hours weekends 01:00 to 04:00: `late_hours` was x 2 on input, output, now no effect"
    ]
    assert told("utc", "weekdays", "2026-03-03") == []  # a Tuesday
    assert len(told("utc", "weekdays", "2026-03-07")) == 1  # a Saturday
    assert len(told("utc", "shanghai")) == 0
    (moved,) = told("over midnight", "two days")
    assert moved.startswith("hours Saturday 00:00 to 02:00: ")


@pytest.mark.parametrize(("old", "new"), [("utc", "weekdays"), ("new york", "utc")])
def test_a_bill_shows_the_hour(old: str, new: str) -> None:
    """The request that is shown is in the hours that differ."""
    ours, theirs = made(of(CLOCKS[new])), made(of(CLOCKS[old]))
    found = verdict.against(ours, theirs)
    assert found.cheaper is not None or found.dearer is not None


def test_instants_are_of_the_year() -> None:
    assert datetime.fromtimestamp(INSTANTS[0], UTC).isoformat() == "2026-01-01T00:00:00+00:00"
