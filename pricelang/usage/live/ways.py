"""The ways in which an object holds usage: as fields, as text, as a span, as something inside it,
or as several objects; and what comes out of each.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache, reduce
from operator import add
from typing import Any, Literal, assert_never

from pricelang.usage.fields import is_object
from pricelang.usage.live.plain import has_fields, plain_of
from pricelang.usage.live.spans import is_span, span_value
from pricelang.usage.records import Place, Record, UsageError

Way = Literal["fields", "text", "span", "inside", "several", "record", "unknown"]
Found = Mapping[str, object] | str | bytes | Record
_TEXTS = (str, bytes, bytearray, memoryview)
_WANTED = (
    "give a response, its usage, a dict, JSON text or a list of these; for files there is "
    "`pricelang.usage.reading.read_paths`"
)
_WRITTEN_BESIDE = frozenset(("signature", "text", "thinking", "citation", "input_json"))
"""What the Anthropic SDK puts between the events of a stream."""
_ENDS = frozenset(("response.completed", "response.incomplete", "response.failed"))


@lru_cache(maxsize=1024)
def way_of(kind: Any) -> Way:
    """How the objects of a type hold usage."""
    if issubclass(kind, _TEXTS):
        return "text"
    if issubclass(kind, Record):
        return "record"
    if _holds(kind) or hasattr(kind, "__await__") or hasattr(kind, "__aiter__"):
        return "inside"
    if is_span(kind):
        return "span"
    if issubclass(kind, Mapping) or has_fields(kind):
        return "fields"
    return "several" if issubclass(kind, Iterable) or hasattr(kind, "__iter__") else "unknown"


def _holds(kind: Any) -> str | None:
    """What gives the object that one of a type holds: a method or a property, by its name."""
    if callable(getattr(kind, "get_final_message", None)):
        return "get_final_message"
    if callable(getattr(kind, "parse", None)) and hasattr(kind, "http_request"):
        return "parse"
    if callable(getattr(kind, "new_messages", None)) and hasattr(kind, "all_messages"):
        return "new_messages"
    if isinstance(getattr(kind, "content", None), property) and hasattr(kind, "raise_for_status"):
        return "content"
    if callable(getattr(kind, "read", None)) and hasattr(kind, "readline"):
        return "read"
    return None


def held(value: object) -> object:
    """What is inside an object: the message of a stream or of a raw response, the messages of a
    run, the body of an answer, the text of a file. Raises `UsageError` for what must be awaited.
    """
    kind: Any = type(value)
    name = _holds(kind)
    if inspect.isawaitable(value):
        if inspect.iscoroutine(value):
            value.close()  # nobody will await it: no warning of that, beside the error
        raise UsageError("not_awaited", "the response is still awaited", "give `await …` of it")
    if name is not None and inspect.iscoroutinefunction(getattr(kind, name)):
        raise UsageError(
            "not_awaited",
            f"what a `{kind.__name__}` holds must be awaited",
            f"give what it holds: `await ….{name}()`",
        )
    if name is None:
        raise UsageError(
            "not_awaited",
            f"a `{kind.__name__}` is read by `async for`",
            "give a list of its events: `[event async for event in stream]`",
        )
    found = getattr(value, name)
    return found() if callable(found) else found


def opened(value: object) -> Found | Iterator[Found]:
    """What an object holds: a plain mapping, a text or a record; or several of these, one after
    the other. Raises `UsageError`.
    """
    kind: Any = type(value)
    way = way_of(kind)
    match way:
        case "fields":
            return fields_of(value)
        case "span":
            return span_value(value)
        case "text":
            return value if isinstance(value, str) else bytes(value)  # type: ignore[call-overload]
        case "record":
            return value  # type: ignore[return-value]
        case "inside":
            return opened(held(value))
        case "several":
            return members(value)  # type: ignore[arg-type]
        case "unknown":
            raise _wrong(value)
        case _:
            assert_never(way)


def fields_of(value: object) -> Mapping[str, object]:
    """The plain mapping of an object that has fields. Raises `UsageError`."""
    found = plain_of(value)
    if is_object(found):
        return found
    raise _wrong(value)


def _wrong(value: object) -> UsageError:
    """The fault of an object that nothing here can read."""
    kind = type(value)
    entered = hasattr(kind, "__enter__") or hasattr(kind, "__aenter__")
    return UsageError(
        "wrong_type",
        f"an object of the Python type `{kind.__name__}` cannot be read",
        "enter it, and give what that gives: `with … as stream:`" if entered else _WANTED,
    )


def members(values: Iterable[object]) -> Iterator[Found]:
    """What the objects of an iterable hold, without what a library puts between those that count.
    The chunks of an answer of LangChain are added up, as LangChain does.
    """
    chunks: list[Any] = []
    for number, value in enumerate(values, 1):
        if type(value).__name__ == "AIMessageChunk":
            chunks.append(value)
            continue
        try:
            found = opened(value)
        except UsageError as error:
            error.place = error.place or Place("", None, f"item {number}")
            raise
        if isinstance(found, Iterator):
            yield from found
        elif not is_object(found) or not _is_beside(found):
            yield found
    if chunks:
        yield fields_of(reduce(add, chunks))


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
