"""Requests that show what one book charges beside another: found in the space of both, and billed
by both, by themselves and as an account's only request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

from attrs import define, evolve, field, frozen

from pricelang.evaluate.allowances import charge_accounts
from pricelang.evaluate.line_items import Priced
from pricelang.evaluate.rate_card import RateCard
from pricelang.model import book as m
from pricelang.model.errors import PriceError
from pricelang.model.instants import DAY, iso_instant, written
from pricelang.model.plainest import PlainestFirst, Point
from pricelang.model.space import axis_of, dimension_of, first_sum
from pricelang.model.threshold_bands import quantities_on
from pricelang.model.time_of_day import setting_at, turns_of_day
from pricelang.present.decimals import money
from pricelang.solver.diagram import Forest
from pricelang.usage.model_ids import model_ids_of
from pricelang.verify.diff.aligned_space import Joint
from pricelang.verify.diff.book_view import BookView
from pricelang.verify.witness import Witness

Owed: TypeAlias = tuple[Fraction, str]
"""An exact amount, and its currency."""


@frozen
class Case:
    """A request as each book is asked for it: on two days, where they are looked at on two.
    `told` is it with the tiers of both books.
    """

    ours: Witness
    theirs: Witness
    told: Witness


@frozen
class Shown:
    """A request, and what each book bills for it, ours first; None where it refuses. `alone` is
    what an account owes that makes it alone, in all of the periods that it falls into.
    """

    case: Case
    owed: tuple[Owed | None, Owed | None]
    alone: bool = False


@define(eq=False, repr=False)
class Evidence(PlainestFirst):
    """Two books in one space, ours first, and the search for requests that both bill."""

    ours: BookView
    theirs: BookView
    cards: tuple[RateCard, RateCard] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.cards = _card(self.ours.book), _card(self.theirs.book)

    @property
    def joint(self) -> Joint:
        """The space."""
        return self.ours.joint

    @property
    def forest(self) -> Forest[Any]:  # type: ignore[override]
        """The diagrams of both books."""
        return self.joint.forest

    @property
    def axes(self) -> int:
        """How many axes there are."""
        return len(self.joint.sizes)

    def size(self, axis: int) -> int:
        """How many points an axis has."""
        return self.joint.sizes[axis]

    def default(self, axis: int) -> int | None:
        """The default of a dimension's axis; None of another axis."""
        dimensions = self.joint.dimensions
        if not m.FIRST_DIMENSION <= axis < first_sum(dimensions):
            return None
        dimension = dimensions[dimension_of(axis)]
        return dimension.values.index(dimension.default)

    # ---- as a record ----

    def case(self, point: Point, usage: Mapping[str, Fraction]) -> Case:
        """The record of a point, with quantities by meter filled up so that every sum is on its
        side.
        """
        ours = Witness(
            self.joint.models[point[m.MODELS]],
            self._instant(self.ours, point),
            tuple(self._dimensions(point)),
            tuple(sorted(self._usage(point, usage).items())),
        )
        theirs = evolve(ours, at=self._instant(self.theirs, point))
        return Case(self._known(self.ours, ours), self._known(self.theirs, theirs), ours)

    def _known(self, view: BookView, request: Witness) -> Witness:
        """A request without tiers of the other book alone, of which a book knows nothing."""
        own = {dimension.name for dimension in view.book.dimensions}
        tiers = {
            dimension.name
            for other in (self.ours, self.theirs)
            for dimension in other.book.dimensions
            if dimension.ladder is not None
        }
        if tiers <= own:
            return request
        kept = [(name, value) for name, value in request.dimensions if name not in tiers - own]
        return evolve(request, dimensions=tuple(kept))

    def _usage(self, point: Point, usage: Mapping[str, Fraction]) -> Mapping[str, Fraction]:
        names = sorted({*usage, *(name for total in self.joint.sums for name in total.meters)})
        given = {names.index(name): quantity for name, quantity in usage.items()}
        sides = point[first_sum(self.joint.dimensions) :]
        found = quantities_on(self.joint.numbered_sums(names), sides, given)
        return usage if found is None else {names[n]: size for n, size in found.items()}

    def _dimensions(self, point: Point) -> Iterator[tuple[str, str]]:
        """What a request says that is not the default of each book that knows the dimension."""
        for place, dimension in enumerate(self.joint.dimensions):
            value = dimension.values[point[axis_of(place)]]
            defaults = [
                known.values[known.default].name
                for view in (self.ours, self.theirs)
                for known in view.book.dimensions
                if known.name == dimension.name
            ]
            if not dimension.clocked and any(value != default for default in defaults):
                yield dimension.name, value

    def _instant(self, view: BookView, point: Point) -> str:
        """The first instant at which a book is looked at and the clocks set what a point says."""
        start = self._start(view, point)
        if self.joint.clock is None or (view.at is not None and start % DAY):
            return written(start) if start % DAY == 0 else iso_instant(start)
        late = next((late for late in self._turns(point) if self._set_by(late, point)), 0)
        return iso_instant(start + late)

    def _start(self, view: BookView, point: Point) -> int:
        """The first instant (UTC seconds) of a point's stretch of time."""
        start, boundaries = view.start(point[m.DATES]), self.joint.boundaries
        return start if start is not None else (boundaries[0] if boundaries else DAY) - DAY

    def _turns(self, point: Point) -> Iterator[int]:
        """After how many seconds a clock of either book may turn: within the day on which they are
        looked at, else within a year.
        """
        starts = [(view, self._start(view, point)) for view in (self.ours, self.theirs)]
        for day in range(0, DAY if self.ours.at is not None else 366 * DAY, DAY):
            turns = {
                turn - start
                for view, start in starts
                if view.at is None or start % DAY == 0
                for turn in turns_of_day(view.book, start - start % DAY + day)
            }
            yield from sorted(late for late in turns | {0} if late >= 0)

    def _set_by(self, late: int, point: Point) -> bool:
        """Decides whether the clocks of both books then set what a point says."""
        clock = self.joint.clock
        assert clock is not None
        for view in (self.ours, self.theirs):
            start = self._start(view, point)
            setting = setting_at(
                view.book, start + late if start % DAY == 0 or view.at is None else start
            )
            masks = [view.points[axis] for axis in view.clocked]
            for value, points in zip(setting, masks, strict=True):
                if not points[value] >> point[clock] & 1:
                    return False
        return True

    # ---- as bills ----

    def bill(self, case: Case) -> Shown:
        """What each book bills for a request alone."""
        ours, theirs = self.cards
        owed = _owed(_priced(ours, case.ours)), _owed(_priced(theirs, case.theirs))
        return Shown(case, owed)

    def alone(self, case: Case) -> Shown:
        """What each book invoices an account that made one request."""
        ours, theirs = self.cards
        return Shown(case, (_invoiced(ours, case.ours), _invoiced(theirs, case.theirs)), alone=True)

    def told(self, shown: Shown) -> str:
        """What each book bills, in words."""
        ours, theirs = self.cards
        alone = " as an account's only request" if shown.alone else ""
        said = _said(ours, shown.case.ours, shown.owed[0])
        other = _said(theirs, shown.case.theirs, shown.owed[1])
        return f"it {said}{alone}; {self.by_theirs} it {other}"

    @property
    def by_theirs(self) -> str:
        """By which book the other amount is, and of which day where it is looked at on one."""
        day = "" if self.theirs.at is None else f" on {written(self.theirs.at)}"
        return f"by `{self.theirs.book.name}`{day}"


