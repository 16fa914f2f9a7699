"""Ladders of tiers that came, went or changed: what they count, and where their tiers begin."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TypeAlias

from pricelang.model import book as m
from pricelang.model.ladder_words import ladder_words
from pricelang.verify.diff.change import Change
from pricelang.verify.diff.phrases import Phrasebook, sentence

Terms: TypeAlias = tuple[frozenset[str], bool, str, bool, tuple[tuple[str, Fraction], ...]]
"""What a ladder says beside its scope, which the offers of its tiers tell."""


def tier_changes(words: Phrasebook) -> Iterator[Change]:
    """What sets the tier of a request, ladder by ladder."""
    books = words.old.book, words.new.book
    found = [{x.name: x for x in book.dimensions if x.ladder is not None} for book in books]
    for name in dict.fromkeys([*found[0], *found[1]]):
        was, now = (_terms(b, at.get(name)) for b, at in zip(books, found, strict=True))
        if was != now:
            old, new = (_words(b, at.get(name)) for b, at in zip(books, found, strict=True))
            body = f"tiers of {name}: {old or 'none'} -> {new or 'none'}"
            yield Change("tiers", name, "", "", old, new, sentence("", body))


def _terms(book: m.Book, dimension: m.Dimension | None) -> Terms | None:
    ladder = dimension.ladder if dimension is not None else None
    if dimension is None or ladder is None:
        return None
    counts = frozenset(book.meters[meter].name for meter in ladder.counts)
    names = (value.name for value in dimension.values)
    starts = tuple(zip(names, ladder.starts, strict=True))
    return counts, ladder.spend, ladder.account, ladder.all_units, starts


def _words(book: m.Book, dimension: m.Dimension | None) -> str:
    ladder = dimension.ladder if dimension is not None else None
    if dimension is None or ladder is None:
        return ""
    return ladder_words(book, dimension, ladder)
