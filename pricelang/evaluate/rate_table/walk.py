"""A walk down all diagrams of a book at once. Combinations that end in the same state price alike,
and are worked out once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock
from weakref import WeakKeyDictionary

from attrs import define, field, frozen

from pricelang.evaluate.combination import Combination, cell_at
from pricelang.evaluate.rate_card import RateCard
from pricelang.evaluate.rate_table.leaves import Leaves
from pricelang.model import book as m
from pricelang.model.errors import PriceError
from pricelang.model.space import dimension_of

REFUSED = -1
Rest = tuple[tuple[tuple[int, int], ...], tuple[tuple[int, ...], ...]]
"""What is still open of all rules (each by its number), with what the walk has decided of these;
and of the diagrams that say where each value of a dimension is offered.
"""


@frozen(eq=False, repr=False)
class _Head:
    """Where a walk starts: what the model and the day decide by themselves,
    as a number, and what they leave open.
    """

    settled: int
    rest: int


@define(eq=False, repr=False)
class Walk:
    """A walk down all diagrams of a book at once, axis by axis. What is left open is one for all
    models and days that leave the same, and equal ends price alike, so that each is worked out
    once, however many combinations lead to it.
    """

    book: m.Book
    _heads: list[_Head] = field(factory=list)
    _starts: dict[tuple[int, int], int] = field(factory=dict)
    _models: dict[int, tuple[list[int], list[list[int]]]] = field(factory=dict)
    _rests: list[Rest] = field(factory=list)
    _known: dict[object, int] = field(factory=dict)
    _ways: dict[tuple[int, int], tuple[int, ...]] = field(factory=dict)
    _branches: dict[int, tuple[int, ...]] = field(factory=dict)
    _cells: dict[tuple[int, int], Combination | None] = field(factory=dict)
    _leaves: Leaves = field(init=False)
    _sizes: tuple[int, ...] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._leaves = Leaves(self.book)
        dimensions = [len(dimension.values) for dimension in self.book.dimensions]
        self._sizes = (*dimensions, *(len(total.limits) + 1 for total in self.book.sums))

    def start(self, point: tuple[int, int]) -> int:
        """The state at a model and a stretch of time: a dated version. Models never share one."""
        if point not in self._starts:
            self._starts[point] = self._start(point)
        return self._starts[point]

    def _start(self, point: tuple[int, int]) -> int:
        nodes, settled, rest, refused = self.book.decisions.nodes, [], [], False
        model, stretch = point
        of_rules, of_values = self._of_model(model)
        for number, of_rule in enumerate(of_rules):
            root = _down(nodes, of_rule, m.DATES, stretch)
            if root >= 0:
                rest.append((number, root))
            elif self._leaves.refuses(number, root):
                refused = True
            else:
                settled.append(self._leaves.plain(number, root))
        values = tuple(
            [
                tuple(
                    [self._leaves.offered(_down(nodes, root, m.DATES, stretch)) for root in roots]
                )
                for roots in of_values
            ]
        )
        open = REFUSED if refused else self._rest((tuple(rest), values))
        head = ("head", self._leaves.number(("settled", model, tuple(settled))), open)
        number = self._known.setdefault(head, len(self._heads))
        if number == len(self._heads):
            self._heads.append(_Head(head[1], open))
        return number

    def _of_model(self, model: int) -> tuple[list[int], list[list[int]]]:
        """What a model leaves open of all rules and values, whatever the day."""
        if model not in self._models:
            decided = self.book.decisions
            self._models[model] = (
                [_down(decided.nodes, x.root, m.MODELS, model) for x in self._leaves.diagrams],
                [
                    [_down(decided.nodes, root, m.MODELS, model) for root in roots]
                    for roots in decided.values
                ],
            )
        return self._models[model]

    def rest(self, state: int) -> int:
        """What a dated version leaves open, or `REFUSED` where none of its requests exists."""
        return self._heads[state].rest

    def settled(self, state: int) -> int:
        """What a dated version decides by itself: one number for all that decide the same."""
        return self._heads[state].settled

    def cell(
        self, state: int, point: tuple[int, int], values: Sequence[int], sides: Sequence[int]
    ) -> Combination | None:
        """The cell of a dated version (a state, and a point it holds at), of values and of sides;
        None where there is no such request.
        """
        positions, rest = (*values, *sides), self.rest(state)
        for axis, position in enumerate(positions, 2):
            if rest == REFUSED:
                return None
            rest = self.ways(rest, axis)[position]
        return None if rest == REFUSED else self.last(state, rest, (*point, *positions))

    def ways(self, rest: int, axis: int) -> tuple[int, ...]:
        """What is open at each point of the next axis,
        or `REFUSED` where no request below it exists.
        """
        found = self._ways.get((rest, axis))
        if found is None:
            found = self._ways[rest, axis] = self._ways_of(self._rests[rest], axis)
        return found

    def _ways_of(self, rest: Rest, axis: int) -> tuple[int, ...]:
        rules, values = rest
        nodes, index = self.book.decisions.nodes, dimension_of(axis)
        turning = [
            place for place, (_, root) in enumerate(rules) if root >= 0 and nodes[root][0] == axis
        ]
        elsewhere = {
            root
            for number, roots in enumerate(values)
            if number != index
            for root in roots
            if root >= 0 and nodes[root][0] == axis
        }
        known: dict[object, int] = {}
        found = []
        for position in range(self._sizes[index]):
            children = [self._branch(rules[place][1], position) for place in turning]
            moved = {root: self._branch(root, position) for root in elsewhere}
            own = (
                _down(nodes, values[index][position], axis, position) if index < len(values) else 0
            )
            key = (tuple(children), tuple(moved.values()), own)
            if key not in known:
                known[key] = self._next(
                    rest, index, dict(zip(turning, children, strict=True)), moved, own
                )
            found.append(known[key])
        return tuple(found)

    def _next(
        self, rest: Rest, index: int, turned: Mapping[int, int], moved: Mapping[int, int], own: int
    ) -> int:
        """What is open at a point of an axis: of rules and values those that turn on it are moved
        on, and of the values of a dimension only the one that the request has still matters.
        """
        rules, values = list(rest[0]), list(rest[1])
        for place, root in turned.items():
            number = rules[place][0]
            if root < 0 and self._leaves.refuses(number, root):
                return REFUSED
            rules[place] = (number, self._leaves.plain(number, root) if root < 0 else root)
        if moved:
            values = [
                tuple([self._leaves.offered(moved.get(root, root)) for root in roots])
                for roots in values
            ]
        if index < len(values):
            values[index] = (own,) if own >= 0 else ()
            if own < 0 and not self.book.decisions.leaves[~own]:
                return REFUSED
        # of a value that was chosen before it may be decided only now
        for number, roots in enumerate(values[: max(index, 0)]):
            if roots and roots[0] < 0:
                if not self.book.decisions.leaves[~roots[0]]:
                    return REFUSED
                values[number] = ()
        return self._rest((tuple(rules), tuple(values)))

    def last(self, state: int, rest: int, point: tuple[int, ...]) -> Combination | None:
        """The cell of a dated version and what the walk has decided after all axes,
        and of a point that leads there.
        """
        return self.at_end(state, self.end(rest), point)

    def at_end(self, state: int, end: int, point: tuple[int, ...]) -> Combination | None:
        """The cell of a dated version and an end of the walk, and of a point that leads there."""
        key = (self._heads[state].settled, end)
        if key not in self._cells:
            self._cells[key] = _cell(self.book, point)
        return self._cells[key]

    def end(self, rest: int) -> int:
        """What the walk has decided after all axes, as a number."""
        return self._leaves.end(self._rests[rest][0])

    def offered(self, rest: int, axis: int, position: int) -> bool | None:
        """Whether a value is offered, by what is open at its axis; None where a later axis says."""
        decided = self.book.decisions
        root = _down(
            decided.nodes, self._rests[rest][1][dimension_of(axis)][position], axis, position
        )
        return None if root >= 0 else bool(decided.leaves[~root])

    def _branch(self, root: int, position: int) -> int:
        """What is left of a diagram at a point of its first axis."""
        found = self._branches.get(root)
        if found is None:
            axis, children = self.book.decisions.nodes[root]
            found = tuple(
                [
                    next(child for mask, child in children if mask >> n & 1)
                    for n in range(self._sizes[dimension_of(axis)])
                ]
            )
            self._branches[root] = found
        return found[position]

    def _rest(self, rest: Rest) -> int:
        number = self._known.setdefault(rest, len(self._rests))
        if number == len(self._rests):
            self._rests.append(rest)
        return number


def _down(
    nodes: Sequence[tuple[int, tuple[tuple[int, int], ...]]], root: int, axis: int, position: int
) -> int:
    """What is left of a diagram at a point of its axis."""
    if root < 0 or nodes[root][0] != axis:
        return root
    return next(child for mask, child in nodes[root][1] if mask >> position & 1)


def _cell(book: m.Book, point: tuple[int, ...]) -> Combination | None:
    try:
        return cell_at(book, point)
    except PriceError:
        return None


def walk_of(card: RateCard) -> Walk:
    """The walk of a book's rates: one as long as they live,
    so that what it has worked out serves all tables.
    """
    with _LOCK:
        return _WALKS.setdefault(card, Walk(card.book))


_LOCK = Lock()
_WALKS: WeakKeyDictionary[RateCard, Walk] = WeakKeyDictionary()
