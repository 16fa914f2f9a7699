"""No habit is known that nobody shows: each one is what some mistake of the corpus means."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import pytest

from pricelang import syntax
from pricelang.syntax.habit import Habit, Matched
from pricelang.syntax.parser import parse_statement
from pricelang.syntax.split import split_text
from tests.corpus.mistakes import mistakes

MODULES = [
    importlib.import_module(f"{syntax.__name__}.{found.name}")
    for found in pkgutil.iter_modules(syntax.__path__)
    if found.name.endswith("habits")
]
BAD = Path(__file__).parents[1] / "corpus" / "bad"


def _known() -> set[Habit]:
    return {
        habit
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, tuple)
        for habit in value
        if isinstance(habit, Habit)
    }


def test_each_habit_is_shown_by_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: set[Habit] = set()
    found_at = Habit.found_at

    def noted(self: Habit, row: str, column: int) -> tuple[Matched, Matched] | None:
        found = found_at(self, row, column)
        if found is not None:
            shown.add(self)
        return found

    monkeypatch.setattr(Habit, "found_at", noted)
    texts = [mistake.wrong for mistake in mistakes()]
    texts += [path.read_text(encoding="utf-8") for path in sorted(BAD.rglob("*.price"))]
    for text in texts:
        for chunk in split_text("a.price", text)[0]:
            for fault in parse_statement("a.price", chunk)[1]:
                assert fault.help or fault.code != "syntax"
    known = _known()
    assert len(known) > 200
    assert [(habit.before, habit.rest) for habit in known - shown] == []
