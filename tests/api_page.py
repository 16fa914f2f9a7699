"""The page of the public API, made of the docstrings: `docs/api.md`."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

import pricelang
from pricelang.hooks import langchain, litellm, opentelemetry, pydantic_ai

HEAD = """# The public API

What a program may rely on, and for how long, is on a page of [its own](stability.md). This page is made of the docstrings, whose examples
the tests run; [In a program](python.md) introduces it.
"""
GROUPS: dict[str, tuple[str, ...]] = {
    "Loading and pricing": ("load", "watch", "usage_of", "Book", "BookAt", "WatchedBook"),
    "Answers": ("Bill", "Line", "Factor", "Note", "ModelInfo", "Record"),
    "Errors": (
        "PriceError",
        "UnknownName",
        "NotOffered",
        "Refused",
        "BadRequest",
        "Doubtful",
        "MissingExtra",
        "UsageError",
        "BookError",
        "Fault",
        "Span",
    ),
    "Exports": ("export",),
}
HOOKS = (langchain, litellm, opentelemetry, pydantic_ai)


def api_page() -> str:
    """The page as Markdown. Each public name stands in one group."""
    parts = [HEAD]
    for title, names in GROUPS.items():
        parts.append(f"## {title}\n")
        for name in names:
            parts += _entry(f"pricelang.{name}", getattr(pricelang, name))
    parts.append("## Hooks\n")
    for module in HOOKS:
        parts.append(f"### {module.__name__}\n")
        parts.append(_text(module.__doc__))
        for name, found in _defined(module):
            parts += _entry(f"{module.__name__}.{name}", found, level=4)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parts)).rstrip() + "\n"


def _entry(name: str, found: Any, level: int = 3) -> Iterator[str]:
    """The heading, the signature and the docstring of a name, then what belongs to it."""
    yield f"{'#' * level} {name}\n"
    if inspect.isfunction(found):
        yield _signature(name, found)
        yield _text(found.__doc__)
        return
    yield _text(found.__doc__)
    if inspect.ismodule(found):
        for below in found.__all__:
            yield from _entry(f"{name}.{below}", getattr(found, below), level + 1)
        return
    fields = [
        f"- `{field.name}`: `{_short(field.type)}`"
        for field in getattr(found, "__attrs_attrs__", ())
        if not field.name.startswith("_")
    ]
    if fields:
        yield "\n".join(fields) + "\n"
    for member, value in _members(found):
        yield f"{'#' * (level + 1)} {name.rpartition('.')[2]}.{member}\n"
        if inspect.isfunction(value):
            yield _signature(member, value)
        yield _text(value.__doc__)


def _members(owner: type) -> Iterator[tuple[str, Any]]:
    """The public methods and properties of a class that it or one of ours below it defines."""
    found: dict[str, Any] = {}
    for kind in reversed(owner.__mro__):
        if kind.__module__.startswith("pricelang"):
            found.update(vars(kind))
    for name, value in sorted(found.items()):
        if isinstance(value, classmethod | staticmethod):
            value = value.__func__
        if not name.startswith("_") and (
            inspect.isfunction(value) or isinstance(value, property | cached_property)
        ):
            yield name, value


def _defined(module: Any) -> Iterator[tuple[str, Any]]:
    """The public classes and functions that a module defines."""
    for name, value in sorted(vars(module).items()):
        if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__:
            yield name, value


def _signature(name: str, found: Callable[..., object]) -> str:
    """A signature as code, an argument a line where it is long."""
    signature = inspect.signature(found)
    one = _unquoted(f"{name.rpartition('.')[2]}{signature}")
    if len(one) <= 100:
        return f"```py\n{one}\n```\n"
    arguments = "".join(f"    {one},\n" for one in _arguments(list(signature.parameters.values())))
    result = signature.return_annotation
    said = "" if result is inspect.Signature.empty else f" -> {_short(result)}"
    text = _unquoted(f"{name.rpartition('.')[2]}(\n{arguments}){said}")
    return f"```py\n{text}\n```\n"


def _unquoted(signature: str) -> str:
    """A signature whose annotations are no texts; defaults keep their quotes."""
    return re.sub(r"(: |-> )'([^']*)'", r"\1\2", signature)


def _arguments(parameters: Sequence[inspect.Parameter]) -> Iterator[str]:
    """The arguments one by one, with the marks `/` and `*` where they stand."""
    keyword, positional = False, False
    for one in parameters:
        if positional and one.kind is not one.POSITIONAL_ONLY:
            yield "/"
            positional = False
        positional = positional or one.kind is one.POSITIONAL_ONLY
        if one.kind is one.KEYWORD_ONLY and not keyword:
            yield "*"
        keyword = keyword or one.kind in (one.KEYWORD_ONLY, one.VAR_POSITIONAL)
        yield str(one)


def _short(annotation: object) -> str:
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", "object")


def _text(docstring: str | None) -> str:
    """A docstring as Markdown: its examples in a fence that is not run twice."""
    text = inspect.cleandoc(docstring or "")
    found, inside = [], False
    for line in text.splitlines():
        if line.startswith(">>> ") and not inside:
            found.append("```py")
            inside = True
        elif inside and not line.strip():
            found.append("```")
            inside = False
        found.append(line)
    if inside:
        found.append("```")
    return textwrap.dedent("\n".join(found)) + "\n"
