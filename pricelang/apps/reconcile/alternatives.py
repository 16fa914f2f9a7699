"""Every other price of a kind of usage: what one error of a bill would make of its unit price."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import define, field

from pricelang.apps.reconcile.changes import RequestChange, RequestChanges
from pricelang.apps.reconcile.keys import Request, Used
from pricelang.apps.reconcile.other_prices import OtherPrice, OtherPrices
from pricelang.apps.reconcile.unit_prices import MeterPrices, rate_of
from pricelang.model.book import MODELS
from pricelang.model.modifiers import ModifierLine
from pricelang.present.decimals import grouped

OUTCOME = "outcome"


@define(eq=False, repr=False)
class Alternatives:
    """The alternatives of one book, worked out once for each kind of usage."""

    changes: RequestChanges
    _found: dict[object, OtherPrices | None] = field(factory=dict, init=False)
    _alike: dict[object, OtherPrices] = field(factory=dict, init=False)

    @property
    def prices(self) -> MeterPrices:
        """The prices of the book."""
        return self.changes.prices

    def of(self, use: Used) -> OtherPrices | None:
        """The alternatives of some usage, which are one object for all usage that has the same
        ones; None for what has no price of its own.
        """
        assert use.priced is not None
        request = use.request
        key = (use.priced.cell.point, request.meter, tuple(request.sides.items()))
        if key not in self._found:
            found = self._work_out(request)
            if found is not None:
                own = (found.own.unit, *((text, one.unit) for text, one in found.others.items()))
                found = self._alike.setdefault(own, found)
            self._found[key] = found
        return self._found[key]

    def _work_out(self, request: Request) -> OtherPrices | None:
        own = self.prices.price(request)
        if own is None:
            return None
        found = (*self._of_changes(request), *self.factors(request))
        return OtherPrices.of(OtherPrice("", "", own.unit, own.places), found)

    def _of_changes(self, request: Request) -> Iterator[OtherPrice]:
        for change in (*self.changes.single(request), *self._outcomes(request)):
            price = self.changes.price(request, (change,))
            if price is not None:
                named = change.name in ("list", OUTCOME)
                yield OtherPrice(
                    change.name if named else change.kind,
                    _words(request, change),
                    price.unit,
                    price.places,
                    self._age(change),
                    change,
                )

    def _age(self, change: RequestChange) -> int:
        """How many models of the book were released after the one of a change; of two values of a
        dimension the default comes first.
        """
        if change.kind == "dimension":
            (own_dimension,) = (
                each for each in self.changes.book.dimensions if each.name == change.name
            )
            return int(own_dimension.values[own_dimension.default].name != change.value)
        if change.kind != "model":
            return 0
        released = {model.name: model.released for model in self.changes.book.models}
        own = released[str(change.value)]
        return sum(other > own for other in released.values())

    def _outcomes(self, request: Request) -> Iterator[RequestChange]:
        """A request that is free as it ended, billed as if it had been served."""
        now = request.dimensions.get(OUTCOME)
        for dimension in self.changes.book.dimensions:
            served = dimension.values[dimension.default].name
            if dimension.name == OUTCOME and now is not None and now != served:
                words = f"billed though {now}"
                yield RequestChange("dimension", OUTCOME, served, words)

    def factors(self, request: Request) -> Iterator[OtherPrice]:
        """Each factor of the book once more, once less, another one of its rule, or on."""
        found = rate_of(self.prices.book, request)
        own = self.prices.price(request)
        if found is None or own is None or not own.unit:
            return
        book, unit = self.changes.book, own.unit
        steps = {step.rule: step for step in found.rate.steps if step.kind == "factor"}
        meter = [each.name for each in book.meters].index(request.meter)
        apart = self._excluded(steps)
        for index, modifier in enumerate(book.modifiers):
            name, step = modifier.name, steps.get(modifier.name)
            if step is None and index in apart:
                continue
            lines = [
                (factor, line)
                for line in modifier.lines
                for at, factor in line.factors
                if at == meter and (step is not None or self._of_model(line, request.model))
            ]
            factors = {factor: line.origin.place for factor, line in lines}
            if step is not None and step.value:
                place = (step.origin.place,)
                twice, off = f"`{name}` applied twice", f"`{name}` not applied"
                yield OtherPrice("twice", twice, unit * step.value, place, rule=name)
                yield OtherPrice("factor off", off, unit / step.value, place, rule=name)
                for factor, where in factors.items():
                    if factor != step.value:
                        text = f"`{name}` x {grouped(factor)} instead of x {grouped(step.value)}"
                        new = unit / step.value * factor
                        yield OtherPrice("other factor", text, new, (where,), rule=name)
                continue
            for factor, where in factors.items():
                text = f"`{name}` applied" + (f" (x {grouped(factor)})" if len(factors) > 1 else "")
                yield OtherPrice("factor on", text, unit * factor, (where,), rule=name)

    def _excluded(self, steps: Iterable[str]) -> frozenset[int]:
        """The modifiers, by index, that go with none of some others."""
        book = self.changes.book
        own = {index for index, each in enumerate(book.modifiers) if each.name in steps}
        pairs = [each.sides for each in book.exclusions]
        return frozenset(
            one for pair in pairs for one in pair if any(x in own for x in pair if x != one)
        )

    def _of_model(self, line: ModifierLine, model: str) -> bool:
        """Says whether a line of a modifier is of a model, on any day."""
        names = [each.name for each in self.changes.book.models]
        mask = dict(line.scope).get(MODELS, -1)
        return model in names and bool(mask >> names.index(model) & 1)


def _words(request: Request, change: RequestChange) -> str:
    """A change in words that say what it was before."""
    match change.kind:
        case "meter":
            return f"{request.meter} billed {change.words}"
        case "model":
            return f"{request.model} billed as {change.value}"
        case _:
            return change.words
