"""What Markdown quotes is shown as it is, in every output; CSV for spreadsheets has no formula."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from pricelang.present.markdown import code, line, quoted, table_lines
from pricelang.present.table import Table
from tests.cli.helpers import SHOP, run, shop


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


FORMULAS = ["=1+1", "+1", "-1+1", "@x", "\t=1", "\r=1", "=cmd|'/c calc'!A0", "-a"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_stranger_is_a_formula(text: str, tmp_path: Path) -> None:
    records, costs = tmp_path / "r.jsonl", tmp_path / "f.csv"
    records.write_text(
        shop(usage={"input": 1000}, attributes={"team": text, "workspace": text}, id=text)
    )
    for args in (
        ["report", str(records), "--by", "team", "--csv"],
        ["invoice", str(records), "--by", "team", "--csv"],
        ["price", str(records), "--focus", str(costs), "--account", f"org={text}"],
    ):
        done = run(*args, "--book", SHOP)
        assert done.exit_code in (0, 1), (
            done.stderr
        )  # characters that do nothing but control are refused at the door
        rows = list(
            csv.reader(
                io.StringIO(costs.read_text() if "--focus" in args else done.stdout, newline="")
            )
        )
        cells = [cell for row in rows for cell in row]
        assert done.exit_code == 1 or "'" + text in cells or "--focus" in args
        assert not [
            cell
            for cell in cells
            if cell[:1] in tuple("=+@\t\r")
            or (cell[:1] == "-" and not cell[1:].replace(".", "").isdigit())
        ]
