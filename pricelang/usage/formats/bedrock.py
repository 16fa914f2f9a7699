"""Amazon Bedrock to requests: Converse, bodies of InvokeModel,
the tails of streams, and invocation logs.

- Converse: `usage {inputTokens, outputTokens, cacheReadInputTokens,
  cacheWriteInputTokens, cacheDetails [{ttl, inputTokens}]}`,
  at the top, under `response` or under `metadata` of a stream.
  The cache is not inside `inputTokens`. Neither the model nor the
  region is in it: they stand beside it as `modelId` and `region`, or are asked for.
- InvokeModel: `{modelId, body}` with a message as `body`.
- `amazon-bedrock-invocationMetrics`, the tail of a stream:
  counts without the lifetime of cache writes.
- Invocation logs: `schemaType` `ModelInvocationLog`.
  The message in the output body says more than the counts beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pricelang.model.notes import Note
from pricelang.usage.bedrock_ids import of_bedrock
from pricelang.usage.counters import Counters, agreed, split_note
from pricelang.usage.fields import (
    clean,
    is_object,
    named_attributes,
    optional_count,
    optional_object,
    require_object,
    required_count,
    shown,
    word,
    wrong_type,
)
from pricelang.usage.formats.messages import Message, read_message
from pricelang.usage.formats.sse import METRICS
from pricelang.usage.inclusive import disjoint, total_of
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
    within,
)
from pricelang.usage.several import several
from pricelang.usage.stated import stated
from pricelang.usage.unknown import ANYTHING, known_names, note_unknown

FORMAT = "bedrock"
_READ, _WRITTEN = (
    ("cacheReadInputTokens", "cacheReadInputTokenCount"),
    ("cacheWriteInputTokens", "cacheWriteInputTokenCount"),
)
_USAGE = known_names(
    "inputTokens",
    "outputTokens",
    "totalTokens",
    *_READ,
    *_WRITTEN,
    cacheDetails=known_names("ttl", "inputTokens"),
    serverToolUsage=known_names(),
)
_COUNTS = known_names(
    "inputTokenCount",
    "outputTokenCount",
    "totalTokenCount",
    "cacheReadInputTokenCount",
    "cacheWriteInputTokenCount",
    "invocationLatency",
    "firstByteLatency",
    "inputContentType",
    "outputContentType",
    "inputBodyS3Path",
    "outputBodyS3Path",
    inputBodyJson=ANYTHING,
    outputBodyJson=ANYTHING,
)
_CACHE = ("cacheReadInputTokenCount", "cacheWriteInputTokenCount")
_S3 = frozenset(("inputBodyS3Path", "outputBodyS3Path"))
_LATENCY = "performanceConfigLatency"
"""Where the header of InvokeModel stands in what an SDK makes of it."""
_TTLS = ("5m", "1h")
_PRIORITY = Note(
    "latency", "the priority tier of Bedrock costs more: priced as `priority` of the book"
)


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is one of these, by the names of its counts or of its log."""
    if value.get("schemaType") == "ModelInvocationLog" or METRICS in value:
        return True
    body = value.get("body")
    if is_object(body):
        return "modelId" in value and "usage" in body
    usage = _converse(value).get("usage")
    return is_object(usage) and "inputTokens" in usage and "modelUsage" not in value


