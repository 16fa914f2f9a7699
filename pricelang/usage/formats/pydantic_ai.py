"""The usage of pydantic-ai, and of genai-prices with the same names: the cache inside the input."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters, all_agreed, meanings, writes_of
from pricelang.usage.fields import (
    is_object,
    optional_object,
    require_object,
    required_count,
    word,
)
from pricelang.usage.formats.gateway_part import gateway_part
from pricelang.usage.inclusive import disjoint, total_of
from pricelang.usage.parted import beside_output, parted
from pricelang.usage.records import SINGLE, SUM, Outcome, Part, Place, Record
from pricelang.usage.response_ids import RESPONSE, named
from pricelang.usage.several import several
from pricelang.usage.times import instant
from pricelang.usage.unknown import ANYTHING, known_names, note_unknown

FORMAT = "pydantic-ai"
_CACHE = {
    "read": ("cache_read_tokens", "cache_read_input_tokens"),
    "written": ("cache_write_tokens", "cache_creation_input_tokens"),
    "5m": ("cache_write_5m_tokens", "cache_5m_write_tokens", "ephemeral_5m_input_tokens"),
    "1h": ("cache_write_1h_tokens", "cache_1h_write_tokens", "ephemeral_1h_input_tokens"),
}
_PYDANTIC_CACHE = tuple(meanings(_CACHE))
_SEARCHES = {"web_search": ("web_search_requests",), "web_fetch": ("web_fetch_requests",)}
_PARTS = {
    "reasoning": ("reasoning_tokens", "thinking_tokens"),
    "input_audio": ("input_audio_tokens",),
    "cache_read_audio": ("cache_audio_read_tokens",),
    "output_audio": ("output_audio_tokens",),
}
_PYDANTIC = meanings({**_CACHE, **_SEARCHES, **_PARTS})
_PYDANTIC_KNOWN = known_names(
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "tool_calls",
    "input_audio_tokens",
    "cache_audio_read_tokens",
    "output_audio_tokens",
    "output_reasoning_tokens",
    *_PYDANTIC_CACHE,
    pydantic_ai_gateway=ANYTHING,
    details=known_names(
        "input_tokens",
        "output_tokens",
        "reasoning_tokens",
        "thinking_tokens",
        *_PYDANTIC_CACHE,
        *meanings(_SEARCHES),
    ),
)


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object has such a usage, by the names of its counts."""
    usage = value.get("usage")
    return (
        is_object(usage)
        and (
            "cache_read_tokens" in usage
            or "cache_write_tokens" in usage
            or ("model_name" in value and "input_tokens" in usage)
        )
        and "type" not in value
        and "message" not in value
    )


def outcomes(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
    """The record of a call. Raises `UsageError`."""
    notes: list[Note] = []
    usage = require_object(value.get("usage"), "usage")
    note_unknown(usage, _PYDANTIC_KNOWN, "usage", notes)
    details = optional_object(usage, "details", "usage") or {}
    places = [(usage, "usage"), (details, "usage.details")]
    counts = all_agreed(places, _PYDANTIC)
    told = Counters(
        required_count(usage, "input_tokens", "usage"),
        required_count(usage, "output_tokens", "usage"),
        counts.get("read", 0),
        *writes_of(counts.get("written"), _parts_of_writes(usage, counts), notes),
    )
    total = total_of(usage, ("total_tokens",), "usage")
    reasoning = counts.get("reasoning", 0)
    told = beside_output(told, reasoning, total)
    counters = disjoint(told, "usage.input_tokens", inside=True, total=total)
    media = {name: counts[name] for name in _PARTS if name in counts and name != "reasoning"}
    counters = parted(counters, reasoning, media, "usage", notes)
    meters = counters.meters() | {name: counts[name] for name in _SEARCHES if counts.get(name)}
    model = word(value.get("model_name"), "model_name") or word(value.get("model"), "model")
    at = instant(value.get("timestamp"), "timestamp")
    part = Part(model, at, {}, meters, kind=SUM if _is_run(usage, value) else SINGLE)
    # The id that the server gave says the platform better than the name of a provider.
    response = value.get("provider_response_id") or value.get("vendor_id")
    part = gateway_part(part, value.get("provider_name"), value.get("id") or response, notes)
    ids = named(RESPONSE, response)
    return (Record((part,), place, FORMAT, tuple(notes), ids=ids),)


def _parts_of_writes(
    usage: Mapping[str, object], counts: Mapping[str, int]
) -> tuple[int | None, int | None]:
    """The 5-minute and the 1-hour part of the cache writes: what a usage with a part of an hour
    does not count in it was written for five minutes.
    """
    short, long, written = counts.get("5m"), counts.get("1h"), counts.get("written")
    if short is None and written and usage.get("cache_write_1h_tokens") is not None:
        short = max(written - (long or 0), 0)
    return short, long


def _is_run(usage: Mapping[str, object], value: Mapping[str, object]) -> bool:
    """Decides whether a usage adds up the requests of a run: `tool_calls` are of runs alone, and
    `requests` of a run leaves out those that failed, though their tokens count.
    """
    return "tool_calls" in usage or several(usage, value)
