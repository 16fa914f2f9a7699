"""Lines of pi sessions to requests: `message.usage` of answers, the cache outside of the input.

Reasoning is inside the output. Some builds write what of the cache writes is for an hour
(`cttl.ephemeral1h`). Prompts, results of tools and changes of a setting are skipped. A session that
was branched has the entries of the one it came from: an answer with the same time and counts
counts once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters, writes_of
from pricelang.usage.fields import (
    is_object,
    model_id,
    named_attributes,
    optional_count,
    optional_object,
    placed,
    required_count,
)
from pricelang.usage.formats.coding_agents import platform_dimensions
from pricelang.usage.inclusive import disjoint, total_of
from pricelang.usage.records import Outcome, Part, Place, Record, Skipped
from pricelang.usage.response_ids import RESPONSE, named
from pricelang.usage.times import milliseconds
from pricelang.usage.unknown import known_names, note_unknown

FORMAT = "pi"
_TTL = known_names("ephemeral5m", "ephemeral1h")
_USAGE = known_names(
    "input",
    "output",
    "cacheRead",
    "cacheWrite",
    "cacheWrite5m",
    "cacheWrite1h",
    "totalTokens",
    "reasoning",
    "reasoningTokens",
    "premiumRequests",
    cttl=_TTL,
)
_ENTRIES = {
    "session": "cwd",
    "message": "message",
    "model_change": "provider",
    "thinking_level_change": "thinkingLevel",
    "compaction": "summary",
    "branch_summary": "summary",
    "custom": "customType",
    "custom_message": "customType",
    "label": "targetId",
    "session_info": "name",
}
"""The types of lines, and what each has beside its time where it has no parent."""


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is a line of a session, or an answer that was taken out of one."""
    inner = value.get("message")
    if is_object(inner) and _has_input(inner):
        return "role" in inner
    if "role" in value and _has_input(value):
        usage = value["usage"]
        return is_object(usage) and "cacheRead" in usage
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in _ENTRIES or "timestamp" not in value:
        return kind == "title" and "v" in value and "title" in value
    if "usage" in value or (is_object(inner) and inner.get("usage") is not None):
        return False
    return "parentId" in value or _ENTRIES[kind] in value


def _has_input(holder: Mapping[str, object]) -> bool:
    usage = holder.get("usage")
    return is_object(usage) and "input" in usage


def outcomes(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
    """The request of a line. Raises `UsageError`."""
    place = placed(place, value.get("id"))
    inner = value.get("message")
    message = inner if is_object(inner) else value
    usage = optional_object(message, "usage", "message")
    if usage is None:
        return (Skipped(place, "a line without usage of its own"),)
    notes: list[Note] = []
    counters = _counters(usage, "message.usage", notes)
    model = model_id(message.get("model"), "message.model", notes)
    dimensions = platform_dimensions(message.get("provider"), model, "message.provider", notes)
    at = milliseconds(value.get("timestamp"), "timestamp") or milliseconds(
        message.get("timestamp"), "message.timestamp"
    )
    part = Part(model, at, dimensions, counters.meters())
    ids = named(RESPONSE, message.get("responseId")) or _origin(value, message, part)
    given = {"session": value.get("sessionId"), "api": message.get("api")}
    return (Record((part,), place, FORMAT, tuple(notes), named_attributes(given), ids=ids),)


def _counters(usage: Mapping[str, object], path: str, notes: list[Note]) -> Counters:
    note_unknown(usage, _USAGE, path, notes)
    ttl = optional_object(usage, "cttl", path) or {}
    parts = (
        _first(usage, "cacheWrite5m", ttl, "ephemeral5m", path),
        _first(usage, "cacheWrite1h", ttl, "ephemeral1h", path),
    )
    told_writes = optional_count(usage, "cacheWrite", path)
    writes = writes_of(told_writes, parts, notes)
    told = Counters(
        required_count(usage, "input", path),
        required_count(usage, "output", path),
        optional_count(usage, "cacheRead", path),
        *writes,
    )
    total = total_of(usage, ("totalTokens",), path)
    return disjoint(told, f"{path}.input", inside=False, total=total)


def _first(
    usage: Mapping[str, object], key: str, ttl: Mapping[str, object], inner: str, path: str
) -> int | None:
    if usage.get(key) is not None:
        return optional_count(usage, key, path)
    return None if ttl.get(inner) is None else optional_count(ttl, inner, f"{path}.cttl")


def _origin(
    value: Mapping[str, object], message: Mapping[str, object], part: Part
) -> tuple[str, ...]:
    """What an answer has in common with its copies in branched sessions."""
    id, at = value.get("id"), message.get("timestamp") or value.get("timestamp")
    if not isinstance(id, str) or not isinstance(at, str | int):
        return ()
    return named("pi", f"{id} {at} {part.model}")
