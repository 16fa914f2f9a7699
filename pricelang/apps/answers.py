"""The answers to records: the bill of each, or the error that stands in its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from pricelang.apps.tables.request import bounds_of, span_of
from pricelang.evaluate.bill import Bill, help_with_bounds, open_of
from pricelang.model.errors import BELT, BadRequest, PriceError
from pricelang.usage.records import Outcome, Place, Record, Rejected, Skipped

if TYPE_CHECKING:
    from pricelang.apps.price_book import PriceBook
    from pricelang.usage.model_mapping import Meant


MAX_NAMED = 1_000
"""Refused and skipped records, and different notes, beyond these are counted and not named."""


@frozen
class RecordDefaults:
    """What holds where a record says nothing: a model, a day or an instant, values of dimensions.

    `strict` refuses each amount in doubt. `position` is what ladders of tiers have counted before
    a request.
    """

    model: str | None = None
    at: str | None = None
    dimensions: Mapping[str, str] = field(factory=dict)
    strict: bool = False
    position: Mapping[str, object] = field(factory=dict)


@frozen(eq=False, repr=False)
class Answer:
    """A record with its bill, or with the error (`code`, `message`, `rule`,
    `location`, `help`) that refuses it and, where it is kept, its text.
    """

    place: Place
    record: Record | None
    bill: Bill | None
    error: dict[str, str | None] | None
    raw: str | None = None


def answers_of(
    book: PriceBook,
    outcomes: Iterable[Outcome],
    given: RecordDefaults,
    models: dict[str, Meant] | None = None,
    bounds: bool = True,
) -> Iterator[Answer | Skipped]:
    """An answer for each record, in order; what was skipped stands between them.

    `models` are ids of one's own and what they stand for. Without `bounds`, a sum that is priced
    differently on both sides of a threshold is refused.
    """
    if models:
        from pricelang.usage.model_mapping import mapped
    for outcome in outcomes:
        if isinstance(outcome, Skipped):
            yield outcome
            continue
        if isinstance(outcome, Rejected):
            fault = PriceError(outcome.code, outcome.message, help=outcome.help)
            yield Answer(outcome.place, None, None, fault.to_dict(), outcome.raw)
            continue
        try:
            with BELT:
                record = mapped(outcome, models) if models else outcome
                if given.position:
                    record = _placed(record, given.position)
                bill = book.price_record(
                    record,
                    model=given.model,
                    at=given.at,
                    dimensions=given.dimensions,
                    strict=given.strict,
                )
            if bill.bounds is not None and not bounds:
                raise _across(bill)
            yield Answer(outcome.place, record, bill, None)
        except PriceError as refusal:
            yield Answer(outcome.place, outcome, None, refusal.to_dict(), outcome.raw)


def _placed(record: Record, position: Mapping[str, object]) -> Record:
    """A record whose requests stand at a place in the counts of ladders, where they say none. The
    requests of one record do not follow one another: each stands there.
    """
    parts = (x if x.position else evolve(x, position=position) for x in record.parts)
    return evolve(record, parts=tuple(parts))


def _across(bill: Bill) -> BadRequest:
    """The error of a sum that has bounds only."""
    return BadRequest(
        "across_threshold",
        f"the record adds up several requests, and what they cost depends on {open_of(bill)} of "
        f"each: {span_of(*bounds_of(bill), bill.currency)}",
        help="price it between bounds with `--across bounds`, or "
        + help_with_bounds(bill, "say the side of each threshold: `each` of a canonical record"),
    )
