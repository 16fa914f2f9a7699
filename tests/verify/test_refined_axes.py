"""The points of an axis as masks of the points of a finer one."""

from __future__ import annotations

from pricelang.verify.refined_axes import between_cuts, by_name, spread


def test_parts_between_cuts() -> None:
    assert between_cuts((10,), (5, 10, 20)) == (0b0011, 0b1100)
    assert between_cuts((), (5, 10)) == (0b111,)
    assert between_cuts((5, 10), (5, 10)) == (0b001, 0b010, 0b100)


def test_names_that_only_one_axis_has() -> None:
    assert by_name(("a", "b", "c"), ("c", "d", "a")) == (0b100, 0, 0b001)


def test_a_mask_is_spread_over_what_its_points_stand_for() -> None:
    assert spread((0b0011, 0b0100, 0b1000), 0b101) == 0b1011
    assert spread((0b01, 0b10), -1) == 0b11
