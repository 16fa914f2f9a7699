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
    terms = [ladder_terms(book) for book in books]
    for name in dict.fromkeys([*terms[0], *terms[1]]):
        if terms[0].get(name) != terms[1].get(name):
            old, new = (_words(book, name) for book in books)
            body = f"tiers of {name}: {old or 'none'} -> {new or 'none'}"
            yield Change("tiers", name, "", "", old, new, sentence("", body))


def ladder_terms(book: m.Book) -> dict[str, Terms]:
    """What each ladder of a book says, by name."""
    found: dict[str, Terms] = {}
    for dimension in book.dimensions:
        ladder = dimension.ladder
        if ladder is not None:
            counts = frozenset(book.meters[meter].name for meter in ladder.counts)
            names = (value.name for value in dimension.values)
            starts = tuple(zip(names, ladder.starts, strict=True))
            found[dimension.name] = (
                counts,
                ladder.spend,
                ladder.account,
                ladder.all_units,
                starts,
            )
    return found


def _words(book: m.Book, name: str) -> str:
    found = (d for d in book.dimensions if d.name == name and d.ladder is not None)
    return next((ladder_words(book, d, d.ladder) for d in found if d.ladder is not None), "")
