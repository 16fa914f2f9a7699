"""What people write who know other languages and other price lists, and what to write instead."""

from __future__ import annotations

import re

from pricelang.present.text import is_slip, nearest
from pricelang.syntax.charge_habits import CHARGE_HABITS, pool_said
from pricelang.syntax.claim_habits import claim_said
from pricelang.syntax.clock_habits import clock_said
from pricelang.syntax.condition_habits import CONDITION_HABITS, SCOPE_HABITS
from pricelang.syntax.date_habits import date_said
from pricelang.syntax.declaration_habits import DECLARATION_HABITS
from pricelang.syntax.example_habits import EXAMPLE_HABITS
from pricelang.syntax.habit import AMOUNT, Habit, Said, first_said
from pricelang.syntax.line_habits import LINE_HABITS
from pricelang.syntax.number_habits import NUMBER_HABITS, number_at, number_help
from pricelang.syntax.rule_habits import FREE_ELSEWHERE, RULE_HABITS
from pricelang.syntax.statement_habits import STATEMENT_HABITS, header_help
from pricelang.syntax.table_habits import PERIODS_IN_ROWS, TABLE_HABITS, TABLES, row_help
from pricelang.syntax.words import beginnings

_MARKS = (
    Habit(
        "", r"%", "write a factor as a number, such as `x 0.6`, or a discount as `40% off tokens`"
    ),
    Habit(
        "",
        r"(?:until|till|through)\b|to(?= +[0-9]{4}-)",
        "write `before` and the first day on which it no longer holds",
    ),
    Habit("", r"[0-9.]+ +off\b", "write a percentage, such as `25% off tokens`"),
    Habit("", r"else\b", "write `otherwise`", "`otherwise`"),
    Habit("", r"if +(\w.*)", lambda _, rest: f"write `when {rest[1].strip()}`", "`when`"),
    Habit("", r"if\b", "write a condition, such as `when speed is fast`"),
    Habit("", r"\[", "names stand without brackets, with `,` between them"),
    Habit("", r"=", "write `is`", "`is`"),
    Habit("", r">", "write `over` and a number", "`over`"),
    Habit("", r"//", "a comment begins with `#`"),
    Habit("", r"[;:.] *$", "a line ends without a mark"),
    Habit("", r"\* *[0-9.]+|[0-9.]+ *x\b|x[0-9]", "write a factor as `x 0.5`"),
    Habit(
        "",
        r"after\b",
        "`after` stands behind a price of a `charge`, such as `$0.05 per hour after 100 hours per "
        "organization per month`, and in `tiers`",
    ),
    Habit("", r"not\b", "name the values, such as `tier is standard or batch`"),
    Habit("", r"[0-9]", "a factor has its meters, such as `x 0.5 on output`", "`x`"),
)
"""Marks and words that mean one thing wherever they stand."""


_ANYWHERE = (
    *DECLARATION_HABITS,
    *CHARGE_HABITS,
    *SCOPE_HABITS,
    *RULE_HABITS,
    *CONDITION_HABITS,
    *LINE_HABITS,
    *STATEMENT_HABITS,
    *NUMBER_HABITS,
)
"""Habits that are told by their words alone."""


def habit_said(row: str, column: int, wanted: list[str], of: str, is_header: bool) -> Said | None:
    """What to write instead of what stands at a column (from 1) of a row, where `wanted` could
    stand. `of` is the word with which its statement begins, and `is_header` says that the row does.
    """
    at = row, column, wanted
    return (
        (_header_said(row, column) if is_header else _begins_statement(row, column))
        or (first_said(PERIODS_IN_ROWS, *at) if of in TABLES else None)
        or date_said(row, column)
        or claim_said(row, column)
        or (None if is_header and of == "dimension" else clock_said(*at, of))
        or (None if is_header else _line_said(*at, of))
        or (first_said(EXAMPLE_HABITS, *at) if of == "example" else None)
        or first_said(_ANYWHERE, *at)
        or _number_said(*at)
        or first_said(_MARKS, *at)
        or _word_said(*at)
    )


def _header_said(row: str, column: int) -> Said | None:
    """What is said of the first word of a statement, and of a header of a book."""
    rest = row[column - 1 :]
    if column == 1:
        return Said(_comment_help(rest) or statement_help(row.split()[0]) or _BEGINNINGS)
    if rest.startswith("in ") and re.match(r"book .* extends ", row[: column - 1]):
        return Said(
            "the currency stands before `extends`; without it, it is that of the other book"
        )
    return None


