"""What stands above a line of a book in an editor: amounts of examples, verdicts of claims, and
what a book changes since the last commit.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from attrs import frozen

from pricelang.apps.revisions import book_of_revision, commit_of
from pricelang.compile.load import load_book
from pricelang.editor.open_books import OpenBook
from pricelang.model import book as m
from pricelang.model.errors import PriceError
from pricelang.present.text import how_many
from pricelang.syntax.diagnostics import BookError
from pricelang.usage.io.writing import scratch
from pricelang.verify.diff.difference import compare

MAX_CHANGES = 3
"""So many changes since the last commit are told above the header; the others are counted."""


@frozen
class Lens:
    """A remark above a line of a file; a `wrong` one tells of what fails."""

    file: str
    line: int
    text: str
    wrong: bool = False


def example_lenses(opened: OpenBook) -> Iterator[Lens]:
    """What each example comes to."""
    if opened.book is None:
        return
    for result in opened.rulings.results_of(opened.book):
        origin = result.example.origin
        text = result.got if result.passed else f"{result.got}, expected {result.expected}"
        yield Lens(origin.file, origin.line, text, not result.passed)


def claim_lenses(opened: OpenBook) -> Iterator[Lens]:
    """The verdict on each claim, with the request that breaks it."""
    if opened.book is None:
        return
    for verdict in opened.audit.decided():
        origin = verdict.claim.origin
        if verdict.undecided:
            yield Lens(origin.file, origin.line, f"undecided: {verdict.why}")
        elif verdict.holds:
            yield Lens(origin.file, origin.line, "proven")
        else:
            witness = f" by {verdict.witness}" if verdict.witness is not None else ""
            yield Lens(origin.file, origin.line, f"broken{witness}: {verdict.why}", True)


def change_lenses(opened: OpenBook) -> Iterator[Lens]:
    """What the book changes since the last commit, above its header."""
    before = _committed(opened.entry)
    if opened.book is None or before is None or not opened.layers:
        return
    changes = compare(before, opened.book)
    name = opened.layers[-1].files[0].name
    for change in changes[:MAX_CHANGES]:
        yield Lens(name, 1, f"since HEAD: {change.text}")
    if len(changes) > MAX_CHANGES:
        more = how_many(len(changes) - MAX_CHANGES, "more change")
        yield Lens(name, 1, f"since HEAD: {more}; `pricelang diff HEAD:{opened.entry.name}`")


def _committed(entry: Path) -> m.Book | None:
    """The book as it was committed last, or None where there is none."""
    try:
        return _at_commit(entry, commit_of("HEAD", entry.parent))
    except PriceError:
        return None


@lru_cache(maxsize=8)
def _at_commit(entry: Path, commit: str) -> m.Book | None:
    with scratch() as folder:
        try:
            path = book_of_revision(commit, f"./{entry.name}", Path(folder), entry.parent)
            return load_book(path).book
        except (PriceError, BookError, OSError):
            return None
