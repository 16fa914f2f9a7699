"""The sums of an invoice: by model, by workspace, by currency, and what is paid in whole cents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from attrs import evolve, frozen

from pricelang.apps.reports.adjustments import Adjustment
from pricelang.apps.reports.line_sums import line_order
from pricelang.apps.reports.lines import InvoiceLine
from pricelang.present.decimals import paid, plain

MODEL, WORKSPACE = "model", "workspace"


@frozen
class InvoiceTotal:
    """The sums of an invoice in one currency: the lines by the list (those that
    it has) and by the book, what the account adds or takes, and what is due.
    """

    currency: str
    listed: Fraction
    subtotal: Fraction
    adjustments: Fraction

    @property
    def due(self) -> Fraction:
        """What is owed, exactly."""
        return self.subtotal + self.adjustments

    @property
    def payable(self) -> Fraction:
        """What is paid: `due` in whole cents, half up."""
        return paid(self.due, self.currency)

    @property
    def residue(self) -> Fraction:
        """What rounding to cents adds to what is owed, negative where it takes."""
        return self.payable - self.due

    def to_dict(self) -> dict[str, object]:
        """The sums for JSON."""
        return {
            "currency": self.currency,
            "list": plain(self.listed),
            "subtotal": plain(self.subtotal),
            "account": plain(self.adjustments),
            "total": plain(self.due),
            "rounding": plain(self.residue),
            "payable": plain(self.payable),
        }


@frozen
class Subtotal:
    """What the lines of one model or workspace come to in one currency; `of` says which of both,
    `value` its name. `listed` and `discount` are of the lines that the list has, None for none.
    """

    of: str
    value: object
    currency: str
    listed: Fraction | None
    discount: Fraction | None
    net: Fraction

    def to_dict(self) -> dict[str, object]:
        """The sums for JSON."""
        return {
            "of": self.of,
            "value": self.value,
            "list": None if self.listed is None else plain(self.listed),
            "discount": None if self.discount is None else plain(self.discount),
            "net": plain(self.net),
            "currency": self.currency,
        }


def invoice_totals(
    lines: Sequence[InvoiceLine], adjustments: Sequence[Adjustment]
) -> tuple[InvoiceTotal, ...]:
    """The total of each currency."""
    found = []
    for currency in sorted(
        {*(line.currency for line in lines), *(one.currency for one in adjustments)}
    ):
        own = [line for line in lines if line.currency == currency]
        listed = sum((line.listed for line in own if line.listed is not None), Fraction(0))
        net = sum((line.net for line in own), Fraction(0))
        more = sum((one.amount for one in adjustments if one.currency == currency), Fraction(0))
        found.append(InvoiceTotal(currency, listed, net, more))
    return tuple(found)


def merged(lines: Sequence[InvoiceLine], groups: int) -> tuple[InvoiceLine, ...]:
    """The lines by the first `groups` of what they are grouped by."""
    found: dict[InvoiceLine, list[InvoiceLine]] = {}
    for line in lines:
        alike = evolve(
            line,
            by=line.by[:groups],
            requests=0,
            quantity=Fraction(0),
            listed=None if line.listed is None else Fraction(0),
            net=Fraction(0),
        )
        found.setdefault(alike, []).append(line)
    sums = (
        evolve(
            alike,
            requests=sum(line.requests for line in own),
            quantity=sum((line.quantity for line in own), Fraction(0)),
            listed=_listed(own),
            net=sum((line.net for line in own), Fraction(0)),
        )
        for alike, own in found.items()
    )
    return tuple(sorted(sums, key=line_order))


def subtotals_of(lines: Sequence[InvoiceLine], by: Sequence[str]) -> tuple[Subtotal, ...]:
    """The subtotals by model where there are several, and by workspace where records carry one;
    `by` names what the lines are grouped by.
    """
    models = {line.model for line in lines}
    place = list(by).index(WORKSPACE)
    carried = any(line.by[place] is not None for line in lines)
    return (
        *(_subtotals(MODEL, [(line.model, line) for line in lines]) if len(models) > 1 else ()),
        *(_subtotals(WORKSPACE, [(line.by[place], line) for line in lines]) if carried else ()),
    )


def _subtotals(of: str, named: Sequence[tuple[object, InvoiceLine]]) -> Iterator[Subtotal]:
    found: dict[tuple[str, object], list[InvoiceLine]] = {}
    for value, line in named:
        found.setdefault((line.currency, value), []).append(line)
    for (currency, value), own in sorted(
        found.items(), key=lambda pair: (pair[0][0], pair[0][1] is None, str(pair[0][1]))
    ):
        known = [line.discount for line in own if line.discount is not None]
        discount = sum(known, Fraction(0)) if known else None
        net = sum((line.net for line in own), Fraction(0))
        yield Subtotal(of, value, currency, _listed(own), discount, net)


def _listed(lines: Sequence[InvoiceLine]) -> Fraction | None:
    """What the lines cost by the list, None where it has none of them."""
    known = [line.listed for line in lines if line.listed is not None]
    return sum(known, Fraction(0)) if known else None
