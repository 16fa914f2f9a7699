"""From the text of a book to what the playground shows beside it: faults, and one tab of answers,
made of the tables that the commands print.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from attrs import define, field

from pricelang.api import Book
from pricelang.apps.audit_report.section_claims import claims_counts, claims_table
from pricelang.apps.audit_report.sections import as_text
from pricelang.apps.price_page.price_page import price_page
from pricelang.apps.tables.footnotes import note_line
from pricelang.apps.tables.price_page import page_tables
from pricelang.apps.tables.request import request_table
from pricelang.compile.load import Loaded, load_book
from pricelang.editor.fixes import fixes_of
from pricelang.editor.open_books import OpenBook, open_book
from pricelang.evaluate.examples import run_checked
from pricelang.model.errors import PriceError
from pricelang.model.instants import written
from pricelang.present.decimals import plain
from pricelang.present.html_tables import html_table
from pricelang.present.markup import Html, element, join
from pricelang.present.table import NotedCell, Table
from pricelang.present.text import how_many
from pricelang.syntax.diagnostics import NOWHERE, BookError, Fault, Span
from pricelang.usage.request_flags import quantity
from pricelang.verify.audit import Audit
from pricelang.verify.diff.change import KINDS
from pricelang.verify.diff.difference import compare

Files = Mapping[str, str]


@define(eq=False, slots=False)
class Screen:
    """A book as it stands in the playground."""

    opened: OpenBook | None
    book: Book | None

    @cached_property
    def audit(self) -> Audit | None:
        """What is decided over every request."""
        return self.book.audit if self.book is not None else None

    @cached_property
    def names(self) -> dict[str, str]:
        """The files as the playground names them, by their names in messages."""
        if self.opened is None:
            return {}
        folder = self.opened.entry.parent
        return {
            name: path.relative_to(folder).as_posix()
            for name, path in self.opened.own_paths.items()
        }


@define(eq=False)
class Playground:
    """What answers: a folder for the files on the screen, and the book that was opened last."""

    folder: Path
    _files: dict[str, str] | None = None
    _screen: Screen | None = None
    _bundled: dict[str, Book] = field(factory=dict)

    def answer(self, asked: str) -> str:
        """The answer to a question, both as JSON. `files` are the texts of a book, `entry` the
        first of them; or `book` names one that came with the package, whose text stands unchanged.
        """
        given = json.loads(asked)
        try:
            screen = self._opened(given)
        except BookError as error:
            screen = Screen(OpenBook(Path(given["entry"]), (), None, error.faults), None)
        shown: dict[str, Any] = {"faults": list(_faults(screen)), "form": None, "html": ""}
        if screen.book is not None:
            shown["form"] = form_of(screen.book)
            try:
                shown["html"] = str(join(*self._tab(screen, screen.book, given)))
            except PriceError as error:
                shown["html"] = str(_error(error))
        return json.dumps(shown)

    def _opened(self, given: Mapping[str, Any]) -> Screen:
        if given.get("book"):
            return Screen(None, self._came_with(given["book"]))
        files = given["files"]
        if self._screen is None or files != self._files:
            entry = self._write(files, given["entry"])
            opened = open_book(entry, {})
            book = Book.of(Loaded(opened.book, "")) if opened.book is not None else None
            self._screen, self._files = Screen(opened, book), files
        return self._screen

    def _write(self, files: Files, entry: str) -> Path:
        for name in self._files or {}:
            if name not in files:
                (self.folder / name).unlink(missing_ok=True)
        for name, text in files.items():
            path = self.folder / name
            if (self._files or {}).get(name) != text:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        return self.folder / entry

    def _came_with(self, name: str) -> Book:
        if name not in self._bundled:
            self._bundled[name] = Book.of(load_book(name))
        return self._bundled[name]

    def _tab(self, screen: Screen, book: Book, given: Mapping[str, Any]) -> Iterator[Html]:
        audit = screen.audit
        assert audit is not None
        match given["tab"]:
            case "price":
                yield from _price(screen, book, given.get("request") or first_request(book))
            case "table":
                yield from _table(screen, book, given.get("at") or None)
            case "stacking":
                yield from _blocks(screen, as_text(audit, ["stacking"]))
            case "claims":
                yield from _claims(screen, book, audit)
            case "changes":
                yield from self._changes(screen, book, given)

    def _changes(self, screen: Screen, book: Book, given: Mapping[str, Any]) -> Iterator[Html]:
        """What the book on the screen changes in another: a bundled one, or the text as it was."""
        if given.get("base"):
            name, before = f"the bundled book `{given['base']}`", self._came_with(given["base"])
        else:
            name, before = "the text as it was", Book.of(load_book(given["before"]))
        changes = compare(before.checked, book.checked)
        yield element("p", f"{how_many(len(changes), 'change')} to {name}")
        for heading in dict.fromkeys(KINDS.values()):
            found = [change.text for change in changes if KINDS[change.kind] == heading]
            if found:
                yield element("h3", heading)
                yield element("ul", *(element("li", text) for text in found))


# ---- tabs ----------------------------------------------------------------------------------------


def _price(screen: Screen, book: Book, request: Mapping[str, Any]) -> Iterator[Html]:
    usage = {meter: quantity(text) for meter, text in request["usage"].items() if str(text).strip()}
    dimensions = {name: value for name, value in request["dimensions"].items() if value}
    bill = book.rates.bill(request["model"], request.get("at") or None, usage, dimensions)
    yield _shown(screen, request_table(bill))
    for note in bill.notes:
        yield element("p", note_line(note), class_=f"note {note.level}")
    yield element("h3", "Why")
    yield element("pre", bill.explain(), class_="why")


def _table(screen: Screen, book: Book, at: str | None) -> Iterator[Html]:
    page = price_page(book.checked, at)
    for table in page_tables(page):
        yield _shown(screen, table)
    for note in page.notes:
        yield element("p", note_line(note), class_=f"note {note.level}")
    if page.beside:
        yield element("h3", "Beside these tables")
        yield element("ul", *(element("li", text) for text in page.beside))


def _claims(screen: Screen, book: Book, audit: Audit) -> Iterator[Html]:
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


def _blocks(screen: Screen, blocks: Any) -> Iterator[Html]:
    for block in blocks:
        if isinstance(block, Table):
            yield _shown(screen, block)
        elif block:
            yield element("p", block)


def _error(error: PriceError) -> Html:
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


# ---- what is asked -------------------------------------------------------------------------------


def form_of(book: Book) -> dict[str, Any]:
    """What a request to a book may say, and the request to begin with."""
    return {
        "models": [model.name for model in reversed(book.models())],
        "meters": [{"name": meter.name, "unit": meter.unit} for meter in book.meters],
        "dimensions": [
            {"name": one.name, "values": list(one.values), "default": one.default}
            for one in book.dimensions
            if not one.clocked
        ],
        "first": first_request(book),
    }


def first_request(book: Book) -> dict[str, Any]:
    """The request to begin with: that of the first example, or else one of the newest model."""
    for example in book.checked.examples:
        if example.record == "single" and example.expect == "cost":
            usage = {name: plain(sum(found)) for name, found in example.usage}
            return {
                "model": example.model,
                "at": written(example.at),
                "usage": usage,
                "dimensions": dict(example.dimensions),
            }
    model = book.models()[-1].name
    return {"model": model, "at": "", "usage": {book.meters[0].name: "1000"}, "dimensions": {}}


def _faults(screen: Screen) -> Iterator[dict[str, Any]]:
    """The faults of the book as an editor shows them: columns in UTF-16 units, from 0."""
    opened = screen.opened
    for fault in opened.faults if opened is not None else ():
        yield {
            "code": fault.code,
            "severity": fault.severity,
            "message": fault.message,
            "help": fault.help,
            **_place(screen, fault.span),
            "fixes": list(_fixes(screen, fault)),
        }


def _fixes(screen: Screen, fault: Fault) -> Iterator[dict[str, Any]]:
    texts = dict(screen.opened.texts) if screen.opened is not None else {}
    for fix in fixes_of(fault, texts):
        edits = [{**_place(screen, edit.span), "text": edit.text} for edit in fix.edits]
        yield {"title": fix.title, "edits": edits}


def _place(screen: Screen, span: Span) -> dict[str, Any]:
    if span == NOWHERE or screen.opened is None:
        return {"file": None, "from": [0, 0], "to": [0, 0]}
    rows = screen.opened.texts.get(span.file, "").split("\n")

    def at(line: int, column: int) -> list[int]:
        row = rows[line - 1] if 0 < line <= len(rows) else ""
        return [line - 1, len(row[: column - 1].encode("utf-16-le", "surrogatepass")) // 2]

    return {
        "file": screen.names.get(span.file, span.file),
        "from": at(span.line, span.column),
        "to": at(span.end_line, span.end_column),
    }
