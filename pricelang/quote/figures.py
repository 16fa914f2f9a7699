"""Figures of a book that a comparison reads: how much a model's tokenizer grows a text, and what is too short to cache."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

from pricelang.book import model as m

TOKENIZER, GROWTH = "tokenizer", "more_than_before"
"""`figures tokenizer`: from the release of a row's model on, models make up to this much more tokens of a text."""

CACHEABLE, FLOOR = "cacheable_minimum", "floor"
"""`figures cacheable_minimum`: a shorter prompt is not cached by the row's model."""


class Figures:
    """The figures of a book, looked up by model."""

    def __init__(self, book: m.Book) -> None:
        self.book = book
        self._growth = [
            (book.models[figure.model].released, 1 + figure.value, figure.origin)
            for figure in book.figures
            if figure.table == TOKENIZER and figure.column == GROWTH and figure.model is not None
        ]
        self._floors: dict[int | None, list[tuple[int, int]]] = {}
        for figure in book.figures:
            if figure.table == CACHEABLE and figure.column == FLOOR:
                self._floors.setdefault(figure.model, []).append((figure.start, ceil(figure.value)))

    def growth(self, old: int, new: int) -> tuple[Fraction, Fraction]:
        """The least and the most that a count of tokens is multiplied by when a text goes from one model to another.

        >>> import pricelang
        >>> book = pricelang.load().checked
        >>> names = [model.name for model in book.models]
        >>> Figures(book).growth(names.index("claude-opus-4-6"), names.index("claude-opus-5"))
        (Fraction(1, 1), Fraction(27, 20))
        """
        low = high = Fraction(1)
        before, after = (self.book.models[index].released for index in (old, new))
        for since, factor, _ in self._growth:
            if before < since <= after:
                high *= factor
            elif after < since <= before:
                low /= factor
        return low, high

    def growth_place(self) -> str | None:
        """The `file:line` of the newest figure of growth."""
        return max(self._growth, key=lambda row: row[0])[2].place if self._growth else None

    def floor(self, model: int, seconds: int) -> int | None:
        """The least tokens of a prompt that a model caches at an instant (UTC seconds), or None where no figure says."""
        return max(((start, least) for start, least in self._floors.get(model, ()) if start <= seconds), default=(0, None))[1]
