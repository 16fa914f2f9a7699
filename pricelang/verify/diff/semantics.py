"""The meaning of one book in a joint space: what its diagrams are made from, and its names."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from attrs import define, field

from pricelang.model import book as m
from pricelang.verify.diff.aligned_space import NO, YES, Joint
from pricelang.verify.diff.book_view import BookView
from pricelang.verify.diff.counted_usage import Counted, counted


@define(eq=False, repr=False)
class BookSemantics:
    """One of two books, as the modules beside this one read it to make its diagrams.

    `names` are what modifiers are called in the other book, where they are called something else;
    `sized` says that the quantity matters for which a price is written. `prices` keeps the diagrams
    of prices, for others derive from them. `shared` has the points of each axis that both know.
    """

    side: BookView
    names: Mapping[str, str]
    sized: bool
    shared: Mapping[int, int]
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

    def counted(self, scope: m.Scope, per: str) -> Counted:
        """Whose usage the rule of a scope counts in the periods of an account."""
        return counted(self.side, self.shared, scope, per)

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


def base_size(meter: m.Meter, size: Fraction) -> Fraction:
    """So much of a meter's unit in base units (tokens, seconds, …)."""
    return size * meter.size


def yes(leaf: tuple[int, ...]) -> str:
    """A leaf of what is offered or holds: `(1,)`, or the index of the first that holds."""
    return YES if leaf else NO
