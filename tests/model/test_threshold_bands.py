"""Which sides of several thresholds quantities can reach, against all small quantities; and
quantities that reach them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from pricelang.model.book import Scope
from pricelang.model.names import Sum
from pricelang.model.threshold_bands import quantities_on, reachable_sides

METERS = 3
FIRST_AXIS = 4
QUANTITIES = {
    True: [*itertools.product(map(Fraction, range(7)), repeat=METERS)],
    False: [*itertools.product([Fraction(n, 4) for n in range(10)], repeat=METERS)],
}
"""Counts that are over each limit of `whole` sums, and parts that are over each limit of others."""


def sums(most: int) -> st.SearchStrategy[list[Sum]]:
    """Sums of some of three meters, with one or two limits each: all whole, or all measured."""
    meters = st.sets(st.integers(0, METERS - 1), min_size=1).map(lambda some: tuple(sorted(some)))

    def of_kind(whole: bool) -> st.SearchStrategy[list[Sum]]:
        one_limit = st.integers(0, 4) if whole else st.sampled_from([0, 0.5, 1, 1.5])
        limits = st.sets(one_limit.map(Fraction), min_size=1, max_size=2)
        sorted_limits = limits.map(lambda some: tuple(sorted(some)))
        one = st.builds(Sum, st.just("sum"), meters, sorted_limits, st.just(whole))
        return st.lists(one, min_size=1, max_size=most, unique_by=lambda total: total.meters)

    return st.booleans().flatmap(of_kind)


def sides_of(totals: list[Sum], quantities: Sequence[Fraction]) -> tuple[int, ...]:
    """The side of each sum that quantities are on: how many limits it is over."""
    counted = [sum(quantities[meter] for meter in total.meters) for total in totals]
    return tuple(
        sum(count > limit for limit in total.limits)
        for count, total in zip(counted, totals, strict=True)
    )


def reached_by_any(totals: list[Sum]) -> set[tuple[int, ...]]:
    return {sides_of(totals, quantities) for quantities in QUANTITIES[totals[0].whole]}


def every_side(totals: list[Sum]) -> Iterator[tuple[int, ...]]:
    return itertools.product(*(range(len(total.limits) + 1) for total in totals))


def is_said(scopes: list[Scope] | None, sides: tuple[int, ...]) -> bool:
    return scopes is None or any(
        all(mask >> sides[axis - FIRST_AXIS] & 1 for axis, mask in box) for box in scopes
    )


@given(sums(3))
def test_what_is_reached_is_said_to_be(totals: list[Sum]) -> None:
    """Of two sums just that; of three perhaps more, since half a unit of each of three meters can
    be where no whole ones are.
    """
    reached, scopes = reached_by_any(totals), reachable_sides(totals, FIRST_AXIS)
    for sides in every_side(totals):
        said = is_said(scopes, sides)
        assert said == (sides in reached) or (said and len(totals) > 2)


@given(sums(2), st.data())
def test_quantities_are_on_the_sides_asked_for(totals: list[Sum], data: st.DataObject) -> None:
    grid = QUANTITIES[totals[0].whole]
    sides, near = (
        sides_of(totals, data.draw(st.sampled_from(grid))),
        data.draw(st.sampled_from(grid)),
    )
    wanted = {meter: size for meter, size in enumerate(near) if size}
    found = quantities_on(totals, sides, wanted)
    assert found is not None
    assert all(size > 0 for size in found.values())
    assert all(size.denominator == 1 for size in found.values()) or not totals[0].whole
    assert sides_of(totals, [found.get(meter, Fraction(0)) for meter in range(METERS)]) == sides


@given(sums(2), st.data())
def test_what_is_wanted_and_on_its_sides_is_the_answer(
    totals: list[Sum], data: st.DataObject
) -> None:
    near = data.draw(st.sampled_from(QUANTITIES[True]))
    wanted = {meter: size for meter, size in enumerate(near) if size}
    counted = [sum(near[meter] for meter in total.meters) for total in totals]
    # where it is over a limit by less than one, what is more than it is as good
    if all(
        count >= limit + 1 or count <= limit
        for count, total in zip(counted, totals, strict=True)
        for limit in total.limits
    ):
        assert quantities_on(totals, sides_of(totals, near), wanted) == wanted


@given(sums(3), st.data())
def test_no_quantities_are_on_sides_that_none_reach(totals: list[Sum], data: st.DataObject) -> None:
    near = data.draw(st.sampled_from(QUANTITIES[totals[0].whole]))
    wanted = {meter: size for meter, size in enumerate(near) if size}
    for sides in every_side(totals):
        found = quantities_on(totals, sides, wanted)
        if found is not None:
            sizes = [found.get(meter, Fraction(0)) for meter in range(METERS)]
            assert sides_of(totals, sizes) == sides
