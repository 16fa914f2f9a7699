"""A checked book that prices requests that a program writes: a model, an instant, quantities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from pricelang.apps.loaded_book import LoadedBook
from pricelang.model.record_kinds import SINGLE, SUM

if TYPE_CHECKING:
    from pricelang.evaluate.bill import Bill
    from pricelang.evaluate.rate_card import RateCard
    from pricelang.model.instants import Instant


class RequestBook(LoadedBook):
    """A book that prices requests. Immutable to its users, and safe to share between threads."""

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
        if self.next is None:
            return self.rates
        from pricelang.apps.price_records import card_of
        from pricelang.usage.records import Part

        return card_of(self.cards, Part(None), str(model), None)

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
        position: Mapping[str, object] | None = None,
        **dimensions: str,
    ) -> Bill:
        """What a request costs, with a line for each meter and the rules behind it.

        `model` is an id or an alias. `at` is a day (its start), an instant (UTC unless it says
        otherwise), or None for today. `usage` maps meters to quantities: whole numbers of tokens,
        searches and the like, `Decimal`s or strings such as `"90 minutes"` for times, a list where
        uses count one by one. Every other argument is a dimension of the book, such as
        `speed="fast"`. `record="sum"` says that the quantities add up several requests, `each` what
        holds for each of them, such as `"prompt over 200000"`. `strict` refuses an amount in doubt
        (`Doubtful`): one with a note whose `doubtful` is true. `position` is what ladders of tiers
        have counted before the request, such as `{"us_volume": "9,400 MTok"}`: then there is a line
        for each tier that a meter meets.

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
            bill = rates.bill(model, at, usage, dimensions)
        else:
            from pricelang.apps.price_records import price_sum  # which few requests need

            sides = _sides_of_sum(record, each)
            bill = price_sum(rates, model, at, usage, dimensions, sides)
        if position:
            from pricelang.apps.price_records import placed

            bill = placed(bill, position)
        return certain(bill, strict)

    def price_of(
        self,
        /,
        model: str,
        meter: str,
        at: Instant | None = None,
        **dimensions: str | None,
    ) -> Decimal:
        """The unit price of a meter: what one more unit costs a short request, after all
        multipliers, in the currency of its bill. `price(…).lines` says where it is from.

        Arguments and errors are those of `price`.

        >>> import pricelang
        >>> book = pricelang.load()
        >>> book.price_of("claude-opus-4-6", "output", "2026-04-17", speed="fast")
        Decimal('0.00015')
        """
        given = {name: word for name, word in dimensions.items() if word is not None}
        priced = self._rates_of(model).request(model, at, {meter: 1}, given)
        return next((line.unit_price for line in priced.lines() if line.meter == meter), Decimal(0))


def _sides_of_sum(record: str, each: str | Iterable[str]) -> tuple[str, ...]:
    """What holds for each request of a sum. Raises `BadRequest` where there is no sum."""
    from pricelang.model.errors import BadRequest
    from pricelang.present.text import shown

    if record == SINGLE:
        message, help = "`each` applies only to a sum of requests", 'add `record="sum"`'
        raise BadRequest("bad_record", message, help=help)
    if record != SUM:
        raise BadRequest("bad_record", f"`record` is `single` or `sum`, not `{shown(record)}`")
    return (each,) if isinstance(each, str) else tuple(each)


def certain(bill: Bill, strict: bool) -> Bill:
    """A bill, unless it is in doubt and `strict` refuses that. Raises `Doubtful`."""
    if strict:
        from pricelang.model.errors import check_certain

        check_certain(bill.notes)
    return bill
