"""The claim that more usage never costs less. A request only grows between two thresholds, so each
crossing of one is looked at.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

from attrs import define, frozen

from pricelang.evaluate.combination import cell_at
from pricelang.evaluate.stack.intervals import FREE
from pricelang.model import book as m
from pricelang.model.requests import NO, YES, Leaf, Point, is_yes
from pricelang.model.space import first_sum
from pricelang.model.threshold_bands import quantities_on
from pricelang.present.decimals import grouped, money
from pricelang.solver.witness_search import Constraint
from pricelang.verify.analysis import Analysis
from pricelang.verify.price_falls import Crossing, Usage, fall_between
from pricelang.verify.price_relations import BELOW, Prices, Undecided, find_prices, rounding_root
from pricelang.verify.witness import Witness, witness

MAX_CLASSES = 60
"""So many kinds of requests are looked at whose parts fall and whose amounts do not;
with more, it is undecided.
"""

Breach = tuple[Witness | None, str]
FAR = Fraction(10**40)


def first_fall(analysis: Analysis, claim: m.Claim) -> Breach | None:
    """A request of the claim's scope that costs less than with one less of a meter;
    None where there is none.

    Raises `Undecided`.
    """
    undecided = False
    for step in _steps(analysis.book):
        try:
            found = _Across(analysis, claim, step).first()
        except Undecided:
            undecided = True
            continue
        if found is not None:
            return found
    if undecided:
        raise Undecided
    return None


@frozen(eq=False)
class CountStep:
    """One more of a meter of `kind` (the sums that count
    it) takes some of these sums from a side to the next.
    """

    meters: tuple[int, ...]
    sides: tuple[tuple[int, int], ...]


def _steps(book: m.Book) -> Iterator[CountStep]:
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
class _Across:
    """One step over thresholds, in every request."""

    analysis: Analysis
    claim: m.Claim
    step: CountStep

    def first(self) -> Breach | None:
        undecided, refuted = False, list[Constraint]()
        for find in self.falling():
            while len(refuted) <= MAX_CLASSES:
                point = find([*refuted])
                if point is None:
                    break
                try:
                    found = self.shown(point)
                except Undecided:
                    found, undecided = None, True
                if found is not None:
                    return found
                refuted.append(self.unlike(point))
            else:
                raise Undecided
        if undecided:
            raise Undecided
        return None

    # ---- the two sides ----

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

    # ---- what falls ----

    def falling(self) -> Iterator[Callable[[Sequence[Constraint]], Point | None]]:
        """Searches for requests of which some part falls. Where none finds any, no amount falls."""
        for root in self.per_request():
            if root != self.analysis.forest.leaf(NO):
                yield partial(self.find, root)
        for meter in range(len(self.analysis.book.meters)):
            prices = self.prices(meter)
            if prices is not None:
                yield partial(self.find_price, prices)

    def find(self, root: int, more: Sequence[Constraint]) -> Point | None:
        return self.analysis.find([(root, is_yes), *self.allowed, *more])

    def find_price(self, prices: Prices, more: Sequence[Constraint]) -> Point | None:
        # what makes it fall goes first: where nothing does, who may ask is not walked
        if find_prices(self.analysis, prices, BELOW, more) is None:
            return None
        return find_prices(self.analysis, prices, BELOW, [*self.allowed, *more])

    def prices(self, meter: int) -> Prices | None:
        """A meter's price after, less its price before;
        None where nothing that it depends on looks at the thresholds.
        """
        analysis, book = self.analysis, self.analysis.book
        starts = (*self.both(analysis.list_price(meter)), *self.both(book.decisions.free))
        places: list[int] = []
        looks = starts[0] != starts[1] or starts[2] != starts[3]
        for member in (x for x in book.stack if analysis.touches(*x, meter)):
            before, after = self.both(analysis.member(*member))
            looks = looks or before != after

            def decide(leaves: tuple[Any, ...], member: m.Member = member) -> Leaf:
                return tuple(analysis.operations(*member, meter, leaf) for leaf in leaves)

            places.append(analysis.forest.combine((after, before), decide))
        if analysis.rounds_unit_prices:
            root = rounding_root(analysis, [meter])
            before, after = self.both(root)
            looks = looks or before != after
            places.append(analysis.forest.combine((after, before), _first_of_each))
        if not looks:
            return None

        def start(leaves: tuple[Any, ...]) -> Leaf:
            before, after, free_before, free_after = leaves
            if not isinstance(before, Fraction) or free_before or after is None:
                return None
            return FREE if free_after else after, before

        return Prices(
            (Fraction(1), Fraction(-1)), analysis.forest.combine(starts, start), tuple(places)
        )

    def per_request(self) -> Iterator[int]:
        """Where what is added to a request, or bounds it, or a use,
        or is rounded, is less after than before.
        """
        book, decided = self.analysis.book, self.analysis.book.decisions
        free = self.both(decided.free)

        def lower(root: int, amount: Callable[[Any], Fraction]) -> int:
            def decide(leaves: tuple[Any, ...]) -> Leaf:
                before, after, free_before, free_after = leaves
                return (
                    YES
                    if not free_before and not free_after and amount(after) < amount(before)
                    else NO
                )

            return self.analysis.forest.combine((*self.both(root), *free), decide)

        for index, modifier in enumerate(book.modifiers):
            if any(line.outcome == "add" and not line.meters for line in modifier.lines):
                yield lower(decided.modifiers[index], partial(_added, modifier.lines))
        for index, limit in enumerate(book.limits):
            for at_least in {row.at_least for row in limit.lines if row.target == "request"}:
                yield lower(decided.limits[index], partial(_bound, limit.lines, at_least))
        for charge, charged in zip(book.charges, decided.charges, strict=True):
            if charge.minimums:
                yield lower(charged[1], partial(_least, charge.minimums))
        if any(rounding.stage != "unit_price" for rounding in book.roundings):
            before, after = self.both(decided.roundings)
            yield self.analysis.forest.combine(
                (before, after, *free), lambda leaves: _rounds_otherwise(book, leaves)
            )
        if free[0] != free[1]:
            yield from self._gone_with_it(free)

    def _gone_with_it(self, free: tuple[int, int]) -> Iterator[int]:
        """Where a request becomes free, and its additions and bounds go with it."""
        book, decided = self.analysis.book, self.analysis.book.decisions
        extras = [
            self.on(decided.modifiers[index], False)
            for index, modifier in enumerate(book.modifiers)
            if any(line.outcome == "add" and not line.meters for line in modifier.lines)
        ]
        limits = [
            self.on(root, False)
            for limit, root in zip(book.limits, decided.limits, strict=True)
            if any(line.target == "request" for line in limit.lines)
        ]

        def gone(leaves: tuple[Any, ...]) -> Leaf:
            return YES if not leaves[0] and leaves[1] and any(leaves[2:]) else NO

        if extras or limits:
            yield self.analysis.forest.combine((*free, *extras, *limits), gone)

    # ---- on one request ----

    def shown(self, point: Point) -> Breach | None:
        """The request just over the threshold that costs less,
        if the amounts of such requests fall.
        """
        book = self.analysis.book
        cut = self.axis(0)
        sides = list(point[cut:])
        for index, side in self.step.sides:
            sides[index] = side
        undecided = False
        for meter in self.step.meters:
            crossing = Crossing(
                meter, frozenset(index for index, _ in self.step.sides), tuple(sides)
            )
            before, after = (*point[:cut], *sides), (*point[:cut], *crossing.after)
            try:
                usage = fall_between(book, cell_at(book, before), cell_at(book, after), crossing)
            except Undecided:
                undecided = True
                continue
            if usage is not None:
                over = {**usage, meter: usage.get(meter, Fraction(0)) + 1}
                assert quantities_on(book.sums, crossing.after, over) == {
                    n: size for n, size in over.items() if size
                }
                return witness(self.analysis, after, over), self.why(crossing, before, after, over)
        if undecided:
            raise Undecided
        return None

    def why(self, crossing: Crossing, before: Point, after: Point, over: Usage) -> str:
        """What falls: the price of something in the request where one does,
        else only that the amount does.
        """
        book = self.analysis.book
        index, side = self.step.sides[0]
        total, limit = book.sums[index], book.sums[index].limits[side]
        prices = {n: [self.paid(n, point) for point in (before, after)] for n in over}
        fallen = [n for n in over if prices[n][1] < prices[n][0]]
        if not fallen:
            return (
                f"over {grouped(limit)} of `{total.label}` less is added, or charged at least, "
                "or rounded down"
            )
        meter = crossing.meter if crossing.meter in fallen else max(fallen, key=lambda n: over[n])
        first, then = prices[meter]
        currency = book.currency
        why = (
            f"over {grouped(limit)} of `{total.label}`, one of `{book.meters[meter].name}` costs "
            f"{money(then, currency)} instead of {money(first, currency)}"
        )
        if meter == crossing.meter and then and len(over) == 1 and self.is_a_sum:
            ends = [limit * first / then, *total.limits[side + 1 : side + 2]]
            why += (
                f": up to {grouped(Fraction(int(min(ends))))} it costs less than "
                f"{grouped(limit)} do"
            )
        return why

    @property
    def is_a_sum(self) -> bool:
        """Whether the amount of a request is nothing but quantities times prices."""
        book = self.analysis.book
        lines = [
            line.outcome == "add" and not line.meters for x in book.modifiers for line in x.lines
        ]
        lines += [row.target == "request" for x in book.limits for row in x.lines] + [
            bool(charge.minimums) for charge in book.charges
        ]
        return not any(lines) and all(rounding.stage == "unit_price" for rounding in book.roundings)

    def paid(self, meter: int, point: Point) -> Fraction:
        price = self.analysis.price_at(meter, self.analysis.book.stack, point)
        free = self.analysis.forest.value(self.analysis.book.decisions.free, point)
        return price if isinstance(price, Fraction) and not free else Fraction(0)

    def unlike(self, point: Point) -> Constraint:
        """That a request is not of the kind of one point:
        in some rule it pays otherwise, before or after.
        """
        analysis, decided = self.analysis, self.analysis.book.decisions
        roots = [analysis.list_price(meter) for meter in range(len(analysis.book.meters))]
        roots += [
            *decided.modifiers,
            *decided.limits,
            decided.roundings,
            decided.conversions,
            decided.free,
        ]
        roots += [root for charge in decided.charges for root in charge]
        sums = [
            analysis.forest.node(
                self.axis(n),
                [(1 << k, analysis.forest.leaf((k,))) for k in range(len(total.limits) + 1)],
            )
            for n, total in enumerate(analysis.book.sums)
        ]
        same = []
        for root in dict.fromkeys(side for whole in (*roots, *sums) for side in self.both(whole)):
            leaf = analysis.forest.value(root, point)
            same.append((root, lambda held, leaf=leaf: held == leaf))
        return analysis.all_of(same)[0], lambda leaf: not is_yes(leaf)


def _added(lines: Sequence[m.ModifierLine], leaf: Any) -> Fraction:
    return sum((lines[n].amount or Fraction(0) for n in leaf if not lines[n].meters), Fraction(0))


def _bound(lines: Sequence[m.LimitLine], at_least: bool, leaf: Any) -> Fraction:
    held = [
        lines[n].amount
        for n in leaf
        if lines[n].target == "request" and lines[n].at_least == at_least
    ]
    return (max(held) if at_least else min(held)) if held else (Fraction(0) if at_least else FAR)


def _least(minimums: Sequence[m.ChargeQuantity], leaf: Any) -> Fraction:
    return max((minimums[n].quantity for n in leaf), default=Fraction(0))


def _rounds_otherwise(book: m.Book, leaves: tuple[Any, ...]) -> Leaf:
    if leaves[2]:
        return NO
    held = [
        {
            (x.stage, x.step, x.currency, x.mode)
            for x in (book.roundings[n] for n in leaf)
            if x.stage != "unit_price"
        }
        for leaf in leaves[:2]
    ]
    return YES if held[0] != held[1] else NO


def _first_of_each(leaves: tuple[Any, ...]) -> Leaf:
    return leaves[0][0], leaves[1][0]
