"""Objects of the model out of JSON data, by the types of their fields: see `typed_data`. Nothing of
what is read is run, and what is of no such type is told with its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from typing import Annotated, Any, Literal, TypeAlias, get_args, get_origin

import attrs

from pricelang.compile.typed_data import NUMBER, fields_of, without_none

Decoder: TypeAlias = Callable[[Any], Any]
MOST_POINTS = 1_000_000
"""No axis of a book has more points."""


class BadData(ValueError):
    """Data that are none of the model; `place` leads there."""

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(message)
        self.message, self.place = message, place

    def within(self, part: str) -> BadData:
        """The same, as a part of something."""
        dot = "" if not self.place or self.place.startswith("[") else "."
        return BadData(self.message, f"{part}{dot}{self.place}")

    def __str__(self) -> str:
        return f"`{self.place}` {self.message}" if self.place else self.message


@cache
def decoder(hint: Any) -> Decoder:
    """What makes a value of a type of data. Raises `BadData` for others."""
    hint, optional = without_none(hint)
    read = _decoder(hint)
    return (lambda data: None if data is None else read(data)) if optional else read


def _decoder(hint: Any) -> Decoder:
    origin = get_origin(hint)
    if origin is Annotated:
        return _MARKED[get_args(hint)[1]]
    if origin is tuple:
        return _tuple_decoder(get_args(hint))
    if origin is Literal:
        return _word_decoder(get_args(hint))
    if hint is Fraction:
        return read_number
    if attrs.has(hint):
        return _class_decoder(hint)
    return _plain_decoder(hint)


def _plain_decoder(kind: type) -> Decoder:
    def decode(data: Any) -> Any:
        if type(data) is not kind:
            raise BadData(f"is not {_KINDS[kind]}")
        return data

    return decode


_KINDS: Mapping[Any, str] = {str: "a text", int: "a whole number", bool: "true or false"}


def _word_decoder(words: tuple[Any, ...]) -> Decoder:
    def decode(data: Any) -> Any:
        if not isinstance(data, str) or data not in words:
            raise BadData(f"is none of {', '.join(words)}")
        return data

    return decode


def _tuple_decoder(parts: tuple[Any, ...]) -> Decoder:
    if len(parts) == 2 and parts[1] is Ellipsis:
        return _list_decoder(decoder(parts[0]))
    readers = [decoder(part) for part in parts]

    def decode(data: Any) -> Any:
        if type(data) is not list or len(data) != len(readers):
            raise BadData(f"is not a list of {len(readers)}")
        return tuple([read(part) for read, part in zip(readers, data, strict=True)])

    return decode


def _list_decoder(read: Decoder) -> Decoder:
    def decode(data: Any) -> Any:
        if type(data) is not list:
            raise BadData("is not a list")
        found: list[Any] = []
        try:
            for part in data:
                found.append(read(part))
        except BadData as error:
            raise error.within(f"[{len(found)}]") from None
        return tuple(found)

    return decode


def _class_decoder(kind: type) -> Decoder:
    parts = [(name, decoder(hint), without_none(hint)[1]) for name, hint in fields_of(kind)]
    known = frozenset(name for name, _, _ in parts)

    def decode(data: Any) -> Any:
        if type(data) is not dict:
            raise BadData("is not an object")
        if not known >= data.keys():
            raise BadData("is unknown", min(data.keys() - known))
        values, name = [], ""
        try:
            for name, read, optional in parts:
                if name not in data and not optional:
                    raise BadData("is missing")
                values.append(read(data.get(name)))
        except BadData as error:
            raise error.within(name) from None
        return kind(*values)

    return decode


@cache
def _number(text: str) -> Fraction:
    if not NUMBER.fullmatch(text):
        raise BadData("is not an exact number")
    return Fraction(text)


def read_number(data: Any) -> Fraction:
    """The exact number of a text. Raises `BadData`."""
    if type(data) is not str or len(data) > 400:
        raise BadData("is not an exact number in quotes")
    return _number(data)


def _read_scope(data: Any) -> tuple[tuple[int, int], ...]:
    if type(data) is not dict:
        raise BadData("is not an object")
    found = []
    for axis, ranges in data.items():
        try:
            found.append((int(axis), sum(_range_mask(*ends) for ends in ranges)))
        except (TypeError, ValueError):
            raise BadData("is not a list of ranges", axis) from None
    return tuple(sorted(found))


def _range_mask(first: Any, last: Any) -> int:
    if type(first) is not int or type(last) is not int or not 0 <= first <= last < MOST_POINTS:
        raise ValueError
    return (1 << last + 1) - (1 << first)


def _read_nodes(data: Any) -> tuple[tuple[int, tuple[tuple[int, int], ...]], ...]:
    found = []
    for number, (axis, to) in enumerate(_NODES(data)):
        masks: dict[int, int] = {}
        for point, child in enumerate(to):
            if child >= number:
                raise BadData("leads to no node before it", f"[{number}].to[{point}]")
            masks[child] = masks.get(child, 0) | 1 << point
        found.append((axis, tuple(sorted((mask, child) for child, mask in masks.items()))))
    return tuple(found)


@attrs.frozen
class _Node:
    """A node as data."""

    axis: int
    to: tuple[int, ...]

    def __iter__(self) -> Any:
        return iter((self.axis, self.to))


_NODES = _list_decoder(_class_decoder(_Node))
_MARKED: Mapping[str, Decoder] = {"scope": _read_scope, "nodes": _read_nodes}
