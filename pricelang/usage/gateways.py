"""Logs and observations of gateways and libraries: LiteLLM's standard logging, Langfuse, Helicone, pydantic-ai, genai-prices.

Whether the cache is inside the input is a matter of the format. Inside: LiteLLM and pydantic-ai (genai-prices has the same
names). Outside: Langfuse's `usageDetails` and Helicone. A hit in LiteLLM's own cache (`cache_hit`) made no request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pricelang.notes import Note

from .counters import Counters
from .fields import clean, note_unknown, optional_count, optional_object, require_object, required_count, shown, word
from .inclusive import inclusive, no_lifetime
from .openai import counters as openai_counters
from .openai import said, searches
from .platforms import named, named_platform, platform_of_message
from .records import SINGLE, SUM, Outcome, Part, Place, Record, Skipped, UsageError
from .times import instant

FORMAT = "gateways"
_LANGFUSE = {
    "input": ("input",), "output": ("output",), "read": ("input_cache_read", "input_cached_tokens", "cache_read_input_tokens"),
    "written": ("input_cache_creation", "cache_creation_input_tokens"), "5m": ("input_cache_creation_5m",), "1h": ("input_cache_creation_1h",),
}  # fmt: skip
_PYDANTIC = frozenset((
    "input_tokens", "cache_write_tokens", "cache_read_tokens", "output_tokens", "details", "requests", "tool_calls", "input_audio_tokens",
    "cache_audio_read_tokens", "output_audio_tokens",
))  # fmt: skip


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
    if isinstance(usage, Mapping) and ("cache_read_tokens" in usage or "cache_write_tokens" in usage or ("model_name" in value and "input_tokens" in usage)):
        return "pydantic" if "type" not in value and "message" not in value else None
    return None


def outcomes(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
    """The record of a call. Raises `UsageError`."""
    read = {"langfuse": _langfuse, "litellm": _litellm, "helicone": _helicone, "pydantic": _pydantic}.get(_kind(value) or "")
    if read is None:
        raise UsageError("unknown_record", "neither a log of LiteLLM or Helicone, nor an observation of Langfuse, nor usage of pydantic-ai")
    return (read(value, place),)


def _litellm(value: Mapping[str, object], place: Place) -> Outcome:
    hit = value.get("cache_hit")
    attributes = _litellm_attributes(value)
    if hit is True or (isinstance(hit, str) and hit.lower() == "true"):
        return Record((), place, FORMAT, (Note("nothing_billed", "a hit in the gateway's cache: no request was made"),), attributes)
    if value.get("status") not in (None, "success"):
        return Skipped(place, f"a call that failed: {shown(value.get('error_str') or value.get('status'))}")
    notes: list[Note] = []
    metadata = optional_object(value, "metadata", "") or {}
    usage = optional_object(metadata, "usage_object", "metadata")
    if usage is None:
        usage = {key: value.get(key) for key in ("prompt_tokens", "completion_tokens")}
        notes.append(Note("cache_unknown", "the log has no `usage_object`: what was read from the cache is not known, and priced as input"))
        path = "the log"
    else:
        path = "metadata.usage_object"
    meters = openai_counters(usage, path, notes).meters() | searches(usage, notes)
    platform = named_platform(value.get("custom_llm_provider"))
    return _record(value, "model", "startTime", platform, said(usage), meters, place, notes, attributes)


def _litellm_attributes(value: Mapping[str, object]) -> dict[str, str]:
    metadata = value.get("metadata")
    found: dict[str, object] = {"user": value.get("end_user"), "group": value.get("model_group"), "trace": value.get("trace_id")}
    if isinstance(metadata, Mapping):
        found |= {"key": metadata.get("user_api_key_alias") or metadata.get("user_api_key_hash"), "team": metadata.get("user_api_key_team_id")}
    tags = value.get("request_tags")
    if isinstance(tags, list):
        found["tag"] = ",".join(sorted(tag for tag in tags if isinstance(tag, str)))
    return {name: clean(text) for name, text in found.items() if isinstance(text, str) and text}


def _langfuse(value: Mapping[str, object], place: Place) -> Outcome:
    usage = optional_object(value, "usageDetails", "")
    if not usage:
        return Skipped(place, f"a {shown(value.get('type'))} observation without usage")
    notes: list[Note] = []
    counts = {}
    for name, keys in _LANGFUSE.items():
        found = [optional_count(usage, key, "usageDetails") for key in keys if usage.get(key) is not None]
        if len(set(found)) > 1:
            raise UsageError("bad_counts", " and ".join(f"`{key}`" for key in keys if key in usage) + " count the same and differ")
        counts[name] = found[0] if found else None
    unknown = [key for key in usage if key not in {key for keys in _LANGFUSE.values() for key in keys} and key != "total"]
    if unknown:
        raise UsageError("unknown_counter", f"`usageDetails.{clean(str(unknown[0]), 60)}` is not known, and may be billed", "known: " + ", ".join(key for keys in _LANGFUSE.values() for key in keys))
    if counts["input"] is None or counts["output"] is None:
        raise UsageError("missing_key", "`usageDetails` has no `input` or no `output`")
    split = counts["5m"] is not None or counts["1h"] is not None
    parts = (counts["5m"] or 0) + (counts["1h"] or 0)
    if split and counts["written"] is not None and counts["written"] != parts:
        raise UsageError("bad_counts", f"the parts of `usageDetails.input_cache_creation` add up to {parts} and not to {counts['written']}")
    written = parts if split else counts["written"] or 0
    counters = Counters(counts["input"], counts["output"], counts["read"] or 0, written, counts["1h"] or 0, split)
    no_lifetime(counters, notes)
    given = {"trace": value.get("traceId"), "session": value.get("sessionId"), "user": value.get("userId"), "environment": value.get("environment")}
    attributes = {name: clean(text) for name, text in given.items() if isinstance(text, str) and text}
    return _record(value, "model", "startTime", None, {}, counters.meters(), place, notes, attributes)


def _helicone(value: Mapping[str, object], place: Place) -> Outcome:
    status = value.get("response_status")
    if type(status) is int and status >= 400:
        return Skipped(place, f"a call that failed: status {status}")
    notes: list[Note] = []
    written = optional_count(value, "prompt_cache_write_tokens", "the log")
    counters = Counters(
        required_count(value, "prompt_tokens", "the log"), required_count(value, "completion_tokens", "the log"),
        optional_count(value, "prompt_cache_read_tokens", "the log"), written, 0, False,
    )  # fmt: skip
    no_lifetime(counters, notes)
    platform = named_platform(value.get("provider"))
    model = "response_model" if value.get("response_model") else "request_model"
    return _record(value, model, "request_created_at", platform, {}, counters.meters(), place, notes, {})


def _pydantic(value: Mapping[str, object], place: Place) -> Outcome:
    notes: list[Note] = []
    usage = require_object(value.get("usage"), "usage")
    note_unknown(usage, _PYDANTIC, "usage", notes)
    details = optional_object(usage, "details", "usage") or {}
    parts = [optional_count(details, f"ephemeral_{ttl}_input_tokens", "usage.details") for ttl in ("5m", "1h")]
    written = optional_count(usage, "cache_write_tokens", "usage")
    counters = inclusive(
        "usage.input_tokens", input=required_count(usage, "input_tokens", "usage"), output=required_count(usage, "output_tokens", "usage"),
        read=optional_count(usage, "cache_read_tokens", "usage"), written=written, write_1h=parts[1], split=bool(written) and sum(parts) == written,
    )  # fmt: skip
    no_lifetime(counters, notes)
    meters = counters.meters() | {name: count for name in ("web_search", "web_fetch") if (count := optional_count(details, f"{name}_requests", "usage.details"))}
    model = "model_name" if "model_name" in value else "model"
    return _record(value, model, "timestamp", named_platform(value.get("provider_name")), {}, meters, place, notes, {})


def _record(
    value: Mapping[str, object], model: str, at: str, platform: str | None, dimensions: Mapping[str, str], meters: Mapping[str, object],
    place: Place, notes: list[Note], attributes: Mapping[str, str],
) -> Record:  # fmt: skip
    id = word(value.get(model), model)
    # An id that says its platform says it better than the name of a provider, which may have several.
    platform = platform_of_message(value.get("id")) or (platform if id is None or "platform" not in named(id).dimensions else None)
    where = {"platform": platform} if platform is not None else {}
    part = Part(
        id, instant(value.get(at), at), {**where, **dimensions}, meters,
        # After each search the model is sampled once more: the counts are those of several prompts.
        kind=SUM if "web_search" in meters or "web_fetch" in meters else SINGLE,
    )  # fmt: skip
    return Record((part,), place, FORMAT, tuple(notes), attributes)
