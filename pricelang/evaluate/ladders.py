"""Ladders of tiers at a request: which count it, and what each meter pays at each of their
tiers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator
from fractions import Fraction
from functools import lru_cache

from attrs import frozen

from pricelang.evaluate.account_keys import Account, holder_of
from pricelang.evaluate.allowance_terms import AllowanceTerms, Tier, terms_of
from pricelang.evaluate.billing_periods import Term, term_for, turn_end, turn_of
from pricelang.evaluate.combination import Combination, cell_at
from pricelang.evaluate.line_rates import Rate
from pricelang.evaluate.offers import Point
from pricelang.evaluate.pieces import Counter, Counts
from pricelang.model import book as m
from pricelang.model.errors import BadRequest
from pricelang.model.space import holds, value_at, with_value

Values = tuple[int, ...]
"""A tier of each ladder that counts a request, in their order, by its index."""


@frozen(eq=False)
class StandingLadder:
    """A ladder that counts the requests of a point: its dimension, by index and name. A unit of a
    meter moves its count by `moves`, where it counts units.
    """

    dimension: int
    name: str
    ladder: m.Ladder
    term: Term
    moves: dict[str, Fraction]
    spent: frozenset[str]

    def counter(self, account: Account, at: int) -> Counter:
        """Whose count it is at an instant. Raises `BadRequest` (`no_account`)."""
        per = self.ladder.account
        return holder_of(account, per), per, self.name, "ladder", (), turn_of(at, per, self.term)

    def end(self, counter: Counter) -> int:
        """When the period of a counter ends (UTC seconds)."""
        return turn_end(counter[-1], self.ladder.account, self.term)

    def tier(self, count: Fraction) -> int:
        """The tier of the unit that comes after a count."""
        return bisect_right(self.ladder.starts, count) - 1

    def reached(self, count: Fraction) -> int:
        """The tier of the last unit of a count."""
        return max(0, sum(start < count for start in self.ladder.starts) - 1)

    def until(self, tier: int) -> Fraction | None:
        """The count at which a tier ends, if it does."""
        starts = self.ladder.starts
        return starts[tier + 1] if tier + 1 < len(starts) else None

    def by(self, meter: str, price: Fraction) -> Fraction:
        """How far a unit of a meter moves the count, which is paid so much for."""
        return self.moves.get(meter, _NOTHING) if not self.spent else self._spend(meter, price)

    def _spend(self, meter: str, price: Fraction) -> Fraction:
        return price if meter in self.spent else _NOTHING


_NOTHING = Fraction(0)


@frozen
class ReachedTier:
    """The tier of a ladder of all units that a period reaches, which ends at `end` (UTC
    seconds).
    """

    name: str
    counter: Counter
    end: int
    count: Fraction
    tier: int


class LadderTerms:
    """What requests of a book pay at each tier of the ladders that count them; worked out once for
    each combination. A request that names its tier is refused, or `may_say` it: then the ladder
    does not count it. (A plain class: it grows.)
    """

    def __init__(self, book: m.Book, may_say: bool = False) -> None:
        self.book, self._may_say = book, may_say
        self._ladders: dict[Point, tuple[StandingLadder, ...]] = {}
        self._cells: dict[Point, Combination] = {}
        self._terms: dict[tuple[Point, str], AllowanceTerms] = {}
        self._changed: dict[tuple[Point, int, str], bool] = {}
        self._every = tuple(
            _standing(book, index, dimension.name, dimension.ladder)
            for index, dimension in enumerate(book.dimensions)
            if dimension.ladder is not None
        )

    def at(self, point: Point) -> tuple[StandingLadder, ...]:
        """The ladders that count the requests of a point. Raises `BadRequest` (`said_tier`) where
        the request says its tier itself.
        """
        found = self._ladders.get(point)
        if found is None:
            found = self._ladders[point] = self.among(point, {one.name for one in self._every})
        return found

    def among(self, point: Point, names: Container[str]) -> tuple[StandingLadder, ...]:
        """Those of some names. Raises `BadRequest` (`said_tier`)."""
        found = [x for x in self._every if x.name in names and holds(x.ladder.scope, point)]
        if self._may_say:
            return tuple(one for one in found if not value_at(point, one.dimension))
        for one in found:
            _check_unsaid(self.book.dimensions[one.dimension], value_at(point, one.dimension))
        return tuple(found)

    def reached(self, counts: Counts) -> Iterator[ReachedTier]:
        """What each period of a ladder of all units has reached by some counts."""
        whole = {one.name: one for one in self._every if one.ladder.all_units}
        for counter, count in counts.items():
            one = whole.get(counter[2]) if counter[3] == "ladder" else None
            if one is not None:
                end, tier = one.end(counter), one.reached(count)
                yield ReachedTier(one.name, counter, end, count, tier)

    def cell(self, point: Point) -> Combination:
        """The combination at a point."""
        found = self._cells.get(point)
        if found is None:
            found = self._cells[point] = cell_at(self.book, point)
        return found

    def terms(self, point: Point, meter: str) -> AllowanceTerms:
        """What a meter costs a request; nothing is `per` anybody where it has no pool and no tiers
        of its own.
        """
        key = point, meter
        found = self._terms.get(key)
        if found is None:
            found = self._terms[key] = _terms(self.book, self.cell(point), meter)
        return found

    def changes(self, point: Point, ladder: StandingLadder, meter: str) -> bool:
        """Decides whether some tier of a ladder changes what a meter costs at a point."""
        key = point, ladder.dimension, meter
        found = self._changed.get(key)
        if found is None:
            first = self.terms(point, meter)
            found = self._changed[key] = any(
                self.terms(at_tiers(point, (ladder,), (tier,)), meter) != first
                for tier in range(1, len(ladder.ladder.starts))
            )
        return found


@lru_cache(maxsize=16)
def ladder_terms_of(book: m.Book) -> LadderTerms:
    """What requests of a book pay at each tier."""
    return LadderTerms(book)


def at_tiers(point: Point, ladders: Iterable[StandingLadder], values: Values) -> Point:
    """A point at some tiers of its ladders."""
    for one, value in zip(ladders, values, strict=True):
        if value:
            point = with_value(point, one.dimension, value)
    return point


def _standing(book: m.Book, index: int, name: str, ladder: m.Ladder) -> StandingLadder:
    names = {book.meters[meter].name: book.meters[meter].size for meter in ladder.counts}
    every = frozenset(names or (meter.name for meter in book.meters))
    term = term_for(book, ladder.account, ladder.scope)
    if ladder.spend:
        return StandingLadder(index, name, ladder, term, {}, every)
    return StandingLadder(index, name, ladder, term, names, frozenset())


def _check_unsaid(dimension: m.Dimension, value: int) -> None:
    if value != dimension.default:
        raise BadRequest(
            "said_tier",
            f"the request says that its `{dimension.name}` is `{dimension.values[value].name}`, "
            "which follows from what the account has used",
            help=f"leave `{dimension.name}` out: each unit has the tier of its place",
        )


def _terms(book: m.Book, cell: Combination, meter: str) -> AllowanceTerms:
    found = terms_of(book, cell, meter)
    if found is not None:
        return found
    rate = cell.rates[meter]
    assert isinstance(rate, Rate)
    return AllowanceTerms("", Fraction(0), (Tier(Fraction(0), rate.unit_price),))
