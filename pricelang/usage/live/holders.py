"""Objects that hold what they say: raw responses, streams, runs; and what comes out of them."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from operator import add
from typing import Any

from pricelang.usage.fields import is_object
from pricelang.usage.live.plain import has_fields, plain_of
from pricelang.usage.live.spans import is_span, span_value
from pricelang.usage.records import Record, UsageError

TEXTS = (str, bytes, bytearray, memoryview)
_WANTED = (
    "give a response, its usage, a dict, JSON text or a list of these; for files there is "
    "`pricelang.usage.reading.read_paths`"
)
_WRITTEN_BESIDE = frozenset(("signature", "text", "thinking", "citation", "input_json"))
"""What the Anthropic SDK puts between the events of a stream."""
_ENDS = frozenset(("response.completed", "response.incomplete", "response.failed"))


def inside(value: object) -> object:
    """What an object holds, where it is a raw response, a stream with its final message or a run;
    else the object. Raises `UsageError` for what must be awaited.
    """
    kind: Any = type(value)
    _check_sync(value, kind)
    if callable(getattr(kind, "get_final_message", None)):
        return value.get_final_message()  # type: ignore[attr-defined]
    if callable(getattr(kind, "parse", None)) and hasattr(kind, "http_request"):
        return value.parse()  # type: ignore[attr-defined]
    if callable(getattr(kind, "new_messages", None)) and callable(
        getattr(kind, "all_messages", None)
    ):
        return value.new_messages()  # type: ignore[attr-defined]
    if isinstance(getattr(value, "content", None), bytes) and hasattr(value, "status_code"):
        return value.content  # type: ignore[attr-defined]
    return value


def _check_sync(value: object, kind: Any) -> None:
    final = getattr(kind, "get_final_message", None) or getattr(kind, "parse", None)
    if inspect.isawaitable(value):
        if inspect.iscoroutine(value):
            value.close()  # nobody will await it: no warning of that, beside the error
        raise UsageError("not_awaited", "the response is still awaited", "give `await …` of it")
    if inspect.iscoroutinefunction(final):
        raise UsageError(
            "not_awaited",
            f"what a `{kind.__name__}` holds must be awaited",
            "give what it holds: `await stream.get_final_message()` or `await response.parse()`",
        )
    if hasattr(kind, "__aiter__"):
        raise UsageError(
            "not_awaited",
            f"a `{kind.__name__}` is read by `async for`",
            "give a list of its events: `[event async for event in stream]`",
        )


def mapping_of(value: object) -> Mapping[str, object]:
    """One object as a plain mapping. Raises `UsageError` where it is none."""
    kind = type(value)
    if is_span(kind):
        return span_value(value)
    found = plain_of(value) if kind is dict or has_fields(kind) or is_object(value) else None
    if not is_object(found):
        raise wrong_object(value)
    return found


def wrong_object(value: object) -> UsageError:
    """The fault of an object that nothing here can read."""
    kind = type(value)
    entered = hasattr(kind, "__enter__") or hasattr(kind, "__aenter__")
    return UsageError(
        "wrong_type",
        f"an object of the Python type `{kind.__name__}` cannot be read",
        "enter it, and give what that gives: `with … as stream:`" if entered else _WANTED,
    )


def is_several(value: object) -> bool:
    """Decides whether an object is a list, a stream of events or any other iterable of objects."""
    kind = type(value)
    return (
        isinstance(value, Iterable)
        and not is_object(value)
        and not isinstance(value, TEXTS)
        and not has_fields(kind)
    )


def members(values: Iterable[object]) -> Iterator[object]:
    """The objects in an iterable that may count: without what a library puts between them."""
    chunks: list[Any] = []
    for value in values:
        found = inside(value)
        if type(found).__name__ == "AIMessageChunk":
            chunks.append(found)
        elif isinstance(found, (*TEXTS, Record)):
            yield found
        elif is_several(found):
            yield from members(found)  # type: ignore[arg-type]
        elif not _is_beside(plain := mapping_of(found)):
            yield plain
    if chunks:
        yield mapping_of(reduce(add, chunks))


def _is_beside(value: Mapping[str, object]) -> bool:
    """Decides whether a value of a list stands beside those that count: a prompt, a part of an
    answer that a stream tells again.
    """
    kind = value.get("type")
    if "usage" in value or "message" in value:
        return False
    if kind in _WRITTEN_BESIDE:
        return True
    if value.get("kind") == "request" and "parts" in value:
        return True
    return isinstance(kind, str) and kind.startswith("response.") and kind not in _ENDS
