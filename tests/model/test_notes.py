"""Notes beside amounts: their codes, their page, and `strict`, which refuses amounts in doubt."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import pricelang
from pricelang.model.errors import check_certain
from pricelang.model.notes import MEANINGS, Note
from tests.cli.helpers import run

ROOT = Path(__file__).resolve().parents[2]
SPLIT = {
    "type": "message", "id": "msg_1", "model": "claude-opus-5",
    "usage": {
        "input_tokens": 9, "output_tokens": 3, "cache_creation_input_tokens": 20,
        "cache_creation": {"ephemeral_5m_input_tokens": 5, "ephemeral_1h_input_tokens": 5},
    },
}  # fmt: skip


def test_the_page_has_each_code_with_its_level_and_meaning() -> None:
    page = (ROOT / "docs" / "notes.md").read_text(encoding="utf-8").partition("<!-- codes -->")[2]
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.*?) \| (.+) \|$", page, re.MULTILINE)
    expected = [
        (code, Note(code, "").level, meaning.text) for code, meaning in sorted(MEANINGS.items())
    ]
    assert [row[:3] for row in rows] == expected
    assert all(cure for *_, cure in rows)


@pytest.mark.parametrize("code", MEANINGS)
def test_strict_refuses_each_code_of_doubt_and_no_other(code: str) -> None:
    notes = [Note("remark", "first"), Note(code, "second")]  # type: ignore[arg-type]
    if not MEANINGS[code].doubtful:  # type: ignore[index]
        check_certain(notes)
        return
    with pytest.raises(pricelang.Doubtful) as caught:
        check_certain(notes)
    assert (caught.value.code, caught.value.notes) == ("doubtful", (notes[1],))


def test_strict_in_python() -> None:
    book = pricelang.load()
    assert book.price_message(SPLIT, at="2026-10-01").notes[0].code == "cache_split"
    for price in (book.price_message, book.at("2026-10-01").price_message):
        with pytest.raises(pricelang.Doubtful):
            price(
                SPLIT, **({"at": "2026-10-01"} if price == book.price_message else {}), strict=True
            )
    usage = {"input": 900_000}
    plain = {
        "model": "claude-sonnet-4-5",
        "at": "2026-03-01",
        "context_window": "long",
        "record": "sum",
    }
    assert [note.code for note in book.price(usage=usage, **plain).notes] == ["bounds"]
    with pytest.raises(pricelang.Doubtful):
        book.price(usage=usage, strict=True, **plain)
    assert book.price(usage=usage, strict=True, each="prompt over 200000", **plain).total


@pytest.mark.parametrize("command", ["price", "explain", "report", "invoice"])
def test_strict_at_the_command_line(command: str, tmp_path: Path) -> None:
    path = tmp_path / "split.json"
    path.write_text(json.dumps(SPLIT), encoding="utf-8")
    done = run(command, str(path), "--at", "2026-10-01")
    assert done.exit_code == 0
    if command != "explain":
        assert "0 refused, 1 with warnings" in done.output
    refused = run(command, str(path), "--at", "2026-10-01", "--strict")
    assert refused.exit_code == 1
    assert "error[doubtful]: the amount is in doubt: cache_split" in refused.output


def test_json_counts_warnings(tmp_path: Path) -> None:
    path = tmp_path / "split.jsonl"
    path.write_text(
        "\n".join([json.dumps(SPLIT), json.dumps({**SPLIT, "id": "msg_2"})]), encoding="utf-8"
    )
    done = run("price", str(path), "--at", "2026-10-01", "--json")
    assert done.stderr.endswith("2 read: 2 priced, 0 free, 0 skipped, 0 refused, 2 with warnings\n")
    first = json.loads(done.stdout.splitlines()[0])
    assert first["notes"][0].keys() == {"code", "level", "text"}
    assert first["notes"][0]["level"] == "warning"


def test_strict_is_not_for_tables(tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    path.write_text("model,at,input\nclaude-opus-5,2026-10-01,5\n", encoding="utf-8")
    for command in ("price", "report"):
        done = run(command, str(path), "--strict")
        assert done.exit_code == 2
        assert "`--strict` is for records" in done.output
