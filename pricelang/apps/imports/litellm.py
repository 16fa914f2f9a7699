"""LiteLLM's `model_prices_and_context_window.json` as a book:
every entry, every figure, or the reason why not.
"""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from pricelang.apps.imports import book_text as b
from pricelang.apps.imports import litellm_fields as f
from pricelang.apps.imports.clocks import UNSAID_DAY, WEEKDAY, day_of, week_axis
from pricelang.apps.imports.drafts import (
    NO_PROMPT,
    WHOLE,
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
from pricelang.apps.imports.litellm_parts import (
    MAX_RESULTS,
    SIZES,
    UNKNOWN,
    OffPeak,
    guardrails,
    off_peak,
    searches,
    tiers,
    uplifts,
    windows_of,
)
from pricelang.apps.imports.litellm_work import Figures, Work
from pricelang.apps.imports.settling import Odd, settled
from pricelang.present.text import shown
from pricelang.syntax import tree as t

ADDRESS = "https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json"
INCLUSIVE = ("xai",)
"""Providers whose longer tier begins at the threshold and not above it,
as LiteLLM's calculator has it.
"""

_EXTRA = (
    "off_peak_pricing",
    "tiered_pricing",
    "search_free_requests",
    "provider_specific_entry",
    "search_context_cost_per_query",
)
_PRICE_LIKE = re.compile(r"cost|pricing|uplift_multiplier")


def imported(data: object, read: str) -> Imported:
    """The book of LiteLLM's price map, as JSON with decimals;
    `read` is the day on which it was read.

    Raises `ImportFault` for what is no such map.
    """
    if not isinstance(data, dict) or not any(isinstance(entry, dict) for entry in data.values()):
        raise ImportFault("LiteLLM's price map is one object with an object for each model")
    return settled(lambda odd: _draft(data, read, odd), len(data))


def _draft(data: Mapping[str, Any], read: str, odd: Odd) -> Imported:
    work = Work(read)
    work.day = day_of(
        _turns(entry for number, entry in enumerate(data.values()) if number not in odd)
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
    work.imported.files = b.files_of(_drafted(work))
    return work.imported


def _turns(entries: Iterable[Any]) -> Iterator[int]:
    for entry in entries:
        try:
            yield from (
                minute
                for windows in windows_of(entry).values()
                for pair in windows
                for minute in pair
            )
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            continue  # the entry is listed when it is read


# ---- one entry -----------------------------------------------------------------------------------


def _entry(work: Work, number: int, name: str, entry: dict[str, Any]) -> None:
    """One entry: in the book, or listed."""
    if name == "sample_spec":
        return work.unsaid(name, "", "", "the explanation of the format, and no model")
    model = book_name(name)
    if not re.search("[A-Za-z_]", model) or model in work.known:
        return work.unsaid(
            name, "", name, "no name of the language, or one that stands for another model already"
        )
    before = len(work.imported.listed), work.imported.figures, work.imported.said
    reason = "the source gives it no price"
    try:
        figures = _figures(work, name, entry)
        priced = list(
            _prices(
                work,
                model,
                figures,
                entry.get("litellm_provider") in INCLUSIVE,
                off_peak(work, name, entry),
            )
        )
        priced += tiers(work, name, model, entry)
        if searches(work, name, model, entry) or priced:
            uplifts(
                work,
                name,
                model,
                entry,
                any(work.measures[price.meter].unit == "tokens" for price in priced),
            )
            provider = entry.get("litellm_provider")
            work.prices += priced
            work.models.append(
                DraftModel(
                    model,
                    provider if isinstance(provider, str) else "unnamed",
                    _retired(work, name, entry),
                )
            )
            work.known.add(model)
            work.imported.models += 1
            return None
        if work.imported.figures > before[1]:
            reason = "the source gives it no price that can be said"
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, ArithmeticError) as error:
        reason = work.imported.broken[number] = (
            f"not in the form of the other entries: {shown(error)}"
        )
    del work.imported.listed[before[0] :]
    work.imported.figures, work.imported.said = before[1:]
    return work.unsaid(name, "", "", reason)


def _figures(work: Work, name: str, entry: dict[str, Any]) -> Figures:
    """What the plain fields say."""
    found: Figures = {}
    tiered = {
        meter
        for row in entry.get("tiered_pricing") or ()
        for meter in (f.METER_OF.get(key) for key in row)
        if meter
    }
    for key, value in entry.items():
        if key in _EXTRA or key in f.UPLIFTS or not _PRICE_LIKE.search(key):
            continue
        if key == "guardrail_cost_per_unit" and isinstance(value, dict):
            guardrails(work, name, value, found)
            continue
        twin = f.SAID_TWICE.get(key, "")
        what = f.field_of(twin if twin and twin not in entry else key)
        reason = next((reason for part, reason in f.KNOWN_LIMITS.items() if part in key), None)
        if reason is None and twin in entry:
            work.figure(
                name,
                key,
                value,
                None if entry[twin] == value else f"`{twin}` says another price of the same thing",
            )
            continue
        if reason is None and what is None:
            reason = UNKNOWN
        elif reason is None and what is not None and what.meter in tiered:
            reason = "`tiered_pricing` stands instead of it"
        amount = work.figure(name, key, value, reason)
        if amount is not None and what is not None:
            found[what.meter, what.tier, what.above, what.when] = amount
    if not any(meter in f.PROMPT for meter, _, _, _ in found):
        for meter, tier, above, when in [key for key in found if key[2]]:
            del found[meter, tier, above, when]
            work.imported.said -= 1
            work.unsaid(name, f.field_name(meter, tier, above), "", NO_PROMPT)
    return found


def _prices(
    work: Work, model: str, figures: Figures, inclusive: bool, off: OffPeak | None
) -> Iterator[DraftPrice]:
    """A price for each meter, tier and band of prompt lengths. A tier that the model has is priced
    as LiteLLM has it: a figure that is missing there is the standard one (that of reasoning the
    tier's output), but for batches, where it is missing.
    """
    limits = sorted({above for _, _, above, _ in figures if above})
    named = dict.fromkeys(tier for _, tier, _, _ in figures)
    for tier in named:
        if tier != f.STANDARD:
            work.tiers.setdefault(tier, []).append(model)
        for band, above in _bands(limits, inclusive):
            for meter in dict.fromkeys(meter for meter, _, _, _ in figures):
                found = _found(figures, meter, tier, above, limits)
                when: Condition = () if list(named) == [f.STANDARD] else ((f.TIER, (tier,)),)
                if found is None:
                    continue
                if off is None:
                    yield DraftPrice(model, meter, found, when, band)
                    continue
                for condition, inside in off[1]:
                    yield DraftPrice(
                        model,
                        meter,
                        off[0].get(meter, found) if inside else found,
                        (*when, *condition),
                        band,
                    )
    yield from _special(work, model, figures)


def _special(work: Work, model: str, figures: Figures) -> Iterator[DraftPrice]:
    """Prices by the size of a picture or of a video;
    the plain figure, where there is one, is for what says no size.
    """
    for meter, axis in (("output_pictures", f.SIZE), ("output_time", f.RESOLUTION)):
        sized = [
            (when, amount)
            for (known, _, _, when), amount in figures.items()
            if known == meter and when
        ]
        for when, amount in sized:
            work.values[axis] += [value for value in when[0][1] if value not in work.values[axis]]
            yield DraftPrice(model, meter, amount, when)
        plain = figures.get((meter, f.STANDARD, 0, ()))
        if sized and plain is not None:
            yield DraftPrice(model, meter, plain, ((axis, (f.UNSAID_VALUE,)),))


def _found(
    figures: Figures, meter: str, tier: str, above: int, limits: list[int]
) -> Fraction | None:
    sized = any(known == meter and when for known, _, _, when in figures)
    if sized:
        return None
    for limit in [*(limit for limit in reversed(limits) if limit <= above), 0]:
        for key in (tier,) if tier == "batch" else (tier, f.STANDARD):
            if limit and (meter, key, limit, ()) in figures:
                return figures[meter, key, limit, ()]
    if meter == "reasoning" and tier != f.STANDARD and (meter, tier, 0, ()) not in figures:
        return _found(figures, "output", tier, above, limits)
    for key in (tier,) if tier == "batch" else (tier, f.STANDARD):
        if (meter, key, 0, ()) in figures:
            return figures[meter, key, 0, ()]
    return None


def _bands(limits: list[int], inclusive: bool) -> Iterator[tuple[Band, int]]:
    """The bands of prompt lengths, each with the threshold that it is above."""
    if not limits:
        yield WHOLE, 0
        return
    edges = [limit - inclusive for limit in limits]
    yield (0, edges[0]), 0
    for index, edge in enumerate(edges):
        yield (edge, edges[index + 1] if index + 1 < len(edges) else 0), limits[index]


def _retired(work: Work, name: str, entry: Mapping[str, Any]) -> str | None:
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


def _settle_aliases(work: Work) -> None:
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


def _drafted(work: Work) -> Drafted:
    axes = (
        [Axis(f.TIER, f.STANDARD, (f.STANDARD, *work.tiers), offered=work.tiers)]
        if work.tiers
        else []
    )
    if work.values[f.SEARCH]:
        axes.append(Axis(f.SEARCH, "medium", SIZES))  # LiteLLM's default too
    for name in (f.SIZE, f.RESOLUTION, MAX_RESULTS):
        if work.values[name]:
            axes.append(
                Axis(
                    name, f.UNSAID_VALUE, tuple(dict.fromkeys([f.UNSAID_VALUE, *work.values[name]]))
                )
            )
    asked: dict[str, list[str]] = defaultdict(list)
    for dimension, value, _ in work.uplifts:
        asked[dimension].append(value)
    axes += [Axis(name, f.STANDARD, (f.STANDARD, *values)) for name, values in asked.items()]
    axes += [week_axis()] if work.by_day else []
    axes += [work.day.axis()] if work.day is not None and len(work.day.stretches) > 1 else []
    return Drafted(
        "litellm",
        "LiteLLM's price map",
        ADDRESS,
        work.read,
        work.measures,
        f.PROMPT,
        axes,
        work.models,
        work.prices,
        list(_extra(work)),
        {
            "web_searches": list(
                dict.fromkeys(model for models in work.searches.values() for model in models)
            )
        },
    )


def _extra(work: Work) -> Iterator[t.Statement]:
    for name, target in work.aliases.items():
        yield t.Alias(
            t.Name(book_name(name)), t.Name(book_name(target)), endings=t.Endings(see=b.see())
        )
    stack = []
    for (dimension, value, title), factors in work.uplifts.items():
        name = f"{dimension}_{value}"
        stack.append(name)
        yield b.multiplier(
            name, title, ((dimension, (value,)),), factors, "the source gives no price for it"
        )
    if len(stack) > 1:
        yield t.Stack(b.names(stack), None)
    if work.by_day:
        because = "its price depends on the day of the week: say `weekday`, monday to sunday"
        yield b.refusal(work.by_day, ((WEEKDAY, (UNSAID_DAY,)),), because)
    if work.searches:
        yield t.Charge(
            t.Name("web_searches"),
            t.Text("Web searches"),
            tuple(_charge_lines(work)),
            endings=t.Endings(see=b.see()),
        )


def _charge_lines(work: Work) -> Iterator[t.ChargeLine]:
    per = t.Per(b.number(1_000), t.Name("web_searches"))
    for (when, amount), models in work.searches.items():
        endings = t.Endings(
            models=b.names(models),
            when=b.conditions(when),
            because=None if amount else t.Text(b.FREE),
        )
        if amount:
            yield t.ChargePrice(
                b.money(amount * 1_000), None, per, None, None, None, endings=endings
            )
        else:
            yield t.ChargeFree(endings=endings)
    for (_, count, period), models in work.pools.items():
        account = t.Account(t.Name("organization"), t.Name(period))
        yield t.ChargePool(
            b.number(count),
            t.Name("web_searches"),
            account,
            endings=t.Endings(models=b.names(models)),
        )
