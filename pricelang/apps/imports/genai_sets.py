"""The sets of prices of one model of genai-prices as drafted prices."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from attrs import evolve

from pricelang.apps.imports.clocks import HOURS, HoursRule, minutes_of
from pricelang.apps.imports.drafts import (
    FIRST_DAY,
    NAMELESS,
    NO_PROMPT,
    Band,
    Condition,
    DraftPrice,
    ImportFault,
    amount_of,
    book_name,
)
from pricelang.apps.imports.genai_names import default_of, measure_of
from pricelang.apps.imports.genai_work import Context, GenaiWork, PriceSet, PriceTimes, Tiers
from pricelang.present.text import shown


def sets_of(work: GenaiWork, model: str, entry: Mapping[str, Any]) -> Iterator[PriceSet]:
    """The sets of prices of an entry."""
    given = entry.get("prices")
    for row in given if isinstance(given, list) else [{"prices": given}] if given else []:
        yield PriceSet(_read(work, model, row.get("prices") or {}), times_of(row))
    for row in entry.get("price_variants") or ():
        context = tuple(
            sorted(
                (book_name(str(key)), book_name(str(value))) for key, value in row["when"].items()
            )
        )
        yield PriceSet(_read(work, model, row.get("prices") or {}), times_of(row), context)


def without_tiers(work: GenaiWork, model: str, prices: PriceSet) -> PriceSet:
    """A set with no more than the first price of each meter; the others are listed."""
    for meter, tiers in prices.prices.items():
        for start, _ in tiers[1:]:
            work.imported.said -= 1
            work.unsaid(model, meter, f"above {start}", NO_PROMPT)
    return evolve(prices, prices={meter: tiers[:1] for meter, tiers in prices.prices.items()})


def times_of(row: Mapping[str, Any]) -> PriceTimes:
    """When the prices of a row hold. Raises `ImportFault` for a constraint of another kind."""
    said = row.get("constraint")
    if not said:
        return PriceTimes()
    if "start_date" in said:
        return PriceTimes(
            max(datetime.date.fromisoformat(str(said["start_date"])).isoformat(), FIRST_DAY)
        )
    if "start_time" in said and "end_time" in said:
        try:
            return PriceTimes(
                hours=(minutes_of(str(said["start_time"])), minutes_of(str(said["end_time"])))
            )
        except ValueError as error:
            raise ImportFault(str(error)) from None
    raise ImportFault(f"no constraint of a kind that is known: {shown(said)}")


def _read(work: GenaiWork, model: str, prices: Mapping[str, Any]) -> dict[str, Tiers]:
    """The prices of a set, per one of each meter's unit."""
    found: dict[str, Tiers] = {}
    for key, value in prices.items():
        if value is None:
            continue
        measure = measure_of(key)
        tiered = isinstance(value, dict)
        pairs = (
            [
                (0, value.get("base")),
                *((tier.get("start"), tier.get("price")) for tier in value.get("tiers") or ()),
            ]
            if tiered
            else [(0, value)]
        )
        work.imported.figures += len(pairs)
        try:
            if measure is None:
                raise ValueError("no meter of this kind is known")
            tiers = [(int(start), amount_of(price) / measure.size) for start, price in pairs]
        except (ValueError, TypeError) as error:
            for _, price in pairs:
                work.unsaid(model, key or NAMELESS, price, str(error))
            continue
        work.imported.said += len(pairs)
        work.measures.setdefault(measure.name, measure)
        found[measure.name] = sorted(tiers)
    return found


def prices_of(work: GenaiWork, model: str, sets: Sequence[PriceSet]) -> Iterator[DraftPrice]:
    """The prices of a model: for each context, stretch of the day and band of prompts,
    a row from each day they change.
    """
    contexts: list[Context] = [()]
    for s in sets:
        if s.context and s.prices and s.context not in contexts:
            contexts.append(s.context)
    keys = list(dict.fromkeys(key for context in contexts for key, _ in context))
    stretches: tuple[str, ...] = (
        tuple(work.day.stretches)
        if work.day is not None and any(s.when.hours for s in sets)
        else ("",)
    )
    limits = sorted(
        {start for s in sets for tiers in s.prices.values() for start, _ in tiers if start}
    )
    bands: list[Band] = [(low, high) for low, high in zip([0, *limits], [*limits, 0], strict=True)]
    days = sorted({FIRST_DAY, *(s.when.start for s in sets)})
    for context in contexts:
        for key, value in context:
            _offer(work, key, value, model)
        for stretch in stretches:
            when = _condition(context, keys, stretch)
            for band in bands:
                last: dict[str, Fraction] = {}
                for day in days:
                    held = _held(work, sets, context, day, stretch)
                    now = {meter: _above(tiers, band[0]) for meter, tiers in held.items()}
                    for meter in dict.fromkeys([*now, *last]):
                        amount = now.get(meter)
                        if amount != last.get(meter):
                            yield DraftPrice(model, meter, amount, when, band, day)
                    last = now


def _above(tiers: Tiers, length: int) -> Fraction:
    return [amount for start, amount in tiers if start <= length][-1]


def _held(
    work: GenaiWork, sets: Sequence[PriceSet], context: Context, day: str, stretch: str
) -> Mapping[str, Tiers]:
    """What holds on a day in a stretch of it: the last ordinary set,
    and over it the first that each meter has in a context.
    """

    def active(s: PriceSet) -> bool:
        return s.when.start <= day and (
            s.when.hours is None
            or (work.day is not None and stretch in work.day.within([HoursRule((s.when.hours,))]))
        )

    ordinary = [s for s in sets if not s.context]
    standard = next(
        (s.prices for s in reversed(ordinary) if active(s)), ordinary[0].prices if ordinary else {}
    )
    if not context:
        return standard
    over: dict[str, Tiers] = {}
    special = [s for s in sets if s.context == context and active(s)]
    if not special:
        return {}
    for s in special:
        for meter, tiers in s.prices.items():
            over.setdefault(meter, tiers)
    return {**standard, **over}


def _condition(context: Context, keys: Sequence[str], stretch: str) -> Condition:
    given = dict(context)
    named: Condition = tuple((key, (given.get(key, default_of(key)),)) for key in keys)
    return (*named, (HOURS, (stretch,))) if stretch else named


def _offer(work: GenaiWork, key: str, value: str, model: str) -> None:
    work.values.setdefault(key, {}).setdefault(value, []).append(model)
