"""CSV for spreadsheets has no formula, in every output."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from pricelang.present.csv_text import csv_text
from pricelang.present.table import Table
from tests.cli.helpers import SHOP, run, shop

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


@pytest.mark.parametrize("text", [*FORMULAS, "a\rb", 'a,"b"', "a\nb", ""])
def test_a_table_is_read_back_but_for_the_apostrophe_of_a_formula(text: str) -> None:
    read = list(
        csv.reader(io.StringIO(csv_text(Table(("name", "n"), ((text, "-0.5"),))), newline=""))
    )
    assert read[0] == ["name", "n"]
    assert read[1] == ["'" + text if text in FORMULAS else text, "-0.5"]
