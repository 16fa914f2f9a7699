"""Results of `claude -p` that stand without the events of their run, beside the transcript of their
session.

Nothing tells which responses such a result adds up, and each request counts once all the same.
Where the transcripts of the session count no less of anything than its results do, they count and
the results do not, but for models that no transcript has: Claude Code writes titles with a small
one. Where they count less, the results count, and the transcripts are refused: what a model wrote
is a placeholder in many of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable
from functools import lru_cache

from attrs import evolve

from pricelang.usage.model_spelling import spelled
from pricelang.usage.platforms import named
from pricelang.usage.records import Part, Place, Record, Rejected, Skipped
from pricelang.usage.responses import Later, where

_Meter = tuple[str | None, str]
_COUNTED = "the result of a run: the transcript of its session counts"


class LoneResults:
    """The results of one pass that wait for the transcripts of their sessions."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, list[tuple[Record, Later]]] = defaultdict(list)
        self._told: set[str] = set()

    def add(self, session: str, record: Record) -> Later:
        """The place of the outcome of a result."""
        later = Later()
        self._waiting[session].append((record, later))
        return later

    def counts_events(self, session: str) -> Place | None:
        """The place of the result that counts the events of a session, which stand elsewhere; None
        where it has none. Then the results of the session do count.
        """
        if session not in self._waiting:
            return None
        self._told.add(session)
        return self._waiting[session][0][0].place

    def settle(self, transcripts: Iterable[Later]) -> None:
        """Decides all results, and the responses of transcripts that they count."""
        lines: defaultdict[str, list[tuple[Record, Later]]] = defaultdict(list)
        if self._waiting:
            for later in transcripts:
                if isinstance(record := later.outcome, Record):
                    lines[record.attributes.get("session", "")].append((record, later))
        for session, results in self._waiting.items():
            counted, told = _counts(lines[session]), _counts(results)
            names = {name for name, _ in counted}
            more = any(told[key] > counted[key] for key in told if key[0] in names)
            if more or session in self._told:
                for record, later in lines[session]:
                    later.outcome = _refused(record, results[0][0])
                names = set()
            for record, later in results:
                later.outcome = _without(record, names)


def _counts(held: Iterable[tuple[Record, Later]]) -> Counter[_Meter]:
    """What each model used of each meter in some records; a result may not tell the lifetimes of
    what was written.
    """
    found: Counter[_Meter] = Counter()
    for record, _ in held:
        for part in record.parts:
            for meter, count in part.usage.items():
                plain = "cache_write" if meter.startswith("cache_write") else meter
                found[_name(part), plain] += count if isinstance(count, int) else 0
    return found


def _without(record: Record, names: Container[str | None]) -> Record | Skipped:
    """A result without the models that transcripts count."""
    rest = tuple(part for part in record.parts if _name(part) not in names)
    if len(rest) == len(record.parts):
        return record
    return evolve(record, parts=rest) if rest else Skipped(record.place, _COUNTED)


def _refused(record: Record, result: Record) -> Rejected:
    return Rejected(
        record.place,
        "counted_twice",
        f"the result at {where(result.place, record.place)} adds up responses of the same session, "
        "and more than its transcripts count",
        "give the transcripts or the results alone",
        record.raw,
    )


def _name(part: Part) -> str | None:
    return None if part.model is None else _plain(part.model)


@lru_cache(maxsize=1024)
def _plain(model: str) -> str:
    """A model by its words and version: a result may name it as its platform does, and with a
    day.
    """
    name = named(model).model or model
    parts = spelled(name)
    return name if parts is None else f"{'-'.join(sorted(parts.words))} {parts.version}"


__all__ = ["LoneResults"]
