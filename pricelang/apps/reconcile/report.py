"""A reconciliation as a text that can be sent to whoever billed:
what was compared, a table, each difference, a verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction

from attrs import frozen

from pricelang.apps.reconcile.cause_text import cause_lines
from pricelang.apps.reconcile.finding_text import cell, paragraph
from pricelang.apps.reconcile.join import BOUNDED, NOT_COMPARED, JoinedLine
from pricelang.apps.reconcile.reconciled import (
    Reconciled,
    findings_of_causes,
    largest_of_causes,
    numbered,
)
from pricelang.apps.reconcile.summary import (
    header,
    subtotal_table,
    table_of,
    verdict,
)
from pricelang.present.fitting import lines_of, within
from pricelang.present.markdown import quoted
from pricelang.present.markdown import table_lines as markdown_lines
from pricelang.present.readable import readable_amount
from pricelang.present.table import Table
from pricelang.present.text import how_many, printable

SHOWN_LINES = 60
"""Longer tables show the lines that differ only, unless all are asked for."""
SHOWN_OF_MANY = 20
"""Where more lines or findings differ, some of each cause are shown."""
SHOWN_OF_CAUSE = 2
MOST_CAUSES = 15
MOST_UNREAD = 20
MOST_TEXT = 190
"""The lines of a text, unless more are asked for."""


@frozen
class Excerpt:
    """How much of a reconciliation is shown: all lines, or so many of each cause; without a number
    a few, in a text that is not long.
    """

    all_lines: bool = False
    of_cause: int | None = None

    @property
    def each(self) -> int:
        """So many lines of each cause are shown."""
        return SHOWN_OF_CAUSE if self.of_cause is None else self.of_cause


FEW = Excerpt()


Block = str | Table
Write = Callable[[Block], Iterable[str]]
"""A line or a table as the lines that are printed."""


def plain_text(found: Reconciled, shown: Excerpt = FEW, width: int | None = None) -> str:
    """The whole text, for a file or a mail, or within the `width` of a terminal."""

    def written(block: Block) -> Iterable[str]:
        return lines_of(block, width) if isinstance(block, Table) else within(block, width)

    return "\n".join(_text(found, shown, False, written)) + "\n"


def markdown_text(found: Reconciled, shown: Excerpt = FEW) -> str:
    """The same as Markdown."""

    def written(block: Block) -> Iterable[str]:
        return markdown_lines(block) if isinstance(block, Table) else [block]

    return "\n".join(_text(found, shown, True, written)) + "\n"


def _text(found: Reconciled, shown: Excerpt, markdown: bool, write: Write) -> Iterator[str]:
    """The lines of the text, each part behind an empty one."""

    def part(blocks: Iterable[Block]) -> list[str]:
        return [line for block in blocks for line in write(block)]

    head = part(_head(found, markdown))
    before = [
        part(_causes(found, shown, markdown)),
        part(_lines(found, shown)),
        part([subtotal_table(found)]),
    ]
    after = [
        part(_unread(found, shown, markdown)),
        part(_notes(found, markdown)),
        part([f"**{quoted(verdict(found))}**" if markdown else verdict(found)]),
    ]
    taken = len(head) + sum(len(lines) + 1 for lines in (*before, *after))
    asked = shown.all_lines or shown.of_cause is not None
    room = None if asked else MOST_TEXT - taken
    yield from head
    for lines in (*before, list(_differences(found, shown, markdown, room, write)), *after):
        for number, line in enumerate(lines):
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


def _causes(found: Reconciled, shown: Excerpt, markdown: bool) -> Iterator[str]:
    """What is wrong as a whole, before any line."""
    most = None if shown.all_lines else MOST_CAUSES
    for depth, text in cause_lines(found, most):
        yield f"{'  ' * depth}{'- ' if markdown and depth else ''}{cell(text, markdown)}"


def _lines(found: Reconciled, shown: Excerpt) -> Iterator[Block]:
    """The table of lines; of a long one those that differ, of many the largest of each cause,
    unless all are asked for.
    """
    lines = list(found.lines)
    if not shown.all_lines and len(lines) > SHOWN_LINES:
        lines = [line for line in lines if line.status in _LISTED]
    many = len(lines)
    folded = not shown.all_lines and (many > SHOWN_LINES or shown.of_cause is not None)
    if folded:
        lines = largest_of_causes(found, lines, shown.each)
        lines = lines if shown.of_cause is not None else lines[: SHOWN_OF_CAUSE * MOST_CAUSES]
    if lines:
        yield table_of(found, lines, numbered(found), by_cause=folded)
    if len(lines) < len(found.lines):
        if lines:
            yield ""
        yield (
            f"The table shows the {how_many(len(lines), 'line')} that "
            f"{'differs' if len(lines) == 1 else 'differ'}, of {len(found.lines):,}; `--all` shows "
            "all of them."
            if len(lines) == many
            else f"The table shows {len(lines):,} of the {many:,} lines that differ, of "
            f"{len(found.lines):,}, the largest of each cause; `--lines N` shows more of each, "
            "`--all` all of them."
        )


def _differences(
    found: Reconciled, shown: Excerpt, markdown: bool, room: int | None, write: Write
) -> Iterator[str]:
    """The findings; of many a few of each cause, and no more than there is room for, unless more
    are asked for.
    """
    if not found.findings:
        return
    yield "## Differences" if markdown else "Differences"
    numbers = {id(finding): number for number, finding in enumerate(found.findings, 1)}
    chosen = list(found.findings)
    if not shown.all_lines and (len(chosen) > SHOWN_OF_MANY or shown.of_cause is not None):
        chosen = findings_of_causes(found, shown.each)
    left = len(found.findings)
    for finding in chosen:
        said = paragraph(found, finding, numbers[id(finding)], markdown)
        text = [line for one in said for line in write(one)]
        if room is not None and len(found.findings) > SHOWN_OF_MANY:
            room -= len(text) + 1
            if room < 4:
                break
        left -= 1
        yield ""
        yield from text
    if left:
        yield ""
        yield from write(
            f"and {left:,} more like these; `--lines N` shows more of each cause, `--all` all of "
            "them."
        )


def _unread(found: Reconciled, shown: Excerpt, markdown: bool) -> Iterator[str]:
    unread = [*found.usage.unread, *found.cost.unread]
    if unread:
        yield "## Rows that cannot be read" if markdown else "Rows that cannot be read"
    most = len(unread) if shown.all_lines else MOST_UNREAD
    for row in unread[:most]:
        help = f"; {row.help}" if row.help else ""
        text = f"{row.place}: error[{row.code}]: {row.message}{help}"
        yield ("- " if markdown else "  ") + cell(text, markdown)
    if len(unread) > most:
        more = f"and {len(unread) - most:,} more; `--all` shows them."
        yield ("- " if markdown else "  ") + more


def _notes(found: Reconciled, markdown: bool) -> Iterator[str]:
    notes = [*found.usage.notes, *found.cost.notes, *_not_compared(found), *found.notes]
    for note in notes:
        yield f"{'- ' if markdown else ''}note: {cell(note, markdown)}"


_LISTED = frozenset(
    ("different", "missing in cost", "missing in usage", "without a price", "not compared")
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
