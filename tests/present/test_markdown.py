"""What Markdown quotes is shown as it is, in every output."""

from __future__ import annotations

import pytest

from pricelang.present.markdown import code, line, quoted, table_lines
from pricelang.present.table import Table


def markdown(table: Table) -> str:
    """A table as Markdown."""
    return "\n".join(table_lines(table))


HOSTILE = [
    "a|b",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:1)",
    "![x](http://e)",
    "`c`",
    "*b*",
    "_b_",
    "~~s~~",
    "a\nb",
    "\\",
    "&lt;",
    "\u202e",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_mark_of_a_stranger_is_one(text: str) -> None:
    for shown in (quoted(text), line(text), markdown(Table((text,), ((text,),), title=text))):
        assert "\u202e" not in shown
        assert "<img" not in shown.replace("\\<", "")
        for mark in "*[]~":
            assert shown.count(mark) == shown.count("\\" + mark)
    row = markdown(Table(("h",), ((text,),))).splitlines()[-1]
    assert row.replace("\\|", "").count("|") == 2
    assert len(markdown(Table(("h",), ((text,),))).splitlines()) == 3


def test_a_line_does_not_begin_a_heading_or_a_list() -> None:
    assert [line(text) for text in ("# a", "- a", "1. a", "---", "+ a", "a - b", "-5")] == [
        "\\# a",
        "\\- a",
        "1\\. a",
        "\\---",
        "\\+ a",
        "a - b",
        "-5",
    ]
    assert (code("x"), code("a`b"), code("a|b")) == ("`x`", "a\\`b", "a\\|b")
