"""The plain value of an object: mappings, lists, texts and numbers, as JSON would have it.

There is no way through text: the fields of an object are taken as they are, and what is plain
already is not copied.
"""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any

from pricelang.usage.records import UsageError

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
        return plain(value)
    except RecursionError:
        raise UsageError(
            "too_deep", "the object is nested too deeply, or stands in itself"
        ) from None


def plain(value: object) -> object:
    """As `plain_of`, without a fault of its own for what is nested too deeply."""
    kind: Any = type(value)
    if kind in PLAIN:
        return value
    if kind is dict:
        return _changed(value)  # type: ignore[arg-type]
    if kind is list:
        return _items(value)  # type: ignore[arg-type]
    return way_of(kind)(value)


def _changed(value: dict[str, object]) -> dict[str, object]:
    """A mapping whose values are plain: itself, where they are."""
    found = value
    for key, inner in value.items():
        if type(inner) not in PLAIN:
            new = plain(inner)
            if new is not inner:
                found = dict(value) if found is value else found
                found[key] = new
    return found


def _items(value: list[object]) -> list[object]:
    """A list whose values are plain: itself, where they are."""
    found = [inner if type(inner) in PLAIN else plain(inner) for inner in value]
    same = all(new is old for new, old in zip(found, value, strict=True))
    return value if same else found


@lru_cache(maxsize=1024)
def way_of(kind: Any) -> Way:
    """How an object of a type becomes plain; what no way knows stays as it is."""
    if issubclass(kind, Mapping):
        return lambda value: _changed(dict(value.items()))
    if issubclass(kind, list | tuple):
        return lambda value: _items(list(value))
    if issubclass(kind, Enum):
        return lambda value: plain(value.value)
    if issubclass(kind, str):
        return str
    if issubclass(kind, datetime | date):
        return lambda value: value.isoformat()
    if (
        issubclass(kind, int) or (hasattr(kind, "__index__") and hasattr(kind, "dtype"))
    ) and not hasattr(kind, "__len__"):
        return _whole
    if hasattr(kind, "__pydantic_fields__"):
        return _way_of_model(kind)
    if callable(getattr(kind, "model_dump", None)):
        return lambda value: plain(value.model_dump())
    names = _field_names(kind)
    return _way_of_fields(names) if names is not None else lambda value: value


def _whole(value: Any) -> object:
    try:
        return operator.index(value)
    except TypeError:  # an array of several
        return value


def has_fields(kind: type) -> bool:
    """Decides whether objects of a type are known by their fields."""
    return (
        hasattr(kind, "__pydantic_fields__")
        or callable(getattr(kind, "model_dump", None))
        or _field_names(kind) is not None
    )


def _field_names(kind: type) -> tuple[str, ...] | None:
    if dataclasses.is_dataclass(kind):
        return tuple(field.name for field in dataclasses.fields(kind))
    fields: Iterable[Any] | None = getattr(kind, "__attrs_attrs__", None)
    return None if fields is None else tuple(field.name for field in fields)


def _way_of_fields(names: tuple[str, ...]) -> Way:
    """The way of a data class: its fields by their names, those that are set."""

    def fields(value: object) -> object:
        return _changed({name: getattr(value, name, None) for name in names})

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
    renamed = any(name != alias for name, alias in aliases.items())

    def model(value: Any) -> object:
        own: dict[str, object] = value.__dict__
        extra = value.__pydantic_extra__
        if renamed or len(own) != len(aliases):
            own = {aliases[name]: inner for name, inner in own.items() if name in aliases}
        return _changed({**own, **extra} if extra else own)

    return model


__all__ = ["PLAIN", "has_fields", "plain", "plain_of", "way_of"]
