"""What stands under tables: notes, and what became of the records that were read."""

from __future__ import annotations

from pricelang.present.text import how_many, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pricelang.apps.reports.totals import Counts
    from pricelang.model.notes import Note


def note_line(note: Note, records: int | None = None) -> str:
    """A note, with the number of records that it is of; one of an account is of none.

    >>> from pricelang.model.notes import Note
    >>> (
    ...     note_line(Note("no_date", "no date is given"), 2),
    ...     note_line(Note("account", "a minimum"), 0),
    ... )
    ('note: no_date: no date is given (2 records)', 'note: account: a minimum')
    """
    count = f" ({how_many(records, 'record')})" if records else ""
    return f"{note.level}: {note.code}: {printable(note.text)}{count}"


def for_people(notes: Iterable[tuple[Note, int]]) -> Iterator[tuple[Note, int]]:
    """The notes but those on digits that only data show."""
    return ((note, records) for note, records in notes if note.code != "inexact_decimal")


def counts_line(counts: Counts) -> str:
    """How many records were read, and what became of them; malformed lines, records outside of the
    period asked for and amounts in doubt are counted where there are any.
    """
    left_out = f", {counts.outside:,} outside of the period" if counts.outside else ""
    doubtful = f", {counts.warned:,} with warnings" if counts.warned else ""
    which = f" ({counts.broken:,} of them malformed or cut)" if counts.broken else ""
    return (
        f"{counts.read:,} read: {counts.priced:,} priced, {counts.free:,} free, "
        f"{counts.skipped:,} skipped{which}, {counts.refused:,} refused{left_out}{doubtful}"
    )
