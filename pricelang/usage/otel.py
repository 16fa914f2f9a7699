"""OpenTelemetry to requests: spans as OTLP JSON and as an SDK prints them, and Claude Code's `api_request` events.

- GenAI conventions: `gen_ai.usage.input_tokens` includes cache reads and writes. Older names are read too: `prompt_tokens`,
  `completion_tokens`, `cache_creation.input_tokens`, `gen_ai.system`. The Anthropic SDK adds the lifetimes of cache writes and
  the service tier, and counts a compaction apart, outside of the input.
- OpenInference: `llm.token_count.prompt` includes the cache, too.
- A span of an agent or a chain adds up what the spans under it count: skipped, and so is any span without counts.
- Claude Code's events count the cache outside of the input, without lifetimes.
- What was sent twice, or told by two instrumentations, counts once: see `spans`.

In OTLP JSON an `intValue` is a string.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

from attrs import evolve

from pricelang.notes import Note

from .counters import Counters, split_note
from .fields import clean, count, model_id, shown, type_name, word, wrong_type
from .inclusive import inclusive, no_lifetime
from .json_text import written
from .platforms import named_platform, platform_of_message
from .records import SINGLE, SUM, Outcome, Part, Place, Record, Rejected, Skipped, UsageError
from .spans import Spans
from .times import instant, nanoseconds

FORMAT = "otel"
_GEN_AI, _ANTHROPIC, _LLM = "gen_ai.usage.", "anthropic.usage.", "llm.token_count."
_READ = ("cache_read.input_tokens", "cache_read_input_tokens")
_WRITTEN = ("cache_write.input_tokens", "cache_creation.input_tokens", "cache_creation_input_tokens")
_EPHEMERAL = "cache_creation.ephemeral_{}_input_tokens"
_KNOWN = frozenset((
    *(_GEN_AI + name for name in (*_READ, *_WRITTEN, "input_tokens", "prompt_tokens", "output_tokens", "completion_tokens")),
    *(_GEN_AI + name for name in ("reasoning.output_tokens", "total_tokens", "cost.amount", "cost.currency", "cost.source", "cost")),
    *(_ANTHROPIC + _EPHEMERAL.format(ttl) for ttl in ("5m", "1h")), _ANTHROPIC + "compaction.input_tokens",
    _ANTHROPIC + "compaction.output_tokens", _ANTHROPIC + "server_tool_use.web_search_requests", _ANTHROPIC + "server_tool_use.web_fetch_requests",
    *(_LLM + name for name in ("prompt", "completion", "total", "prompt_details.cache_read", "prompt_details.cache_write")),
    _LLM + "prompt_details.cache_input", _LLM + "completion_details.reasoning",
))  # fmt: skip
_SUMS = ("invoke_agent", "create_agent", "execute_tool", "invoke_workflow")
_ATTRIBUTES = {
    "session": ("session.id", "gen_ai.conversation.id"), "user": ("user.id", "enduser.id", "user.email"), "workspace": ("anthropic.workspace.id",),
    "organization": ("anthropic.organization.id", "organization.id"), "agent": ("gen_ai.agent.name",), "source": ("query_source",),
}  # fmt: skip
_CLAUDE_CODE = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_creation_tokens")


def known(value: Mapping[str, object]) -> bool:
    """Whether an object holds spans or log records in OTLP, or is a span or an event with attributes."""
    if isinstance(value.get("resourceSpans"), list) or isinstance(value.get("resourceLogs"), list):
        return True
    attributes = value.get("attributes")
    return isinstance(attributes, Mapping | list) and any(key in value for key in ("name", "spanId", "context", "body", "timeUnixNano"))


def start() -> Callable[[Mapping[str, object], Place], Iterator[Outcome]]:
    """A function that reads these, and knows the spans before."""
    spans = Spans()
    return lambda value, place: _outcomes(spans, value, place)


def _outcomes(spans: Spans, value: Mapping[str, object], place: Place) -> Iterator[Outcome]:
    """The records of the spans and events in a value, in order; each has its own fault."""
    if "resourceSpans" not in value and "resourceLogs" not in value:
        yield _span(value, {}, place, spans)
        return
    for number, (span, resource) in enumerate(_spans(value), 1):
        spot = evolve(place, id=_span_id(span) or f"span {number}")
        try:
            if not isinstance(span, Mapping):
                raise wrong_type("spans", span, "a list of objects")
            yield _span(span, resource, spot, spans)
        except UsageError as error:
            yield Rejected(spot, error.code, error.message, error.help, written(span))


def _span_id(span: object) -> str | None:
    id = span.get("spanId") if isinstance(span, Mapping) else None
    return clean(id) if isinstance(id, str) and id else None


def _spans(value: Mapping[str, object]) -> Iterator[tuple[object, Mapping[str, object]]]:
    """The spans and log records with the attributes of their resources."""
    for outer, scopes, inner in (("resourceSpans", "scopeSpans", "spans"), ("resourceLogs", "scopeLogs", "logRecords")):
        for group in _list(value, outer):
            if not isinstance(group, Mapping):
                raise wrong_type(outer, group, "a list of objects")
            resource = group.get("resource")
            given = _attributes(resource) if isinstance(resource, Mapping) else {}
            for scope in (*_list(group, scopes), *_list(group, "instrumentationLibrarySpans")):
                if not isinstance(scope, Mapping):
                    raise wrong_type(scopes, scope, "a list of objects")
                for span in _list(scope, inner):
                    yield span, given


def _list(holder: Mapping[str, object], key: str) -> list[object]:
    value = holder.get(key)
    if value is None or isinstance(value, list):
        return value or []
    raise wrong_type(key, value, "a list")


def _attributes(holder: Mapping[str, object]) -> dict[str, object]:
    """The attributes of a span: an object, or OTLP's list of keys and typed values."""
    given = holder.get("attributes")
    if isinstance(given, Mapping):
        return dict(given)
    found = {}
    for item in given if isinstance(given, list) else ():
        key = item.get("key") if isinstance(item, Mapping) else None
        if isinstance(key, str):
            found[key] = _typed(item.get("value"), key)
    return found


