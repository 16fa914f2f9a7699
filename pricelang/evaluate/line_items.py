"""The line items of a request: quantities times the rates of its combination, exactly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from attrs import define, frozen

from pricelang.evaluate.bill_lines import Line, LineDraft, LineTerms, all_terms, terms_of_rate
from pricelang.evaluate.combination import Combination
from pricelang.evaluate.line_rates import Rate
from pricelang.evaluate.stack.numbers import applied, rounded_by
from pricelang.evaluate.stack.operations import Step
from pricelang.model.book import Book, Origin
from pricelang.model.notes import Note, told
from pricelang.model.points import LeftOut
from pricelang.present.decimals import divide, to_decimal

Uses = tuple[Fraction | int, ...]
Tiers = tuple[tuple[str, str], ...]
"""The tiers of ladders that a line item is in: the name of each ladder, and the tier's."""


@frozen(eq=False, repr=False)
class Amount:
    """A line before it is made readable: exact amounts, the rounding residue, and the tiers that it
    is known to be in.
    """

    rate: Rate | None
    step: Step | None
    uses: Uses
    billed: Fraction | int
    amount: Fraction
    residue: Fraction
    tiers: Tiers = ()


def beyond_lines(cell: Combination, subtotal: Fraction) -> Iterator[Amount]:
    """What a request pays beside its line items, which come to `subtotal`: what is added to it,
    then what its floors and caps add or take; nothing where it is free.
    """
    one = Fraction(1)
    if cell.free is not None:
        return
    for step in cell.extras:
        amount, residue = _rounded(cell, step.value)
        subtotal += amount
        yield Amount(None, step, (one,), one, amount, residue)
    for step in cell.floors:
        short = applied(subtotal, step.operation) - subtotal
        if short:
            subtotal += short
            yield Amount(None, step, (one,), one, short, Fraction(0))


def _rounded(cell: Combination, amount: Fraction) -> tuple[Fraction, Fraction]:
    """An amount as lines are rounded, and what that changed."""
    after = rounded_by(cell.line_rounding, amount)
    return after, after - amount


@frozen(eq=False, repr=False)
class Basis:
    """Pricing context shared by all requests with the same model, instant and dimension values."""

    book: Book
    cell: Combination
    at: int
    dimensions: tuple[tuple[str, str], ...]
    doubts: tuple[Note, ...] = ()


