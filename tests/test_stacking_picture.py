"""The picture of the README shows what the book bills."""

from __future__ import annotations

import os
from xml.etree import ElementTree

from benchmarks.stacking import PICTURE, picture, rows


def test_the_picture_is_that_of_the_book() -> None:
    text = picture()
    if os.environ.get("UPDATE_GOLDEN") == "1":
        PICTURE.write_text(text, encoding="utf-8")
    assert PICTURE.read_text(encoding="utf-8") == text
    ElementTree.fromstring(text)


def test_it_shows_each_way_to_meet() -> None:
    shown = list(rows())
    assert {name for row in shown for name in row.factors} == {"fast", "batch", "residency"}
    assert [row.label for row in shown if row.refused] == ["fast in a batch"]
