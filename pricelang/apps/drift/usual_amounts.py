"""Unit prices in the unit in which a book mostly writes them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from attrs import frozen

from pricelang.apps.price_book import PriceBook
from pricelang.verify.diff.phrases import shown_money, usual_units


@frozen(eq=False)
class UsualAmounts:
    """The usual unit of each meter: its name, and how many of the meter's own unit it is."""

    currency: str
    units: Mapping[str, tuple[str, Fraction]]

    @classmethod
    def of(cls, book: PriceBook) -> UsualAmounts:
        """The units of a book."""
        sizes = {meter.name: meter.size for meter in book.checked.meters}
        units = usual_units(book.checked)
        return cls(
            book.currency, {name: (per, size / sizes[name]) for name, (per, size) in units.items()}
        )

    def amount(self, price: Fraction, meter: str) -> Fraction:
        """The price of one as that of the usual unit."""
        return price * self.units.get(meter, ("", Fraction(1)))[1]

    @property
    def sizes(self) -> Mapping[str, Fraction]:
        """How much of each meter its usual amount is for."""
        return {name: size for name, (_, size) in self.units.items()}

    def words(self, price: Fraction, meter: str) -> str:
        """The price of one in words: `$5 per MTok`."""
        per = self.units.get(meter, ("unit", 1))[0]
        return f"{shown_money(self.amount(price, meter), self.currency)} per {per}"
