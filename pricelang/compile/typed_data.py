"""The types of the fields of the model, by which books are written as data and read.

An object is its fields by name, without those that are None; a tuple is a list; an exact number is
a string; a scope is the ranges of points by axis; a node is an axis and where each point leads. So
a new kind of rule is written and read like the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9]|/[1-9][0-9]*)?", re.ASCII)
"""An exact number as data: a decimal, or a fraction."""


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
