"""Tasks of Cline and Roo Code to requests: the items of `ui_messages.json`.

The text of an `api_req_started` item is JSON with `tokensIn`, `tokensOut`, `cacheWrites` and
`cacheReads`; its model stands in `modelInfo`, or nowhere. The cache is outside of `tokensIn`, but
for Roo Code of November 2025 on, which writes the protocol of the API beside. `deleted_api_reqs`
and `subagent_usage` are sums. Everything else, the conversation and the totals of a task repeat
these, or count nothing. Sessions of newer versions are in `cline_sessions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters
from pricelang.usage.fields import (
    is_object,
    model_id,
    named_attributes,
    optional_count,
    optional_object,
    required_count,
    shown,
)
from pricelang.usage.formats.cline_sessions import cline_messages
from pricelang.usage.formats.coding_agents import platform_dimensions
from pricelang.usage.io.json_text import Decoder, JsonFault
from pricelang.usage.records import (
    SINGLE,
    SUM,
    Outcome,
    Part,
    Place,
    Record,
    RecordKind,
    Skipped,
    UsageError,
)
from pricelang.usage.times import milliseconds
from pricelang.usage.unknown import note_key

FORMAT = "cline"
_STARTED = ("api_req_started", "api_req_finished")
_SUMS = ("deleted_api_reqs", "subagent_usage")
_COUNTS = ("tokensIn", "tokensOut", "cacheWrites", "cacheReads")
_NO_COUNTS = ("cost", "retryAttempt", "retryDelaySec", "ts", "contextWindow", "contextTokens")
_CONVERSATION = frozenset(("role", "content", "ts", "modelInfo", "metrics", "id", "isSummary"))
_INSIDE_SINCE = 1_761_955_200_000
"""The first of November 2025 in milliseconds: since then Roo Code's input has the cache in it."""


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is an item of a task, a message of its conversation, its totals, or
    a session.
    """
    if "updated_at" in value and "version" in value and isinstance(value.get("messages"), list):
        return True
    if "ts" in value and ("say" in value or "ask" in value):
        return True
    if "tokensIn" in value and "task" in value and "ts" in value:
        return True
    return (
        value.get("role") in ("user", "assistant")
        and "content" in value
        and set(value) <= _CONVERSATION
    )


def outcomes(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
    """The request of an item, or the sum that it is; of a session its answers.
    Raises `UsageError`.
    """
    messages = value.get("messages")
    if "say" not in value and isinstance(messages, list):
        return cline_messages(messages, value.get("sessionId"), place)
    if "role" in value:
        return (Skipped(place, "a message of a conversation, without usage of its own"),)
    if "say" not in value and "ask" not in value:
        return (Skipped(place, "the totals of a task: its `ui_messages.json` counts the requests"),)
    kind = value.get("say")
    text = value.get("text")
    if not isinstance(text, str) or '"tokensIn"' not in text:
        return (Skipped(place, f"an item of the kind {shown(kind or value.get('ask'))}"),)
    given = _json(text)
    if given is None or "tokensIn" not in given:
        if kind not in (*_STARTED, *_SUMS):
            return (Skipped(place, f"an item of the kind {shown(kind)}"),)
        raise UsageError("bad_json", "the `text` of a request is no JSON object with its counts")
    if kind not in (*_STARTED, *_SUMS):
        raise UsageError(
            "unknown_value",
            f"`say` is {shown(kind)}, and its text has counts of tokens: what they count is not "
            "known",
        )
    return (_record(value, given, place, is_sum=kind in _SUMS),)


def _json(text: str) -> Mapping[str, object] | None:
    try:
        found = Decoder().value(text)
    except JsonFault:
        return None
    return found if is_object(found) else None


def _record(
    value: Mapping[str, object], given: Mapping[str, object], place: Place, *, is_sum: bool
) -> Record:
    notes: list[Note] = []
    for key, count in given.items():
        if key not in _COUNTS and key not in _NO_COUNTS and isinstance(count, int | Decimal):
            note_key(f"text.{key}", count, _COUNTS, notes)
    ts = value.get("ts")
    counters = _counters(given, ts, notes)
    info = optional_object(value, "modelInfo", "") or {}
    model = model_id(info.get("modelId"), "modelInfo.modelId", notes)
    dimensions = platform_dimensions(info.get("providerId"), model, "modelInfo.providerId", notes)
    kind: RecordKind = SUM if is_sum else SINGLE
    part = Part(model, milliseconds(ts, "ts"), dimensions, counters.meters(), kind=kind)
    attributes = named_attributes({"mode": info.get("mode")})
    return Record((part,), place, FORMAT, tuple(notes), attributes)


def _counters(given: Mapping[str, object], ts: object, notes: list[Note]) -> Counters:
    into = required_count(given, "tokensIn", "text")
    read, writes = (
        optional_count(given, "cacheReads", "text"),
        optional_count(given, "cacheWrites", "text"),
    )
    cache = read + writes
    # With less input than cache the version is one that counts it outside, whatever the day.
    if cache and "apiProtocol" in given and into >= cache:
        if not isinstance(ts, int) or ts < _INSIDE_SINCE:
            notes.append(
                Note(
                    "cache_unknown",
                    f"whether the input of {into:,} holds the {cache:,} tokens of the cache "
                    "depends on the version of Roo Code: priced as if it does",
                )
            )
        into -= cache
    return Counters(into, required_count(given, "tokensOut", "text"), read, writes, 0, False)
