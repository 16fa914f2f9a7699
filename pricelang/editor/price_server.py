"""The books that are open in an editor, and what the server tells it after each change."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from urllib.parse import unquote

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from pricelang import __version__
from pricelang.compile.gc_guard import uncollected
from pricelang.editor.kept import Kept
from pricelang.editor.lenses import Lens, change_lenses, claim_lenses, example_lenses
from pricelang.editor.names import Key, Occurrence
from pricelang.editor.open_books import OpenBook, book_entry, open_book
from pricelang.editor.ranges import Ranges
from pricelang.syntax.diagnostics import NOWHERE, Fault, Span

PAUSE = 0.01
"""Seconds after the last letter until a book is checked."""
LETTER = 0.005
"""Seconds in which a letter that was typed meanwhile is read."""
BUSY = 0.03
"""Seconds after which one is looked for."""
LENSES: tuple[Callable[[OpenBook], Iterable[Lens]], ...] = (
    claim_lenses,
    example_lenses,
    change_lenses,
)
"""The kinds of lenses, in the order in which they are decided."""


class PriceServer(LanguageServer):
    """The server, and the books that are open in it, each by its entry."""

    def __init__(self) -> None:
        super().__init__("pricelang", __version__)
        self.books: dict[Path, OpenBook] = {}
        self.kept = Kept()
        self.lenses: dict[Path, dict[int, tuple[Lens, ...]]] = {}
        self.published: dict[Path, dict[str, list[lsp.Diagnostic]]] = {}
        self.waiting: dict[Path, asyncio.Task[None]] = {}

    # ---- books ----

    def open_paths(self) -> dict[Path, str]:
        """The addresses of the documents on the screen, by path with all links followed."""
        return {self.path_of(uri).resolve(): uri for uri in self.workspace.text_documents}

    def path_of(self, uri: str) -> Path:
        """The path of a document; a new one, which has none, lies beside the others."""
        found = to_fs_path(uri)
        root = Path(self.workspace.root_path or ".")
        return Path(found) if found is not None else root / unquote(uri.rpartition(":")[2])

    def unsaved(self) -> dict[Path, str]:
        """The texts on the screen, by path with all links followed."""
        documents = self.workspace.text_documents
        return {
            path: documents[uri].source.replace("\r\n", "\n")
            for path, uri in self.open_paths().items()
        }

    def entry_of(self, uri: str) -> Path:
        """The entry of the book that a document is of."""
        return book_entry(self.path_of(uri), self.unsaved())

    def book_of(self, uri: str) -> OpenBook:
        """The book that a document is of, checked since its last change."""
        return self.book_at(self.entry_of(uri))

    def book_at(self, entry: Path) -> OpenBook:
        """The book of an entry, checked since its last change."""
        texts = self.unsaved()
        known = self.books.get(entry)
        if known is None or not known.is_current(texts):
            known = self.books[entry] = open_book(entry, texts, self.kept)
        return known

    def document(self, uri: str) -> tuple[OpenBook, str | None, Ranges]:
        """The book that a document is of, the name that messages show for it, and the places."""
        opened = self.book_of(uri)
        return opened, opened.name_of(self.path_of(uri)), self.ranges(opened)

    def ranges(self, opened: OpenBook) -> Ranges:
        """The places of a book as the editor counts them."""
        return Ranges(self.workspace.position_codec, opened.texts)

    # ---- after a change ----

    def changed(self, uri: str) -> None:
        """Checks the books of a document soon: its own, and those that extend it."""
        self.check_soon(self.entry_of(uri))
        self._check_those_with(self.path_of(uri))

    def closed(self, uri: str) -> None:
        """Forgets the book of a document that was the last one open of it; another counts with
        the text on the disk from now on.
        """
        self._forget_others()
        self._check_those_with(self.path_of(uri))

    def files_changed(self) -> None:
        """Checks the open books whose files were changed, made or deleted on the disk."""
        texts = self.unsaved()
        for entry in self._forget_others():
            known = self.books.get(entry)
            if known is None or not known.is_current(texts):
                self.check_soon(entry)

    def _forget_others(self) -> set[Path]:
        """The entries of the books that have a document on the screen; what is known of others
        goes, and what was told of them is taken back.
        """
        texts = self.unsaved()
        used = {book_entry(self.path_of(uri), texts) for uri in self.workspace.text_documents}
        for entry in {*self.books, *self.waiting} - used:
            waiting = self.waiting.pop(entry, None)
            if waiting is not None:
                waiting.cancel()
            for target in self.published.pop(entry, ()):
                self._publish(target, [])
            self.books.pop(entry, None)
            self.lenses.pop(entry, None)
            self.kept.rulings.pop(entry, None)
        return used

    def _check_those_with(self, path: Path) -> None:
        real = path.resolve()
        for entry, known in list(self.books.items()):
            if real in known.names_by_path and entry != path:
                self.check_soon(entry)

    def check_soon(self, entry: Path) -> None:
        """Checks a book soon, then decides its lenses: all that the next letter calls off."""
        before = self.waiting.pop(entry, None)
        if before is not None:
            before.cancel()
        self.waiting[entry] = asyncio.get_running_loop().create_task(self._settle(entry))

    async def _settle(self, entry: Path) -> None:
        with uncollected():
            await asyncio.sleep(PAUSE)
            await self._decide(entry)
        self.waiting.pop(entry, None)

    async def _decide(self, entry: Path) -> None:
        """Tells what is wrong with a book, and then what stands above its lines."""
        self._forget_others()
        opened = self.book_at(entry)
        self.publish(opened)
        gc.collect(0)  # now, and not between the next letter and its faults
        wrong: list[Lens] = []
        for kind, decide in enumerate(LENSES):
            found = [lens async for lens in _heeding_letters(decide(opened))]
            self.lenses.setdefault(entry, {})[kind] = tuple(found)
            self._ask_for_lenses()
            failing = [lens for lens in found if lens.wrong]
            if failing:
                wrong += failing
                self.publish(opened, wrong)

    def publish(self, opened: OpenBook, wrong: Sequence[Lens] = ()) -> None:
        """Tells the editor what is wrong with a book, file by file: its own, and those below it
        that are of no other open book. `wrong` are the examples and claims that fail: they come
        after the faults of the same texts, and the protocol knows no addition, so that all of a
        file is told again in which one stands, and nothing of the others.
        """
        shown, ranges = self.open_paths(), self.ranges(opened)
        files = {
            name: shown.get(path) or from_fs_path(str(path)) or ""
            for path, name in opened.names_by_path.items()
        }
        here = next(iter(opened.own_paths))
        by_file: dict[str, list[lsp.Diagnostic]] = {}
        for fault in opened.faults:
            found = self._diagnostic(ranges, files, fault)
            by_file.setdefault(fault.span.file or here, []).append(found)
        for lens in wrong:
            by_file.setdefault(lens.file, []).append(_failing(ranges, lens))
        told = {
            files[name]: by_file.get(name, [])
            for path, name in opened.names_by_path.items()
            if name in opened.own_paths
            or (name in by_file and not self._is_of_another(opened, path))
        }
        before = self.published.get(opened.entry, {})
        for target in before.keys() - told.keys():
            self._publish(target, [])
        self.published[opened.entry] = told
        for target, diagnostics in told.items():
            if not wrong or diagnostics != before.get(target):
                self._publish(target, diagnostics)

    def _is_of_another(self, opened: OpenBook, path: Path) -> bool:
        books = (one for one in self.books.values() if one is not opened)
        return any(path in one.own_real_paths for one in books)

    def _publish(self, uri: str, found: list[lsp.Diagnostic]) -> None:
        document = self.workspace.text_documents.get(uri)
        version = document.version if document is not None else None
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, found, version))

    def _diagnostic(self, ranges: Ranges, files: dict[str, str], fault: Fault) -> lsp.Diagnostic:
        severity = lsp.DiagnosticSeverity
        related = [
            lsp.DiagnosticRelatedInformation(lsp.Location(files[span.file], ranges.of(span)), label)
            for span, label in fault.others
            if span != NOWHERE and span.file in files
        ]
        return lsp.Diagnostic(
            ranges.of(fault.span),
            f"{fault.message}\nhelp: {fault.help}" if fault.help else fault.message,
            severity=severity.Error if fault.severity == "error" else severity.Warning,
            code=fault.code,
            source="pricelang",
            related_information=related or None,
        )

    def lenses_of(self, opened: OpenBook) -> Iterator[Lens]:
        """The lenses of a book, each kind as it was decided last."""
        found = self.lenses.get(opened.entry, {})
        return chain.from_iterable(found[kind] for kind in sorted(found))

    def _ask_for_lenses(self) -> None:
        """Has the editor ask for the lenses again."""
        capabilities = self.client_capabilities.workspace
        lens = capabilities.code_lens if capabilities is not None else None
        if lens is not None and lens.refresh_support:
            self.workspace_code_lens_refresh(None)

    # ---- questions ----

    def takes_snippets(self) -> bool:
        """Decides whether the editor fills in blanks of what it completes."""
        document = self.client_capabilities.text_document
        completion = document.completion if document is not None else None
        item = completion.completion_item if completion is not None else None
        return item is not None and bool(item.snippet_support)

    def name_at(
        self, uri: str, position: lsp.Position
    ) -> tuple[OpenBook, Occurrence, Key | None] | None:
        """The name at a place of a document."""
        opened, file, ranges = self.document(uri)
        if file is None:
            return None
        line, column = ranges.place(file, position)
        found = opened.names.at(file, line, column)
        return (opened, *found) if found is not None else None

    def location(self, opened: OpenBook, span: Span) -> lsp.Location:
        """A stretch of a book as a place for the editor."""
        path = opened.paths[span.file].resolve()
        uri = self.open_paths().get(path) or from_fs_path(str(path)) or ""
        return lsp.Location(uri, self.ranges(opened).of(span))


def _failing(ranges: Ranges, lens: Lens) -> lsp.Diagnostic:
    """An example or a claim that fails, at its first line."""
    row = ranges.rows(lens.file)[lens.line - 1]
    where = ranges.of(Span(lens.file, lens.line, 1, lens.line, len(row) + 1))
    severity = lsp.DiagnosticSeverity.Error
    return lsp.Diagnostic(where, lens.text, severity, code=row.split()[0], source="pricelang")


async def _heeding_letters(lenses: Iterable[Lens]) -> AsyncIterator[Lens]:
    """Lenses as they are decided. A letter that comes meanwhile is heard soon, and ends it."""
    await asyncio.sleep(LETTER)
    heard = time.monotonic()
    for lens in lenses:
        yield lens
        if time.monotonic() - heard > BUSY:
            await asyncio.sleep(LETTER)
            heard = time.monotonic()
