"""LiteLLM's `model_prices_and_context_window.json` as a book: every entry, every figure, or the reason why not."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from attrs import define, field

from pricelang.imports import book_text as b
from pricelang.imports import litellm_fields as f
from pricelang.imports.clocks import HOURS, UNSAID_DAY, WEEKDAY, WEEKDAYS, Day, day_of, minutes_of, week_axis
from pricelang.imports.drafts import (
    WHOLE,
    Axis,
    Band,
    Condition,
    Drafted,
    Imported,
    ImportFault,
    Measure,
    Model,
    Price,
    Unsaid,
    amount_of,
    book_name,
)  # fmt: skip
from pricelang.syntax import tree as t
from pricelang.wording import shown

ADDRESS = "https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json"
MAX_RESULTS = "max_results"
INCLUSIVE = ("xai",)
"""Providers whose longer tier begins at the threshold and not above it, as LiteLLM's calculator has it."""

_EXTRA = ("off_peak_pricing", "tiered_pricing", "search_free_requests", "provider_specific_entry")
_PRICE_LIKE = re.compile(r"cost|pricing|uplift_multiplier")
_SIZES = ("low", "medium", "high")
_SNAKE = re.compile(r"(?<=[a-z])(?=[A-Z])")

Figures = dict[tuple[str, str, int, Condition], Fraction]
"""What a model's fields say, by meter, tier, length of prompt and further conditions."""


@define
class _Work:
    """What is gathered on the way through the map."""

    read: str
    imported: Imported = field(factory=lambda: Imported({}, []))
    measures: dict[str, Measure] = field(factory=lambda: dict(f.MEASURES))
    models: list[Model] = field(factory=list)
    prices: list[Price] = field(factory=list)
    aliases: dict[str, str] = field(factory=dict)
    values: dict[str, list[str]] = field(factory=lambda: defaultdict(list))
    tiers: dict[str, list[str]] = field(factory=dict)
    uplifts: dict[tuple[str, str, str], dict[Fraction, list[str]]] = field(factory=dict)
    searches: dict[tuple[Condition, Fraction], list[str]] = field(factory=lambda: defaultdict(list))
    pools: dict[tuple[str, int, str], list[str]] = field(factory=lambda: defaultdict(list))
    by_day: list[str] = field(factory=list)
    day: Day | None = None

    def unsaid(self, model: str, name: str, value: object, reason: str) -> None:
        """A figure that the book does not have."""
        self.imported.listed.append(Unsaid(model, name, shown(value, 120), reason))


def imported(data: object, read: str) -> Imported:
    """The book of LiteLLM's price map, as JSON with decimals; `read` is the day on which it was read.

    Raises `ImportFault` for what is no such map.
    """
    if not isinstance(data, dict) or not data or not all(isinstance(entry, dict) for entry in data.values()):
        raise ImportFault("LiteLLM's price map is one object with an object for each model")
    work = _Work(read)
    work.day = day_of(minute for entry in data.values() for windows in _windows(entry).values() for pair in windows for minute in pair)
    for name, entry in data.items():
        work.imported.entries += 1
        if isinstance(entry.get("alias_of"), str):
            work.aliases[name] = entry["alias_of"]
        else:
            _entry(work, name, entry)
    _settle_aliases(work)
    work.imported.files = b.files_of(_drafted(work))
    return work.imported


# ---- one entry ------------------------------------------------------------------------------------------------------


def _entry(work: _Work, name: str, entry: dict[str, Any]) -> None:
    if name == "sample_spec":
        return work.unsaid(name, "", "", "the explanation of the format, and no model")
    model = book_name(name)
    if not re.search("[A-Za-z_]", model) or any(known.name == model for known in work.models):
        return work.unsaid(name, "", name, "no name of the language")
    before = len(work.prices), len(work.imported.listed), work.imported.figures, work.imported.said, len(work.searches)
    figures, later = _figures(work, name, entry)
    inclusive = entry.get("litellm_provider") in INCLUSIVE
    priced = list(_prices(work, model, figures, inclusive, _off_peak(work, name, entry)))
    priced += _tiers(work, name, model, entry)
    work.prices += priced
    searched = _searches(work, name, model, entry)
    if not priced and not searched:
        del work.imported.listed[before[1]:]
        work.imported.figures, work.imported.said = before[2], before[3]
        return work.unsaid(name, "", "", "the source gives it no price that can be said" if later or figures else "the source gives it no price")
    _uplifts(work, name, model, entry)
    provider = entry.get("litellm_provider")
    work.models.append(Model(model, provider if isinstance(provider, str) else "unnamed", _retired(entry)))
    work.imported.models += 1
    return None


