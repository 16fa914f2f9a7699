"""The simplex against a look at every corner."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricelang.solver.simplex import Row, greatest

NUMBERS = st.builds(Fraction, st.integers(-6, 6), st.integers(1, 4))
PAIRS = st.tuples(NUMBERS, NUMBERS)


def corners(rows: list[Row]) -> list[tuple[Fraction, Fraction]]:
    """The points where two sides meet and that all rows hold."""
    sides = [
        *rows,
        ((Fraction(-1), Fraction(0)), Fraction(0)),
        ((Fraction(0), Fraction(-1)), Fraction(0)),
    ]
    found = []
    for ((a, b), bound), ((c, d), other) in itertools.combinations(sides, 2):
        if a * d != b * c:
            x = (bound * d - b * other) / (a * d - b * c)
            y = (a * other - bound * c) / (a * d - b * c)
            if all(e * x + f * y <= most for (e, f), most in sides):
                found.append((x, y))
    return found


@given(PAIRS, st.lists(st.tuples(PAIRS, NUMBERS), max_size=4), st.integers(0, 5))
def test_the_greatest_value_is_that_of_a_corner(
    objective: tuple[Fraction, Fraction], rows: list[Row], most: int
) -> None:
    rows = [*rows, ((Fraction(1, 3), Fraction(1, 2)), Fraction(most))]
    there = corners(rows)
    found = greatest(objective, rows)
    if found is None:
        assert not there
        return
    value, (x, y) = found
    assert value == max(objective[0] * a + objective[1] * b for a, b in there)
    assert value == objective[0] * x + objective[1] * y
    assert min(x, y) >= 0
    assert all(a * x + b * y <= bound for (a, b), bound in rows)


def test_what_nothing_bounds_has_no_greatest_value() -> None:
    with pytest.raises(ValueError, match="no bound"):
        greatest([Fraction(1)], [([Fraction(-1)], Fraction(1))])
