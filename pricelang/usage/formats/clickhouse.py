"""Rows of the tables in which ClickHouse keeps OpenTelemetry, as the spans and events they are.

`otel_logs`, `otel_traces` and `otel_metrics_sum` have maps of texts, which JSON writes as objects
and CSV as `{'name':'value'}`. Instants have no zone and are of UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pricelang.usage.fields import is_object, shown, word, wrong_type
from pricelang.usage.io.json_text import Decoder, JsonFault
from pricelang.usage.records import UsageError

OWN = ("LogAttributes", "SpanAttributes")
"""The columns of which a row of a log or a span has one."""
_BESIDE = ("Timestamp", "TimestampTime", "ServiceName", "Body", "ResourceAttributes")
_PAIR = re.compile(r"\s*'((?:[^'\\]|\\.)*)'\s*:\s*'((?:[^'\\]|\\.)*)'\s*(,|\Z)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "f": "\f"}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def is_row(value: Mapping[str, object]) -> bool:
    """Decides whether an object is a row of a log or a span."""
    return any(name in value for name in OWN) and any(name in value for name in _BESIDE)


def rows_of(value: Mapping[str, object]) -> list[object] | None:
    """The rows of a whole answer, which has the types of its columns in `meta`; None for any other
    object.
    """
    rows, meta = value.get("data"), value.get("meta")
    return rows if isinstance(rows, list) and isinstance(meta, list) else None


def as_span(row: Mapping[str, object]) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """A row as a span or an event, and the attributes of its resource. Raises `UsageError`."""
    column = next((name for name in OWN if name in row), None)
    if column is None:
        raise UsageError("missing_key", "the row has no attributes of a log or a span")
    own = attributes_in(row, column)
    resource = dict(attributes_in(row, "ResourceAttributes"))
    service = row.get("ServiceName")
    if isinstance(service, str) and service:
        resource.setdefault("service.name", service)
    span: dict[str, object] = {
        "attributes": own,
        "timestamp": utc_instant(row.get("Timestamp", row.get("TimestampTime")), "Timestamp"),
        "name": row.get("SpanName") or row.get("EventName") or None,
        "body": row.get("Body"),
        "traceId": row.get("TraceId"),
    }
    if column == "SpanAttributes":
        span |= {"spanId": row.get("SpanId"), "parentSpanId": row.get("ParentSpanId")}
    return span, resource


def utc_instant(value: object, path: str) -> str | None:
    """An instant of ClickHouse, which writes a space for the `T` and up to nine digits behind the
    second.
    """
    text = word(value, path)
    return text.strip().replace(" ", "T", 1) if text else None


def attributes_in(row: Mapping[str, object], column: str) -> Mapping[str, object]:
    """The map in a column. Raises `UsageError` for what is none."""
    value = row.get(column)
    if value is None or value == "":
        return {}
    if is_object(value):
        return value
    if not isinstance(value, str):
        raise wrong_type(column, value, "an object")
    text = value.strip()
    if text.startswith('{"'):
        try:
            found = Decoder().value(text)
        except JsonFault:
            found = None
        if is_object(found):
            return found
    elif text.startswith("{") and text.endswith("}"):
        return dict(_pairs(text[1:-1], column))
    raise UsageError("bad_map", f"`{column}` is {shown(text)}, no map of names and values")


def _pairs(text: str, column: str) -> Iterator[tuple[str, str]]:
    text, at = text.strip(), 0
    while at < len(text):
        found = _PAIR.match(text, at)
        if found is None:
            raise UsageError("bad_map", f"`{column}` breaks off at {shown(text[at:])}")
        yield _plain(found[1]), _plain(found[2])
        at = found.end()


def _plain(text: str) -> str:
    return (
        _ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]), text) if "\\" in text else text
    )