def _typed(value: object, key: str) -> object:
    if not isinstance(value, Mapping):
        return value
    if "intValue" in value:
        number = value["intValue"]
        if isinstance(number, str) and number.lstrip("-").isascii() and number.lstrip("-").isdigit() and len(number) < 40:
            return int(number)
        if type(number) is int:
            return number
        raise UsageError("wrong_type", f"`{clean(key)}` has an `intValue` of {shown(number)}")
    return next((value[name] for name in ("stringValue", "doubleValue", "boolValue") if name in value), None)


def _span(span: Mapping[str, object], resource: Mapping[str, object], place: Place, spans: Spans) -> Outcome:
    own = _attributes(span)
    found = _read(span, own, resource, place)
    return spans.settled(found, span, own) if isinstance(found, Record) else found


def _read(span: Mapping[str, object], own: Mapping[str, object], resource: Mapping[str, object], place: Place) -> Outcome:
    at = nanoseconds(span.get("startTimeUnixNano") or span.get("timeUnixNano"), "startTimeUnixNano")
    at = at or instant(span.get("start_time") or span.get("timestamp"), "start_time")
    attributes = {name: clean(str(found)) for name, keys in _ATTRIBUTES.items() if (found := next((own.get(k) or resource.get(k) for k in keys if own.get(k) or resource.get(k)), None))}
    service = own.get("service.name") or resource.get("service.name")
    if isinstance(service, str) and service:
        attributes["service"] = clean(service)
    name, event = span.get("name"), own.get("event.name")
    if event == "api_request" or name == "claude_code.api_request" or span.get("body") == "claude_code.api_request":
        return _claude_code(own, at or instant(own.get("event.timestamp"), "event.timestamp"), place, attributes)
    if not any(key.startswith((_GEN_AI, _LLM)) for key in own):
        return Skipped(place, f"the span or event {shown(name or event or '')} counts no tokens")
    operation, kind = own.get("gen_ai.operation.name"), own.get("openinference.span.kind")
    if operation in _SUMS or kind in ("AGENT", "CHAIN"):
        return Skipped(place, f"a span of the kind {shown(operation if operation in _SUMS else kind)}: the spans under it count")
    notes: list[Note] = []
    for key in own:
        if key.startswith((_GEN_AI, _ANTHROPIC, _LLM)) and key not in _KNOWN:
            notes.append(Note("unknown_counter", f"{shown(key)} is not known: not priced"))
    counters = _open_inference(own) if any(key.startswith(_LLM) for key in own) else _counters(own, notes)
    no_lifetime(counters, notes)
    model, platform = _model(own, notes), _platform(own)
    dimensions = {"platform": platform} if platform else {}
    for dimension, plain in (("service_tier", ("standard",)), ("speed", ("standard", "normal")), ("inference_geo", ("global", "not_available"))):
        text = word(own.get(f"anthropic.response.{dimension}"), f"anthropic.response.{dimension}")
        if text and text not in plain:
            dimensions[dimension] = text
    meters = counters.meters()
    for tool in ("web_search", "web_fetch"):
        if searched := _count(own, _ANTHROPIC + f"server_tool_use.{tool}_requests"):
            meters[tool] = searched
    parts = [Part(model, at, dimensions, meters, kind=SUM if len(meters) > len(counters.meters()) else SINGLE)]
    compacted = [_count(own, _ANTHROPIC + f"compaction.{side}_tokens") for side in ("input", "output")]
    if any(compacted):
        parts = [evolve(parts[0], label="the message"), Part(model, at, dimensions, {"input": compacted[0], "output": compacted[1]}, "compaction")]
    id = own.get("gen_ai.response.id")
    return Record(tuple(parts), evolve(place, id=clean(id)) if isinstance(id, str) and id else place, FORMAT, tuple(notes), attributes)


