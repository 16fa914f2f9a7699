"""Whether the numbers of a book that was read lead where they should: into its lists, onto its
axes, and from each diagram to rules of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, get_origin

import attrs

from pricelang.compile.read_data import BadData
from pricelang.compile.typed_data import fields_of
from pricelang.model import book as m
from pricelang.model.clock import UTC, zone_names
from pricelang.model.diagrams import Slot, place_of, root_of, slots_of
from pricelang.model.instants import FIRST, LAST
from pricelang.model.rules import rules_of
from pricelang.model.space import Space, space_of

INDICES: Mapping[str, str] = {
    "model": "models",
    "meter": "meters",
    "meters": "meters",
    "of": "meters",
    "counts": "meters",
    "factors": "meters",
    "left": "modifiers",
    "right": "modifiers",
}
"""The fields of rules that are indices, each with the list that it leads into."""
INSTANTS = frozenset(
    ("released", "retired", "deprecated", "start", "end", "announced", "withdrawn", "read")
)
"""The fields that are instants, in UTC seconds."""
POSITIVE = frozenset(("size", "step", "rate"))
"""The fields that something is divided by."""
ANY_TAG = frozenset(("value", "meter", "exclusion"))
"""The groups whose leaves only say yes or no."""


def check_references(book: m.Book) -> None:
    """Raises `BadData` where a number of a book leads nowhere."""
    space = space_of(book)
    for name, _ in fields_of(m.Book):
        if name != "decisions":
            _check(book, space, getattr(book, name), name)
    for number, dimension in enumerate(book.dimensions):
        _check_index(dimension.default, len(dimension.values), f"dimensions[{number}].default")
    for number, (kind, index) in enumerate(book.stack):
        size = len(book.modifiers if kind == "modifier" else book.limits)
        _check_index(index, size, f"stack[{number}]")
    for number, (_, meters) in enumerate(book.groups):
        for index in meters:
            _check_index(index, len(book.meters), f"groups[{number}]")
    _check_times(book)
    _check_nodes(book.decisions, space)
    _check_leaves(book)


def _check(book: m.Book, space: Space, value: Any, place: str) -> None:
    if isinstance(value, tuple):
        for number, part in enumerate(value):
            if isinstance(part, tuple) or attrs.has(type(part)):
                _check(book, space, part, f"{place}[{number}]")
    elif attrs.has(type(value)):
        for name, hint in fields_of(value.__class__):
            part, inner = getattr(value, name), f"{place}.{name}"
            if get_origin(hint) is Annotated:
                _check_scope(space, part, inner)
            elif name in INDICES:
                for index in _indices(part):
                    _check_index(index, len(getattr(book, INDICES[name])), inner)
            elif name in INSTANTS and part is not None:
                _check_instant(part, inner)
            elif name in POSITIVE and not part > 0:
                raise BadData("is not above 0", inner)
            elif isinstance(part, tuple) or attrs.has(type(part)):
                _check(book, space, part, inner)
        if isinstance(value, m.Clock) and value.zone != UTC and value.zone not in zone_names():
            raise BadData(f"is `{value.zone}`, a zone that is not known here", f"{place}.zone")


def _check_instant(seconds: int, place: str) -> None:
    if not FIRST <= seconds <= LAST:
        raise BadData("is no instant of the years 1 to 9999", place)


def _check_times(book: m.Book) -> None:
    """Time is parted in order, and where models and announced prices begin."""
    for seconds in (*book.boundaries, *(end for end in book.term if end is not None)):
        _check_instant(seconds, "boundaries")
    begins = {model.released for model in book.models} | {one.start for one in book.announcements}
    if sorted({*book.boundaries}) != [*book.boundaries] or not begins.issubset(book.boundaries):
        raise BadData("do not part time in order at each release", "boundaries")


def _indices(value: Any) -> Iterator[int]:
    """The whole numbers of a field, those of pairs by their first."""
    parts = value if isinstance(value, tuple) else (value,)
    for part in parts:
        first = part[0] if isinstance(part, tuple) else part
        if isinstance(first, int):
            yield first


def _check_index(index: int, size: int, place: str) -> None:
    if not 0 <= index < size:
        raise BadData(f"is {index}, and there are {size}", place)


def _check_scope(space: Space, scope: m.Scope, place: str) -> None:
    for axis, mask in scope:
        if not (0 <= axis < space.axes and 0 < mask < 1 << space.size(axis)):
            raise BadData("has no such points", f"{place}.{axis}")


def _check_nodes(decided: m.Decisions, space: Space) -> None:
    for number, (axis, branches) in enumerate(decided.nodes):
        place = f"decisions.nodes[{number}]"
        _check_index(axis, space.axes, f"{place}.axis")
        if sum(mask for mask, _ in branches) != (1 << space.size(axis)) - 1:
            raise BadData(f"has not {space.size(axis)} points", f"{place}.to")
        for _, child in branches:
            _check_root(decided, child, f"{place}.to")


def _check_root(decided: m.Decisions, root: int, place: str) -> None:
    if not -len(decided.leaves) <= root < len(decided.nodes):
        raise BadData(f"leads to no node and no leaf: {root}", place)


def _check_leaves(book: m.Book) -> None:
    """Each diagram has a root, and its leaves are of its own rules."""
    known: dict[Slot, set[int]] = {}
    for rule in rules_of(book):
        found = place_of(rule)
        if found is not None:
            known.setdefault(found[0], set()).add(found[1])
    for slot in slots_of(book):
        place = f"decisions: the diagram {slot.index} of each {slot.group}"
        try:
            root = root_of(book.decisions, slot)
        except IndexError:
            raise BadData("is missing", place) from None
        _check_root(book.decisions, root, place)
        if slot.group not in ANY_TAG and not known.get(slot, set()).issuperset(
            tag for leaf in _leaves(book.decisions, root) for tag in leaf
        ):
            raise BadData("leads to no rule of it", place)


def _leaves(decided: m.Decisions, root: int) -> Iterator[tuple[int, ...]]:
    """The leaves that a diagram leads to."""
    seen, todo = {root}, [root]
    while todo:
        inner = todo.pop()
        if inner < 0:
            yield decided.leaves[~inner]
            continue
        for _, child in decided.nodes[inner][1]:
            if child not in seen:
                seen.add(child)
                todo.append(child)
