"""Tree to text, in the one style of the language.

One space between words, two before a trailing comment, body lines indented by two, tables in
aligned columns. The clauses at the end of body lines begin in one column, with two spaces before
each. Which words share a line is fixed by the grammar, so every line that is printed was one line
of the source.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from pricelang.syntax import print_values as p
from pricelang.syntax import tree as t
from pricelang.syntax.print_claims import claim
from pricelang.syntax.print_lines import BODIES

INDENT = "  "


def print_statement(statement: t.Statement) -> list[str]:
    """The lines of a statement without its comments:
    the header first, then the body lines, indented by two spaces.

    Values print as they were written, or canonically when they were not read from a text. Raises
    `ValueError` for a value that no text can say: a number that is negative or no finite decimal, a
    day outside the years 1 to 9999, a string with a line break, a tab or a control character.

    >>> from fractions import Fraction
    >>> unit = t.Unit(t.Name("MTok"), t.Number(Fraction(1000000)), t.Name("tokens"))
    >>> print_statement(unit)
    ['unit MTok is 1,000,000 tokens']
    """
    return [text for _, text in _lines(statement)]


def print_file(file: t.File) -> str:
    """The whole file, comments included, each line closed by a line feed;
    an empty file is the empty text.

    A comment on its own line stays before the line that it preceded and is indented like it; a
    trailing comment stays at the end of its line. One that is indented right below the body of a
    statement closes that body. Between statements and the comments before them
    one blank line is kept where the source had any; inside a statement none. Raises `ValueError` as
    `print_statement` does.
    """
    comments = deque(file.comments)
    rows: list[str] = []
    last, body = 0, False

    def put(line: int, text: str, inside: bool) -> None:
        nonlocal last, body
        if rows and not inside and line > last + 1:
            rows.append("")
        rows.append(text)
        last, body = line, inside

    def put_comment(comment: t.Comment, inside: bool) -> None:
        line = comment.span.line
        inside = inside or (body and comment.span.column > 1 and line == last + 1)
        put(line, (INDENT if inside else "") + comment.text, inside)

    for statement in file.statements:
        for number, (line, text) in enumerate(_lines(statement)):
            inside = number > 0
            while comments and (comments[0].span.line, not comments[0].own_line) < (line, True):
                put_comment(comments.popleft(), inside)
            if comments and comments[0].span.line == line:
                text += "  " + comments.popleft().text
            put(line, text, inside)
    for comment in comments:
        put_comment(comment, False)
    return "".join(row + "\n" for row in rows)


def _interval(source: t.Source) -> str:
    """How often a source is read, of which nothing is said where it is not alive."""
    if source.every is None or source.unit is None:
        return ""
    return f"every {p.number(source.every)} {source.unit.text}"


def _lines(statement: t.Statement) -> list[tuple[int, str]]:
    """Each line of a statement with the line of the source
    that it came from (0 when it came from none).
    """
    header = HEADERS[type(statement)](statement)
    lines = [(statement.span.line, p.words(header, p.endings(statement.endings)))]
    if type(statement) in BODIES:
        lines += [
            (node.span.line, INDENT + text) for node, text in BODIES[type(statement)](statement)
        ]
    return lines


# ---- headers, without their endings --------------------------------------------------------------


def _book(s: t.BookHeader) -> str:
    currency, extends = p.after_word("in", s.currency), p.after_word("extends", s.extends)
    return p.words("book", s.name.text, p.optional(s.title), currency, extends)


def _alias(s: t.Alias) -> str:
    name = p.text(s.name) if isinstance(s.name, t.Text) else s.name.text
    return f"alias {name} is {s.model.text}"


def _meter(s: t.Meter) -> str:
    counts = f"counts {p.names(s.counts)}" if s.counts else ""
    return p.words("meter", p.names(s.names), "in", s.unit.text, counts)


def _group(s: t.Group) -> str:
    return f"group {s.name.text} is " + (
        p.names(s.members) if s.members is not None else "models released"
    )


def _rates(s: t.Rates) -> str:
    dates = (("announced", s.announced), ("withdrawn", s.withdrawn))
    return p.words(
        "rates",
        p.per(s.per),
        *(f"{word} {p.date(date)}" for word, date in dates if date is not None),
    )


HEADERS: dict[type[t.Statement], Callable[[Any], str]] = {
    t.BookHeader: _book,
    t.Include: lambda s: f"include {p.text(s.path)}",
    t.Source: lambda s: p.words(
        "source", s.name.text, p.text(s.address), "read", p.date(s.read), _interval(s)
    ),
    t.Note: lambda s: f"note {p.text(s.text)}",
    t.Dimension: lambda s: f"dimension {s.name.text} default {s.default.text}",
    t.Unit: lambda s: f"unit {s.name.text} is {p.number(s.number)} {s.of.text}",
    t.Meter: _meter,
    t.Group: _group,
    t.Accounts: lambda s: f"account {p.names(s.names)}",
    t.Models: lambda s: "models",
    t.Alias: _alias,
    t.Rates: _rates,
    t.Derive: lambda s: f"derive {s.meter.text} is {p.number(s.factor)} x {s.of.text}",
    t.Figures: lambda s: f"figures {s.name.text} in {s.unit.text}",
    t.Multiplier: lambda s: p.words("multiplier", s.name.text, p.optional(s.title)),
    t.Surcharge: lambda s: p.words("surcharge", s.name.text, p.optional(s.title)),
    t.Limit: lambda s: p.words("limit", s.name.text, p.optional(s.title)),
    t.Exclude: lambda s: p.words("exclude", s.left.text, p.after_word("with", s.right)),
    t.Refuse: lambda s: "refuse",
    t.Free: lambda s: "free",
    t.Stack: lambda s: p.words("stack", p.names(s.names), p.after_word("after", s.after)),
    t.Round: lambda s: f"round {s.stage.text} to {p.money(s.step)} {s.mode.text}",
    t.Convert: lambda s: f"convert to {s.currency.text} at {p.number(s.rate)}",
    t.Charge: lambda s: p.words("charge", s.name.text, p.optional(s.title)),
    t.Tiers: lambda s: p.words("tiers", s.name.text, p.optional(s.title)),
    t.Commitment: lambda s: p.words("commitment", s.name.text, p.optional(s.title)),
    t.Credit: lambda s: p.words("credit", s.name.text, p.optional(s.title)),
    t.Amend: lambda s: f"amend {s.name.text}",
    t.AllowValue: lambda s: f"allow {s.dimension.text} {s.value.text}",
    t.AllowPair: lambda s: f"allow {s.left.text} with {s.right.text}",
    t.Claim: claim,
    t.Example: lambda s: f"example {p.text(s.title)}",
}
