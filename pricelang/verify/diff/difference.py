"""The difference of two books, or of two days of one: decided over every request, in the fewest
sentences.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from attrs import define

from pricelang.model import book as m
from pricelang.model import rule_kinds as k
from pricelang.model.instants import Instant, seconds_of
from pricelang.verify.diff.aligned_books import join
from pricelang.verify.diff.bill_changes import (
    conversion_changes,
    free_changes,
    limit_changes,
    note_changes,
    rounding_changes,
    whole_changes,
)
from pricelang.verify.diff.catalog import (
    announcement_changes,
    figure_changes,
    model_changes,
    request_changes,
)
from pricelang.verify.diff.change import KINDS, Change
from pricelang.verify.diff.offer_changes import alias_changes, offer_changes
from pricelang.verify.diff.price_changes import charge_changes, price_changes
from pricelang.verify.diff.refusal_changes import (
    exclusion_changes,
    modifier_changes,
    order_changes,
    refusal_changes,
)
from pricelang.verify.diff.tier_changes import tier_changes
from pricelang.verify.diff.two_books import TwoBooks

UNDECIDED = "some of these may cancel each other: what changed is too much to multiply out"


def compare(
    old: m.Book, new: m.Book, old_at: Instant | None = None, new_at: Instant | None = None
) -> tuple[Change, ...]:
    """Everything that a request can tell two books apart by, and their figures;
    nothing where they mean the same.

    With days, only what holds on them is compared: the old book on `old_at`, the new one on
    `new_at` (one day alone holds for both). Order of rows and lines, names of groups, files,
    sources and the wording of reasons are no difference; nor is a modifier that only changed its
    name, or several that multiply out to the same.

    Raises `BadRequest` (`bad_date`).

    >>> import pricelang
    >>> book = pricelang.load().checked
    >>> compare(book, book)
    ()
    >>> print(compare(book, book, "2026-10-06", "2026-10-07")[1].text)
    cache_read of `claude-sonnet-5-5`: $0.20 -> $0.10 per MTok (-50%)
    """
    return Comparison.of(old, new, old_at, new_at).all()


@define(eq=False, repr=False)
class Comparison:
    """All changes from one book to another, and when the first of them begins."""

    books: TwoBooks

    @classmethod
    def of(
        cls, old: m.Book, new: m.Book, old_at: Instant | None, new_at: Instant | None
    ) -> Comparison:
        """Two books, or two days of them; one day alone holds for both.
        Raises `BadRequest` (`bad_date`).
        """
        first = old_at if old_at is not None else new_at
        last = new_at if new_at is not None else old_at
        days = (
            None if first is None else seconds_of(first),
            None if last is None else seconds_of(last),
        )
        return cls(TwoBooks.of(*join(old, new, *days)))

    @property
    def since(self) -> int | None:
        """When the first of the differences that were said begins (UTC seconds);
        None for always.
        """
        return self.books.since

    def all(self) -> tuple[Change, ...]:
        """All changes, in the order in which a reader wants them."""
        books = self.books
        found = [
            *map(books.noted, request_changes(books.words)),
            *itertools.chain.from_iterable(changes_of(books, kind) for kind in k.KINDS),
            *figure_changes(books.words),
        ]
        if books.rules.undecided:
            found.append(Change("remark", "", "", "", "", "", UNDECIDED))
        return tuple(sorted(found, key=lambda change: _ORDER[change.kind]))


_ORDER = {kind: number for number, kind in enumerate(KINDS)}


def changes_of(books: TwoBooks, kind: k.Kind) -> Iterator[Change]:
    """What two books do differently by their rules of a kind."""
    match kind:
        case "model":
            return map(books.noted, model_changes(books.words, books.rules))
        case "alias":
            return alias_changes(books)
        case "value":
            return offer_changes(books)
        case "tiers":
            return map(books.noted, tier_changes(books.words))
        case "price":
            return price_changes(books)
        case "meter" | "derivation" | "charge price" | "charge free" | "allow":
            return iter(())  # the prices say it, or the exclusions
        case "announcement":
            return announcement_changes(books.words)
        case "modifier line":
            return itertools.chain(modifier_changes(books), order_changes(books))
        case "limit":
            return limit_changes(books)
        case "exclusion":
            return exclusion_changes(books)
        case "charge minimum":
            return charge_changes(books)
        case "charge pool":
            return iter(())  # stands with the minimums
        case "refusal":
            return refusal_changes(books)
        case "free":
            return free_changes(books)
        case "note":
            return note_changes(books)
        case "rounding":
            return rounding_changes(books)
        case "conversion":
            return conversion_changes(books)
        case _:
            return whole_changes(books, kind, kind)
