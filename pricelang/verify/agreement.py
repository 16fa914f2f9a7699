"""A contract compared with the book below it: where they agree, whether it ever charges more, and
whether it loosens a refusal.

The contract's space refines that of the book below (it has all of its models, days, values and
limits, and more), so the diagrams of the lower book are carried up, and whatever both have in
common cancels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from operator import gt, lt, ne
from typing import Any

from attrs import define, field, frozen

from pricelang.evaluate.line_items import Priced
from pricelang.evaluate.rate_card import RateCard
from pricelang.model import book as m
from pricelang.model.errors import PriceError
from pricelang.model.requests import NO, YES, Leaf, Point, is_yes
from pricelang.model.space import axis_of
from pricelang.present.decimals import money
from pricelang.solver.witness_search import Constraint
from pricelang.verify.analysis import Analysis
from pricelang.verify.beside import first_beside
from pricelang.verify.breaches import Breach
from pricelang.verify.carried_diagrams import carrier
from pricelang.verify.price_relations import Undecided
from pricelang.verify.witness import Witness, witness

UNIT_PRICES = "only unit prices are compared, and bills may differ in"
NOT_SHOWN = "a unit price of `{}` differs, and no bill was found that shows it"
SCALES = (1, 1_000, 1_000_000, 1_000_000_000)
"""So many of a meter are billed by both books, until the bills show what their unit prices say."""


@frozen
class Against:
    """How a contract stands to the book below it:
    for each question a request that shows it, or None and no reason.

    `dearer` is a request that it charges more for, `cheaper` one that it charges less for,
    `loosened` one that only the contract prices, `tightened` one that only the book below does.
    What is None is proven never to be, unless `undecided` says why it is not.
    """

    below: str
    dearer: Breach | None
    cheaper: Breach | None
    loosened: Breach | None
    tightened: Breach | None
    undecided: Mapping[str, str] = field(factory=dict)


@define(eq=False, repr=False)
class _Pair:
    """A contract and the book below it, in the space of the contract."""

    upper: Analysis
    lower: Analysis
    carry: Callable[[int], int]
    cards: tuple[RateCard, RateCard]

    @cached_property
    def below_prices(self) -> int:
        """Where the book below prices a request:
        what names a dimension that it does not know, it refuses.
        """
        known = {dimension.name for dimension in self.lower.book.dimensions}
        scopes: m.Scope = tuple(
            (axis_of(index), 1 << dimension.default)
            for index, dimension in enumerate(self.upper.book.dimensions)
            if dimension.name not in known and not dimension.clocked
        )
        return self.upper.all_of(
            [(self.carry(self.lower.usable[0]), is_yes), self.upper.within(scopes)]
        )[0]

    @cached_property
    def both_price(self) -> list[Constraint]:
        """That a request is priced by both."""
        return [self.upper.usable, (self.below_prices, is_yes)]

    def paid(self, meter: int) -> tuple[int, int]:
        """What one of a meter costs by each book:
        0 where it is free, None where it has no price.
        """
        name = self.upper.book.meters[meter].name
        below = next(
            (index for index, found in enumerate(self.lower.book.meters) if found.name == name),
            None,
        )
        nothing = self.upper.forest.leaf(None)
        return _paid(self.upper, meter), nothing if below is None else self.carry(
            _paid(self.lower, below)
        )

    def where(
        self, roots: Sequence[int], holds: Callable[[Any, Any], bool], more: Sequence[Constraint]
    ) -> Point | None:
        """A request for which the leaves of two diagrams are as is looked for."""
        root = self.upper.forest.combine(roots, lambda leaves: YES if holds(*leaves) else NO)
        return self.upper.find([(root, is_yes), *more])


def _pair(upper: Analysis, book: m.Book) -> _Pair:
    lower = Analysis(book)
    return _Pair(upper, lower, carrier(lower, upper), (RateCard(upper.book), RateCard(book)))


def against_below(upper: Analysis) -> Against | None:
    """What a contract changes in kind against the book that it extends;
    None for a book that extends none.
    """
    book = upper.below()
    if book is None:
        return None
    pair = _pair(upper, book)
    beside = _beside(pair, [])
    loosened, tightened = _one_sided(pair, YES, NO, []), _one_sided(pair, NO, YES, [])
    dearer, why_dearer = _apart(pair, gt, [])
    cheaper, why_cheaper = _apart(pair, lt, [])
    undecided = {}
    if dearer is None and (beside or why_dearer):
        undecided["dearer"] = beside or why_dearer
    if cheaper is None and (beside or why_cheaper):
        undecided["cheaper"] = beside or why_cheaper
    return Against(book.name, dearer, cheaper, loosened, tightened, undecided)


def _beside(pair: _Pair, inside: Sequence[Constraint]) -> str:
    """Why unit prices prove nothing about bills; nothing where they do."""
    found = first_beside(pair.upper, pair.lower, pair.carry, [*pair.both_price, *inside])
    return f"{UNIT_PRICES} {found}" if found is not None else ""


def first_disagreement(upper: Analysis, claim: m.Claim) -> Breach | None:
    """A request in the claim's scope that the two books price differently, with both amounts;
    None when there is none.

    Raises `ValueError` where the book below is not at hand,
    and `Undecided` where bills hold more than is compared.
    """
    book = upper.below()
    if book is None:
        raise ValueError("the book below is not at hand: audit the contract from its file")
    pair, inside = _pair(upper, book), [upper.within(claim.scope)]
    for ours, theirs in ((YES, NO), (NO, YES)):
        found = _one_sided(pair, ours, theirs, inside)
        if found is not None:
            return found
    found, why = _apart(pair, ne, inside)
    if found is not None:
        return found
    open_because = _beside(pair, inside) or why
    if open_because:
        raise Undecided(open_because)
    return None


def _one_sided(
    pair: _Pair, ours: Leaf, theirs: Leaf, inside: Sequence[Constraint]
) -> Breach | None:
    """A request that one book prices and the other refuses, as a whole or for one of its meters."""
    upper = pair.upper
    wanted = [(ours, theirs)]
    existing = [upper.existing] if ours == NO else []
    roots = [upper.usable[0], pair.below_prices]
    point = pair.where(
        roots, lambda left, right: (_plain(left), _plain(right)) in wanted, [*inside, *existing]
    )
    if point is not None:
        return _told(pair, witness(upper, point, {0: Fraction(1)}))
    for meter in range(len(upper.book.meters)):
        point = pair.where(
            pair.paid(meter),
            lambda left, right: (_has(left), _has(right)) in wanted,
            [*inside, *pair.both_price],
        )
        if point is not None:
            return _told(pair, witness(upper, point, {meter: Fraction(1)}))
    return None


def _plain(leaf: Leaf) -> Leaf:
    return YES if leaf == YES else NO


def _has(leaf: Leaf) -> Leaf:
    """Decides whether a meter can be used."""
    return YES if isinstance(leaf, Fraction) else NO


def _apart(
    pair: _Pair, holds: Callable[[Any, Any], bool], inside: Sequence[Constraint]
) -> tuple[Breach | None, str]:
    """A request that both price and whose bills differ as the unit prices of a meter do,
    or why there is none.

    A unit price is no bill: a floor, a cap or a rounding may hide its difference,
    so both books are asked for bills.
    """
    upper, why = pair.upper, ""
    for meter in range(len(upper.book.meters)):

        def differs(ours: Any, theirs: Any) -> bool:
            return (
                isinstance(ours, Fraction) and isinstance(theirs, Fraction) and holds(ours, theirs)
            )

        roots = pair.paid(meter)
        point = pair.where(roots, differs, [*inside, *pair.both_price])
        if point is None:
            continue
        name = upper.book.meters[meter].name
        for scale in SCALES:
            request = witness(upper, point, {meter: Fraction(scale)})
            bills = [_total(card, request) for card in pair.cards]
            if bills[0] is not None and bills[1] is not None and bills[0][1] == bills[1][1]:
                amounts = [bill[0] for bill in bills if bill is not None]
                if holds(*amounts):
                    prices = [upper.forest.value(root, point) for root in roots]
                    return _shown(pair, request, name, prices, amounts), ""
        why = NOT_SHOWN.format(name)
    return None, why


def _shown(
    pair: _Pair, request: Witness, meter: str, prices: Sequence[Any], amounts: Sequence[Fraction]
) -> Breach:
    """A request with what one of its meter costs by each book,
    where that is what is billed, or else with both bills.
    """
    if list(prices) != list(amounts):
        return _told(pair, request)
    shown = [
        money(price, card.book.currency) if price else "nothing"
        for price, card in zip(prices, pair.cards, strict=True)
    ]
    return request, f"one of `{meter}` costs {shown[0]}, and {shown[1]} by `{pair.lower.book.name}`"


def _total(card: RateCard, request: Witness) -> tuple[Fraction, str] | None:
    """What a book bills for a request, and its currency; None where it refuses."""
    try:
        priced = _priced(card, request)
    except PriceError:
        return None
    return priced.total, priced.currency


def _priced(card: RateCard, request: Witness) -> Priced:
    usage = request.record()["usage"]
    return card.request(request.model, request.at, usage, dict(request.dimensions))


def _told(pair: _Pair, request: Witness) -> Breach:
    """A request on which two books say different things, and what each says."""
    said = [_said(card, request) for card in pair.cards]
    return request, f"it {said[0]}; by `{pair.lower.book.name}` it {said[1]}"


def _said(card: RateCard, request: Witness) -> str:
    try:
        priced = _priced(card, request)
        return f"costs {money(priced.total, priced.currency)}"
    except PriceError as error:
        return f"has no price: {error.message}" + (f" [{error.location}]" if error.location else "")


def _paid(analysis: Analysis, meter: int) -> int:
    """The final unit price of a meter:
    0 where it or the request is free, None where it has no price.
    """
    members = [member for member in analysis.book.stack if analysis.touches(*member, meter)]
    roots = (analysis.unit_price(meter, members), analysis.book.decisions.free)

    def paid(leaves: tuple[Any, ...]) -> Leaf:
        price, free = leaves
        return None if price is None else Fraction(0) if free != NO or price == "free" else price

    return analysis.forest.combine(roots, paid)
