"""What people write who know other languages and other price lists, and what to write instead."""

from __future__ import annotations

import re

from pricelang.present.text import nearest
from pricelang.syntax.claim_habits import claim_help
from pricelang.syntax.line_habits import AMOUNT, LINE_HABITS, first_help
from pricelang.syntax.number_habits import number_at, number_help
from pricelang.syntax.statement_habits import STATEMENT_HABITS, header_help
from pricelang.syntax.words import beginnings

_HABITS = [
    (r"[0-9]{1,2}:[0-9]", "write a time of day as `06:00`"),
    (r"%", "write a factor as a number, such as `x 0.6`, or a discount as `40% off tokens`"),
    (
        r"(?:until|till|through)\b|to(?= +[0-9]{4}-)",
        "write `before` and the first day on which it no longer holds",
    ),
    (r"[0-9.]+ +off\b", "write a percentage, such as `25% off tokens`"),
    (r"else\b", "write `otherwise`"),
    (r"if\b", "write a condition as `when speed is fast`"),
    (r"\[", "names stand without brackets, with `,` between them"),
    (r"=", "write `is`"),
    (r">", "write `over` and a number"),
    (r"//", "a comment begins with `#`"),
    (r"/", "write `per`"),
    (r"[;:.] *$", "a line ends without a mark"),
    (r"\* *[0-9.]+|[0-9.]+ *x\b|x[0-9]", "write a factor as `x 0.5`"),
    (
        r"after\b",
        "`after` stands behind a price of a `charge`, such as `$0.05 per hour after 100 hours per "
        "organization per month`, and in `tiers`",
    ),
    (r"\.[0-9]", "write a digit before the point, such as `0.5`"),
    (r"not\b", "name the values, such as `tier is standard or batch`"),
    (r"-{3,}", "a table has no line under its header"),
    (r"[0-9]", "write a factor as `x 6`, and a price as `$5`"),
]


def habit_help(row: str, column: int, wanted: list[str], is_header: bool) -> str | None:
    """What to write instead of what stands at a column (from 1) of a row, where `wanted` could
    stand; None where nothing is known. `is_header` says that the row begins a statement.
    """
    rest, word = row[column - 1 :], re.match(r"[A-Za-z_]+", row[column - 1 :])
    if is_header and column == 1:
        return _comment_help(rest) or _statement_help(row.split()[0])
    if is_header and rest.startswith("in ") and re.match(r"book .* extends ", row[: column - 1]):
        return "the currency stands before `extends`; without it, it is that of the other book"
    if word and word.group() in beginnings() and not row[: column - 1].strip():
        return "a statement starts in the first column"
    help = claim_help(row, column) or first_help(
        (*LINE_HABITS, *STATEMENT_HABITS), row, column, wanted
    )
    if help is not None:
        return help
    if "`|`" in wanted and re.search(r"[A-Za-z0-9_] +$", row[: column - 1]):
        return "a name has no spaces, and `|` ends a cell"
    number = number_at(row, column)
    if number is not None:
        help = number_help(number, row[number.end() :], AMOUNT in wanted)
        if help is not None:
            return help
    if rest.startswith("-") and "`not`" in wanted and not rest.startswith("---"):
        return "write `not offered` where there is no price"
    for pattern, help in _HABITS:
        if re.match(pattern, rest):
            return help
    near = _near_help(word.group(), wanted) if word else None
    return near or header_help(row, column)


_ELSEWHERE = {
    "assert": "write a `claim` about every request, or an `example` of one",
    "currency": "the header says the currency: `book shop in EUR`",
    "discount": "write a discount as a `multiplier` with a line such as `x 0.8 on input`",
    "extends": "the header says the book below: `book acme extends anthropic from 2026-10-01`",
    "fee": "write a `charge`",
    "import": "write `include`, and a book below this one in the header: `extends`",
    "minimum": "write a `limit` with a line such as `at least $100 per organization per month`",
    "price": "write prices as a table `rates per MTok`",
    "prices": "write prices as a table `rates per MTok`",
    "tax": "write a tax as a `multiplier`, such as `x 1.19 on tokens`",
    "test": "write an `example`",
    "use": "write `include`, and a book below this one in the header: `extends`",
}
"""What other languages call a statement, and how a book says it."""


def _comment_help(row: str) -> str | None:
    return "a comment begins with `#`" if re.match(r"//|--|/\*|%|;", row) else None


def _statement_help(word: str) -> str:
    """Help where no statement begins with a word."""
    if word.lower() in _ELSEWHERE:
        return _ELSEWHERE[word.lower()]
    near = nearest(word, beginnings(), most=1)
    if near:
        return f"did you mean `{near[0]}`?"
    return "a statement begins with a word such as `rates`, `multiplier`, `charge` or `example`"


def _near_help(word: str, wanted: list[str]) -> str | None:
    near = nearest(word, [one.strip("`") for one in wanted], most=1)
    return f"did you mean `{near[0]}`?" if near and near[0] != word else None
