"""A walk down all diagrams of a book at once: combinations that end in the same state price alike, and are worked out once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from threading import Lock
from weakref import WeakKeyDictionary

from attrs import define, field

from pricelang.book import model as m
from pricelang.book.rules import Rules, rules_of
from pricelang.rating.cells import Cell, cell_at
from pricelang.rating.errors import PriceError
from pricelang.rating.ratecard import RateCard

REFUSED = -1
State = tuple[int, tuple[int, ...], tuple[tuple[int, ...], ...]]
"""A model, what is left of the diagrams of all rules, and of those that say where each value of a dimension is offered."""


@define(eq=False, repr=False)
class Walk:
    """A walk down all diagrams of a book at once, axis by axis. Equal states price alike, so each is worked out once,
    however many combinations lead to it."""

    book: m.Book
    _states: list[State] = field(factory=list)
    _starts: dict[tuple[int, int], int] = field(factory=dict)
    _numbers: dict[State, int] = field(factory=dict)
    _steps: dict[tuple[int, int, int], int] = field(factory=dict)
    _cells: dict[int, Cell | None] = field(factory=dict)

    def start(self, point: tuple[int, int]) -> int:
        """The state at a model and a stretch of time: a dated version. Models never share one."""
        if point not in self._starts:
            self._starts[point] = self._start(point)
        return self._starts[point]

    def _start(self, point: tuple[int, int]) -> int:
        # the refusals and the modifiers come first: `_refuses` looks at those
        kinds = sorted((rules for rules in rules_of(self.book) if rules.pays), key=_place)
        state: State = (point[m.MODELS], tuple(root for rules in kinds for root in rules.roots), self.book.decisions.values)
        for axis, position in enumerate(point):
            state = self._below(state, axis, position)
        return self._number(state)

    def cell(self, state: int, point: tuple[int, int], values: Sequence[int], sides: Sequence[int]) -> Cell | None:
        """The cell of a dated version (a state, and a point it holds at), of values and of sides; None where there is no such
        request."""
        positions = (*values, *sides)
        for axis, position in enumerate(positions, 2):
            state = self.step(state, axis, position)
            if state == REFUSED:
                return None
        return self.last(state, (*point, *positions))

    def step(self, state: int, axis: int, position: int) -> int:
        """The state at a point of the next axis, or `REFUSED` where no request below it exists."""
        found = self._steps.get((state, axis, position))
        if found is None:
            below = self._below(self._states[state], axis, position)
            found = self._steps[(state, axis, position)] = REFUSED if self._refuses(below) else self._number(below)
        return found

    def last(self, state: int, point: tuple[int, ...]) -> Cell | None:
        """The cell of a state after all axes, and of a point that leads to it."""
        if state not in self._cells:
            self._cells[state] = _cell(self.book, point)
        return self._cells[state]

    def offered(self, state: int, axis: int, position: int) -> bool | None:
        """Whether a value is offered in a state at its axis; None where a later axis says."""
        decided = self.book.decisions
        root = _down(decided.nodes, self._states[state][2][axis - 2][position], axis, position)
        return None if root >= 0 else bool(decided.leaves[~root])

    def _below(self, state: State, axis: int, position: int) -> State:
        """The state at a point of the next axis: of a dimension's values only the one that the request has still matters."""
        model, rules, values = state
        nodes, index = self.book.decisions.nodes, axis - 2
        kept = tuple(
            tuple([_down(nodes, root, axis, position) if root >= 0 else root for root in (roots[position : position + 1] if number == index else roots)])
            for number, roots in enumerate(values)
        )
        below = tuple([_down(nodes, root, axis, position) if root >= 0 and nodes[root][0] == axis else root for root in rules])
        return model, below, kept

    def _refuses(self, state: State) -> bool:
        """Whether no request below a state exists, whatever else it says."""
        _, rules, values = state
        leaves = self.book.decisions.leaves
        if rules[0] < 0 and leaves[~rules[0]]:
            return True
        for modifier, root in zip(self.book.modifiers, rules[1:], strict=False):
            if root < 0 and any(modifier.lines[number].outcome == "refuse" for number in leaves[~root]):
                return True
        return any(len(roots) == 1 and roots[0] < 0 and not leaves[~roots[0]] for roots in values)

    def _number(self, state: State) -> int:
        number = self._numbers.setdefault(state, len(self._states))
        if number == len(self._states):
            self._states.append(state)
        return number


def _place(rules: Rules) -> int:
    return ("refusal", "modifier").index(rules.kind) if rules.kind in ("refusal", "modifier") else 2


def _down(nodes: Sequence[tuple[int, tuple[tuple[int, int], ...]]], root: int, axis: int, position: int) -> int:
    """What is left of a diagram at a point of its axis."""
    if root < 0 or nodes[root][0] != axis:
        return root
    return next(child for mask, child in nodes[root][1] if mask >> position & 1)


def _cell(book: m.Book, point: tuple[int, ...]) -> Cell | None:
    try:
        return cell_at(book, point)
    except PriceError:
        return None


def dated(card: RateCard, name: str, at: int) -> tuple[int, int] | None:
    """The model of a name and the stretch of time, where the model is released by then."""
    try:
        index = card.model_index(name, at)
    except PriceError:
        return None
    stretch = bisect_right(card.book.boundaries, at)
    start = card.book.boundaries[stretch - 1] if stretch else None
    return (index, stretch) if start is not None and start >= card.book.models[index].released else None


def walk_of(card: RateCard) -> Walk:
    """The walk of a book's rates: one as long as they live, so that what it has worked out serves all tables."""
    with _LOCK:
        return _WALKS.setdefault(card, Walk(card.book))


_LOCK = Lock()
_WALKS: WeakKeyDictionary[RateCard, Walk] = WeakKeyDictionary()
