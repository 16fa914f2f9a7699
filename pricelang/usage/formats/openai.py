"""Responses in the shape of OpenAI's Chat and Responses APIs,
as OpenAI, LiteLLM, OpenRouter, Bifrost and Portkey give them.

The input count includes what was read from the cache and written to it: `prompt_tokens` with
`prompt_tokens_details`, or `input_tokens` with `input_tokens_details`; a total that counts the
cache beside the input says otherwise. LiteLLM adds the names of the Messages API beside these;
where several speak of the cache they must agree. Reasoning is inside the output, but for a total
that counts it beside. Media are told apart. `cost` is never
counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import evolve

from pricelang.model.notes import Note
from pricelang.usage.counters import SPLIT, Counters, agreed, writes_of
from pricelang.usage.fields import (
    clean,
    is_object,
    optional_count,
    optional_object,
    require_object,
    required_count,
    word,
)
from pricelang.usage.formats.litellm_iterations import iterated_parts
from pricelang.usage.inclusive import disjoint, total_of
from pricelang.usage.parted import MEDIA, beside_output, parted
from pricelang.usage.platform_names import platform_of_message
from pricelang.usage.records import SINGLE, SUM, Outcome, Part, Place, Record, RecordKind, Skipped
from pricelang.usage.response_ids import is_chunk
from pricelang.usage.several import several
from pricelang.usage.stated import stated
from pricelang.usage.times import instant
from pricelang.usage.unknown import ANYTHING, known_names, note_unknown

FORMAT = "openai"
_OBJECTS = ("chat.completion", "chat.completion.chunk", "response", "text_completion")
_READ = (
    "cached_tokens",
    "cached_read_tokens",
    "cache_read_tokens",
    "cache_read_input_tokens",
    "prompt_cache_hit_tokens",
)
_WRITTEN = (
    "cache_creation_tokens",
    "cache_write_tokens",
    "cached_write_tokens",
    "cache_creation_input_tokens",
    "cache_write_input_tokens",
)
# The parts of the cache writes: under which key, and the names of the two lifetimes in it.
_SPLITS = {
    "cache_creation_token_details": ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"),
    "cache_creation": ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"),
    "cached_write_token_details": ("cached_write_tokens_5m", "cached_write_tokens_1h"),
}  # fmt: skip
_MEDIA = ("text_tokens", "audio_tokens", "image_tokens", "video_tokens")
_INSIDE_INPUT = known_names(
    *_READ,
    *_WRITTEN,
    *_MEDIA,
    "web_search_requests",
    cached_tokens_details=known_names(*_MEDIA),
    **{key: known_names(*names) for key, names in _SPLITS.items()},
)
_INSIDE_OUTPUT = known_names(
    "reasoning_tokens",
    "thinking_tokens",
    "accepted_prediction_tokens",
    "rejected_prediction_tokens",
    *_MEDIA,
)
_TOOLS = ("web_search", "web_fetch")
_FINAL, _FAILED = ("response.completed", "response.incomplete"), "response.failed"
_RUNNING = ("in_progress", "queued")
UNFINISHED = Note(
    "unfinished", "the response was still going on: its count of output may be a placeholder"
)
_KNOWN = known_names(
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "input_tokens",
    "output_tokens",
    "inference_geo",
    "speed",
    "service_tier",
    "is_byok",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "cached_tokens",
    # what OpenAI's newer interface names apart, and is inside the counters above it
    "reasoning_tokens",
    "prompt_cache_hit_tokens",
    "prompt_cache_miss_tokens",
    prompt_tokens_details=_INSIDE_INPUT,
    input_tokens_details=_INSIDE_INPUT,
    completion_tokens_details=_INSIDE_OUTPUT,
    output_tokens_details=_INSIDE_OUTPUT,
    cache_creation=SPLIT,
    server_tool_use=known_names(*(f"{name}_requests" for name in _TOOLS), "tool_search_requests"),
    pydantic_ai_gateway=ANYTHING,
)


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is such a response, by its `object` or the names of its counts."""
    if value.get("object") in _OBJECTS or _is_event(value):
        return True
    usage = value.get("usage")
    if not is_object(usage) or value.get("type") is not None or "message" in value:
        return False
    if "prompt_tokens" in usage and ("completion_tokens" in usage or _is_list(value)):
        return True
    # Names that others have too need a total, which says where the cache is.
    return "input_tokens" in usage and (
        "input_tokens_details" in usage or bool(usage.get("total_tokens"))
    )


