"""What another model makes of the same text: how many more tokens,
by figures of the book, and what is too short to cache.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil

from pricelang.model import book as m

TOKENIZER, USUALLY, AT_MOST = "tokenizer_growth", "usually", "at_most"
"""`figures tokenizer_growth`:
how many more tokens than the models without a row make of a text the models that have one.
"""

CACHEABLE, FLOOR = "cacheable_minimum", "floor"
"""`figures cacheable_minimum`: a shorter prompt is not cached by the row's model."""

Factors = tuple[Fraction, Fraction, Fraction]
_SAME: Factors = (Fraction(1), Fraction(1), Fraction(1))


class Growth:
    """The figures of a book, looked up by model."""

    def __init__(self, book: m.Book) -> None:
        self._grown: dict[int | None, dict[str, Fraction]] = {}
        self._floors: dict[int | None, list[tuple[int, int]]] = {}
        self.place: str | None = None
        """The `file:line` of the first figure of growth."""
        for figure in book.figures:
            if figure.table == TOKENIZER and figure.column in (USUALLY, AT_MOST):
                self._grown.setdefault(figure.model, {})[figure.column] = 1 + figure.value
                self.place = self.place or figure.origin.place
            elif figure.table == CACHEABLE and figure.column == FLOOR:
                self._floors.setdefault(figure.model, []).append((figure.start, ceil(figure.value)))

    def factors(self, old: int, new: int) -> Factors:
        """The least, the usual and the most that a count of tokens
        is multiplied by when a text goes to another model.

        >>> import pricelang
        >>> book = pricelang.load().checked
        >>> names = [model.name for model in book.models]
        >>> Growth(book).factors(names.index("claude-opus-4-6"), names.index("claude-opus-5"))
        (Fraction(1, 1), Fraction(13, 10), Fraction(27, 20))
        """
        before, after = self._grown.get(old), self._grown.get(new)
        if (before is None) == (after is None):
            return _SAME
        one = Fraction(1)
        if after is not None:
            return one, after.get(USUALLY, one), after.get(AT_MOST, one)
        assert before is not None
        return 1 / before.get(AT_MOST, one), 1 / before.get(USUALLY, one), one

    def floor(self, model: int, seconds: int) -> int | None:
        """The least tokens of a prompt that a model caches at an instant (UTC seconds),
        or None where no figure says.
        """
        return max(
            ((start, least) for start, least in self._floors.get(model, ()) if start <= seconds),
            default=(0, None),
        )[1]
