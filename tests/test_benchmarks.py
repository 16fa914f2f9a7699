"""The benchmarks run: each contestant once, on little; nothing is timed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import engines, live, readers
from benchmarks.aims import AIM, verdict
from benchmarks.audit import audit_processes
from benchmarks.books import book_calls, book_processes
from benchmarks.books import clean as clean_books
from benchmarks.cold import clean, cold_calls, cold_processes
from benchmarks.processes import measured
from benchmarks.record import agreement, calls
from benchmarks.rounds import measure_calls, tables


def test_rows_of_this_process() -> None:
    rows = measure_calls([row for row in calls() if "litellm" not in row[1]], 1, 1)
    text = "\n".join(tables(rows))
    assert "| `book.total(…)` |" in text
    assert "0.0975 by pricelang" in agreement()


@pytest.mark.parametrize(
    ("aim", "seconds", "peak", "said"),
    [
        ("1 s", 1.0, 0, "met"),
        ("40 ms", 0.041, 0, "missed"),
        ("200 MB", 9.0, 200 * 1024, "met"),
        ("1.8", 1.81, 0, "missed"),
        ("3 times the report", 2.9 * 2, 0, "met"),
        ("rival", 9.0, 0, ""),
        ("the base", 1.0, 0, ""),
        ("", 1.0, 0, ""),
    ],
)
def test_an_aim_is_met_or_missed(aim: str, seconds: float, peak: int, said: str) -> None:
    assert verdict(aim, seconds, peak, {"plain": 1.0, "the report of it": 2.0}) == said


def test_every_aim_is_understood() -> None:
    found = [*calls(), *cold_calls(), *cold_processes(), *audit_processes(), *book_processes()]
    found += [*book_calls(), *engines.engine_calls()]
    aims = {aim for _, _, aim, _ in found} - {"", "rival", "the limit", "the base"}
    assert [aim for aim in aims if AIM.fullmatch(aim) is None] == []


def test_objects_in_memory_on_little() -> None:
    rows = live.ratios(1)
    assert [row.split(" | ")[0].strip("| ") for row in rows[2:]] == list(live.objects())


def test_readers_on_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "RECORDS", 3)
    rows = measure_calls(readers.calls(), 1, 1)
    assert [row.name for row in rows[1::2]] == [f"records of {name}" for name in readers.FORMATS]


def test_tables_on_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "ROWS", 2_000)
    for _, _, _, call in engines.engine_calls():
        call()
    assert "equal to the last digit" in engines.agreement()
    assert [what for what, _, peak in engines.memory() if peak > 10_000] == [
        what for what, _, _ in engines.memory()
    ]
    engines.clean()


def test_processes_say_what_they_are() -> None:
    names = [name for _, name, _, _ in [*cold_processes(), *audit_processes(), *book_processes()]]
    assert len(names) == len(set(names))
    assert all(
        Path(command[0]) == Path(sys.executable)
        for _, _, _, command in [*cold_processes(), *audit_processes()]
    )
    assert cold_calls()
    clean()
    assert all(isinstance(call(), float) for _, _, _, call in book_calls())
    clean_books()
    seconds, peak = measured([sys.executable, "-c", "pass"])
    assert seconds > 0
    assert peak > 1_000
    with pytest.raises(RuntimeError, match="ended with 3"):
        measured([sys.executable, "-c", "raise SystemExit(3)"])
