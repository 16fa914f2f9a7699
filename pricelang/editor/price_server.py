"""The books that are open in an editor, and what the server tells it after each change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from pricelang import __version__
from pricelang.editor.lenses import Lens, change_lenses, claim_lenses, example_lenses
from pricelang.editor.names import Key, Occurrence
from pricelang.editor.open_books import OpenBook, book_entry, open_book
from pricelang.editor.ranges import Ranges
from pricelang.syntax.diagnostics import NOWHERE, Fault, Span

PAUSE = 0.02
"""Seconds after the last letter until a book is checked."""
LETTER = 0.005
"""Seconds in which a letter that was typed meanwhile is read."""
LENSES: tuple[Callable[[OpenBook], Iterable[Lens]], ...] = (
    claim_lenses,
    example_lenses,
    change_lenses,
)
"""The kinds of lenses, in the order in which they are decided."""


class PriceServer(LanguageServer):
    """The server, and the books that are open in it."""

    def __init__(self) -> None:
        super().__init__("pricelang", __version__)
        self.books: dict[Path, OpenBook] = {}
        self.lenses: dict[Path, dict[int, tuple[Lens, ...]]] = {}
        self.published: dict[Path, set[str]] = {}
        self.waiting: dict[Path, asyncio.Task[None]] = {}

    # ---- books ----

    def unsaved(self) -> dict[Path, str]:
        """The texts on the screen, by path with all links followed."""
        found = {}
        for uri, document in self.workspace.text_documents.items():
            path = to_fs_path(uri)
            if path is not None:
                found[Path(path).resolve()] = document.source.replace("\r\n", "\n")
        return found

    def book_of(self, uri: str) -> OpenBook:
        """The book that a document is of, checked since its last change."""
        texts = self.unsaved()
        entry = book_entry(_path(uri), texts)
        known = self.books.get(entry)
        # one whose files could not be read has none to look at
        if (
            known is None
            or not known.paths
            or any(
                texts.get(path.resolve(), known.texts[name]) != known.texts[name]
                for name, path in known.paths.items()
            )
        ):
            known = self.books[entry] = open_book(entry, texts)
        return known

    def document(self, uri: str) -> tuple[OpenBook, str | None, Ranges]:
        """The book that a document is of, the name that messages show for it, and the places."""
        opened = self.book_of(uri)
        return opened, opened.name_of(_path(uri)), self.ranges(opened)

    def ranges(self, opened: OpenBook) -> Ranges:
        """The places of a book as the editor counts them."""
        return Ranges(self.workspace.position_codec, opened.texts)

    # ---- after a change ----

    def changed(self, uri: str) -> None:
        """Checks the book of a document soon, then decides its lenses: all that the next letter
        calls off.
        """
        entry = book_entry(_path(uri), self.unsaved())
        before = self.waiting.pop(entry, None)
        if before is not None:
            before.cancel()
        self.waiting[entry] = asyncio.get_running_loop().create_task(self._settle(uri))

    async def _settle(self, uri: str) -> None:
        await asyncio.sleep(PAUSE)
        self.publish(uri)
        opened = self.book_of(uri)
        for kind, decide in enumerate(LENSES):
            # A letter that came meanwhile is heard here, and ends this.
            await asyncio.sleep(LETTER)
            self.lenses.setdefault(opened.entry, {})[kind] = tuple(decide(opened))
            self._ask_for_lenses()

    def publish(self, uri: str) -> None:
        """Tells the editor what is wrong with the book of a document, file by file."""
        opened, here, ranges = self.document(uri)
        by_file: dict[str, list[Fault]] = {}
        for fault in opened.faults:
            by_file.setdefault(fault.span.file or here or "", []).append(fault)
        files = {name: from_fs_path(str(path)) or "" for name, path in opened.paths.items()}
        if not files:  # a book whose files cannot all be read
            files = {name: self._uri(opened, name, uri) for name in {*by_file, *opened.texts}}
        gone = self.published.get(opened.entry, set()) - set(files.values())
        for target in gone:
            self._publish(target, [])
        self.published[opened.entry] = set()
        for name, target in files.items():
            faults = by_file.get(name, [])
            if faults or name in opened.own_paths or not opened.layers:
                self.published[opened.entry].add(target)
                self._publish(target, [self._diagnostic(ranges, files, one) for one in faults])

    def _uri(self, opened: OpenBook, name: str, uri: str) -> str:
        path = opened.entry.parent / Path(name).name
        return (from_fs_path(str(path)) if path.is_file() else None) or uri

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
            self.workspace_code_lens_refresh(None, callback=lambda _: None)

    # ---- questions ----

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
        uri = from_fs_path(str(opened.paths[span.file].resolve())) or ""
        return lsp.Location(uri, self.ranges(opened).of(span))


def _path(uri: str) -> Path:
    return Path(to_fs_path(uri) or uri)
