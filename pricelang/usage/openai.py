"""Responses in the shape of OpenAI's Chat and Responses APIs, as OpenAI, LiteLLM and OpenRouter give them.

The input count includes what was read from the cache and written to it: `prompt_tokens` with `prompt_tokens_details`, or
`input_tokens` with `input_tokens_details`. LiteLLM adds the names of the Messages API beside these; where both speak of the
cache they must agree. Reasoning is inside the output. `cost` is never counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pricelang.notes import Note

from .counters import Counters, split_note
from .fields import clean, note_unknown, optional_count, optional_object, require_object, required_count, word
from .inclusive import inclusive, no_lifetime
from .platforms import platform_of_message
from .records import SINGLE, SUM, Outcome, Part, Place, Record, Skipped, UsageError
from .times import instant

FORMAT = "openai"
_OBJECTS = ("chat.completion", "chat.completion.chunk", "response", "text_completion")
_KNOWN = frozenset((
    "prompt_tokens", "completion_tokens", "total_tokens", "prompt_tokens_details", "completion_tokens_details", "input_tokens",
    "output_tokens", "input_tokens_details", "output_tokens_details", "cache_creation_input_tokens", "cache_read_input_tokens",
    "server_tool_use", "inference_geo", "speed", "service_tier", "cost", "is_byok", "cost_details", "cache_creation",
))  # fmt: skip
_DETAILS = frozenset((
    "cached_tokens", "cache_write_tokens", "cache_creation_tokens", "cache_creation_token_details", "text_tokens", "audio_tokens",
    "image_tokens", "video_tokens",
))  # fmt: skip
_TIERS = ("priority", "batch")


def known(value: Mapping[str, object]) -> bool:
    """Whether an object is such a response, by its `object` or by the names of its counts."""
    if value.get("object") in _OBJECTS or _completed(value):
        return True
    usage = value.get("usage")
    if not isinstance(usage, Mapping) or value.get("type") is not None or "message" in value:
        return False
    return ("prompt_tokens" in usage and "completion_tokens" in usage) or ("input_tokens" in usage and "input_tokens_details" in usage)


def outcomes(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
    """The record of a response; of a stream, the chunk with the counts. Raises `UsageError`."""
    if _completed(value):
        value = require_object(value.get("response"), "response")
    if value.get("usage") is None and value.get("object") == "chat.completion.chunk":
        return (Skipped(place, "a chunk of a stream without counts"),)
    usage = require_object(value.get("usage"), "usage")
    notes: list[Note] = []
    tools = searches(usage, notes)
    meters = counters(usage, "usage", notes).meters() | tools
    dimensions = said(usage)
    tier = word(value.get("service_tier"), "service_tier")
    if tier in _TIERS:
        dimensions.setdefault("service_tier", str(tier))
    betrayed = platform_of_message(value.get("id"))
    if betrayed is not None:
        dimensions["platform"] = betrayed
    part = Part(word(value.get("model"), "model"), instant(value.get("created", value.get("created_at")), "created"), dimensions, meters, kind=SUM if tools else SINGLE)
    provider = value.get("provider")
    return (Record((part,), place, FORMAT, tuple(notes), {"provider": clean(provider)} if isinstance(provider, str) else {}),)


def _completed(value: Mapping[str, object]) -> bool:
    return value.get("type") in ("response.completed", "response.incomplete") and isinstance(value.get("response"), Mapping)


def counters(usage: Mapping[str, object], path: str, notes: list[Note]) -> Counters:
    """The disjoint counters of a `usage` in this shape, which stands at `path`. Raises `UsageError`."""
    note_unknown(usage, _KNOWN, path, notes)
    names = ("prompt_tokens", "completion_tokens") if "prompt_tokens" in usage else ("input_tokens", "output_tokens")
    prefix = names[0].partition("_")[0]
    details = optional_object(usage, f"{prefix}_tokens_details", path) or {}
    inner = f"{path}.{prefix}_tokens_details"
    note_unknown(details, _DETAILS, inner, notes)
    read = _agreed([(details, "cached_tokens", inner), (usage, "cache_read_input_tokens", path)])
    written = _agreed([
        (details, "cache_creation_tokens", inner), (details, "cache_write_tokens", inner), (usage, "cache_creation_input_tokens", path),
    ])  # fmt: skip
    split = optional_object(details, "cache_creation_token_details", inner) or optional_object(usage, "cache_creation", path)
    write_1h = 0
    if split is not None:
        write_1h = optional_count(split, "ephemeral_1h_input_tokens", f"{inner}.cache_creation_token_details")
        total = write_1h + optional_count(split, "ephemeral_5m_input_tokens", f"{inner}.cache_creation_token_details")
        if total != written:
            notes.append(split_note("the parts of the cache writes", total, written))
    found = inclusive(
        f"{path}.{names[0]}", input=required_count(usage, names[0], path), output=required_count(usage, names[1], path),
        read=read, written=written, write_1h=write_1h, split=split is not None,
    )  # fmt: skip
    no_lifetime(found, notes)
    return found


def _agreed(places: list[tuple[Mapping[str, object], str, str]]) -> int:
    """The count that stands under one of several names, or under several that agree."""
    found = {f"{path}.{key}": optional_count(holder, key, path) for holder, key, path in places if holder.get(key) is not None}
    if len(set(found.values())) > 1:
        raise UsageError("bad_counts", " and ".join(f"`{path}` ({count})" for path, count in found.items()) + " count the same and differ")
    return next(iter(found.values()), 0)


def searches(usage: Mapping[str, object], notes: list[Note]) -> dict[str, object]:
    """The web searches of a `usage`, where there were any."""
    tools = optional_object(usage, "server_tool_use", "usage") or {}
    note_unknown(tools, ("web_search_requests", "web_fetch_requests"), "usage.server_tool_use", notes)
    found = {name: optional_count(tools, f"{name}_requests", "usage.server_tool_use") for name in ("web_search", "web_fetch")}
    return {name: count for name, count in found.items() if count}


def said(usage: Mapping[str, object]) -> dict[str, str]:
    """The dimensions that a `usage` says beside its counts."""
    found = {}
    for name, plain in (("speed", ("standard",)), ("inference_geo", ("global", "not_available")), ("service_tier", ("standard", "default", "auto"))):
        text = word(usage.get(name), f"usage.{name}")
        if text and text not in plain:
            found[name] = text
    return found
