"""The page of the codes has each code that the source gives a fault or an error, and a cure."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pricelang
from tests.corpus.said import said

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "codes.md"
BAD = ROOT / "tests" / "corpus" / "bad"
ERRORS = {
    "BadArchive", "BadRequest", "EngineFailed", "Failure", "JsonFault", "NotOffered", "PriceError",
    "QuoteError", "Refused", "Rejected", "UnknownCounter", "UnknownName", "Unpriced", "UsageError",
}  # fmt: skip
# Codes that are chosen by an expression.
CHOSEN = {"refused", "excluded", "doubtful"}


def rows(mark: str) -> dict[str, tuple[str, str]]:
    """The rows below a mark of the page: what is wrong and the cure of each code, in order."""
    text = PAGE.read_text(encoding="utf-8").partition(f"<!-- {mark} -->")[2].partition("\n\n")[0]
    found = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", text, re.MULTILINE)
    assert [code for code, _, _ in found] == sorted({code for code, _, _ in found})
    return {code: (wrong, cure) for code, wrong, cure in found}


def codes_of_errors() -> Iterator[str]:
    """The code of each error that the source raises."""
    for path in Path(pricelang.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS:
                behind_place = node.func.id == "Rejected"  # type: ignore[attr-defined]
                code = next(iter(node.args[1:2] if behind_place else node.args[:1]), None)
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    yield code.value


def test_each_fault_of_a_book_has_its_cure() -> None:
    printed = "".join(path.read_text(encoding="utf-8") for path in BAD.glob("*.out"))
    shown = re.findall(r"^(?:error|warning)\[(\w+)\]", printed, re.MULTILINE)
    known = {*shown, *(code for _, code, _ in said())}
    assert rows("faults").keys() == known, "each code has a row in docs/codes.md"


def test_each_error_has_its_cure() -> None:
    known = {*codes_of_errors(), *CHOSEN}
    assert rows("errors").keys() == known, "each code has a row in docs/codes.md"
