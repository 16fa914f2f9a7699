"""Text to tree: each statement parsed by itself, every fault collected."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable

from lark import Lark, UnexpectedInput
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from pricelang.present.text import nearest
from pricelang.syntax.build import Builder
from pricelang.syntax.build_statements import build_statement
from pricelang.syntax.diagnostics import Fault, Span, sort_faults
from pricelang.syntax.incremental import Memory
from pricelang.syntax.parse_tables import load_parser
from pricelang.syntax.split import Chunk, split_text
from pricelang.syntax.tree import File, Statement

STATEMENTS = (
    "book",
    "include",
    "source",
    "dimension",
    "unit",
    "meter",
    "group",
    "models",
    "alias",
    "note",
    "rates",
    "derive",
    "multiplier",
    "surcharge",
    "limit",
    "charge",
    "exclude",
    "refuse",
    "free",
    "stack",
    "round",
    "convert",
    "figures",
    "amend",
    "allow",
    "claim",
    "example",
)
_WORD = re.compile(r"^([a-z]+)(?: \+([a-z]+))?\(\?[!=]")


@functools.cache
def grammar() -> Lark:
    """The parser of one statement."""
    return load_parser()


@functools.cache
def words() -> dict[str, str]:
    """The reserved words, by the name of their terminal."""
    found = {}
    for terminal in grammar().terminals:
        match = _WORD.match(terminal.pattern.value)
        if match:
            found[terminal.name] = " ".join(part for part in match.groups() if part)
    return found


@functools.cache
def reserved() -> frozenset[str]:
    """Words that name nothing."""
    return frozenset(word for phrase in words().values() for word in phrase.split())


_MEMORY = Memory()


def parse_file(name: str, text: str) -> tuple[File, tuple[Fault, ...]]:
    """The tree of a text, without the statements that could not be read,
    and a fault for each of those.

    >>> file, faults = parse_file("a.price", "unit MTok is 1,000,000 tokens")
    >>> len(file.statements), faults
    (1, ())
    """
    chunks, comments, faults = split_text(name, text)
    statements: list[Statement] = []
    lost: set[str] = set()
    for chunk in chunks:
        statement, wrong = _MEMORY.statement(name, chunk, parse_statement)
        faults += wrong
        if statement is not None:
            statements.append(statement)
        else:
            lost.update(re.findall(r"[A-Za-z0-9_][A-Za-z0-9_.:@/-]*", chunk.text))
    return File(name, text, tuple(statements), tuple(comments), frozenset(lost)), _each_word_once(
        faults
    )


def _each_word_once(faults: list[Fault]) -> tuple[Fault, ...]:
    """The faults in order, with one for each reserved word that was used as a name,
    however often it was used.
    """
    found, said = [], set()
    for fault in sort_faults(faults):
        if fault.code == "reserved_word" and fault.message in said:
            continue
        said.add(fault.message)
        found.append(fault)
    return tuple(found)


def parse_statement(name: str, chunk: Chunk) -> tuple[Statement | None, tuple[Fault, ...]]:
    """One statement, or the reason why it cannot be read."""
    try:
        tree = grammar().parse(chunk.text)
    except UnexpectedInput as error:
        return None, (_syntax_fault(name, chunk, error),)
    builder = Builder(name, chunk.line, reserved())
    statement = build_statement(builder, tree)
    return (None if builder.fatal else statement), tuple(builder.faults)


def _syntax_fault(name: str, chunk: Chunk, error: UnexpectedInput) -> Fault:
    rows = chunk.text.split("\n")
    line, column = max(error.line, 1), max(error.column, 1)
    if isinstance(error, UnexpectedToken) and error.token.type not in ("$END", "_END", "_BREAK"):
        width, expected = len(str(error.token)), error.accepts or error.expected
        message = f"unexpected `{str(error.token)[:60]}`"
    elif isinstance(error, UnexpectedCharacters):
        rest = rows[line - 1][column - 1 :] if line <= len(rows) else ""
        if rest.startswith('"'):
            return _string_fault(name, chunk.line + line - 1, column, rest)
        # a look-alike letter ends the word before it: show the word whole
        column -= len(_tail(rows[line - 1][: column - 1])) if not rest[:1].isascii() else 0
        stretch = re.match(r"[^\s,|]+", rows[line - 1][column - 1 :])
        shown = stretch.group() if stretch else rest[:1]
        width, expected, message = max(1, len(shown)), error.allowed or set(), _odd_text(shown)
        if not shown.isascii():
            span = Span(name, chunk.line + line - 1, column, chunk.line + line - 1, column + width)
            return Fault(
                "syntax",
                message,
                span,
                next(
                    (_ODD[char] for char in shown if char in _ODD),
                    "write it in plain ASCII letters",
                ),
            )
    else:
        token = error.token if isinstance(error, UnexpectedToken) else None
        line = min(token.line or line, len(rows)) if token is not None else line
        while line > 1 and (line > len(rows) or not rows[line - 1].strip()):
            line -= 1
        column, width = len(rows[line - 1].rstrip()) + 1, 1
        expected = error.accepts or error.expected if isinstance(error, UnexpectedToken) else set()
        message = "the line ends too early"
        if token is not None and token.type == "_BREAK" and "_END" in expected:
            line, message, expected = (
                _next_row(rows, line),
                "an indented line cannot follow here",
                set(),
            )
            column = len(rows[line - 1]) - len(rows[line - 1].lstrip()) + 1
            width = len(rows[line - 1].strip())
    if line <= len(rows) and re.search(r"\bis not $", rows[line - 1][: column - 1]):
        column, width, message = column - 4, 3, "unexpected `not`"
    wanted = sorted({_terminal_word(terminal) for terminal in expected} - {""})
    if wanted and len(wanted) <= 8 and message != "unexpected `not`":
        message += ", expected " + _any_of(wanted)
    span = Span(name, chunk.line + line - 1, column, chunk.line + line - 1, column + width)
    if line == 1 and column == 1:
        near = nearest(rows[0].split()[0], STATEMENTS, most=1)
        help = (
            f"did you mean `{near[0]}`?"
            if near
            else "a statement begins with a word such as `rates`, `multiplier`, `charge` or "
            "`example`"
        )
        return Fault("syntax", message, span, help)
    return Fault(
        "syntax",
        message,
        span,
        _syntax_help(rows[line - 1][column - 1 :] if line <= len(rows) else "", wanted),
    )


def _tail(text: str) -> str:
    found = re.search(r"[A-Za-z0-9_.:@/-]+$", text)
    return found.group() if found else ""


def _string_fault(name: str, line: int, column: int, rest: str) -> Fault:
    backslash = re.match(r'"(?:[^"\\]|\\["\\])*\\', rest)
    if backslash is not None:
        at = column + backslash.end() - 1
        return Fault(
            "syntax",
            'a backslash in a string stands only before `"` or `\\`',
            Span(name, line, at, line, at + 1),
        )
    return Fault(
        "syntax",
        'a string has no closing `"`',
        Span(name, line, column, line, column + len(rest.rstrip())),
    )


def _odd_text(shown: str) -> str:
    odd = next((char for char in shown if ord(char) > 127), None)
    if odd is not None:
        known = unicodedata.name(odd, "no name")
        return f"unexpected `{odd}` (U+{ord(odd):04X} {known.lower()}) in `{shown[:60]}`"
    return f"unexpected `{shown[:60]}`"


def _next_row(rows: list[str], line: int) -> int:
    """The first row after a line (counted from 1) that is not blank."""
    return next(
        (number for number in range(line + 1, len(rows) + 1) if rows[number - 1].strip()), line
    )


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
    (r"%", "write a factor as a number, such as `x 0.6`"),
    (r",[0-9]{1,2}\b", "write a decimal point: `$6.00`"),
    (r"until\b|till\b", "write `before` and the first day on which it no longer holds"),
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
    "STRING": "a string in double quotes",
    "CLOCK": "a time such as `16:30`",
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
