"""The help of a fault is worked out when somebody asks for it, and travels with the fault."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from attrs import evolve

from pricelang.check.files import read_layers
from pricelang.compile.book import check_layers
from pricelang.present import text
from pricelang.syntax.diagnostics import NOWHERE, BookError, Fault, sort_faults

BOOK = """book shop in USD
unit MTok is 1,000,000 tokens
meter input in tokens
models
  | model | released   |
  | alpha | 2026-01-01 |
rates per MTok
  | model  | from       | inptu |
  | alphha | 2026-01-01 | $1    |
"""


def test_no_name_is_looked_for_before_a_help_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "shop.price"
    path.write_text(BOOK, encoding="utf-8")
    asked: list[str] = []
    near = text.nearest

    def noted(name: str, *more: object) -> list[str]:
        asked.append(name)
        return near(name, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(text, "nearest", noted)
    faults = check_layers(read_layers(path)).faults
    assert (len(faults), asked) == (2, [])
    error = BookError(faults)
    assert asked == []
    assert error.help == "did you mean `input`?"
    assert [fault.help for fault in faults] == ["did you mean `input`?", "did you mean `alpha`?"]
    assert asked == ["inptu", "alphha"]


def test_a_fault_travels_with_its_help() -> None:
    asked = []

    def help() -> str:
        asked.append(1)
        return "ask somebody"

    fault = Fault("code", "it is wrong", NOWHERE, help)
    assert (pickle.loads(pickle.dumps(fault)).help, fault.help, len(asked)) == (
        "ask somebody",
        "ask somebody",
        1,
    )
    error = pickle.loads(pickle.dumps(BookError([fault])))
    assert (error.help, error.faults) == ("ask somebody", (fault,))
    assert evolve(fault, message="so is this").help == "ask somebody"


def test_one_fault_counts_once_whatever_helps() -> None:
    one, two = (Fault("code", "it is wrong", NOWHERE, lambda: None) for _ in range(2))
    assert sort_faults([one, two]) == (one,)
