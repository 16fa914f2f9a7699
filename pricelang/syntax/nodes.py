"""The nodes of one kind within a tree."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, TypeVar, get_args, get_type_hints

from attrs import has

from pricelang.syntax.tree import Node

N = TypeVar("N", bound=Node)
_PARTS: dict[tuple[type, type], tuple[str, ...]] = {}


def nodes_in(node: object, kind: type[N]) -> Iterator[N]:
    """The nodes of a kind within a node or a tuple of nodes, in the order of the text.

    >>> from pricelang.syntax import tree as t
    >>> charge = t.Per(None, t.Name("MTok"))
    >>> [name.text for name in nodes_in((charge, charge), t.Name)]
    ['MTok', 'MTok']
    """
    found: list[N] = []
    _gather(node, kind, found)
    return iter(found)


def _gather(node: object, kind: type[N], found: list[N]) -> None:
    if isinstance(node, kind):
        found.append(node)
    elif isinstance(node, tuple):
        for part in node:
            _gather(part, kind, found)
    else:
        for name in _parts(type(node), kind):
            part = getattr(node, name)
            if part:  # not an empty tuple, nor None
                _gather(part, kind, found)


def _parts(holder: type, kind: type) -> tuple[str, ...]:
    """The fields of a class of nodes in which a node of a kind may stand, at any depth: most of a
    book are examples and tables, which have few dates and no thresholds to look for.
    """
    found = _PARTS.get((holder, kind))
    if found is None:
        hints: dict[str, Any] = get_type_hints(holder) if has(holder) else {}
        found = _PARTS[holder, kind] = tuple(
            name for name, hint in hints.items() if name != "span" and kind in _within(hint)
        )
    return found


@cache
def _within(hint: object) -> frozenset[type]:
    """The classes of what may stand at an annotation, and in it."""
    found: set[type] = set()
    left = [hint]
    while left:
        one = left.pop()
        if get_args(one):
            left += get_args(one)
        elif isinstance(one, type) and one not in found:
            found.add(one)
            left += get_type_hints(one).values() if has(one) else ()
    return frozenset(found)
