"""The same records or request bodies under alternatives:
exact totals of each, what each changes, and the rule where it is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from pricelang.apps.quote.alternatives import MODEL, Alternative, alternatives_of, crossed, what_if
from pricelang.apps.quote.cache_words import CacheTally
from pricelang.apps.quote.comparison import AlternativeComparison, AlternativeRow, Refusal
from pricelang.apps.quote.model import NOTHING, Range
from pricelang.apps.quote.scenarios import (
    BodySubject,
    RecordSubject,
    RequestBody,
    Subject,
    SubjectCost,
)
from pricelang.apps.quote.variants import GIVEN, Scenario, Variants
from pricelang.model.errors import BadRequest, NotOffered, PriceError, Refused
from pricelang.model.instants import today
from pricelang.model.notes import Note
from pricelang.usage.records import Outcome, Place, Rejected, Skipped, UsageError

if TYPE_CHECKING:
    from pricelang.apps.price_book import PriceBook

MAX_REASONS = 20
"""Different refusals and notes that are kept of one alternative; the rest is counted."""


class _Tally:
    """What an alternative costs so far. (A plain class: it grows.)"""

    def __init__(self, alternative: Alternative, asked: bool) -> None:
        self.alternative, self.asked = alternative, asked
        self.amount = self.as_given = self.added_amount = NOTHING
        self.added = self.records = self.changed = 0
        self.refused = self.in_use = 0
        self.refusals: dict[tuple[str | None, ...], int] = {}
        self.notes: dict[Note, None] = {}

    def refuse(self, error: PriceError) -> None:
        self.refused += 1
        key = tuple(error.to_dict().values())
        if key in self.refusals or len(self.refusals) < MAX_REASONS:
            self.refusals[key] = self.refusals.get(key, 0) + 1

    def note(self, notes: Iterable[Note]) -> None:
        for note in notes:
            if len(self.notes) < MAX_REASONS:
                self.notes[note] = None


def compare(
    book: PriceBook,
    outcomes: Iterable[Outcome | RequestBody],
    scenario: Scenario | None = None,
    *,
    what_ifs: Sequence[str] = (),
    only: Sequence[str] = (),
    cross: Sequence[str] = (),
) -> AlternativeComparison:
    """Records, or request bodies that are not sent yet, under each alternative of the book,
    or under `what_ifs` alone; read once, and none is kept.

    `only` names axes (`model`, `cache`, a dimension) or `models` or `modes`;
    `cross` axes whose changes are combined too.

    Raises `PriceError` for names that the book does not know,
    and for records in several currencies.
    """
    return _Comparing(book, scenario or Scenario(None, today(), {}), what_ifs, only, cross).all(
        outcomes
    )


class _Comparing:
    def __init__(
        self,
        book: PriceBook,
        scenario: Scenario,
        what_ifs: Sequence[str],
        only: Sequence[str],
        cross: Sequence[str],
    ) -> None:
        self.book, self.variants = book, Variants(book.rates, scenario)
        asked = [what_if(book.rates, text) for text in what_ifs]
        found = () if asked and not only else alternatives_of(book.checked, only)
        if cross:
            alternatives_of(book.checked, cross)  # names that are no axes are errors here too
            found = crossed(found or alternatives_of(book.checked), cross)
        self.given = _Tally(GIVEN, True)
        self.tallies = [_Tally(each, each in asked) for each in dict.fromkeys([*asked, *found])]
        self.caches = CacheTally(self.variants)
        self.failures: list[tuple[Place, dict[str, str | None]]] = []
        self.skipped = 0
        self.currency: str | None = None

    def all(self, outcomes: Iterable[Outcome | RequestBody]) -> AlternativeComparison:
        for outcome in outcomes:
            if isinstance(outcome, Skipped):
                self.skipped += 1
            elif isinstance(outcome, Rejected):
                error = UsageError(outcome.code, outcome.message, outcome.help)
                self._fail(outcome.place, PriceError(error.code, error.message, help=error.help))
            elif isinstance(outcome, RequestBody):
                self._subject(BodySubject(self.book, self.variants, outcome))
            else:
                self._subject(RecordSubject(self.book, self.variants, outcome))
        given = self._row(self.given)
        rows = [given, *(self._row(tally) for tally in self._kept())]
        priced = [(row.amount, row) for row in rows if row.amount is not None]
        priced.sort(key=lambda pair: pair[1].order)
        refused = [row for row in rows if row.amount is None and row.alternative is not GIVEN]
        grows = any(
            MODEL in dict(row.alternative.changes) and not amount.known for amount, row in priced
        )
        return AlternativeComparison(
            self.currency or self.book.currency,
            given,
            tuple(row for _, row in priced),
            tuple(refused),
            self.caches.answers(),
            tuple(self.failures),
            self.skipped,
            self.variants.growth.place if grows else None,
        )

    def _kept(self) -> list[_Tally]:
        """The alternatives that were asked for or change something, without those that add what
        changes nothing to another.
        """
        idle = {
            tally.alternative.changes[0]
            for tally in self.tallies
            if len(tally.alternative.changes) == 1 and not tally.changed
        }
        return [
            tally
            for tally in self.tallies
            if tally.asked
            or (tally.changed and tally.in_use and idle.isdisjoint(tally.alternative.changes))
        ]

    # ---- one record ----

    def _subject(self, subject: Subject) -> None:
        given: SubjectCost | None = None
        try:
            given = self._checked(subject.given())
        except PriceError as error:
            self._fail(subject.place, error)
            if not isinstance(error, Refused | NotOffered):
                return  # what cannot be read has no alternatives
        if given is not None:
            self.given.records += 1
            self.given.amount += given.range
            self.given.as_given += given.range
            self.given.note(given.notes)
            subject.count_caches(self.caches)
        for tally in self.tallies:
            self._try(tally, subject, given)

    def _try(self, tally: _Tally, subject: Subject, given: SubjectCost | None) -> None:
        """Counts a record under an alternative."""
        changed = True  # unless found otherwise
        try:
            if not tally.asked:
                subject.check_in_use(tally.alternative)
            tally.in_use += 1
            amount = subject.under(tally.alternative)
            changed = amount is not None
            found = self._checked(amount or given or subject.given())
        except PriceError as error:
            tally.changed += changed
            tally.refuse(error)
            return
        tally.changed += changed
        tally.records += 1
        tally.note(note for note in found.notes if given is None or note not in given.notes)
        if given is not None:
            tally.amount += found.range
            tally.as_given += given.range
        else:
            tally.added += 1
            tally.added_amount += found.range

    def _checked(self, amount: SubjectCost) -> SubjectCost:
        """An amount in the currency of those before. Raises `BadRequest`."""
        self.currency = self.currency or amount.currency
        if amount.currency is not None and amount.currency != self.currency:
            raise BadRequest(
                "mixed_currencies",
                f"billed in {amount.currency}, and what came before in {self.currency}",
                help="compare records of one currency at a time",
            )
        return amount

    def _fail(self, place: Place, error: PriceError) -> None:
        self.given.refuse(error)
        self.failures.append((place, error.to_dict()))

    def _row(self, tally: _Tally) -> AlternativeRow:
        given = self.given
        refusals = tuple(
            Refusal(code or "", message or "", rule, location, help, count)
            for (code, message, rule, location, help), count in tally.refusals.items()
        )
        amount: Range | None = None
        change: Fraction | None = None
        if not given.records:
            amount = tally.added_amount if tally.records else None
        elif tally.records > tally.added:
            amount = tally.amount
            expected = tally.as_given.expected
            change = Fraction(amount.expected) / expected - 1 if expected else None
        return AlternativeRow(
            tally.alternative,
            amount,
            tally.as_given,
            change,
            tally.records,
            tally.refused,
            tally.changed,
            tally.added,
            tally.added_amount,
            refusals,
            tuple(tally.notes),
        )
