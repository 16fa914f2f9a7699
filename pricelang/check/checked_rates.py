"""The prices and derivations that tables of rates give, and what they come to in a scope."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attrs import Factory, define

from pricelang.model import book as m
from pricelang.model.space import meet, without
from pricelang.solver.effort import Effort

MAX_DEPTH = 16
"""Derivations that a price is followed through."""


@define
class CheckedRates:
    """The prices and derivations of a book, by (model, meter) and by meter."""

    prices: dict[tuple[int, int], list[m.Price]]
    announcements: list[m.Announcement]
    derivations: dict[int, list[m.Derivation]]
    effort: Effort = Factory(Effort)

    def pieces(
        self, model: int, meter: int, scope: m.Scope, rank: int, depth: int = 0
    ) -> Iterator[tuple[m.Scope, Fraction | None, m.Origin]]:
        """The price of a model's meter in each part of a scope, per unit and before factors.

        Prices above `rank` are left aside. A part with None is not offered; a part that has no
        price is left out.
        """
        rest = [scope]
        candidates = [price for price in self.prices.get((model, meter), ()) if price.rank <= rank]
        for price in sorted(candidates, key=lambda price: -price.rank):
            for part in rest:
                shared = meet(part, price.scope)
                if shared is not None:
                    yield from self.price_pieces(price, shared, rank, depth)
            rest = without(rest, [price.scope], self.effort)

    def price_pieces(
        self, price: m.Price, scope: m.Scope, rank: int, depth: int = 0
    ) -> Iterator[tuple[m.Scope, Fraction | None, m.Origin]]:
        """The amount of one price in each part of a scope, derived where the price is derived."""
        if price.kind == "absent":
            yield scope, None, price.origin
        elif price.kind == "amount":
            yield scope, (price.amount or Fraction(0)) / price.size, price.origin
        elif depth < MAX_DEPTH:
            rest = [scope]
            for derivation in sorted(
                self.derivations.get(price.meter, ()), key=lambda d: not d.special
            ):
                for part in rest:
                    shared = meet(part, derivation.scope)
                    if shared is not None:
                        for piece, amount, _ in self.pieces(
                            price.model, derivation.of, shared, rank, depth + 1
                        ):
                            yield (
                                piece,
                                None if amount is None else amount * derivation.factor,
                                derivation.origin,
                            )
                rest = without(rest, [derivation.scope], self.effort)
