"""Nodes of one kind within a tree, against a walk that looks everywhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from attrs import fields, has
from hypothesis import given

from pricelang.syntax import tree as t
from pricelang.syntax.nodes import nodes_in
from tests import strategies

KINDS = (t.Date, t.Threshold, t.Name, t.Money, t.Endings)


def everywhere(node: object, kind: type) -> Iterator[object]:
    if isinstance(node, kind):
        yield node
    elif isinstance(node, tuple):
        for part in node:
            yield from everywhere(part, kind)
    elif has(type(node)):
        for field in fields(type(node)):
            yield from everywhere(getattr(node, field.name), kind)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_none_is_overlooked(kind: type[t.Node]) -> None:
    @given(strategies.statements())
    def holds(statement: t.Statement) -> None:
        assert [*nodes_in(statement, kind)] == [*everywhere(statement, kind)]

    holds()
