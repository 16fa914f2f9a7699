"""The sums of requests that become the lines of an invoice:
one for each group, model, meter and price.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from attrs import evolve

from pricelang.apps.reports.adjustments import PER_REQUEST, group_order
from pricelang.apps.reports.lines import InvoiceLine
from pricelang.evaluate.line_items import Amount, Priced
from pricelang.evaluate.line_rates import Rate
from pricelang.evaluate.offers import Point
from pricelang.present.decimals import grouped

REQUEST = "request"


class _Sum:
    def __init__(self) -> None:
        self.requests, self.quantity, self.listed, self.net = (
            0,
            Fraction(0),
            Fraction(0),
            Fraction(0),
        )


class _Linear:
    """Requests of one group, cell of the book and cell of the list,
    whose amounts are quantities times prices.
    """

    def __init__(self, priced: Priced, listed: Priced | None) -> None:
        self.priced, self.listed = priced, listed
        self.used: dict[str, tuple[int, int]] = {}

    def add(self, priced: Priced) -> None:
        """Adds the whole quantities of a request."""
        for name, uses in priced.given.items():
            quantity = uses if isinstance(uses, int) else int(sum(uses))
            if quantity:
                requests, before = self.used.get(name, (0, 0))
                self.used[name] = requests + 1, before + quantity


class Lines:
    """Lines so far; only their sums are kept.
    Requests that are plain sums are added up first and priced after, which is the same and faster.
    """

    def __init__(self) -> None:
        self._sums: dict[InvoiceLine, _Sum] = {}
        self._linear: dict[tuple[tuple[object, ...], Point, Point | None], _Linear] = {}

    def add(self, by: tuple[object, ...], priced: Priced, listed: Priced | None) -> None:
        """Adds a request, with what the list charges for it, if it has a price there."""
        if priced.units is not None and (listed is None or listed.units is not None):
            key = (by, priced.cell.point, None if listed is None else listed.cell.point)
            found = self._linear.get(key)
            if found is None:
                found = self._linear[key] = _Linear(priced, listed)
            found.add(priced)
        else:
            self._add(
                by,
                priced,
                listed,
                dict(_amounts(priced)),
                {} if listed is None else dict(_amounts(listed)),
            )

    def _add(
        self,
        by: tuple[object, ...],
        priced: Priced,
        listed: Priced | None,
        ours: Mapping[str, Amount],
        theirs: Mapping[str, Amount],
        requests: int = 1,
    ) -> None:
        """Adds amounts by their names, of one request or of several."""
        rate = _rate_to(priced, listed) if listed is not None else None
        to_list = None if rate is None or listed is None else rate * _conversion(listed)
        for name in dict.fromkeys([*ours, *(theirs if rate is not None else ())]):
            own, other = ours.get(name), theirs.get(name)
            found = self._sums.setdefault(_empty(by, priced, name, own, other, to_list), _Sum())
            found.requests += requests
            found.quantity += (
                own.billed if own is not None else other.billed if other is not None else 0
            )
            found.net += own.amount if own is not None else 0
            found.listed += other.amount * rate if other is not None and rate is not None else 0

    def done(self) -> tuple[InvoiceLine, ...]:
        """The lines, in order of what they are grouped by, model, meter and price."""
        for key, group in self._linear.items():
            for name, (requests, quantity) in group.used.items():
                ours = {name: _amount(group.priced, name, quantity)}
                theirs = (
                    {name: _amount(group.listed, name, quantity)}
                    if group.listed is not None
                    else {}
                )
                self._add(key[0], group.priced, group.listed, ours, theirs, requests)
        self._linear.clear()
        lines = [
            evolve(
                line,
                requests=found.requests,
                quantity=found.quantity,
                listed=None if line.listed is None else found.listed,
                net=found.net,
            )
            for line, found in self._sums.items()
        ]
        return tuple(sorted(lines, key=line_order))


def _empty(
    by: tuple[object, ...],
    priced: Priced,
    name: str,
    own: Amount | None,
    other: Amount | None,
    to_list: Fraction | None,
) -> InvoiceLine:
    """The line of an amount before anything is added up."""
    either = own or other
    assert either is not None
    unit, per, size = REQUEST, REQUEST, Fraction(1)
    if either.rate is not None:
        unit, per, size = either.rate.meter.unit, either.rate.per, either.rate.size
    list_price = unit_price = None
    if own is not None and own.rate is not None:
        unit_price = own.rate.unit_price * _conversion(priced)
    if other is not None and other.rate is not None and to_list is not None:
        list_price = other.rate.unit_price * to_list
    return InvoiceLine(
        by,
        priced.cell.model.name,
        name,
        unit,
        per,
        size,
        list_price,
        unit_price,
        _rules(priced, own),
        priced.currency,
        0,
        Fraction(0),
        None if to_list is None else Fraction(0),
        Fraction(0),
    )


def _amount(priced: Priced, name: str, quantity: int) -> Amount:
    """What a quantity costs at the rates of a request that is a plain sum."""
    rate = priced.cell.rates[name]
    assert isinstance(rate, Rate)
    return Amount(
        rate,
        None,
        (quantity,),
        quantity,
        rate.unit_price * quantity * _conversion(priced),
        Fraction(0),
    )


def _conversion(priced: Priced) -> Fraction:
    return priced.cell.conversion.rate if priced.cell.conversion is not None else Fraction(1)


def line_order(line: InvoiceLine) -> tuple[object, ...]:
    """The order of lines: by their group, currency, model, meter and price."""
    prices = tuple(-1 if price is None else price for price in (line.list_price, line.unit_price))
    return (
        group_order(line.by),
        line.currency,
        line.model,
        line.meter,
        prices,
        line.rules,
        line.listed is None,
    )


def _amounts(priced: Priced) -> Iterator[tuple[str, Amount]]:
    """The amounts of a request by meter or rule, and what the rounding of its total adds."""
    found: dict[str, Amount] = {}
    for amount in priced.amounts:
        name = (
            amount.rate.meter.name
            if amount.rate is not None
            else f"{amount.step.rule if amount.step is not None else 'fee'} ({PER_REQUEST})"
        )
        before = found.get(name)
        # a rule that adds and also bounds has two amounts of one name
        found[name] = (
            amount
            if before is None
            else Amount(
                None,
                amount.step,
                amount.uses,
                amount.billed,
                before.amount + amount.amount,
                amount.residue,
            )
        )
    yield from found.items()
    rest = priced.total - sum((amount.amount for amount in found.values()), Fraction(0))
    if rest:
        yield (
            "rounding of totals",
            Amount(None, None, (Fraction(1),), Fraction(1), rest, Fraction(0)),
        )


def _rate_to(priced: Priced, listed: Priced) -> Fraction | None:
    """What an amount of the list is multiplied by to stand in the currency of the bill;
    None where the two cannot meet.
    """
    if listed.currency == priced.currency:
        return Fraction(1)
    conversion = priced.cell.conversion
    return (
        conversion.rate
        if conversion is not None and listed.currency == priced.book.currency
        else None
    )


def _rules(priced: Priced, amount: Amount | None) -> tuple[str, ...]:
    """What made a price, in words."""
    if amount is None:
        return ("of the list alone",)
    if amount.rate is None:
        return ()
    if amount.rate.free is not None:
        return (f"free: {amount.rate.free}",)
    steps = (
        f"{step.rule} x {grouped(step.value)}" if step.kind == "factor" else step.rule
        for step in amount.rate.steps
    )
    conversion = priced.cell.conversion
    return (
        *steps,
        *([] if conversion is None else [f"{conversion.currency} at {grouped(conversion.rate)}"]),
    )
