"""Spans of the OpenTelemetry SDK, as the SDK prints them, without its JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_span(kind: type) -> bool:
    """Decides whether objects of a type are spans of an SDK, which can be read."""
    return hasattr(kind, "get_span_context") and hasattr(kind, "attributes")


def span_value(span: Any) -> dict[str, object]:
    """A span by the names that the SDK prints it with."""
    context, parent, resource = span.get_span_context(), span.parent, span.resource
    return {
        "name": span.name,
        "context": {
            "trace_id": f"0x{context.trace_id:032x}",
            "span_id": f"0x{context.span_id:016x}",
        },
        "parent_id": None if parent is None else f"0x{parent.span_id:016x}",
        "start_time": _instant(span.start_time),
        "attributes": _plain_attributes(span.attributes),
        "resource": {"attributes": _plain_attributes(getattr(resource, "attributes", None))},
    }


def _instant(nanoseconds: int | None) -> str | None:
    if nanoseconds is None:
        return None
    return (_EPOCH + timedelta(seconds=nanoseconds // 10**9)).isoformat()


def _plain_attributes(given: Mapping[str, object] | None) -> dict[str, object]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in (given or {}).items()
    }
