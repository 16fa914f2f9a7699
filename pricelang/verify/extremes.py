"""The highest and the lowest multiplier that a request of each model can meet: how many times its
list price, before any modifier, is the unit price of a meter.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Literal, TypeAlias, get_args

from attrs import define, field, frozen

from pricelang.evaluate.stack.numbers import through
from pricelang.evaluate.stack.operations import ONE, Operations
from pricelang.model.book import MODELS
from pricelang.model.requests import Point
from pricelang.solver.witness_search import Constraint
from pricelang.verify.analysis import Analysis
from pricelang.verify.multiplier_search import Furthest, Multiplied, furthest, multiplied
from pricelang.verify.price_relations import Undecided, rounding_root
from pricelang.verify.witness import Witness, witness

End: TypeAlias = Literal["highest", "lowest"]
Steps: TypeAlias = tuple[tuple[str, Operations], ...]
"""What members of the stack do to a price, by name and in their order."""


@frozen
class Extreme:
    """The highest or the lowest multiplier of a model's unit prices: the meter that has it first,
    the modifiers that make it, and such a request.

    One that is not `exact` is the furthest that was found before there were too many combinations
    to go on; without a `multiplier` none was.
    """

    model: str
    end: End
    multiplier: Fraction | None
    meter: str = ""
    steps: Steps = ()
    witness: Witness | None = None
    exact: bool = True


def extremes(analysis: Analysis) -> tuple[Extreme, ...]:
    """The extremes of each model that has a price, in the order of the book."""
    search = _Extremes(analysis)
    found = (
        search.of(model, end) for model in range(len(analysis.book.models)) for end in get_args(End)
    )
    return tuple(extreme for extreme in found if extreme is not None)


def steps_at(analysis: Analysis, meter: int, point: Point) -> Steps:
    """What members of the stack, and a rounding that moves it, do to the price of a meter."""
    stack, found = analysis.book.stack, []
    for member in stack:
        leaf = analysis.forest.value(analysis.member(*member), point)
        operations = analysis.operations(*member, meter, leaf)
        if operations:
            found.append((analysis.name_of(*member), operations))
    if analysis.rounds_unit_prices:
        price: Any = analysis.forest.value(analysis.list_price(meter), point)
        rounding: Any = analysis.forest.value(rounding_root(analysis, [meter]), point)
        before = through(price, (one for _, operations in found for one in operations))
        if through(before, rounding[0]) != before:
            found.append(("round unit_price", rounding[0]))
    return tuple(found)


@frozen
class _Question:
    """A price of one model, and the requests that are looked at:
    models that pay alike ask the same, and all meters that do.
    """

    price: Multiplied
    constraints: tuple[Constraint, ...]
    end: End


@define(eq=False, repr=False)
class _Extremes:
    analysis: Analysis
    known: dict[_Question, Furthest | Undecided | None] = field(factory=dict)
    prices: list[Multiplied] = field(init=False)

    def __attrs_post_init__(self) -> None:
        meters = range(len(self.analysis.book.meters))
        self.prices = [multiplied(self.analysis, meter, meter) for meter in meters]

    def of(self, model: int, end: End) -> Extreme | None:
        """One extreme of a model; None where it has no price."""
        name, best, of, exact = self.analysis.book.models[model].name, None, 0, True
        for meter in range(len(self.prices)):
            try:
                found = self.furthest(model, meter, end)
            except Undecided:
                exact = False
                continue
            if found is None:
                continue
            exact = exact and found.exact
            if best is None or _further(end, found.multiplier, best.multiplier):
                best, of = found, meter
        if best is None:
            return None if exact else Extreme(name, end, None, exact=False)
        point = (model, *best.point[1:])
        return Extreme(
            name,
            end,
            best.multiplier,
            self.analysis.book.meters[of].name,
            steps_at(self.analysis, of, point),
            witness(self.analysis, point, {of: ONE}),
            exact,
        )

    def furthest(self, model: int, meter: int, end: End) -> Furthest | None:
        """The furthest multiplier of a meter's price for a model. Raises `Undecided`."""
        price, tests = self.prices[meter], (self.analysis.billed, self.analysis.usable)
        own = Multiplied(
            self._own(price.start, model), tuple(self._own(x, model) for x in price.places)
        )
        constraints = tuple((self._own(root, model), test) for root, test in tests)
        key = _Question(own, constraints, end)
        if key not in self.known:
            self.known[key] = _found(self.analysis, own, constraints, end)
        found = self.known[key]
        if isinstance(found, Undecided):
            raise found
        return found

    def _own(self, root: int, model: int) -> int:
        return self.analysis.forest.restrict(root, MODELS, model)


def _further(end: End, one: Fraction, other: Fraction) -> bool:
    return one > other if end == "highest" else one < other


def _found(
    analysis: Analysis, price: Multiplied, constraints: Sequence[Constraint], end: End
) -> Furthest | Undecided | None:
    try:
        return furthest(analysis, price, constraints, end == "highest")
    except Undecided as undecided:
        return undecided
