"""The families of ids that aliases name by a pattern: which model of a book an id belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from pricelang.model.book import Book
from pricelang.model.names import Alias

ANY, DIGIT = "*", "#"


def own_characters(pattern: str) -> int:
    """How many characters of a pattern stand for themselves.

    >>> own_characters("gpt-5-####-##-##*")
    8
    """
    return sum(letter not in (ANY, DIGIT) for letter in pattern)


def family_rank(pattern: str) -> int:
    """Which of several families that fit an id has it: the highest."""
    return 1000 * own_characters(pattern) + pattern.count(DIGIT)


class Families:
    """The patterns among some aliases, and the models by name that they stand for."""

    def __init__(self, aliases: Iterable[Alias], models: Sequence[str]) -> None:
        self._models = models
        patterns = [alias for alias in aliases if alias.pattern]
        self._patterns = [
            (re.split(r"[*#]", alias.name.lower(), maxsplit=1)[0], alias.name.lower(), alias.model)
            for alias in patterns
        ]

    def models_of(self, id: str) -> tuple[str, ...]:
        """The models whose pattern fits an id with the most characters of its own: one, or none, or
        several between which nothing decides. Capital letters are as small ones.
        """
        text = id.lower()
        fits = [
            (family_rank(pattern), model)
            for start, pattern, model in self._patterns
            if text.startswith(start) and _regex(pattern).fullmatch(text)
        ]
        best = max((rank for rank, _ in fits), default=None)
        models = dict.fromkeys(model for rank, model in fits if rank == best)
        return tuple(self._models[model] for model in models)


def regex_of(pattern: str) -> str:
    """The regular expression of the ids of a family, in small letters.

    >>> regex_of("gpt-5-##*")
    'gpt\\\\-5\\\\-[0-9][0-9][^/]*'
    """
    parts = {ANY: "[^/]*", DIGIT: "[0-9]"}
    return "".join(parts.get(letter, re.escape(letter)) for letter in pattern.lower())


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(regex_of(pattern), re.S)


@lru_cache(maxsize=16)
def families_of(book: Book) -> Families:
    """The families of a book."""
    return Families(book.aliases, [model.name for model in book.models])
