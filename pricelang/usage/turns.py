"""Results of one process of Claude Code that serves many turns:
each is the total of the process so far.

A result counts what came since the one before it in its session and file. It goes on from there
where its prompts are at least those of the result before and of the events between; with fewer it
is of another process, and counts whole. Without any events nothing tells, and both count, with a
warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve

from pricelang.model.notes import Note
from pricelang.usage.records import Part, Place, Record
from pricelang.usage.responses import where

Key = tuple[str, str]
"""A session and a file."""
Model = tuple[str | None, Mapping[str, object]]
"""A model of a result, and what it used. Of the last result of a session no more is kept:
there may be very many.
"""
_PROMPT = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
_METERS = frozenset(("input", "cache_read", "cache_write_5m", "cache_write_1h"))


class Turns:
    """The last result of each session, and the prompts of the responses since."""

    def __init__(self) -> None:
        self._prompts: dict[Key, dict[object, int]] = {}
        self._results: dict[Key, tuple[Place, list[Model]]] = {}

    def has_events(self, key: Key) -> bool:
        """Decides whether an event stood in the file."""
        return key in self._prompts

    def note_event(self, key: Key, message: Mapping[str, object]) -> None:
        """Takes in the message of an event; a response counts once."""
        usage = message.get("usage")
        if key[0] and isinstance(usage, dict):
            counts = [usage.get(name) for name in _PROMPT]
            self._prompts.setdefault(key, {})[message.get("id")] = sum(
                count for count in counts if isinstance(count, int)
            )

    def since_last(self, key: Key, record: Record) -> Record:
        """A result without what the one before it counts."""
        prompts, before = self._prompts.get(key), self._results.get(key)
        if prompts is not None:
            self._prompts[key] = {}
        self._results[key] = record.place, [(part.model, part.usage) for part in record.parts]
        parts = None if before is None else _growth(record, before[1])
        if before is None or parts is None:
            return record
        if prompts is None:
            text = (
                f"the result at {where(before[0], record.place)} is of the same session, and may "
                "be counted in this one"
            )
            return evolve(record, notes=(*record.notes, Note("running_total", text)))
        if sum(
            _number(count)
            for part in parts
            for meter, count in part.usage.items()
            if meter in _METERS
        ) < sum(prompts.values()):
            return record
        text = (
            f"a total of all turns so far: what the result at {where(before[0], record.place)} "
            "counts is taken out"
        )
        return evolve(
            record,
            parts=parts,
            notes=(*record.notes, Note("turns" if parts else "nothing_billed", text)),
        )


def _growth(record: Record, before: list[Model]) -> tuple[Part, ...] | None:
    """The parts of a record less what the models of another used,
    None where one of them has become less.
    """
    left = {
        key: usage
        for key, (_, usage) in zip(_numbered(model for model, _ in before), before, strict=True)
    }
    parts = []
    for key, part in zip(_numbered(part.model for part in record.parts), record.parts, strict=True):
        old = left.pop(key, {})
        usage = {
            meter: _number(part.usage.get(meter)) - _number(old.get(meter))
            for meter in {**part.usage, **old}
        }
        if any(count < 0 for count in usage.values()):
            return None
        if any(usage.values()):
            parts.append(evolve(part, usage=usage))
    return None if left else tuple(parts)


def _numbered(models: Iterable[str | None]) -> Iterator[tuple[str | None, int]]:
    """The models, each with a number where two ids name one model."""
    seen: dict[str | None, int] = {}
    for model in models:
        seen[model] = number = seen.get(model, 0) + 1
        yield model, number


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
