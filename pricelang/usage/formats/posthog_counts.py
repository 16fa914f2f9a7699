"""What a PostHog event counts, and whether its input includes the cache.

PostHog's own rule: `$ai_cache_reporting_exclusive` says it; without that the input of an Anthropic
model excludes the cache, that of any other includes it. Two integrations do otherwise: Vercel's
gateway includes it, and LangChain includes it, which PostHog's SDKs take out again since a version
of each. Where the version is not known, the amount is in doubt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

from attrs import evolve

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters, all_agreed, meanings, writes_of
from pricelang.usage.embedded import embedded_object
from pricelang.usage.inclusive import disjoint, total_of
from pricelang.usage.parted import parted
from pricelang.usage.records import UsageError
from pricelang.usage.unknown import known_names, note_key

_COUNTS = meanings(
    {
        "input": ("$ai_input_tokens",),
        "output": ("$ai_output_tokens",),
        "read": ("$ai_cache_read_input_tokens",),
        "written": ("$ai_cache_creation_input_tokens",),
        "5m": ("$ai_cache_creation_5m_input_tokens",),
        "1h": ("$ai_cache_creation_1h_input_tokens",),
        "web_search": ("$ai_web_search_count",),
        "reasoning": ("$ai_reasoning_tokens",),
        "input_audio": ("$ai_audio_input_tokens",),
        "input_image": ("$ai_image_input_tokens",),
        "cache_read_audio": ("$ai_cache_read_audio_tokens",),
        "output_audio": ("$ai_audio_output_tokens",),
        "output_image": ("$ai_image_output_tokens",),
    }
)
_MEDIA = ("audio", "image")
_KNOWN = known_names(
    *_COUNTS,
    "$ai_total_tokens",
    "$ai_max_tokens",
    "$ai_text_input_tokens",
    "$ai_text_output_tokens",
)
_EXCLUSIVE = "$ai_cache_reporting_exclusive"
_PARTS = (("5m", "ephemeral_5m_input_tokens"), ("1h", "ephemeral_1h_input_tokens"))
Version: TypeAlias = tuple[int, ...]
# Of each SDK: where its version stands, since when its LangChain callback takes the reads out of
# the input of an Anthropic model, and since when all of the cache.
_SDKS: dict[str, tuple[str, str, Version, Version]] = {
    "posthog-python": ("$lib", "$lib_version", (6, 7, 13), (7, 4, 3)),
    "posthog-ai": ("$ai_lib", "$ai_lib_version", (6, 5, 1), (7, 3, 2)),
}
TakenOut: TypeAlias = Literal["nothing", "reads", "all", "unknown"]
_DOUBT = (
    "the event is one of LangChain, whose input includes the cache unless a later SDK took it out, "
    "and does not say which SDK sent it"
)


def event_meters(
    properties: Mapping[str, object], *, embedding: bool
) -> tuple[dict[str, object], list[Note]]:
    """The quantities of an event by meter, and what is to be known about them; an `embedding` has
    no output. Raises `UsageError`.
    """
    notes: list[Note] = []
    for key, count in properties.items():
        if key not in _KNOWN and key.startswith("$ai_") and key.endswith("_tokens"):
            note_key(f"properties.{key}", count, _KNOWN, notes)
    counts = all_agreed([(properties, "properties")], _COUNTS)
    if embedding:
        counts.setdefault("output", 0)
    if "input" not in counts or "output" not in counts:
        raise UsageError(
            "missing_key", "the event has no `$ai_input_tokens` or no `$ai_output_tokens`"
        )
    short, long = _lifetimes(properties, counts)
    told = Counters(
        counts["input"],
        counts["output"],
        counts.get("read", 0),
        *writes_of(counts.get("written"), (short, long), notes),
    )
    reasoning = counts.get("reasoning", 0)
    if reasoning and "gemini" in _lower(properties, "$ai_model"):
        told = evolve(told, output=told.output + reasoning)  # Gemini counts it beside the answer
    counters = _disjoint(told, properties, notes)
    media = {name: one for name, one in counts.items() if name.endswith(_MEDIA)}
    if reasoning or any(media.values()):
        counters = parted(counters, reasoning, media, "properties", notes)
    searches = counts.get("web_search")
    return {**counters.meters(), **({"web_search": searches} if searches else {})}, notes


def _lifetimes(
    properties: Mapping[str, object], counts: Mapping[str, int]
) -> tuple[int | None, int | None]:
    """The 5-minute and 1-hour writes, which older SDKs leave in the provider's own usage."""
    if "5m" in counts or "1h" in counts or not counts.get("written"):
        return counts.get("5m"), counts.get("1h")
    raw = embedded_object(properties, "$ai_usage") or {}
    split = embedded_object(raw, "cache_creation", "$ai_usage")
    if split is None:
        return None, None
    found = all_agreed([(split, "$ai_usage.cache_creation")], {key: one for one, key in _PARTS})
    if sum(found.values()) != counts["written"]:
        return None, None  # of one of several calls
    return found.get("5m"), found.get("1h")