def outcomes(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
    """The record of a call or of a line of a log. Raises `UsageError`."""
    if value.get("schemaType") == "ModelInvocationLog":
        return (_log(value, place),)
    notes: list[Note] = []
    at = word(value.get("timestamp"), "timestamp")
    model = word(value.get("modelId"), "modelId")
    if METRICS in value:
        counters = _counts([(require_object(value.get(METRICS), METRICS), METRICS)], notes)
        return (_record(Part(model, at, {}, counters.meters()), place, notes, {}),)
    body, response = value.get("body"), _converse(value)
    _note_latency((value, response), notes)
    if is_object(body):
        message = read_message(body, at)
        return (_of_message(message, model, place, _attributes(value), notes),)
    usage = require_object(response.get("usage"), "usage")
    counters = converse_counts(usage, notes)
    tier = optional_object(response, "serviceTier", "")
    dimensions = (
        stated({"service_tier": tier.get("type")}, "serviceTier") if tier is not None else {}
    )
    if dimensions.get("service_tier") == "priority":
        notes.append(_PRIORITY)
    kind: RecordKind = SUM if several(value, usage) else SINGLE
    part = Part(model, at, dimensions, counters.meters(), kind=kind)
    return (_record(part, place, notes, _attributes(value)),)


def _converse(value: Mapping[str, object]) -> Mapping[str, object]:
    for key in ("response", "metadata"):
        inner = value.get(key)
        if is_object(inner) and "usage" in inner:
            return inner
    return value


def converse_counts(usage: Mapping[str, object], notes: list[Note]) -> Counters:
    """The disjoint counters of an answer of Converse. Raises `UsageError`."""
    note_unknown(usage, _USAGE, "usage", notes)
    written = agreed([(usage, "usage")], _WRITTEN) or 0
    listed = usage.get("cacheDetails")
    if listed is not None and not isinstance(listed, list | tuple):
        raise wrong_type("usage.cacheDetails", listed, "a list")
    by_ttl = dict.fromkeys(_TTLS, 0)
    for index, item in enumerate(listed or ()):
        path = f"usage.cacheDetails[{index}]"
        entry = require_object(item, path)
        ttl = word(entry.get("ttl"), f"{path}.ttl")
        if ttl not in _TTLS:
            raise UsageError(
                "unknown_value", f"`{path}.ttl` is {shown(ttl)}", "known lifetimes: 5m, 1h"
            )
        by_ttl[ttl] += required_count(entry, "inputTokens", path)
    split = bool(listed)
    if split and sum(by_ttl.values()) != written:
        notes.append(split_note("the parts of `usage.cacheDetails`", sum(by_ttl.values()), written))
    told = Counters(
        required_count(usage, "inputTokens", "usage"),
        required_count(usage, "outputTokens", "usage"),
        agreed([(usage, "usage")], _READ) or 0,
        written,
        min(by_ttl["1h"], written),
        split,
    )
    return disjoint(
        told, "usage.inputTokens", inside=False, total=total_of(usage, ("totalTokens",), "usage")
    )


def _counts(places: list[tuple[Mapping[str, object], str]], notes: list[Note]) -> Counters:
    """The counters in one object,
    or those of the input in the first and of the output in the last.
    """
    for holder, path in places:
        note_unknown(holder, _COUNTS, path, notes)
    (given, into), (output, out) = places[0], places[-1]
    told = Counters(
        required_count(given, "inputTokenCount", into),
        required_count(output, "outputTokenCount", out),
        optional_count(given, "cacheReadInputTokenCount", into),
        optional_count(given, "cacheWriteInputTokenCount", into),
        0,
        False,
    )
    return disjoint(
        told,
        f"{into}.inputTokenCount",
        inside=False,
        total=total_of(output, ("totalTokenCount",), out),
    )


def _log(value: Mapping[str, object], place: Place) -> Outcome:
    notes: list[Note] = []
    given, output = optional_object(value, "input", "") or {}, optional_object(value, "output", "")
    attributes = _attributes(value)
    at, model = word(value.get("timestamp"), "timestamp"), word(value.get("modelId"), "modelId")
    if value.get("errorCode"):
        return Skipped(place, f"a call that failed: {shown(value['errorCode'])}")
    if output is None:
        raise UsageError("missing_key", "`output` is missing")
    body = output.get("outputBodyJson")
    _note_latency((body, given.get("inputBodyJson")), notes)
    message = _message_in(body)
    if message is not None:
        return _of_message(read_message(message, at), model, place, attributes, notes)
    usage = body.get("usage") if is_object(body) else None
    if is_object(usage) and "inputTokens" in usage:
        counters = converse_counts(usage, notes)
    else:
        counters = _counts([(given, "input"), (output, "output")], notes)
        if not _S3.isdisjoint((*given, *output)) and all(given.get(key) is None for key in _CACHE):
            notes.append(
                Note(
                    "cache_unknown",
                    "the log has no counts of the cache, and the response stands in S3: "
                    "priced as if no cache was used",
                )
            )
    return _record(Part(model, at, {}, counters.meters()), place, notes, attributes)


def _note_latency(holders: Iterable[object], notes: list[Note]) -> None:
    """Notes that a call ran with optimized latency, as its request or its response says."""
    for holder in holders:
        if is_object(holder) and ("performanceConfig" in holder or _LATENCY in holder):
            config = holder.get("performanceConfig")
            if "optimized" in (
                config.get("latency") if is_object(config) else None,
                holder.get(_LATENCY),
            ):
                notes.append(
                    Note(
                        "latency",
                        "the request ran with optimized latency, which costs more for some "
                        "models: priced without it",
                    )
                )
                return


def _message_in(body: object) -> Mapping[str, object] | None:
    """The message of an output body: the body itself, or what the events of a stream add up to."""
    if is_object(body):
        usage = body.get("usage")
        return body if is_object(usage) and "input_tokens" in usage else None
    if isinstance(body, list):
        from pricelang.usage.formats.sse import merged

        for _, _, value, _ in merged((0, None, event, None) for event in body):
            if isinstance(value, dict) and value.get("counted"):
                found = value["message"]
                return found if isinstance(found, dict) else None
    return None


def _of_message(
    message: Message,
    model: str | None,
    place: Place,
    attributes: Mapping[str, str],
    notes: list[Note],
) -> Record:
    """The record of a message whose model id, with the geography, stands beside it.
    Other models in it keep theirs.
    """
    own = message.parts[0].model
    where = of_bedrock(model, attributes.get("region"))
    parts = tuple(
        within(part, where, model if model and part.model == own else None)
        for part in message.parts
    )
    return Record(parts, place, FORMAT, (*message.notes, *notes), attributes)


def _record(part: Part, place: Place, notes: list[Note], attributes: Mapping[str, str]) -> Record:
    return Record(
        (within(part, of_bedrock(part.model, attributes.get("region"))),),
        place,
        FORMAT,
        tuple(notes),
        attributes,
    )


def _attributes(value: Mapping[str, object]) -> dict[str, str]:
    found = {
        "account": value.get("accountId"),
        "region": value.get("region"),
        "operation": value.get("operation"),
    }
    tags = value.get("requestMetadata")
    if is_object(tags):
        found |= {clean(str(key)): text for key, text in tags.items()}
    return named_attributes(found)
