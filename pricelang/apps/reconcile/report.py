"""A reconciliation as a text that can be sent to whoever billed:
what was compared, a table, each difference, a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from pricelang.apps.reconcile.join import BOUNDED, NOT_COMPARED, UNPRICED, JoinedLine
from pricelang.apps.reconcile.keys import FIELDS, Used
from pricelang.apps.reconcile.reconciled import Reconciled
from pricelang.apps.reconcile.summary import counted, header, rule_places, table_of, verdict
from pricelang.evaluate.line_rates import Rate
from pricelang.model.units import plural
from pricelang.present.decimals import grouped, money
from pricelang.present.markdown import quoted
from pricelang.present.markdown import table_lines as markdown_lines
from pricelang.present.table import Table
from pricelang.present.text import printable
from pricelang.present.text_tables import table_lines

if TYPE_CHECKING:
    from pricelang.apps.reconcile.findings import Finding

SHOWN_LINES = 60
"""Longer tables show the lines that differ only, unless all are asked for."""


def plain_text(found: Reconciled, all_lines: bool = False) -> str:
    """The whole text, for a terminal, a file or a mail."""
    return "\n".join(_blocks(found, all_lines, False)) + "\n"


def markdown_text(found: Reconciled, all_lines: bool = False) -> str:
    """The same as Markdown."""
    return "\n".join(_blocks(found, all_lines, True)) + "\n"


def _blocks(found: Reconciled, all_lines: bool, markdown: bool) -> Iterator[str]:
    head = header(found)
    title = "Reconciliation of usage and cost"
    yield f"# {title}" if markdown else title
    if markdown:
        yield ""
    width = max(len(name) for name, _ in head)
    for name, text in head:
        yield (
            f"- {name}: {_cell(text, True)}"
            if markdown
            else f"{name.ljust(width)}  {printable(text)}"
        )
    lines = (
        [line for line in found.lines if line.status in _LISTED]
        if not all_lines and len(found.lines) > SHOWN_LINES
        else list(found.lines)
    )
    numbers = numbered(found)
    table = table_of(found, lines, numbers)
    if lines:
        yield ""
        yield from _table(table, markdown)
    if len(lines) < len(found.lines):
        yield ""
        yield (
            f"The table shows the {len(lines):,} lines that differ, of {len(found.lines):,}; "
            "`--all` shows all of them."
        )
    yield ""
    yield from _table(subtotal_table(found), markdown)
    if found.findings:
        yield ""
        yield "## Differences" if markdown else "Differences"
        for number, finding in enumerate(found.findings, 1):
            yield ""
            yield from _paragraph(found, finding, number, markdown)
    unread = [*found.usage.unread, *found.cost.unread]
    if unread:
        yield ""
        yield "## Rows that cannot be read" if markdown else "Rows that cannot be read"
        for row in unread:
            yield f"{'- ' if markdown else '  '}" + _cell(
                f"{row.place}: error[{row.code}]: {row.message}"
                + (f"; {row.help}" if row.help else ""),
                markdown,
            )
    notes = [*found.usage.notes, *found.cost.notes, *_not_compared(found), *found.notes]
    if notes:
        yield ""
        yield from (f"{'- ' if markdown else ''}note: {_cell(note, markdown)}" for note in notes)
    yield ""
    yield f"**{quoted(verdict(found))}**" if markdown else verdict(found)


_LISTED = frozenset(
    ("different", "missing in cost", "missing in usage", "without a price", "not compared")
)


def numbered(found: Reconciled) -> Mapping[int, int]:
    """The number of the finding that a line belongs to, by the line's identity."""
    return {
        id(line): number
        for number, finding in enumerate(found.findings, 1)
        for line in finding.lines
    }


def subtotal_table(found: Reconciled) -> Table:
    """The subtotals by status, and the total that they add up to."""
    currency = found.currency
    rows = tuple(
        (
            part.status,
            f"{part.lines:,}",
            money(part.expected, currency),
            money(part.billed, currency),
            signed(part.difference, currency),
        )
        for part in (*found.subtotals, found.total)
    )
    return Table(
        ("status", "lines", "expected", "billed", "difference"), rows, frozenset({1, 2, 3, 4}), 1
    )


def signed(value: Fraction, currency: str) -> str:
    """A difference with its sign, `0` for none."""
    return "0" if not value else ("+" if value > 0 else "") + money(value, currency)


def _table(table: Table, markdown: bool) -> Iterable[str]:
    return markdown_lines(table) if markdown else table_lines(table)


def _cell(text: str, markdown: bool) -> str:
    return quoted(text) if markdown else printable(text)


# ---- one difference ------------------------------------------------------------------------------


