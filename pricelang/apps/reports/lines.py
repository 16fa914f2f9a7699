"""A line of an invoice: what one meter cost by the list and by the book."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from attrs import frozen

from pricelang.present.json_data import data_of, fields_of


@frozen
class InvoiceLine:
    """What the requests of one group, model, meter and price used and cost;
    amounts and prices in `currency`.

    `quantity` is what is billed, in the meter's `unit`. `list_price` and `unit_price` are for one
    of it, by the list and by the book (`size` of it are one `per`, as the book writes prices), None
    where the line is no price of a unit (a fee, a rounding). `listed` is what the list charges,
    None where it does not offer such a request; `net` is what the book charges. `rules` are what
    made the book's price.
    """

    by: tuple[object, ...]
    model: str
    meter: str
    unit: str
    per: str
    size: Fraction
    list_price: Fraction | None
    unit_price: Fraction | None
    rules: tuple[str, ...]
    currency: str
    requests: int
    quantity: Fraction
    listed: Fraction | None
    net: Fraction

    @property
    def discount(self) -> Fraction | None:
        """What the book takes off the list, negative where it adds;
        None where the list has no price.
        """
        return None if self.listed is None else self.listed - self.net

    def to_dict(self, by: Sequence[str]) -> dict[str, object]:
        """The line under the names that the invoice groups by, for JSON."""
        prices = ("list_price", "unit_price", "rules")
        return {
            **dict(zip(by, self.by, strict=True)),
            **fields_of(self, "model", "meter", "unit", "requests", "quantity", *prices),
            "list": data_of(self.listed),
            **fields_of(self, "discount", "net", "currency"),
        }
