"""Rows of audits: the shipped book's in full, and those of 2,500 models under 20 multipliers,
from nothing, with peak memory.

Every process but the first has an empty cache of its own, so that reading the book is in its time.
The variants are what once made an audit multiply out: a broken claim about prices, a claim above an
amount, a surcharge, a rounding of unit prices.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from benchmarks.synthetic import synthetic_book

MODELS, MULTIPLIERS = 2_500, 20
SHIPPED = "audit"
"""The group of the shipped book."""
VARIANTS = {
    "as it is": "",
    "a broken claim": "claim output costs 4 input\nclaim output costs at most 4.9 input\n",
    "every price above an amount": "claim every price is above $0.0000001\n",
    "a surcharge": "surcharge fee\n  $1 per MTok on input\nclaim x1, fee commute\nclaim input costs less than output\n",
    "rounded unit prices": "round unit_price to $0.01 half_up\nclaim output costs at least 4.9 input\n",
}
RUN = """
import os, runpy, shutil, sys, tempfile
os.environ["PRICELANG_CACHE"] = folder = tempfile.mkdtemp()
sys.argv[0] = "pricelang"
try:
    runpy.run_module("pricelang", run_name="__main__")
except SystemExit as end:
    code = end.code or 0
shutil.rmtree(folder)
sys.exit(code if code > 1 else 0)
"""


def audit_processes() -> list[tuple[str, str, str, list[str]]]:
    """Contestants that are whole processes: group, name, limit, command.
    A broken claim and a difference end in success here.
    """
    start = [sys.executable, "-c", RUN]
    rows = [
        (
            SHIPPED,
            "`pricelang audit --json` of the shipped book",
            "1 s",
            [sys.executable, "-m", "pricelang", "audit", "--json"],
        ),
        (SHIPPED, "the same, with the book to be read first", "", [*start, "audit", "--json"]),
    ]
    for name in VARIANTS:
        rows.append(
            (
                "audit of 2,500 x 20",
                f"all claims, {name}",
                "10 s",
                [*start, "audit", str(_book(name))],
            )
        )
    for name in ("as it is", "a surcharge", "rounded unit prices"):
        rows.append(
            (
                "audit of 2,500 x 20",
                f"`--json`, all there is, {name}",
                "10 s",
                [*start, "audit", str(_book(name)), "--json"],
            )
        )
    rows.append(
        (
            "audit of 2,500 x 20",
            "`diff` of two versions",
            "5 s",
            [*start, "diff", str(_book("as it is")), str(_book("changed"))],
        )
    )
    return rows


def _book(name: str) -> Path:
    path = (
        Path(tempfile.gettempdir())
        / f"pricelang-benchmark-{os.getpid()}"
        / f"{name.replace(' ', '-')}.price"
    )
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        text = synthetic_book(MODELS, MULTIPLIERS)
        if name == "changed":
            text = text.replace("x 1.05 on tokens", "x 1.06 on tokens").replace(
                "| m-7 | 2026-01-08 | $8 | $40 |", "| m-7 | 2026-01-08 | $9 | $45 |"
            )
        elif name == "a surcharge":
            names = ", ".join(f"x{index}" for index in range(MULTIPLIERS))
            text = text.replace(f"stack {names}\n", f"stack {names}, fee\n") + VARIANTS[name]
        else:
            text += VARIANTS[name]
        path.write_text(text, encoding="utf-8")
    return path
