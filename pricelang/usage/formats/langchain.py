"""Messages of LangChain to requests: `usage_metadata`, with the cache inside the input.

- `input_token_details {cache_read, cache_creation, ephemeral_5m_input_tokens,
  ephemeral_1h_input_tokens}` are inside `input_tokens`; where the lifetimes are told,
  `cache_creation` is zero.
- `response_metadata` names the model, and has the usage of the Messages API itself unless the
  answer was streamed: that says more, and counts.
- Messages of a user, of the system and of tools count nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters, all_agreed, meanings, writes_of
from pricelang.usage.fields import (
    is_object,
    model_id,
    optional_object,
    require_object,
    required_count,
    word,
)
from pricelang.usage.formats.messages import read_message
from pricelang.usage.inclusive import disjoint, no_lifetime, total_of
from pricelang.usage.platform_names import named_platform, platform_of_message
from pricelang.usage.records import SINGLE, SUM, Outcome, Part, Place, Record, Skipped
from pricelang.usage.response_ids import RESPONSE, named
from pricelang.usage.several import several
from pricelang.usage.unknown import known_names, note_unknown

FORMAT = "langchain"
_MODEL = ("model_name", "model", "model_id")
_OTHERS = ("human", "system", "tool", "function", "remove", "chat")
_CACHE = meanings(
    {
        "read": ("cache_read",),
        "written": ("cache_creation", "cache_write"),
        "5m": ("ephemeral_5m_input_tokens",),
        "1h": ("ephemeral_1h_input_tokens",),
    }
)
_KNOWN = known_names(
    "input_tokens",
    "output_tokens",
    "total_tokens",
    input_token_details=known_names(*_CACHE, "text"),
    output_token_details=known_names("reasoning", "text"),
)


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is a message of LangChain, by the names of its keys."""
    usage = value.get("usage_metadata")
    if is_object(usage):
        return "input_tokens" in usage and "output_tokens" in usage
    return "response_metadata" in value and "additional_kwargs" in value


def outcomes(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
    """The record of an answer; other messages are skipped. Raises `UsageError`."""
    if value.get("usage_metadata") is None:
        kind = value.get("type")
        what = f"a message of the type `{kind}`" if kind in _OTHERS else "a message without usage"
        return (Skipped(place, what),)
    notes: list[Note] = []
    said = optional_object(value, "response_metadata", "") or {}
    model = next(
        (found for name in _MODEL if (found := word(said.get(name), f"response_metadata.{name}"))),
        None,
    )
    id = said.get("id") or value.get("id")
    ids, raw = named(RESPONSE, said.get("id")), said.get("usage")
    if is_object(raw) and "input_tokens" in raw and "input_tokens_details" not in raw:
        message = read_message({**said, "model": model, "id": id, "content": value.get("content")})
        return (Record(message.parts, place, FORMAT, message.notes, ids=ids),)
    usage = require_object(value.get("usage_metadata"), "usage_metadata")
    counters = _counters(usage, notes)
    platform = platform_of_message(id) or named_platform(said.get("model_provider"))
    part = Part(
        model_id(model, "response_metadata.model_name", notes),
        None,
        {"platform": platform} if platform else {},
        counters.meters(),
        kind=SUM if several(usage) else SINGLE,
    )
    return (Record((part,), place, FORMAT, tuple(notes), ids=ids),)


def _counters(usage: Mapping[str, object], notes: list[Note]) -> Counters:
    """The disjoint counters of `usage_metadata`."""
    path = "usage_metadata"
    note_unknown(usage, _KNOWN, path, notes)
    details = optional_object(usage, "input_token_details", path) or {}
    counts = all_agreed([(details, f"{path}.input_token_details")], _CACHE)
    writes = writes_of(counts.get("written"), (counts.get("5m"), counts.get("1h")), notes)
    told = Counters(
        required_count(usage, "input_tokens", path),
        required_count(usage, "output_tokens", path),
        counts.get("read", 0),
        *writes,
    )
    total = total_of(usage, ("total_tokens",), path)
    found = disjoint(told, f"{path}.input_tokens", inside=True, total=total)
    no_lifetime(found, notes)
    return found
