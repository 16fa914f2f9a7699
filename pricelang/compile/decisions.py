"""A checked book's rules as decision diagrams:
the one compiled form, read by `price` and decided on by audits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pricelang.model.book import (
    Book,
    Decisions,
    Derivation,
    Dimension,
    Exclusion,
    Modifier,
    Offer,
    Price,
    Scope,
)
from pricelang.model.space import Space
from pricelang.solver.diagram import Forest

Leaf = tuple[int, ...]


def forest_of(space: Space) -> Forest[Leaf]:
    """An empty forest over the axes of a space."""
    return Forest(tuple(space.size(axis) for axis in range(space.axes)), effort=space.bound)


def compile_rules(space: Space, book: Book) -> Decisions:
    """The diagrams of all rules of a book, whose own `decisions` are not read."""
    forest = forest_of(space)
    meters = range(len(book.meters))
    return Decisions(
        values=tuple(_values(forest, dimension) for dimension in space.dimensions),
        meters=tuple(_offered(forest, meter.offers) for meter in book.meters),
        refusals=_first(forest, book.refusals),
        modifiers=tuple(_modifier(forest, modifier) for modifier in book.modifiers),
        exclusions=tuple(_exclusion(forest, exclusion) for exclusion in book.exclusions),
        prices=tuple(_prices(forest, book.prices, index) for index in meters),
        derivations=tuple(_derivations(forest, book.derivations, index) for index in meters),
        charges=tuple(
            (
                _all(forest, charge.prices),
                _all(forest, charge.minimums),
                _all(forest, charge.pools),
                _first(forest, charge.free),
            )
            for charge in book.charges
        ),
        limits=tuple(_all(forest, limit.lines) for limit in book.limits),
        roundings=_all(forest, book.roundings),
        conversions=_all(forest, book.conversions),
        free=_first(forest, book.free),
        notes=_all(forest, book.notes),
        nodes=tuple(forest.nodes),
        leaves=tuple(forest.leaves),
    )


class _Scoped(Protocol):
    @property
    def scope(self) -> Scope: ...


def _all(forest: Forest[Leaf], lines: Sequence[_Scoped]) -> int:
    """The indices of all lines that hold."""
    return forest.build(_numbered(lines), lambda tags: tags)


def _first(forest: Forest[Leaf], lines: Sequence[_Scoped]) -> int:
    """The index of the first line that holds."""
    return forest.build(_numbered(lines), lambda tags: tags[:1])


def _numbered(lines: Sequence[_Scoped]) -> list[tuple[Scope, int]]:
    return [(line.scope, index) for index, line in enumerate(lines)]


def _offered(forest: Forest[Leaf], offers: Sequence[Offer]) -> int:
    return forest.build([(offer.scope, 1) for offer in offers], lambda tags: tags[:1])


def _values(forest: Forest[Leaf], dimension: Dimension) -> Leaf:
    return tuple(_offered(forest, value.offers) for value in dimension.values)


def _modifier(forest: Forest[Leaf], modifier: Modifier) -> int:
    """The deciding lines: refuse before no effect before the rest,
    `otherwise` where no other line holds.
    """

    def decide(tags: Leaf) -> Leaf:
        hit = [tag for tag in tags if not modifier.lines[tag].otherwise] or list(tags)
        for outcome in ("refuse", "no_effect"):
            first = [tag for tag in hit if modifier.lines[tag].outcome == outcome]
            if first:
                return (first[0],)
        return tuple(hit)

    return forest.build([(line.scope, index) for index, line in enumerate(modifier.lines)], decide)


def _exclusion(forest: Forest[Leaf], exclusion: Exclusion) -> int:
    """Where an exclusion holds and nothing allows the pair: tag 1 for it, 0 for what lifts it."""
    scopes = [(exclusion.scope, 1), *((offer.scope, 0) for offer in exclusion.allowed)]
    return forest.build(scopes, lambda tags: (1,) if 1 in tags and 0 not in tags else ())


def _prices(forest: Forest[Leaf], prices: Sequence[Price], meter: int) -> int:
    """The row that decides the price of a meter:
    of those that hold, the one of the highest rank.
    """
    scopes = [(price.scope, index) for index, price in enumerate(prices) if price.meter == meter]
    return forest.build(
        scopes, lambda tags: (max(tags, key=lambda tag: prices[tag].rank),) if tags else ()
    )


def _derivations(forest: Forest[Leaf], derivations: Sequence[Derivation], meter: int) -> int:
    """The derivation of a meter that holds: an exception before the general line."""
    scopes = [(line.scope, index) for index, line in enumerate(derivations) if line.meter == meter]
    return forest.build(
        scopes, lambda tags: (max(tags, key=lambda tag: derivations[tag].special),) if tags else ()
    )
