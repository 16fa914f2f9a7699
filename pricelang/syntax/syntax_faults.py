"""Why a statement cannot be read: what is unexpected, what could stand there, and a help."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from functools import partial

from attrs import frozen
from lark import UnexpectedInput
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from pricelang.syntax.diagnostics import Fault, Mend, Span
from pricelang.syntax.forms import form_help
from pricelang.syntax.habit import AMOUNT, Said
from pricelang.syntax.habits import habit_said
from pricelang.syntax.split import Chunk
from pricelang.syntax.words import words


@frozen
class _Found:
    """What stands where a statement breaks off: a message and its stretch of one row.

    `expected` are the terminals that could follow, `help` what to do, where that is known, and
    `fallback` where no habit is known.
    """

    line: int
    column: int
    width: int
    message: str
    expected: Collection[str] = ()
    help: str | None = None
    fallback: str | None = None


def syntax_fault(name: str, chunk: Chunk, error: UnexpectedInput) -> Fault:
    """The fault of a statement that Lark cannot parse."""
    rows = chunk.text.split("\n")
    if isinstance(error, UnexpectedToken) and error.token.type not in ("$END", "_END", "_BREAK"):
        found = _odd_token(rows, error)
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
    span = Span(name, line, column, line, column + width)
    if found.help is not None:
        return Fault("syntax", message, span, found.help)
    of, is_header = re.split(r"\W", chunk.text, maxsplit=1)[0], found.line == 1
    said = partial(habit_said, row, column, wanted, of, is_header)
    otherwise = found.fallback or form_help(of, row)
    return Fault(
        "syntax", message, span, partial(_help_in, said, otherwise), mend=partial(_mend_in, said)
    )


def _help_in(said: Callable[[], Said | None], otherwise: str | None) -> str | None:
    found = said()
    return found.help if found is not None else otherwise


def _mend_in(said: Callable[[], Said | None]) -> Mend | None:
    found = said()
    return found.mend if found is not None else None


def _odd_token(rows: list[str], error: UnexpectedToken) -> _Found:
    token, line, column = str(error.token), max(error.line, 1), max(error.column, 1)
    expected = error.accepts or error.expected
    behind = rows[line - 1][column - 1 + len(token) :] if line <= len(rows) else ""
    if re.match(r"[^\x00-\x7f\s]", behind):  # the token is the beginning of an odd word
        return _odd_word(rows, line, column, expected)
    if behind[:1] in (*":=.-/",) and f"`{token}`" in map(_terminal_word, expected):
        # what is behind the word keeps it from being that word
        help = f"no mark stands behind `{token}`"
        if line == 1 and column == 1 and len(rows) > 1 and rows[1].strip():
            help += f"; {form_help(token, ' ')}"
        message, first = f"unexpected `{behind[0]}`", help if line == 1 else None
        return _Found(line, column + len(token), 1, message, help=first, fallback=help)
    message = f"unexpected `{token[:60]}`"
    return _Found(line, column, len(token), message, expected)


def _odd_characters(rows: list[str], error: UnexpectedCharacters) -> _Found:
    return _odd_word(rows, max(error.line, 1), max(error.column, 1), error.allowed or ())


def _odd_word(rows: list[str], line: int, column: int, expected: Collection[str]) -> _Found:
    """A word with a character that no word has."""
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
        return _Found(line, column, max(1, len(shown)), message, expected)
    known = unicodedata.name(odd, "no name").lower()
    if shown in "–—−":
        message = f"unexpected `{odd}` (U+{ord(odd):04X} {known})"
        return _Found(line, column, 1, message, fallback="leave it out: no dash stands here")
    message = f"unexpected `{odd}` (U+{ord(odd):04X} {known}) in `{shown[:60]}`"
    helps = (f"write `{PLAIN[char]}`" for char in shown if char in PLAIN)
    plain = "write it in plain ASCII letters"
    return _Found(line, column, len(shown), message, help=next(helps, None), fallback=plain)


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
        help = "write two for one, or leave it out; a path is written with `/`"
        return _Found(line, column + backslash.end() - 1, 1, message, help=help)
    if re.match(r'" *\|', rest):
        help = "write the name again: each row says all of its cells"
        return _Found(line, column, 1, 'unexpected `"`', help=help)
    message = 'a string has no closing `"`'
    help = 'a string ends in its line; a quote inside it is written `\\"`'
    return _Found(line, column, len(rest.rstrip()), message, help=help)


PLAIN = {
    "×": "x",
    "“": '"',
    "”": '"',
    "„": '"',
    "‘": '"',
    "’": '"',
    "–": "-",
    "—": "-",
    "−": "-",
}
"""Characters that look like others, and those."""

_KINDS = {
    "NAME": "a name",
    "NUMBER": "a number",
    "MONEY": AMOUNT,
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
