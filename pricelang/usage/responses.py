"""Responses that count once: what becomes of the copies of a response.

The first copy with a final count counts. A further one with the same counts is skipped, one with
other counts is refused, for which of them is right is not for the reader to say. A copy without a
final count never counts beside one that has it; of several such the largest does, among equals the
last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import evolve, frozen

from pricelang.model.counter_names import COUNTERS, PLAIN_LIFETIME, UNKNOWN_LIFETIME
from pricelang.model.notes import Note
from pricelang.usage.fields import clean
from pricelang.usage.records import Outcome, Place, Record, Rejected, Skipped
from pricelang.usage.response_ids import Value, is_partial, response_ids

_NO_END = Note("unfinished", "no chunk of the stream tells its end: its counts may not be the last")


class Later:
    """The place of an outcome that what follows decides: None until it is known."""

    def __init__(self) -> None:
        self.outcome: Outcome | None = None


# What was counted for an id: a hash of its counts (None within a sum), its tokens, and where.
# One a response, so a plain tuple.
_Counted = tuple[int | None, int, str, int | None]


@frozen
class _Open:
    """A copy without a final count, its ids, and the place of its outcome."""

    record: Record
    ids: tuple[str, ...]
    later: Later


@frozen
class _Stream:
    """A stream that has told no counts yet:
    the place of its first chunk, and whether it has told its end.
    """

    place: Place
    ended: bool


class Responses:
    """The responses of one pass, by their ids."""

    def __init__(self) -> None:
        self._counted: dict[str, _Counted] = {}
        self._open: dict[str, _Open] = {}
        self._streams: dict[str, _Stream] = {}

    def chunk(self, value: Value, place: Place) -> None:
        """Takes note of a chunk without counts: its stream has to tell them, here or elsewhere."""
        for id in response_ids("openai", value):
            before = self._streams.get(id)
            ended = not is_partial("openai", value) or (before is not None and before.ended)
            self._streams[id] = _Stream(place if before is None else before.place, ended)

    def uncounted(self) -> Iterator[Rejected]:
        """The streams that told no counts to their end."""
        for id, stream in self._streams.items():
            if id not in self._counted:
                yield Rejected(
                    stream.place,
                    "no_counts",
                    "the stream of this response tells no counts",
                    "a stream of Chat Completions tells them where its request asks for them, with "
                    '`"stream_options": {"include_usage": true}`',
                )

    def settled(
        self, record: Record, ids: tuple[str, ...], partial: bool = False
    ) -> Outcome | Later:
        """The record if it counts, or why it does not; a `Later` where that is not known yet.
        `partial` is a copy that others may follow.
        """
        unfinished = partial or is_unfinished(record)
        for id in ids:
            if id in self._counted:
                return _against(record, self._counted[id], unfinished)
        if unfinished:
            return self._opened(record, ids)
        counted = _counted(record)
        if self._open:
            self._close(record, ids, counted)
        for id in ids:
            self._counted[id] = counted
        return record

    def last(self, record: Record) -> Outcome:
        """The same for a response whose copies are settled among themselves,
        once no other can follow.
        """
        for id in record.ids:
            if id in self._counted:
                return _against(record, self._counted[id], is_unfinished(record))
        if self._open and not is_unfinished(record):
            self._close(record, record.ids, _counted(record))
        return record

    def include(self, ids: tuple[str, ...], place: Place) -> None:
        """Takes note of a response that the sum at a place counts."""
        for id in ids:
            self._counted[id] = None, 0, place.file, place.line

    def finish(self) -> None:
        """Decides what is still open: the copy at hand counts."""
        for one in self._open.values():
            if one.later.outcome is None:
                one.later.outcome = self._as_told(one)
                self._counted.update(dict.fromkeys(one.ids, _counted(one.record)))

    def _as_told(self, one: _Open) -> Record:
        """A record that nothing followed, with the warning that it may not be the last,
        unless its stream told its end.
        """
        if is_unfinished(one.record) or any(
            id in self._streams and self._streams[id].ended for id in one.ids
        ):
            return one.record
        return evolve(one.record, notes=(*one.record.notes, _NO_END))

    def _opened(self, record: Record, ids: tuple[str, ...]) -> Outcome | Later:
        before = next((self._open[id] for id in ids if id in self._open), None)
        if before is None:
            found = _Open(record, ids, Later())
            self._open.update(dict.fromkeys(ids, found))
            return found.later
        kept, lost = (
            (record, before.record)
            if tokens(record) >= tokens(before.record)
            else (before.record, record)
        )
        # The place in the order stays that of the first copy.
        now = _Open(kept, (*before.ids, *(id for id in ids if id not in before.ids)), before.later)
        self._open.update(dict.fromkeys(now.ids, now))
        return _copy(lost.place, kept.place.file, kept.place.line)

    def _close(self, final: Record, ids: tuple[str, ...], counted: _Counted) -> None:
        before = next((self._open[id] for id in ids if id in self._open), None)
        if before is not None:
            for id in before.ids:
                self._open.pop(id, None)
            before.later.outcome = _against(before.record, counted, unfinished=True)


def is_unfinished(record: Record) -> bool:
    """Decides whether a record has no final count."""
    return bool(record.notes) and any(note.code == "unfinished" for note in record.notes)


def tokens(record: Record) -> int:
    """All that a record counts, in one number: of copies of one response, more is later."""
    size = 0
    for part in record.parts:
        numbers = part.usage.values()
        try:
            found = sum(numbers)  # type: ignore[arg-type]
        except TypeError:  # texts and lists are no tokens
            found = None
        size += (
            found
            if type(found) is int
            else sum([number for number in numbers if type(number) is int])
        )
    return size


def where(place: Place, seen_from: Place) -> str:
    """A place in words, short when it is in the file from which it is seen."""
    return _where(place.file, place.line, seen_from)


def _where(file: str, line: int | None, seen_from: Place) -> str:
    return f"line {line}" if file == seen_from.file else f"line {line} of {clean(file)}"


def _copy(place: Place, file: str, line: int | None) -> Skipped:
    return Skipped(place, f"a copy of the response at {_where(file, line, place)}")


def _against(record: Record, before: _Counted, unfinished: bool) -> Outcome:
    """What becomes of a copy of a response that counts already."""
    counts, size, file, line = before
    if counts is None:
        return Skipped(
            record.place, f"the sum at {_where(file, line, record.place)} counts this response"
        )
    if _counts(record) == counts or (unfinished and tokens(record) <= size):
        return _copy(record.place, file, line)
    return Rejected(
        record.place,
        "changed_response",
        f"this response also stands with other counts at {_where(file, line, record.place)}",
        "one response has one usage: give the right one of the two alone",
        record.raw,
    )


def _counted(record: Record) -> _Counted:
    place = record.place
    return _counts(record), tokens(record), place.file, place.line


def _counts(record: Record) -> int:
    counts, parts = 0, record.parts
    try:
        if len(parts) == 1:  # nearly all
            return hash(frozenset(plain_usage(parts[0].usage).items()))
        for part in parts:
            counts = hash((counts, frozenset(plain_usage(part.usage).items())))
        return counts
    except TypeError:  # a format from outside may list its quantities
        return hash(repr([sorted(part.usage.items()) for part in record.parts]))


_TOLD_APART = frozenset(name for name, counter in COUNTERS.items() if counter.part_of) - {
    "cache_write_5m",
    "cache_write_1h",
}


def plain_usage(usage: Mapping[str, object]) -> Mapping[str, object]:
    """A usage as every format tells it: some tell no parts of a counter, and no lifetimes."""
    if UNKNOWN_LIFETIME not in usage and _TOLD_APART.isdisjoint(usage):
        return usage
    found: dict[str, object] = {}
    for name, number in usage.items():
        whole = COUNTERS[name].part_of if name in _TOLD_APART else name
        key = PLAIN_LIFETIME if whole == UNKNOWN_LIFETIME else whole or name
        before = found.get(key, 0)
        found[key] = before + number if type(before) is type(number) is int else number
    return found