def _figures(work: _Work, name: str, entry: dict[str, Any]) -> tuple[Figures, bool]:
    """What the plain fields say, and whether any figure could not be said."""
    found: Figures = {}
    missed = False
    tiered = {meter for meter in (f.METER_OF.get(key) for row in entry.get("tiered_pricing") or () for key in row) if meter}
    for key, value in entry.items():
        if key in _EXTRA or key in f.UPLIFTS or not _PRICE_LIKE.search(key):
            continue
        if key == "guardrail_cost_per_unit" and isinstance(value, dict):
            _guardrails(work, name, value, found)
            continue
        if key == "search_context_cost_per_query":
            continue
        work.imported.figures += 1
        reason = next((reason for part, reason in f.KNOWN_LIMITS.items() if part in key), None)
        twin = f.SAID_TWICE.get(key)
        what = f.field_of(twin if twin and twin not in entry else key)
        try:
            amount = amount_of(value)
        except ValueError as error:
            reason = str(error)
        if reason is None and twin in entry:
            same = entry[twin] == value
            work.imported.said += same
            if not same:
                work.unsaid(name, key, value, f"`{twin}` says another price of the same thing")
        elif reason is None and what is not None and what.meter in tiered:
            work.unsaid(name, key, value, "`tiered_pricing` stands instead of it")
        elif reason is None and what is not None:
            work.imported.said += 1
            found[what.meter, what.tier, what.above, what.when] = amount
        else:
            missed = True
            work.unsaid(name, key, value, reason or "no meter of this kind is known")
    return found, missed


def _guardrails(work: _Work, name: str, value: dict[str, Any], found: Figures) -> None:
    for unit, amount in value.items():
        work.imported.figures += 1
        meter = "guardrail_" + _SNAKE.sub("_", unit).lower()
        try:
            found[meter, f.STANDARD, 0, ()] = amount_of(amount)
        except ValueError as error:
            work.unsaid(name, unit, amount, str(error))
            continue
        work.imported.said += 1
        work.measures.setdefault(meter, Measure(meter, "policy_units", 1_000))


def _prices(
    work: _Work, model: str, figures: Figures, inclusive: bool, off_peak: tuple[dict[str, Fraction], list[tuple[Condition, bool]]] | None
) -> Iterator[Price]:
    """A price for each meter, tier and band of prompt lengths. A tier that the model has is priced as LiteLLM has it:
    a figure that is missing there is the standard one (that of reasoning the tier's output), but for batches, where it is
    missing."""
    limits = sorted({above for _, _, above, _ in figures if above})
    tiers = dict.fromkeys(tier for _, tier, _, _ in figures)
    for tier in tiers:
        if tier != f.STANDARD:
            work.tiers.setdefault(tier, []).append(model)
        for band, above in _bands(limits, inclusive):
            for meter in dict.fromkeys(meter for meter, _, _, _ in figures):
                found = _found(figures, meter, tier, above, limits)
                when: Condition = () if list(tiers) == [f.STANDARD] else ((f.TIER, (tier,)),)
                if found is None:
                    continue
                if off_peak is None:
                    yield Price(model, meter, found, when, band)
                    continue
                for condition, off in off_peak[1]:
                    yield Price(model, meter, off_peak[0].get(meter, found) if off else found, (*when, *condition), band)
    yield from _special(work, model, figures)


def _special(work: _Work, model: str, figures: Figures) -> Iterator[Price]:
    """Prices by the size of a picture or of a video; the plain figure, where there is one, is for what says no size."""
    for meter, axis in (("output_pictures", f.SIZE), ("output_time", f.RESOLUTION)):
        sized = [(when, amount) for (known, _, _, when), amount in figures.items() if known == meter and when]
        for when, amount in sized:
            work.values[axis] += [value for value in when[0][1] if value not in work.values[axis]]
            yield Price(model, meter, amount, when)
        plain = figures.get((meter, f.STANDARD, 0, ()))
        if sized and plain is not None:
            yield Price(model, meter, plain, ((axis, (f.UNSAID_VALUE,)),))


def _found(figures: Figures, meter: str, tier: str, above: int, limits: list[int]) -> Fraction | None:
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


# ---- what stands in objects of its own ------------------------------------------------------------------------------


