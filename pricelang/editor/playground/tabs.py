"""The tabs of the playground: the tables that the commands print, as HTML, each line with the place
of its rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pricelang.api import Book
from pricelang.apps.audit_report.section_claims import claims_counts, claims_table
from pricelang.apps.audit_report.sections import as_text
from pricelang.apps.audit_report.stacking_matrix import matrix_table
from pricelang.apps.price_page.price_page import price_page
from pricelang.apps.tables.footnotes import note_line
from pricelang.apps.tables.price_page import page_tables
from pricelang.apps.tables.request import request_table
from pricelang.editor.playground.screen import Screen
from pricelang.evaluate.examples import run_checked
from pricelang.model.errors import PriceError
from pricelang.present.html_tables import html_table
from pricelang.present.markup import Html, element, join
from pricelang.present.table import NotedCell, Table
from pricelang.present.text import how_many
from pricelang.usage.request_flags import quantity
from pricelang.verify.audit import Audit
from pricelang.verify.diff.change import KINDS, Change


def price_tab(screen: Screen, book: Book, request: Mapping[str, Any]) -> Iterator[Html]:
    """What a request costs, and why."""
    usage = {meter: quantity(text) for meter, text in request["usage"].items() if str(text).strip()}
    dimensions = {name: value for name, value in request["dimensions"].items() if value}
    bill = book.rates.bill(request["model"], request.get("at") or None, usage, dimensions)
    yield _shown(screen, request_table(bill))
    for note in bill.notes:
        yield element("p", note_line(note), class_=f"note {note.level}")
    yield element("h3", "Why")
    lines = (join(line, Html("\n")) for line in bill.explain().split("\n"))
    yield element("pre", *lines, class_="why")


def table_tab(screen: Screen, book: Book, at: str | None) -> Iterator[Html]:
    """The price page of a day."""
    page = price_page(book.checked, at)
    for table in page_tables(page):
        yield _shown(screen, table)
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
        yield _shown(screen, Table(("example", "expected", "comes to"), rows, title="Failed"))
    table = claims_table(audit)
    if table.rows:
        yield _shown(screen, table)


def stacking_tab(screen: Screen, audit: Audit) -> Iterator[Html]:
    """How the modifiers meet."""
    names = [reach.name for reach in audit.reach]
    if len(names) > 1:
        matrix = matrix_table(names, audit.stacking, False)
        yield html_table(matrix, lambda cell: join(cell), kind="matrix")
        yield element("h3", "Each pair")
    for block in as_text(audit, ["stacking"], True):
        if isinstance(block, Table):
            yield _shown(screen, block)
        elif block:
            yield element("p", block)


def refusal(error: PriceError) -> Html:
    """Why there is no answer."""
    told = [element("p", f"{error.code}: {error}")]
    if error.location:
        told.append(element("p", _button(error.location, f"{error.rule or 'rule'} in the book")))
    if error.help:
        told.append(element("p", f"help: {error.help}"))
    return element("div", *told, class_="refused", role="alert")


def _shown(screen: Screen, table: Table) -> Html:
    def link(cell: NotedCell) -> Html:
        if not cell.place:
            return join(cell)
        file, _, line = cell.place.rpartition(":")
        return _button(f"{screen.names.get(file, file)}:{line}", cell)

    return html_table(table, link)


def _button(place: str, text: str) -> Html:
    return element("button", text, type="button", class_="place", data_place=place)


def changes_tab(changes: Sequence[Change], base: str) -> Iterator[Html]:
    """What the book on the screen changes in another."""
    yield element("p", f"{how_many(len(changes), 'change')} to {base}")
    for heading in dict.fromkeys(KINDS.values()):
        found = [change.text for change in changes if KINDS[change.kind] == heading]
        if found:
            yield element("h3", heading)
            yield element("ul", *(element("li", text) for text in found))
