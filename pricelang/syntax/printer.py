"""Tree to text, in the one style of the language.

One space between words, two before a trailing comment, body lines indented by two, tables in
aligned columns. Which words share a line is fixed by the grammar, so every line that is printed was
one line of the source.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, assert_never

from pricelang.syntax import print_values as p
from pricelang.syntax import tree as t
from pricelang.syntax.print_claims import claim, example_line

INDENT = "  "
# a longer cell stands out of its column: one long string must not widen twenty thousand rows
WIDEST_COLUMN = 100


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
    trailing comment stays at the end of its line. Between statements and the comments before them
    one blank line is kept where the source had any; inside a statement none. Raises `ValueError` as
    `print_statement` does.
    """
    comments = deque(file.comments)
    rows: list[str] = []
    last = 0

    def put(line: int, text: str, inside: bool) -> None:
        nonlocal last
        if rows and not inside and line > last + 1:
            rows.append("")
        rows.append(text)
        last = line

    for statement in file.statements:
        for number, (line, text) in enumerate(_lines(statement)):
            inside = number > 0
            while comments and (comments[0].span.line, not comments[0].own_line) < (line, True):
                comment = comments.popleft()
                put(comment.span.line, (INDENT if inside else "") + comment.text, inside)
            if comments and comments[0].span.line == line:
                text += "  " + comments.popleft().text
            put(line, text, inside)
    for comment in comments:
        put(comment.span.line, comment.text, False)
    return "".join(row + "\n" for row in rows)


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


# ---- bodies: the lines under a header, each with its node ----------------------------------------

Body = list[tuple[t.Node, str]]


def _cell(cell: t.Cell) -> str:
    match cell.value:
        case t.Name() as name:
            return name.text
        case t.Date() as date:
            return p.date(date)
        case t.Money() as amount:
            return p.words(p.money(amount), p.instead(cell.instead_of))
        case t.Number() as number:
            return p.number(number)
        case t.Text() as text:
            return p.text(text)
        case None:
            return {"blank": "", "any": "*"}.get(cell.kind, cell.kind.replace("_", " "))
        case _:
            assert_never(cell.value)


def _table(statement: t.Models | t.Rates | t.Figures) -> Body:
    rows = (statement.table.header, *statement.table.rows)
    texts = [[_cell(cell) for cell in row.cells] for row in rows]
    widths = [0] * max(len(cells) for cells in texts)
    for cells in texts:
        for column, text in enumerate(cells):
            widths[column] = max(widths[column], min(len(text), WIDEST_COLUMN))
    lines: Body = []
    for row, cells in zip(rows, texts, strict=True):
        padded = (text.ljust(width) for text, width in zip(cells, widths, strict=False))
        lines.append((row, "| " + " | ".join(padded) + " |"))
    return lines


def _value_lines(statement: t.Dimension) -> Body:
    lines: Body = []
    for line in statement.lines:
        clock = p.clock(line.clock) if line.clock is not None else ""
        clock = "otherwise" if line.otherwise else clock
        lines.append((line, p.words(p.names(line.values), clock, p.endings(line.endings))))
    return lines


def _derive_lines(statement: t.Derive) -> Body:
    lines = statement.exceptions
    return [
        (x, p.words("except", p.number(x.factor), "x", x.of.text, p.endings(x.endings)))
        for x in lines
    ]


def _modifier_lines(statement: t.Multiplier | t.Surcharge) -> Body:
    lines: Body = [(statement.when[0], p.when(statement.when))] if statement.when else []
    for line in statement.lines:
        otherwise = "otherwise" if line.otherwise else ""
        lines.append((line, p.words(otherwise, p.effect(line.effect), p.endings(line.endings))))
    return lines


def _limit_lines(statement: t.Limit) -> Body:
    lines: Body = []
    for line in statement.lines:
        bound = "at least" if line.at_least else "at most"
        per = p.per(line.per) if line.per is not None else p.account(line.account)
        lines.append(
            (
                line,
                p.words(
                    bound, p.money(line.money), per, p.on(line.meters), p.endings(line.endings)
                ),
            )
        )
    return lines


def _charge_line(line: t.ChargeLine) -> str:
    match line:
        case t.ChargePrice():
            return p.price(line)
        case t.ChargeMinimum(number, unit, each):
            number_of = p.words(p.number(number), p.instead(line.instead_of), unit.text)
            return p.words("at least", number_of, "per", each.text)
        case t.ChargePool(number, unit, account):
            number_of = p.words(p.number(number), p.instead(line.instead_of), unit.text)
            return p.words("first", number_of, "free", p.account(account))
        case t.ChargeFree():
            return "free"
        case _:
            assert_never(line)


def _tier_lines(statement: t.Tiers) -> Body:
    counting = statement.counting
    what = p.words("spend", p.on(counting.meters)) if counting.spend else p.names(counting.meters)
    account = p.account(counting.account) + (", " * bool(counting.way)) + p.names(counting.way, " ")
    lines: Body = [(counting, p.words("counts", what, account))]
    for tier in statement.tiers:
        after = p.words("after", p.quantity(tier.after, tier.unit)) if tier.after else ""
        lines.append((tier, p.words(tier.name.text, after, p.endings(tier.endings))))
    return lines


def _agreed_lines(statement: t.Commitment | t.Credit) -> Body:
    return [
        (x, p.words(p.money(x.money), p.account(x.account), p.on(x.meters), p.endings(x.endings)))
        for x in statement.lines
    ]


def _amend_lines(statement: t.Amend) -> Body:
    return [(x, p.words(_amended(x.effect), p.endings(x.endings))) for x in statement.lines]


def _amended(effect: t.AmendedLine) -> str:
    match effect:
        case t.Factors():
            return p.effect(effect)
        case t.DerivedFactor(number, instead_of, of):
            return p.words(p.number(number), p.instead(instead_of), "x", of.text)
        case _:
            return _charge_line(effect)


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
    t.Source: lambda s: f"source {s.name.text} {p.text(s.address)} read {p.date(s.read)}",
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

BODIES: dict[type[t.Statement], Callable[[Any], Body]] = {
    t.Dimension: _value_lines,
    t.Models: _table,
    t.Rates: _table,
    t.Figures: _table,
    t.Derive: _derive_lines,
    t.Multiplier: _modifier_lines,
    t.Surcharge: _modifier_lines,
    t.Limit: _limit_lines,
    t.Charge: lambda s: [(x, p.words(_charge_line(x), p.endings(x.endings))) for x in s.lines],
    t.Tiers: _tier_lines,
    t.Commitment: _agreed_lines,
    t.Credit: _agreed_lines,
    t.Amend: _amend_lines,
    t.Example: lambda s: [(x, example_line(x)) for x in s.lines],
}
