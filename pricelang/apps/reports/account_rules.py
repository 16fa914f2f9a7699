"""Which rules of accounts count a request: by whose key, and in which period."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from attrs import frozen

from pricelang.evaluate.account_keys import key_of
from pricelang.evaluate.allowance_terms import (
    SpendLimit,
    account_bounds,
    bounds_for,
    credits_of,
    terms_of,
)
from pricelang.evaluate.billing_periods import Term, term_for, turn_of
from pricelang.evaluate.ladders import LadderTerms
from pricelang.evaluate.line_items import Priced
from pricelang.evaluate.line_rates import Rate
from pricelang.evaluate.offers import Point
from pricelang.evaluate.positions import PositionedRequest
from pricelang.model import book as m
from pricelang.model.errors import BadRequest


@frozen
class CountedBy:
    """What a request is counted by: a key and a period, such as `organization per month`, and the
    days of a term.
    """

    per: str
    term: Term = None


class AccountRules:
    """The rules of the accounts of a book, looked up once for all requests that are alike.
    (A plain class: it grows.)
    """

    def __init__(self, book: m.Book) -> None:
        self._book = book
        self._ladders = LadderTerms(book)
        self._allowances: dict[tuple[Point, str], tuple[CountedBy, ...]] = {}
        self._beside: dict[Point, tuple[CountedBy, ...]] = {}
        self._bounds: dict[Point, tuple[SpendLimit, ...]] = {}
        self._credits: dict[Point, tuple[SpendLimit, ...]] = {}

    def keys_of(self, priced: Priced) -> dict[str, str]:
        """The keys by which a request is counted, each with its period. Raises `BadRequest`
        (`bad_book`, `bad_position`, `said_tier`).
        """
        if isinstance(priced, PositionedRequest):
            raise BadRequest(
                "bad_position",
                "the record says its position in tiers, which follows from what the account has "
                "used",
                help="leave `position` out",
            )
        bounds = (bound.per for bound in self.bounds(priced))
        ordered = (one.per for one in self.in_order(priced))
        return {key_of(per): per for per in (*ordered, *bounds)}

    def in_order(self, priced: Priced) -> Iterator[CountedBy]:
        """What counts a request at its place in the order of instants: allowances and tiers of the
        meters that it uses, ladders, and the credits that may pay for it.
        """
        cell = priced.cell
        if cell.point not in self._beside:
            ladders = self._ladders.at(cell.point)
            credits = credits_of(self._book, cell)
            self._beside[cell.point] = (
                *(CountedBy(one.ladder.account, one.term) for one in ladders),
                *(CountedBy(one.per, one.term) for one in credits),
            )
        for name, uses in priced.given.items():
            if (uses if isinstance(uses, int) else any(uses)) and isinstance(
                cell.rates[name], Rate
            ):
                yield from self._of_meter(priced, name)
        yield from self._beside[cell.point]

    def _of_meter(self, priced: Priced, name: str) -> tuple[CountedBy, ...]:
        key = priced.cell.point, name
        if key not in self._allowances:
            terms = terms_of(self._book, priced.cell, name)
            self._allowances[key] = (
                ()
                if terms is None
                else (CountedBy(terms.per, terms.pool_term), CountedBy(terms.per, terms.tier_term))
            )
        return self._allowances[key]

    def bounds(self, priced: Priced) -> tuple[SpendLimit, ...]:
        """The floors, caps and commitments that count a request. Raises `BadRequest`."""
        point = priced.cell.point
        if point not in self._bounds:
            self._bounds[point] = bounds_for(self._book, priced.cell)
        return self._bounds[point]

    def commitments(self, priced: Priced) -> Iterator[CountedBy]:
        """What counts a request towards what is committed."""
        for one in self.bounds(priced):
            if one.kind == "commitment":
                yield CountedBy(one.per, one.term)

    def credits(self, priced: Priced) -> tuple[SpendLimit, ...]:
        """The credits that may pay for a request. Raises `BadRequest`."""
        point = priced.cell.point
        if point not in self._credits:
            self._credits[point] = credits_of(self._book, priced.cell)
        return self._credits[point]

    def since(self, start: int) -> int | None:
        """The instant from which usage before a period matters that begins at `start`, for it uses
        what the account has for a longer one; None where none does.
        """
        first = self._first(start)
        if first < start and self.counts_money:
            while (earlier := self._first(first)) < first:
                first = earlier  # what it cost then was counted from further back
        return first if first < start else None

    def _first(self, at: int) -> int:
        """The first start of the periods that hold an instant."""
        every = [one for one in self._every() if one.term is None or at < one.term[1]]
        return min((turn_of(at, one.per, one.term) for one in every), default=at)

    @cached_property
    def counts_money(self) -> bool:
        """Decides whether what requests cost is counted, for which all that moves their prices must
        be known.
        """
        ladders = (one.ladder for one in self._book.dimensions)
        return any(one is not None and one.spend for one in ladders) or any(
            bound.kind != "limit" for bound, _ in account_bounds(self._book)
        )

    def _every(self) -> Iterator[CountedBy]:
        """All that counts usage before a period: but for floors and caps, which are of whole
        periods.
        """
        book = self._book
        for charge in book.charges:
            lines = [(line.account, line.scope) for line in charge.pools]
            lines += [(line.account, line.scope) for line in charge.prices if line.account]
            for per, scope in lines:
                yield CountedBy(per, term_for(book, per, scope))
        for dimension in book.dimensions:
            if dimension.ladder is not None:
                per, scope = dimension.ladder.account, dimension.ladder.scope
                yield CountedBy(per, term_for(book, per, scope))
        for bound, _ in account_bounds(book):
            if bound.kind != "limit":
                yield CountedBy(bound.per, bound.term)
