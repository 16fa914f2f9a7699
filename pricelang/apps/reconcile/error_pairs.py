"""Two errors of a bill at once that make the amount of one line exact, where no single one does."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fractions import Fraction
from itertools import combinations

from attrs import define, field

from pricelang.apps.reconcile.changes import RequestChange
from pricelang.apps.reconcile.join import OTHER_QUANTITY, JoinedLine
from pricelang.apps.reconcile.keys import Request
from pricelang.apps.reconcile.line_errors import (
    CENT,
    OTHER,
    TWICE,
    LineErrors,
    PricedAlike,
    in_cents,
    is_priced,
    of_rounding,
)
from pricelang.apps.reconcile.other_prices import KINDS, SAME, OtherPrice

MOST = 4
"""A line that more pairs explain is explained by none of them, unless other lines have both
errors alone: the amount says too little.
"""


@define(eq=False)
class ErrorPairs:
    """Looks for pairs of errors; `known` are the texts of those that other lines have alone."""

    errors: LineErrors
    known: Collection[str]
    _products: dict[int, dict[Fraction, list[tuple[OtherPrice, OtherPrice]]]] = field(
        factory=dict, init=False
    )

    def of(self, line: JoinedLine) -> tuple[OtherPrice, ...]:
        """The pairs that explain a line: those of errors that are known where there are any, then
        those of which one is.
        """
        if not is_priced(line):
            return ()
        by_known: dict[int, dict[str, OtherPrice]] = {}
        for one in self._all(line):
            many = sum(part.text in self.known for part in one.parts)
            by_known.setdefault(many, {})[one.text] = one
        best = by_known.get(max(by_known, default=0), {}).values()
        plain = [one for one in best if not any(part.kind in SAME for part in one.parts)]
        units = {tuple(part.unit for part in one.parts) for one in plain or best}
        return tuple(plain or best) if len(units) <= MOST or 2 in by_known else ()

    def _all(self, line: JoinedLine) -> Iterator[OtherPrice]:
        if line.reason == OTHER_QUANTITY:
            yield from self._of_quantity(line)
            return
        yield from self._of_rows(line)
        yield from self._of_rounding(line)
        groups = self.errors.alike(line) or ()
        paid = [group for group in groups if group.prices.own.unit]
        if len(paid) == 1:
            yield from self._of_prices(line, paid[0])

    def _of_quantity(self, line: JoinedLine) -> Iterator[OtherPrice]:
        """A quantity that the bill states and that was not used, at another price."""
        groups = self.errors.alike(line) or ()
        assert line.stated is not None
        if len(groups) == 1 and line.stated:
            unit = line.amount / line.stated
            for one in groups[0].prices.between(unit, unit):
                yield _pair(OtherPrice("quantity", OTHER, Fraction(0)), one)

    def _of_rows(self, line: JoinedLine) -> Iterator[OtherPrice]:
        """A row that stands twice, at another price."""
        amounts = [bill.amount for bill in line.billed]
        for amount in dict.fromkeys(each for each in amounts if amounts.count(each) > 1):
            for one in self.errors.of_price(line, line.amount - amount):
                yield _pair(OtherPrice("row", TWICE, Fraction(0)), one)

    def _of_rounding(self, line: JoinedLine) -> Iterator[OtherPrice]:
        """Another price, and its amount in cents."""
        if not in_cents(line.amount):
            return
        for one in self.errors.near(line, line.amount - CENT, line.amount + CENT):
            expected = self._at(line, one)
            for rounding in of_rounding(line, expected):
                yield _pair(one, rounding)

    def _at(self, line: JoinedLine, one: OtherPrice) -> Fraction:
        """What a line comes to where an error befalls it."""
        expected = line.low
        for group in self.errors.alike(line) or ():
            other = group.prices.others.get(one.text)
            if other is not None:
                expected += group.quantity * (other.unit - group.prices.own.unit)
        return expected

    def _of_prices(self, line: JoinedLine, group: PricedAlike) -> Iterator[OtherPrice]:
        """Two changes of the price: the product of both says which pairs are worked out exactly."""
        own = group.prices.own.unit
        unit = own + (line.amount - line.low) / group.quantity
        for left, right in self._by_product(group).get(unit, ()):
            if self._unit(group.use.request, left, right) == unit:
                yield _pair(left, right)

    def _by_product(
        self, group: PricedAlike
    ) -> dict[Fraction, list[tuple[OtherPrice, OtherPrice]]]:
        key = id(group.prices)
        if key not in self._products:
            own, found = group.prices.own.unit, self._products.setdefault(key, {})
            singles = [one for one in group.prices.others.values() if one.unit]
            for left, right in combinations(sorted(singles, key=lambda one: one.rank), 2):
                if _apart(left, right):
                    found.setdefault(left.unit * right.unit / own, []).append((left, right))
        return self._products[key]

    def _unit(self, request: Request, left: OtherPrice, right: OtherPrice) -> Fraction | None:
        """The unit price after two errors, exactly; None where they do not go together."""
        changes: list[RequestChange] = [one.change for one in (left, right) if one.change]
        search = self.errors.alternatives
        if len(changes) == 2:
            price = search.changes.price(request, changes)
            return None if price is None else price.unit
        if not changes:
            own = search.prices.price(request)
            return None if own is None else left.unit * right.unit / own.unit
        factor = right if left.change else left
        if changes[0].kind == "price":
            own = search.prices.price(request)
            return None if own is None else left.unit * right.unit / own.unit
        after = search.changes.applied(request, changes[0])
        return next((one.unit for one in search.factors(after) if one.text == factor.text), None)


def _apart(left: OtherPrice, right: OtherPrice) -> bool:
    """Says whether two errors are of different things, so that both can befall one line."""
    if left.rule or right.rule:
        return left.rule != right.rule
    one, other = left.change, right.change
    return (
        one is not None and other is not None and (one.kind, one.name) != (other.kind, other.name)
    )


def _pair(left: OtherPrice, right: OtherPrice) -> OtherPrice:
    """Two errors as one cause."""
    places = tuple(dict.fromkeys((*left.places, *right.places)))
    text = f"{left.text}, and {right.text}"
    order = sum(100 * KINDS.index(part.kind) + part.age for part in (left, right))
    return OtherPrice("pair", text, Fraction(0), places, order, parts=(left, right))
