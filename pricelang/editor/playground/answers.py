"""From the text of a book to what the playground shows beside it: faults, and a tab of answers.

The first answer is a price of a compiled book: it waits for no import that it does not need.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias, assert_never

from attrs import define, field

from pricelang.api import Book
from pricelang.compile.load import Loaded, load_book
from pricelang.editor.playground.form import first_request, form_of
from pricelang.editor.playground.price_tab import price_tab, refusal
from pricelang.editor.playground.screen import Screen, checks_of, faults_of
from pricelang.model.errors import PriceError
from pricelang.present.markup import Html, join
from pricelang.syntax.diagnostics import BookError

Ask: TypeAlias = Literal["tab", "checks", "words", "tidy"]
Tab: TypeAlias = Literal["guide", "price", "table", "stacking", "claims", "changes"]


@define(eq=False)
class Playground:
    """What answers: a folder for the files on the screen, and the book that was opened last."""

    folder: Path
    _files: dict[str, str] | None = None
    _screen: Screen | None = None
    _bundled: dict[str, Screen] = field(factory=dict)

    def answer(self, asked: str) -> str:
        """The answer to a question, both as JSON. `files` are the texts of a book, `entry` the
        first of them; or `book` names one that came with the package, whose text stands unchanged.
        `ask` is what is wanted: the faults and a `tab`, the `checks` that the book makes of itself,
        the `words` that may stand at a place, or the text of a file set out `tidy`.
        """
        given = json.loads(asked)
        ask: Ask = given.get("ask", "tab")
        if ask == "tidy":
            return json.dumps(_tidy(given["file"], given["files"][given["file"]]))
        try:
            screen = self._opened(given)
        except BookError as error:
            screen = Screen(None, None, error.faults)
        match ask:
            case "tab":
                return json.dumps(self._shown(screen, given))
            case "checks":
                return json.dumps({"checks": list(checks_of(screen))})
            case "words":
                return json.dumps({"words": list(_words(screen, given))})
            case _:
                assert_never(ask)

    def _shown(self, screen: Screen, given: Mapping[str, Any]) -> dict[str, Any]:
        shown: dict[str, Any] = {"faults": list(faults_of(screen)), "form": None, "html": None}
        if screen.book is not None:
            shown["form"] = form_of(screen.book)
            try:
                shown["html"] = str(join(*self._tab(screen, screen.book, given)))
            except PriceError as error:
                shown["html"] = str(refusal(screen, error))
        return shown

    def prepare(self) -> None:
        """Imports what the first answer did not need, before it is asked for."""
        import pricelang.editor.completion
        import pricelang.editor.open_books
        import pricelang.editor.playground.tabs  # noqa: F401

    def _opened(self, given: Mapping[str, Any]) -> Screen:
        if given.get("book"):
            return self._came_with(given["book"])
        from pricelang.editor.open_books import open_book

        files = given["files"]
        if self._screen is None or files != self._files:
            entry = self._write(files, given["entry"])
            before = self._screen.opened if self._screen is not None else None
            opened = open_book(entry, {}, before.kept if before is not None else None)
            book = Book.of(Loaded(opened.book, "")) if opened.book is not None else None
            self._screen, self._files = Screen(opened, book, opened.faults), files
        return self._screen

    def _write(self, files: Mapping[str, str], entry: str) -> Path:
        for name in self._files or {}:
            if name not in files:
                (self.folder / name).unlink(missing_ok=True)
        for name, text in files.items():
            path = self.folder / name
            if (self._files or {}).get(name) != text:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        return self.folder / entry

    def _came_with(self, name: str) -> Screen:
        if name not in self._bundled:
            self._bundled[name] = Screen(None, Book.of(load_book(name)), ())
        return self._bundled[name]

    def _tab(self, screen: Screen, book: Book, given: Mapping[str, Any]) -> Iterator[Html]:
        tab: Tab = given["tab"]
        if tab == "guide":
            return  # the page has it
        if tab == "price":
            yield from price_tab(screen, book, given.get("request") or first_request(book))
            return
        from pricelang.editor.playground.tabs import claims_tab, stacking_tab, table_tab

        match tab:
            case "table":
                yield from table_tab(screen, book, given.get("at") or None)
            case "stacking":
                yield from stacking_tab(screen, screen.audit)
            case "claims":
                yield from claims_tab(screen, book, screen.audit)
            case "changes":
                yield from self._changes(book, given)
            case _:
                assert_never(tab)

    def _changes(self, book: Book, given: Mapping[str, Any]) -> Iterator[Html]:
        """What the book on the screen changes in a bundled one, or in the text as it was."""
        if given.get("base"):
            name, before = (
                f"the bundled book `{given['base']}`",
                self._came_with(given["base"]).book,
            )
        else:
            name, before = "the text as it was", Book.of(load_book(given["before"]))
        assert before is not None
        from pricelang.editor.playground.tabs import changes_tab
        from pricelang.verify.diff.difference import compare

        yield from changes_tab(compare(before.checked, book.checked), name)


def _words(screen: Screen, given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What may stand at the place `at` (a line and a column, from 0) of a file."""
    from pricelang.editor.completion import proposals

    if screen.opened is not None:
        line, column = given["at"]
        found = proposals(screen.opened.names, given["files"][given["file"]], line + 1, column + 1)
        for one in sorted(found, key=lambda one: (one.order, one.text)):
            yield {"text": one.text, "kind": one.kind}


def _tidy(name: str, text: str) -> dict[str, Any]:
    """The text as the formatter sets it out, or why it does not."""
    from pricelang.syntax.formatting import FormatError, format_text

    try:
        return {"text": format_text(name, text), "why": None}
    except BookError:
        return {"text": None, "why": "mend what cannot be read first"}
    except FormatError as error:
        return {"text": None, "why": str(error)}