def _count(own: Mapping[str, object], key: str) -> int:
    value = own.get(key)
    return 0 if value is None else count(value, key)


def _first(own: Mapping[str, object], prefix: str, names: Iterable[str]) -> int | None:
    """The count under the first of some names that is there; where several are, they must agree."""
    found = {prefix + name: count(own[prefix + name], prefix + name) for name in names if own.get(prefix + name) is not None}
    if len(set(found.values())) > 1:
        raise UsageError("bad_counts", " and ".join(f"`{key}` ({number})" for key, number in found.items()) + " count the same and differ")
    return next(iter(found.values()), None)


def _counters(own: Mapping[str, object], notes: list[Note]) -> Counters:
    input, output = _first(own, _GEN_AI, ("input_tokens", "prompt_tokens")), _first(own, _GEN_AI, ("output_tokens", "completion_tokens"))
    if input is None or output is None:
        raise UsageError("missing_key", f"`{_GEN_AI}{'input' if input is None else 'output'}_tokens` is missing", "a cost alone is not priced again")
    written_tokens = _first(own, _GEN_AI, _WRITTEN)
    keys = [_ANTHROPIC + _EPHEMERAL.format(ttl) for ttl in ("5m", "1h")]
    split = any(own.get(key) is not None for key in keys)
    parts = [_count(own, key) for key in keys]
    total = sum(parts) if written_tokens is None else written_tokens
    if split and sum(parts) != total:
        notes.append(split_note("the parts of the cache writes", sum(parts), total))
    return inclusive(_GEN_AI + "input_tokens", input=input, output=output, read=_first(own, _GEN_AI, _READ) or 0, written=total, write_1h=parts[1], split=split)


def _open_inference(own: Mapping[str, object]) -> Counters:
    for name in ("prompt", "completion"):
        if own.get(_LLM + name) is None:
            raise UsageError("missing_key", f"`{_LLM}{name}` is missing")
    read = _first(own, _LLM, ("prompt_details.cache_read", "prompt_details.cache_input")) or 0
    return inclusive(
        _LLM + "prompt", input=_count(own, _LLM + "prompt"), output=_count(own, _LLM + "completion"), read=read,
        written=_count(own, _LLM + "prompt_details.cache_write"),
    )  # fmt: skip


def _model(own: Mapping[str, object], notes: list[Note]) -> str | None:
    asked, given = own.get("gen_ai.request.model"), own.get("gen_ai.response.model")
    # On Bedrock the id that was asked for says the geography, and the one that answered does not.
    if isinstance(asked, str) and ("anthropic." in asked or asked.startswith("arn:")):
        return model_id(asked, "gen_ai.request.model", notes)
    return model_id(given or asked or own.get("llm.model_name"), "gen_ai.response.model", notes)


def _platform(own: Mapping[str, object]) -> str | None:
    betrayed = platform_of_message(own.get("gen_ai.response.id"))
    return betrayed or named_platform(own.get("gen_ai.provider.name") or own.get("gen_ai.system") or own.get("llm.provider"))


def _claude_code(own: Mapping[str, object], at: str | None, place: Place, attributes: Mapping[str, str]) -> Record:
    notes: list[Note] = []
    counts = []
    for key in _CLAUDE_CODE:
        value = own.get(key)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 40:
            value = int(value)
        if value is None and key in ("input_tokens", "output_tokens"):
            raise UsageError("missing_key", f"`{key}` is missing")
        if value is not None and not isinstance(value, int | Decimal):
            raise UsageError("wrong_type", f"`{key}` is {type_name(value)}, not a whole number")
        counts.append(0 if value is None else count(value, key))
    counters = Counters(counts[0], counts[1], counts[2], counts[3], 0, False)
    no_lifetime(counters, notes)
    speed = word(own.get("speed"), "speed")
    dimensions = {"speed": speed} if speed and speed not in ("normal", "standard") else {}
    id = own.get("request_id")
    return Record(
        (Part(model_id(own.get("model"), "model", notes), at, dimensions, counters.meters()),),
        evolve(place, id=clean(id)) if isinstance(id, str) and id else place, FORMAT, tuple(notes), attributes,
    )  # fmt: skip