def _tiers(work: _Work, name: str, model: str, entry: dict[str, Any]) -> Iterator[Price]:
    """`tiered_pricing`: a table of prompt lengths, or of how many results a search may have."""
    for row in entry.get("tiered_pricing") or ():
        given = {key: value for key, value in row.items() if key not in ("range", "max_results_range")}
        low, high = (int(edge) for edge in row.get("range") or row.get("max_results_range") or (0, 0))
        last = row is entry["tiered_pricing"][-1]
        for key, value in given.items():
            work.imported.figures += 1
            what = f.field_of(key)
            try:
                amount = amount_of(value)
            except ValueError as error:
                work.unsaid(name, key, value, str(error))
                continue
            if what is None or what.tier != f.STANDARD or what.above:
                work.unsaid(name, key, value, "no meter of this kind is known")
                continue
            work.imported.said += 1
            if "range" in row:
                yield Price(model, what.meter, amount, (), (low, 0 if last else high))
            else:
                results = f"up_to_{high}"
                work.values[MAX_RESULTS] += [results] if results not in work.values[MAX_RESULTS] else []
                yield Price(model, what.meter, amount, ((MAX_RESULTS, (results,)),))


def _windows(entry: Mapping[str, Any]) -> dict[str, list[tuple[int, int]]]:
    """The off-peak windows of each day of the week."""
    block = entry.get("off_peak_pricing")
    found: dict[str, list[tuple[int, int]]] = {day: [] for day in WEEKDAYS}
    if not isinstance(block, dict):
        return found
    rules = [*block.get("windows", ()), *([{"hours_utc": block["hours_utc"]}] if "hours_utc" in block else [])]
    for rule in rules:
        hours = rule["hours_utc"]
        pairs = [tuple(minutes_of(text) for text in span.split("-")) for span in ([hours] if isinstance(hours, str) else hours)]
        for number in rule.get("weekdays") or range(1, 8):
            found[WEEKDAYS[int(number) - 1]] += [(start, end) for start, end in pairs]
    return found


def _off_peak(work: _Work, name: str, entry: dict[str, Any]) -> tuple[dict[str, Fraction], list[tuple[Condition, bool]]] | None:
    """The prices off peak by meter, and the conditions that part the week, each with whether it is off peak."""
    block = entry.get("off_peak_pricing")
    if not isinstance(block, dict) or work.day is None:
        return None
    rates: dict[str, Fraction] = {}
    for key, value in block.items():
        what = f.field_of(key)
        if what is not None:
            work.imported.figures += 1
            work.imported.said += 1
            rates[what.meter] = amount_of(value)
    days: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for day, windows in _windows(entry).items():
        days[work.day.within(windows)].append(day)
    parts: list[tuple[Condition, bool]] = []
    for inside, named in days.items():
        condition: Condition = ((WEEKDAY, tuple(named)),) if len(days) > 1 else ()
        for stretches, off in ((inside, True), (work.day.others(inside), False)):
            whole = len(stretches) == len(work.day.stretches)
            if stretches:
                parts.append(((*condition, *(() if whole else ((HOURS, stretches),))), off))
    if len(days) > 1:
        work.by_day.append(book_name(name))
    return rates, parts


def _searches(work: _Work, name: str, model: str, entry: dict[str, Any]) -> bool:
    """Web searches are a charge and no rate, for some of them are free to an account."""
    costs = entry.get("search_context_cost_per_query")
    if not isinstance(costs, dict):
        return False
    amounts: dict[str, Fraction] = {}
    for key, value in costs.items():
        work.imported.figures += 1
        size = key.removeprefix("search_context_size_")
        try:
            amounts[size] = amount_of(value)
            if size not in _SIZES:
                raise ValueError("no such size of a search context")
        except ValueError as error:
            work.unsaid(name, key, value, str(error))
            amounts.pop(size, None)
        else:
            work.imported.said += 1
    if len(set(amounts.values())) == 1 and len(amounts) == len(_SIZES):
        work.searches[(), amounts["low"]].append(model)
    else:
        for size, amount in amounts.items():
            work.searches[((f.SEARCH, (size,)),), amount].append(model)
            work.values[f.SEARCH] = list(_SIZES)
    free = entry.get("search_free_requests")
    if isinstance(free, dict):
        work.imported.figures += 1
        work.imported.said += 1
        work.pools[str(free.get("shared_group")), int(free["count"]), str(free["period"])].append(model)
    return bool(amounts)