def _said(card: RateCard, request: Witness, owed: Owed | None) -> str:
    if owed is not None:
        return f"costs {money(*owed)}"
    try:
        card_price(card, request)
    except PriceError as error:
        place = f" [{error.location}]" if error.location else ""
        return f"has no price: {error.message}{place}"
    return "has no invoice"


def _card(book: m.Book) -> RateCard:
    """The rates of a book, with the ids and the longest requests that `price` knows."""
    return RateCard(book, model_ids_of(book))


def card_price(card: RateCard, request: Witness) -> Priced:
    """A request, priced. Raises `PriceError`."""
    usage = request.record()["usage"]
    return card.request(request.model, request.at, usage, dict(request.dimensions))


def _priced(card: RateCard, request: Witness) -> Priced | None:
    try:
        return card_price(card, request)
    except PriceError:
        return None


def _owed(priced: Priced | None) -> Owed | None:
    return None if priced is None else (priced.total, priced.currency)


def _invoiced(card: RateCard, request: Witness) -> Owed | None:
    try:
        priced = card_price(card, request)
        charged, settled = charge_accounts(card.book, [("", priced)])
    except PriceError:
        return None
    total = sum((one.total for one in charged), Fraction(0))
    return total + sum((one.difference for one in settled), Fraction(0)), priced.currency


Differs: TypeAlias = Callable[[Fraction, Fraction], bool]


def shows(shown: Shown, differs: Differs) -> bool:
    """Decides whether both bills are in one currency and stand as is looked for, ours first."""
    ours, theirs = shown.owed
    if ours is None or theirs is None or ours[1] != theirs[1]:
        return False
    return differs(ours[0], theirs[0])


def one_prices(shown: Shown, ours: bool) -> bool:
    """Decides whether one book alone prices a request: ours, or theirs."""
    prices = [owed is not None for owed in shown.owed]
    return prices == [ours, not ours]
