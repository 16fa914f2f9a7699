"""Outcomes that wait: transcripts, runs and their summaries are decided when all of them are read,
and what follows them waits with them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from attrs import evolve

from pricelang.usage.formats.registry import reader_of
from pricelang.usage.records import Outcome, Place, Record, Skipped
from pricelang.usage.responses import Later, Responses, is_unfinished
from pricelang.usage.shapes import is_event, is_summary
from pricelang.usage.summaries import Summaries

if TYPE_CHECKING:
    from pricelang.usage.formats.claude_code import Copy, Key, Transcripts
    from pricelang.usage.runs import Runs


class WaitingOutcomes:
    """What waits for the end of some files."""

    def __init__(self, responses: Responses, keep_raw: bool) -> None:
        self._responses, self._keep_raw = responses, keep_raw
        self._transcripts: Transcripts | None = None
        self._runs: Runs | None = None
        self._copies: dict[Key, Later] = {}
        self._summaries = Summaries()
        self._held: deque[Outcome | Later] = deque()
        self._lines = 0

    def in_order(self, outcome: Outcome | Later) -> Iterator[Outcome]:
        """What is known with one more outcome: itself, where nothing before it waits."""
        if isinstance(outcome, Later) or (self._held and not isinstance(outcome, Skipped)):
            self._held.append(outcome)
            yield from self.known()
        else:
            yield outcome

    def known(self) -> Iterator[Outcome]:
        """What is held back, up to the first outcome that is not known yet."""
        while self._held:
            first = self._held[0]
            outcome = first.outcome if isinstance(first, Later) else first
            if outcome is None:
                return
            self._held.popleft()
            yield outcome

    def settle(self) -> None:
        """Decides all that waits for the end of the last file."""
        if self._runs is not None:
            for event in self._runs.rest():
                self._add_copy(event.copy, event.later)
        # Copies with a final count come first: what is open elsewhere never counts beside one.
        unfinished: list[tuple[Key, Record]] = []
        for key, found in self._transcripts.outcomes() if self._transcripts else ():
            if not isinstance(found, Record):
                self._copies[key].outcome = found
            elif is_unfinished(found):
                unfinished.append((key, found))
            else:
                self._settle_copy(key, found)
        self._responses.finish()
        for key, record in unfinished:
            self._settle_copy(key, record)
        if self._runs is not None:
            self._runs.lone.settle(self._copies.values())
        self._summaries.settle(
            None
            if self._transcripts is None
            else (
                later.outcome
                for later in self._copies.values()
                if isinstance(later.outcome, Record)
            )
        )

    def _settle_copy(self, key: Key, found: Record) -> None:
        """Decides a response of a transcript, whose copies are settled among themselves."""
        self._copies[key].outcome = self._responses.last(found)

    def of_run(
        self, value: Mapping[str, object], place: Place, raw: str | None
    ) -> Iterable[Outcome | Later]:
        """The outcome of the result of a run, or of one of its events."""
        if is_event(value):
            self._lines += 1
            return (self._run_events().event(value, place, self._lines),)
        found = list(reader_of("claude-result")(value, place))
        (record,) = found
        if not isinstance(record, Record):
            return found
        record = evolve(record, raw=raw) if self._keep_raw else record
        if is_summary(value):
            return (self.summary(record),)
        return (self._run_events().result(value, record),)

    def summary(self, record: Record) -> Later:
        """The outcome of a record that may sum up transcripts."""
        return self._summaries.add(record)

    def in_array(self, value: Mapping[str, object], place: Place) -> Skipped | Later:
        """The outcome of an event of a run that is an item of an array."""
        return self._run_events().in_array(value, place)

    def _run_events(self) -> Runs:
        if self._runs is None:
            from pricelang.usage.runs import Runs

            self._runs = Runs(self._responses)
        return self._runs

    def transcript_line(
        self, value: Mapping[str, object], place: Place, raw: str | None
    ) -> tuple[Skipped | Later, ...]:
        """The outcome of a line of a transcript."""
        from pricelang.usage.formats.claude_code import copy

        self._lines += 1
        read = copy(value, place, self._lines)
        if isinstance(read, Skipped):
            return (read,)
        if self._keep_raw:
            read = evolve(read, record=evolve(read.record, raw=raw))
        later = Later()
        self._add_copy(read, later)
        # A later copy may be the one that counts:
        # the place of a response is that of its first, and is decided at the end.
        return (later.outcome if isinstance(later.outcome, Skipped) else later,)

    def _add_copy(self, copy: Copy, later: Later) -> None:
        from pricelang.usage.formats.claude_code import Transcripts

        if self._transcripts is None:
            self._transcripts = Transcripts()
        later.outcome = self._transcripts.add(copy)
        if later.outcome is None:
            self._copies[copy.key] = later
