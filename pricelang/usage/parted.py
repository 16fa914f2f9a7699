"""Counters with the parts that a record tells apart: reasoning and media within the output, media
within the input and the cache.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from pricelang.model.counter_names import COUNTERS
from pricelang.model.notes import Note
from pricelang.usage.counters import Counters
from pricelang.usage.fields import shown
from pricelang.usage.inclusive import StatedTotal
from pricelang.usage.records import UsageError

MEDIA = ("audio", "image", "video")
_CACHED = Note(
    "cached_media",
    "the record does not say which of its cached tokens are text: taken for text as far as it has "
    "any",
)


def beside_output(told: Counters, reasoning: int, total: StatedTotal | None) -> Counters:
    """Counters whose output has the reasoning in it, as OpenAI counts; xAI and Gemini count it
    beside the output. The total of a record says which; without one, reasoning that is more than
    the output cannot be in it.
    """
    if not reasoning:
        return told
    within = told.input + told.output
    cache = told.read + told.written
    beside = (
        reasoning > told.output
        if total is None
        else total.count not in (within, within + cache)
        and total.count in (within + reasoning, within + cache + reasoning)
    )
    return evolve(told, output=told.output + reasoning) if beside else told


def parted(
    counters: Counters,
    reasoning: int,
    media: Mapping[str, int],
    path: str,
    notes: list[Note],
) -> Counters:
    """Disjoint counters with their parts. `media` are the media of the whole prompt (`input_audio`,
    what was cached included), of the cache (`cache_read_audio`) and of the answer, where they are
    told. Raises `UsageError` for a part that is more than its whole.
    """
    parts = {"reasoning": reasoning, **media}
    for kind in MEDIA:
        told, cached = media.get(f"input_{kind}", 0), media.get(f"cache_read_{kind}")
        if not told or not counters.read:
            continue
        if cached is None:
            notes += [] if _CACHED in notes else [_CACHED]
            cached = max(told - counters.input, 0)
        parts |= {f"input_{kind}": max(told - cached, 0), f"cache_read_{kind}": cached}
    parts = {name: number for name, number in parts.items() if number}
    wholes = {"input": counters.input, "output": counters.output, "cache_read": counters.read}
    for whole, number in wholes.items():
        inside = sum(parts[name] for name in parts if COUNTERS[name].part_of == whole)
        if inside > number:
            raise UsageError(
                "bad_counts",
                f"the parts of `{path}` come to {shown(inside)} of `{whole}`, which is {number:,}",
                "it is not known which of its counters is wrong: correct the record",
            )
    return evolve(counters, parts=parts) if parts else counters
