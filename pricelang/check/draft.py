"""A book while it is checked: its names and faults so far, and scopes made from clauses."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import Factory, define

from pricelang.check.draft_names import DraftNames
from pricelang.model import book as m
from pricelang.model.requests import Requests, requests_in
from pricelang.model.space import Space, axis_of, first_sum, meet, point_mask, sides_of
from pricelang.solver.forests import Forests
from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import Span

SCOPED = frozenset({"for", "except for", "when", "from", "before"})
WORDS = frozenset({"because", "unsure", "see"})


def span_of(origin: m.Origin) -> Span:
    """The stretch of the file that an origin names."""
    return Span(
        origin.file, origin.line, origin.column, origin.line, origin.column + max(1, origin.width)
    )


@define
class Draft(DraftNames):
    """What is known of a book so far. Passes add to it in order; `faults` are all faults."""

    space: Space = Factory(lambda: Space((), (), (), ()))
    forests: Forests = Factory(Forests)
    _requests: Requests | None = None

    @property
    def requests(self) -> Requests:
        """The requests that exist, as far as names are read."""
        if self._requests is None or self._requests.space is not self.space:
            self._requests = requests_in(self.space, self.forests)
        return self._requests

    def term(self, layer: int) -> m.Scope:
        """The term of a layer as a scope."""
        return self.space.period(*self.layers[layer].term)

    def condition(self, tests: Sequence[t.Test]) -> m.Scope:
        """The scope of a condition."""
        scope: m.Scope = ()
        for test in tests:
            part = self._is_test(test) if isinstance(test, t.IsTest) else self._threshold(test)
            both = meet(scope, part)
            if both is None:
                self.fault("never_holds", "the condition holds for no request", test.span)
            else:
                scope = both
        return self.trim(scope)

    def _is_test(self, test: t.IsTest) -> m.Scope:
        index = self.dimension_index.get(test.dimension.text)
        if index is None:
            name = test.dimension.text
            declare = f"declare it: `dimension {name} default VALUE`, its values on a line below"
            help = None if self.dimension_index else declare
            self.unknown("dimension", test.dimension, self.dimension_index, help=help)
            return ()
        mask = 0
        for value in test.values:
            known = self.value_index[index]
            if value.text not in known:
                self.unknown("value", value, known, f" of `{test.dimension.text}`")
            elif mask >> known[value.text] & 1:
                self.fault("twice", f"`{value.text}` appears twice in one condition", value.span)
            else:
                mask |= 1 << known[value.text]
        return ((axis_of(index), mask),) if mask else ()

    def threshold_sides(self, test: t.Threshold) -> tuple[int, tuple[int, ...]] | None:
        """The sum of a threshold and the points of its axis on which it holds, if a rule has it."""
        index = self.sum_index.get(tuple(sorted(self.meter_set(test.meters))))
        if index is None or test.limit.value not in self.space.sums[index].limits:
            return None
        return index, sides_of(self.space.sums[index].limits, test.limit.value, test.over)

    def _threshold(self, test: t.Threshold) -> m.Scope:
        found = self.threshold_sides(test)
        if found is None:
            return ()
        index, sides = found
        return ((first_sum(self.space.dimensions) + index, point_mask(sides)),)

    def scope(self, endings: t.Endings, layer: int, *more: m.Scope) -> m.Scope:
        """The scope of clauses within the term of their layer; an empty scope is a fault."""
        before = len(self.faults), self.silenced
        scope: m.Scope | None = self.term(layer)
        everyone = (1 << len(self.model_index)) - 1
        parts = [self.condition(endings.when), self.space.period(*self.bounds(endings)), *more]
        if endings.models:
            parts.append(((m.MODELS, self.model_mask(endings.models)),))
        if endings.except_models:
            parts.append(((m.MODELS, everyone & ~self.model_mask(endings.except_models)),))
        for part in parts:
            scope = meet(scope, part) if scope is not None else None
        if scope is None or any(not mask for _, mask in scope):
            if (len(self.faults), self.silenced) == before:
                self.fault("never_holds", "the line holds for no request", endings.span)
            return ((m.MODELS, 0),)
        return self.trim(scope)

    def bounds(self, endings: t.Endings) -> tuple[int | None, int | None]:
        """The period of a line in UTC seconds."""
        return (
            endings.start.seconds if endings.start else None,
            endings.end.seconds if endings.end else None,
        )

    def trim(self, scope: m.Scope) -> m.Scope:
        """The scope without the axes on which it restricts nothing."""
        return tuple(
            (axis, mask) for axis, mask in scope if mask != (1 << self.space.size(axis)) - 1
        )
