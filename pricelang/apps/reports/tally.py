"""What a pass over records counts:
what became of each, the reasons of those refused, and the notes; in bounded memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from pricelang.apps.reports.totals import Counts, Unpriced
from pricelang.evaluate.bill import Bill
from pricelang.model.errors import BadRequest, PriceError
from pricelang.model.notes import Note
from pricelang.usage.records import Outcome, Place, Record, Rejected, Skipped

MAX_REASONS = 1_000
"""Distinct reasons and notes that are kept apart; the rest is counted together."""
PLACES = 3
"""Places that are named for a reason."""
Reason = tuple[str, str, str | None]
"""Why something has no price: the code of the error, its message and its help."""
OTHER: Reason = ("other", "other reasons", "`pricelang price` names each record that it refuses")


class Tally:
    """The counts of one pass;
    `refused` is called with each record that has no price, where it is given.
    """

    def __init__(
        self, refused: Callable[[Place, dict[str, str | None]], None] | None = None
    ) -> None:
        self.priced = self.free = self.skipped = self.broken = self.outside = self.warned = 0
        self.notes: dict[Note, int] = {}
        self._reasons: dict[Reason, list[str]] = {}
        self._numbers: dict[Reason, int] = {}
        self._refused = refused

    def records(self, outcomes: Iterable[Outcome]) -> Iterator[Record]:
        """The records among outcomes; all else is counted."""
        for outcome in outcomes:
            if isinstance(outcome, Record):
                yield outcome
            elif isinstance(outcome, Skipped):
                self.skipped, self.broken = self.skipped + 1, self.broken + outcome.broken
            else:
                self.reject(outcome)

    def reject(self, outcome: Rejected) -> None:
        """Counts what could not be read."""
        self.refuse(outcome.place, PriceError(outcome.code, outcome.message, help=outcome.help))

    def refuse(self, place: Place, error: PriceError) -> None:
        """Counts a record without a price."""
        if self._refused is not None:
            self._refused(place, error.to_dict())
        reason: Reason = (error.code, error.message, error.help)
        if reason not in self._numbers and len(self._numbers) >= MAX_REASONS:
            reason = OTHER
        self._numbers[reason] = self._numbers.get(reason, 0) + 1
        places = self._reasons.setdefault(reason, [])
        if len(places) < PLACES and (place.file or place.id):
            places.append(str(place))

    def accept(self, free: bool, notes: Iterable[Note]) -> None:
        """Counts a record with a price, or a free one, and its notes."""
        self.priced, self.free = self.priced + (not free), self.free + free
        notes = dict.fromkeys(notes)
        self.warned += any(note.doubtful for note in notes)
        for note in notes:
            if note in self.notes or len(self.notes) < MAX_REASONS:
                self.notes[note] = self.notes.get(note, 0) + 1

    def counts(self) -> Counts:
        """The counts so far; they add up to what was read."""
        return Counts(
            self.priced,
            self.free,
            self.skipped,
            sum(self._numbers.values()),
            self.outside,
            self.broken,
            self.warned,
        )

    def unpriced(self) -> tuple[Unpriced, ...]:
        """The reasons of what was refused, the most frequent first."""
        order = sorted(self._numbers.items(), key=lambda pair: (-pair[1], pair[0][:2]))
        return tuple(
            Unpriced(number, *reason, tuple(self._reasons[reason])) for reason, number in order
        )


def costs(bill: Bill) -> bool:
    """Says whether a request costs anything at all, at most."""
    if bill.bounds is not None:
        return bill.bounds[1] > 0
    return any(
        bool(priced.total if priced.units is None else priced.units) for priced in bill.parts
    )


def no_time() -> BadRequest:
    """The error of a record that says no time where its time matters."""
    return BadRequest(
        "no_time",
        "the record says no time",
        help="give one for all such records with `--at`, or `at=` in Python",
    )
