"""Logs and observations of gateways and libraries:
LiteLLM's standard logging, Langfuse, Helicone, pydantic-ai, genai-prices.

Whether the cache is inside the input is a matter of the format. Inside: LiteLLM and pydantic-ai
(genai-prices has the same names). Outside: Langfuse's `usageDetails` and Helicone. A hit in
LiteLLM's own cache (`cache_hit`) made no request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters, all_agreed, meanings, writes_of
from pricelang.usage.fields import (
    clean,
    is_object,
    optional_object,
    require_object,
    required_count,
    shown,
    word,
)
from pricelang.usage.formats.openai import counters as openai_counters
from pricelang.usage.formats.openai import searches
from pricelang.usage.inclusive import disjoint, no_lifetime, total_of
from pricelang.usage.platforms import named, named_platform, platform_of_message
from pricelang.usage.records import SINGLE, SUM, Outcome, Part, Place, Record, Skipped, UsageError
from pricelang.usage.stated import stated
from pricelang.usage.times import instant
from pricelang.usage.unknown import ANYTHING, known_names, note_key, note_unknown, several

FORMAT = "gateways"
_LANGFUSE_TOTALS = ("total", "total_tokens")
_LANGFUSE = meanings(
    {
        "input": ("input", "input_tokens", "prompt_tokens"),
        "output": ("output", "output_tokens", "completion_tokens"),
        "read": (
            "input_cache_read",
            "input_cached_tokens",
            "cache_read_input_tokens",
            "input_cache_read_input_tokens",
            "input_cache_read_tokens",
        ),
        "written": (
            "input_cache_creation",
            "cache_creation_input_tokens",
            "input_cache_creation_input_tokens",
            "input_cache_write",
            "input_cache_write_tokens",
            "input_cache_creation_tokens",
        ),
        "5m": (
            "input_cache_creation_5m",
            "input_ephemeral_5m_input_tokens",
            "ephemeral_5m_input_tokens",
        ),
        "1h": (
            "input_cache_creation_1h",
            "input_ephemeral_1h_input_tokens",
            "ephemeral_1h_input_tokens",
        ),
        "total": _LANGFUSE_TOTALS,
        "reasoning": ("output_reasoning", "output_reasoning_tokens", "reasoning_tokens"),
    }
)
_LANGFUSE_KNOWN = known_names(*_LANGFUSE)
_HELICONE = meanings(
    {
        "read": ("prompt_cache_read_tokens",),
        "written": ("prompt_cache_write_tokens",),
        "5m": ("prompt_cache_write_5m", "prompt_cache_write_5m_tokens"),
        "1h": ("prompt_cache_write_1h", "prompt_cache_write_1h_tokens"),
    }
)
_HELICONE_KNOWN = known_names(
    "prompt_tokens", "completion_tokens", "total_tokens", "reasoning_tokens", *_HELICONE
)
_CACHE = {
    "read": ("cache_read_tokens", "cache_read_input_tokens"),
    "written": ("cache_write_tokens", "cache_creation_input_tokens"),
    "5m": ("cache_write_5m_tokens", "cache_5m_write_tokens", "ephemeral_5m_input_tokens"),
    "1h": ("cache_write_1h_tokens", "cache_1h_write_tokens", "ephemeral_1h_input_tokens"),
}
_PYDANTIC_CACHE = tuple(meanings(_CACHE))
_BATCHES = ("aretrieve_batch", "retrieve_batch")
"""Calls of LiteLLM in whose row it counts what all requests of a batch used."""
_SEARCHES = {"web_search": ("web_search_requests",), "web_fetch": ("web_fetch_requests",)}
_PYDANTIC = meanings({**_CACHE, **_SEARCHES})
_PYDANTIC_KNOWN = known_names(
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "tool_calls",
    "input_audio_tokens",
    "cache_audio_read_tokens",
    "output_audio_tokens",
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
    """Whether an object is one of these, by the names of its keys."""
    return _kind(value) is not None


def _kind(value: Mapping[str, object]) -> str | None:
    if "usageDetails" in value or (value.get("type") == "SPAN" and "traceId" in value):
        return "langfuse"
    if "call_type" in value and ("response_cost" in value or "custom_llm_provider" in value):
        return "litellm"
    if "prompt_cache_write_tokens" in value or "prompt_cache_read_tokens" in value:
        return "helicone"
    usage = value.get("usage")
    if is_object(usage) and (
        "cache_read_tokens" in usage
        or "cache_write_tokens" in usage
        or ("model_name" in value and "input_tokens" in usage)
    ):
        return "pydantic" if "type" not in value and "message" not in value else None
    return None


def outcomes(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
    """The record of a call. Raises `UsageError`."""
    read = {
        "langfuse": _langfuse,
        "litellm": _litellm,
        "helicone": _helicone,
        "pydantic": _pydantic,
    }.get(_kind(value) or "")
    if read is None:
        raise UsageError(
            "unknown_record",
            "neither a log of LiteLLM or Helicone, nor an observation of Langfuse, nor usage "
            "of pydantic-ai",
        )
    return (read(value, place),)


_CACHE_HIT = Note("nothing_billed", "a hit in the gateway's cache: no request was made")
_NO_USAGE_OBJECT = Note(
    "cache_unknown",
    "the log has no `usage_object`: what was read from the cache is not known, and priced as input",
)
_WHOLE_BATCH = Note(
    "batch_total",
    "a whole batch is logged as one call: priced as a sum of requests in a batch, all of one model",
)


def _litellm(value: Mapping[str, object], place: Place) -> Outcome:
    hit = value.get("cache_hit")
    attributes = _litellm_attributes(value)
    if hit is True or (isinstance(hit, str) and hit.lower() == "true"):
        return Record((), place, FORMAT, (_CACHE_HIT,), attributes)
    if word(value.get("status"), "status") not in (None, "success"):
        return Skipped(
            place, f"a call that failed: {shown(value.get('error_str') or value.get('status'))}"
        )
    notes: list[Note] = []
    metadata = optional_object(value, "metadata", "") or {}
    usage = optional_object(metadata, "usage_object", "metadata")
    if usage is None:
        usage = {
            key: value.get(key) for key in ("prompt_tokens", "completion_tokens", "total_tokens")
        }
        notes.append(_NO_USAGE_OBJECT)
        path = "the log"
    else:
        path = "metadata.usage_object"
    dimensions, is_sum = stated(usage, path), several(usage, value)
    if value.get("call_type") in _BATCHES:
        notes.append(_WHOLE_BATCH)
        dimensions, is_sum = {**dimensions, "service_tier": "batch"}, True
    meters = openai_counters(usage, path, notes).meters() | searches(usage)
    part = Part(
        word(value.get("model"), "model"), None, dimensions, meters, kind=SUM if is_sum else SINGLE
    )
    return _record(
        value, "startTime", part, value.get("custom_llm_provider"), place, notes, attributes
    )


def _litellm_attributes(value: Mapping[str, object]) -> dict[str, str]:
    metadata = value.get("metadata")
    found: dict[str, object] = {
        "user": value.get("end_user"),
        "group": value.get("model_group"),
        "trace": value.get("trace_id"),
    }
    if is_object(metadata):
        found |= {
            "key": metadata.get("user_api_key_alias") or metadata.get("user_api_key_hash"),
            "team": metadata.get("user_api_key_team_id"),
        }
    tags = value.get("request_tags")
    if isinstance(tags, list):
        found["tag"] = ",".join(sorted(tag for tag in tags if isinstance(tag, str)))
    return {name: clean(text) for name, text in found.items() if isinstance(text, str) and text}


def _langfuse(value: Mapping[str, object], place: Place) -> Outcome:
    usage = optional_object(value, "usageDetails", "")
    if not usage:
        return Skipped(place, f"a {shown(value.get('type'))} observation without usage")
    notes: list[Note] = []
    note_unknown(usage, _LANGFUSE_KNOWN, "usageDetails", notes)
    counters = _langfuse_counters(usage, notes)
    no_lifetime(counters, notes)
    given = {
        "trace": value.get("traceId"),
        "session": value.get("sessionId"),
        "user": value.get("userId"),
        "environment": value.get("environment"),
    }
    attributes = {
        name: clean(text) for name, text in given.items() if isinstance(text, str) and text
    }
    part = Part(
        word(value.get("model"), "model"),
        None,
        {},
        counters.meters(),
        kind=SUM if several(usage, value) else SINGLE,
    )
    return _record(value, "startTime", part, None, place, notes, attributes)


def _langfuse_counters(usage: Mapping[str, object], notes: list[Note]) -> Counters:
    counts = all_agreed([(usage, "usageDetails")], _LANGFUSE)
    input, output, written, short, long = (
        counts.get(name) for name in ("input", "output", "written", "5m", "1h")
    )
    if input is None or output is None:
        raise UsageError("missing_key", "`usageDetails` has no `input` or no `output`")
    if written and (short or long) and written != (short or 0) + (long or 0):
        raise UsageError(
            "bad_counts",
            "the parts of `usageDetails.input_cache_creation` add up to "
            f"{(short or 0) + (long or 0)} and not to {written}",
        )
    writes = writes_of(written, (short, long), notes)
    read, total, reasoning = counts.get("read", 0), counts.get("total"), counts.get("reasoning", 0)
    cache = read + writes[0]
    if reasoning and total not in (input + output, input + output + cache):
        # Some integrations take the reasoning out of the output; only a total tells.
        output += reasoning
        if not total:
            raise UsageError(
                "bad_counts",
                f"`usageDetails.output_reasoning` is {reasoning:,}, and without a `total` "
                "nothing says whether `output` holds it",
            )
    told = Counters(input, output, read, *writes)
    sum_of_all = total_of(usage, _LANGFUSE_TOTALS, "usageDetails")
    found = disjoint(told, "usageDetails.input", inside=False, total=sum_of_all)
    if found is told and 0 < cache < input:
        # A sum of all counters is what Langfuse itself writes as the total,
        # whatever an integration put into the input.
        notes.append(
            Note(
                "cache_unknown",
                f"the input of {input:,} may hold the {cache:,} tokens of the cache once "
                "more: integrations of Langfuse differ",
            )
        )
    return found


def _helicone(value: Mapping[str, object], place: Place) -> Outcome:
    status = value.get("response_status")
    if type(status) is int and status >= 400:
        return Skipped(place, f"a call that failed: status {status}")
    notes: list[Note] = []
    for key, count in value.items():
        if key not in _HELICONE_KNOWN and ("token" in key or key.startswith("prompt_cache_")):
            note_key(key, count, _HELICONE_KNOWN, notes)
    counts = all_agreed([(value, "the log")], _HELICONE)
    told = Counters(
        required_count(value, "prompt_tokens", "the log"),
        required_count(value, "completion_tokens", "the log"),
        counts.get("read", 0),
        *writes_of(counts.get("written"), (counts.get("5m"), counts.get("1h")), notes),
    )
    counters = disjoint(
        told, "prompt_tokens", inside=False, total=total_of(value, ("total_tokens",), "", bare=True)
    )
    no_lifetime(counters, notes)
    model = word(value.get("response_model"), "response_model") or word(
        value.get("request_model"), "request_model"
    )
    part = Part(model, None, {}, counters.meters(), kind=SUM if several(value) else SINGLE)
    return _record(value, "request_created_at", part, value.get("provider"), place, notes, {})


def _pydantic(value: Mapping[str, object], place: Place) -> Outcome:
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
        *writes_of(counts.get("written"), (counts.get("5m"), counts.get("1h")), notes),
    )
    counters = disjoint(
        told, "usage.input_tokens", inside=True, total=total_of(usage, ("total_tokens",), "usage")
    )
    no_lifetime(counters, notes)
    meters = counters.meters() | {name: counts[name] for name in _SEARCHES if counts.get(name)}
    model = word(value.get("model_name"), "model_name") or word(value.get("model"), "model")
    part = Part(model, None, {}, meters, kind=SUM if several(usage, value) else SINGLE)
    return _record(value, "timestamp", part, value.get("provider_name"), place, notes, {})


def _record(
    value: Mapping[str, object],
    at: str,
    part: Part,
    provider: object,
    place: Place,
    notes: list[Note],
    attributes: Mapping[str, str],
) -> Record:
    """The record of a call, whose `part` gets its instant and the platform of its `provider`."""
    # An id that says its platform says it better than the name of a provider,
    # which may have several.
    says = part.model is not None and "platform" in named(part.model).dimensions
    platform = platform_of_message(value.get("id")) or (None if says else named_platform(provider))
    # After each search the model is sampled once more: the counts are those of several prompts.
    kind = SUM if "web_search" in part.usage or "web_fetch" in part.usage else part.kind
    dimensions = {"platform": platform, **part.dimensions} if platform else part.dimensions
    part = Part(part.model, instant(value.get(at), at), dimensions, part.usage, kind=kind)
    return Record((part,), place, FORMAT, tuple(notes), attributes)
