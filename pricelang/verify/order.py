"""The order of a stack: whether it shows in an amount, where, and by how much at most."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from attrs import define, field, frozen

from pricelang.evaluate.stack.intervals import ZERO
from pricelang.evaluate.stack.operations import ONE
from pricelang.model.book import Member
from pricelang.model.requests import Point
from pricelang.solver.witness_search import Search, State
from pricelang.verify.analysis import Analysis
from pricelang.verify.price_relations import MAX_STATES, Undecided, rounding_root, step_root
from pricelang.verify.stack_spread import Parts, parts_of, spread_of
from pricelang.verify.witness import Witness, witness


@frozen
class Observable:
    """A meter on which the order of the stack shows:
    the greatest spread of a unit price over all orders, and where.

    One that is not `exact` is the greatest that was found
    before there were too many combinations to go on.
    """

    meter: str
    spread: Fraction
    low: Fraction
    high: Fraction
    members: tuple[str, ...]
    witness: Witness
    exact: bool = True


@frozen
class Order:
    """What the order of the stack does.
    Factors commute, so it shows only beside additions, floors, caps and rounding.

    `undecided` are the meters of which nothing was found
    before there were too many combinations to go on.
    """

    observable: tuple[Observable, ...]
    not_factors: tuple[str, ...]
    undecided: tuple[str, ...] = ()


def order_of_stack(analysis: Analysis) -> Order:
    """Every meter on which some request pays another unit price in another order of the stack."""
    book = analysis.book
    odd = tuple(
        analysis.name_of(*member)
        for member in book.stack
        if any(not analysis.plain(*member, meter) for meter in range(len(book.meters)))
    )
    found, undecided = [], []
    for meter, of in enumerate(book.meters):
        members = [member for member in book.stack if analysis.touches(*member, meter)]
        if len(members) < 2 or all(analysis.plain(*member, meter) for member in members):
            continue
        try:
            observable = _observable(_Widest(analysis, meter, members))
        except Undecided:
            undecided.append(of.name)
            continue
        if observable is not None:
            found.append(observable)
    return Order(tuple(found), odd, tuple(undecided))


def _observable(search: _Widest) -> Observable | None:
    """The greatest spread that a search finds; None where there is none.
    Raises `Undecided` where it found none before there was too much to look at.
    """
    exact = True
    try:
        search.run()
    except Undecided:
        if search.best is None:
            raise
        exact = False
    if search.best is None:
        return None
    low, high, point = search.best
    analysis, meter = search.analysis, search.meter
    name = analysis.book.meters[meter].name
    members = tuple(analysis.name_of(*member) for member in search.members)
    request = witness(analysis, point, {meter: ONE})
    return Observable(name, high - low, low, high, members, request, exact)


@define(eq=False, repr=False)
class _Widest:
    """The request on which the order moves a meter's price most:
    a walk that leaves out what cannot be wider than what is found.
    """

    analysis: Analysis
    meter: int
    members: list[Member]
    best: tuple[Fraction, Fraction, Point] | None = None
    walk: Search = field(init=False)
    seen: set[tuple[State, int, int, tuple[int, ...]]] = field(factory=set)
    known: dict[tuple[int, ...], tuple[Parts, Parts]] = field(factory=dict)
    ends: dict[int, tuple[Fraction, Fraction] | None] = field(factory=dict)

    def run(self) -> None:
        """Finds the best. Raises `Undecided`."""
        analysis = self.analysis
        self.walk = analysis.search([analysis.billed, analysis.usable])
        start = self.walk.start()
        found = (step_root(analysis, [(member, self.meter)]) for member in self.members)
        roots = tuple(root for root in found if root is not None)
        rounding = (
            rounding_root(analysis, [self.meter])
            if analysis.rounds_unit_prices
            else analysis.forest.leaf(((),))
        )
        if start is not None:
            self.look(start, analysis.list_price(self.meter), rounding, roots, {})

    def look(
        self, state: State, price: int, rounding: int, roots: tuple[int, ...], at: dict[int, int]
    ) -> None:
        """Looks at the requests below a state, the parts that may be widest first."""
        key = (state, price, rounding, roots)
        if key in self.seen or not self.may_be_wider(price, rounding, roots):
            return
        self.seen.add(key)
        if len(self.seen) > MAX_STATES:
            raise Undecided
        forest = self.analysis.forest
        if price < 0 and rounding < 0 and all(root < 0 for root in roots):
            self.settle(state, price, rounding, roots, at)
            return
        open_roots = (price, rounding, *roots, *(root for _, root in state))
        axis, numbers, cut = (
            min(forest.nodes[root][0] for root in open_roots if root >= 0),
            [n for n, _ in state],
            2 + len(roots),
        )
        found = []
        for mask, children in forest.split(axis, open_roots):
            settled = self.walk.settle(zip(numbers, children[cut:], strict=True))
            if settled is not None:
                width = self.width(children[0], children[1], children[2:cut])
                found.append((-width, self.analysis.rank(axis, mask), mask, settled, children))
        for _, _, mask, settled, children in sorted(found, key=lambda part: part[:2]):
            self.look(
                settled,
                children[0],
                children[1],
                children[2:cut],
                {**at, axis: self.analysis.choice(axis, mask)},
            )

    def settle(
        self, state: State, price: int, rounding: int, roots: tuple[int, ...], at: dict[int, int]
    ) -> None:
        """Keeps the spread at one price and one stack, if it is the widest and a request has it."""
        leaves = self.analysis.forest.leaves
        start: Any = leaves[~price]
        how: Any = leaves[~rounding]
        steps: list[Any] = [leaves[~root] for root in roots]
        low, high = spread_of(start, parts_of(one[0] for one in steps), how[0])
        if high > low and (self.best is None or high - low > self.best[1] - self.best[0]):
            rest = self.walk.first(state)
            if rest is not None:
                self.best = low, high, self.analysis.completed({**rest, **at})

    # ---- bounds ----

    def may_be_wider(self, price: int, rounding: int, roots: tuple[int, ...]) -> bool:
        """Decides whether some spread below may be wider than the best."""
        width = self.width(price, rounding, roots)
        return width > (self.best[1] - self.best[0] if self.best is not None else ZERO)

    def width(self, price: int, rounding: int, roots: tuple[int, ...]) -> Fraction:
        """No spread below is wider than this; -1 where there is no price.

        With an addition a, and p the price that cancels, the dearest less the cheapest is a times
        the factors above 1 less those below, more what a floor lifts the lowest price by, and what
        a cap takes from the highest.
        """
        ends = self.price_ends(price)
        if ends is None:
            return -ONE
        least, most = self.parts(roots)
        width = most.added * (most.above - least.below)
        floors = (
            *most.floors,
            *(step.value for steps in most.mixed for step in steps if step.kind == "at_least"),
        )
        caps = (
            *most.caps,
            *(step.value for steps in most.mixed for step in steps if step.kind == "at_most"),
        )
        width += most.above * max(
            (max(ZERO, bound - least.below * ends[0]) for bound in floors), default=ZERO
        )
        width += max(
            (max(ZERO, most.above * ends[1] + most.added - bound) for bound in caps), default=ZERO
        )
        if width:
            held: Any = self.analysis.leaves_below(rounding)
            width += max(
                (step.value / step.size for leaf in held for step in leaf[0]), default=ZERO
            )
        return width

    def price_ends(self, root: int) -> tuple[Fraction, Fraction] | None:
        """The least and the greatest list price below a node; None where there is none."""
        if root not in self.ends:
            held = [leaf for leaf in self.analysis.leaves_below(root) if isinstance(leaf, Fraction)]
            self.ends[root] = (min(held), max(held)) if held else None
        return self.ends[root]

    def parts(self, roots: tuple[int, ...]) -> tuple[Parts, Parts]:
        """The least and the most of each part that the members below come to."""
        found = self.known.get(roots)
        if found is None:
            least, most = Parts(), Parts()
            for root in roots:
                held: Sequence[Any] = list(self.analysis.leaves_below(root))
                each = [parts_of([leaf[0]]) for leaf in held]
                least = Parts(
                    least.below * min(x.below for x in each),
                    least.above * min(x.above for x in each),
                )
                most = Parts(
                    ONE,
                    most.above * max(x.above for x in each),
                    most.added + max(x.added for x in each),
                    (*most.floors, *(bound for x in each for bound in x.floors)),
                    (*most.caps, *(bound for x in each for bound in x.caps)),
                    (*most.mixed, *(steps for x in each for steps in x.mixed)),
                )
            found = self.known[roots] = least, most
        return found
