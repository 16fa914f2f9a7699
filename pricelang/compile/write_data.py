"""Objects of the model as JSON data, by the types of their fields: see `typed_data`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Annotated, Any, TypeAlias, get_args, get_origin

import attrs

from pricelang.compile.typed_data import fields_of, without_none
from pricelang.present.decimals import plain, power_of_ten
from pricelang.solver.axis_parts import positions

Encoder: TypeAlias = Callable[[Any], Any]


@cache
def encoder(hint: Any) -> Encoder:
    """What makes data of a value of a type."""
    hint, _ = without_none(hint)
    origin = get_origin(hint)
    if origin is Annotated:
        return _MARKED[get_args(hint)[1]]
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
    for point in positions(mask):
        if found and found[-1][1] == point - 1:
            found[-1][1] = point
        else:
            found.append([point, point])
    return found


def _node_data(nodes: Sequence[tuple[int, Sequence[tuple[int, int]]]]) -> list[dict[str, Any]]:
    found = []
    for axis, branches in nodes:
        by_point = {point: child for mask, child in branches for point in positions(mask)}
        found.append({"axis": axis, "to": [by_point[point] for point in range(len(by_point))]})
    return found


_MARKED: Mapping[str, Encoder] = {"scope": _scope_data, "nodes": _node_data}
