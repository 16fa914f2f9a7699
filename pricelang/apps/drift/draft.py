"""Lines that would settle differences: for a person to read, and never more certain than the
sources are.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from fractions import Fraction
from functools import cached_property

from attrs import define, frozen

from pricelang.apps.additions.added import add_model, add_price
from pricelang.apps.additions.edited_book import AdditionFault, EditedBook
from pricelang.apps.additions.model_lines import NewModel
from pricelang.apps.additions.other_lines import date_edits, source_line
from pricelang.apps.additions.price_lines import NewPrices, derivations
from pricelang.apps.drift.closest_model import closest_model
from pricelang.apps.drift.difference import Difference
from pricelang.apps.drift.drift import DriftReport
from pricelang.apps.drift.new_models import UnknownModel, unknown_models
from pricelang.apps.drift.new_values import UnknownValue, unknown_values, value_lines
from pricelang.apps.drift.probe import Probe
from pricelang.apps.drift.source_data import SourceData
from pricelang.apps.drift.usual_amounts import UsualAmounts
from pricelang.apps.price_book import PriceBook
from pricelang.model.errors import PriceError
from pricelang.syntax.diagnostics import BookError
from pricelang.usage.platforms import named

_ADDRESSES = {
    "litellm": "https://github.com/BerriAI/litellm",
    "genai-prices": "https://github.com/pydantic/genai-prices",
    "anthropic": "https://github.com/anthropics/anthropic-sdk-python",
}


@frozen
class _Step:
    """A price of a model that differs from some day on, and who says so."""

    model: str
    start: str


@define(eq=False, slots=False)
class _Drafting:
    book: EditedBook
    priced: PriceBook
    report: DriftReport
    sources: Sequence[SourceData]

    def all(self) -> None:
        """Drafts what can be, and remarks the rest."""
        for value in self._values:
            self._value(value)
        for model in unknown_models(self.report.new, self.sources):
            self._model(model)
        for step, found in self._steps().items():
            self._price(step, found)
        for found in self._dates().values():
            self._date(found)
        self._rest()

    @cached_property
    def _units(self) -> UsualAmounts:
        return UsualAmounts.of(self.priced)

    @cached_property
    def _probe(self) -> Probe:
        return Probe(self.priced, self.report.at)

    # ---- values ----

    @cached_property
    def _values(self) -> list[UnknownValue]:
        return list(unknown_values(self.report.new, self.sources, self._probe))

    def _value(self, value: UnknownValue) -> None:
        """A value that ids say, with the factor by which it moves prices."""
        if not value.factors:
            return
        see = self._see(list(value.factors))
        self._try(value.value, lambda: self.book.apply(value_lines(self.book, value, see)))

    # ---- models ----

    def _model(self, model: UnknownModel) -> None:
        """A model like the one of the book that is closest, by its names and prices."""
        units = self._units
        charged = {self.priced.checked.meters[x.meter].name for x in self.priced.checked.charges}
        amounts = {
            meter: units.amount(price, meter)
            for meter, price in model.prices.items()
            if meter not in charged
        }
        like = closest_model(self.priced, model.name, model.prices, self.report.at)
        if like is None:
            self.book.remarks.append(f"no model of the book is like `{model.name}`")
            return
        see, doubts = self._see(model.sources), list(model.disputes)
        if not model.released:
            doubts.append("the first day is not published")
        if len(model.sources) == 1:
            doubts.insert(0, f"only {model.sources[0]} names this model")
        day = model.released or self.report.at
        prices = NewPrices(model.name, day, amounts, see, "; ".join(doubts), units.sizes)
        self._try(model.name, lambda: add_model(self.book, NewModel(prices, like), model.aliases))

    def _see(self, names: Sequence[str]) -> str:
        """The source of lines, as it was read on the day of the report: the first of several."""
        name = names[0]
        found, edits = source_line(self.book, name, _ADDRESSES.get(name, name), self.report.at)
        self.book.apply(edits)
        return found

    # ---- prices ----

    def _steps(self) -> dict[_Step, list[Difference]]:
        """Plain prices that differ, by model and day; what a condition moves is remarked."""
        found: dict[_Step, list[Difference]] = {}
        for each in self.report.new:
            if each.amount is None or each.own_amount is None or each.kind == "lacks":
                continue
            if _is_of_condition(each):
                continue  # of a multiplier, or of another platform
            found.setdefault(_Step(each.model, each.on or self.report.at), []).append(each)
        return found

    def _price(self, step: _Step, differences: Sequence[Difference]) -> None:
        said: dict[str, dict[Fraction, list[str]]] = {}
        for each in differences:
            assert each.amount is not None
            said.setdefault(each.what, {}).setdefault(each.amount, []).append(each.source)
        amounts = {meter: next(iter(found)) for meter, found in said.items()}
        amounts |= self._not_derived(step.model, amounts, {each.source for each in differences})
        sources = list(dict.fromkeys(each.source for each in differences))
        doubts = [f"sources differ on {meter}" for meter, found in said.items() if len(found) > 1]
        if len(sources) == 1:
            doubts.insert(0, f"only {sources[0]} says so")
        if all(not each.on for each in differences):
            doubts.append("the first day is not known")
        see = self._see(sources)
        sizes = self._units.sizes
        new = NewPrices(step.model, step.start, amounts, see, "; ".join(doubts), sizes)
        self._try(step.model, lambda: add_price(self.book, new))

    def _not_derived(
        self, model: str, amounts: Mapping[str, Fraction], sources: Container[str]
    ) -> dict[str, Fraction]:
        """The prices of a model, as sources have them, that would be others if they were derived
        from new ones.
        """
        derived = derivations(self.book)
        found: dict[str, Fraction] = {}
        for price in (x for each in self.sources if each.name in sources for x in each.prices):
            base = derived.get(price.meter, "")
            if base not in amounts or price.meter in amounts:
                continue
            if price.said or price.above or price.start:
                continue  # no plain price of today
            ratio = self._ratio(model, price.id, price.meter, base)
            new_base = amounts[base] / self._units.sizes[base]
            if ratio is not None and price.amount != ratio * new_base:
                found.setdefault(price.meter, self._units.amount(price.amount, price.meter))
        return found

    def _ratio(self, model: str, id: str, meter: str, base: str) -> Fraction | None:
        """What the price of a meter is of that of another in the book; None where an id is not of
        the plain model, or has no such prices.
        """
        probe = self._probe
        try:
            asked, dimensions = probe.request(id, {})
            if asked.name != model or dimensions:
                return None
            own, of = (probe.price(asked, {}, each, 0, probe.at) for each in (meter, base))
        except PriceError:
            return None
        return own / of if of else None

    # ---- days ----

    def _dates(self) -> dict[tuple[str, str], list[Difference]]:
        found: dict[tuple[str, str], list[Difference]] = {}
        for each in self.report.new:
            if each.kind == "date" and each.what in ("released", "deprecated", "retired"):
                found.setdefault((each.model, each.what), []).append(each)
        return found

    def _date(self, differences: Sequence[Difference]) -> None:
        first = differences[0]
        sources = list(dict.fromkeys(each.source for each in differences))
        doubt = f"the day is the one that {sources[0]} gives" if len(sources) == 1 else ""
        self._try(
            first.model,
            lambda: self.book.apply(
                date_edits(self.book, first.model, first.what, first.theirs, doubt)
            ),
        )

    # ---- what is left ----

    def _rest(self) -> None:
        """Says of each other difference why no line is drafted, once for all that are alike."""
        reasons: dict[str, list[str]] = {}
        models = unknown_models(self.report.new, self.sources)
        settled = {id for model in models for id in model.ids}
        settled |= {id for value in self._values if value.factors for id in value.ids}
        for each in self.report.new:
            if each.id in settled:
                continue
            if each.kind == "lacks":
                reason = (
                    f"{each.source} lacks it: accept it with a reason, or look whether it ended"
                )
            elif each.kind == "model":
                reason = each.ours.replace(f" `{each.id}`", "")
            elif each.amount is not None and each.own_amount is None:
                reason = f"{each.source} has a price, and {each.ours}"
            elif each.amount is not None and _is_of_condition(each):
                reason = (
                    f"{each.source} has another price under a condition or on a platform: a line "
                    "of a multiplier, or one to accept"
                )
            else:
                continue
            reasons.setdefault(reason, []).append(each.id)
        for reason, ids in reasons.items():
            names = list(dict.fromkeys(ids))
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            self.book.remarks.append(f"no line is drafted for `{names[0]}`{more}: {reason}")

    def _try(self, name: str, add: Callable[[], None]) -> None:
        before = dict(self.book.texts)
        try:
            add()
        except (AdditionFault, BookError) as error:
            self.book.texts = before
            self.book.remarks.append(f"no line is drafted for `{name}`: {error}")


def draft(
    book: EditedBook, priced: PriceBook, report: DriftReport, sources: Sequence[SourceData]
) -> None:
    """Puts the lines into a book that would settle what is new in a report; what no line settles is
    a remark.
    """
    _Drafting(book, priced, report, sources).all()


def _is_of_condition(difference: Difference) -> bool:
    """Decides whether a difference is of more than the plain price of a model."""
    return bool(difference.said or difference.above or named(difference.id).dimensions)
