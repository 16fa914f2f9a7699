"""Runs of `claude -p` whose events stand beside their result, or without one.

`--output-format stream-json` writes the messages of a run as they come, each with a placeholder of
its output, and at its end a result that counts all of them. The result of a session counts the
events that stand before it in its file; where there are none, those of other files. What no result
counts was billed too: it counts like the lines of a transcript, without a final count unless the
stream itself tells it (`--include-partial-messages`). A result that counts nothing counts no event.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import evolve, frozen

from pricelang.usage.fields import clean, is_object, shown
from pricelang.usage.formats.claude_code import SYNTHETIC, Copy, copy_of
from pricelang.usage.lone_results import LoneResults
from pricelang.usage.records import Outcome, Place, Record, Skipped
from pricelang.usage.response_ids import RESPONSE, named, response_ids
from pricelang.usage.responses import Later, Responses
from pricelang.usage.turns import Key, Turns

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
        self._waiting: dict[Key, list[Waiting]] = {}
        self.lone = LoneResults()
        self._started: dict[tuple[Key, str], dict[str, object]] = {}
        self._turns = Turns()

    def event(self, value: Mapping[str, object], place: Place, number: int) -> Skipped | Later:
        """The outcome of an event, the `number`-th of all:
        a `Later` where it has usage. Raises `UsageError`.
        """
        message, session, kind = value.get("message"), value.get("session_id"), value.get("type")
        key = (_session(session), place.file)
        if kind == "stream_event":
            message = self._streamed(value, key)
        elif kind != "assistant":
            message = None
        if not is_object(message) or message.get("usage") is None:
            return Skipped(place, f"a {shown(kind)} event of a run")
        if message.get("model") == SYNTHETIC:
            return Skipped(place, "a synthetic message: no request was made")
        copy = copy_of({**value, "sessionId": session}, message, place, number, FORMAT)
        found = Waiting(evolve(copy, finished=copy.finished and kind == "stream_event"), Later())
        self._waiting.setdefault(key, []).append(found)
        self._turns.note_event(key, message)
        return found.later

    def _streamed(self, value: Mapping[str, object], key: Key) -> Mapping[str, object] | None:
        """The message whose last counts an event of its stream tells, None for any other event."""
        event, chain = value.get("event"), (key, repr(value.get("parent_tool_use_id")))
        if not isinstance(event, dict):
            return None
        message, usage, delta = event.get("message"), event.get("usage"), event.get("delta")
        if event.get("type") == "message_start" and isinstance(message, dict):
            self._started[chain] = message
        started = self._started.get(chain)
        if event.get("type") != "message_delta" or not isinstance(usage, dict) or started is None:
            return None
        before = started.get("usage")
        told = {name: count for name, count in usage.items() if count is not None}
        whole = {**started, "usage": {**(before if isinstance(before, dict) else {}), **told}}
        return {**whole, **delta} if isinstance(delta, dict) else whole

    def in_array(self, value: Mapping[str, object], place: Place) -> Skipped:
        """The outcome of an event in an array that holds the result of its run."""
        message = value.get("message")
        if is_object(message):
            self._turns.note_event((_session(value.get("session_id")), place.file), message)
            self._responses.include(named(RESPONSE, message.get("id")), place)
        return Skipped(place, _COUNTED)

    def result(self, value: Mapping[str, object], record: Record) -> Outcome | Later:
        """A result without what the one before it counts; settles the events that it counts. One
        without any waits for the transcripts of its session.
        """
        if not any(any(part.usage.values()) for part in record.parts):
            return record
        key = session, _ = _session(value.get("session_id")), record.place.file
        events = self._waiting.pop(key, None)
        if events is not None:
            self._settle(events, record.place)
        is_lone = bool(session) and not self._turns.has_events(key)
        record = self._turns.since_last(key, record) if session else record
        if not is_lone or not record.parts:
            return record
        outcome = self._responses.settled(record, response_ids(FORMAT, value))
        return self.lone.add(session, outcome) if isinstance(outcome, Record) else outcome

    def rest(self) -> Iterator[Waiting]:
        """The events that no result counts, once all files are read; the others are settled."""
        for (session, _), events in self._waiting.items():
            result = self.lone.counts_events(session)
            if result is not None:
                self._settle(events, result)
            else:
                yield from events

    def _settle(self, events: list[Waiting], result: Place) -> None:
        for one in events:
            self._responses.include(one.copy.record.ids, result)
            one.later.outcome = Skipped(one.copy.record.place, _COUNTED)


def _session(value: object) -> str:
    return clean(value) if isinstance(value, str) else ""
