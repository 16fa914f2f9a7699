"""One record in Node: the evaluator of `integrations/js` beside `@pydantic/genai-prices` of npm.

python -m benchmarks --only js
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import pricelang
from benchmarks.rounds import RIVAL, Row, tables
from pricelang.apps.compiled_book import compiled_text

SCRIPT = Path(__file__).with_name("javascript.mjs")
RIVAL_PACKAGE = "@pydantic/genai-prices"
AIMS = {
    "`book.total(…)`": "4 µs",
    "`book.total(…)`, an instant that no request had before": "4 µs",
    "`book.total(…, service_tier, inference_geo)`": "4 µs",
    "`book.price(…).lines`, every line built": "8 µs",
    "`load(text)` and the first price": "50 ms",
}


def page(quick: bool) -> list[str]:
    """The table, and what each says that the record costs."""
    node = shutil.which("node")
    if node is None:
        return ["", "## One record in Node", "", "Not measured: there is no Node."]
    rounds, calls = (3, 2_000) if quick else (9, 20_000)
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "book.json"
        book.write_text(compiled_text(pricelang.load()), encoding="utf-8")
        command = [node, str(SCRIPT), str(book), str(rounds), str(calls), *_rival(folder)]
        ended = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(ended.stdout)
    rows = [
        Row("one record in Node", name, AIMS.get(name, RIVAL), tuple(seconds))
        for name, seconds in found["seconds"].items()
    ]
    costs = ", ".join(f"{amount} by {name}" for name, amount in found["costs"].items())
    return [*tables(rows), "", f"The record costs {costs}."]


def _rival(folder: str) -> list[str]:
    """The folder of the rival, fetched into another; none where that cannot be."""
    npm = shutil.which("npm")
    if npm is None:
        return []
    command = [npm, "install", "--silent", "--no-audit", "--prefix", folder, RIVAL_PACKAGE]
    fetched = subprocess.run(command, capture_output=True, check=False).returncode == 0
    return [str(Path(folder) / "node_modules" / RIVAL_PACKAGE)] if fetched else []
