"""The tabs but that of a price: the tables that the commands print, as HTML, each line with the
place of its rule.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from pricelang.api import Book
from pricelang.apps.audit_report.section_claims import claims_counts, claims_table, verdict_word
from pricelang.apps.audit_report.sections import as_text
from pricelang.apps.audit_report.stacking_matrix import matrix_table
from pricelang.apps.price_page.price_page import price_page
from pricelang.apps.tables.footnotes import note_line
from pricelang.apps.tables.price_page import page_tables
from pricelang.editor.playground.price_tab import place_link, shown_table
from pricelang.editor.playground.screen import Screen
from pricelang.evaluate.examples import Result, run_checked
from pricelang.present.decimals import plain
from pricelang.present.html_tables import html_table
from pricelang.present.markup import Html, element, join
from pricelang.present.table import NotedCell, Table
from pricelang.present.text import how_many
from pricelang.verify.audit import Audit
from pricelang.verify.claims import Verdict
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
    """The examples and the claims: first what fails, with the requests that break claims."""
    results = [*run_checked(book.checked, book.checked.examples)]
    failed = [result for result in results if not result.passed]
    counts = [
        *claims_counts(audit),
        f"{how_many(len(results), 'example')}, {len(failed):,} failed",
    ]
    yield element("p", "; ".join(counts))
    for verdict in audit.claims:
        if not verdict.holds:
            yield _broken(screen, verdict)
    if failed:
        yield _examples(screen, failed, "Failed")
    table = claims_table(audit)
    if table.rows:
        yield shown_table(screen, table.only((0, 1), table.title))
    passed = [result for result in results if result.passed]
    if passed:
        yield _examples(screen, passed, "Examples that pass")


def _examples(screen: Screen, results: Sequence[Result], title: str) -> Html:
    rows = tuple(
        (NotedCell(one.example.title, one.example.origin.place), one.expected, one.got)
        for one in results
    )
    table = Table(("example", "expected", "comes to"), rows, title=title)
    return shown_table(screen, table if title == "Failed" else table.only((0, 2), title))


def _broken(screen: Screen, verdict: Verdict) -> Html:
    """A claim that does not hold, why, and what prices the request that breaks it."""
    told = [
        element("p", place_link(screen, verdict.claim.origin.place, verdict.claim.text)),
        element("p", f"{verdict_word(verdict)}: {verdict.why}"),
    ]
    if (found := verdict.witness) is not None:
        usage = {meter: plain(quantity) for meter, quantity in found.usage}
        given = {"model": found.model, "at": found.at, "usage": usage}
        request = json.dumps({**given, "dimensions": dict(found.dimensions)})
        told.append(element("p", element("code", str(found))))
        price = element("button", "Price this request", type="button", data_request=request)
        told.append(element("p", price))
    return element("div", *told, class_="refused")


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
