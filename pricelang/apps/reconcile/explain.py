"""What would make an amount right: the simplest changes of its requests, or another quantity.

All changes that explain an amount equally simply are shown; a guess is never made between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import define, evolve, field, frozen

from pricelang.apps.reconcile.alternatives import Alternatives
from pricelang.apps.reconcile.changes import RequestChange, RequestChanges
from pricelang.apps.reconcile.exact_sums import exact_sum
from pricelang.apps.reconcile.join import right_quantities
from pricelang.apps.reconcile.keys import Used
from pricelang.apps.reconcile.unit_prices import MeterPrices
from pricelang.present.decimals import RoundingMode, exact, grouped, money, rounded
from pricelang.present.text import joined

if TYPE_CHECKING:
    from pricelang.apps.price_book import PriceBook

ROUNDINGS: tuple[RoundingMode, ...] = ("half_even", "half_up", "up", "down")
MILLION = 1_000_000
MAX_ROWS = 50
"""Usage rows of a line that are tried alone."""


@frozen
class Explanation:
    """What would make an amount right: how many changes that takes,
    of which kind, in words, and the places of the rules.
    """

    changes: int
    kind: str
    text: str
    places: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """The explanation as JSON."""
        return {
            "changes": self.changes,
            "kind": self.kind,
            "text": self.text,
            "locations": list(self.places),
        }


@define(eq=False, repr=False)
class CauseSearch:
    """Looks for explanations in one book."""

    book: PriceBook
    prices: MeterPrices = field(init=False)
    alternatives: Alternatives = field(init=False)
    _changes: RequestChanges = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.prices = MeterPrices(self.book)
        self._changes = RequestChanges(self.prices)
        self.alternatives = Alternatives(self._changes)

    def explanations(
        self, used: Sequence[Used], amount: Fraction, stated: Fraction | None = None
    ) -> tuple[Explanation, ...]:
        """What would make the amount of some quantities right:
        all of the simplest kind that there are. A quantity that the bill has `stated` is evidence:
        what needs another one is refuted.
        """
        if not used or any(use.error is not None for use in used):
            return ()
        if stated is not None and stated not in right_quantities(used):
            return self._by_stated(used, amount, stated)
        alike = self._alike(used)
        found = [
            *self._by_changes(alike, amount, self._singles(used[0])),
            *(self._by_rows(used, amount) if stated is None else ()),
            *self._by_rounding(used, amount),
        ]
        if not found:
            found = [
                *self._by_changes(alike, amount, self._changes.pairs(used[0].request)),
                *self._by_one_row(used, amount),
            ]
        if not found and stated is None:
            found = self._by_quantity(used, amount)
        return tuple(_merged(found))

    def _alike(self, used: Sequence[Used]) -> list[Used]:
        """The usage of one price as one."""
        groups: dict[object, list[Used]] = {}
        for use in used:
            groups.setdefault(self.prices.key(use.request), []).append(use)
        return [
            evolve(own[0], quantity=exact_sum(use.quantity for use in own))
            for own in groups.values()
        ]

    def _by_stated(
        self, used: Sequence[Used], amount: Fraction, stated: Fraction
    ) -> tuple[Explanation, ...]:
        """The quantity that the bill states, at the right price or at that of one change."""
        quantity = sum((use.quantity for use in used), Fraction(0))
        words = f"with the stated quantity of {grouped(stated)} instead of {grouped(quantity)}"
        same = self.prices.price(used[0].request)
        if same is None or any(self.prices.price(use.request) != same for use in used):
            return ()
        if same.unit * stated == amount:
            return (Explanation(1, "quantity", words, same.places),)
        whole = [evolve(used[0], quantity=stated)]
        return tuple(
            evolve(one, changes=2, text=f"{words} and {one.text}")
            for one in _merged(tuple(self._by_changes(whole, amount, self._singles(used[0]))))
        )

    def _singles(self, use: Used) -> Iterator[tuple[RequestChange]]:
        return ((change,) for change in self._changes.single(use.request))

    def _by_changes(
        self, used: Sequence[Used], amount: Fraction, ways: Iterable[tuple[RequestChange, ...]]
    ) -> Iterator[Explanation]:
        for changes in ways:
            found = [self._changes.price(use.request, changes) for use in used]
            prices = [price for price in found if price is not None]
            if len(prices) < len(used):
                continue
            pairs = zip(used, prices, strict=True)
            if sum((use.quantity * price.unit for use, price in pairs), Fraction(0)) == amount:
                words = " and ".join(change.words for change in changes)
                places = dict.fromkeys(place for price in prices for place in price.places)
                text = f"{words}: {prices[0].per}"
                yield Explanation(len(changes), changes[-1].kind, text, tuple(places))

    def _by_one_row(self, used: Sequence[Used], amount: Fraction) -> Iterator[Explanation]:
        """One of several usage rows alone under another price."""
        if len(used) < 2:
            return
        whole = sum((use.low for use in used), Fraction(0))
        for use in used[:MAX_ROWS]:
            rest = amount - whole + use.low
            for found in self._by_changes([use], rest, self._singles(use)):
                yield evolve(
                    found,
                    changes=2,
                    text=f"the {grouped(use.quantity)} of {use.place} alone {found.text}",
                )

    def _by_rows(self, used: Sequence[Used], amount: Fraction) -> Iterator[Explanation]:
        """Rows that were counted several times, or not at all."""
        expected = sum((use.low for use in used), Fraction(0))
        times = amount / expected if expected else Fraction(0)
        if times.denominator == 1 and 2 <= times <= 10:
            yield Explanation(1, "quantity", f"with the whole quantity counted {times} times")
        for use in used[:MAX_ROWS] if len(used) > 1 else ():
            if use.low and expected - use.low == amount:
                yield Explanation(
                    1, "quantity", f"without the {grouped(use.quantity)} of {use.place}"
                )
            if use.low and expected + use.low == amount:
                yield Explanation(
                    1, "quantity", f"with the {grouped(use.quantity)} of {use.place} counted twice"
                )

    def _by_rounding(self, used: Sequence[Used], amount: Fraction) -> Iterator[Explanation]:
        """The right amount, or the right price of a million, rounded to fewer decimals."""
        currency = used[0].currency
        expected = sum((use.low for use in used), Fraction(0))
        if expected == amount:
            return
        found = _rounding(amount, lambda step, mode: rounded(expected, step, mode))
        if found is not None:
            text = f"with the amount rounded to {money(found[0], currency)}{_mode(found[1])}"
            yield Explanation(1, "rounding", text)
        found_prices = [self.prices.price(use.request) for use in used]
        prices = [price.unit for price in found_prices if price is not None]
        if len(prices) < len(used):
            return
        found = _rounding(
            amount,
            lambda step, mode: sum(
                (
                    use.quantity * rounded(price, step / MILLION, mode)
                    for use, price in zip(used, prices, strict=True)
                ),
                Fraction(0),
            ),
        )
        if found is not None:
            step, modes = found
            million = rounded(prices[0], step / MILLION, modes[0]) * MILLION
            text = f"with the price rounded to {money(step, currency)} per million"
            text += f"{_mode(modes)}: {money(million, currency)}"
            yield Explanation(1, "rounding", text)

    def _by_quantity(self, used: Sequence[Used], amount: Fraction) -> list[Explanation]:
        """Another quantity at the right price."""
        price = self.prices.price(used[0].request)
        if price is None or not price.unit or amount < 0:
            return []
        if any(self.prices.price(use.request) != price for use in used):
            return []
        quantity = sum((use.quantity for use in used), Fraction(0))
        implied = amount / price.unit
        if exact(implied) is None or implied.denominator != 1:
            return []
        more = implied - quantity
        text = (
            f"with a quantity of {grouped(implied)} instead of {grouped(quantity)} "
            f"({grouped(abs(more))} {'more' if more > 0 else 'fewer'})"
        )
        return [Explanation(3, "quantity", text, price.places)]


def _rounding(
    amount: Fraction, total: Callable[[Fraction, RoundingMode], Fraction]
) -> tuple[Fraction, list[RoundingMode]] | None:
    """The smallest step, and the modes, by which a rounded total is the amount."""
    for places in range(6, -1, -1):
        step = Fraction(1, 10**places)
        modes = [mode for mode in ROUNDINGS if total(step, mode) == amount]
        if modes:
            return step, modes
    return None


def _mode(modes: Sequence[str]) -> str:
    return "" if len(modes) > 1 else f" ({modes[0].replace('_', ' ')})"


def _merged(found: Sequence[Explanation]) -> Iterator[Explanation]:
    """The simplest of some explanations; models of one price stand on one line."""
    least = min((one.changes for one in found), default=0)
    simplest = list(dict.fromkeys(one for one in found if one.changes == least))
    models = [one for one in simplest if one.kind == "model"]
    yield from (one for one in simplest if one.kind != "model")
    by_price: dict[str, list[Explanation]] = {}
    for one in models:
        by_price.setdefault(one.text.partition(": ")[2], []).append(one)
    for price, some in by_price.items():
        names = [one.text.partition(": ")[0].removeprefix("as model ") for one in some]
        text = f"as model {joined(names, 'or')}"
        yield Explanation(
            least,
            "model",
            f"{text}: {price}",
            tuple(dict.fromkeys(place for one in some for place in one.places)),
        )
