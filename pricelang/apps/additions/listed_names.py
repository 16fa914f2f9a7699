"""The lists in which a model stands: those of groups and those behind `for` and `except for`."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from pricelang.syntax import tree as t

_APART = (t.Example, t.Note, t.Alias, t.Models, t.Rates)
"""Statements whose lists are about the model that they name and no other."""


def listed_names(statement: t.Statement, model: str, from_on: int) -> Iterator[t.Name]:
    """Each place of a model in a list that still holds at an instant."""
    if isinstance(statement, _APART):
        return
    if isinstance(statement, t.Group):
        yield from (name for name in statement.members or () if name.text == model)
    for endings in _endings(statement):
        if endings.end is None or endings.end.seconds > from_on:
            for name in (*endings.models, *endings.except_models):
                if name.text == model:
                    yield name


def _endings(node: object) -> Iterator[t.Endings]:
    if isinstance(node, t.Endings):
        yield node
    elif isinstance(node, t.Node):
        for attribute in attrs.fields(type(node)):
            yield from _endings(getattr(node, attribute.name))
    elif isinstance(node, tuple):
        for each in node:
            yield from _endings(each)
