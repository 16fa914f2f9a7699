"""What LiteLLM's price map says of the models of a book: each entry of its kind under its id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from pricelang.apps.drift.source_data import (
    METERS,
    OTHER_KIND,
    SourceData,
    SourceDate,
    SourceFault,
    SourceName,
    SourcePrice,
)
from pricelang.apps.imports import litellm_fields as f
from pricelang.apps.imports.litellm_prices import figures_of
from pricelang.apps.imports.litellm_work import LitellmWork

SEARCHES = "search_context_cost_per_query"


def litellm_data(entries: object, kin: frozenset[str], name: str = "litellm") -> SourceData:
    """The entries whose id has a word of `kin` in it. Raises `SourceFault`."""
    if not isinstance(entries, dict):
        raise SourceFault("LiteLLM's price map is one object with an object for each model")
    data = SourceData(name)
    for id, written in entries.items():
        entry = _meant(entries, written)
        if not any(word in id.lower() for word in kin):
            data.passed_over[OTHER_KIND] += 1
        elif isinstance(entry, dict):
            try:
                _add(data, id, entry)
            except (AttributeError, KeyError, TypeError, ValueError, ArithmeticError):
                data.passed_over["an entry that is not in the form of the others"] += 1
    return data


def _meant(entries: Mapping[str, Any], entry: Any) -> Any:
    """The entry, or the one that it is another name of."""
    for _ in range(len(entries)):
        if not isinstance(entry, dict) or not isinstance(entry.get("alias_of"), str):
            return entry
        entry = entries.get(entry["alias_of"])
    return None


def _add(data: SourceData, id: str, entry: Mapping[str, Any]) -> None:
    work = LitellmWork(read="")
    found = [*_plain(work, id, entry), *_searches(work, id, entry)]
    data.names.append(SourceName(id, "the entry"))
    data.prices += found
    if entry.get("deprecation_date"):
        day = str(entry["deprecation_date"])[:10]
        data.dates.append(SourceDate(id, "retired", day, "deprecation_date"))
    for unsaid in work.imported.listed:
        data.passed_over[f"{unsaid.field}: {unsaid.reason}"] += 1


def _plain(work: LitellmWork, id: str, entry: Mapping[str, Any]) -> Iterator[SourcePrice]:
    """The plain fields, and what the factors of an entry make of them."""
    standard: list[SourcePrice] = []
    for (meter, tier, above, when), amount in figures_of(work, id, entry).items():
        said = {**({f.TIER: tier} if tier != f.STANDARD else {}), **{k: v[0] for k, v in when}}
        place = f.field_name(meter, tier, above)
        price = SourcePrice(id, METERS.get(meter, meter), amount, place, said, above)
        if not said and f.MEASURES[meter].unit == "tokens":
            standard.append(price)
        yield price
    specific = entry.get("provider_specific_entry")
    given = {**entry, **(specific if isinstance(specific, dict) else {})}
    for key in sorted(given.keys() & f.UPLIFTS.keys()):
        factor = work.figure(id, key, given[key])
        dimension, value, _ = f.UPLIFTS[key]
        for price in standard if factor is not None else ():
            amount = price.amount * Fraction(factor or 0)
            place = f"{price.place} x {key}"
            yield SourcePrice(id, price.meter, amount, place, {dimension: value}, price.above)


def _searches(work: LitellmWork, id: str, entry: Mapping[str, Any]) -> Iterator[SourcePrice]:
    """The price of a web search, which is one for all sizes of context or left out."""
    costs = entry.get(SEARCHES)
    if not isinstance(costs, dict) or not costs:
        return
    amounts = {work.figure(id, SEARCHES, value) for value in costs.values()}
    amount = amounts.pop()
    if amount is not None and not amounts:
        yield SourcePrice(id, METERS["web_searches"], amount, SEARCHES)
