"""Quantities to what they come to by a book, meter by meter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from attrs import evolve, field, frozen

from pricelang.apps.reconcile.keys import (
    COST_TYPES,
    TOKEN_TYPES,
    TOKENS,
    Key,
    Request,
    Used,
)
from pricelang.evaluate.line_items import Priced
from pricelang.model.errors import PriceError
from pricelang.model.instants import seconds_of
from pricelang.usage.model_ids import model_ids_of

if TYPE_CHECKING:
    from pricelang.apps.price_book import PriceBook


def canonical(book: PriceBook, model: str, day: str) -> str:
    """The id of a model that the book knows by this name on that day; any other name as it is.
    A display name, such as `Claude Opus 5 (Amazon Bedrock Edition)`, is one way of writing an id.
    """
    ids = model_ids_of(book.checked)
    for name in dict.fromkeys((model, _as_id(model))):
        try:
            known = ids.name_of(name)
            return book.checked.models[book.rates.model_index(known, seconds_of(day))].name
        except PriceError:
            continue
    return model


def _as_id(name: str) -> str:
    """A display name as an id: without what stands in brackets, with hyphens."""
    return "-".join(name.partition("(")[0].lower().split())


@frozen(eq=False)
class Quantities:
    """The quantities of a request, of a sum over requests, or of a row of a usage report: what is
    said of them beside the key, the sides of thresholds that are open, where they stand, and what
    their record carries.
    """

    kind: Literal["single", "sum", "report"]
    key: Key
    at: str
    dimensions: Mapping[str, str]
    usage: Mapping[str, object]
    sides: Mapping[int, tuple[int, ...]]
    place: str
    carried: Mapping[str, str] = field(factory=dict)

    @property
    def model(self) -> str:
        """The model, or an empty text."""
        return self.key.model or ""


def priced_quantities(book: PriceBook, asked: Quantities) -> Iterator[Used]:
    """A line for each meter: the least and the most that it can come to."""
    try:
        choices, sides = _choices(book, asked)
    except PriceError as error:
        for meter, quantity in asked.usage.items():
            number = Fraction(quantity if isinstance(quantity, int | Fraction) else 0)
            request = _request(asked, meter, asked.sides)
            yield Used(_line_key(asked.key, meter), request, number, asked.place, error=error)
        return
    by_choice = [_amounts(priced) for priced in choices]
    for meter in asked.usage:
        amounts = [amount_of.get(meter, Fraction(0)) for amount_of in by_choice]
        least = choices[amounts.index(min(amounts))]
        uses = least.usage.get(meter, ())
        if any(uses):
            yield Used(
                _line_key(asked.key, meter),
                _request(asked, meter, sides),
                Fraction(sum(uses)),
                asked.place,
                min(amounts),
                max(amounts),
                least.currency,
                least,
                carried=asked.carried,
            )


def _request(asked: Quantities, meter: str, sides: Mapping[int, tuple[int, ...]]) -> Request:
    return Request(asked.model, asked.at, asked.dimensions, meter, sides)


def _choices(
    book: PriceBook, asked: Quantities
) -> tuple[list[Priced], Mapping[int, tuple[int, ...]]]:
    """Every way in which the quantities can be priced, and the sides that are open.
    Raises `PriceError`.
    """
    if asked.kind == "single":
        priced = book.rates.request(asked.model, asked.at, asked.usage, asked.dimensions)
        sums = range(len(book.checked.sums))
        return [priced], {index: (book.rates.side(index, priced.usage),) for index in sums}
    found = book.rates.bounds(asked.model, asked.at, asked.usage, asked.dimensions, asked.sides)
    if asked.kind == "report" and asked.key.context_window is None:
        found += _with_long_window(book, asked)
    return found, asked.sides


def _with_long_window(book: PriceBook, asked: Quantities) -> list[Priced]:
    """The same with the long context window, where it is offered:
    a report that does not say leaves both open.
    """
    known = any(dimension.name == "context_window" for dimension in book.checked.dimensions)
    if not known or "context_window" in asked.dimensions:
        return []
    dimensions = {**asked.dimensions, "context_window": "long"}
    try:
        return book.rates.bounds(asked.model, asked.at, asked.usage, dimensions, {})
    except PriceError:
        return []


def _amounts(priced: Priced) -> dict[str, Fraction]:
    """What each meter of a request comes to, by the whole numbers of its combination where these
    price all of it.
    """
    cell = priced.cell
    if priced.units is not None and cell.coefficients is not None:
        own = {name: sum(uses) for name, uses in priced.usage.items()}
        return {
            name: Fraction(cell.coefficients[name] * int(quantity), 10**cell.places)
            for name, quantity in own.items()
            if quantity
        }
    found: dict[str, Fraction] = {}
    for line in priced.amounts:
        if line.rate is not None:
            name = line.rate.meter.name
            found[name] = found.get(name, Fraction(0)) + line.amount
    return found


@lru_cache(maxsize=100_000)
def _line_key(key: Key, meter: str) -> Key:
    """The key of one meter: one object for all of a line, which is what makes a join fast."""
    if meter in COST_TYPES:
        return evolve(key, cost_type=COST_TYPES[meter])
    return evolve(key, cost_type=TOKENS, token_type=TOKEN_TYPES.get(meter, meter))
