"""The lines of a bill as a reader sees them, and what all lines of one meter share."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from attrs import define, frozen

from pricelang.evaluate.combination import Combination
from pricelang.evaluate.line_rates import Rate
from pricelang.present.decimals import plain, to_decimal


@frozen
class Factor:
    """A multiplier that had effect on a line; `source` is where the book has it from."""

    rule: str
    factor: Decimal
    source: str | None
    location: str


@frozen
class LineTerms:
    """What all lines of one meter in one combination share; see `Line`."""

    meter: str
    unit: str
    unit_price: Decimal
    factors: tuple[Factor, ...]
    model: str
    list_price: Decimal
    source: str | None
    location: str
    free: str | None
    tiers: tuple[tuple[str, str], ...] = ()


@define(init=False, eq=False, repr=False)
class LineDraft:
    """A `Line` while it is made:
    one that is frozen from the start takes three times as long to fill.
    """

    terms: LineTerms
    quantity: Decimal
    amount: Decimal
    label: str = ""


@frozen
class Line(LineDraft):
    """One line of a bill.

    `quantity` is in the meter's `unit`, `unit_price` in the currency for one of it, and `amount` is
    their product (after rounding, where the book rounds lines). `list_price` is the unit price
    before any modifier. `free` says why a line costs nothing. `location` is the `file:line` of the
    price.
    """

    @property
    def meter(self) -> str:
        """The meter, or the rule of an amount per request."""
        return self.terms.meter

    @property
    def unit(self) -> str:
        """The unit of the quantity, in the singular."""
        return self.terms.unit

    @property
    def unit_price(self) -> Decimal:
        """The price of one unit, after all modifiers."""
        return self.terms.unit_price

    @property
    def factors(self) -> tuple[Factor, ...]:
        """The multipliers that had effect, in the order of the stack."""
        return self.terms.factors

    @property
    def model(self) -> str:
        """The id of the model."""
        return self.terms.model

    @property
    def list_price(self) -> Decimal:
        """The price of one unit before any modifier."""
        return self.terms.list_price

    @property
    def source(self) -> str | None:
        """The name of the source of the price."""
        return self.terms.source

    @property
    def location(self) -> str:
        """`file:line` of the price."""
        return self.terms.location

    @property
    def tiers(self) -> dict[str, str]:
        """The tier of each ladder whose place is known: see `position`."""
        return dict(self.terms.tiers)

    @property
    def free(self) -> str | None:
        """Why the line costs nothing, or None."""
        return self.terms.free

    def to_dict(self) -> dict[str, Any]:
        """The line as `pricelang price --json` prints it: numbers are decimal strings."""
        found: dict[str, Any] = {
            "meter": self.meter,
            "quantity": plain(self.quantity),
            "unit_price": plain(self.unit_price),
            "amount": plain(self.amount),
            "factors": [
                {
                    "rule": f.rule,
                    "factor": plain(f.factor),
                    "source": f.source,
                    "location": f.location,
                }
                for f in self.factors
            ],
            "model": self.model,
            "unit": self.unit,
            "list_price": plain(self.list_price),
            "source": self.source,
            "location": self.location,
        }
        if self.free is not None:
            found["free"] = self.free
        if self.tiers:
            found["tiers"] = self.tiers
        if self.label:
            found["part"] = self.label
        return found


def all_terms(cell: Combination) -> dict[str, tuple[LineTerms, int]]:
    """The terms and the integer rate of each meter that has one; kept with the cell."""
    rates = {
        name: (cell.rates[name], coefficient)
        for name, coefficient in (cell.coefficients or {}).items()
    }
    # All at once, since another thread may look.
    cell.terms.update(
        {
            name: (terms_of_rate(rate, cell), number)
            for name, (rate, number) in rates.items()
            if isinstance(rate, Rate)
        }
    )
    return cell.terms


def terms_of_rate(
    rate: Rate, cell: Combination, tiers: tuple[tuple[str, str], ...] = ()
) -> LineTerms:
    """What the lines of a rate share."""
    conversion = cell.conversion.rate if cell.conversion is not None else Fraction(1)
    factors = tuple(
        Factor(step.rule, to_decimal(step.value), step.origin.source, step.origin.place)
        for step in rate.steps
        if step.kind == "factor"
    )
    return LineTerms(
        rate.meter.name,
        rate.meter.unit,
        to_decimal(rate.unit_price * conversion),
        factors,
        cell.model.name,
        to_decimal(rate.list_price * conversion),
        rate.origin.source,
        rate.origin.place,
        rate.free,
        tiers,
    )
