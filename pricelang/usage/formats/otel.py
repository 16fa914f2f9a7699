"""OpenTelemetry to requests: spans as OTLP JSON and as an SDK prints them,
and Claude Code's `api_request` events.

- GenAI conventions: `gen_ai.usage.input_tokens` includes cache reads and writes.
  Older names are read too: `prompt_tokens`,
  `completion_tokens`, `cache_creation.input_tokens`, `gen_ai.system`.
  The Anthropic SDK adds the lifetimes of cache writes and
  the service tier, and counts a compaction apart, outside of the input.
- OpenInference: `llm.token_count.prompt` includes the cache, too.
  The AI SDK has names of its own; all of them: `span_counts`.
- A span of an agent or a chain adds up what the spans under it count:
  skipped, and so is any span without counts.
- Claude Code's events count the cache outside of the input, without lifetimes.
- What was sent twice, or told by two instrumentations, counts once: see `spans`.

In OTLP JSON an `intValue` is a string.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from attrs import evolve

from pricelang.model.notes import Note
from pricelang.usage.fields import (
    clean,
    is_object,
    model_id,
    placed,
    require_object,
    shown,
    wrong_type,
)
from pricelang.usage.formats.claude_code_events import claude_code_event
from pricelang.usage.formats.clickhouse import as_span, is_row, rows_of
from pricelang.usage.formats.gateway_part import gateway_part, note_seller
from pricelang.usage.formats.gemini_cli import api_response, is_api_response, is_told_twice
from pricelang.usage.formats.otlp import attributes_of, list_in, numbers_of, shown_attributes
from pricelang.usage.formats.span_counts import (
    counts_tokens,
    parts_of,
    refuse_unknown,
    without_prefix,
)
from pricelang.usage.formats.span_json import JsonUsage, json_usage
from pricelang.usage.formats.spans import Spans
from pricelang.usage.io.json_text import written
from pricelang.usage.platform_names import named_platform, platform_of_message
from pricelang.usage.platform_urls import located, where_of
from pricelang.usage.platforms import named, of_asked
from pricelang.usage.records import Outcome, Part, Place, Record, Rejected, Skipped, UsageError
from pricelang.usage.stated import STATED, stated
from pricelang.usage.times import instant, nanoseconds

FORMAT = "otel"
_TIERS = ("gen_ai.openai.response.service_tier", "openai.response.service_tier")
"""Where spans of calls through an API shaped like OpenAI's have the tier."""
_SUMS = ("invoke_agent", "create_agent", "execute_tool", "invoke_workflow")
_SUM_KINDS = ("AGENT", "CHAIN")
_AGENT = ("gen_ai.agent.name", "agent_name")
_MODELS = ("gen_ai.request.model", "gen_ai.response.model", "llm.model_name", "ai.model.id")
"""Where a span names its model. One of an agent without any is the run of an agent, as older
versions of pydantic-ai write it."""
_AI_SDK_SUMS = ("ai.generateText", "ai.streamText", "ai.generateObject", "ai.streamObject")


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object holds spans or log records in OTLP,
    or is a span or an event with attributes, or a row of ClickHouse with one.
    """
    if isinstance(value.get("resourceSpans"), list) or isinstance(value.get("resourceLogs"), list):
        return True
    rows = rows_of(value)
    if is_row(value) or (rows and is_object(rows[0]) and is_row(rows[0])):
        return True
    attributes = value.get("attributes")
    if is_object(attributes) and "event.name" in attributes:
        return True
    return isinstance(attributes, Mapping | list) and any(
        key in value for key in ("name", "spanId", "context", "body", "timeUnixNano")
    )


def start() -> Callable[[Mapping[str, object], Place], Iterator[Outcome]]:
    """A function that reads these, and knows the spans before."""
    spans = Spans()
    return lambda value, place: _outcomes(spans, value, place)


def _outcomes(spans: Spans, value: Mapping[str, object], place: Place) -> Iterator[Outcome]:
    """The records of the spans and events in a value, in order; each has its own fault."""
    if is_row(value):
        yield _span(*as_span(value), place, spans)
        return
    rows = rows_of(value)
    if rows is not None:
        yield from _of_rows(spans, rows, place)
        return
    if "resourceSpans" not in value and "resourceLogs" not in value:
        yield _span(value, {}, place, spans)
        return
    for number, (span, resource) in enumerate(_spans(value), 1):
        spot = evolve(place, id=_span_id(span) or f"span {number}")
        try:
            if not is_object(span):
                raise wrong_type("spans", span, "a list of objects")
            yield _span(span, resource, spot, spans)
        except UsageError as error:
            yield Rejected(spot, error.code, error.message, error.help, written(span))


def _of_rows(spans: Spans, rows: list[object], place: Place) -> Iterator[Outcome]:
    """The records of the rows of ClickHouse's answer; each has its own fault."""
    for number, row in enumerate(rows, 1):
        spot = evolve(place, id=f"row {number}")
        try:
            yield _span(*as_span(require_object(row, "data")), spot, spans)
        except UsageError as error:
            yield Rejected(spot, error.code, error.message, error.help, written(row))