def _disjoint(told: Counters, properties: Mapping[str, object], notes: list[Note]) -> Counters:
    """The counters with the cache out of the input. Raises `UsageError`."""
    cache = told.read + told.written
    total = total_of(properties, ("$ai_total_tokens",), "properties", bare=True)
    inside = False
    if cache:
        out = _taken_out(properties)
        if out == "reads" and told.written and _flag(properties) is None:
            return _without_writes(told)
        inside = _inside(told, properties, out, notes)
        if out in ("reads", "all") and not told.input:
            notes.append(
                Note(
                    "cache_unknown",
                    "the input is 0: the SDK may have taken the cache out of an input without it",
                )
            )
    return disjoint(told, "properties.$ai_input_tokens", inside=inside, total=total)


def _inside(
    told: Counters, properties: Mapping[str, object], out: TakenOut | None, notes: list[Note]
) -> bool:
    """Decides whether the input includes the cache. `out` is what the SDK of a LangChain event took
    out of it, None for any other event.
    """
    fits = told.read + told.written <= told.input
    exclusive = _flag(properties)
    if exclusive is not None:
        if exclusive and out in ("nothing", "unknown") and fits:
            # PostHog writes the flag itself, by a rule that knows nothing of LangChain.
            notes.append(Note("cache_unknown", _DOUBT + ": priced as the flag says, without it"))
        return not exclusive
    if not _is_anthropic(properties):
        return True
    if out is not None:
        if out == "unknown" and fits:
            notes.append(Note("cache_unknown", _DOUBT + ": priced with the cache inside"))
        return fits and out in ("nothing", "unknown")
    through = (_lower(properties, "$ai_provider"), _lower(properties, "$ai_framework"))
    return fits and through == ("gateway", "vercel")


def _taken_out(properties: Mapping[str, object]) -> TakenOut | None:
    """What the SDK of a LangChain event took out of its input; None for any other event."""
    if _lower(properties, "$ai_framework") != "langchain":
        return None
    own = _lower(properties, "$ai_provider") == "anthropic"
    if not own and "anthropic" not in _lower(properties, "$ai_model"):
        return "nothing"  # of these models no SDK takes anything
    for name, (lib, at, reads, whole) in _SDKS.items():
        version = _version(properties.get(at)) if properties.get(lib) == name else None
        if version is not None:
            return "all" if version >= whole else "reads" if version >= reads else "nothing"
    return "unknown"


def _without_writes(told: Counters) -> Counters:
    """The counters of an SDK that took the reads alone out of the input. Raises `UsageError`."""
    if told.input < told.written:
        raise UsageError(
            "bad_counts",
            f"`$ai_input_tokens` is {told.input:,}, less than the {told.written:,} cache writes "
            "that this version of the SDK leaves in it",
        )
    return evolve(told, input=told.input - told.written)


def _is_anthropic(properties: Mapping[str, object]) -> bool:
    model = _lower(properties, "$ai_model")
    own = _lower(properties, "$ai_provider") == "anthropic"
    return own or "anthropic" in model or model.startswith("claude")


def _flag(properties: Mapping[str, object]) -> bool | None:
    value = properties.get(_EXCLUSIVE)
    return value if isinstance(value, bool) else {"true": True, "false": False}.get(str(value))


def _lower(properties: Mapping[str, object], key: str) -> str:
    value = properties.get(key)
    return value.lower() if isinstance(value, str) else ""


def _version(text: object) -> Version | None:
    found = (
        re.match(r"([0-9]{1,6})\.([0-9]{1,6})\.([0-9]{1,6})", text)
        if isinstance(text, str)
        else None
    )
    return tuple(map(int, found.groups())) if found else None
