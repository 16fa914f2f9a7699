"""The meaning of one book in a joint space: what its diagrams are made from, and its names."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from attrs import define, field

from pricelang.model import book as m
from pricelang.model.space import points, space_of, undated
from pricelang.verify.diff.aligned_space import NO, YES, Joint
from pricelang.verify.diff.book_view import BookView


@define(eq=False, repr=False)
class BookSemantics:
    """One of two books, as the modules beside this one read it to make its diagrams.

    `names` are what modifiers are called in the other book, where they are called something else;
    `sized` says that the quantity matters for which a price is written. `prices` keeps the diagrams
    of prices, for others derive from them.
    """

    side: BookView
    names: Mapping[str, str]
    sized: bool
    prices: dict[int, int] = field(factory=dict, init=False)

    @property
    def joint(self) -> Joint:
        """The space."""
        return self.side.joint

    @property
    def book(self) -> m.Book:
        """The book."""
        return self.side.book

    def named(self, name: str) -> str:
        """The name of a modifier in the other book."""
        return self.names.get(name, name)

    def pair_of(self, exclusion: m.Exclusion) -> tuple[str, ...]:
        """The sorted names of the modifiers that an exclusion is about."""
        named = (self.named(self.book.modifiers[side].name) for side in exclusion.sides)
        return tuple(sorted(named))

    def order(self) -> tuple[str, ...]:
        """The stack by name: modifiers, and limits on unit prices."""
        return tuple(
            self.named(self.book.modifiers[index].name)
            if kind == "modifier"
            else self.book.limits[index].name
            for kind, index in self.book.stack
        )


def counter_of(book: m.Book, per: str, scope: m.Scope) -> str:
    """The key and the period of a rule, and what usage it counts together; two rules that count
    the same usage have the same words, whatever days and order they are written in.
    """
    space, models = space_of(book), dict(scope).get(m.MODELS)
    tests = [space.conditions((part,)) for part in undated(scope) if part[0] != m.MODELS]
    words = [per]
    if models is not None:
        words.append("for " + ", ".join(sorted(book.models[n].name for n in points(models))))
    if tests:
        words.append("when " + " and ".join(sorted(tests)))
    return words[0] if len(words) == 1 else f"{words[0]} of usage {' '.join(words[1:])}"


def base_size(meter: m.Meter, size: Fraction) -> Fraction:
    """So much of a meter's unit in base units (tokens, seconds, …)."""
    return size * meter.size


def yes(leaf: tuple[int, ...]) -> str:
    """A leaf of what is offered or holds: `(1,)`, or the index of the first that holds."""
    return YES if leaf else NO
