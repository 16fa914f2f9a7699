"""Records of several requests to one bill: parts of several models, and sums that may be on either side of a threshold."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from pricelang.rating.bill import Bill
from pricelang.rating.errors import BadRequest
from pricelang.rating.instants import Instant
from pricelang.rating.ratecard import RateCard
from pricelang.rating.sides import side_of

if TYPE_CHECKING:
    from pricelang.usage.records import Part, Record


def price_record(rates: RateCard, record: Record, model: str | None, at: Instant | None, dimensions: Mapping[str, str]) -> Bill:
    """The bill of a record; `model`, `at` and `dimensions` hold where it says nothing. Raises `PriceError`."""
    bills = [_price_part(rates, part, model, at, dimensions) for part in record.parts]
    parts = tuple(part for bill in bills for part in bill.parts)
    bounds = None
    if any(bill.bounds is not None for bill in bills):
        pairs = [bill.bounds or (bill.exact_total, bill.exact_total) for bill in bills]
        bounds = (sum((low for low, _ in pairs), Fraction(0)), sum((high for _, high in pairs), Fraction(0)))
    if len({part.currency for part in parts}) > 1:
        raise BadRequest("bad_record", "the parts of this record are billed in different currencies")
    return Bill(parts, record.notes, bounds, rates.book.currency)


def price_sum(
    rates: RateCard, model: str, at: Instant | None, usage: Mapping[str, object], dimensions: Mapping[str, str],
    each: tuple[str, ...], label: str = "",
) -> Bill:  # fmt: skip
    """The bill of quantities that add up several requests, each of which is as `each` says. Raises `PriceError`."""
    found = rates.bounds(model, at, usage, dimensions, dict(side_of(rates.book, text) for text in each), label)
    bounds = (found[0].total, found[-1].total)
    return Bill((found[0],), (), bounds if bounds[0] != bounds[1] else None)


def _price_part(rates: RateCard, part: Part, model: str | None, at: Instant | None, dimensions: Mapping[str, str]) -> Bill:
    name = part.model if part.model is not None else model
    if name is None:
        raise BadRequest("no_model", "the record names no model", help="name one with `--model`, or `model=` in Python")
    instant = part.at if part.at is not None else at
    values = {**dimensions, **part.dimensions}
    if part.kind == "sum":
        return price_sum(rates, name, instant, part.usage, values, part.sides, part.label)
    return Bill((rates.request(name, instant, part.usage, values, part.label),))
