"""What was asked of diagrams before in this process: a question that comes again is not worked out
again. An editor asks the same of a book after each letter.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeVar

from attrs import define, field, frozen

from pricelang.solver.effort import Effort

Answer = TypeVar("Answer")


class ByValue:
    """A test or a choice that is what it holds, and no more: equal ones do the same."""

    __slots__ = ()


@frozen
class Apart(ByValue):
    """The test that a leaf has none of some tags."""

    tags: frozenset[int]

    def __call__(self, leaf: Iterable[int]) -> bool:
        """Decides it for one leaf."""
        return self.tags.isdisjoint(leaf)


@frozen
class Meets(ByValue):
    """The test that a leaf has one of some tags."""

    tags: frozenset[int]

    def __call__(self, leaf: Iterable[int]) -> bool:
        """Decides it for one leaf."""
        return not self.tags.isdisjoint(leaf)


def is_by_value(does: object) -> bool:
    """Decides whether a function does the same wherever it is met: one of a module, or `ByValue`.

    >>> is_by_value(Apart(frozenset({1}))), is_by_value(is_by_value), is_by_value(lambda: 1)
    (True, True, False)
    """
    return isinstance(does, ByValue) or getattr(does, "__qualname__", "<").isidentifier()


@define(eq=False, repr=False)
class Answers:
    """The answers to questions about the diagrams of one forest, each with the effort it took. Who
    asks again spends as much, so that a bound is met where it would be met without any answers.
    """

    _known: dict[Hashable, tuple[Any, int]] = field(factory=dict)

    def of(
        self, question: Hashable, effort: Effort | None, work_out: Callable[[], Answer]
    ) -> Answer:
        """The answer to a question, from before or worked out now. The question holds all that the
        answer depends on, by its value. Raises `TooManyPieces` once the effort is spent.
        """
        known = self._known.get(question)
        if known is None:
            before = effort.left if effort is not None else 0
            found = work_out()
            spent = before - effort.left if effort is not None else 0
            self._known[question] = found, spent
            return found
        if effort is not None:
            effort.spend(known[1])
        answer: Answer = known[0]
        return answer

    def __len__(self) -> int:
        return len(self._known)
