"""What a source says of models, as it spells them: prices, dates and names, each with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

from attrs import define, field, frozen

DOLLARS = "USD"
"""The currency of lists that name none."""
DateKind = Literal["released", "deprecated", "retired"]


class SourceFault(Exception):
    """A source that cannot be read as what it is taken for; the message says why."""


@frozen
class SourcePrice:
    """The price of one of a meter's unit under an id.

    `meter` is the name that a book has for it, `place` the field, column or line where the price
    stands. `said` are dimensions that the source says beside the id, `above` the length of prompt
    from which on the price holds (0 for any), `start` its first day (empty for none named).
    """

    id: str
    meter: str
    amount: Fraction
    place: str
    said: Mapping[str, str] = field(factory=dict)
    above: int = 0
    start: str = ""


@frozen
class SourceDate:
    """The day on which a model was released, or on which it is deprecated or retired."""

    id: str
    kind: DateKind
    day: str
    place: str
    said: Mapping[str, str] = field(factory=dict)


@frozen
class SourceName:
    """A model that a source names; `said` as for prices."""

    id: str
    place: str
    said: Mapping[str, str] = field(factory=dict)


@frozen
class SourceCharge:
    """A charge of a page by its title, with its price as it is written."""

    title: str
    price: str
    place: str


@define
class SourceData:
    """All that a source says. `passed_over` counts what is not compared, by its reason; a source
    that is not `whole` names some models and lacks none. The prices are in one `currency`.
    """

    name: str
    currency: str = DOLLARS
    whole: bool = True
    names: list[SourceName] = field(factory=list)
    prices: list[SourcePrice] = field(factory=list)
    dates: list[SourceDate] = field(factory=list)
    charges: list[SourceCharge] = field(factory=list)
    passed_over: Counter[str] = field(factory=Counter)

    def keep_currency(self, currency: str) -> None:
        """Passes over the prices if they are in another currency than that of a book."""
        if self.currency != currency and self.prices:
            reason = f"a price in {self.currency}, not in {currency}"
            self.passed_over[reason] += len(self.prices)
            self.prices.clear()


OTHER_KIND = "the id is of another kind than the models of the book"
"""Why an id is not compared in which no word of the book's kind stands."""
METERS = {"cache_write": "cache_write_5m", "web_searches": "web_search"}
"""Meters of lists of prices by the name that a book of Claude has for them."""


def kin_of(names: Mapping[str, object] | frozenset[str]) -> frozenset[str]:
    """The words with which the names of a book's models begin: an id of any source in which one of
    them stands is of the book's kind.

    >>> sorted(kin_of(frozenset({"claude-opus-5", "openai/gpt-5.1-mini"})))
    ['claude', 'gpt']
    """
    bare = (name.rpartition("/")[2] for name in names)
    return frozenset(word for name in bare if (word := first_word(name)))


def first_word(name: str) -> str:
    """What stands before the first mark of a name."""
    for number, char in enumerate(name):
        if not char.isalnum():
            return name[:number].lower()
    return name.lower()
