"""The tabs but that of a price: the tables that the commands print, as HTML, each line with the
place of its rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pricelang.api import Book
from pricelang.apps.audit_report.section_claims import claims_counts, claims_table
from pricelang.apps.audit_report.sections import as_text
from pricelang.apps.audit_report.stacking_matrix import matrix_table
from pricelang.apps.price_page.price_page import price_page
from pricelang.apps.tables.footnotes import note_line
from pricelang.apps.tables.price_page import page_tables
from pricelang.editor.playground.price_tab import shown_table
from pricelang.editor.playground.screen import Screen
from pricelang.evaluate.examples import run_checked
from pricelang.present.html_tables import html_table
from pricelang.present.markup import Html, element, join
from pricelang.present.table import NotedCell, Table
from pricelang.present.text import how_many
from pricelang.verify.audit import Audit
from pricelang.verify.diff.change import KINDS, Change


def table_tab(screen: Screen, book: Book, at: str | None) -> Iterator[Html]:
    """The price page of a day."""
    page = price_page(book.checked, at)
    for table in page_tables(page):
        yield shown_table(screen, table)
    for note in page.notes:
        yield element("p", note_line(note), class_=f"note {note.level}")
    if page.beside:
        yield element("h3", "Beside these tables")
        yield element("ul", *(element("li", text) for text in page.beside))


def claims_tab(screen: Screen, book: Book, audit: Audit) -> Iterator[Html]:
    """The examples that fail, and the verdict on each claim."""
    results = run_checked(book.checked, book.checked.examples)
    failed = [result for result in results if not result.passed]
    counts = [
        *claims_counts(audit),
        f"{how_many(len(results), 'example')}, {len(failed):,} failed",
    ]
    yield element("p", "; ".join(counts))
    if failed:
        rows = tuple(
            (NotedCell(x.example.title, x.example.origin.place), x.expected, x.got) for x in failed
        )
        yield shown_table(screen, Table(("example", "expected", "comes to"), rows, title="Failed"))
    table = claims_table(audit)
    if table.rows:
        yield shown_table(screen, table)


def stacking_tab(screen: Screen, audit: Audit) -> Iterator[Html]:
    """How the modifiers meet."""
    names = [reach.name for reach in audit.reach]
    if len(names) > 1:
        matrix = matrix_table(names, audit.stacking, False)
        yield html_table(matrix, lambda cell: join(cell), kind="matrix")
        yield element("h3", "Each pair")
    for block in as_text(audit, ["stacking"], True):
        if isinstance(block, Table):
            yield shown_table(screen, block)
        elif block:
            yield element("p", block)


def changes_tab(changes: Sequence[Change], base: str) -> Iterator[Html]:
    """What the book on the screen changes in another."""
    yield element("p", f"{how_many(len(changes), 'change')} to {base}")
    for heading in dict.fromkeys(KINDS.values()):
        found = [change.text for change in changes if KINDS[change.kind] == heading]
        if found:
            yield element("h3", heading)
            yield element("ul", *(element("li", text) for text in found))
