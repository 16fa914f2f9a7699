"""A reconciliation as a text that can be sent to whoever billed:
what was compared, a table, each difference, a verdict.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from pricelang.apps.reconcile.join import BOUNDED, NOT_COMPARED, UNPRICED, JoinedLine
from pricelang.apps.reconcile.keys import FIELDS
from pricelang.apps.reconcile.reconciled import Reconciled, numbered
from pricelang.apps.reconcile.summary import (
    cause_lines,
    counted,
    header,
    subtotal_table,
    table_of,
    verdict,
)
from pricelang.apps.reconcile.workings import workings
from pricelang.present.fitting import lines_of, within
from pricelang.present.markdown import quoted
from pricelang.present.markdown import table_lines as markdown_lines
from pricelang.present.readable import readable_amount, readable_amounts
from pricelang.present.table import Table
from pricelang.present.text import how_many, printable

if TYPE_CHECKING:
    from pricelang.apps.reconcile.finding import Finding

SHOWN_LINES = 60
"""Longer tables show the lines that differ only, unless all are asked for."""
SHOWN_OF_MANY = 20
"""Where more lines than that differ, so many are shown: their causes say the rest."""
SHOWN_FINDINGS = 20
SHOWN_OF_CAUSE = 2
"""Of more findings, so many of each cause are shown."""


def plain_text(found: Reconciled, all_lines: bool = False, width: int | None = None) -> str:
    """The whole text, for a file or a mail, or within the `width` of a terminal."""
    lines = (
        line
        for block in _blocks(found, all_lines, False)
        for line in (lines_of(block, width) if isinstance(block, Table) else within(block, width))
    )
    return "\n".join(lines) + "\n"


def markdown_text(found: Reconciled, all_lines: bool = False) -> str:
    """The same as Markdown."""
    lines = (
        line
        for block in _blocks(found, all_lines, True)
        for line in (markdown_lines(block) if isinstance(block, Table) else [block])
    )
    return "\n".join(lines) + "\n"


def _blocks(found: Reconciled, all_lines: bool, markdown: bool) -> Iterator[str | Table]:
    """The lines and tables of the text, each part behind an empty one."""
    yield from _head(found, markdown)
    for part in (
        _causes(found, markdown),
        _lines(found, all_lines),
        [subtotal_table(found)],
        _differences(found, all_lines, markdown),
        _unread(found, markdown),
        _notes(found, markdown),
        [f"**{quoted(verdict(found))}**" if markdown else verdict(found)],
    ):
        for number, line in enumerate(part):
            if not number:
                yield ""
            yield line


def _head(found: Reconciled, markdown: bool) -> Iterator[str]:
    title = "Reconciliation of usage and cost"
    if markdown:
        yield from (f"# {title}", "")
    else:
        yield title
    head = header(found)
    width = max(len(name) for name, _ in head)
    for name, text in head:
        plain = f"{name.ljust(width)}  {printable(text)}"
        yield f"- {name}: {quoted(text)}" if markdown else plain


def _causes(found: Reconciled, markdown: bool) -> Iterator[str]:
    """What is wrong as a whole, before any line."""
    for depth, text in cause_lines(found):
        yield f"{'  ' * depth}{'- ' if markdown and depth else ''}{_cell(text, markdown)}"


def _lines(found: Reconciled, all_lines: bool) -> Iterator[str | Table]:
    """The table of lines; of a long one those that differ, unless all are asked for."""
    lines = (
        [line for line in found.lines if line.status in _LISTED]
        if not all_lines and len(found.lines) > SHOWN_LINES
        else list(found.lines)
    )
    many = len(lines)
    lines = lines if all_lines or many <= SHOWN_LINES else lines[:SHOWN_OF_MANY]
    if lines:
        yield table_of(found, lines, numbered(found))
    if len(lines) < len(found.lines):
        if lines:
            yield ""
        yield (
            f"The table shows the {len(lines):,} lines that differ, of {len(found.lines):,}; "
            "`--all` shows all of them."
            if len(lines) == many
            else f"The table shows {len(lines):,} of the {many:,} lines that differ, of "
            f"{len(found.lines):,}; `--all` shows all of them."
        )


def _differences(found: Reconciled, all_lines: bool, markdown: bool) -> Iterator[str]:
    """The findings; of many a few of each cause, unless all are asked for."""
    if found.findings:
        yield "## Differences" if markdown else "Differences"
    short = not all_lines and len(found.findings) > SHOWN_FINDINGS
    causes = {id(line): cause for cause in found.causes for line in cause.lines}
    shown: dict[int, int] = {}
    for number, finding in enumerate(found.findings, 1):
        cause = id(causes.get(id(finding.lines[0])))
        shown[cause] = shown.get(cause, 0) + 1
        if not short or shown[cause] <= SHOWN_OF_CAUSE:
            yield ""
            yield from _paragraph(found, finding, number, markdown)
    left = sum(max(many - SHOWN_OF_CAUSE, 0) for many in shown.values()) if short else 0
    if left:
        yield ""
        yield f"and {left:,} more like these; `--all` shows them."


def _unread(found: Reconciled, markdown: bool) -> Iterator[str]:
    unread = [*found.usage.unread, *found.cost.unread]
    if unread:
        yield "## Rows that cannot be read" if markdown else "Rows that cannot be read"
    for row in unread:
        help = f"; {row.help}" if row.help else ""
        text = f"{row.place}: error[{row.code}]: {row.message}{help}"
        yield ("- " if markdown else "  ") + _cell(text, markdown)


def _notes(found: Reconciled, markdown: bool) -> Iterator[str]:
    notes = [*found.usage.notes, *found.cost.notes, *_not_compared(found), *found.notes]
    for note in notes:
        yield f"{'- ' if markdown else ''}note: {_cell(note, markdown)}"


_LISTED = frozenset(
    ("different", "missing in cost", "missing in usage", "without a price", "not compared")
)


def _cell(text: str, markdown: bool) -> str:
    return quoted(text) if markdown else printable(text)


# ---- one difference ------------------------------------------------------------------------------


def _paragraph(found: Reconciled, finding: Finding, number: int, markdown: bool) -> Iterator[str]:
    indent = "   " if not markdown else "   - "
    for index, line in enumerate(finding.lines):
        head = f"{number}. " if index == 0 else "   "
        yield head + _cell(f"{_name(line)}: {_amounts(found, line)}", markdown)
    for line in finding.lines:
        for text in workings(found, line):
            yield indent + _cell(text, markdown)
        for bill in line.billed[:5]:
            description = f' "{bill.description}"' if bill.description else ""
            yield indent + _cell(
                f"billed {readable_amount(bill.amount, found.currency)} in {bill.place}{description}",
                markdown,
            )
        if len(line.billed) > 5:
            yield f"{indent}and {len(line.billed) - 5:,} more cost rows"
    several = len(finding.explanations) > 1
    for explanation in finding.explanations:
        more = " and others" if len(explanation.places) > 4 else ""
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
    sums = line.amount, line.low, line.high, abs(line.difference)
    billed, expected, most, off = readable_amounts(sums, found.currency)
    if line.status == UNPRICED:
        return f"billed {billed}, and the usage has no price: {line.reason}"
    if line.low != line.high:
        expected = f"{expected} to {most}"
    if not line.billed:
        return f"expected {expected}, not billed"
    if not line.used:
        return f"billed {billed}, without usage"
    word = "too much" if line.difference > 0 else "too little"
    return f"billed {billed}, expected {expected}: {off} {word}"


def _not_compared(found: Reconciled) -> Iterator[str]:
    reasons: dict[str, list[JoinedLine]] = {}
    for line in found.lines:
        if line.status == NOT_COMPARED:
            reasons.setdefault(line.reason, []).append(line)
    for reason, lines in sorted(reasons.items()):
        amount = sum((line.amount for line in lines), Fraction(0))
        worth = sum((line.low for line in lines), Fraction(0))
        text = (
            f"billed {readable_amount(amount, found.currency)}"
            if amount or not worth
            else f"{readable_amount(worth, found.currency)} by the book"
        )
        yield f"not compared, {reason}: {how_many(len(lines), 'line')}, {text}"
    bounded = sum(line.status == BOUNDED for line in found.lines)
    if bounded:
        yield (
            f"{how_many(bounded, 'line')} can only be bounded: a report adds "
            "requests up, and a threshold of the book is a fact of each request"
        )