def _uplifts(work: _Work, name: str, model: str, entry: dict[str, Any]) -> None:
    specific = entry.get("provider_specific_entry")
    given = {key: value for key, value in entry.items() if key in f.UPLIFTS}
    given |= {key: value for key, value in (specific.items() if isinstance(specific, dict) else ()) if key in ("us", "fast")}
    for key, value in given.items():
        work.imported.figures += 1
        work.imported.said += 1
        work.uplifts.setdefault(f.UPLIFTS[key], {}).setdefault(amount_of(value), []).append(model)
    for key, value in specific.items() if isinstance(specific, dict) else ():
        reason = f.KNOWN_LIMITS.get(key)
        if reason is not None:
            work.imported.figures += 1
            work.unsaid(name, key, value, reason)


def _retired(entry: Mapping[str, Any]) -> str | None:
    try:
        day = datetime.date.fromisoformat(str(entry.get("deprecation_date")))
    except ValueError:
        return None
    return day.isoformat() if day.year >= 2020 else None


# ---- the whole ------------------------------------------------------------------------------------------------------


def _settle_aliases(work: _Work) -> None:
    known = {model.name for model in work.models}
    for name, target in list(work.aliases.items()):
        seen = {name}
        while target in work.aliases and target not in seen:
            seen.add(target)
            target = work.aliases[target]
        if book_name(target) in known and book_name(name) not in known:
            work.aliases[name] = target
            work.imported.aliases += 1
        else:
            del work.aliases[name]
            work.unsaid(name, "", target, "an alias of what the source gives no price")


def _drafted(work: _Work) -> Drafted:
    axes = [Axis(f.TIER, f.STANDARD, (f.STANDARD, *work.tiers), offered=work.tiers)] if work.tiers else []
    if work.values[f.SEARCH]:
        axes.append(Axis(f.SEARCH, "medium", _SIZES))  # LiteLLM's default too
    for name in (f.SIZE, f.RESOLUTION, MAX_RESULTS):
        if work.values[name]:
            axes.append(Axis(name, f.UNSAID_VALUE, tuple(dict.fromkeys([f.UNSAID_VALUE, *work.values[name]]))))
    asked: dict[str, list[str]] = defaultdict(list)
    for dimension, value, _ in work.uplifts:
        asked[dimension].append(value)
    axes += [Axis(name, f.STANDARD, (f.STANDARD, *values)) for name, values in asked.items()]
    axes += [week_axis()] if work.by_day else []
    axes += [work.day.axis()] if work.day is not None else []
    return Drafted(
        "litellm", "LiteLLM's price map", ADDRESS, work.read, work.measures, f.PROMPT, axes, work.models, work.prices, list(_extra(work)),
        {"web_searches": list(dict.fromkeys(model for models in work.searches.values() for model in models))},
    )  # fmt: skip


def _extra(work: _Work) -> Iterator[t.Statement]:
    for name, target in work.aliases.items():
        yield t.Alias(t.Name(book_name(name)), t.Name(book_name(target)), endings=t.Endings(see=b.see()))
    stack = []
    for (dimension, value, title), factors in work.uplifts.items():
        name = f"{dimension}_{value}"
        stack.append(name)
        yield b.multiplier(name, title, ((dimension, (value,)),), factors, "the source gives no price for it")
    if len(stack) > 1:
        yield t.Stack(b.names(stack), None)
    if work.by_day:
        because = "its price depends on the day of the week: say `weekday`, monday to sunday"
        yield b.refusal(work.by_day, ((WEEKDAY, (UNSAID_DAY,)),), because)
    if work.searches:
        yield t.Charge(t.Name("web_searches"), t.Text("Web searches"), tuple(_charge_lines(work)), endings=t.Endings(see=b.see()))


def _charge_lines(work: _Work) -> Iterator[t.ChargeLine]:
    per = t.Per(b.number(1_000), t.Name("web_searches"))
    for (when, amount), models in work.searches.items():
        endings = t.Endings(models=b.names(models), when=b.conditions(when), because=None if amount else t.Text(b.FREE))
        if amount:
            yield t.ChargePrice(b.money(amount * 1_000), None, per, None, None, None, endings=endings)
        else:
            yield t.ChargeFree(endings=endings)
    for (_, count, period), models in work.pools.items():
        account = t.Account(t.Name("organization"), t.Name(period))
        yield t.ChargePool(b.number(count), t.Name("web_searches"), account, endings=t.Endings(models=b.names(models)))
