"""LiteLLM's `model_prices_and_context_window.json` as a book:
every entry, every figure, or the reason why not.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pricelang.apps.imports import book_text as b
from pricelang.apps.imports.clocks import Schedule, week_of
from pricelang.apps.imports.drafts import DraftModel, Imported, ImportFault, book_name
from pricelang.apps.imports.litellm_draft import drafted
from pricelang.apps.imports.litellm_parts import off_peak, schedule_of, searches, tiers, uplifts
from pricelang.apps.imports.litellm_prices import figures_of, prices_of
from pricelang.apps.imports.litellm_work import LitellmWork
from pricelang.apps.imports.settling import Odd, settled
from pricelang.present.text import shown

INCLUSIVE = ("xai",)
"""Providers whose longer tier begins at the threshold and not above it,
as LiteLLM's calculator has it.
"""


def imported(data: object, read: str) -> Imported:
    """The book of LiteLLM's price map, as JSON with decimals;
    `read` is the day on which it was read.

    Raises `ImportFault` for what is no such map.
    """
    if not isinstance(data, dict) or not any(isinstance(entry, dict) for entry in data.values()):
        raise ImportFault("LiteLLM's price map is one object with an object for each model")
    return settled(lambda odd: _draft(data, read, odd), len(data))


def _draft(data: Mapping[str, Any], read: str, odd: Odd) -> Imported:
    work = LitellmWork(read=read)
    work.day = week_of(
        _schedules(entry for number, entry in enumerate(data.values()) if number not in odd)
    )
    for number, (name, entry) in enumerate(data.items()):
        work.imported.entries += 1
        if number in odd:
            work.unsaid(name, "", "", odd[number])
            continue
        if not isinstance(entry, dict):
            work.unsaid(name, "", entry, "an entry is an object")
            continue
        work.imported.places.setdefault(book_name(name), number)
        if isinstance(entry.get("alias_of"), str):
            work.aliases[name] = entry["alias_of"]
        else:
            _entry(work, number, name, entry)
    if not work.models:
        raise ImportFault("no entry of this map has a price")
    _settle_aliases(work)
    _with_providers(work)
    work.imported.files = b.files_of(drafted(work))
    return work.imported


def _schedules(entries: Iterable[Any]) -> Iterator[Schedule]:
    for entry in entries:
        try:
            yield schedule_of(entry)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            continue  # the entry is listed when it is read


# ---- one entry -----------------------------------------------------------------------------------


def _entry(work: LitellmWork, number: int, name: str, entry: dict[str, Any]) -> None:
    """One entry: in the book, or listed."""
    if name == "sample_spec":
        return work.unsaid(name, "", "", "the explanation of the format, not a model")
    model = book_name(name)
    if not re.search("[A-Za-z_]", model) or model in work.known:
        return work.unsaid(name, "", name, "not a valid name, or the name of another model already")
    before = len(work.imported.listed), work.imported.figures, work.imported.said
    reason = "the source gives it no price"
    try:
        if _take(work, name, model, entry):
            return None
        if work.imported.figures > before[1]:
            reason = "the source gives it no price that a book can express"
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, ArithmeticError) as error:
        reason = work.imported.broken[number] = (
            f"not in the form of the other entries: {shown(error)}"
        )
    del work.imported.listed[before[0] :]
    work.imported.figures, work.imported.said = before[1:]
    return work.unsaid(name, "", "", reason)


def _take(work: LitellmWork, name: str, model: str, entry: Mapping[str, Any]) -> bool:
    """Takes an entry in with its prices; says whether it has any."""
    figures, provider = figures_of(work, name, entry), entry.get("litellm_provider")
    off = off_peak(work, name, entry)
    priced = list(prices_of(work, model, figures, provider in INCLUSIVE, off))
    priced += tiers(work, name, model, entry)
    if not (searches(work, name, model, entry) or priced):
        return False
    tokens = any(work.measures[price.meter].unit == "tokens" for price in priced)
    uplifts(work, name, model, entry, tokens)
    work.prices += priced
    seller = provider if isinstance(provider, str) else "unnamed"
    work.models.append(DraftModel(model, seller, _retired(work, name, entry)))
    work.known.add(model)
    work.imported.models += 1
    return True


def _retired(work: LitellmWork, name: str, entry: Mapping[str, Any]) -> str | None:
    """The day of the retirement; what is no such day is listed."""
    written = entry.get("deprecation_date")
    if not written:
        return None
    try:
        day = datetime.date.fromisoformat(str(written))
    except ValueError as error:
        work.imported.figures += 1
        work.unsaid(name, "deprecation_date", written, f"not a date: {error}")
        return None
    return day.isoformat() if day.year >= 2020 else None


# ---- the whole -----------------------------------------------------------------------------------


def _settle_aliases(work: LitellmWork) -> None:
    for name, target in list(work.aliases.items()):
        seen = {name}
        while target in work.aliases and target not in seen:
            seen.add(target)
            target = work.aliases[target]
        if book_name(target) in work.known and book_name(name) not in work.known:
            work.aliases[name] = target
            work.imported.aliases += 1
        else:
            del work.aliases[name]
            work.unsaid(name, "", target, "an alias of what the source gives no price")


def _with_providers(work: LitellmWork) -> None:
    """The ids that LiteLLM writes with their provider in front, where the map has them without."""
    for model in work.models:
        name = f"{provider_prefix(model.provider)}/{model.name}"
        if "/" not in model.name and book_name(name) not in work.known:
            work.aliases.setdefault(name, model.name)


def provider_prefix(provider: str) -> str:
    """What stands in front of an id for a provider: one that is several to the map has one name.

    >>> provider_prefix("vertex_ai-language-models"), provider_prefix("bedrock_converse")
    ('vertex_ai', 'bedrock')
    """
    several = ("bedrock", "vertex_ai", "fireworks_ai")
    return next((one for one in several if provider.startswith(one)), provider)
