"""Every name that a tree holds is known to the editor: declared, used, a value, or no name at all."""

from __future__ import annotations

import re

import pytest
from attrs import fields, has

from pricelang.editor.fields import DECLARED, FIXED, USED, VALUES
from pricelang.syntax import tree as t

PLACES = [
    (kind, field.name)
    for kind in (getattr(t, name) for name in t.__all__)
    if isinstance(kind, type) and has(kind)
    for field in fields(kind)
    if re.search(r"\bName\b", str(field.type))
]


def test_there_are_names() -> None:
    assert len(PLACES) > 60


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place[0].__name__}.{place[1]}")
def test_a_field_with_names_says_what_they_are(place: tuple[type, str]) -> None:
    tables = (DECLARED, USED, VALUES, FIXED)
    assert sum(place in table for table in tables) == 1
