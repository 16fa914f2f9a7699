"""A diagram against the function that it is, at every point of its axes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pricelang.solver.diagram import Forest
from pricelang.solver.effort import Effort, TooManyPieces
from tests.solver.drawn import axes, forests, points, some_scopes, tags_at


@given(st.data())
def test_a_diagram_is_what_its_scopes_say_at_each_point(data: st.DataObject) -> None:
    sizes = data.draw(axes())
    scopes = data.draw(some_scopes(sizes))
    forest: Forest[tuple[int, ...]] = Forest(sizes)
    root = forest.build(scopes, lambda tags: tags)
    for point in points(sizes):
        assert forest.value(root, point) == tags_at(scopes, point)


@given(st.data())
def test_the_same_function_is_the_same_number(data: st.DataObject) -> None:
    forest, roots = data.draw(forests())
    of_function: dict[tuple[int, ...], int] = {}
    for root in [*roots, *range(len(forest.nodes)), *range(-len(forest.leaves), 0)]:
        values = tuple(forest.value(root, point) for point in points(forest.sizes))
        assert of_function.setdefault(values, root) == root


@given(st.data())
def test_the_order_of_scopes_does_not_matter(data: st.DataObject) -> None:
    sizes = data.draw(axes())
    scopes = data.draw(some_scopes(sizes))
    forest: Forest[frozenset[int]] = Forest(sizes)
    assert forest.build(scopes, frozenset) == forest.build(
        data.draw(st.permutations(scopes)), frozenset
    )


@given(forests())
def test_diagrams_combine_point_by_point(drawn: tuple[Forest[int], list[int]]) -> None:
    forest, roots = drawn
    roots = [*roots, *range(len(forest.nodes))[:2], roots[0]]
    both = forest.combine(roots, lambda leaves: sum(n * leaf for n, leaf in enumerate(leaves, 1)))
    mapped = forest.mapped(roots[0], lambda leaf: leaf // 2)
    for point in points(forest.sizes):
        values = [forest.value(root, point) for root in roots]
        assert forest.value(both, point) == sum(n * leaf for n, leaf in enumerate(values, 1))
        assert forest.value(mapped, point) == values[0] // 2


@given(forests())
def test_all_of_is_yes_where_each_is(drawn: tuple[Forest[int], list[int]]) -> None:
    forest, roots = drawn
    yes, no = forest.leaf(1), forest.leaf(0)
    roots = [forest.mapped(root, lambda leaf: int(leaf > 0)) for root in roots]
    root = forest.all_of(roots, yes, no)
    for point in points(forest.sizes):
        assert forest.value(root, point) == min(forest.value(each, point) for each in roots)


@given(st.data())
def test_a_fixed_axis_is_no_longer_looked_at(data: st.DataObject) -> None:
    forest, roots = data.draw(forests())
    axis = data.draw(st.integers(0, len(forest.sizes) - 1))
    position = data.draw(st.integers(0, forest.sizes[axis] - 1))
    for root in [*roots, *range(len(forest.nodes))]:
        fixed = forest.restrict(root, axis, position)
        for point in points(forest.sizes):
            at = (*point[:axis], position, *point[axis + 1 :])
            assert forest.value(fixed, point) == forest.value(root, at)


@given(forests())
def test_the_points_of_each_axis_where_a_diagram_is_not_a_leaf(
    drawn: tuple[Forest[int], list[int]],
) -> None:
    forest, roots = drawn
    no = forest.leaf(0)
    for root in [*roots, no]:
        expected = [0] * len(forest.sizes)
        for point in points(forest.sizes):
            if forest.value(root, point):
                expected = [mask | 1 << at for mask, at in zip(expected, point, strict=True)]
        assert forest.points(root, no) == expected


@given(st.data())
def test_a_part_of_a_forest_is_the_diagrams_alone(data: st.DataObject) -> None:
    forest, roots = data.draw(forests())
    wanted = data.draw(st.lists(st.sampled_from(roots), unique=True))
    nodes, leaves, numbers = forest.part(wanted)
    alone = Forest(forest.sizes, [*nodes], [*leaves])
    for root in wanted:
        for point in points(forest.sizes):
            assert alone.value(numbers[root], point) == forest.value(root, point)
    led_to = {numbers[root] for root in wanted} | {child for _, b in nodes for _, child in b}
    assert led_to == {*range(-len(leaves), len(nodes))}


@given(forests())
def test_no_diagram_is_made_without_effort(drawn: tuple[Forest[int], list[int]]) -> None:
    forest, roots = drawn
    forest.effort = Effort(0)
    spent = False
    try:
        forest.combine(roots, sum)
    except TooManyPieces:
        spent = True
    assert spent