def outcomes(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
    """The record of a response; of a stream, the chunk with the counts. Raises `UsageError`."""
    if _completed(value):
        value = require_object(value.get("response"), "response")
    elif _is_event(value):
        return (Skipped(place, "an event of a stream without counts"),)
    if value.get("usage") is None and is_chunk(value):
        return (Skipped(place, "a chunk of a stream without counts"),)
    usage = require_object(value.get("usage"), "usage")
    notes: list[Note] = (
        [UNFINISHED]
        if value.get("object") == "response" and value.get("status") in _RUNNING
        else []
    )
    provider = value.get("provider")
    return (
        Record(
            tuple(_requests(value, usage, notes)),
            place,
            FORMAT,
            tuple(notes),
            {"provider": clean(provider)} if isinstance(provider, str) else {},
        ),
    )


def _requests(
    value: Mapping[str, object], usage: Mapping[str, object], notes: list[Note]
) -> list[Part]:
    """The requests of a response: one, unless LiteLLM keeps the iterations of Claude's."""
    model = word(value.get("model"), "model")
    at = instant(value.get("created", value.get("created_at")), "created")
    betrayed = platform_of_message(value.get("id"))
    platform = {} if betrayed is None else {"platform": betrayed}
    parts = iterated_parts(usage, "usage", model, notes) if "iterations" in usage else None
    if parts is not None:
        return [evolve(one, at=at, dimensions={**one.dimensions, **platform}) for one in parts]
    tools = searches(usage)
    meters = counters(usage, "usage", notes).meters() | tools
    said = {**stated(value, "", ("service_tier",)), **stated(usage, "usage")}
    kind: RecordKind = SUM if tools or several(usage, value) else SINGLE
    return [Part(model, at, {**said, **platform}, meters, kind=kind)]


def _is_list(value: Mapping[str, object]) -> bool:
    """Decides whether an object is a list of embeddings, by its `object`."""
    return value.get("object") == "list" and isinstance(value.get("data"), list)


def _is_event(value: Mapping[str, object]) -> bool:
    """Decides whether an object is an event of a stream of the Responses API."""
    kind = value.get("type")
    return isinstance(kind, str) and kind.startswith("response.")


def _completed(value: Mapping[str, object]) -> bool:
    response = value.get("response")
    if not _is_event(value) or not is_object(response):
        return False
    return value["type"] in _FINAL or (value["type"] == _FAILED and bool(response.get("usage")))


def counters(usage: Mapping[str, object], path: str, notes: list[Note]) -> Counters:
    """The disjoint counters of a `usage` in this shape, which stands at `path`.
    Raises `UsageError`.
    """
    note_unknown(usage, _KNOWN, path, notes)
    names = (
        ("prompt_tokens", "completion_tokens")
        if "prompt_tokens" in usage
        else ("input_tokens", "output_tokens")
    )
    places = [(usage, path)]
    key = f"{names[0].partition('_')[0]}_tokens_details"
    details = optional_object(usage, key, path)
    if details is not None:
        places.append((details, f"{path}.{key}"))
    writes = writes_of(agreed(places, _WRITTEN), _split(places), notes)
    prompt, total = required_count(usage, names[0], path), total_of(usage, ("total_tokens",), path)
    # An embedding has no output, and its total says so.
    has_none = names[1] not in usage and total is not None and total.count == prompt
    output = 0 if has_none else required_count(usage, names[1], path)
    told = Counters(prompt, output, agreed(places, _READ) or 0, *writes)
    reasoning, media = _parts(usage, path, key, f"{names[1].partition('_')[0]}_tokens_details")
    told = beside_output(told, reasoning, total)
    found = disjoint(told, f"{path}.{names[0]}", inside=True, total=total)
    return parted(found, reasoning, media, path, notes) if reasoning or media else found


def _parts(
    usage: Mapping[str, object], path: str, prompt: str, answer: str
) -> tuple[int, dict[str, int]]:
    """The reasoning of the answer, and the media of the prompt and of the answer."""
    given = optional_object(usage, answer, path) or {}
    inner = [(given, f"{path}.{answer}"), (usage, path)]
    reasoning = agreed(inner, ("reasoning_tokens", "thinking_tokens")) or 0
    media: dict[str, int] = {}
    asked = optional_object(usage, prompt, path) or {}
    cached = optional_object(asked, "cached_tokens_details", f"{path}.{prompt}") or {}
    for place, name, holder in (
        (f"{path}.{prompt}", "input", asked),
        (f"{path}.{prompt}.cached_tokens_details", "cache_read", cached),
        (f"{path}.{answer}", "output", given),
    ):
        for kind in MEDIA:
            if holder.get(f"{kind}_tokens") is not None:
                media[f"{name}_{kind}"] = optional_count(holder, f"{kind}_tokens", place)
    return reasoning, media if any(media.values()) else {}


def _split(places: list[tuple[Mapping[str, object], str]]) -> tuple[int | None, int | None]:
    """The 5-minute and the 1-hour part of the cache writes."""
    for holder, path in places:
        for key, (short, long) in _SPLITS.items():
            inner = optional_object(holder, key, path) if key in holder else None
            if inner is not None:
                return optional_count(inner, short, f"{path}.{key}"), optional_count(
                    inner, long, f"{path}.{key}"
                )
    return None, None


def searches(usage: Mapping[str, object]) -> dict[str, object]:
    """The web searches and fetches of a `usage`, where there were any.
    LiteLLM counts searches among the details of the prompt, too.
    """
    tools = optional_object(usage, "server_tool_use", "usage")
    details = optional_object(usage, "prompt_tokens_details", "usage")
    if not tools and not details:
        return {}
    places = [(tools or {}, "usage.server_tool_use")]
    if details:
        places.append((details, "usage.prompt_tokens_details"))
    found = {name: agreed(places, (f"{name}_requests",)) for name in _TOOLS}
    return {name: count for name, count in found.items() if count}
