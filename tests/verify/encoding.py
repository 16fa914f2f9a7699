"""A checked book's scopes and rules as constraints of Z3, which share nothing with its diagrams.

One Boolean stands for each point of an axis,
an integer for each quantity that a threshold looks at, a real for each price.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

import pytest
from attrs import define, evolve, field

from pricelang.model import book as m
from tests.verify import instants, on_clock

z3 = pytest.importorskip("z3", reason="z3-solver is not installed: install pricelang[z3]")

Term = Any
"""A term of Z3, whose Python has no types."""


def real(value: Fraction) -> Term:
    return z3.Q(value.numerator, value.denominator)


@define(eq=False)
class Request:
    """One unknown request: a Boolean for each point of each axis,
    and the quantities that thresholds look at.
    """

    axes: list[list[Term]]
    quantities: dict[int, Term]


@define(eq=False)
class Encoding:
    """A book as constraints on unknown requests."""

    book: m.Book
    solver: Term = field(factory=z3.Solver)
    request: Request = field(init=False)
    _fresh: itertools.count[int] = field(factory=itertools.count)
    _terms: dict[object, Any] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.request = self.new_request()

    def name(self, kind: str) -> str:
        return f"{kind}{next(self._fresh)}"

    # ---- requests ----

    def new_request(self, like: Request | None = None) -> Request:
        """An unknown request; one that is `like` another differs from it in quantities alone."""
        book = self.book
        sizes = [
            len(book.models),
            len(book.boundaries) + 1,
            *(len(d.values) for d in book.dimensions),
        ]
        axes = (
            like.axes[: len(sizes)]
            if like
            else [[z3.Bool(self.name("at")) for _ in range(size)] for size in sizes]
        )
        meters = sorted({meter for total in book.sums for meter in total.meters})
        quantities = {
            n: (z3.Int if book.meters[n].whole else z3.Real)(self.name("q")) for n in meters
        }
        self.solver.add([quantity >= 0 for quantity in quantities.values()])
        for total in book.sums:
            amount = z3.Sum([quantities[n] for n in total.meters])
            over = [amount > real(limit) for limit in total.limits]
            ends = [z3.BoolVal(True), *over, z3.BoolVal(False)]
            axes = [*axes, [z3.And(ends[n], z3.Not(ends[n + 1])) for n in range(len(over) + 1)]]
        request = Request(axes, quantities)
        if like is None:
            for axis in axes[: len(sizes)]:
                self.solver.add(z3.PbEq([(point, 1) for point in axis], 1))
        return request

    def within(self, scope: m.Scope, request: Request) -> Term:
        key = (scope, request)
        if key not in self._terms:
            self._terms[key] = self._within(scope, request)
        return self._terms[key]

    def _within(self, scope: m.Scope, request: Request) -> Term:
        parts = []
        for axis, mask in scope:
            points = request.axes[axis]
            inside = [point for n, point in enumerate(points) if mask >> n & 1]
            outside = [point for n, point in enumerate(points) if not mask >> n & 1]
            parts.append(z3.Or(inside) if len(inside) <= len(outside) else z3.Not(z3.Or(outside)))
        return z3.And(parts)

    def any(self, scopes: Iterable[m.Scope], request: Request) -> Term:
        return z3.Or([self.within(scope, request) for scope in scopes])

    # ---- rules ----

    def deciding(self, modifier: m.Modifier, request: Request) -> list[tuple[m.ModifierLine, Term]]:
        """Each line of a modifier with when it decides."""
        key = (modifier, request)
        if key not in self._terms:
            self._terms[key] = self._deciding(modifier, request)
        found: list[tuple[m.ModifierLine, Term]] = self._terms[key]
        return found

    def _deciding(
        self, modifier: m.Modifier, request: Request
    ) -> list[tuple[m.ModifierLine, Term]]:
        held = [self.within(line.scope, request) for line in modifier.lines]
        plain = z3.Or(
            [term for line, term in zip(modifier.lines, held, strict=True) if not line.otherwise]
        )
        found = []
        for line, term in zip(modifier.lines, held, strict=True):
            stronger = {"refuse": (), "no_effect": ("refuse",)}.get(
                line.outcome, ("refuse", "no_effect")
            )
            before = [
                other
                for x, other in zip(modifier.lines, held, strict=True)
                if x.outcome in stronger and x.otherwise == line.otherwise
            ]
            parts = [term, z3.Not(z3.Or(before)), *([z3.Not(plain)] if line.otherwise else [])]
            found.append((line, z3.And(parts)))
        return found

    def outcome(self, index: int, outcomes: Sequence[str], request: Request) -> Term:
        return z3.Or(
            [
                term
                for line, term in self.deciding(self.book.modifiers[index], request)
                if line.outcome in outcomes
            ]
        )

    def effective(self, index: int, request: Request) -> Term:
        return self.outcome(index, ("factor", "add"), request)

    def usable(self, request: Request) -> Term:
        """That the request exists, and that nothing refuses it."""
        book = self.book
        parts = []
        for n, model in enumerate(book.models):
            late = [
                request.axes[1][k + 1]
                for k, start in enumerate(book.boundaries)
                if start >= model.released
            ]
            parts.append(z3.Implies(request.axes[0][n], z3.Or(late)))
        for axis, dimension in enumerate(book.dimensions, 2):
            for n, value in enumerate(dimension.values):
                offered = self.any((offer.scope for offer in value.offers), request)
                parts.append(z3.Implies(request.axes[axis][n], offered))
            if dimension.clocked:
                parts.append(self.clock(axis, dimension, request))
        parts.append(z3.Not(self.any((refusal.scope for refusal in book.refusals), request)))
        parts += [z3.Not(self.outcome(n, ("refuse",), request)) for n in range(len(book.modifiers))]
        for exclusion in book.exclusions:
            sides = [n for n in (exclusion.left, exclusion.right) if n is not None]
            allowed = self.any((offer.scope for offer in exclusion.allowed), request)
            both = [self.effective(n, request) for n in sides]
            parts.append(
                z3.Not(z3.And(self.within(exclusion.scope, request), z3.Not(allowed), *both))
            )
        return z3.And(parts)

    def clock(self, axis: int, dimension: m.Dimension, request: Request) -> Term:
        """That the clock can set the value within the stretch of time;
        where that is not offered, the default holds.
        """
        (number,) = (n for n, value in enumerate(dimension.values) if value.clocks)
        value = dimension.values[number]
        inside, outside = set[int](), set[int]()
        for stretch, at in instants(self.book):
            found = inside if any(on_clock(clock, at) for clock in value.clocks) else outside
            found.add(stretch)
        moved = tuple((a, mask) for offer in value.offers for a, mask in offer.scope if a != axis)
        assert not moved, "the books here offer what a clock sets at all times"
        stretches = request.axes[1]
        return z3.And(
            z3.Implies(request.axes[axis][number], z3.Or([stretches[n] for n in inside])),
            z3.Implies(
                request.axes[axis][dimension.default], z3.Or([stretches[n] for n in outside])
            ),
        )

    # ---- prices ----

    def row_price(self, meter: int, request: Request) -> tuple[Term, Term]:
        """Whether the tables price a meter, and the price, offered or not."""
        price, there = z3.Real(self.name("row")), []
        rows = sorted(
            (row for row in self.book.prices if row.meter == meter), key=lambda row: -row.rank
        )
        bases = {
            line.of: self.row_price(line.of, request)
            for line in self.book.derivations
            if line.meter == meter
        }
        lines = sorted(
            (x for x in self.book.derivations if x.meter == meter), key=lambda x: -x.rank
        )
        for row in rows:
            higher = [
                x.scope
                for x in rows
                if x.rank > row.rank and (dict(x.scope).get(0, -1) & dict(row.scope).get(0, -1))
            ]
            decides = z3.And(self.within(row.scope, request), z3.Not(self.any(higher, request)))
            if row.kind == "amount":
                self.solver.add(
                    z3.Implies(decides, price == real((row.amount or Fraction(0)) / row.size))
                )
                there.append(decides)
            for n, line in enumerate(lines if row.kind == "derived" else ()):
                earlier = [x.scope for x in lines[:n] if x.rank > line.rank]
                derives = z3.And(
                    decides,
                    self.within(line.scope, request),
                    z3.Not(self.any(earlier, request)),
                    bases[line.of][0],
                )
                self.solver.add(z3.Implies(derives, price == real(line.factor) * bases[line.of][1]))
                there.append(derives)
        return z3.Or(there), price

    def list_price(self, meter: int, request: Request) -> tuple[Term, Term, Term]:
        """Whether a meter has a price, whether that is nothing, and the price before the stack."""
        charge = next((charge for charge in self.book.charges if charge.meter == meter), None)
        offered = self.any((offer.scope for offer in self.book.meters[meter].offers), request)
        if charge is None:
            there, price = self.row_price(meter, request)
            return z3.And(offered, there), z3.BoolVal(False), price
        free = self.any((line.scope for line in charge.free), request)
        price, there = z3.Real(self.name("charge")), []
        for row in charge.prices:
            if row.after is None:
                held = self.within(row.scope, request)
                self.solver.add(z3.Implies(held, price == real(row.amount / row.size)))
                there.append(held)
        return z3.And(offered, z3.Or(free, *there)), free, price

    def acts(self, index: int, meter: int, request: Request) -> Term:
        """Whether a modifier does something to a meter's price."""
        lines = self.deciding(self.book.modifiers[index], request)
        return z3.Or(
            [term for line, term in lines if meter in dict(line.factors) or meter in line.meters]
        )

    def step(self, kind: str, index: int, meter: int, price: Term, request: Request) -> Term:
        """A price after one member of the stack."""
        after = price
        if kind == "limit":
            for row in self.book.limits[index].lines:
                if row.target == "unit_price" and meter in row.meters:
                    bound = real(row.amount / row.size)
                    crossed = after < bound if row.at_least else after > bound
                    after = z3.If(z3.And(self.within(row.scope, request), crossed), bound, after)
            return after
        for line, decides in self.deciding(self.book.modifiers[index], request):
            factor = dict(line.factors).get(meter)
            if factor is not None:
                after = z3.If(decides, real(factor) * price, after)
            if meter in line.meters and line.amount is not None:
                after = z3.If(decides, price + real(line.amount / line.size), after)
        return after

    def unit_price(self, meter: int, request: Request) -> tuple[Term, Term]:
        """Whether a meter is billed by a price, and that price after the stack and its rounding."""
        there, free, price = self.list_price(meter, request)
        price = self.as_billed(meter, self.through(self.book.stack, meter, price, request), request)
        return z3.And(there, z3.Not(free)), price

    def as_billed(self, meter: int, price: Term, request: Request) -> Term:
        """A price after the stack, rounded as the book rounds unit prices."""
        for rounding in self.book.roundings:
            if rounding.stage == "unit_price":
                after = price
                for held, size in self.together(meter, request):
                    after = z3.If(
                        z3.And(held, self.within(rounding.scope, request)),
                        rounded(price, rounding, size),
                        after,
                    )
                price = after
        return price

    def together(self, meter: int, request: Request) -> list[tuple[Term, Fraction]]:
        """How many of a meter's unit are priced together, and where:
        a price is rounded as it is written.
        """
        rows = [(row.scope, row.size) for row in self.book.prices if row.meter == meter]
        rows += [
            (row.scope, row.size)
            for x in self.book.charges
            if x.meter == meter
            for row in x.prices
            if row.after is None
        ]
        sizes = {size for _, size in rows}
        return [
            (self.any((scope for scope, other in rows if other == size), request), size)
            for size in sorted(sizes)
        ]

    def through(
        self, stack: Sequence[tuple[str, int]], meter: int, price: Term, request: Request
    ) -> Term:
        """A price after a stack."""
        for kind, index in stack:
            named = z3.Real(self.name("price"))
            self.solver.add(named == self.step(kind, index, meter, price, request))
            price = named
        return price

    def billed(self, request: Request) -> Term:
        return z3.Not(self.any((remark.scope for remark in self.book.free), request))

    # ---- claims ----

    def holds(self, claim: m.Claim) -> bool:
        """Whether no request breaks a claim."""
        self.solver.push()
        self.solver.add(self.within(claim.scope, self.request), self.usable_once)
        found = [self.satisfied(self.breaks(part, self.request)) for part in parts_of(claim)]
        self.solver.pop()
        return not any(found)

    @cached_property
    def usable_once(self) -> Term:
        return self.usable(self.request)

    def satisfied(self, term: Term) -> bool:
        self.solver.push()
        self.solver.add(term)
        found = self.solver.check()
        self.solver.pop()
        assert found in (z3.sat, z3.unsat), self.solver.reason_unknown()
        return bool(found == z3.sat)

    def breaks(self, claim: m.Claim, request: Request) -> Term:
        return getattr(self, f"breaks_{claim.kind}")(claim, request)

    def index(self, name: str) -> int:
        return next(n for n, modifier in enumerate(self.book.modifiers) if modifier.name == name)

    def breaks_costs(self, claim: m.Claim, request: Request) -> Term:
        prices = {
            n: self.unit_price(n, request)
            for n in sorted({n for n, _ in (*claim.left, *claim.right)})
        }
        left, right = (
            z3.Sum([real(factor) * prices[n][1] for n, factor in side])
            for side in (claim.left, claim.right)
        )
        right = right if claim.right else real(claim.amount)
        kept = {
            "equal": left == right,
            "less": left < right,
            "at_least": left >= right,
            "at_most": left <= right,
        }
        return z3.And(
            self.billed(request),
            *(there for there, _ in prices.values()),
            z3.Not(kept[claim.relation]),
        )

    def breaks_above(self, claim: m.Claim, request: Request) -> Term:
        return self.some_price(claim, request, lambda price: price <= real(claim.amount))

    def breaks_at_most(self, claim: m.Claim, request: Request) -> Term:
        return self.some_price(claim, request, lambda price: price > real(claim.amount))

    def some_price(self, claim: m.Claim, request: Request, is_so: Callable[[Term], Term]) -> Term:
        """Some unit price that the claim is about is so."""
        prices = [(size, *self.unit_price(n, request)) for n, size in claim.left]
        return z3.And(
            self.billed(request),
            z3.Or([z3.And(there, is_so(real(size) * price)) for size, there, price in prices]),
        )

    def breaks_prices(self, claim: m.Claim, request: Request) -> Term:
        gaps = []
        for n, _ in claim.left:
            offered = self.any((offer.scope for offer in self.book.meters[n].offers), request)
            gaps.append(z3.And(offered, z3.Not(self.list_price(n, request)[0])))
        return z3.Or(gaps)

    def breaks_is(self, claim: m.Claim, request: Request) -> Term:
        lines, wanted = (
            self.deciding(self.book.modifiers[self.index(claim.names[0])], request),
            dict(claim.left),
        )
        other = [term for line, term in lines if line.outcome == "add"]
        factors = [term for line, term in lines if line.factors]
        for n in range(len(self.book.meters)):
            right = [
                term
                for line, term in lines
                if n in dict(line.factors) and dict(line.factors)[n] == wanted.get(n)
            ]
            touched = [term for line, term in lines if n in dict(line.factors)]
            other.append(
                z3.And(z3.Or(factors), z3.Not(z3.Or(right))) if n in wanted else z3.Or(touched)
            )
        return z3.Or(other)

    def breaks_nevermeets(self, claim: m.Claim, request: Request) -> Term:
        return z3.And([self.effective(self.index(name), request) for name in claim.names])

    def breaks_commute(self, claim: m.Claim, request: Request) -> Term:
        left, right = (self.index(name) for name in claim.names)
        other, stack, found = {left: right, right: left}, self.book.stack, []
        changed = tuple((kind, other.get(n, n) if kind == "modifier" else n) for kind, n in stack)
        first, last = sorted(stack.index(("modifier", n)) for n in (left, right))
        for meter in range(len(self.book.meters)):
            both = z3.simplify(z3.And([self.acts(n, meter, request) for n in (left, right)]))
            if z3.is_false(both):
                continue
            # any price at all: where what lies between the two makes no difference to it,
            # nothing after them does
            parts, start = (
                [order[first : last + 1] for order in (stack, changed)],
                z3.Real(self.name("any")),
            )
            ends = [self.through(part, meter, start, request) for part in parts]
            if self.satisfied(z3.And(both, start >= 0, ends[0] != ends[1])):
                there, free, price = self.list_price(meter, request)
                ends = [
                    self.as_billed(meter, self.through(order, meter, price, request), request)
                    for order in (stack, changed)
                ]
                found.append(z3.And(there, z3.Not(free), both, ends[0] != ends[1]))
        return z3.And(self.billed(request), z3.Or(found))

    def breaks_monotone(self, claim: m.Claim, request: Request) -> Term:
        """One more of one meter, and some meter costs less by the unit."""
        after = self.new_request(like=request)
        one_more = [
            z3.And(
                [
                    after.quantities[n] == request.quantities[n] + (1 if n == meter else 0)
                    for n in request.quantities
                ]
            )
            for meter in request.quantities
        ]
        fall = []
        for n in range(len(self.book.meters)):
            (before, free, _), (later, free_later, _) = (
                self.list_price(n, request),
                self.list_price(n, after),
            )
            price, less = self.unit_price(n, request)[1], self.unit_price(n, after)[1]
            nothing = z3.Or(free_later, z3.Not(self.billed(after)))
            paid = z3.And(before, z3.Not(free), later, price > 0)
            fall.append(z3.And(paid, z3.Or(nothing, less < price)))
        return z3.And(
            self.billed(request),
            z3.Or(one_more),
            z3.Or(fall),
            self.within(claim.scope, after),
            self.usable(after),
        )


def parts_of(claim: m.Claim) -> list[m.Claim]:
    """A claim as smaller ones: that several commute is said of each pair."""
    if claim.kind != "commute":
        return [claim]
    return [evolve(claim, names=pair) for pair in itertools.combinations(claim.names, 2)]


def rounded(price: Term, rounding: m.Rounding, size: Fraction) -> Term:
    """A unit price rounded to the step of what the book prices together."""
    together = real(size)
    steps = price * together / real(rounding.step)
    half = real(Fraction(1, 2))
    up = z3.ToInt(steps + half)
    even = z3.If(z3.And(z3.ToReal(up) == steps + half, up % 2 == 1), up - 1, up)
    whole = {
        "down": z3.ToInt(steps),
        "up": -z3.ToInt(-steps),
        "half_up": up,
        "half_down": -z3.ToInt(half - steps),
        "half_even": even,
    }
    return z3.ToReal(whole[rounding.mode]) * real(rounding.step) / together
