"""The power of ten in which unit prices are whole numbers, from the figures of a book."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import TypeVar, assert_never

from attrs import define, field

from pricelang.evaluate.combination import Combination
from pricelang.evaluate.rate_table.unit_prices import finite_price
from pricelang.model import book as m
from pricelang.model import rule_kinds as k
from pricelang.model import rules as r
from pricelang.present.decimals import power_of_ten

MAX_PLACES = 18
"""A power of ten beyond this leaves an int64 no room for a unit price."""

MAX_CHAIN = 16
"""Links of a chain of derived prices that are followed."""


def places_of(book: m.Book, cells: Sequence[Combination], meters: Sequence[str]) -> int:
    """The power of ten of all prices: that of the book, so that two tables of one book agree;
    but no more than the rows need where the book's is out of an integer's reach.
    """
    needed = max(
        (
            power_of_ten(price.denominator) or 0
            for cell in cells
            for meter in meters
            if (price := finite_price(cell, meter)) is not None
        ),
        default=0,
    )
    bound = most_places(book)
    return max(needed, bound) if bound <= MAX_PLACES else needed


def most_places(book: m.Book) -> int:
    """A number of decimals that no unit price of a book exceeds:
    those of the finest figure, and of each factor on it.

    >>> import pricelang
    >>> most_places(pricelang.load().checked)
    14
    """
    return max((_places(book, meter) for meter in range(len(book.meters))), default=0)


def ends_everywhere(book: m.Book) -> bool:
    """Whether every figure of a book is a finite decimal, for one of its meter's unit,
    and no more of them meet than an integer holds.
    """
    return _decimals_of(book).end and most_places(book) <= MAX_PLACES


Key = TypeVar("Key")


@define
class _Decimals:
    """The decimals of the figures of a book: of the amounts that stand as prices of each meter, of
    the factors on other meters that it derives from, and of what members of the stack do to it.
    """

    end: bool = True
    prices: dict[int, int] = field(factory=lambda: defaultdict(int))
    derived: dict[int, list[tuple[int, int]]] = field(factory=lambda: defaultdict(list))
    factors: dict[tuple[m.Member, int], int] = field(factory=lambda: defaultdict(int))
    amounts: dict[tuple[m.Member, int], int] = field(factory=lambda: defaultdict(int))
    conversion: int = 0

    def of(self, figure: Fraction) -> int:
        """The decimals of a figure."""
        found = power_of_ten(figure.denominator)
        self.end = self.end and found is not None
        return found or 0


def _places(book: m.Book, meter: int) -> int:
    """The decimals that a unit price of a meter can have, by what the stack does in its order."""
    found = _decimals_of(book)
    most = _listed(found, meter, 0)
    for member in book.stack:
        most += found.factors.get((member, meter), 0)
        most = max(most, found.amounts.get((member, meter), 0))
    return most + found.conversion


def _listed(found: _Decimals, meter: int, depth: int) -> int:
    """The decimals of a meter's price before the stack, along any derivation."""
    derived = found.derived.get(meter, ()) if depth < MAX_CHAIN else ()
    along = [decimals + _listed(found, of, depth + 1) for of, decimals in derived]
    return max([found.prices.get(meter, 0), *along])


@lru_cache(maxsize=16)
def _decimals_of(book: m.Book) -> _Decimals:
    found = _Decimals()
    for rule in r.rules_of(book):
        _add(book, found, rule)
    return found


def _add(book: m.Book, found: _Decimals, rule: k.Rule) -> None:
    """Takes in the figures of a rule."""
    if not isinstance(rule, k.PricingRule):
        return
    match rule:
        case k.PriceRule(line=price):
            if price.amount is not None:
                _most(found.prices, price.meter, found.of(price.amount / price.size))
        case k.ChargePriceRule(charge=number, line=line):
            _most(found.prices, book.charges[number].meter, found.of(line.amount / line.size))
        case k.DerivationRule(line=line):
            found.derived[line.meter].append((line.of, found.of(line.factor)))
        case k.ModifierRule(modifier=number, line=line):
            _add_modifier(found, ("modifier", number), line)
        case k.LimitRule(limit=number, line=line):
            for meter in line.meters if line.target == "unit_price" else ():
                _most(found.amounts, (("limit", number), meter), found.of(line.amount / line.size))
        case k.ConversionRule(line=line):
            found.conversion = max(found.conversion, found.of(line.rate))
        case k.ChargeFreeRule():
            pass
        case k.RoundingRule():
            pass  # leaves multiples of its step: `places_of` finds their decimals in the rows
        case _:
            assert_never(rule)


def _add_modifier(found: _Decimals, member: m.Member, line: m.ModifierLine) -> None:
    for meter, factor in line.factors:
        _most(found.factors, (member, meter), found.of(factor))
    if line.amount is not None:
        for meter in line.meters:
            _most(found.amounts, (member, meter), found.of(line.amount / line.size))


def _most(most: dict[Key, int], key: Key, decimals: int) -> None:
    most[key] = max(most[key], decimals)
