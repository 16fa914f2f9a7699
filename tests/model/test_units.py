"""The units of time: each is as long as the calendar says, to the microsecond."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from pricelang.model.book import Unit
from pricelang.model.units import TIMES, plural


@pytest.mark.parametrize("unit", TIMES, ids=lambda unit: unit.name)
def test_times_are_as_long_as_the_calendar_says(unit: Unit) -> None:
    microseconds = timedelta(**{plural(unit.name): 1}) // timedelta(microseconds=1)
    assert (unit.size, unit.kind) == (Fraction(microseconds, 10**6), "second")
