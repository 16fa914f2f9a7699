"""Tree to text, in the one style of the language.

One space between words, two before a trailing comment, body lines indented by two, tables in
aligned columns. Which words share a line is fixed by the grammar, so every line that is printed was
one line of the source.
"""

from __future__ import annotations

import datetime
from collections import deque
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, assert_never

from pricelang.syntax import tree as t
from pricelang.syntax.build import SYMBOLS
from pricelang.syntax.relations import Relation

INDENT = "  "
# a longer cell stands out of its column: one long string must not widen twenty thousand rows
WIDEST_COLUMN = 100
_SIGNS = {currency: sign for sign, currency in SYMBOLS.items()}
_EPOCH = datetime.datetime(1970, 1, 1)
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799  # the years 1 to 9999


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
    lines = [(statement.span.line, _words(header, _endings(statement.endings)))]
    if type(statement) in BODIES:
        lines += [
            (node.span.line, INDENT + text) for node, text in BODIES[type(statement)](statement)
        ]
    return lines


def _words(*parts: str) -> str:
    return " ".join(part for part in parts if part)


# ---- values --------------------------------------------------------------------------------------


def _decimal(value: Fraction, least_places: int = 0) -> str:
    """A finite decimal with thousands separators;
    `least_places` digits after the point when there are any.
    """
    rest, places = value.denominator, 0
    for prime in (2, 5):
        power = 0
        while rest % prime == 0:
            rest, power = rest // prime, power + 1
        places = max(places, power)
    if rest != 1 or value < 0:
        raise ValueError(f"no number of the language: {value}")
    whole, part = divmod(value.numerator * 10**places // value.denominator, 10**places)
    return f"{whole:,}" + (f".{part:0{places}d}".ljust(least_places + 1, "0") if places else "")


def _number(number: t.Number) -> str:
    return number.written or _decimal(number.value)


def _money(money: t.Money) -> str:
    if money.written:
        return money.written
    return _SIGNS.get(money.currency, money.currency + " ") + _decimal(money.value, least_places=2)


def _date(date: t.Date) -> str:
    if date.written:
        return date.written
    if not _FIRST_SECOND <= date.seconds <= _LAST_SECOND:
        raise ValueError(f"no day of the calendar: {date.seconds} seconds from 1970")
    instant = _EPOCH + datetime.timedelta(seconds=date.seconds)
    day, time = instant.isoformat().split("T")
    return day if time == "00:00:00" else f"{day} {time.removesuffix(':00')}"


def _clock(clock: t.Clock) -> str:
    return f"{clock.minutes // 60:02d}:{clock.minutes % 60:02d}"


def _text(text: t.Text) -> str:
    if not text.text.isprintable():
        raise ValueError("a string of the language has no line break, tab or control character")
    return '"' + text.text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _names(names: Sequence[t.Name], between: str = ", ") -> str:
    return between.join(name.text for name in names)


def _optional(value: t.Text | None) -> str:
    return _text(value) if value is not None else ""


def _after_word(word: str, name: t.Name | None) -> str:
    return f"{word} {name.text}" if name is not None else ""


def _instead(value: t.Number | t.Money | None) -> str:
    if value is None:
        return ""
    return "instead of " + (_number(value) if isinstance(value, t.Number) else _money(value))


def _per(per: t.Per) -> str:
    return _words("per", _number(per.number) if per.number is not None else "", per.unit.text)


def _account(account: t.Account | None) -> str:
    return f"per {account.holder.text} per {account.period.text}" if account is not None else ""


# ---- endings of a line ---------------------------------------------------------------------------


def _test(test: t.Test | t.Fact) -> str:
    if isinstance(test, t.Fact):
        return f"{test.dimension.text} {test.value.text}"
    if isinstance(test, t.IsTest):
        return f"{test.dimension.text} is {_names(test.values, ' or ')}"
    return f"{_names(test.meters, ' + ')} {'over' if test.over else 'up to'} {_number(test.limit)}"


def _when(tests: tuple[t.Test, ...]) -> str:
    return "when " + " and ".join(_test(test) for test in tests) if tests else ""


def _outcome(outcome: t.Outcome) -> str:
    return "refuse" if outcome.kind == "refuse" else "no effect"


def _endings(endings: t.Endings) -> str:
    return _words(
        f"for {_names(endings.models)}" if endings.models else "",
        f"except for {_names(endings.except_models)}" if endings.except_models else "",
        _when(endings.when),
        f"from {_date(endings.start)}" if endings.start is not None else "",
        f"before {_date(endings.end)}" if endings.end is not None else "",
        f"then {_outcome(endings.then)}" if endings.then is not None else "",
        f"because {_text(endings.because)}" if endings.because is not None else "",
        f"unsure {_text(endings.unsure)}" if endings.unsure is not None else "",
        _after_word("see", endings.see),
    )


# ---- effects -------------------------------------------------------------------------------------


def _factor(factor: t.FactorClause) -> str:
    return _words(
        "x", _number(factor.number), _instead(factor.instead_of), "on", _names(factor.meters)
    )


def _effect(effect: t.Effect) -> str:
    if isinstance(effect, t.Factors):
        return " and ".join(_factor(factor) for factor in effect.factors)
    if isinstance(effect, t.Addition):
        return _words(_money(effect.money), _per(effect.per), _on(effect.meters))
    return _outcome(effect)


def _on(meters: tuple[t.Name, ...]) -> str:
    return f"on {_names(meters)}" if meters else ""


def _price(price: t.ChargePrice) -> str:
    after = ""
    if price.after is not None and price.after_unit is not None:
        after = _words(
            "after", _number(price.after), price.after_unit.text, _account(price.account)
        )
    return _words(_money(price.money), _instead(price.instead_of), _per(price.per), after)


# ---- bodies: the lines under a header, each with its node ----------------------------------------

Body = list[tuple[t.Node, str]]


def _cell(cell: t.Cell) -> str:
    match cell.value:
        case t.Name() as name:
            return name.text
        case t.Date() as date:
            return _date(date)
        case t.Money() as amount:
            return _words(_money(amount), _instead(cell.instead_of))
        case t.Number() as number:
            return _number(number)
        case t.Text() as text:
            return _text(text)
        case None:
            return "" if cell.kind == "blank" else cell.kind.replace("_", " ")
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
        clock = (
            f"from {_clock(line.clock[0])} before {_clock(line.clock[1])}"
            if line.clock is not None
            else ""
        )
        lines.append((line, _words(_names(line.values), clock, _endings(line.endings))))
    return lines


def _derive_lines(statement: t.Derive) -> Body:
    lines = statement.exceptions
    return [
        (x, _words("except", _number(x.factor), "x", x.of.text, _endings(x.endings))) for x in lines
    ]


def _modifier_lines(statement: t.Multiplier | t.Surcharge) -> Body:
    lines: Body = [(statement.when[0], _when(statement.when))] if statement.when else []
    for line in statement.lines:
        otherwise = "otherwise" if line.otherwise else ""
        lines.append((line, _words(otherwise, _effect(line.effect), _endings(line.endings))))
    return lines


def _limit_lines(statement: t.Limit) -> Body:
    lines: Body = []
    for line in statement.lines:
        bound = "at least" if line.at_least else "at most"
        per = _per(line.per) if line.per is not None else _account(line.account)
        lines.append(
            (line, _words(bound, _money(line.money), per, _on(line.meters), _endings(line.endings)))
        )
    return lines


def _charge_line(line: t.ChargeLine) -> str:
    if isinstance(line, t.ChargePrice):
        return _price(line)
    if isinstance(line, t.ChargeMinimum):
        return _words("at least", _number(line.number), line.unit.text, "per", line.each.text)
    if isinstance(line, t.ChargePool):
        return _words("first", _number(line.number), line.unit.text, "free", _account(line.account))
    return "free"


def _amend_lines(statement: t.Amend) -> Body:
    effects = [x.effect for x in statement.lines]
    texts = [
        _effect(effect) if isinstance(effect, t.Factors) else _price(effect) for effect in effects
    ]
    return [
        (x, _words(text, _endings(x.endings)))
        for x, text in zip(statement.lines, texts, strict=True)
    ]


def _use(use: t.Use) -> str:
    return _words(
        _number(use.number), use.unit.text if use.unit is not None else "", use.meter.text
    )


def _example_line(line: t.ExampleLine) -> str:
    if isinstance(line, t.Given):
        return ", ".join(
            [f"given {line.model.text} at {_date(line.at)}", *(_test(fact) for fact in line.facts)]
        )
    if isinstance(line, t.Uses):
        return "uses " + ", ".join(_use(use) for use in line.uses)
    if isinstance(line, t.ExpectCost):
        return _words(
            "costs", _money(line.low), f"to {_money(line.high)}" if line.high is not None else ""
        )
    if isinstance(line, t.ExpectRefused):
        return _words("refused", _after_word("by", line.left), _after_word("with", line.right))
    return "not offered"


# ---- headers, without their endings --------------------------------------------------------------


def _book(s: t.BookHeader) -> str:
    currency, extends = _after_word("in", s.currency), _after_word("extends", s.extends)
    return _words("book", s.name.text, _optional(s.title), currency, extends)


def _group(s: t.Group) -> str:
    return f"group {s.name.text} is " + (
        _names(s.members) if s.members is not None else "models released"
    )


def _rates(s: t.Rates) -> str:
    dates = (("announced", s.announced), ("withdrawn", s.withdrawn))
    return _words(
        "rates", _per(s.per), *(f"{word} {_date(date)}" for word, date in dates if date is not None)
    )


_RELATIONS: dict[Relation, str] = {
    "equal": "",
    "less": "less than",
    "at_least": "at least",
    "at_most": "at most",
}


def _sum(terms: tuple[t.Term, ...]) -> str:
    return " + ".join(
        _words(_number(x.number) if x.number is not None else "", x.meter.text) for x in terms
    )


def _claim(s: t.Claim) -> str:
    body = s.body
    if isinstance(body, t.ClaimCosts):
        return _words(
            "claim", _sum(body.left), "costs", _RELATIONS[body.relation], _sum(body.right)
        )
    if isinstance(body, t.ClaimIs):
        return f"claim {body.name.text} is {_factor(body.factor)}"
    if isinstance(body, t.ClaimNeverMeets):
        return f"claim {body.left.text} never meets {body.right.text}"
    if isinstance(body, t.ClaimCommute):
        return f"claim {_names(body.names)} commute"
    if isinstance(body, t.ClaimPrices):
        return f"claim every model prices {_names(body.meters)}"
    if isinstance(body, t.ClaimAbove):
        return f"claim every price is above {_money(body.money)}"
    if isinstance(body, t.ClaimAgrees):
        return f"claim agrees with {body.book.text}"
    return "claim more usage never costs less"


HEADERS: dict[type[t.Statement], Callable[[Any], str]] = {
    t.BookHeader: _book,
    t.Include: lambda s: f"include {_text(s.path)}",
    t.Source: lambda s: f"source {s.name.text} {_text(s.address)} read {_date(s.read)}",
    t.Note: lambda s: f"note {_text(s.text)}",
    t.Dimension: lambda s: f"dimension {s.name.text} default {s.default.text}",
    t.Unit: lambda s: f"unit {s.name.text} is {_number(s.number)} {s.of.text}",
    t.Meter: lambda s: f"meter {_names(s.names)} in {s.unit.text}",
    t.Group: _group,
    t.Models: lambda s: "models",
    t.Alias: lambda s: f"alias {s.name.text} is {s.model.text}",
    t.Rates: _rates,
    t.Derive: lambda s: f"derive {s.meter.text} is {_number(s.factor)} x {s.of.text}",
    t.Figures: lambda s: f"figures {s.name.text} in {s.unit.text}",
    t.Multiplier: lambda s: _words("multiplier", s.name.text, _optional(s.title)),
    t.Surcharge: lambda s: _words("surcharge", s.name.text, _optional(s.title)),
    t.Limit: lambda s: _words("limit", s.name.text, _optional(s.title)),
    t.Exclude: lambda s: _words("exclude", s.left.text, _after_word("with", s.right)),
    t.Refuse: lambda s: "refuse",
    t.Free: lambda s: "free",
    t.Stack: lambda s: _words("stack", _names(s.names), _after_word("after", s.after)),
    t.Round: lambda s: f"round {s.stage.text} to {_money(s.step)} {s.mode.text}",
    t.Convert: lambda s: f"convert to {s.currency.text} at {_number(s.rate)}",
    t.Charge: lambda s: _words("charge", s.name.text, _optional(s.title)),
    t.Amend: lambda s: f"amend {s.name.text}",
    t.AllowValue: lambda s: f"allow {s.dimension.text} {s.value.text}",
    t.AllowPair: lambda s: f"allow {s.left.text} with {s.right.text}",
    t.Claim: _claim,
    t.Example: lambda s: f"example {_text(s.title)}",
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
    t.Charge: lambda s: [(x, _words(_charge_line(x), _endings(x.endings))) for x in s.lines],
    t.Amend: _amend_lines,
    t.Example: lambda s: [(x, _example_line(x)) for x in s.lines],
}
