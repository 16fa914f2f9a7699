"""A checked book that prices: requests, records and Anthropic messages,
one at a time, on any day or on one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import frozen

from pricelang.apps.loaded_book import LoadedBook
from pricelang.apps.price_records import card_of, price_parts, price_record, price_sum
from pricelang.evaluate.bill import Bill
from pricelang.evaluate.models import ModelInfo
from pricelang.evaluate.rate_card import RateCard
from pricelang.model.errors import BadRequest, check_certain
from pricelang.model.instants import Instant, text_of
from pricelang.model.record_kinds import SINGLE, SUM
from pricelang.present.text import shown
from pricelang.usage.records import Part

if TYPE_CHECKING:
    from pricelang.usage.records import Record


class PriceBook(LoadedBook):
    """A book that prices. Immutable to its users, and safe to share between threads;
    `pricelang.load` makes one that does more.
    """

    def total(
        self,
        /,
        *,
        model: str,
        usage: Mapping[str, object],
        at: Instant | None = None,
        **dimensions: str,
    ) -> Decimal:
        """The amount of one request, in the currency of its bill:
        `price(…).total` without the lines.

        Arguments and errors are those of `price`.
        """
        # What `RateCard.amount` does first, here too: a call saved is a tenth of the time. It is
        # for `dict` alone, since another mapping may list its keys in one order and its values in
        # another.
        if type(usage) is dict:
            try:
                key = (
                    (model, at, *usage, *dimensions.items()) if dimensions else (model, at, *usage)
                )
                return self._shortcuts[key].amount(usage.values())
            except (KeyError, TypeError, ValueError):
                pass
        return self._rates_of(model).amount(model, at, usage, dimensions)

    def _rates_of(self, model: str) -> RateCard:
        """The rate card of the first book that knows a model."""
        return (
            self.rates if self.next is None else card_of(self.cards, Part(None), str(model), None)
        )

    def price(
        self,
        /,
        *,
        model: str,
        usage: Mapping[str, object],
        at: Instant | None = None,
        record: str = SINGLE,
        each: str | Iterable[str] = (),
        strict: bool = False,
        **dimensions: str,
    ) -> Bill:
        """What a request costs, with a line for each meter and the rules behind it.

        `model` is an id or an alias. `at` is a day (its start), an instant (UTC unless it says
        otherwise), or None for today. `usage` maps meters to quantities: whole numbers of tokens,
        searches and the like, `Decimal`s or strings such as `"90 minutes"` for times, a list where
        uses count one by one. Every other argument is a dimension of the book, such as
        `speed="fast"`. `record="sum"` says that the quantities add up several requests, `each` what
        holds for each of them, such as `"prompt over 200000"`. `strict` refuses an amount in doubt
        (`Doubtful`): one with a note whose `doubtful` is true.

        Raises `PriceError`: `UnknownName`, `NotOffered`, `Refused` or `BadRequest`,
        with a code, the rule and its place.

        >>> import pricelang
        >>> bill = pricelang.load().price(
        ...     model="claude-opus-4-6", at="2026-04-17", speed="fast", usage={"output": 1000}
        ... )
        >>> bill.lines[0].unit_price, bill.lines[0].factors[0].rule
        (Decimal('0.00015'), 'fast')
        """
        rates = self._rates_of(model)
        if record == SINGLE and not each:
            return _certain(Bill((rates.request(model, at, usage, dimensions),)), strict)
        sides = _sides_of_sum(record, each)
        return _certain(price_sum(rates, model, at, usage, dimensions, sides), strict)

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
        """What an Anthropic message costs:
        an SDK object, or the dict of a Messages response or of a batch result.

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
        from pricelang.usage.reading import message_record
        from pricelang.usage.records import UsageError

        try:
            record = message_record(message, unknown_counters=unknown_counters)
        except UsageError as error:
            raise BadRequest(error.code, error.message, help=error.help) from None
        return self.price_record(record, at=at, dimensions=dimensions, strict=strict)

    def price_record(
        self,
        record: Record,
        *,
        model: str | None = None,
        at: Instant | None = None,
        dimensions: Mapping[str, str] | None = None,
        strict: bool = False,
    ) -> Bill:
        """What a record that was read by `pricelang.usage` costs:
        one request or several, on one bill.

        `model`, `at` and `dimensions` hold where the record says nothing;
        `strict` refuses an amount in doubt. Raises `PriceError`.
        """
        return _certain(price_record(self.cards, record, model, at, dimensions or {}), strict)

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
        return price_parts(self.cards, record, model, at, dimensions or {})

    def at(self, at: Instant) -> BookAt:
        """The book on one day or at one instant. Raises `BadRequest` (`bad_date`).

        >>> import pricelang
        >>> pricelang.load().at("2026-04-17").total(
        ...     model="claude-opus-4-7", usage={"input": 1_000_000}
        ... )
        Decimal('5')
        """
        return BookAt(self, text_of(at))


def _sides_of_sum(record: str, each: str | Iterable[str]) -> tuple[str, ...]:
    """What holds for each request of a sum. Raises `BadRequest` where there is no sum."""
    if record == SINGLE:
        message, help = "`each` applies only to a sum of requests", 'add `record="sum"`'
        raise BadRequest("bad_record", message, help=help)
    if record != SUM:
        raise BadRequest("bad_record", f"`record` is `single` or `sum`, not `{shown(record)}`")
    return (each,) if isinstance(each, str) else tuple(each)


def _certain(bill: Bill, strict: bool) -> Bill:
    if strict:
        check_certain(bill.notes)
    return bill


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
            **dimensions,
        )

    def total(self, /, *, model: str, usage: Mapping[str, object], **dimensions: str) -> Decimal:
        """`Book.total` on this day."""
        if "at" in dimensions:
            self._without_at(dimensions)
        return self.book.rates.amount(model, self.day, usage, dimensions)

    def price_message(self, message: object, /, *, strict: bool = False, **dimensions: str) -> Bill:
        """`Book.price_message` on this day."""
        self._without_at(dimensions)
        return self.book.price_message(message, at=self.day, strict=strict, **dimensions)

    def models(self) -> tuple[ModelInfo, ...]:
        """The models released by this day."""
        return self.book.models(self.day)

    def _without_at(self, dimensions: Mapping[str, str]) -> None:
        if "at" in dimensions:
            raise BadRequest(
                "bad_date",
                f"this book is that of {self.day}",
                help="use the book that it was made from, or its `at(…)`, for another day",
            )
