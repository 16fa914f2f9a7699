"""Errors for programs: arguments in the place of flags, missing extras by name, codes of notes."""

from __future__ import annotations

import ast
import builtins
import pickle
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import pricelang
from pricelang.model.errors import needed
from pricelang.model.notes import MEANINGS, Note
from pricelang.present.arguments import as_flags, said_to_caller, spoken
from pricelang.present.text import help_for
from pricelang.usage.records import UsageError
from tests.cli.helpers import run

BOOK = pricelang.load()
PACKAGE = Path(pricelang.__file__).parent


def test_each_code_of_a_note_is_used_and_has_a_meaning() -> None:
    """A code that nothing writes has no meaning, and one without a meaning is no code."""
    used = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                used.add((path.name == "notes.py", node.value))
    assert {code for code in MEANINGS if (False, code) not in used} == set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("Note", "UnknownCounter")
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                assert node.args[0].value in MEANINGS, (path, node.lineno)


def test_flags_are_for_commands_and_arguments_for_programs() -> None:
    text = 'a sum: `--sum`, or `record="sum"` in Python and in records; `--format NAME`'
    assert said_to_caller(text) == 'a sum: `record="sum"`; `format=NAME`'
    with as_flags():
        assert said_to_caller(text) == text
        assert spoken("flags", "arguments") == "flags"
    assert spoken("flags", "arguments") == "arguments"


ASKED: list[dict[str, Any]] = [
    {"model": "claude-opus-47", "usage": {"input": 1}},
    {"model": "nothing like it at all", "usage": {"input": 1}},
    {"model": None, "usage": {"input": 1}},
    {"model": "arn:aws:bedrock:us-east-1:1:application-inference-profile/a", "usage": {"input": 1}},
    {"model": "claude-opus-5", "usage": {"input": 1}, "platform": "bedrock"},
    {"model": "claude-haiku-4-5", "usage": {"input": 10**9}},
    {"model": "claude-opus-5", "usage": {"inputs": 1}},
    {"model": "claude-opus-5", "usage": {"input": 1}, "speed": "quick"},
    {"model": "claude-opus-5", "usage": {"input": 1}, "pace": "fast"},
    {"model": "claude-opus-5", "usage": {"session_time": "5 minute s"}},
    {"model": "claude-opus-5", "usage": {"session_time": "5 minuts"}},
    {"model": "claude-opus-5", "usage": {"input": 1}, "each": "prompt over 200000"},
]


@pytest.mark.parametrize("asked", ASKED)
def test_no_error_in_python_names_a_flag(asked: dict[str, Any]) -> None:
    with pytest.raises(pricelang.PriceError) as caught:
        BOOK.price(**asked)
    assert "--" not in str(caught.value)
    assert "--" not in str(caught.value.help)
    assert str(asked["model"]) not in (caught.value.help or "") or asked["model"] is None
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.to_dict() == caught.value.to_dict()


def test_a_record_with_an_unknown_counter_is_told_of_arguments_and_of_flags(tmp_path: Path) -> None:
    text = (
        '{"model": "claude-opus-5", "usage": {"input_tokens": 1, "output_tokens": 1, "dreams": 4}}'
    )
    with pytest.raises(pricelang.BadRequest) as caught:
        BOOK.price_any(text)
    assert '`unknown_counters="warn"` prices' in str(caught.value.help)
    assert "--" not in str(caught.value.help)
    path = tmp_path / "one.json"
    path.write_text(text, encoding="utf-8")
    assert "`--unknown-counters warn`, or" in run("price", str(path)).output


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(pricelang.MissingExtra) as caught:
        needed("no_such_library", "duckdb", "tables are priced by DuckDB")
    assert caught.value.to_dict() == {
        "code": "missing_extra",
        "message": "tables are priced by DuckDB, which is not installed",
        "rule": None,
        "location": None,
        "help": "pip install 'pricelang[duckdb]'",
    }
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.extra, again.help) == ("duckdb", caught.value.help)
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.split(".")[0] == "duckdb":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.delitem(sys.modules, "duckdb", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(pricelang.MissingExtra):
        BOOK.price_table("usage.parquet")


@pytest.mark.parametrize(
    "at",
    [
        1785600000, 1785600000.75, "2026-08-01T16:00:00Z", datetime(2026, 8, 1, 16, tzinfo=UTC),
        date(2026, 8, 1),
    ],
)  # fmt: skip
def test_instants_of_every_kind(at: Any) -> None:
    asked: dict[str, Any] = {"model": "claude-opus-5", "usage": {"input": 1_000_000}}
    assert BOOK.total(at=at, **asked) == BOOK.total(at="2026-08-01", **asked)
    assert BOOK.price(at=at, **asked).total == 5


@pytest.mark.parametrize("at", [True, float("nan"), float("inf"), 10**13, [], b"2026-08-01"])
def test_what_is_no_instant(at: Any) -> None:
    with pytest.raises(pricelang.BadRequest) as caught:
        BOOK.price(model="claude-opus-5", usage={"input": 1}, at=at)
    assert caught.value.code == "bad_date"


def test_prices_and_facts_of_a_book() -> None:
    assert str(BOOK.price_of("claude-opus-5", "input", "2026-08-01")) == "0.000005"
    assert BOOK.price_of("claude-opus-5", "input", "2026-08-01", speed=None) == BOOK.price_of(
        "claude-opus-5", "input", "2026-08-01"
    )
    assert len(BOOK.digest) == 64
    assert pricelang.Book(BOOK.checked).digest != ""
    assert {meter.name for meter in BOOK.meters} >= {"input", "output", "cache_read"}
    assert all(one.default in one.values for one in BOOK.dimensions)
    assert BOOK.as_of == max(source.read for source in BOOK.sources)


def test_the_nearest_names_are_looked_for_when_somebody_asks() -> None:
    asked: list[str] = []

    def names() -> Any:
        asked.append("names")
        yield "model"

    error = UsageError("unknown_column", "there is no `modle`", help_for("modle", names()))
    assert asked == []
    assert (error.help, error.help) == ("did you mean `model`?",) * 2
    assert asked == ["names"]


def test_a_note_names_arguments_in_python_and_flags_for_a_command() -> None:
    text = "give the tokens with `--tokens 12`"
    assert Note("not_counted", text).text == "give the tokens with `tokens=12`"
    with as_flags():
        assert Note("not_counted", text).text == text
