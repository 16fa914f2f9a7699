"""Usage records to bills: parts of several models,
and sums that may be on either side of a threshold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import assert_never

from attrs import evolve

from pricelang.evaluate.bill import Bill
from pricelang.evaluate.days import noted
from pricelang.evaluate.rate_card import RateCard
from pricelang.model import book as m
from pricelang.model.errors import BELT, BadRequest
from pricelang.model.instants import Instant
from pricelang.model.notes import Note
from pricelang.present.decimals import money
from pricelang.usage.meter_mapping import book_request
from pricelang.usage.model_ids import model_ids_of
from pricelang.usage.records import Part, Record
from pricelang.usage.routes import routed

REPORT = "admin-usage"


Cards = Sequence[RateCard]
"""Rate cards in their order: the first that knows the model of a request prices it."""


def price_record(
    cards: Cards,
    record: Record,
    model: str | None,
    at: Instant | None,
    dimensions: Mapping[str, str],
) -> Bill:
    """The bill of a record; `model`, `at` and `dimensions` hold where it says nothing.
    Raises `PriceError`.
    """
    bills = price_parts(cards, record, model, at, dimensions)
    parts = tuple(part for bill in bills for part in bill.parts)
    bounds = None
    if any(bill.bounds is not None for bill in bills):
        pairs = [bill.bounds or (bill.exact_total, bill.exact_total) for bill in bills]
        bounds = (
            sum((low for low, _ in pairs), Fraction(0)),
            sum((high for _, high in pairs), Fraction(0)),
        )
    notes = (*record.notes, *_credits(cards, record, bills, model, at, dimensions))
    return Bill(parts, notes, bounds, cards[0].book.currency)


def price_parts(
    cards: Cards,
    record: Record,
    model: str | None,
    at: Instant | None,
    dimensions: Mapping[str, str],
) -> tuple[Bill, ...]:
    """A bill of its own for each request of a record, in their order,
    without the record's notes. Raises `PriceError`.
    """
    provider = record.attributes.get("provider")
    bills: list[Bill] = []
    with BELT:
        for part in record.parts:
            rates = card_of(cards, part, model, provider)
            asked = _of_report(rates.book, part) if record.format == REPORT else part
            bills.append(_price_part(rates, asked, model, at, dimensions, provider))
    if len(bills) > 1 and len({part.currency for bill in bills for part in bill.parts}) > 1:
        raise BadRequest(
            "bad_record", "the parts of this record are billed in different currencies"
        )
    return tuple(bills)


def card_of(cards: Cards, part: Part, model: str | None, provider: str | None) -> RateCard:
    """The first card that knows the model of a part, or the last, whose error says so."""
    for card in cards[:-1]:
        ids = model_ids_of(card.book)
        name = routed(ids, part, provider)[0].model or model
        if name is not None and ids.knows(name, part.dimensions.get("platform")):
            return card
    return cards[-1]


def price_sum(
    rates: RateCard,
    model: str,
    at: Instant | None,
    usage: Mapping[str, object],
    dimensions: Mapping[str, str],
    each: tuple[str, ...],
    label: str = "",
) -> Bill:
    """The bill of quantities that add up several requests, each of which is as all of `each` say.
    Raises `PriceError`.
    """
    found = rates.bounds(model, at, usage, dimensions, rates.sides(each), label)
    bounds = (found[0].total, found[-1].total)
    return Bill((found[0],), (), bounds if bounds[0] != bounds[1] else None)


def _price_part(
    rates: RateCard,
    part: Part,
    model: str | None,
    at: Instant | None,
    dimensions: Mapping[str, str],
    provider: str | None,
) -> Bill:
    asked = book_request(rates, part, model, at, dimensions, provider)
    what = (asked.model, asked.at, asked.usage, asked.dimensions)
    match part.kind:
        case "sum":
            bill = price_sum(rates, *what, part.sides, part.label)
        case "single":
            bill = Bill((rates.request(*what, part.label),))
        case _:
            assert_never(part.kind)
    if part.position:
        bill = placed(bill, part.position)
    for note in asked.notes:
        noted(bill.parts[0], note)
    return bill


def placed(bill: Bill, position: Mapping[str, object]) -> Bill:
    """The bill of a request, or of a sum, that stands at a place in the counts of tiers. Raises
    `PriceError`: `bad_position` for a sum without one amount.
    """
    from pricelang.evaluate.positions import positioned  # which few requests need

    if bill.bounds is not None:
        raise BadRequest(
            "bad_position",
            "a sum that may lie on either side of a threshold has no single place in tiers",
            help="say on which side its requests are, with `each`",
        )
    (priced,) = bill.parts
    return Bill((positioned(priced, position),))


def _credits(
    cards: Cards,
    record: Record,
    bills: tuple[Bill, ...],
    model: str | None,
    at: Instant | None,
    dimensions: Mapping[str, str],
) -> Iterator[Note]:
    """The bounds of parts whose usage is in doubt, each as a note."""
    for part, bill in zip(record.parts, bills, strict=True):
        if part.least is not None:
            provider = record.attributes.get("provider")
            rates = card_of(cards, part, model, provider)
            cheapest = evolve(part, usage=part.least)
            least = _price_part(rates, cheapest, model, at, dimensions, provider)
            low, high = (
                money(amount, bill.currency) for amount in (least.exact_total, bill.exact_total)
            )
            text = (
                "a fallback credit was redeemed, and whether the counters show it is not known: "
                f"between {low} and {high}"
            )
            yield Note("fallback_credit", text)


def _of_report(book: m.Book, part: Part) -> Part:
    """A row of an Admin report without what it always says and a book may have no word for:
    the side of 200,000.
    """
    limits = {
        f"{summed.label} {side} {limit}"
        for summed in book.sums
        for limit in summed.limits
        for side in ("over", "up to")
    }
    return evolve(part, sides=tuple(side for side in part.sides if side in limits))