def _begins_statement(row: str, column: int) -> Said | None:
    """What is said of a statement that is indented."""
    word = re.match(r"[A-Za-z_]+", row[column - 1 :])
    begins = word and word.group() in beginnings() and not row[: column - 1].strip()
    if begins and word and word.group() == "free":
        return Said(FREE_ELSEWHERE)
    return Said("a statement starts in the first column") if begins else None


def _number_said(row: str, column: int, wanted: list[str]) -> Said | None:
    """What is said of a number, and of the sign of a missing price."""
    number = number_at(row, column)
    help = None
    if number is not None:
        help = number_help(number, row[number.end() :], AMOUNT in wanted)
    elif row[column - 1 :].startswith("-") and "`not`" in wanted:
        help = "write `not offered` where there is no price"
    return Said(help) if help else None


def _word_said(row: str, column: int, wanted: list[str]) -> Said | None:
    """What is said of a misspelled word, and of a word too many in a header."""
    word = re.match(r"[A-Za-z_]+", row[column - 1 :])
    help = (_near_help(word.group(), wanted) if word else None) or header_help(row, column)
    return Said(help) if help else None


def _line_said(row: str, column: int, wanted: list[str], of: str) -> Said | None:
    """What is said of a row of a table, of one that stands where no table is, and of an allowance
    in a charge.
    """
    if of in TABLES:
        whole = row_help(row)
        return Said(whole) if whole else first_said(TABLE_HABITS, row, column, wanted)
    if row[column - 1 :].startswith("|") and not row[: column - 1].strip():
        return Said("a row stands in a table: move it below the rows of its `rates` or `models`")
    return pool_said(row) if of == "charge" else None


_NO_VARIABLES = "a book has no variables: write the number where it is used"
_ELSEWHERE = {
    "assert": "write a `claim` about every request, or an `example` of one",
    "const": _NO_VARIABLES,
    "currency": "the header says the currency: `book shop in EUR`",
    "discount": "write a discount as a `multiplier` with a line such as `x 0.8 on input`",
    "extends": "the header says the book below: `book acme extends anthropic from 2026-10-01`",
    "fee": "write a `charge`",
    "for": "leave the loop out: a line without `for` is about all models",
    "if": "a condition stands in a line of a statement, behind `when`: `when tier is batch`",
    "import": "write `include`, and a book below this one in the header: `extends`",
    "let": _NO_VARIABLES,
    "minimum": "write a `limit` with a line such as `at least $100 per organization per month`",
    "model": "models stand in a table `models`, with a row such as `| gamma | 2026-05-01 |`",
    "price": "write prices as a table `rates per MTok`",
    "prices": "write prices as a table `rates per MTok`",
    "set": _NO_VARIABLES,
    "tax": "write a tax as a `multiplier`, such as `x 1.19 on tokens`",
    "test": "write an `example`",
    "var": _NO_VARIABLES,
    "use": "write `include`, and a book below this one in the header: `extends`",
}
"""What other languages call a statement, and how a book says it."""


def _comment_help(row: str) -> str | None:
    return "a comment begins with `#`" if re.match(r"//|--|/\*|%|;|<!--|REM\b", row) else None


_BEGINNINGS = "a statement begins with a word such as `rates`, `multiplier`, `charge` or `example`"


def statement_help(word: str) -> str | None:
    """The statement that is meant by a word with which none begins; None where it means none."""
    if word.lower() in _ELSEWHERE:
        return _ELSEWHERE[word.lower()]
    meant = meant_statement(word)
    return f"did you mean `{meant}`?" if meant else None


def meant_statement(word: str) -> str | None:
    """The first word of the statement that a misspelled word may begin."""
    near = nearest(word, beginnings(), most=1)
    is_meant = bool(near) and (is_slip(word, near[0]) or word[:4].lower() == near[0][:4])
    return near[0] if is_meant else None


def _near_help(word: str, wanted: list[str]) -> str | None:
    near = nearest(word, [one.strip("`") for one in wanted], most=1)
    is_meant = bool(near) and near[0] != word and is_slip(word, near[0])
    return f"did you mean `{near[0]}`?" if is_meant else None
