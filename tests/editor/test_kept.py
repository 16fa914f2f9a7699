"""What is kept from one change of a book to the next: the verdicts and amounts are those of a book
that is opened for the first time.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from pricelang.check.book_files import Layer, TextFile
from pricelang.editor.kept import Kept
from pricelang.editor.lenses import Lens, claim_lenses, example_lenses
from pricelang.editor.open_books import OpenBook
from tests.compile.test_checked_again import after, sources
from tests.editor.conftest import BOOK, MORE
from tests.oracle_requests import share

ENTRY = Path("book.price")
KEPT = Kept()
"""What is kept of all books of this module, as if each were the next text of one file."""


def shop(book: str, more: str) -> tuple[Layer, ...]:
    """A book of two files."""
    texts = {"book.price": book, "more.price": more}
    return (Layer(tuple(TextFile(name, Path(name), text) for name, text in texts.items())),)


def opened(layers: tuple[Layer, ...], kept: Kept) -> OpenBook:
    return OpenBook(ENTRY, layers, kept=kept)


def lenses(found: OpenBook) -> list[Lens]:
    return [*claim_lenses(found), *example_lenses(found)]


@share(0.5)
@given(st.integers(0, 2**64))
def test_a_book_is_decided_as_if_it_were_the_first(seed: int) -> None:
    random = Random(seed)
    books = [*sources("corpus/claims"), *sources("corpus/good"), *[shop(BOOK, MORE)] * 20]
    layers = random.choice(books)
    for _ in range(4):
        assert lenses(opened(layers, KEPT)) == lenses(opened(layers, Kept()))
        layers = after(layers, random)


def test_what_a_letter_cannot_change_is_not_decided_again() -> None:
    kept = Kept()
    first = opened(shop(BOOK, MORE), kept).rulings
    for more in (
        MORE.replace("costs $1", "costs $7"),
        MORE + "claim batch is x 0.6 on tokens\n",
        MORE + "# a comment\n",
    ):
        assert opened(shop(BOOK, more), kept).rulings is first
    for book, more in (
        (BOOK.replace("$15 ", "$16 "), MORE),
        ("# a line above\n" + BOOK, MORE),
        (BOOK, MORE.replace("x 0.5", "x 0.6")),
        (BOOK, MORE + "claim input costs less than output from 2026-02-15\n"),
        (BOOK, MORE + "claim input costs less than output when input over 2,000\n"),
        (BOOK, MORE + 'note "of the rules"\n'),
    ):
        before = opened(shop(BOOK, MORE), kept).rulings
        changed = opened(shop(book, more), kept)
        assert changed.book is not None
        assert changed.rulings is not before
