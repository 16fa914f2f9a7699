"""What a request is read into: its parts in the order of the prompt,
its tools, and what it says of itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from attrs import field, frozen

from pricelang.apps.quote.model import QuoteError
from pricelang.model.notes import Note
from pricelang.usage.fields import shown, type_name

FIVE_MINUTES, ONE_HOUR = "5m", "1h"


ToolFamily: TypeAlias = Literal[
    "custom",
    "bash",
    "text_editor",
    "computer",
    "memory",
    "web_search",
    "web_fetch",
    "code_execution",
    "tool_search",
    "mcp",
    "advisor",
]
"""The type of a tool without its date."""
PartKind: TypeAlias = Literal["text", "hidden", "message", "thinking", "image", "pdf"] | ToolFamily


@frozen
class PromptPart:
    """A piece of the prompt at `path`. `kind` says what counts it:

    `text` and `hidden` (text that may count for nothing) have a `text`; `thinking` too, and
    `current` says whether its turn goes on; `image` has a `size` in pixels, `pdf` its `pages`;
    `message` is a message's frame; the family of a tool is its definition. `cache` is the TTL of a
    breakpoint behind the part, or None.
    """

    path: str
    kind: PartKind
    text: str = ""
    size: tuple[int, int] = (0, 0)
    pages: int = 0
    current: bool = False
    cache: str | None = None


@frozen
class Tool:
    """A tool of the request; its `type` is as written."""

    path: str
    family: ToolFamily
    type: str
    max_uses: int | None = None
    max_content_tokens: int | None = None


@frozen
class Body:
    """A request body that was read. `dimensions` are those that it states;
    `notes` say what of it is not counted.
    """

    model: str | None
    max_tokens: int | None
    parts: tuple[PromptPart, ...]
    tools: tuple[Tool, ...]
    tool_choice: str
    thinking: bool
    files: bool
    dimensions: Mapping[str, str]
    raw: Mapping[str, object]
    notes: tuple[Note, ...] = ()
    id: str | None = None


@frozen
class KnownSizes:
    """What the caller knows that the request does not hold:
    sizes of images and pages of PDFs that are elsewhere.
    """

    image_size: tuple[int, int] | None = None
    pdf_pages: int | None = None
    notes: list[Note] = field(factory=list)


def fault(code: str, path: str, words: str, help: str | None = None) -> QuoteError:
    """The error for a value at `path`; `words` go on the sentence."""
    return QuoteError(code, f"`{path}` {words}", help=help)


def mapping_at(value: object, path: str) -> Mapping[str, object]:
    """An object. Raises `QuoteError` that names `path`."""
    if isinstance(value, Mapping):
        return value
    raise _wrong(value, path, "an object")


def list_at(value: object, path: str) -> list[object] | tuple[object, ...]:
    """A list. Raises `QuoteError` that names `path`."""
    if isinstance(value, list | tuple):
        return value
    raise _wrong(value, path, "a list")


def text_at(holder: Mapping[str, object], key: str, path: str) -> str:
    """The string under `key`. Raises `QuoteError` that names it."""
    value = holder.get(key)
    if isinstance(value, str):
        return value
    raise _wrong(value, f"{path}.{key}", "a string")


def number_at(holder: Mapping[str, object], key: str, path: str) -> int | None:
    """The whole number of at least zero under `key`, None where it is absent or null."""
    value = holder.get(key)
    if value is None:
        return None
    where = f"{path}.{key}" if path else key
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(value, where, "a whole number")
    if not 0 <= value < 10**12:
        raise fault("bad_number", where, f"is {shown(value)}, and goes from 0 to 12 digits")
    return value


def one_of(value: object, known: tuple[str, ...], path: str) -> str:
    """A word out of a few. Raises `QuoteError` that names them."""
    if isinstance(value, str) and value in known:
        return value
    if not isinstance(value, str):
        raise _wrong(value, path, "a string")
    raise fault(
        "unknown_value",
        path,
        f"is {shown(value)}",
        "one of " + ", ".join(f"`{word}`" for word in known),
    )


def ttl_of(holder: Mapping[str, object], path: str) -> str | None:
    """The TTL of `cache_control`, None where there is none. Raises `QuoteError`."""
    control = holder.get("cache_control")
    if control is None:
        return None
    where = f"{path}.cache_control" if path else "cache_control"
    control = mapping_at(control, where)
    one_of(control.get("type"), ("ephemeral",), f"{where}.type")
    return one_of(control.get("ttl", FIVE_MINUTES), (FIVE_MINUTES, ONE_HOUR), f"{where}.ttl")


def _wrong(value: object, path: str, expected: str) -> QuoteError:
    if value is None:
        return fault("missing_key", path, f"is missing: {expected} goes there")
    return fault("wrong_type", path, f"is {type_name(value)}, not {expected}")
