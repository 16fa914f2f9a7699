"""A small book with what comes of each of its requests,
and its rules read naively: what the audit is judged by.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cached_property

from attrs import define, field

import pricelang
from pricelang.evaluate.combination import Combination
from pricelang.evaluate.line_rates import Rate
from pricelang.model import book as m
from tests.verify import Point, Quantity, Request, holds, requests, sides

Member = tuple[str, int]
Step = Callable[[Fraction], Fraction]


def to_step(amount: Fraction, rounding: m.Rounding) -> Fraction:
    """An amount (never below zero) as a whole number of steps."""
    steps = amount / rounding.step
    whole = steps.numerator // steps.denominator
    rest, half = steps - whole, Fraction(1, 2)
    up = {
        "up": rest > 0,
        "down": False,
        "half_up": rest >= half,
        "half_down": rest > half,
        "half_even": rest > half or (rest == half and whole % 2 == 1),
    }[rounding.mode]
    return (whole + up) * rounding.step


@define(eq=False)
class Enumerated:
    """A book and what comes of each of its requests."""

    book: m.Book
    priced: pricelang.Book = field(init=False)
    requests: dict[Point, Request] = field(init=False)
    cells: dict[Point, Combination | pricelang.PriceError] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.priced = pricelang.Book(self.book)
        self.requests = requests(self.book)
        self.cells = {point: self._cell(request) for point, request in self.requests.items()}

    def _cell(self, request: Request) -> Combination | pricelang.PriceError:
        """The rates by which `Book.price` bills a request, or its error."""
        try:
            bill = self.priced.price(
                model=request.model, at=request.at, usage=request.usage, **request.dimensions
            )
        except pricelang.PriceError as error:
            return error
        return bill.parts[0].cell

    @cached_property
    def usable(self) -> dict[Point, Combination]:
        """The points at which a request has a price."""
        return {point: cell for point, cell in self.cells.items() if isinstance(cell, Combination)}

    def inside(self, scope: m.Scope) -> Iterator[tuple[Point, Combination]]:
        """Those in a scope."""
        return ((point, cell) for point, cell in self.usable.items() if holds(scope, point))

    def rate(self, point: Point, meter: int) -> Rate | None:
        """The rate of a meter, where it is billed at all."""
        rate = self.usable[point].rates[self.book.meters[meter].name]
        return rate if isinstance(rate, Rate) and rate.free is None else None

    # ---- rules, read naively ----

    def lines(self, modifier: int, point: Point) -> list[m.ModifierLine]:
        """The lines of a modifier that decide: the first refusal,
        or the first `no effect`, or all; `otherwise` last.
        """
        lines = self.book.modifiers[modifier].lines
        found = [x for x in lines if not x.otherwise and holds(x.scope, point)]
        found = found or [x for x in lines if x.otherwise and holds(x.scope, point)]
        for outcome in ("refuse", "no_effect"):
            if any(x.outcome == outcome for x in found):
                return [next(x for x in found if x.outcome == outcome)]
        return found

    def effective(self, modifier: int, point: Point) -> bool:
        """Whether a modifier has effect."""
        return any(x.outcome in ("factor", "add") for x in self.lines(modifier, point))

    def exists(self, point: Point) -> bool:
        """Whether the model is released and every value offered."""
        model, stretch = self.book.models[point[0]], point[1]
        if stretch == 0 or self.book.boundaries[stretch - 1] < model.released:
            return False
        offers = (d.values[point[2 + n]].offers for n, d in enumerate(self.book.dimensions))
        return all(any(holds(offer.scope, point) for offer in some) for some in offers)

    def refused(self, point: Point, but: int = -1) -> bool:
        """Whether a rule refuses, exclusions aside and one modifier aside."""
        others = (n for n in range(len(self.book.modifiers)) if n != but)
        return any(holds(x.scope, point) for x in self.book.refusals) or any(
            line.outcome == "refuse" for n in others for line in self.lines(n, point)
        )

    def excludes(self, exclusion: m.Exclusion, point: Point) -> bool:
        """Whether an exclusion decides."""
        both = [n for n in (exclusion.left, exclusion.right) if n is not None]
        allowed = any(holds(x.scope, point) for x in exclusion.allowed)
        return (
            holds(exclusion.scope, point)
            and not allowed
            and all(self.effective(n, point) for n in both)
        )

    # ---- the stack ----

    def acts(self, member: Member, meter: int, point: Point) -> list[Step]:
        """What a member of the stack does to a meter's price."""
        kind, index = member
        if kind == "limit":
            return [
                self._bound(row)
                for row in self.book.limits[index].lines
                if row.target == "unit_price" and meter in row.meters and holds(row.scope, point)
            ]
        found: list[Step] = []
        for line in self.lines(index, point):
            found += [self._times(factor) for other, factor in line.factors if other == meter]
            if meter in line.meters and line.amount is not None:
                found.append(self._plus(line.amount / line.size))
        return found

    @staticmethod
    def _bound(row: m.LimitLine) -> Step:
        least, bound = max if row.at_least else min, row.amount / row.size
        return lambda price: least(price, bound)

    @staticmethod
    def _times(factor: Fraction) -> Step:
        return lambda price: price * factor

    @staticmethod
    def _plus(amount: Fraction) -> Step:
        return lambda price: price + amount

    def through(self, order: tuple[Member, ...], meter: int, point: Point) -> Fraction | None:
        """A meter's price after a stack, rounded as the book rounds unit prices."""
        rate = self.rate(point, meter)
        if rate is None:
            return None
        price = rate.list_price
        for member in order:
            for step in self.acts(member, meter, point):
                price = step(price)
        for rounding in self.book.roundings:
            if rounding.stage == "unit_price" and holds(rounding.scope, point):
                price = to_step(price * rate.size, rounding) / rate.size
        return price

    def order_shows(self, left: int, right: int, point: Point) -> bool:
        """Whether a meter that two modifiers both touch costs
        another amount when they change places in the stack.
        """
        other = {left: right, right: left}
        changed = tuple(
            (kind, other.get(n, n) if kind == "modifier" else n) for kind, n in self.book.stack
        )
        return self.usable[point].free is None and any(
            all(self.acts(("modifier", n), meter, point) for n in (left, right))
            and self.through(self.book.stack, meter, point) != self.through(changed, meter, point)
            for meter in range(len(self.book.meters))
        )

    # ---- more usage ----

    def total(self, start: Request, given: dict[int, Quantity]) -> Fraction | None:
        """What a request costs with other quantities, by the index of their meter;
        None where it has no price.
        """
        usage = {self.book.meters[n].name: size for n, size in given.items()}
        try:
            bill = self.priced.price(
                model=start.model, at=start.at, usage=usage, **start.dimensions
            )
        except pricelang.PriceError:
            return None
        return bill.exact_total

    @cached_property
    def crossings(self) -> list[tuple[dict[int, Quantity], dict[int, Quantity]]]:
        """Quantities just at a threshold, and with one more of a meter over it.

        Beside what is counted stands nothing, or a little or much of one other meter.
        """
        meters = sorted({meter for total in self.book.sums for meter in total.meters})
        edges = sorted({0, *(int(limit) for total in self.book.sums for limit in total.limits)})
        little = [1 if meter.whole else Fraction(1, 100) for meter in self.book.meters]
        beside: list[dict[int, Quantity]] = [{}]
        beside += [{n: size} for n, least in enumerate(little) for size in (least, 10_000_000)]
        found = []
        for numbers, more in itertools.product(
            itertools.product(edges, repeat=len(meters)), beside
        ):
            given: dict[int, Quantity] = {
                **more,
                **{n: size for n, size in zip(meters, numbers, strict=True) if size},
            }
            for meter in meters:
                after = {**given, meter: given.get(meter, 0) + 1}
                if (
                    sides(self.book, given) != sides(self.book, after)
                    and (given, after) not in found
                ):
                    found.append((given, after))
        return found

    @cached_property
    def falls(self) -> list[tuple[Point, Point]]:
        """Points on either side of a threshold where one
        more of a meter makes a request cost less.
        """
        cut = len(self.book.dimensions) + 2
        starts = {point[:cut]: self.requests[point] for point in self.usable}
        found: dict[tuple[Point, Point], None] = {}
        for given, after in self.crossings:
            low, high = (sides(self.book, usage) for usage in (given, after))
            for base, start in starts.items():
                pair = ((*base, *low), (*base, *high))
                if pair not in found and set(pair) <= self.usable.keys():
                    less, more = self.total(start, given), self.total(start, after)
                    if less is not None and more is not None and more < less:
                        found[pair] = None
        return list(found)
