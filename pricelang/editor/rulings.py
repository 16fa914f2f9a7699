"""What is decided of a book by its rules: verdicts on claims and results of examples."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from attrs import define, evolve, field

from pricelang.evaluate.examples import Result, run_example
from pricelang.evaluate.rate_card import RateCard
from pricelang.model import book as m
from pricelang.model.self_checks import what_it_says
from pricelang.syntax import tree as t
from pricelang.verify.audit import Audit, with_claims_of


def rules_among(statements: Sequence[t.Statement]) -> tuple[t.Statement, ...]:
    """The statements that are no claims and no examples: those move no price."""
    return tuple(one for one in statements if not isinstance(one, t.Claim | t.Example))


@define(eq=False, repr=False)
class Rulings:
    """What is decided of a book by its rules alone: verdicts on claims and results of examples, of
    those that were asked about.
    """

    rules: tuple[t.Statement, ...]
    book: m.Book
    audit: Audit = field(init=False)
    rates: RateCard = field(init=False)
    results: dict[Hashable, Result] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self.audit, self.rates = Audit(self.book), RateCard(self.book)

    def hold_for(self, rules: Sequence[t.Statement], book: m.Book) -> bool:
        """Decides whether another book has these rules at these places. It has where its statements
        are the very same trees, and its claims name no other instants and thresholds.
        """
        return (
            len(rules) == len(self.rules)
            and all(map(_is_same, rules, self.rules))
            and book.boundaries == self.book.boundaries
            and list(map(_sum, book.sums)) == list(map(_sum, self.book.sums))
        )

    def audit_of(self, book: m.Book) -> Audit:
        """The audit of a book of these rules."""
        return with_claims_of(self.audit, book)

    def results_of(self, book: m.Book) -> Iterator[Result]:
        """The results of the examples of a book of these rules, each when it is asked for."""
        for example in book.examples:
            key = what_it_says(example)
            found = self.results.get(key)
            if found is None:
                found = self.results[key] = run_example(self.rates, example)
            yield evolve(found, example=example)


def _is_same(one: object, other: object) -> bool:
    return one is other


def _sum(one: m.Sum) -> tuple[object, ...]:
    return one.label, one.meters, one.limits, one.whole
