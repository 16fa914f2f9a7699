"""The prices and derivations that tables of rates give, and what they come to in a scope."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TypeAlias, assert_never

from attrs import Factory, define

from pricelang.model import book as m
from pricelang.model.space import meet, without
from pricelang.solver.effort import Effort

Piece: TypeAlias = tuple[m.Scope, Fraction | None, m.Origin]
"""A part of a scope, the price in it, and where that comes from."""
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
    ) -> Iterator[Piece]:
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
    ) -> Iterator[Piece]:
        """The amount of one price in each part of a scope, derived where the price is derived."""
        match price.kind:
            case "absent":
                yield scope, None, price.origin
            case "amount":
                yield scope, (price.amount or Fraction(0)) / price.size, price.origin
            case "derived":
                if depth < MAX_DEPTH:
                    yield from self._derived(price, scope, rank, depth)
            case _:
                assert_never(price.kind)

    def _derived(self, price: m.Price, scope: m.Scope, rank: int, depth: int) -> Iterator[Piece]:
        rest = [scope]
        # what a contract amends changes no figure of the book below it
        lines = [line for line in self.derivations.get(price.meter, ()) if line.rank <= rank | 1]
        for line in sorted(lines, key=lambda line: -line.rank):
            for part in rest:
                shared = meet(part, line.scope)
                if shared is not None:
                    pieces = self.pieces(price.model, line.of, shared, rank, depth + 1)
                    for piece, amount, _ in pieces:
                        yield piece, None if amount is None else amount * line.factor, line.origin
            rest = without(rest, [line.scope], self.effort)
