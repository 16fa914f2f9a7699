"""Answers as cost rows of FOCUS, with the counts of what became of the records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from attrs import define, field

from pricelang.apps.answers import Answer
from pricelang.apps.exports.focus import BillingAccount, Row, rows_of
from pricelang.apps.exports.focus_account import FocusAccount, owner_of
from pricelang.apps.price_book import PriceBook
from pricelang.apps.reports.period import Period
from pricelang.apps.reports.totals import Counts
from pricelang.evaluate.bill import Bill
from pricelang.model.errors import BELT, PriceError
from pricelang.usage.records import Skipped


@define
class FocusRows:
    """The rows of the bills of a run and of their account, for a period (None: for all);
    `seen` is called with each answer that has none, and `left_out` with what the account cannot
    settle.
    """

    book: PriceBook
    account: BillingAccount
    seen: Callable[[Answer | Skipped], None]
    period: Period | None = None
    left_out: Callable[[str], None] = lambda _: None
    priced: int = 0
    free: int = 0
    skipped: int = 0
    refused: int = 0
    outside: int = 0
    settled: FocusAccount = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.settled = FocusAccount.of(self.book, self.account, self.period)

    @property
    def totals(self) -> Mapping[str, Fraction]:
        """What the account owes by currency, once all rows are read."""
        return self.settled.due

    def rows(self, answers: Iterable[Answer | Skipped]) -> Iterator[Row]:
        """The rows of each bill, in order, and those of the account."""
        below = self.book.list_book()
        for answer in answers:
            if isinstance(answer, Skipped):
                self.skipped += 1
                self.seen(answer)
                continue
            try:
                with BELT:
                    found = list(self._rows(answer, answer.bill, below)) if answer.bill else []
            except PriceError as error:
                answer = Answer(answer.place, answer.record, None, error.to_dict())
            if answer.bill is None:
                self.refused += 1
                self.seen(answer)
                continue
            self._count(answer.bill, _carried(answer, answer.bill))
            for row in found:
                self.settled.wrote(row)
                yield row
        yield from self.settled.rows(self.left_out)

    def _rows(self, answer: Answer, bill: Bill, below: PriceBook | None) -> Iterator[Row]:
        record = answer.record
        kinds = () if record is None else tuple(part.kind for part in record.parts)
        account = owner_of(self.account, {} if record is None else record.attributes)
        place = str(answer.place) if answer.place.file else ""
        for part, carried in zip(bill.parts, _carried(answer, bill), strict=True):
            self.settled.usage.check(part, carried)
        return rows_of(self.book, bill, account, place, kinds, below, self.settled.holds)

    def _count(self, bill: Bill, carried: Sequence[Mapping[str, str]]) -> None:
        for part, own in zip(bill.parts, carried, strict=True):
            self.settled.add(part, own)
        if bill.parts and not any(map(self.settled.holds, bill.parts)):
            self.outside += 1
        else:
            self.priced, self.free = self.priced + bool(bill.parts), self.free + (not bill.parts)

    def counts(self) -> Counts:
        """What became of the records so far."""
        return Counts(self.priced, self.free, self.skipped, self.refused, self.outside)


def _carried(answer: Answer, bill: Bill) -> Sequence[Mapping[str, str]]:
    """What each request of an answer carries."""
    return [{}] * len(bill.parts) if answer.record is None else answer.record.carried()
