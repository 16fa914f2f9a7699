"""What an editor keeps from one change of its books to the next: what a letter cannot change is not
decided again.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import define, field

from pricelang.solver.forests import Forests

if TYPE_CHECKING:
    from pricelang.editor.rulings import Rulings
    from pricelang.model import book as m
    from pricelang.syntax import tree as t


@define(eq=False, repr=False)
class Kept:
    """The diagrams of all books, and the rulings of each by its entry."""

    forests: Forests = field(factory=Forests)
    rulings: dict[Path, Rulings] = field(factory=dict)

    def rulings_of(self, entry: Path, statements: Sequence[t.Statement], book: m.Book) -> Rulings:
        """The rulings on a book: those from before where its rules are the same."""
        from pricelang.editor.rulings import Rulings, rules_among

        rules = rules_among(statements)
        found = self.rulings.get(entry)
        if found is None or not found.hold_for(rules, book):
            found = self.rulings[entry] = Rulings(rules, book)
        return found
