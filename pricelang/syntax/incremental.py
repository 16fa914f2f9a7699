"""Texts and statements that were parsed before in this process, found again by what they say;
a statement is put where it now stands.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Lock
from typing import Any, Generic, TypeVar

from attrs import define, field, fields, frozen, has

from pricelang.syntax.diagnostics import NOWHERE, Fault, Span
from pricelang.syntax.split import Chunk
from pricelang.syntax.tree import File, Statement

MAX_KEPT = 2_000_000
"""Characters of statements, and of whole texts, that are remembered; then the oldest go."""

Found = tuple[Statement | None, tuple[Fault, ...]]
Tree = tuple[File, tuple[Fault, ...]]
T = TypeVar("T")


@define(eq=False, repr=False)
class _Latest(Generic[T]):
    """What was made of the last texts. Safe to share between threads."""

    _kept: dict[str, T] = field(factory=dict)
    _size: int = 0
    _lock: AbstractContextManager[Any] = field(factory=Lock)

    def get(self, text: str) -> T | None:
        """What was made of a text, or None where it is not remembered."""
        with self._lock:
            known = self._kept.pop(text, None)
            if known is not None:
                self._kept[text] = known  # now the youngest
        return known

    def keep(self, text: str, made: T) -> None:
        """Remembers what was made of a text, and forgets the oldest of too many."""
        with self._lock:
            if self._kept.pop(text, None) is None:
                self._size += len(text)
            self._kept[text] = made
            while self._size > MAX_KEPT:
                oldest = next(iter(self._kept))
                del self._kept[oldest]
                self._size -= len(oldest)


@frozen(eq=False, repr=False)
class _Parsed:
    name: str
    line: int
    found: Found


class Memory:
    """The trees of the last texts, and the statements in them."""

    def __init__(self) -> None:
        self._statements = _Latest[_Parsed]()
        self._files = _Latest[Tree]()

    def file(self, name: str, text: str, parse: Callable[[str, str], Tree]) -> Tree:
        """What `parse` makes of a text: again, or from the last time it was met by this name, so
        that a file which nobody changed keeps its very tree.
        """
        known = self._files.get(text)
        if known is None or known[0].name != name:
            known = parse(name, text)
            self._files.keep(text, known)
        return known

    def statement(self, name: str, chunk: Chunk, parse: Callable[[str, Chunk], Found]) -> Found:
        """What `parse` makes of a statement:
        again, or from the last time its text was met, with its places moved.
        """
        known = self._statements.get(chunk.text)
        if known is not None and (known.name, known.line) == (name, chunk.line):
            return known.found
        found = (
            parse(name, chunk)
            if known is None
            else moved(known.found, name, chunk.line - known.line)
        )
        self._statements.keep(chunk.text, _Parsed(name, chunk.line, found))
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
