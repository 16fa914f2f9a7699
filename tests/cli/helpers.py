"""What the tests of the command line share: a runner,
the sample records, a small book, and golden outputs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from pricelang.cli.group import main
from tests.cli.schemas import hold_against_schema

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
SHOP = str(Path(__file__).with_name("books") / "shop.price")
GOLDEN = Path(__file__).with_name("golden")


def run(*args: str, stdin: str = "") -> Result:
    """A command in this process; whatever it raises besides its exit is a failure of the test."""
    found = CliRunner().invoke(
        main, list(args), input=stdin, catch_exceptions=False, prog_name="pricelang"
    )
    hold_against_schema(args, found.stdout)
    return found


def process(
    *args: str, stdin: str = "", cwd: Path = ROOT, **env: str
) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, with pipes for all of its streams."""
    return subprocess.run(
        [sys.executable, "-m", "pricelang", *args],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        encoding="utf-8",
    )


def objects(text: str) -> list[Any]:
    """The objects of JSON Lines."""
    return [json.loads(line) for line in text.splitlines()]


def shop(**record: Any) -> str:
    """A record of the small book on a day when it bills in dollars, as one line of JSON."""
    return json.dumps({"model": "new-1", "at": "2026-02-01", **record}) + "\n"


def line_of(text: str) -> int:
    """The line of the small book that holds a text."""
    (found,) = [
        number
        for number, row in enumerate(Path(SHOP).read_text(encoding="utf-8").splitlines(), 1)
        if text in row
    ]
    return found


def expect_golden(name: str, text: str) -> None:
    """Compares a text with a golden file; `UPDATE_GOLDEN=1` rewrites it."""
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def without_notes(text: str) -> str:
    """A table without its notes, which are the business of the book."""
    return "".join(
        line + "\n" for line in text.splitlines() if not line.startswith(("note: ", "warning: "))
    )
