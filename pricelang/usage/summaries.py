"""Summaries of requests that stand beside the transcripts of the same requests: reports of ccusage,
metrics of telemetry, and what Claude Code works out of its transcripts.

A summary counts where no transcript does. Beside transcripts a model of a session (or of all of
them, where a summary names none) counts once: the summary is skipped where the transcripts count no
less than it does, and refused where they count less, for then nobody knows what it holds besides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from attrs import evolve

from pricelang.usage.records import Outcome, Part, Record, Rejected, Skipped
from pricelang.usage.responses import Later, tokens
from pricelang.usage.telemetry import METRICS

OF_TRANSCRIPTS = "claude-result"
FORMATS = frozenset(("ccusage", METRICS))
"""The formats of which every record may sum up transcripts."""
_COUNTED = "a summary of the transcripts, which count"
_Key = tuple[str | None, str | None]


class Summaries:
    """The summaries of one pass, which wait for its last transcript."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Record, Later]] = []

    def add(self, record: Record) -> Later:
        """The place of the outcome of a summary."""
        later = Later()
        self._waiting.append((record, later))
        return later

    def settle(self, transcripts: Iterable[Record] | None) -> None:
        """Decides all summaries by the responses of the transcripts, None where there are none."""
        if transcripts is None:
            for record, later in self._waiting:
                later.outcome = record
        elif self._waiting:
            counted: Counter[_Key] = Counter()
            for record in transcripts:
                for part in record.parts:
                    size = _size(record, part)
                    counted[record.attributes.get("session"), part.model] += size
                    counted[None, part.model] += size
            told: Counter[_Key] = Counter()
            for record, _ in self._waiting:
                for part in record.parts:
                    told[_key(record, part)] += _size(record, part)
            for record, later in self._waiting:
                later.outcome = _beside(record, counted, told)


def _beside(record: Record, counted: Counter[_Key], told: Counter[_Key]) -> Outcome:
    """What becomes of a summary beside transcripts."""
    if record.format == OF_TRANSCRIPTS:
        return Skipped(record.place, _COUNTED)
    both = [part for part in record.parts if _key(record, part) in counted]
    if not both:
        return record
    over = next((key for part in both if told[key := _key(record, part)] > counted[key]), None)
    if over is not None:
        return Rejected(
            record.place,
            "counted_twice",
            f"the summaries count {told[over]:,} tokens of `{over[1]}`, and the transcripts beside "
            f"them {counted[over]:,}: what they have in common is not known",
            "give the transcripts or their summaries alone",
            record.raw,
        )
    rest = tuple(part for part in record.parts if part not in both)
    return evolve(record, parts=rest) if rest else Skipped(record.place, _COUNTED)


def _key(record: Record, part: Part) -> _Key:
    """The session of a summary, where it is of one alone, and its model."""
    return (record.attributes.get("session") if record.format == METRICS else None), part.model


def _size(record: Record, part: Part) -> int:
    return tokens(evolve(record, parts=(part,)))
