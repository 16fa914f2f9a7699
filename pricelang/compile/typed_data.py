"""Objects of the model as JSON data and back, by the types of their fields: a new kind of rule
is written and read like the others.

An object is its fields by name, without those that are None; a tuple is a list; an exact number is
a string; a scope is the ranges of points by axis; a node is an axis and where each point leads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

import attrs

from pricelang.model.space import point_mask, points
from pricelang.present.decimals import plain, power_of_ten

Encoder: TypeAlias = Callable[[Any], Any]
Decoder: TypeAlias = Callable[[Any], Any]
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9]|/[1-9][0-9]*)?", re.ASCII)


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


# ---- the types of fields -------------------------------------------------------------------------


@cache
def fields_of(kind: type) -> tuple[tuple[str, Any], ...]:
    """The fields of a class that are data, each with its type."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple(
        (one.name, hints[one.name])
        for one in attrs.fields(kind)
        if one.init and get_origin(hints[one.name]) is not Callable
    )


def without_none(hint: Any) -> tuple[Any, bool]:
    """A type without None, and whether None is of it."""
    if get_origin(hint) not in (Union, UnionType):
        return hint, False
    (own,) = (part for part in get_args(hint) if part is not NoneType)
    return own, True


# ---- to data -------------------------------------------------------------------------------------


@cache
def encoder(hint: Any) -> Encoder:
    """What makes data of a value of a type."""
    hint, _ = without_none(hint)
    origin = get_origin(hint)
    if origin is Annotated:
        return _MARKED[get_args(hint)[1]][0]
    if origin is tuple:
        return _tuple_encoder(get_args(hint))
    if hint is Fraction:
        return number_text
    if attrs.has(hint):
        return _class_encoder(hint)
    return _same


def _same(value: Any) -> Any:
    return value


def _tuple_encoder(parts: tuple[Any, ...]) -> Encoder:
    if len(parts) == 2 and parts[1] is Ellipsis:
        each = _or_none(encoder(parts[0]))
        return lambda values: [each(value) for value in values]
    makers = [_or_none(encoder(part)) for part in parts]
    return lambda values: [make(value) for make, value in zip(makers, values, strict=True)]


def _or_none(make: Encoder) -> Encoder:
    return lambda value: None if value is None else make(value)


def _class_encoder(kind: type) -> Encoder:
    parts = [(name, encoder(hint)) for name, hint in fields_of(kind)]

    def encode(value: Any) -> dict[str, Any]:
        found = ((name, make, getattr(value, name)) for name, make in parts)
        return {name: make(part) for name, make, part in found if part is not None}

    return encode


def number_text(value: Fraction) -> str:
    """An exact number as text: a decimal where it has a finite one, and else a fraction.

    >>> number_text(Fraction(1, 40)), number_text(Fraction(-2, 3)), number_text(Fraction(200))
    ('0.025', '-2/3', '200')
    """
    return str(value) if power_of_ten(value.denominator) is None else plain(value)


def _scope_data(scope: Sequence[tuple[int, int]]) -> dict[str, list[list[int]]]:
    return {str(axis): _ranges(mask) for axis, mask in scope}


def _ranges(mask: int) -> list[list[int]]:
    found: list[list[int]] = []
    for point in points(mask):
        if found and found[-1][1] == point - 1:
            found[-1][1] = point
        else:
            found.append([point, point])
    return found


def _node_data(nodes: Sequence[tuple[int, Sequence[tuple[int, int]]]]) -> list[dict[str, Any]]:
    found = []
    for axis, branches in nodes:
        by_point = {point: child for mask, child in branches for point in points(mask)}
        found.append({"axis": axis, "to": [by_point[point] for point in range(len(by_point))]})
    return found


# ---- from data -----------------------------------------------------------------------------------


@cache
def decoder(hint: Any) -> Decoder:
    """What makes a value of a type of data. Raises `BadData` for others."""
    hint, optional = without_none(hint)
    read = _decoder(hint)
    return (lambda data: None if data is None else read(data)) if optional else read


def _decoder(hint: Any) -> Decoder:
    origin = get_origin(hint)
    if origin is Annotated:
        return _MARKED[get_args(hint)[1]][1]
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
            found.append((int(axis), point_mask(p for a, b in ranges for p in range(a, b + 1))))
        except (TypeError, ValueError):
            raise BadData("is not a list of ranges", axis) from None
    return tuple(sorted(found))


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
_MARKED: Mapping[str, tuple[Encoder, Decoder]] = {
    "scope": (_scope_data, _read_scope),
    "nodes": (_node_data, _read_nodes),
}
