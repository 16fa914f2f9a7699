"""Why a statement cannot be read: what is unexpected, what could stand there, and a help."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable

from attrs import frozen
from lark import UnexpectedInput
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from pricelang.present.text import nearest
from pricelang.syntax.diagnostics import Fault, Span
from pricelang.syntax.split import Chunk
from pricelang.syntax.words import beginnings, words


@frozen
class _Found:
    """What stands where a statement breaks off: a message and its stretch of one row.

    `expected` are the terminals that could follow, and `help` what to do, where that is known.
    """

    line: int
    column: int
    width: int
    message: str
    expected: Collection[str] = ()
    help: str | None = None


def syntax_fault(name: str, chunk: Chunk, error: UnexpectedInput) -> Fault:
    """The fault of a statement that Lark cannot parse."""
    rows = chunk.text.split("\n")
    if isinstance(error, UnexpectedToken) and error.token.type not in ("$END", "_END", "_BREAK"):
        found = _odd_token(error)
    elif isinstance(error, UnexpectedCharacters):
        found = _odd_characters(rows, error)
    else:
        found = _early_end(rows, error)
    row = rows[found.line - 1] if found.line <= len(rows) else ""
    line, column, width, message = (
        chunk.line + found.line - 1,
        found.column,
        found.width,
        found.message,
    )
    negated = re.search(r"\bis not $", row[: column - 1]) is not None
    if negated and found.help is None:
        column, width, message = column - 4, 3, "unexpected `not`"
    wanted = sorted({_terminal_word(terminal) for terminal in found.expected} - {""})
    if 0 < len(wanted) <= 8 and message != "unexpected `not`":
        message += ", expected " + _any_of(wanted)
    help = found.help
    if help is None and found.line == column == 1:
        help = _statement_help(row)
    elif help is None:
        help = _syntax_help(row[column - 1 :], wanted)
    return Fault("syntax", message, Span(name, line, column, line, column + width), help or None)


def _odd_token(error: UnexpectedToken) -> _Found:
    token = str(error.token)
    expected = error.accepts or error.expected
    message = f"unexpected `{token[:60]}`"
    return _Found(max(error.line, 1), max(error.column, 1), len(token), message, expected)


def _odd_characters(rows: list[str], error: UnexpectedCharacters) -> _Found:
    line, column = max(error.line, 1), max(error.column, 1)
    row = rows[line - 1] if line <= len(rows) else ""
    rest = row[column - 1 :]
    if rest.startswith('"'):
        return _broken_string(line, column, rest)
    if not rest[:1].isascii():
        # a look-alike letter ends the word before it: show the word whole
        word = re.search(r"[A-Za-z0-9_.:@/-]+$", row[: column - 1])
        column -= len(word.group()) if word else 0
    stretch = re.match(r"[^\s,|]+", row[column - 1 :])
    shown = stretch.group() if stretch else rest[:1]
    odd = next((char for char in shown if ord(char) > 127), None)
    if odd is None:
        message = f"unexpected `{shown[:60]}`"
        return _Found(line, column, max(1, len(shown)), message, error.allowed or ())
    known = unicodedata.name(odd, "no name").lower()
    message = f"unexpected `{odd}` (U+{ord(odd):04X} {known}) in `{shown[:60]}`"
    helps = (_ODD[char] for char in shown if char in _ODD)
    help = next(helps, "write it in plain ASCII letters")
    return _Found(line, column, len(shown), message, help=help)


def _early_end(rows: list[str], error: UnexpectedInput) -> _Found:
    """A statement that ends too early, or a line that cannot follow it."""
    line, token = max(error.line, 1), None
    expected: Collection[str] = ()
    if isinstance(error, UnexpectedToken):
        token, expected = error.token, error.accepts or error.expected
        line = min(token.line or line, len(rows))
    while line > 1 and (line > len(rows) or not rows[line - 1].strip()):
        line -= 1
    if token is None or token.type != "_BREAK" or "_END" not in expected:
        column = len(rows[line - 1].rstrip()) + 1
        return _Found(line, column, 1, "the line ends too early", expected)
    following = range(line + 1, len(rows) + 1)
    line = next((number for number in following if rows[number - 1].strip()), line)
    row = rows[line - 1]
    column = len(row) - len(row.lstrip()) + 1
    return _Found(line, column, len(row.strip()), "an indented line cannot follow here")


def _broken_string(line: int, column: int, rest: str) -> _Found:
    backslash = re.match(r'"(?:[^"\\]|\\["\\])*\\', rest)
    if backslash is not None:
        message = 'a backslash in a string stands only before `"` or `\\`'
        return _Found(line, column + backslash.end() - 1, 1, message, help="")
    message = 'a string has no closing `"`'
    return _Found(line, column, len(rest.rstrip()), message, help="")


def _statement_help(row: str) -> str:
    """Help where no statement begins with the first word of a row."""
    if row.split()[0] == "discount":  # which is near to `account` by its letters alone
        return "write a discount as a `multiplier` with a line such as `x 0.8 on input`"
    near = nearest(row.split()[0], beginnings(), most=1)
    if near:
        return f"did you mean `{near[0]}`?"
    return "a statement begins with a word such as `rates`, `multiplier`, `charge` or `example`"


_ODD = {
    "×": "write `x`",
    "“": 'write `"`',
    "”": 'write `"`',
    "„": 'write `"`',
    "‘": 'write `"`',
    "’": 'write `"`',
    "–": "write `-`",
}

# What people write who know other languages.
_OTHER_WORDS = [
    (
        r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}\b|[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{4}",
        "write a day as `2026-07-24`",
    ),
    (r"[0-9]{1,2}:[0-9]", "write a time of day as `06:00`"),
    (r"%", "write a factor as a number, such as `x 0.6`, or a discount as `40% off tokens`"),
    (r",[0-9]{1,2}\b", "write a decimal point: `$6.00`"),
    (
        r"(?:until|till|through)\b|to(?= +[0-9]{4}-)",
        "write `before` and the first day on which it no longer holds",
    ),
    (r"[0-9.]+ +off\b", "write a percentage, such as `25% off tokens`"),
    (r"else\b", "write `otherwise`"),
    (r"=", "write `is`"),
    (r">", "write `over` and a number"),
    (r"/", "write `per`"),
    (
        r"x?[0-9.]+x?\b|x[0-9]",
        "write a factor as `x 6`, a number without suffixes as `200,000`, and a price as `$5`",
    ),
    (r"\.[0-9]", "write a digit before the point, such as `0.5`"),
    (r"not\b", "name the values, such as `tier is standard or batch`"),
    (r"-{3,}", "a table has no line under its header"),
    (r"-", "write `not offered` where there is no price"),
]


def _syntax_help(rest: str, wanted: list[str]) -> str | None:
    for pattern, help in _OTHER_WORDS:
        if re.match(pattern, rest) and (pattern != "-" or "`not`" in wanted):
            return help
    found = re.match(r"[A-Za-z_]+", rest)
    if found:
        candidates = [word.strip("`") for word in wanted]
        near = nearest(found.group(), candidates, most=1)
        if near and near[0] != found.group():
            return f"did you mean `{near[0]}`?"
    return None


_KINDS = {
    "NAME": "a name",
    "NUMBER": "a number",
    "MONEY": "an amount such as `$0.30`",
    "DATE": "a date such as `2026-04-17`",
    "OFF": "a discount such as `25% off`",
    "STRING": "a string in double quotes",
    "CLOCK": "a time such as `16:30`",
    "_ANY": "`*`",
    "_BAR": "`|`",
    "_COMMA": "`,`",
    "_PLUS": "`+`",
    "_END": "the end of the statement",
    "_BREAK": "an indented line",
    "$END": "",
}


def _terminal_word(terminal: str) -> str:
    if terminal in _KINDS:
        return _KINDS[terminal]
    word = words().get(terminal)
    return f"`{word}`" if word else ""


def _any_of(parts: Iterable[str]) -> str:
    listed = list(parts)
    return listed[0] if len(listed) == 1 else ", ".join(listed[:-1]) + " or " + listed[-1]
