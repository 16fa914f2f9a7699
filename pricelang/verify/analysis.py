"""The diagrams of a book that questions are put to: which requests exist, what they pay, and the
search for one that breaks a claim.

The multipliers stay factors: each is a diagram of its own, and only those that a question depends
on are multiplied out. A search walks several diagrams at once and forgets each as soon as it is
settled, so that what is independent never meets.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any, assert_never, get_args

from attrs import define, field

from pricelang.compile.decisions import not_refused_by, where_excluded
from pricelang.evaluate.stack.intervals import Box
from pricelang.evaluate.stack.numbers import through
from pricelang.evaluate.stack.operations import Operations, roundings_of, steps_of
from pricelang.model import book as m
from pricelang.model.diagrams import Slot, Stopping, root_of
from pricelang.model.requests import Leaf, Point, is_no
from pricelang.model.space import space_of
from pricelang.solver.diagram import Forest
from pricelang.solver.witness_search import Constraint
from pricelang.verify.list_prices import ListPrices


@define(eq=False, repr=False, init=False)
class Analysis(ListPrices):
    """A checked book, its requests, and a forest that begins as the book's own compiled diagrams.

    `below` gives the book that this one extends, where it is at hand.
    """

    below: Callable[[], m.Book | None]
    _made: dict[Hashable, int] = field(factory=dict, init=False)
    boxes: dict[tuple[Fraction, ...], dict[int, Box | None]] = field(factory=dict, init=False)
    _operations: dict[Hashable, Operations] = field(factory=dict, init=False)
    _below: dict[int, frozenset[Any]] = field(factory=dict, init=False)

    def __init__(self, book: m.Book, below: Callable[[], m.Book | None] = lambda: None) -> None:
        space, decided = space_of(book), book.decisions
        forest: Forest[Leaf] = Forest(space.sizes, list(decided.nodes), list(decided.leaves))
        self.__attrs_init__(space, forest, book, below)

    def once(self, key: Hashable, make: Callable[[], int]) -> int:
        """The diagram of a key, which is made when it is first asked for."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    @cached_property
    def conflicts(self) -> tuple[int, ...]:
        """For each exclusion, where it refuses."""
        book = self.book
        return tuple(
            where_excluded(self.forest, exclusion, root, book.modifiers, book.decisions.modifiers)
            for exclusion, root in zip(book.exclusions, book.decisions.exclusions, strict=True)
        )

    def let_through(self, but: int | None = None) -> Constraint:
        """That a request exists and that nothing refuses it,
        leaving aside what one modifier says, and exclusions.
        """
        passing = (self._passing(group, but) for group in get_args(Stopping))
        return self.all_of([self.existing, *itertools.chain.from_iterable(passing)])

    def _passing(self, group: Stopping, but: int | None) -> Iterator[Constraint]:
        """That the rules of a group do not refuse a request."""
        book = self.book
        match group:
            case "refusal":
                yield book.decisions.refusals, is_no
            case "modifier":
                for index, modifier in enumerate(book.modifiers):
                    if index != but:
                        yield not_refused_by(modifier, book.decisions.modifiers[index])
            case "exclusion":
                pass  # `usable` asks it last, for it looks at what modifiers do
            case "value" | "meter" | "price":
                pass  # whether the request exists, and what it pays
            case _:
                assert_never(group)

    @cached_property
    def not_excluded(self) -> Constraint:
        """What a request must meet to be priced, but for exclusions."""
        return self.let_through()

    @cached_property
    def usable(self) -> Constraint:
        """What a request must meet to be priced: it exists, and nothing refuses it."""
        return self.all_of([self.not_excluded, *((root, is_no) for root in self.conflicts)])

    @cached_property
    def billed(self) -> Constraint:
        """That a request is not free as a whole."""
        return self.book.decisions.free, is_no

    def leaves_below(self, root: int) -> frozenset[Any]:
        """The leaves of a diagram."""
        found = self._below.get(root)
        if found is None:
            if root < 0:
                found = frozenset([self.forest.leaves[~root]])
            else:
                found = frozenset().union(
                    *(self.leaves_below(child) for _, child in self.forest.nodes[root][1])
                )
            self._below[root] = found
        return found

    # ---- the stack ----

    @property
    def modifiers_in_order(self) -> tuple[int, ...]:
        """The modifiers, in the order of the stack."""
        return tuple(index for kind, index in self.book.stack if kind == "modifier")

    def touches(self, kind: m.StackKind, index: int, meter: int) -> bool:
        """Decides whether a member of the stack ever does something to a meter's price."""
        match kind:
            case "modifier":
                return any(
                    any(found == meter for found, _ in line.factors) or meter in line.meters
                    for line in self.book.modifiers[index].lines
                )
            case "limit":
                return any(
                    line.target == "unit_price" and meter in line.meters
                    for line in self.book.limits[index].lines
                )
            case _:
                assert_never(kind)

    def plain(self, kind: m.StackKind, index: int, meter: int) -> bool:
        """Decides whether a member of the stack only ever multiplies a meter's price."""
        match kind:
            case "modifier":
                return all(meter not in line.meters for line in self.book.modifiers[index].lines)
            case "limit":
                return not self.touches(kind, index, meter)
            case _:
                assert_never(kind)

    def member(self, kind: m.StackKind, index: int) -> int:
        """The diagram of a member of the stack."""
        return root_of(self.book.decisions, Slot(kind, index))

    def name_of(self, kind: m.StackKind, index: int) -> str:
        """The name of a member of the stack."""
        match kind:
            case "modifier":
                return self.book.modifiers[index].name
            case "limit":
                return self.book.limits[index].name
            case _:
                assert_never(kind)

    def operations(self, kind: m.StackKind, index: int, meter: int, leaf: Any) -> Operations:
        """What a member of the stack does to a meter's price, where its diagram has a leaf."""
        key = kind, index, meter, leaf
        found = self._operations.get(key)
        if found is None:
            steps = steps_of(self.book, (kind, index), meter, leaf)
            found = self._operations[key] = tuple(step.operation for step in steps)
        return found

    def price_at(self, meter: int, members: Sequence[m.Member], point: Point) -> Any:
        """A meter's price at one point, after some members of the stack:
        what `unit_price` has there.
        """
        price = self.forest.value(self.list_price(meter), point)
        if not isinstance(price, Fraction):
            return price
        for member in members:
            price = through(
                price,
                self.operations(*member, meter, self.forest.value(self.member(*member), point)),
            )
        return self.rounded_at(meter, price, point)

    def rounded_at(self, meter: int, price: Fraction, point: Point) -> Fraction:
        """A unit price of a meter as it is rounded at a point."""
        if not self.rounds_unit_prices:
            return price
        size: Any = self.forest.value(self.size_of(meter), point)
        return self._rounded(price, size, self.forest.value(self.book.decisions.roundings, point))

    def _rounded(self, price: Fraction, size: Fraction, leaf: Any) -> Fraction:
        return through(price, roundings_of(self.book, leaf, size))

    def unit_price(self, meter: int, members: Sequence[m.Member]) -> int:
        """A meter's price after some members of the stack, in the order given,
        and rounded where the book rounds unit prices: a number, "free", or None.
        """
        roots = [self.list_price(meter), *(self.member(*member) for member in members)]
        if self.rounds_unit_prices:
            roots += [self.book.decisions.roundings, self.size_of(meter)]

        def decide(leaves: tuple[Any, ...]) -> Leaf:
            price: Any = leaves[0]
            if not isinstance(price, Fraction):
                return "free" if price == "free" else None
            for (kind, index), leaf in zip(members, leaves[1:], strict=False):
                price = through(price, self.operations(kind, index, meter, leaf))
            return (
                self._rounded(price, leaves[-1], leaves[-2]) if self.rounds_unit_prices else price
            )

        return self.forest.combine(roots, decide)

    @property
    def rounds_unit_prices(self) -> bool:
        """Decides whether the book ever rounds unit prices: no multiplication commutes with it."""
        return any(rounding.stage == "unit_price" for rounding in self.book.roundings)
