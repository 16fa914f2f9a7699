"""The lines under the header of a statement: tables in aligned columns, and clauses that begin in
one column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias, assert_never

from pricelang.syntax import print_values as p
from pricelang.syntax import tree as t
from pricelang.syntax.print_claims import example_line

# a longer cell stands out of its column: one long string must not widen twenty thousand rows
WIDEST_COLUMN = 100
# the same for what stands before the clauses of a line
WIDEST_HEAD = 40

Body: TypeAlias = list[tuple[t.Node, str]]
"""Each line with its node."""


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


def _aligned(parts: Iterable[tuple[t.Node, str, list[str]]]) -> Body:
    """Lines whose clauses begin in one column. A line without clauses widens no column."""
    rows = list(parts)
    widths = (len(head) for _, head, clauses in rows if clauses and len(head) <= WIDEST_HEAD)
    width = max(widths, default=0)
    return [
        (node, "  ".join([head.ljust(width), *clauses]) if clauses else head)
        for node, head, clauses in rows
    ]


def _value_lines(statement: t.Dimension) -> Body:
    def clauses(line: t.ValueLine) -> list[str]:
        clock = [p.clock(line.clock)] if line.clock is not None else []
        return (["otherwise"] if line.otherwise else clock) + p.clauses(line.endings)

    return _aligned((line, p.names(line.values), clauses(line)) for line in statement.lines)


def _derive_lines(statement: t.Derive) -> Body:
    return _aligned(
        (x, p.words("except", p.number(x.factor), "x", x.of.text), p.clauses(x.endings))
        for x in statement.exceptions
    )


def _modifier_lines(statement: t.Multiplier | t.Surcharge) -> Body:
    when: Body = [(statement.when[0], p.when(statement.when))] if statement.when else []
    return when + _aligned(
        (
            line,
            p.words("otherwise" if line.otherwise else "", p.effect(line.effect)),
            p.clauses(line.endings),
        )
        for line in statement.lines
    )


def _limit_lines(statement: t.Limit) -> Body:
    return _aligned((x, _bound(x), p.clauses(x.endings)) for x in statement.lines)


def _bound(line: t.LimitLine) -> str:
    bound = "at least" if line.at_least else "at most"
    per = p.per(line.per) if line.per is not None else p.account(line.account)
    return p.words(bound, p.money(line.money), per, p.on(line.meters))


def _charge_lines(statement: t.Charge) -> Body:
    return _aligned((x, *_with_after(x, x.endings)) for x in statement.lines)


def _amend_lines(statement: t.Amend) -> Body:
    return _aligned((x, *_with_after(x.effect, x.endings)) for x in statement.lines)


def _tier_lines(statement: t.Tiers) -> Body:
    counting = statement.counting
    what = p.words("spend", p.on(counting.meters)) if counting.spend else p.names(counting.meters)
    account = p.account(counting.account) + (", " * bool(counting.way)) + p.names(counting.way, " ")
    counts: Body = [(counting, p.words("counts", what, account))]

    def clauses(tier: t.TierLine) -> list[str]:
        after = [p.words("after", p.quantity(tier.after, tier.unit))] if tier.after else []
        return after + p.clauses(tier.endings)

    return counts + _aligned((tier, tier.name.text, clauses(tier)) for tier in statement.tiers)


def _agreed_lines(statement: t.Commitment | t.Credit) -> Body:
    return _aligned(
        (x, p.words(p.money(x.money), p.account(x.account), p.on(x.meters)), p.clauses(x.endings))
        for x in statement.lines
    )


def _with_after(line: t.AmendedLine | t.ChargeLine, endings: t.Endings) -> tuple[str, list[str]]:
    """What a line says, and its clauses: the `after` of a tier is the first of them."""
    after = [p.after(line)] if isinstance(line, t.ChargePrice) and line.after is not None else []
    return _line_of_charge(line), after + p.clauses(endings)


def _line_of_charge(line: t.AmendedLine | t.ChargeLine) -> str:
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
        case t.Factors():
            return p.effect(line)
        case t.DerivedFactor(number, instead_of, of):
            return p.words(p.number(number), p.instead(instead_of), "x", of.text)
        case _:
            assert_never(line)


BODIES: dict[type[t.Statement], Callable[[Any], Body]] = {
    t.Dimension: _value_lines,
    t.Models: _table,
    t.Rates: _table,
    t.Figures: _table,
    t.Derive: _derive_lines,
    t.Multiplier: _modifier_lines,
    t.Surcharge: _modifier_lines,
    t.Limit: _limit_lines,
    t.Charge: _charge_lines,
    t.Tiers: _tier_lines,
    t.Commitment: _agreed_lines,
    t.Credit: _agreed_lines,
    t.Amend: _amend_lines,
    t.Example: lambda s: [(x, example_line(x)) for x in s.lines],
}
