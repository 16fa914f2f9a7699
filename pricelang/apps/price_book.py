"""A checked book that prices what others hand over: the objects of any library, records and
messages, on any day or on one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import frozen

from pricelang.apps.request_book import RequestBook, certain
from pricelang.model.record_kinds import SINGLE

if TYPE_CHECKING:
    from pricelang.evaluate.bill import Bill
    from pricelang.evaluate.models import ModelInfo
    from pricelang.model.instants import Instant
    from pricelang.usage.records import Record


class PriceBook(RequestBook):
    """A book that prices. Immutable to its users, and safe to share between threads;
    `pricelang.load` makes one that does more.
    """

    def price_any(
        self,
        value: object,
        /,
        *,
        model: str | None = None,
        at: Instant | None = None,
        strict: bool = False,
        unknown_counters: str = "refuse",
        **dimensions: str | None,
    ) -> Bill:
        """What an object of any library costs: a response, its usage alone, a stream, a span, a
        dict, JSON text or bytes, or a list of these, on one bill.

        The object is known by its shape, as a record in a file is: see `usage_of`. `model`, `at`
        and `dimensions` hold where it says nothing itself; None says nothing. A response of the
        Messages API does not say when it was made: give `at`, or today's prices hold. `strict`
        refuses an amount in doubt. A counter above zero that is not known is refused, unless
        `unknown_counters="warn"` lets it pass.

        Raises `PriceError`, also for an object that cannot be read (`BadRequest`).

        >>> import pricelang
        >>> book = pricelang.load()
        >>> message = {"model": "claude-opus-5", "usage": {"input_tokens": 12, "output_tokens": 6}}
        >>> book.price_any(message, at="2026-08-01").total
        Decimal('0.00021')
        >>> book.price_any(
        ...     {"prompt_tokens": 12, "completion_tokens": 6}, model="claude-opus-5"
        ... ).total
        Decimal('0.00021')
        """
        from pricelang.apps.price_records import price_record

        record = read_object(value, model, unknown_counters)
        given = {name: word for name, word in dimensions.items() if word is not None}
        return certain(price_record(self.cards, record, model, at, given), strict)

    def price_message(
        self,
        message: object,
        /,
        *,
        at: Instant | None = None,
        strict: bool = False,
        unknown_counters: str = "refuse",
        **dimensions: str,
    ) -> Bill:
        """What an Anthropic message costs: `price_any` by its older name.

        A response does not say when it was made: give `at`, or today's prices hold. `dimensions`
        are what it does not say either, such as `platform="bedrock"`; what the message says of
        itself wins. `strict` refuses an amount in doubt. A counter above zero that is not known is
        refused (`unknown_counter`), unless `unknown_counters="warn"` lets it pass.

        Raises `PriceError`, also for a message that cannot be read (`BadRequest`).

        >>> import pricelang
        >>> message = {"model": "claude-opus-5", "usage": {"input_tokens": 12, "output_tokens": 6}}
        >>> pricelang.load().price_message(message, at="2026-08-01").total
        Decimal('0.00021')
        """
        return self.price_any(
            message, at=at, strict=strict, unknown_counters=unknown_counters, **dimensions
        )

    def price_record(
        self,
        record: object,
        *,
        model: str | None = None,
        at: Instant | None = None,
        dimensions: Mapping[str, str] | None = None,
        strict: bool = False,
    ) -> Bill:
        """What a record costs, one that `pricelang.usage` read or any other object:
        one request or several, on one bill.

        `model`, `at` and `dimensions` hold where the record says nothing;
        `strict` refuses an amount in doubt. Raises `PriceError`.
        """
        from pricelang.apps.price_records import price_record

        found = read_object(record, model)
        return certain(price_record(self.cards, found, model, at, dimensions or {}), strict)

    def price_parts(
        self,
        record: Record,
        *,
        model: str | None = None,
        at: Instant | None = None,
        dimensions: Mapping[str, str] | None = None,
    ) -> tuple[Bill, ...]:
        """A bill of its own for each request of a record, in their order,
        without the record's notes: see `price_record`.
        """
        from pricelang.apps.price_records import price_parts

        return price_parts(self.cards, record, model, at, dimensions or {})

    def at(self, at: Instant) -> BookAt:
        """The book on one day or at one instant. Raises `BadRequest` (`bad_date`).

        >>> import pricelang
        >>> pricelang.load().at("2026-04-17").total(
        ...     model="claude-opus-4-7", usage={"input": 1_000_000}
        ... )
        Decimal('5')
        """
        from pricelang.model.instants import text_of

        return BookAt(self, text_of(at))


def read_object(
    value: object, model: str | None = None, unknown_counters: str = "refuse"
) -> Record:
    """The record of an object. Raises `BadRequest` for one that cannot be read."""
    from pricelang.usage.records import Record, UsageError

    if isinstance(value, Record):
        return value
    from pricelang.model.errors import BadRequest
    from pricelang.usage.live.usage_of import usage_of

    try:
        return usage_of(value, model=model, unknown_counters=unknown_counters)
    except UsageError as error:
        place = error.place
        item = f"{place.id}: " if place is not None and (place.id or "").startswith("item ") else ""
        raise BadRequest(error.code, item + error.message, help=error.help) from None


@frozen
class BookAt:
    """A book on one day: the same calls without `at`, which is refused (`bad_date`)."""

    book: PriceBook
    day: str

    def price(
        self,
        /,
        *,
        model: str,
        usage: Mapping[str, object],
        record: str = SINGLE,
        each: str | Iterable[str] = (),
        strict: bool = False,
        position: Mapping[str, object] | None = None,
        **dimensions: str,
    ) -> Bill:
        """`Book.price` on this day."""
        self._without_at(dimensions)
        return self.book.price(
            model=model,
            usage=usage,
            at=self.day,
            record=record,
            each=each,
            strict=strict,
            position=position,
            **dimensions,
        )

    def total(self, /, *, model: str, usage: Mapping[str, object], **dimensions: str) -> Decimal:
        """`Book.total` on this day."""
        if "at" in dimensions:
            self._without_at(dimensions)
        return self.book.total(model=model, usage=usage, at=self.day, **dimensions)

    def price_message(self, message: object, /, *, strict: bool = False, **dimensions: str) -> Bill:
        """`Book.price_message` on this day."""
        self._without_at(dimensions)
        return self.book.price_message(message, at=self.day, strict=strict, **dimensions)

    def price_any(
        self,
        value: object,
        /,
        *,
        model: str | None = None,
        strict: bool = False,
        unknown_counters: str = "refuse",
        **dimensions: str | None,
    ) -> Bill:
        """`Book.price_any` on this day."""
        self._without_at(dimensions)
        return self.book.price_any(
            value,
            model=model,
            at=self.day,
            strict=strict,
            unknown_counters=unknown_counters,
            **dimensions,
        )

    def models(self) -> tuple[ModelInfo, ...]:
        """The models released by this day."""
        return self.book.models(self.day)

    def _without_at(self, dimensions: Mapping[str, object]) -> None:
        if "at" in dimensions:
            from pricelang.model.errors import BadRequest

            raise BadRequest(
                "bad_date",
                f"this book is that of {self.day}",
                help="use the book that it was made from, or its `at(…)`, for another day",
            )
