"""The single errors of a bill that would make the amount of one line exact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from attrs import define, field, frozen

from pricelang.apps.reconcile.alternatives import Alternatives
from pricelang.apps.reconcile.exact_sums import exact_sum
from pricelang.apps.reconcile.join import (
    NOT_IN_COST,
    NOT_IN_USAGE,
    OTHER_QUANTITY,
    UNPRICED,
    JoinedLine,
)
from pricelang.apps.reconcile.keys import Used
from pricelang.apps.reconcile.other_prices import OtherPrice, OtherPrices
from pricelang.model.instants import written
from pricelang.present.decimals import RoundingMode, money, rounded

CENT = Fraction(1, 100)
ROUNDINGS: tuple[tuple[RoundingMode, str], ...] = (
    ("up", "rounded up"),
    ("half_even", "rounded"),
    ("half_up", "rounded, halves up,"),
    ("down", "rounded down"),
)
TWICE = "a row of the bill that stands twice"
OTHER = "another quantity than was used"


@frozen(eq=False)
class PricedAlike:
    """The usage of a line that has one price and the same other ones: all of its quantity."""

    use: Used
    quantity: Fraction
    prices: OtherPrices


@define(eq=False)
class LineErrors:
    """Looks for single errors, within a tolerance of a line."""

    alternatives: Alternatives
    within: Fraction
    _alike: dict[int, tuple[PricedAlike, ...] | None] = field(factory=dict, init=False)
    _shared: dict[object, tuple[OtherPrices, tuple[str, ...]]] = field(factory=dict, init=False)

    def of(self, line: JoinedLine) -> Iterator[OtherPrice]:
        """Every single error that explains a line."""
        if line.status == UNPRICED:
            yield _row(f"usage without a price: {line.reason}", "no price")
        elif line.of_account:
            text = f"{line.key.cost_type} of `{line.key.token_type}` not applied: {line.reason}"
            if not line.billed:
                yield _row(text, "account")
        elif line.status == NOT_IN_USAGE:
            yield self._extra(line)
        elif line.status == NOT_IN_COST:
            yield _row("usage that is not billed")
        elif is_priced(line):
            rows = tuple(self._of_rows(line))
            yield from rows
            if line.reason == OTHER_QUANTITY:
                yield from () if rows else self._of_quantity(line)
                return
            yield from self.of_price(line, line.amount)
            yield from of_rounding(line, line.low)
            if line.low and not line.amount:
                yield _row("usage billed at nothing", "price")

    def _extra(self, line: JoinedLine) -> OtherPrice:
        """A row of the bill that nothing was used for."""
        name, day = line.key.model, line.key.day
        for model in self.alternatives.changes.book.models:
            if model.name == name and day and model.retired is not None:
                retired = written(model.retired)[:10]
                if retired <= day:
                    return _row(
                        f"billed for `{name}`, which was retired on {retired}, without usage"
                    )
        return _row("billed without usage")

    def _of_rows(self, line: JoinedLine) -> Iterator[OtherPrice]:
        """A row that stands twice, or a part of the usage that was left out."""
        over = line.amount - line.low
        if len(line.billed) > 1 and any(bill.amount == over for bill in line.billed):
            yield _row(TWICE)
        elif line.stated is None and line.low and line.amount == 2 * line.low:
            yield _row("the whole quantity counted twice", "whole")

    def _of_quantity(self, line: JoinedLine) -> Iterator[OtherPrice]:
        """A quantity that the bill states and that was not used, at the right price."""
        own = {alike.prices.own.unit for alike in self.alike(line) or ()}
        assert line.stated is not None
        if len(own) == 1 and abs(line.stated * min(own) - line.amount) <= self.within:
            yield _row(OTHER, "quantity")

    def alike(self, line: JoinedLine) -> tuple[PricedAlike, ...] | None:
        """The usage of a line by what decides its price; None where some of it has no price."""
        if id(line) not in self._alike:
            self._alike[id(line)] = self._grouped(line)
        return self._alike[id(line)]

    def _grouped(self, line: JoinedLine) -> tuple[PricedAlike, ...] | None:
        groups: dict[int, tuple[OtherPrices, list[Used]]] = {}
        for use in line.used:
            prices = self.alternatives.of(use)
            if prices is None:
                return None
            groups.setdefault(id(prices), (prices, []))[1].append(use)
        return tuple(
            PricedAlike(uses[0], exact_sum(use.quantity for use in uses), prices)
            for prices, uses in groups.values()
        )

    def of_price(self, line: JoinedLine, amount: Fraction) -> Iterator[OtherPrice]:
        """Another price for all usage of the line that an error befalls, which then comes to an
        amount.
        """
        return self.near(line, amount - self.within, amount + self.within)

    def near(self, line: JoinedLine, least: Fraction, most: Fraction) -> Iterator[OtherPrice]:
        """The other prices by which a line comes to something from one amount to another."""
        groups = self.alike(line)
        if not groups:
            return
        shared, apart = self._split([group.prices for group in groups])
        own = shared.own.unit
        quantity = sum((group.quantity for group in groups if group.prices.own.unit), Fraction(0))
        if quantity:
            # what all is priced by is looked up by what a unit must then cost
            rest = line.low - quantity * own
            yield from shared.between((least - rest) / quantity, (most - rest) / quantity)
        for text in apart:
            found = [(group, group.prices.others.get(text)) for group in groups]
            changes = [
                group.quantity * (one.unit - group.prices.own.unit) for group, one in found if one
            ]
            change = sum(changes, Fraction(0))
            if change and least <= line.low + change <= most:
                yield next(one for _, one in found if one)

    def _split(self, groups: Sequence[OtherPrices]) -> tuple[OtherPrices, tuple[str, ...]]:
        """The other prices that all usage with a price has alike, and the texts of the rest."""
        key = tuple(id(prices) for prices in groups)
        if key not in self._shared:
            paid = [prices for prices in groups if prices.own.unit]
            free = [prices for prices in groups if not prices.own.unit]
            first = paid[0] if paid else groups[0]
            one_price = len({prices.own.unit for prices in paid}) == 1
            shared, apart = {}, []
            for text in dict.fromkeys(text for prices in groups for text in prices.others):
                units = {_unit(prices, text) for prices in paid}
                if one_price and len(units) == 1 and all(text not in each.others for each in free):
                    shared[text] = first.others[text]
                else:
                    apart.append(text)
            self._shared[key] = OtherPrices(first.own, shared), tuple(apart)
        return self._shared[key]


def _unit(prices: OtherPrices, text: str) -> Fraction | None:
    other = prices.others.get(text)
    return None if other is None else other.unit


def is_priced(line: JoinedLine) -> bool:
    """Says whether a line has one amount that is expected of its usage."""
    return (
        bool(line.used and line.billed)
        and line.low == line.high
        and all(use.error is None for use in line.used)
    )


def in_cents(amount: Fraction) -> bool:
    """Says whether an amount is of whole cents."""
    return (amount / CENT).denominator == 1


def of_rounding(line: JoinedLine, expected: Fraction) -> Iterator[OtherPrice]:
    """What is expected of a line, in cents."""
    if not in_cents(line.amount) or line.amount == expected:
        return
    for mode, words in ROUNDINGS:
        if rounded(expected, CENT, mode) == line.amount:
            yield _row(f"amounts {words} to {money(CENT, line.billed[0].currency)}", "rounding")


def _row(text: str, kind: str = "row") -> OtherPrice:
    return OtherPrice(kind, text, Fraction(0))
