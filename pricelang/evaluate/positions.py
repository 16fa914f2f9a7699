"""A request at a stated place in what its account has used: line items in pieces, each in the tiers
of its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from attrs import define, field

from pricelang.evaluate.account_items import ZERO, LineItem
from pricelang.evaluate.ladders import (
    LadderTerms,
    StandingLadder,
    Values,
    at_tiers,
    ladder_terms_of,
)
from pricelang.evaluate.line_items import Amount, Priced
from pricelang.evaluate.line_rates import Rate
from pricelang.evaluate.pieces import Counter, Counts
from pricelang.evaluate.quantities import read_uses
from pricelang.evaluate.request_names import unknown
from pricelang.evaluate.stack.numbers import rounded_by
from pricelang.model import book as m
from pricelang.model.errors import BadRequest
from pricelang.model.notes import Note, told
from pricelang.present.text import shown

Position = Mapping[str, object]
"""By the name of a ladder, what it has counted before: units, or money where it counts spending."""
_MONEY = re.compile(r"[$€£¥]?\s*([0-9][0-9,]*(?:\.[0-9]+)?)\Z", re.ASCII)

_WANTED = (
    "give what was counted before the request: a quantity such as `9,400 MTok`, or an amount such "
    "as `$12,000` where it counts what is spent"
)


@define(eq=False, repr=False, slots=False)
class PositionedRequest(Priced):
    """A request whose place in the counts of some ladders is known: a line for each tier that a
    meter meets. Pools and tiers of charges are left out, as from any single request.
    """

    counts: Mapping[str, Fraction] = field(factory=dict)

    def _lines(self) -> Iterator[Amount]:
        """A line for each meter with a quantity and each tier that it meets."""
        terms = ladder_terms_of(self.book)
        ladders = self._ladders(terms)
        start: Counts = {_counter(one): self.counts[one.name] for one in ladders}
        reached: dict[Counter, int] = {}
        order = {name: number for number, name in enumerate(self.cell.rates)}
        alone = [(order[x.rate.meter.name], x) for x in super()._lines() if x.rate is not None]
        amounts = [amount for _, amount in sorted(alone, key=lambda pair: pair[0])]
        if any(one.ladder.all_units for one in ladders):
            used = dict(start)
            for amount in filter(_counts, amounts):
                list(self._item(terms, ladders, amount).pieces(_quantity(amount), used, {}))
            whole = [one for one in ladders if one.ladder.all_units]
            reached = {_counter(one): one.reached(used[_counter(one)]) for one in whole}
        for amount in amounts:
            if not ladders or not _counts(amount):
                yield amount
                continue
            item = self._item(terms, ladders, amount)
            met: dict[Values, Fraction] = {}
            for length, place in item.pieces(_quantity(amount), start, reached):
                met[place.values] = met.get(place.values, ZERO) + length
            yield from self._met(terms, item, met)

    def _ladders(self, terms: LadderTerms) -> tuple[StandingLadder, ...]:
        """The ladders that count the request from a known place."""
        return terms.among(self.cell.point, self.counts)

    def _item(
        self, terms: LadderTerms, ladders: tuple[StandingLadder, ...], amount: Amount
    ) -> LineItem:
        assert amount.rate is not None
        counters = tuple(map(_counter, ladders))
        meter, point = amount.rate.meter.name, self.cell.point
        return LineItem(terms, "", self.at, point, meter, ladders, counters, has_allowances=False)

    def _met(
        self, terms: LadderTerms, item: LineItem, met: Mapping[Values, Fraction]
    ) -> Iterator[Amount]:
        """The lines of a meter by the tiers that it meets; the last has what the rounding of all
        of them together changes.
        """
        whole, rounded = ZERO, ZERO
        for number, (values, quantity) in enumerate(met.items(), 1):
            rate = terms.cell(at_tiers(item.point, item.ladders, values)).rates[item.meter]
            assert isinstance(rate, Rate)
            amount, residue = quantity * rate.unit_price, ZERO
            whole += amount
            if number == len(met):
                rounded = rounded_by(self.cell.line_rounding, whole)
                residue = rounded - whole
            tiers = tuple(
                _tier(self.book, *pair) for pair in zip(item.ladders, values, strict=True)
            )
            yield Amount(rate, None, (quantity,), quantity, amount + residue, residue, tiers)

    @property
    def notes(self) -> tuple[Note, ...]:
        """The notes; of ladders, those whose place is not known are left out."""
        return self._notes(x for x in self.cell.left_out if x.dimension not in self.counts)

    @property
    def remarks(self) -> tuple[Note, ...]:
        """The notes without what belongs to the account; and the places that do not count."""
        counting = {one.name for one in self._ladders(ladder_terms_of(self.book))}
        unused = (told("position", name=name) for name in self.counts if name not in counting)
        return (*super().remarks, *unused)


def positioned(priced: Priced, position: Position) -> Priced:
    """A request at a place in what its account has used. Raises `UnknownName` for a ladder that
    the book does not know, `BadRequest` (`bad_position`, `bad_quantity`, `said_tier`).
    """
    counts = {name: _count(priced.book, name, value) for name, value in position.items()}
    found = PositionedRequest(priced.basis, priced.given, None, priced.label, counts)
    found._ladders(ladder_terms_of(priced.book))
    return found


def _count(book: m.Book, name: str, value: object) -> Fraction:
    """What a ladder has counted, in what it counts."""
    known = {one.name: one.ladder for one in book.dimensions if one.ladder is not None}
    ladder = known.get(name)
    if ladder is None:
        raise unknown("tiers", name, known)
    if ladder.spend:
        return _money(name, value)
    if isinstance(value, list | tuple):
        raise _bad(name, value)
    meter = book.meters[ladder.counts[0]]
    try:
        (count,) = read_uses(value, meter, book.units)
    except BadRequest as error:
        what = error.message.removeprefix(f"the quantity of `{meter.name}` ")
        message = f"the position in `{name}` {what}"
        raise BadRequest(error.code, message, help=error.help or _WANTED) from None
    return count * meter.size


def _money(name: str, value: object) -> Fraction:
    text = str(value) if isinstance(value, int | Decimal | str) and value is not True else ""
    found = _MONEY.match(text.strip()) if len(text) <= 60 else None
    if found is None:
        raise _bad(name, value)
    return Fraction(found[1].replace(",", ""))


def _bad(name: str, value: object) -> BadRequest:
    return BadRequest(
        "bad_position",
        f"the position in `{name}` is `{shown(value, 40)}`",
        help=_WANTED,
    )


def _counter(one: StandingLadder) -> Counter:
    return "", one.ladder.account, one.name, "ladder", (), 0


def _counts(amount: Amount) -> bool:
    """Decides whether ladders count a line: what is free counts nothing."""
    return amount.rate is not None and amount.rate.free is None


def _quantity(amount: Amount) -> Fraction:
    return Fraction(amount.billed)


def _tier(book: m.Book, one: StandingLadder, value: int) -> tuple[str, str]:
    return one.name, book.dimensions[one.dimension].values[value].name
