"""The plain value of an object: mappings, lists, texts and numbers, as JSON would have it.

There is no way through text: the fields of an object are taken as they are, and what is plain
already is not copied. What stands in a list becomes plain when it is looked at.
"""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from pricelang.usage.records import too_deep

Way = Callable[[Any], object]
PLAIN = frozenset((str, int, type(None), bool, float, Decimal))
"""The types of values that are plain as they are."""


def plain_of(value: object) -> object:
    """The plain value of an object, and of all that stands in it.
    Raises `UsageError` (`too_deep`) where it stands in itself.

    >>> plain_of({"at": date(2026, 5, 1), "usage": {"input": (1, 2)}})
    {'at': '2026-05-01', 'usage': {'input': [1, 2]}}
    """
    try:
        return value if type(value) in PLAIN else WAYS[type(value)](value)
    except RecursionError:
        raise too_deep() from None


def plain(value: object) -> object:
    """As `plain_of`, without a fault of its own for what is nested too deeply."""
    return value if type(value) in PLAIN else WAYS[type(value)](value)


# What follows is in the way of every object that is priced: a call or a check that is saved here is
# a hundredth of the time that reading takes.


def _values(value: dict[str, object]) -> dict[str, object]:
    """A mapping whose values are plain: itself, where they are."""
    found, known = value, PLAIN
    for key, inner in value.items():
        if type(inner) not in known:
            new = WAYS[type(inner)](inner)
            if new is not inner:
                if found is value:
                    found = value.copy()
                found[key] = new
    return found


def _items(value: list[object]) -> list[object]:
    """A list whose values are plain: itself, where they are."""
    if not value or (type(value[0]) in PLAIN and PLAIN.issuperset(map(type, value))):
        return value
    return _Items(value)


class _Items(list[object]):
    """A list whose values become plain when somebody looks at one: the blocks of an answer are
    many objects, and few records ask for them.
    """

    __slots__ = ("_done",)

    def _plain(self) -> list[object]:
        if not hasattr(self, "_done"):
            self[:] = map(plain, list.__iter__(self))
            self._done = True
        return self

    def __iter__(self) -> Iterator[object]:
        return list.__iter__(self._plain())

    def __reversed__(self) -> Iterator[object]:
        return list.__reversed__(self._plain())

    def __getitem__(self, index: Any) -> Any:
        return list.__getitem__(self._plain(), index)

    def __contains__(self, item: object) -> bool:
        return list.__contains__(self._plain(), item)

    def __eq__(self, other: object) -> bool:
        return list.__eq__(self._plain(), other)

    def __repr__(self) -> str:
        return list.__repr__(self._plain())


def _way_of(kind: Any) -> Way:
    """How an object of a type becomes plain; what no way knows stays as it is."""
    if kind is dict:
        return _values
    if kind is list:
        return _items
    if issubclass(kind, Mapping):
        return lambda value: _values(dict(value.items()))
    if issubclass(kind, tuple) and hasattr(kind, "_asdict"):
        return lambda value: _values(value._asdict())
    if issubclass(kind, list | tuple):
        return lambda value: _items(list(value))
    if issubclass(kind, Enum):
        return lambda value: plain(value.value)
    if issubclass(kind, str):
        return str
    if issubclass(kind, datetime | date):
        isoformat: Way = kind.isoformat
        return isoformat
    if (
        issubclass(kind, int) or (hasattr(kind, "__index__") and hasattr(kind, "dtype"))
    ) and not hasattr(kind, "__len__"):
        return _whole
    if hasattr(kind, "__pydantic_fields__"):
        return _way_of_model(kind)
    if callable(getattr(kind, "model_dump", None)):
        return lambda value: plain(value.model_dump())
    names = _field_names(kind)
    return _way_of_fields(kind, names) if names is not None else lambda value: value


def _whole(value: Any) -> object:
    try:
        return operator.index(value)
    except TypeError:  # an array of several
        return value


def has_fields(kind: type) -> bool:
    """Decides whether objects of a type are known by their fields."""
    return (
        hasattr(kind, "__pydantic_fields__")
        or (issubclass(kind, tuple) and hasattr(kind, "_asdict"))
        or callable(getattr(kind, "model_dump", None))
        or _field_names(kind) is not None
    )


def _field_names(kind: type) -> tuple[str, ...] | None:
    if dataclasses.is_dataclass(kind):
        return tuple(field.name for field in dataclasses.fields(kind))
    fields: Iterable[Any] | None = getattr(kind, "__attrs_attrs__", None)
    return None if fields is None else tuple(field.name for field in fields)


def _way_of_fields(kind: Any, names: tuple[str, ...]) -> Way:
    """The way of a data class: its fields by their names. Some leave out what is as by default."""
    listed = dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else ()
    defaults = {one.name: one.default for one in listed if one.default is not dataclasses.MISSING}
    slots, size = not kind.__dictoffset__, len(names)

    def fields(value: Any) -> object:
        own = {} if slots else value.__dict__
        if len(own) != size:
            own = {**defaults, **own}
            if len(own) != size:
                own = {name: getattr(value, name, None) for name in names}
        return _values(own)

    return fields


def _way_of_model(kind: Any) -> Way:
    """The way of a pydantic model: its fields as the wire names them, and what came beside them.

    The fields are taken out of the object itself: a dump of pydantic copies every text of the
    answer, which takes longer than to read the usage.
    """
    aliases = {
        name: field.serialization_alias or field.alias or name
        for name, field in kind.__pydantic_fields__.items()
    }
    renamed, size = any(name != alias for name, alias in aliases.items()), len(aliases)

    def model(value: Any) -> object:
        own: dict[str, object] = value.__dict__
        extra = value.__pydantic_extra__
        if renamed or len(own) != size:
            own = {aliases[name]: inner for name, inner in own.items() if name in aliases}
        return _values({**own, **extra} if extra else own)

    return model


class _Ways(dict[Any, Way]):
    """The way of each type that was met, but of those that are plain: asked for once a type."""

    def __missing__(self, kind: Any) -> Way:
        if len(self) > _MANY:  # of types that a program makes as it runs
            self.clear()
        way = self[kind] = _way_of(kind)
        return way


_MANY = 1024
WAYS = _Ways()

__all__ = ["PLAIN", "has_fields", "plain", "plain_of"]
