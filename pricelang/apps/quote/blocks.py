"""Content blocks of a message or of the system prompt to the parts of a prompt;
a fault names its block.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from attrs import evolve

from pricelang.apps.quote.media import checked_pages, checked_size, image_size, pdf_pages
from pricelang.apps.quote.parts import (
    KnownSizes,
    PromptPart,
    fault,
    list_at,
    mapping_at,
    text_at,
    ttl_of,
)
from pricelang.model.notes import Note
from pricelang.present.text import did_you_mean
from pricelang.usage.fields import shown

Block = Mapping[str, object]
_DEEPEST = 4


def content_of(
    value: object, path: str, role: str, given: KnownSizes, current: bool = False, depth: int = 0
) -> Iterator[PromptPart]:
    """The parts of a content: a string, or a list of blocks.
    `role` is `user`, `assistant`, `system` or `inner`.

    `current` says that the turn goes on, so that its thinking counts. Raises `QuoteError`.
    """
    if isinstance(value, str):
        if value:
            yield PromptPart(path, "text", value)
        return
    if depth > _DEEPEST:
        raise fault("too_deep", path, "nests blocks deeper than the API takes")
    for number, item in enumerate(list_at(value, path)):
        where = f"{path}[{number}]"
        block = mapping_at(item, where)
        parts = list(_block(block, where, role, given, current, depth))
        ttl = ttl_of(block, where)
        if ttl is not None:
            if not parts or block["type"] in ("thinking", "redacted_thinking"):
                raise fault(
                    "bad_cache",
                    f"{where}.cache_control",
                    "is on a block that cannot be cached",
                    "put it on a block with text, an image, a document or a tool result",
                )
            parts[-1] = evolve(parts[-1], cache=ttl)
        yield from parts


def _block(
    block: Block, path: str, role: str, given: KnownSizes, current: bool, depth: int
) -> Iterator[PromptPart]:
    kind = text_at(block, "type", path)
    _check_place(kind, role, path)
    match kind:
        case "text":
            yield from _text(path, text_at(block, "text", path))
        case "image":
            size = _image(_source(block, path), f"{path}.source", given)
            yield PromptPart(path, "image", size=size)
        case "document":
            yield from _document(block, path, given, depth)
        case "thinking":
            yield PromptPart(path, "thinking", text_at(block, "thinking", path), current=current)
        case "redacted_thinking":
            yield PromptPart(path, "thinking", text_at(block, "data", path), current=current)
        case "search_result":
            title, source = text_at(block, "title", path), text_at(block, "source", path)
            yield from _text(path, f"{title}\n{source}")
            yield from _inner(block, path, given, depth)
        case "container_upload":
            text_at(block, "file_id", path)
            text = "the file is in a container; what is read of it is not counted"
            given.notes.append(Note("not_counted", f"`{path}`: {text}"))
        case "tool_use" | "server_tool_use" | "mcp_tool_use":
            name = text_at(block, "name", path)
            given_to = json_text(mapping_at(block.get("input"), f"{path}.input"), path)
            yield from _text(path, f"{name}\n{given_to}")
        case "tool_result" | "mcp_tool_result":
            text_at(block, "tool_use_id", path)
            if block.get("content") is not None:
                yield from _inner(block, path, given, depth)
        case _:  # the result of a tool of the API's own
            yield PromptPart(path, "hidden", json_text(block.get("content"), path))


def _inner(block: Block, path: str, given: KnownSizes, depth: int) -> Iterator[PromptPart]:
    """The content of a block that has blocks of its own."""
    return content_of(block.get("content"), f"{path}.content", "inner", given, depth=depth + 1)


def _check_place(kind: str, role: str, path: str) -> None:
    """Raises `QuoteError` for a type of block that is not known, or not where it stands."""
    if kind not in _ROLES:
        what = f"is a block of the unknown type {shown(kind)}"
        raise fault("unknown_block", path, what, did_you_mean(kind, _ROLES))
    if role not in _ROLES[kind]:
        places = {"system": "in the system prompt", "inner": "inside another block"}
        where = places.get(role, f"in a message of the {role}")
        allowed = " or ".join(word for word in _ROLES[kind] if word in _ALL) or "a result"
        what = f"is a block of the type `{kind}` {where}"
        raise fault("wrong_role", path, what, f"it belongs into one of {allowed}")


def _text(path: str, text: str) -> Iterator[PromptPart]:
    if text:
        yield PromptPart(path, "text", text)


def _document(block: Block, path: str, given: KnownSizes, depth: int) -> Iterator[PromptPart]:
    source = _source(block, path)
    where = f"{path}.source"
    kind = text_at(source, "type", where)
    for key in ("title", "context"):
        if block.get(key) is not None:
            yield from _text(path, text_at(block, key, path))
    if kind == "text":
        yield from _text(path, text_at(source, "data", where))
    elif kind == "content":
        yield from content_of(
            source.get("content"), f"{where}.content", "inner", given, depth=depth + 1
        )
    elif kind == "base64":
        if source.get("media_type") != "application/pdf":
            raise fault(
                "bad_pdf",
                f"{where}.media_type",
                f"is {shown(source.get('media_type'))}, not `application/pdf`",
            )
        yield PromptPart(path, "pdf", pages=pdf_pages(text_at(source, "data", where), where))
    elif kind in ("url", "file"):
        if given.pdf_pages is None:
            raise fault(
                "unknown_size",
                where,
                "is not in the request, and nothing is fetched",
                "give its pages with `--pdf-pages 12`",
            )
        yield PromptPart(path, "pdf", pages=checked_pages(given.pdf_pages, where))
    else:
        raise fault(
            "unknown_source",
            where,
            f"is a source of the unknown type {shown(kind)}",
            "one of `base64`, `text`, `content`, `url`, `file`",
        )


def _image(source: Block, path: str, given: KnownSizes) -> tuple[int, int]:
    kind = text_at(source, "type", path)
    if kind == "base64":
        return image_size(text_at(source, "data", path), source.get("media_type"), path)
    if kind not in ("url", "file"):
        raise fault(
            "unknown_source",
            path,
            f"is a source of the unknown type {shown(kind)}",
            "one of `base64`, `url`, `file`",
        )
    if given.image_size is None:
        raise fault(
            "unknown_size",
            path,
            "is not in the request, and nothing is fetched",
            "give its size with `--image-size 1092x1092`",
        )
    return checked_size(*given.image_size, path)


def _source(block: Block, path: str) -> Block:
    return mapping_at(block.get("source"), f"{path}.source")


def json_text(value: object, path: str) -> str:
    """A value as one line of JSON. Raises `QuoteError` for what has none."""
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, TypeError, RecursionError):
        raise fault("bad_json", path, "holds what JSON cannot say") from None


_ALL = ("user", "assistant")
_ROLES: dict[str, tuple[str, ...]] = {
    "text": (*_ALL, "system", "inner"),
    "image": ("user", "inner"),
    "document": ("user", "inner"),
    "search_result": ("user", "inner"),
    "tool_result": ("user",),
    "container_upload": ("user",),
    "tool_use": ("assistant",),
    "server_tool_use": ("assistant",),
    "mcp_tool_use": ("assistant",),
    "thinking": ("assistant",),
    "redacted_thinking": ("assistant",),
    "mcp_tool_result": _ALL,
    "web_search_tool_result": _ALL,
    "web_fetch_tool_result": _ALL,
    "code_execution_tool_result": _ALL,
    "bash_code_execution_tool_result": _ALL,
    "text_editor_code_execution_tool_result": _ALL,
    "tool_search_tool_result": _ALL,
}
