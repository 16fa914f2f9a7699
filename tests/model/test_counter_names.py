"""The page has every counter, as the closed list has it."""

from __future__ import annotations

import re
from pathlib import Path

from pricelang.model.counter_names import COUNTERS

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_has_each_counter_with_its_meaning_and_its_whole() -> None:
    page = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    table = page.partition("| counter | what it counts | part of |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.*) \| (.*) \|$", table, re.MULTILINE)
    assert rows == [
        (
            name,
            counter.meaning,
            f"`{counter.part_of}`" + (", in doubt" if counter.differs else "")
            if counter.part_of
            else "",
        )
        for name, counter in COUNTERS.items()
    ]
