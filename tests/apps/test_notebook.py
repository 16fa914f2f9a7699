"""What a notebook shows of answers: their tables, escaped, without styles or scripts."""

from __future__ import annotations

from pathlib import Path

import pricelang
from pricelang.usage.reading import read_path, read_paths

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
BOOK = pricelang.load()


def test_each_answer_has_its_tables() -> None:
    requests = str(SAMPLES / "requests.jsonl")
    later = BOOK.diff(BOOK, "2026-10-06", "2026-10-07")
    shown = {
        "invoice": BOOK.invoice(read_path(requests), "2026-04"),
        "report": BOOK.report_records(read_paths([requests]), ["model"]),
        "comparison": BOOK.compare(requests),
        "change": later[0],
        "break even": BOOK.break_even("2026-04-17", models=["claude-opus-4-7"]),
    }
    for name, answer in shown.items():
        text = answer._repr_html_()
        assert text.startswith('<div class="pricelang">'), name
        assert "<table" in text, name
        assert "<script" not in text, name


def test_an_audit_shows_its_claims() -> None:
    book = pricelang.load(Path(__file__).resolve().parents[1] / "specimens" / "acme.price")
    text = book.audit._repr_html_()
    assert "verdict" in text
