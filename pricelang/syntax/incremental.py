"""Statements that were parsed before in this process,
found again by their text and put where they now stand.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

from attrs import fields, frozen, has

from pricelang.syntax.diagnostics import NOWHERE, Fault, Span
from pricelang.syntax.split import Chunk
from pricelang.syntax.tree import Statement

MAX_KEPT = 2_000_000
"""Characters of statements that are remembered; then the oldest go."""

Found = tuple[Statement | None, tuple[Fault, ...]]
T = TypeVar("T")


@frozen(eq=False, repr=False)
class _Parsed:
    name: str
    line: int
    found: Found


class Memory:
    """The statements of the last texts. Safe to share between threads."""

    def __init__(self) -> None:
        self._kept: dict[str, _Parsed] = {}
        self._size = 0
        self._lock = Lock()

    def statement(self, name: str, chunk: Chunk, parse: Callable[[str, Chunk], Found]) -> Found:
        """What `parse` makes of a statement:
        again, or from the last time its text was met, with its places moved.
        """
        with self._lock:
            known = self._kept.pop(chunk.text, None)
            if known is not None:
                self._kept[chunk.text] = known  # now the youngest
        if known is not None and (known.name, known.line) == (name, chunk.line):
            return known.found
        found = (
            parse(name, chunk)
            if known is None
            else moved(known.found, name, chunk.line - known.line)
        )
        with self._lock:
            if self._kept.pop(chunk.text, None) is None:
                self._size += len(chunk.text)
            self._kept[chunk.text] = _Parsed(name, chunk.line, found)
            while self._size > MAX_KEPT:
                oldest = next(iter(self._kept))
                del self._kept[oldest]
                self._size -= len(oldest)
        return found


def moved(node: T, file: str, lines: int) -> T:
    """A node, fault or tuple of them with every place so many lines further down,
    in a file of that name.

    >>> moved(Span("a.price", 3, 1, 4, 9), "b.price", 10)
    Span(file='b.price', line=13, column=1, end_line=14, end_column=9)
    """
    return _moved(node, file, lines)  # type: ignore[no-any-return]


def _moved(node: Any, file: str, lines: int) -> Any:
    kind = type(node)
    if kind is Span:
        if node == NOWHERE:
            return node
        return Span(file, node.line + lines, node.column, node.end_line + lines, node.end_column)
    if kind is tuple:
        return tuple([_moved(part, file, lines) for part in node])
    names = _NAMES.get(kind)
    if names is None:
        names = _NAMES[kind] = tuple(field.name for field in fields(kind)) if has(kind) else ()
    if not names:
        return node
    # Nodes are frozen, and checked when they were first made:
    # so their copies are filled in directly.
    copy = object.__new__(kind)
    for name in names:
        object.__setattr__(copy, name, _moved(getattr(node, name), file, lines))
    return copy


_NAMES: dict[type, tuple[str, ...]] = {}
