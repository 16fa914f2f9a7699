"""genai-prices' data as a book:
its JSON or YAML, every provider and figure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from pricelang.apps.imports import book_text as b
from pricelang.apps.imports.clocks import HoursRule, Schedule, week_of
from pricelang.apps.imports.drafts import (
    FIRST_DAY,
    Axis,
    Band,
    Condition,
    Drafted,
    DraftModel,
    DraftPrice,
    Imported,
    ImportFault,
    book_name,
)
from pricelang.apps.imports.genai_families import Routes, names_of
from pricelang.apps.imports.genai_names import COUNTS, default_of
from pricelang.apps.imports.genai_sets import prices_of, sets_of, times_of, without_tiers
from pricelang.apps.imports.genai_work import GenaiWork, of_prompt
from pricelang.apps.imports.settling import Odd, settled
from pricelang.check.aliases import FEWEST
from pricelang.model.families import own_characters
from pricelang.present.text import shown
from pricelang.syntax import tree as t

ADDRESS = "https://github.com/pydantic/genai-prices/tree/main/prices/providers"
REQUESTS = "requests"


def imported(data: object, read: str) -> Imported:
    """The book of genai-prices' providers (a list of them,
    or one), as read from JSON or YAML with exact numbers.

    Raises `ImportFault` for what is no such data.
    """
    providers = [data] if isinstance(data, dict) and "models" in data else data
    if isinstance(providers, dict):
        providers = providers.get("providers")
    if not isinstance(providers, list) or not any(map(_has_models, providers)):
        raise ImportFault("genai-prices' data is a list of providers, each with its `models`")
    entries = [
        (str(provider.get("id", "unnamed")) if isinstance(provider, dict) else "unnamed", entry)
        for provider in providers
        for entry in (provider["models"] if _has_models(provider) else [None])
    ]
    routes = [
        (str(provider.get("id")), provider.get("model_match"))
        for provider in providers
        if isinstance(provider, dict)
    ]
    return settled(lambda odd: _draft(entries, routes, read, odd), len(entries))


def _has_models(provider: object) -> bool:
    return isinstance(provider, dict) and isinstance(provider.get("models"), list)


def _draft(entries: Sequence[tuple[str, Any]], routes: Routes, read: str, odd: Odd) -> Imported:
    work = GenaiWork(routes=routes)
    work.day = week_of(
        _schedules(entry for number, (_, entry) in enumerate(entries) if number not in odd)
    )
    for number, (provider, entry) in enumerate(entries):
        work.imported.entries += 1
        if number in odd:
            work.unsaid(
                f"{provider}/{shown(entry.get('id') if isinstance(entry, dict) else None)}",
                "",
                "",
                odd[number],
            )
        else:
            _model(work, number, provider, entry)
    if not work.models:
        raise ImportFault("no model of this data has a price")
    work.imported.files = b.files_of(_drafted(work, read))
    return work.imported


def _schedules(entries: Iterable[Any]) -> Iterator[Schedule]:
    for entry in entries:
        try:
            prices = entry.get("prices")
            for row in [
                *(prices if isinstance(prices, list) else ()),
                *(entry.get("price_variants") or ()),
            ]:
                hours = times_of(row).hours
                if hours is not None:
                    yield [HoursRule((hours,))]
        except (AttributeError, TypeError, ValueError, ImportFault):
            continue  # the model is listed when it is read


# ---- one model -----------------------------------------------------------------------------------


def _model(work: GenaiWork, number: int, provider: str, entry: Any) -> None:
    """One model: in the book, or listed."""
    name = entry.get("id") if isinstance(entry, dict) else None
    model = book_name(f"{provider}/{name}")
    if not isinstance(name, str) or model in work.known:
        return work.unsaid(
            f"{provider}/{shown(name)}",
            "",
            name,
            "a model without an id, or with the name of another model",
        )
    before = len(work.imported.listed), work.imported.figures, work.imported.said
    reason = "the source gives it no price"
    try:
        if _take(work, number, provider, model, entry):
            return None
        if work.imported.figures > before[1]:
            reason = "the source gives it no price that a book can express"
    except (
        AttributeError,
        IndexError,
        KeyError,
        TypeError,
        ValueError,
        ArithmeticError,
        ImportFault,
    ) as error:
        reason = work.imported.broken[number] = (
            f"not in the form of the other models: {shown(error)}"
        )
    del work.imported.listed[before[0] :]
    work.imported.figures, work.imported.said = before[1:]
    return work.unsaid(model, "", "", reason)


def _take(
    work: GenaiWork, number: int, provider: str, model: str, entry: Mapping[str, Any]
) -> bool:
    """Takes a model in with its prices and its other names; says whether it has any price."""
    sets = list(sets_of(work, model, entry))
    if not any(of_prompt(work.measures[meter]) for s in sets for meter in s.prices):
        sets = [without_tiers(work, model, s) for s in sets]
    if not any(s.prices for s in sets):
        return False
    work.prices += prices_of(work, model, sets)
    work.models.append(DraftModel(model, provider))
    work.known.add(model)
    work.imported.places[model] = number
    work.imported.models += 1
    for text in dict.fromkeys(names_of(provider, entry.get("match") or {}, work.routes)):
        is_family = "*" in text or "#" in text
        name = text if is_family else book_name(text)
        (work.families if is_family else work.aliases).setdefault(name, model)
        work.imported.places.setdefault(name, number)
    return True


# ---- the whole -----------------------------------------------------------------------------------


def _drafted(work: GenaiWork, read: str) -> Drafted:
    axes = [
        Axis(key, default_of(key), (default_of(key), *values), offered=values)
        for key, values in work.values.items()
    ]
    axes += [work.day.axis()] if work.day is not None and len(work.day.stretches) > 1 else []
    prompt = tuple(name for name, m in work.measures.items() if of_prompt(m))
    fees = [price for price in work.prices if price.meter == REQUESTS]
    prices = [price for price in work.prices if price.meter != REQUESTS]
    extra: list[t.Statement] = [
        t.Alias(t.Name(alias), t.Name(model), endings=t.Endings(see=b.see()))
        for alias, model in work.aliases.items()
        if alias not in work.known
    ]
    extra += [
        t.Alias(t.Text(pattern), t.Name(model), endings=t.Endings(see=b.see()))
        for pattern, model in work.families.items()
        if own_characters(pattern) >= FEWEST
    ]
    if fees:
        fee = _fee(fees)
        extra += [fee, t.Stack((fee.name,), None)]
    return Drafted(
        "genai-prices",
        "genai-prices' data",
        ADDRESS,
        read,
        work.measures,
        prompt,
        axes,
        work.models,
        prices,
        extra,
        counts=COUNTS,
    )


def _fee(fees: Sequence[DraftPrice]) -> t.Surcharge:
    """A price for each request is added to it, whatever it uses."""
    lines: dict[tuple[Fraction, Condition, Band, str, str], list[str]] = defaultdict(list)
    for fee in fees:
        later = [
            other.start
            for other in fees
            if (other.model, other.when, other.band) == (fee.model, fee.when, fee.band)
            and other.start > fee.start
        ]
        if fee.amount:
            lines[fee.amount, fee.when, fee.band, fee.start, min(later, default="")].append(
                fee.model
            )
    body = tuple(
        t.ModifierLine(
            False,
            t.Addition(b.money(amount), t.Per(None, t.Name("request")), ()),
            t.Endings(
                models=b.names(models),
                when=b.conditions(when, band),
                start=b.date(start) if start > FIRST_DAY else None,
                end=b.date(end) if end else None,
            ),
        )
        for (amount, when, band, start, end), models in lines.items()
    )
    return t.Surcharge(
        t.Name("request_fee"),
        t.Text("A price for each request"),
        (),
        body,
        endings=t.Endings(see=b.see()),
    )
