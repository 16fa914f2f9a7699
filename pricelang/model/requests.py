"""Which requests exist, as diagrams, and the search for the most ordinary one that meets tests."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import cached_property
from typing import Any

from attrs import define

from pricelang.model.book import DATES, MODELS, Scope
from pricelang.model.diagrams import NO as NO
from pricelang.model.diagrams import YES as YES
from pricelang.model.plainest import PlainestFirst
from pricelang.model.plainest import Point as Point
from pricelang.model.space import Space, meet
from pricelang.model.threshold_bands import reachable_sides
from pricelang.model.time_of_day import Setting, clock_settings, possible
from pricelang.solver.diagram import Forest
from pricelang.solver.forests import Forests
from pricelang.solver.witness_search import Constraint

Leaf = Hashable


def is_yes(leaf: object) -> bool:
    """The test of a diagram that says yes or no."""
    return leaf == YES


def is_no(leaf: object) -> bool:
    """The other way about."""
    return leaf == NO


@define(eq=False, repr=False)
class Requests(PlainestFirst):
    """The requests of a space, and a forest in which questions about them are decided."""

    space: Space
    forest: Forest[Leaf]

    # ---- which requests exist ----

    @cached_property
    def released(self) -> int:
        """Where a model is offered at all."""
        models: dict[int, int] = {}
        for index in range(len(self.space.models)):
            dates = self.space.since_release(index)
            models[dates] = models.get(dates, 0) | 1 << index
        return self.union([((MODELS, mask), (DATES, dates)) for dates, mask in models.items()])

    @cached_property
    def offered(self) -> tuple[int, ...]:
        """For each dimension, where the value of the request is offered to it."""
        found = []
        for index, dimension in enumerate(self.space.dimensions):
            axis = self.space.axis(index)
            scopes = [
                meet(((axis, 1 << number),), offer.scope)
                for number, value in enumerate(dimension.values)
                for offer in value.offers
            ]
            found.append(self.union([scope for scope in scopes if scope is not None]))
        return tuple(found)

    @cached_property
    def named(self) -> Constraint:
        """That a model is released and values are offered, whatever hours and quantities do."""
        return self.all_of([(root, is_yes) for root in (self.released, *self.offered)])

    @cached_property
    def existing(self) -> Constraint:
        """What a request must meet to exist, before any rule refuses it."""
        return self.all_of([self.named, (self._reachable, is_yes), (self._by_the_clock, is_yes)])

    @cached_property
    def _reachable(self) -> int:
        """Where quantities can put the request on its sides of all thresholds."""
        scopes = reachable_sides(self.space.sums, self.space.sum_axis(0))
        return self.forest.leaf(YES) if scopes is None else self.union(scopes)

    @cached_property
    def _by_the_clock(self) -> int:
        """Where the clock can set what it sets, within the stretch of time."""
        settings = clock_settings(self.space)
        if settings is None:
            return self.forest.leaf(YES)
        dimensions = self.space.dimensions
        if all(self._offers_always(index) for index, one in enumerate(dimensions) if one.clocked):
            return self._set_by_clock(settings)
        timed = [index for index, dimension in enumerate(dimensions) if dimension.clocked]
        stretches = self.forest.node(
            DATES, [(1 << index, self.forest.leaf(found)) for index, found in enumerate(settings)]
        )
        chosen, offered = [], []
        for index in timed:
            axis, values = self.space.axis(index), range(len(dimensions[index].values))
            chosen.append(
                self.forest.node(
                    axis, [(1 << value, self.forest.leaf((value,))) for value in values]
                )
            )
            offered += [self.forest.restrict(self.offered[index], axis, value) for value in values]
        defaults = [dimensions[index].default for index in timed]

        def decide(leaves: tuple[Any, ...]) -> Leaf:
            given = [leaf[0] for leaf in leaves[1 : 1 + len(timed)]]
            rest, is_offered = list(leaves[1 + len(timed) :]), []
            for index in timed:
                size = len(dimensions[index].values)
                is_offered.append([leaf == YES for leaf in rest[:size]])
                rest = rest[size:]
            return (
                YES
                if any(possible(setting, given, defaults, is_offered) for setting in leaves[0])
                else NO
            )

        return self.forest.combine([stretches, *chosen, *offered], decide)

    def _offers_always(self, dimension: int) -> bool:
        """Decides whether all values of a dimension are offered to every request."""
        return self.offered[dimension] == self.forest.leaf(YES)

    def _set_by_clock(self, settings: Sequence[Sequence[Setting]]) -> int:
        """The same where all that the clock sets is offered everywhere: the settings as paths."""
        axes = [self.space.axis(n) for n, one in enumerate(self.space.dimensions) if one.clocked]
        known: dict[tuple[Setting, ...], int] = {}

        def paths(left: tuple[Setting, ...]) -> int:
            if not left[0]:
                return self.forest.leaf(YES)
            if left not in known:
                axis, parts = axes[len(axes) - len(left[0])], dict[int, list[Setting]]()
                for value, *rest in left:
                    parts.setdefault(value, []).append(tuple(rest))
                rest_of = [(1 << value, paths(tuple(some))) for value, some in parts.items()]
                never = (1 << self.space.size(axis)) - 1 & ~sum(mask for mask, _ in rest_of)
                known[left] = self.forest.node(
                    axis, [*rest_of, *([(never, self.forest.leaf(NO))] if never else [])]
                )
            return known[left]

        return self.forest.node(
            DATES, [(1 << n, paths(tuple(sorted(found)))) for n, found in enumerate(settings)]
        )

    # ---- tests of requests ----

    def union(self, scopes: Iterable[Scope]) -> int:
        """The diagram that says yes in some scopes, and no elsewhere."""
        return self.forest.build([(scope, 1) for scope in scopes], _yes_in_any)

    def within(self, *scopes: Scope) -> Constraint:
        """That a request is in one of some scopes."""
        return self.union(scopes), is_yes

    def all_of(self, constraints: Sequence[Constraint]) -> Constraint:
        """Several constraints as one.
        Each is reduced to yes or no first, so what never matters is gone.
        """
        forest = self.forest
        roots = [self._decided(root, test) for root, test in constraints]
        return forest.all_of(roots, forest.leaf(YES), forest.leaf(NO)), is_yes

    def _decided(self, root: int, test: Callable[[Any], bool]) -> int:
        def mapped() -> int:
            return self.forest.mapped(root, lambda leaf: YES if test(leaf) else NO)

        return self.forest.asked(("decided", root, test), mapped, [test])

    def size(self, axis: int) -> int:
        """How many points an axis has."""
        return self.space.size(axis)

    @property
    def axes(self) -> int:
        """How many axes there are."""
        return self.space.axes

    def default(self, axis: int) -> int | None:
        """The default of a dimension's axis; None of another axis."""
        dimension = self.space.dimension(axis)
        return None if dimension is None else dimension.default

    # ---- search ----

    def request_in(self, *scopes: Scope) -> Point | None:
        """One request of some scopes that exists, or None."""
        return self.find([self.within(*scopes), self.existing])

    def project(self, constraints: Iterable[Constraint], axis: int) -> int:
        """The mask of the points of an axis at which some request meets all constraints."""
        search = self.search(constraints)
        start = search.start()
        return (
            search.mask(start, axis) & ((1 << self.space.size(axis)) - 1)
            if start is not None
            else 0
        )


def _yes_in_any(tags: tuple[int, ...]) -> Leaf:
    return YES if tags else NO


def requests_in(space: Space, forests: Forests | None = None) -> Requests:
    """The requests of a space, in one of some forests that were made before, or in a new one."""
    if forests is None:
        return Requests(space, Forest(space.sizes, effort=space.bound))
    return Requests(space, forests.of(space.sizes, space.bound))
