"""What a comparison of usage gives: a row for each alternative, and why one has no price."""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen

from pricelang.apps.quote.alternatives import Alternative
from pricelang.apps.quote.cache_words import CacheAnswer
from pricelang.apps.quote.model import Range
from pricelang.model.notes import Note
from pricelang.present.notebook import InNotebook
from pricelang.usage.records import Place


@frozen
class Refusal:
    """Why an alternative has no price: the error of the rule, and for how many records."""

    code: str
    message: str
    rule: str | None
    location: str | None
    help: str | None
    records: int


@frozen
class AlternativeRow:
    """What all records cost under an alternative; without changes, as they are given.

    `amount` is exact, in the currency of the comparison. It is a range where tokens are not known
    (another tokenizer), or where a sum may be on either side of a threshold: there the most is
    expected. A record that the alternative refuses is left out of it, and of `as_given`, which is
    what the same records cost as they are; where all are refused there is no amount. `change` is
    what is expected as a share of that: -1/2 is half of it less. `records` are priced, `refused`
    are not, and `changed` are not as given. `added` are records that only the alternative prices,
    at `added_amount`: no amount holds them, unless no record at all has a price as it is given.
    """

    alternative: Alternative
    amount: Range | None
    as_given: Range
    change: Fraction | None
    records: int
    refused: int
    changed: int
    added: int
    added_amount: Range
    refusals: tuple[Refusal, ...]
    notes: tuple[Note, ...]

    @property
    def order(self) -> tuple[Fraction, Fraction, int]:
        """The key of the rank: what the alternative adds to the bill of the records that it
        prices, first as expected and then at most.
        """
        amount = self.amount or self.as_given
        expected = Fraction(amount.expected) - self.as_given.expected
        high = Fraction(amount.high) - self.as_given.high
        return expected, high, len(self.alternative.changes)


@frozen
class AlternativeComparison(InNotebook):
    """Records under alternatives: `rows` by what each saves on the records that it prices,
    the given one among them, then what is `refused` whole.

    `caches` answers whether a cache pays for what was read.
    `failures` are records that have no price as they are, `skipped` lines are no records.
    """

    currency: str
    given: AlternativeRow
    rows: tuple[AlternativeRow, ...]
    refused: tuple[AlternativeRow, ...]
    caches: tuple[CacheAnswer, ...]
    failures: tuple[tuple[Place, dict[str, str | None]], ...]
    skipped: int
    grows: str | None

    @property
    def cheapest(self) -> AlternativeRow:
        """The first row: the least that is expected."""
        return self.rows[0] if self.rows else self.given