def _paragraph(found: Reconciled, finding: Finding, number: int, markdown: bool) -> Iterator[str]:
    indent = "   " if not markdown else "   - "
    for index, line in enumerate(finding.lines):
        head = f"{number}. " if index == 0 else "   "
        yield head + _cell(f"{_name(line)}: {_amounts(found, line)}", markdown)
    for line in finding.lines:
        for text in _workings(found, line):
            yield indent + _cell(text, markdown)
        for bill in line.billed[:5]:
            description = f' "{bill.description}"' if bill.description else ""
            yield indent + _cell(
                f"billed {money(bill.amount, found.currency)} in {bill.place}{description}",
                markdown,
            )
        if len(line.billed) > 5:
            yield f"{indent}and {len(line.billed) - 5:,} more cost rows"
    several = len(finding.explanations) > 1
    for explanation in finding.explanations:
        more = ", …" if len(explanation.places) > 4 else ""
        places = f" [{', '.join(explanation.places[:4])}{more}]" if explanation.places else ""
        begin = "explained" if not several else "explained, one of equally simple ways"
        yield indent + _cell(f"{begin}: {explanation.text}{places}", markdown)
    if not finding.explanations and finding.kind in ("amount", "not billed", "no usage"):
        yield indent + _unexplained(finding)


def _unexplained(finding: Finding) -> str:
    if finding.kind == "amount":
        return (
            "not explained: no model, date, modifier, tier, token type, price, rounding or whole "
            "quantity of the book gives this amount"
        )
    if finding.kind == "not billed":
        return "not explained: no cost row has this amount, or this quantity under another key"
    return "not explained: no usage comes to this amount"


def _name(line: JoinedLine) -> str:
    """A line's key in words, without what it does not state."""
    values = [
        value
        for name in FIELDS
        if name not in ("cost_type", "token_type")
        and (value := getattr(line.key, name)) is not None
    ]
    return ", ".join([*values, counted(line)])


def _amounts(found: Reconciled, line: JoinedLine) -> str:
    billed, expected = money(line.amount, found.currency), money(line.low, found.currency)
    if line.status == UNPRICED:
        return f"billed {billed}, and the usage has no price: {line.reason}"
    if line.low != line.high:
        expected = f"{expected} to {money(line.high, found.currency)}"
    if not line.billed:
        return f"expected {expected}, not billed"
    if not line.used:
        return f"billed {billed}, without usage"
    word = "too much" if line.difference > 0 else "too little"
    return (
        f"billed {billed}, expected {expected}: {money(abs(line.difference), found.currency)} "
        f"{word}"
    )


def _workings(found: Reconciled, line: JoinedLine) -> Iterator[str]:
    """How each expected amount comes about, with the places of its rules."""
    for use in line.used[:5]:
        if use.priced is None:
            yield f"used {grouped(use.quantity)} in {use.place}"
            continue
        rate = use.priced.cell.rates[use.request.meter]
        if isinstance(rate, Rate):
            yield (
                f"expected {_formula(found, use, rate)} [{', '.join(rule_places(use))}], used in "
                f"{use.place}"
            )
    if len(line.used) > 5:
        yield f"and {len(line.used) - 5:,} more usage rows"
    stated = [bill.quantity for bill in line.billed]
    if stated and all(quantity is not None for quantity in stated):
        total = sum((quantity for quantity in stated if quantity is not None), Fraction(0))
        if total != line.quantity:
            yield (
                f"the bill states a quantity of {grouped(total)}, and {grouped(line.quantity)} "
                "were used"
            )


def _formula(found: Reconciled, use: Used, rate: Rate) -> str:
    """A quantity times its price, with the list price and factors where there are any."""
    conversion = use.priced.cell.conversion if use.priced is not None else None
    price = money(
        rate.unit_price * rate.size * (conversion.rate if conversion is not None else 1),
        found.currency,
    )
    factors = "".join(
        f" x {grouped(step.value)} ({step.rule})" for step in rate.steps if step.kind == "factor"
    )
    base = money(
        rate.list_price * rate.size,
        found.currency
        if conversion is None
        else use.priced.book.currency
        if use.priced is not None
        else "",
    )
    listed = f" (list {base}{factors})" if factors else ""
    units = rate.meter.unit if use.quantity == 1 else plural(rate.meter.unit)
    return (
        f"{grouped(use.quantity)} {units} x {price} per {rate.per}{listed} = "
        f"{money(use.low, found.currency)}"
    )


def _not_compared(found: Reconciled) -> Iterator[str]:
    reasons: dict[str, list[JoinedLine]] = {}
    for line in found.lines:
        if line.status == NOT_COMPARED:
            reasons.setdefault(line.reason, []).append(line)
    for reason, lines in sorted(reasons.items()):
        amount = sum((line.amount for line in lines), Fraction(0))
        worth = sum((line.low for line in lines), Fraction(0))
        text = (
            f"billed {money(amount, found.currency)}"
            if amount or not worth
            else f"{money(worth, found.currency)} by the book"
        )
        yield f"not compared, {reason}: {len(lines):,} line{'s' if len(lines) != 1 else ''}, {text}"
    bounded = sum(line.status == BOUNDED for line in found.lines)
    if bounded:
        yield (
            f"{bounded:,} line{'s' if bounded != 1 else ''} can only be bounded: a report adds "
            "requests up, and a threshold of the book is a fact of each request"
        )


__all__ = ["markdown_text", "numbered", "plain_text", "signed", "subtotal_table"]
