"""The evaluator in JavaScript: its own tests, and whole bills of random requests beside the package's.

Without Node these are skipped, loudly; with `PRICELANG_NODE=required` they fail then.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pytest

import pricelang
from pricelang.apps.compiled_book import compiled_text
from pricelang.model.rule_kinds import KINDS
from tests.kit.answers import bill_of
from tests.kit.books import KitBook, bundled, corpus, drawn
from tests.kit.draws import Drawer, Request
from tests.kit.writing import compiled
from tests.test_docs import fences

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "integrations" / "js"
PAGES = (PACKAGE / "README.md", ROOT / "docs" / "javascript.md")
SEED = os.environ.get("PRICELANG_SEED", "0")


def answers(node: str, lines: list[dict[str, Any]]) -> list[Any]:
    """What one process answers to the requests of some lines."""
    text = "".join(json.dumps(line) + "\n" for line in lines)
    ended = subprocess.run(
        [node, "kit/serve.js"],
        input=text,
        cwd=PACKAGE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_its_own_tests(node: str) -> None:
    ended = subprocess.run(
        [node, "--test"], cwd=PACKAGE, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-2000:]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_code_of_a_page(node: str, page: Path, tmp_path: Path) -> None:
    """What stands after `// ` is what the code prints, line by line."""
    found = [
        fence.text
        for fence in fences(page.read_text(encoding="utf-8"))
        if fence.language == "js" and "no-run" not in fence.words
    ]
    code = "".join(found)
    (tmp_path / "page.mjs").write_text(code, encoding="utf-8")
    (tmp_path / "book.json").write_text(compiled_text(pricelang.load()), encoding="utf-8")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "pricelang").symlink_to(PACKAGE)
    ended = subprocess.run(
        [node, "page.mjs"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines() == re.findall(r"// (.+)", code)


def test_the_types_name_what_there_is() -> None:
    types = (PACKAGE / "src" / "index.d.ts").read_text(encoding="utf-8")
    index = (PACKAGE / "src" / "index.js").read_text(encoding="utf-8")
    names = {name for part in re.findall(r"\{ (.+?) \}", index) for name in part.split(", ")}
    assert names == set(re.findall(r"^export (?:class|function) (\w+)", types, re.MULTILINE))


def test_it_is_small() -> None:
    """The book decides, and has the texts: the evaluator looks up and multiplies."""
    sources = [path.read_text(encoding="utf-8") for path in (PACKAGE / "src").glob("*.js")]
    lines = "\n".join(re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL) for source in sources)
    stripped = (line.strip() for line in lines.splitlines())
    code = [line for line in stripped if line and not line.startswith("//")]
    assert len(code) < 1_000
    assert max(map(len, lines.splitlines())) <= 100


def test_it_knows_each_kind_of_rule() -> None:
    """Not those of a later release: a book with a kind that it does not know is refused."""
    source = (PACKAGE / "src" / "load.js").read_text(encoding="utf-8")
    listed = re.search(r"KINDS = \[(.+?)\]", source, re.DOTALL)
    assert listed is not None
    lines = re.findall(r'"(.+?)"', listed[1])
    assert {kind for line in lines for kind in line.split(", ")} == {*KINDS}


def told(kit: KitBook, request: Request) -> dict[str, Any]:
    """What the package answers: the whole bill, or what tells an error from others."""
    try:
        return bill_of(kit.book, request).to_dict()
    except pricelang.PriceError as error:
        return {"code": error.code, "rule": error.rule, "location": error.location}


def compared(node: str, books: Iterator[KitBook], count: int, seed: str) -> Counter[str]:
    """How many answers of each kind are alike in both evaluators, of so many requests a book."""
    lines: list[dict[str, Any]] = []
    asked: list[tuple[KitBook, Request]] = []
    for kit in books:
        drawer = Drawer(kit.book.checked, f"{seed} {kit.name}")
        requests = [drawer.request() for _ in range(count)]
        lines += [{"compiled": compiled(kit)}, *({"request": request} for request in requests)]
        asked += [(kit, request) for request in requests]
    seen: Counter[str] = Counter()
    for (kit, request), found in zip(asked, answers(node, lines), strict=True):
        wanted = told(kit, request)
        if "code" in wanted:
            assert found.pop("message")
        assert found == wanted, f"{kit.name}: {json.dumps(request)}"
        seen[wanted.get("code", "priced")] += 1
    return seen


def test_both_evaluators_make_the_same_bills(node: str) -> None:
    books = chain(bundled(), corpus(), drawn(30))
    seen = compared(node, books, 40, "0")
    assert seen["priced"] > 0.5 * seen.total()
    assert {"not_offered", "refused", "excluded", "too_long"} <= seen.keys()


@pytest.mark.campaign
def test_both_evaluators_make_the_same_bills_of_many_books(node: str) -> None:
    seen = compared(node, bundled(), 2_000, SEED)
    seen += compared(node, corpus(), 200, SEED)
    seen += compared(node, islice(drawn(300), 120, None), 40, SEED)
    print(dict(seen))
    assert seen["priced"] > 0.5 * seen.total()