def _span_id(span: object) -> str | None:
    id = span.get("spanId") if is_object(span) else None
    return clean(id) if isinstance(id, str) and id else None


def _spans(value: Mapping[str, object]) -> Iterator[tuple[object, Mapping[str, object]]]:
    """The spans and log records with the attributes of their resources."""
    for outer, scopes, inner in (
        ("resourceSpans", "scopeSpans", "spans"),
        ("resourceLogs", "scopeLogs", "logRecords"),
    ):
        for group in list_in(value, outer):
            if not is_object(group):
                raise wrong_type(outer, group, "a list of objects")
            resource = group.get("resource")
            given = attributes_of(resource) if is_object(resource) else {}
            for scope in (*list_in(group, scopes), *list_in(group, "instrumentationLibrarySpans")):
                if not is_object(scope):
                    raise wrong_type(scopes, scope, "a list of objects")
                for span in list_in(scope, inner):
                    yield span, given


def _span(
    span: Mapping[str, object], resource: Mapping[str, object], place: Place, spans: Spans
) -> Outcome:
    own = numbers_of(attributes_of(span))
    found = _read(span, own, resource, place)
    return spans.settled(found, span, own) if isinstance(found, Record) else found


def _read(
    span: Mapping[str, object],
    own: Mapping[str, object],
    resource: Mapping[str, object],
    place: Place,
) -> Outcome:
    at = _begun(span)
    attributes = shown_attributes(own, resource)
    name, event = span.get("name"), own.get("event.name")
    body = span.get("body")
    told = body.get("stringValue") if is_object(body) else body
    if event == "api_request" or "claude_code.api_request" in (name, told, event):
        at = at or instant(own.get("event.timestamp"), "event.timestamp")
        return claude_code_event(own, at, place, attributes)
    if is_api_response(own):
        at = at or instant(own.get("event.timestamp"), "event.timestamp")
        return api_response(own, at, place, attributes)
    if is_told_twice(own, attributes.get("service")):
        return Skipped(place, "the `api_response` event beside it counts this request")
    own = without_prefix(own)
    notes: list[Note] = []
    is_counted = counts_tokens(own)
    told = None if is_counted else json_usage(own, notes)
    if told is None and not is_counted:
        refuse_unknown(own)
        return Skipped(place, f"the span or event {shown(name or event or '')} counts no tokens")
    sums = _sums(name, own) if told is None else told.kind in _SUM_KINDS and told.kind
    if sums:
        return Skipped(place, f"a span of the kind {shown(sums)}: the spans under it count")
    if told is not None:
        return _of_json(told, at, place, notes, attributes)
    parts = _parts(own, at, notes)
    return Record(
        parts, placed(place, own.get("gen_ai.response.id")), FORMAT, tuple(notes), attributes
    )


