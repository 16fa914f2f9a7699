"""The claim that more usage never costs less. A request only grows between two thresholds, so each
crossing of one is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from itertools import chain
from typing import Any

from attrs import define

from pricelang.evaluate.combination import cell_at
from pricelang.evaluate.stack.intervals import FREE
from pricelang.model import book as m
from pricelang.model.diagrams import root_of, slots_of
from pricelang.model.requests import NO, Leaf, Point, is_yes
from pricelang.model.rules import rules_of, stage_of
from pricelang.model.threshold_bands import quantities_on
from pricelang.present.decimals import grouped, money
from pricelang.solver.witness_search import Constraint
from pricelang.verify.analysis import Analysis
from pricelang.verify.breaches import Breach, first_of
from pricelang.verify.crossings import Crossing, Usage
from pricelang.verify.dead_zones import tier_fall
from pricelang.verify.price_falls import fall_between
from pricelang.verify.price_relations import BELOW, Prices, Undecided, find_prices, rounding_root
from pricelang.verify.request_falls import falls_per_request
from pricelang.verify.threshold_steps import Across, steps_of
from pricelang.verify.witness import witness

MAX_CLASSES = 60
"""So many kinds of requests are looked at whose parts fall and whose amounts do not;
with more, it is undecided.
"""


def first_fall(analysis: Analysis, claim: m.Claim) -> Breach | None:
    """A request of the claim's scope that costs less than with one less of a meter, or a step of
    tiers for all units at which an account owes less; None where there is none.

    Raises `Undecided`.
    """
    of_steps = (
        partial(_Falls.first, _Falls(analysis, claim, step)) for step in steps_of(analysis.book)
    )
    falls = chain(of_steps, [partial(tier_fall, analysis, claim)])
    return first_of(lambda fall: fall(), falls)


@define(eq=False, repr=False, slots=False)
class _Falls(Across):
    """What falls over one step, in every request."""

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

    # ---- what falls ----

    def falling(self) -> Iterator[Callable[[Sequence[Constraint]], Point | None]]:
        """Searches for requests of which some part falls. Where none finds any, no amount falls."""
        for root in falls_per_request(self):
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
        return all(stage_of(rule) not in ("line item", "request") for rule in rules_of(book))

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
            root_of(decided, slot)
            for slot in slots_of(analysis.book)
            if slot.group
            not in ("value", "meter", "price", "derivation", "exclusion", "refusal", "note")
        ]
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


def _first_of_each(leaves: tuple[Any, ...]) -> Leaf:
    return leaves[0][0], leaves[1][0]
