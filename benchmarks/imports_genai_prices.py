"""Requests for each model of genai-prices, priced by the package itself."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from genai_prices.data import providers
from genai_prices.types import (
    ModelInfo,
    Provider,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
    Usage,
)
from genai_prices.units import _get_registry

from benchmarks.imports import DIFFERENT, Case, quantities
from pricelang.apps.imports.drafts import book_name
from pricelang.apps.imports.genai_names import measure_of

ROUNDED = "theirs: rounded to 28 digits"
UNPRICED = "theirs: $0 for a model that the data gives no price; ours: no such model"
TOO_SHORT = "theirs: a least length that is in the code and not in the data"
RAISED = "theirs: raises an error for its own prices; ours: prices them"
FALLEN_BACK = "theirs: the standard price, where no price of that context holds yet; ours: no price"


def cases() -> Iterator[Case]:
    """Each model in each of its contexts,
    before and after each day and hour at which its prices change.
    """
    for provider in providers:
        for model in provider.models:
            yield from _cases(provider, model)


def _cases(provider: Provider, model: ModelInfo) -> Iterator[Case]:
    variants = model.price_variants or []
    contexts: list[dict[str, str]] = [
        {},
        *(v.when for v in variants if any(vars(v.prices).values())),
    ]
    rows = [*(model.prices if isinstance(model.prices, list) else ()), *variants]
    for at in _instants([row.constraint for row in rows]):
        for number, context in enumerate(contexts):
            if context in contexts[:number]:
                continue
            prices = vars(model.get_prices(at, context))
            measures = {key: measure_of(key) for key, value in prices.items() if value is not None}
            limits = sorted(
                {
                    tier.start
                    for value in prices.values()
                    if isinstance(value, TieredPrices)
                    for tier in value.tiers
                }
            )
            meters = {
                m.name: key
                for key, m in measures.items()
                if m is not None and key != "requests_kcount"
            }
            prompt = [name for name in meters if name.startswith(("input", "cache"))]
            name = book_name(f"{provider.id}/{model.id}")
            for usage in quantities(list(meters), prompt, limits, f"{name} {at} {context}"):
                given = {meters[meter]: quantity for meter, quantity in usage.items()}
                yield Case(
                    name,
                    at.strftime("%Y-%m-%dT%H:%M:%S"),
                    usage,
                    context,
                    lambda a=at, c=context, g=given: _theirs(provider, model, a, c, g),
                )  # type: ignore[misc]


def _instants(constraints: list[Any]) -> list[datetime.datetime]:
    day, found = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC), []
    minute = datetime.timedelta(minutes=1)
    for said in constraints:
        if isinstance(said, StartDateConstraint):
            start = datetime.datetime.combine(said.start_date, datetime.time(), datetime.UTC)
            found += [start - minute, start]
        elif isinstance(said, TimeOfDateConstraint):
            for time in (said.start_time, said.end_time):
                turn = datetime.datetime.combine(
                    day.date(), time.replace(tzinfo=None), datetime.UTC
                )
                found += [turn - minute, turn]
    return sorted({day, *found})


def _theirs(
    provider: Provider,
    model: ModelInfo,
    at: datetime.datetime,
    context: dict[str, str],
    given: dict[str, int],
) -> Fraction:
    registry = _get_registry()
    units = {
        registry.unit_for_price_key(key).usage_key: quantity for key, quantity in given.items()
    }
    # a key of theirs counts what the more specific ones count too
    whole = {
        name: sum(
            quantity
            for other, quantity in units.items()
            if registry.units[name].dimensions.items() <= registry.units[other].dimensions.items()
        )
        for name in units
    }
    found = model.calc_price(
        Usage(**whole), provider, genai_request_timestamp=at, price_context=context
    )
    return Fraction(found.total_price)


def explain(case: Case, ours: object, theirs: object) -> str:
    """The class of a difference."""
    if isinstance(theirs, Fraction) and isinstance(ours, Fraction):
        if theirs and abs(theirs - ours) / theirs < Fraction(1, 10**24):
            return ROUNDED
        if case.model.startswith("groq/whisper") and max(case.usage.values()) < 10:
            return TOO_SHORT
    elif isinstance(ours, Fraction):
        return RAISED
    elif theirs == 0:
        return UNPRICED
    elif isinstance(theirs, Fraction) and case.dimensions:
        return FALLEN_BACK
    return DIFFERENT


__all__ = ["cases", "explain"]
