"""One step over thresholds: one more of a meter takes sums from a side to the next."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cached_property

from attrs import define, frozen

from pricelang.model import book as m
from pricelang.model.space import first_sum
from pricelang.solver.witness_search import Constraint
from pricelang.verify.analysis import Analysis


@frozen(eq=False)
class CountStep:
    """One more of a meter of `kind` (the sums that count
    it) takes some of these sums from a side to the next.
    """

    meters: tuple[int, ...]
    sides: tuple[tuple[int, int], ...]


def steps_of(book: m.Book) -> Iterator[CountStep]:
    """Every way to cross thresholds: those of one sum alone first, and of several at once."""
    kinds: dict[tuple[int, ...], list[int]] = {}
    for meter in sorted({meter for total in book.sums for meter in total.meters}):
        kinds.setdefault(
            tuple(n for n, total in enumerate(book.sums) if meter in total.meters), []
        ).append(meter)
    found = []
    for inside, meters in kinds.items():
        for size in range(1, len(inside) + 1):
            for crossed in itertools.combinations(inside, size):
                ranges = [range(len(book.sums[index].limits)) for index in crossed]
                found += [
                    CountStep(tuple(meters), tuple(zip(crossed, sides, strict=True)))
                    for sides in itertools.product(*ranges)
                ]
    return iter(sorted(found, key=lambda step: len(step.sides)))


@define(eq=False, repr=False, slots=False)
class Across:
    """The requests on both sides of a step over thresholds, in the scope of a claim."""

    analysis: Analysis
    claim: m.Claim
    step: CountStep

    def on(self, root: int, after: bool) -> int:
        """A diagram on one side of what is crossed."""
        for index, side in self.step.sides:
            root = self.analysis.forest.restrict(root, self.axis(index), side + after)
        return root

    def axis(self, index: int) -> int:
        return first_sum(self.analysis.book.dimensions) + index

    def both(self, root: int) -> tuple[int, int]:
        return self.on(root, False), self.on(root, True)

    @cached_property
    def allowed(self) -> list[Constraint]:
        """That both requests can be priced, and are in the scope of the claim."""
        wanted = (self.analysis.within(self.claim.scope), self.analysis.usable)
        return [(self.on(root, after), test) for root, test in wanted for after in (False, True)]