def _begun(span: Mapping[str, object]) -> str | None:
    """When a span began, or an event was."""
    return (
        nanoseconds(span.get("startTimeUnixNano") or span.get("timeUnixNano"), "startTimeUnixNano")
        or nanoseconds(span.get("start_time_unix_nano"), "start_time_unix_nano")
        or instant(span.get("start_time"), "start_time")
        or instant(span.get("timestamp"), "timestamp")
    )


def _parts(own: Mapping[str, object], at: str | None, notes: list[Note]) -> tuple[Part, ...]:
    """What the request of a span is billed for, by its counters of tokens."""
    provider = _first(
        own, "gen_ai.provider.name", "gen_ai.system", "ai.model.provider", "llm.provider"
    )
    model, address = _model(own, notes), own.get("server.address")
    asked = located(f"https://{address}") if isinstance(address, str) else None
    where = {} if asked is None else where_of(asked, model)
    platform = (
        platform_of_message(own.get("gen_ai.response.id"))
        or where.get("platform")
        or named_platform(provider)
    )
    note_seller(provider, model, notes)
    said = {} if platform != where.get("platform") else where
    dimensions = said | _dimensions(own, model, platform)
    return tuple(parts_of(own, Part(model, at, dimensions), provider, notes))


def _of_json(
    told: JsonUsage, at: str | None, place: Place, notes: list[Note], attributes: dict[str, str]
) -> Record:
    """The record of a span whose usage is the JSON text of an attribute."""
    part = Part(model_id(told.model, "model", notes), at, {}, told.meters)
    return Record(
        (gateway_part(part, told.provider, notes=notes),), place, FORMAT, tuple(notes), attributes
    )


def _dimensions(
    own: Mapping[str, object], model: str | None, platform: str | None
) -> dict[str, str]:
    """The platform of a span, what the id it asked for says, and what its answer states."""
    dimensions = {"platform": platform} if platform else {}
    dimensions |= of_asked(own.get("gen_ai.request.model"), _answered(own) and model, platform)
    said = {name: own.get(f"anthropic.response.{name}") for name in STATED}
    for key in _TIERS:
        if said["service_tier"] is None:
            said["service_tier"] = own.get(key)
    return dimensions | stated(said, "anthropic.response")


def _sums(name: object, own: Mapping[str, object]) -> object:
    """What says that a span adds up the spans under it,
    None where it counts a request of its own.
    """
    operation, kind = own.get("gen_ai.operation.name"), own.get("openinference.span.kind")
    if operation in _SUMS:
        return operation
    if kind in _SUM_KINDS:
        return kind
    if (
        operation is None
        and any(own.get(key) for key in _AGENT)
        and not any(own.get(key) for key in _MODELS)
    ):
        return "agent"
    operation = str(own.get("ai.operationId") or own.get("operation.name") or name).split(" ")[0]
    return operation if operation in _AI_SDK_SUMS else None


def _model(own: Mapping[str, object], notes: list[Note]) -> str | None:
    asked, given = own.get("gen_ai.request.model"), _answered(own)
    # On Bedrock the id that was asked for says the geography, and the one that answered does not;
    # nor does it say a variant.
    if isinstance(asked, str) and (
        "anthropic." in asked or asked.startswith("arn:") or named(asked).odd.startswith(":")
    ):
        return model_id(asked, "gen_ai.request.model", notes)
    return model_id(
        given or _first(own, "gen_ai.request.model", "llm.model_name", "ai.model.id"),
        "gen_ai.response.model",
        notes,
    )


def _answered(own: Mapping[str, object]) -> object:
    return _first(own, "gen_ai.response.model", "ai.response.model")


def _first(own: Mapping[str, object], *names: str) -> object:
    """The first attribute that says something, under one of several names."""
    return next(
        (
            found
            for name in names
            if (found := own.get(name)) and not (isinstance(found, str) and found.isspace())
        ),
        None,
    )
