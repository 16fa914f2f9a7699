"""The books of the kit: those that are bundled, those of the corpus, and drawn ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import frozen

from pricelang.api import Book
from pricelang.check.book_files import Layer, TextFile
from pricelang.compile.book import check_layers
from tests.generators import write_book

ROOT = Path(__file__).resolve().parents[2]
RULES, CORPUS = ROOT / "rules", ROOT / "tests" / "corpus" / "good"


@frozen
class KitBook:
    """A book of the kit: its name there, what it is made of, how many requests to it are drawn, and
    whether it is asked what it does not know.
    """

    name: str
    origin: dict[str, Any]
    book: Book
    draws: int
    mistakes: bool = True


def bundled() -> Iterator[KitBook]:
    """The books that the package brings."""
    from pricelang import load

    for path in sorted(RULES.glob("*/book.price")):
        origin = {"path": path.parent.relative_to(ROOT).as_posix()}
        yield KitBook(path.parent.name, origin, load(path), 600)


def corpus() -> Iterator[KitBook]:
    """The good books of the corpus."""
    from pricelang import load

    found = [*CORPUS.glob("*.price"), *(path.parent for path in CORPUS.glob("*/book.price"))]
    for path in sorted(found):
        origin = {"path": path.relative_to(ROOT).as_posix()}
        yield KitBook(path.stem, origin, load(path), 20)


def drawn(count: int) -> Iterator[KitBook]:
    """Books that a seed draws, as many as are accepted."""
    seed = 0
    while count:
        texts = write_book(seed)
        checked = check_layers(
            tuple(
                Layer((TextFile(f"{number}.price", Path(f"{number}.price"), text),))
                for number, text in enumerate(texts)
            )
        )
        if checked.book is not None:
            yield KitBook(f"drawn-{seed}", {"texts": list(texts)}, Book(checked.book), 16, False)
            count -= 1
        seed += 1
