"""The book's side of a comparison: the model of an id and one unit price,
asked as a request would ask for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from attrs import define, field

from pricelang.apps.price_book import PriceBook
from pricelang.evaluate.combination import Combination
from pricelang.evaluate.line_rates import Rate
from pricelang.model import book as m
from pricelang.model.errors import BadRequest, PriceError, UnknownName
from pricelang.model.instants import seconds_of
from pricelang.present.text import shown
from pricelang.usage.model_ids import ModelIds, model_ids_of
from pricelang.usage.platform_names import LEAVES_UNSAID

LONG_PROMPT = 200_000
"""A prompt longer than this is one of a request that asked for the long window."""
_WINDOW = ("context_window", "long")


@define(eq=False)
class Probe:
    """Asks a book for the models and unit prices that sources name;
    names are looked up on the day `at`.
    """

    book: PriceBook
    at: str
    ids: ModelIds = field(init=False)
    _cells: dict[object, Combination | PriceError] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self.ids = model_ids_of(self.book.checked)

    def request(self, id: str, said: Mapping[str, str]) -> tuple[m.Model, dict[str, str]]:
        """The model of an id and all that a request for it says; what neither the id nor the source
        says of a platform is the book's default. Raises `PriceError`.
        """
        checked = self.book.checked
        meaning = self.ids.meaning(id, said.get("platform"))
        own = {name: value for name, value in said.items() if name not in meaning.dimensions}
        platform = meaning.dimensions.get("platform", said.get("platform", ""))
        plain = {
            each.name: each.values[each.default].name
            for each in checked.dimensions
            if each.name in LEAVES_UNSAID.get(platform, ()) and each.name not in meaning.likely
        }
        dimensions = self.ids.settled(id, meaning, plain, own)
        if meaning.model not in self.ids.names:
            raise UnknownName("unknown_model", f"the book has no model `{shown(id, 200)}`")
        for name, value in [*dimensions.items(), *meaning.dimensions.items()]:
            if value not in self.ids.values.get(name, {value}):
                raise BadRequest("unknown_value", f"the book has no {name} `{shown(value)}`")
        index = self.book.rates.model_index(meaning.model, seconds_of(self.at))
        return checked.models[index], dimensions

    def price(
        self, model: m.Model, dimensions: Mapping[str, str], meter: str, above: int, at: str
    ) -> Fraction:
        """What one more of a meter's unit costs in a prompt of more than `above` tokens, or of few.
        Raises `PriceError` where it has no price.
        """
        cell = self._cell(model, dimensions, above, at)
        if isinstance(cell, PriceError):
            raise cell.with_traceback(None)
        rate = cell.rates.get(meter)
        if rate is None:
            raise BadRequest("unknown_meter", f"the book has no meter `{shown(meter)}`")
        if not isinstance(rate, Rate):
            raise rate.with_traceback(None)
        return rate.unit_price

    def exists(self, model: m.Model, dimensions: Mapping[str, str], at: str) -> None:
        """Raises `PriceError` where no such request can exist."""
        cell = self._cell(model, dimensions, 0, at)
        if isinstance(cell, PriceError):
            raise cell.with_traceback(None)

    def _cell(
        self, model: m.Model, dimensions: Mapping[str, str], above: int, at: str
    ) -> Combination | PriceError:
        key = (model.name, *dimensions.items(), above, at)
        found = self._cells.get(key)
        if found is None:
            found = self._cells[key] = self._asked(model, dict(dimensions), above, at)
        return found

    def _asked(
        self, model: m.Model, dimensions: dict[str, str], above: int, at: str
    ) -> Combination | PriceError:
        name, value = _WINDOW
        if above >= LONG_PROMPT and value in self.ids.values.get(name, ()):
            dimensions.setdefault(name, value)
        usage = {self._of_prompt(above): above + 1} if above else {}
        try:
            asked = self.book.rates.request(model.name, at, usage, dimensions, held=False)
        except PriceError as error:
            return error
        return asked.basis.cell

    def _of_prompt(self, above: int) -> str:
        """A meter of the sum that has such a threshold, or else of the first sum."""
        checked = self.book.checked
        sums = sorted(checked.sums, key=lambda each: above not in each.limits)
        return checked.meters[sums[0].meters[0] if sums else 0].name
