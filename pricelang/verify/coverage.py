"""The rules of a book that its examples exercise: a rule counts where it decides something that an
example is about (`deciding_rules`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from fractions import Fraction

from attrs import field, frozen

from pricelang.evaluate.rate_card import RateCard
from pricelang.model import book as m
from pricelang.model.rule_kinds import Kind, PriceRule, Rule
from pricelang.model.rules import name_of, of_account, origin_of, rules_of
from pricelang.model.space import Space, meet, space_of
from pricelang.verify.deciding_rules import Key, decided_in, key_of

OF_ACCOUNT = "it belongs to an account and a period"
NEVER_OFFERED = "the meter is not offered to the model while the row holds"


@frozen
class CoveredRule:
    """A rule and how many examples it decided something in;
    `unreachable` says why no example can reach it.

    `kind` is one of the registry (`model.rule_kinds`); `name` says which of them.
    """

    kind: Kind
    name: str
    origin: m.Origin
    examples: int
    unreachable: str | None = None


@frozen
class FileCoverage:
    """How many of a file's rules that examples can reach they exercise."""

    file: str
    rules: int
    exercised: int

    @property
    def percent(self) -> Fraction:
        """The share that is exercised, from 0 to 100, exactly;
        100 where there is nothing to exercise.
        """
        return Fraction(100 * self.exercised, self.rules) if self.rules else Fraction(100)


@frozen
class Coverage:
    """The rules of a book in order of place, and how many `examples` were run against them."""

    rules: tuple[CoveredRule, ...] = field(repr=False)
    examples: int

    @property
    def reachable(self) -> tuple[CoveredRule, ...]:
        """The rules that an example can reach: those that the percentage is of."""
        return tuple(rule for rule in self.rules if rule.unreachable is None)

    @property
    def missed(self) -> tuple[CoveredRule, ...]:
        """The rules that an example could exercise and none does."""
        return tuple(rule for rule in self.reachable if not rule.examples)

    @property
    def unreachable(self) -> tuple[CoveredRule, ...]:
        """The rules that no example can reach."""
        return tuple(rule for rule in self.rules if rule.unreachable is not None)

    @property
    def files(self) -> tuple[FileCoverage, ...]:
        """Each file that holds a rule which an example can reach."""
        all_of = Counter(rule.origin.file for rule in self.reachable)
        hit = Counter(rule.origin.file for rule in self.reachable if rule.examples)
        return tuple(FileCoverage(file, count, hit[file]) for file, count in all_of.items())

    @property
    def total(self) -> FileCoverage:
        """All files together."""
        return FileCoverage("", len(self.reachable), len(self.reachable) - len(self.missed))


def measure(
    book: m.Book, examples: Iterable[m.Example] | None = None, files: Collection[str] | None = None
) -> Coverage:
    """The rules of a book, and how many of its examples exercise each, or of those in `examples`;
    only rules in `files`, where these are named.

    A contract has only its own examples: name its own `files`, for the book below has examples of
    its own. Raises nothing for an example that does not come out as written: it exercises what
    decided the outcome that it has.

    >>> import pricelang
    >>> coverage = measure(pricelang.load().checked)
    >>> coverage.total.exercised == coverage.total.rules - len(coverage.missed)
    True
    """
    rates, counts = RateCard(book), Counter[Key]()
    selected = tuple(book.examples if examples is None else examples)
    for example in selected:
        counts.update(decided_in(rates, example))
    found: dict[Key, CoveredRule] = {}
    for kind, name, origin, unreachable in _catalogue(book):
        key = key_of(kind, origin)
        if (files is None or origin.file in files) and (key not in found or found[key].unreachable):
            found[key] = CoveredRule(kind, name, origin, counts[key], unreachable)
    order = {file: number for number, file in enumerate(book.files)}
    rules = sorted(
        found.values(),
        key=lambda rule: (order[rule.origin.file], rule.origin.line, rule.origin.column),
    )
    return Coverage(tuple(rules), len(selected))


# ---- all rules -----------------------------------------------------------------------------------


def _catalogue(book: m.Book) -> Iterator[tuple[Kind, str, m.Origin, str | None]]:
    """Kind, name and origin of each rule, and why no example can reach it."""
    space = space_of(book)
    for rule in rules_of(book):
        yield rule.kind, name_of(book, rule), origin_of(rule), _unreachable(book, space, rule)


def _unreachable(book: m.Book, space: Space, rule: Rule) -> str | None:
    """Why no example can reach a rule."""
    if isinstance(rule, PriceRule) and not _ever_offered(book, space, rule.line):
        return NEVER_OFFERED
    return OF_ACCOUNT if of_account(rule) else None


def _ever_offered(book: m.Book, space: Space, price: m.Price) -> bool:
    """Decides whether some day has the model, its row and the meter at once;
    a base of derived prices need not be offered.
    """
    within = meet(price.scope, ((m.DATES, space.since_release(price.model)),))
    is_base = any(line.of == price.meter for line in book.derivations)
    offers: list[m.Scope] = (
        [()] if is_base else [offer.scope for offer in book.meters[price.meter].offers]
    )
    return within is not None and any(meet(within, scope) is not None for scope in offers)
