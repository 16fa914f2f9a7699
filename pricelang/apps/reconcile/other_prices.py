"""Other unit prices of a kind of usage, each the error of a bill that gives it, in order of price."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from fractions import Fraction

from attrs import define, field, frozen

from pricelang.apps.reconcile.changes import RequestChange

KINDS = (
    "account",
    "row",
    "quantity",
    "twice",
    "other factor",
    "outcome",
    "dimension",
    "factor on",
    "list",
    "date",
    "meter",
    "factor off",
    "rounding",
    "model",
    "side",
    "price",
    "whole",
    "moved",
    "no price",
    "pair",
)
"""The kinds of causes; of two that explain as much, the earlier is named first."""


SAME = ("factor on", "factor off")
"""Kinds that say of a rule what another one says of usage, and so are not named beside it."""


@frozen
class OtherPrice:
    """Another unit price: the error that gives it, in words that are the same for all usage that
    it befalls, its kind, and the places of the rules.
    """

    kind: str
    text: str
    unit: Fraction
    places: tuple[str, ...] = ()
    age: int = 0
    """Of two models the newer one is named first."""
    change: RequestChange | None = None
    """The change of the request that it is, where it is one."""
    rule: str = ""
    """The modifier whose factor it changes."""
    parts: tuple[OtherPrice, ...] = ()
    """The two errors of a pair."""

    @property
    def rank(self) -> tuple[int, int, str]:
        """What is named first of errors that explain as much."""
        return KINDS.index(self.kind), self.age, self.text


@define(eq=False, repr=False)
class OtherPrices:
    """The price of a kind of usage, and every other one; of one text the first is kept."""

    own: OtherPrice
    others: dict[str, OtherPrice]
    _ordered: list[OtherPrice] = field(init=False)
    _units: list[Fraction] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._ordered = sorted(self.others.values(), key=lambda one: one.unit)
        self._units = [one.unit for one in self._ordered]

    @classmethod
    def of(cls, own: OtherPrice, found: Iterable[OtherPrice]) -> OtherPrices:
        """The prices that are not the own one."""
        others: dict[str, OtherPrice] = {}
        for one in found:
            if one.unit != own.unit:
                others.setdefault(one.text, one)
        return cls(own, others)

    def between(self, low: Fraction, high: Fraction) -> Iterator[OtherPrice]:
        """The other prices from one to another, both included."""
        first, last = bisect_left(self._units, low), bisect_right(self._units, high)
        yield from self._ordered[first:last]
