"""Runs of `claude -p` whose events stand beside their result, or without one.

`--output-format stream-json` writes the messages of a run as they come, each with a placeholder of its output, and at its end a
result that counts all of them. The result of a session counts the events that stand before it in its file; where there are
none, those of other files. What no result counts was billed too: it counts like the lines of a transcript, without a final
count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import evolve, frozen

from .claude_code import SYNTHETIC, Copy, copy_of
from .fields import clean, is_object, shown
from .records import Place, Record, Rejected, Skipped
from .responses import RESPONSE, Later, Responses, named, where

FORMAT = "claude-result"
_COUNTED = "an event of a run: its result counts it"


@frozen
class Waiting:
    """An event whose usage counts unless a result does, and the place of its outcome."""

    copy: Copy
    later: Later


class Runs:
    """The events of all runs so far that no result counts yet, by session and file."""

    def __init__(self, responses: Responses) -> None:
        self._responses = responses
        self._waiting: dict[tuple[str, str], list[Waiting]] = {}
        self._bare: dict[str, Place] = {}

    def event(self, value: Mapping[str, object], place: Place, number: int) -> Skipped | Later:
        """The outcome of an event, the `number`-th of all: a `Later` where it has usage. Raises `UsageError`."""
        message, session, kind = value.get("message"), value.get("session_id"), value.get("type")
        if kind != "assistant" or not is_object(message) or message.get("usage") is None:
            return Skipped(place, f"a {shown(kind)} event of a run")
        if message.get("model") == SYNTHETIC:
            return Skipped(place, "a synthetic message: no request was made")
        copy = copy_of({**value, "sessionId": session}, message, place, number, FORMAT)
        found = Waiting(evolve(copy, finished=False), Later())
        self._waiting.setdefault((_session(session), place.file), []).append(found)
        return found.later

    def in_array(self, value: Mapping[str, object], place: Place) -> Skipped:
        """The outcome of an event in an array that holds the result of its run."""
        message = value.get("message")
        if is_object(message):
            self._responses.include(named(RESPONSE, message.get("id")), place)
        return Skipped(place, _COUNTED)

    def result(self, value: Mapping[str, object], place: Place, *, alone: bool) -> None:
        """Settles the events that a result counts; `alone` where it may have events in other files."""
        session = _session(value.get("session_id"))
        events = self._waiting.pop((session, place.file), None)
        if events is not None:
            self._settle(events, place)
        elif alone and session:
            self._bare.setdefault(session, place)

    def rest(self) -> Iterator[Waiting]:
        """The events that no result counts, once all files are read; the others are settled."""
        for (session, _), events in self._waiting.items():
            if session in self._bare:
                self._settle(events, self._bare[session])
            else:
                yield from events

    def against(self, record: Record) -> Record | Rejected:
        """A response of a transcript, or why it has no price: the result of its session is a sum that may hold it."""
        result = self._bare.get(record.attributes.get("session", ""))
        if result is None:
            return record
        return Rejected(
            record.place, "counted_twice", f"the result at {where(result, record.place)} adds up responses of the same session",
            "give the transcripts or the results alone", record.raw,
        )  # fmt: skip

    def _settle(self, events: list[Waiting], result: Place) -> None:
        for one in events:
            self._responses.include(one.copy.record.ids, result)
            one.later.outcome = Skipped(one.copy.record.place, _COUNTED)


def _session(value: object) -> str:
    return clean(value) if isinstance(value, str) else ""
