"""The page of the public API says what the docstrings say, of every public name."""

from __future__ import annotations

import os
from pathlib import Path

import pricelang
from tests.api_page import GROUPS, api_page

PAGE = Path(__file__).resolve().parents[1] / "docs" / "api.md"


def test_each_public_name_has_its_place() -> None:
    named = [name for names in GROUPS.values() for name in names]
    assert sorted(named) == sorted(pricelang.__all__)


def test_the_page_is_made_of_the_docstrings() -> None:
    page = api_page()
    if os.environ.get("UPDATE_GOLDEN") == "1":
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page
    assert "```py\n```" not in page


def test_all_that_is_public_is_described() -> None:
    page = api_page()
    headings = [line for line in page.splitlines() if line.startswith("#")]
    lines = page.splitlines()
    for heading in headings:
        below = [line for line in lines[lines.index(heading) + 1 :] if line][:1]
        assert (below and not below[0].startswith("#")) or heading.startswith("## "), heading
