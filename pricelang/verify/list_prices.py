"""The price of each meter before any modifier, as diagrams over the requests of a book."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, assert_never

from attrs import define, field

from pricelang.model import book as m
from pricelang.model.diagrams import FREE, PRICE
from pricelang.model.requests import YES, Leaf, Requests


def charge_of(book: m.Book, meter: int) -> int | None:
    """The charge of a meter, by its index; None where the meter has rates of models."""
    return next((n for n, charge in enumerate(book.charges) if charge.meter == meter), None)


def plain_price(charge: m.Charge, leaf: Iterable[int]) -> m.ChargePrice | None:
    """The price of a charge that is no graduated one of an account, among those that hold."""
    return next((charge.prices[tag] for tag in leaf if charge.prices[tag].after is None), None)


@define(eq=False, repr=False)
class ListPrices(Requests):
    """The requests of a book, and what one of each meter costs before any modifier."""

    book: m.Book
    _prices: dict[int, int] = field(factory=dict, init=False)
    _rows: dict[int, int] = field(factory=dict, init=False)

    def list_price(self, meter: int) -> int:
        """The price of a meter before any modifier, per one of its unit: a number, "free", or None
        where there is none.
        """
        if meter not in self._prices:
            number = charge_of(self.book, meter)
            self._prices[meter] = (
                self._rated(meter) if number is None else self._charged(meter, number)
            )
        return self._prices[meter]

    def _charged(self, meter: int, number: int) -> int:
        charge, roots = self.book.charges[number], self.book.decisions.charges[number]

        def decide(leaves: tuple[Any, ...]) -> Leaf:
            offered, held, free = leaves
            if offered != YES:
                return None
            if free:
                return "free"
            price = plain_price(charge, held)
            return None if price is None else Fraction(price.amount / price.size)

        return self.forest.combine(
            (self.book.decisions.meters[meter], roots[PRICE], roots[FREE]), decide
        )

    def _rated(self, meter: int) -> int:
        """The price in the tables, where the meter is offered."""
        roots = (self.book.decisions.meters[meter], self._row_price(meter))
        return self.forest.combine(roots, lambda leaves: leaves[1] if leaves[0] == YES else None)

    def _row_price(self, meter: int) -> int:
        """The price in the tables; what others derive from need not be offered itself."""
        if meter not in self._rows:
            self._rows[meter] = self._with_derived(meter)
        return self._rows[meter]

    def _with_derived(self, meter: int) -> int:
        book, decided = self.book, self.book.decisions
        bases = sorted({line.of for line in book.derivations if line.meter == meter})

        def decide(leaves: tuple[Any, ...]) -> Leaf:
            row, derivation, *amounts = leaves
            if not row:
                return None
            price = book.prices[row[0]]
            match price.kind:
                case "absent":
                    return None
                case "amount":
                    return Fraction((price.amount or Fraction(0)) / price.size)
                case "derived":
                    if not derivation:
                        return None
                    line = book.derivations[derivation[0]]
                    base = amounts[bases.index(line.of)]
                    return base * line.factor if isinstance(base, Fraction) else None
                case _:
                    assert_never(price.kind)

        roots = (decided.prices[meter], decided.derivations[meter])
        return self.forest.combine((*roots, *map(self._row_price, bases)), decide)

    def size_of(self, meter: int) -> int:
        """For how many of a meter's unit its price is written: what a unit price is rounded for."""
        book, number = self.book, charge_of(self.book, meter)

        def of_charge(leaf: Any) -> Leaf:
            price = None if number is None else plain_price(book.charges[number], leaf)
            return Fraction(1) if price is None else price.size

        def of_row(leaf: Any) -> Leaf:
            return book.prices[leaf[0]].size if leaf else Fraction(1)

        if number is None:
            return self.forest.mapped(book.decisions.prices[meter], of_row)
        return self.forest.mapped(book.decisions.charges[number][PRICE], of_charge)
