"""What a habit is: what people write who know other languages, and what it means in a book."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable

from attrs import frozen

from pricelang.syntax.diagnostics import Mend

AMOUNT = "an amount such as `$0.30`"
"""How faults name an amount that is expected."""
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
"""The pattern of a day as a book writes it."""

Matched = re.Match[str]
_EXACT = re.compile(r"write (?:a comma: )?`([^`…]+)`")
"""A help that says all of what to write."""


@frozen
class Habit:
    """A habit: what stands before the place of a fault and at it, as regular expressions, the help
    made of both, and a word that must be able to stand there for it to mean this. What the help
    says to write stands instead of the first group of `before`, or else of the place, and all
    that follows up to the end of `rest`.
    """

    before: str
    rest: str
    help: str | Callable[[Matched, Matched], str]
    wanted: str = ""

    def found_at(self, row: str, column: int) -> tuple[Matched, Matched] | None:
        """What stands before a column (from 1) of a row and at it, where that is the habit."""
        before = re.search(f"(?:{self.before})$", row[: column - 1])
        rest = re.match(self.rest, row[column - 1 :])
        return (before, rest) if before and rest else None


@frozen
class Said:
    """A help, and the edit of the row that it stands for, where it is one."""

    help: str
    mend: Mend | None = None


def first_said(
    habits: Iterable[Habit], row: str, column: int, wanted: Collection[str]
) -> Said | None:
    """What the first of some habits says that a row shows at a column (from 1), where `wanted`
    could stand; None where none does.

    >>> habit = Habit("^ +", r"[-] ?([0-9]+)%", lambda _, rest: f"write `{rest[1]}% off tokens`")
    >>> first_said([habit], "  -50% on tokens", 3, []).help
    'write `50% off tokens`'
    """
    for habit in habits:
        if habit.wanted and habit.wanted not in wanted:
            continue
        found = habit.found_at(row, column)
        if found is not None:
            before, rest = found
            help = habit.help if isinstance(habit.help, str) else habit.help(before, rest)
            exact = _EXACT.fullmatch(help)
            start = before.start(1) + 1 if before.re.groups else column
            return Said(help, Mend(start, column + rest.end(), exact[1]) if exact else None)
    return None