@define(
    eq=False, repr=False, slots=False
)  # reading a slot is slow in a class with cached properties
class Priced:
    """One request with the rates of its combination: what it used and what that costs.

    `given` has the uses of each meter, or a whole number that stands for one use. `units` is the
    amount times a power of ten of the combination, where its integer rates price all of the
    request.
    """

    basis: Basis
    given: Mapping[str, Uses | int]
    units: int | None = None
    label: str = ""

    @property
    def book(self) -> Book:
        """The book that the request is priced by."""
        return self.basis.book

    @property
    def cell(self) -> Combination:
        """The rates of the request."""
        return self.basis.cell

    @property
    def at(self) -> int:
        """The instant of the request, in UTC seconds."""
        return self.basis.at

    @property
    def dimensions(self) -> tuple[tuple[str, str], ...]:
        """The dimensions that the request names or the clock sets, where they are no default."""
        return self.basis.dimensions

    @cached_property
    def usage(self) -> Mapping[str, Uses]:
        """The uses of each meter, in its unit."""
        return {
            name: (uses,) if isinstance(uses, int) else uses for name, uses in self.given.items()
        }

    @cached_property
    def amounts(self) -> tuple[Amount, ...]:
        """A line for each meter with a quantity, then additions and limits of the request."""
        found = list(self._lines())
        subtotal = sum((line.amount for line in found), Fraction(0))
        found += beyond_lines(self.cell, subtotal)
        rate_of = self.cell.conversion.rate if self.cell.conversion is not None else None
        if rate_of is not None:
            found = [
                Amount(x.rate, x.step, x.uses, x.billed, x.amount * rate_of, x.residue, x.tiers)
                for x in found
            ]
        return tuple(found)

    def _lines(self) -> Iterator[Amount]:
        """A line for each meter with a quantity, before conversion."""
        for name, uses in self.usage.items():
            rate = self.cell.rates[name]
            if isinstance(rate, Rate) and any(uses):
                yield self._line(rate, uses)

    def _line(self, rate: Rate, uses: Uses) -> Amount:
        billed: Fraction | int = sum(uses)
        if rate.minimum is not None:
            billed = sum(max(use, rate.minimum.quantity) for use in uses if use)
        return Amount(rate, None, uses, billed, *_rounded(self.cell, billed * rate.unit_price))

    @cached_property
    def total(self) -> Fraction:
        """The exact amount of the request in the currency of the bill."""
        if self.units is not None:
            return Fraction(self.units, 10**self.cell.places)
        amount = sum((line.amount for line in self.amounts), Fraction(0))
        return rounded_by(self.cell.total_rounding, amount)

    @property
    def amount(self) -> Decimal:
        """The total as a decimal:
        exact, or rounded half even to 20 places where it has no finite one.
        """
        return (
            to_decimal(self.total)
            if self.units is None
            else divide(self.units, self.basis.cell.divisor)
        )

    @property
    def currency(self) -> str:
        """The currency of the amounts, after conversion."""
        return (
            self.cell.conversion.currency
            if self.cell.conversion is not None
            else self.book.currency
        )

    @property
    def notes(self) -> tuple[Note, ...]:
        """What a reader should know:
        doubts, remarks, and what belongs to the account and is left out.
        """
        return self._notes(self.cell.left_out)

    def _notes(self, left_out: Iterable[LeftOut]) -> tuple[Note, ...]:
        """The notes, of which some name what may be left out."""
        used, meters = {rate.meter.name for rate in self._used()}, self.book.meters
        more = (
            told("account", what=one.text)
            for one in left_out
            if one.meter is None or meters[one.meter].name in used
        )
        return tuple(dict.fromkeys([*self.remarks, *more]))

    @property
    def remarks(self) -> tuple[Note, ...]:
        """The notes without what belongs to the account."""
        doubts = (Note("unsure", text) for rate in self._used() for text in rate.doubts)
        free = () if self.cell.free is None else (Note("free", self.cell.free.text),)
        return tuple(dict.fromkeys([*self.basis.doubts, *self.cell.notes, *doubts, *free]))

    def _used(self) -> Iterator[Rate]:
        """The rates of the meters that are used."""
        for name, uses in self.usage.items():
            rate = self.cell.rates[name]
            if isinstance(rate, Rate) and any(uses):
                yield rate

    def lines(self) -> tuple[Line, ...]:
        """The lines, readable."""
        if self.units is None:
            return tuple(self._readable(amount) for amount in self.amounts)
        cell, label = self.basis.cell, self.label
        terms, divisor = cell.terms or all_terms(cell), cell.divisor
        found: list[Any] = []
        for name, uses in self.given.items():
            quantity = uses if isinstance(uses, int) else int(sum(uses))
            if quantity:
                line = LineDraft()
                line.terms, coefficient = terms[name]
                line.quantity = Decimal(quantity)
                line.amount = divide(coefficient * quantity, divisor)
                line.label = label
                line.__class__ = Line
                found.append(line)
        return tuple(found)

    def _readable(self, line: Amount) -> Line:
        amount = to_decimal(line.amount)
        if line.rate is None:
            step = line.step or _NO_STEP
            origin, model = step.origin, self.cell.model.name
            terms = LineTerms(
                step.rule, "request", amount, (), model, amount, origin.source, origin.place, None
            )
            return Line(terms, Decimal(1), amount, self.label)
        return Line(
            terms_of_rate(line.rate, self.cell, line.tiers),
            to_decimal(Fraction(line.billed)),
            amount,
            self.label,
        )


_NO_STEP = Step("", "add", Fraction(0), "request", Fraction(1), Origin("", 0, 0, 0))
