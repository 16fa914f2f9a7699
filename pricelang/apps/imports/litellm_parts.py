"""What stands in objects of its own within an entry of LiteLLM's map:
tiers, hours, searches, factors, guardrails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from pricelang.apps.imports import litellm_fields as f
from pricelang.apps.imports.clocks import HOURS, HoursRule, Schedule, minutes_of
from pricelang.apps.imports.drafts import (
    FIRST_DAY,
    NO_PROMPT,
    Condition,
    DraftPrice,
    Measure,
)
from pricelang.apps.imports.litellm_work import Figures, LitellmWork
from pricelang.model.charges import CALENDAR_PERIODS
from pricelang.model.clock import UTC, WEEKDAYS, offsets, zone_names
from pricelang.model.instants import seconds_of
from pricelang.model.time_of_day import CALENDAR

MAX_RESULTS = "max_results"
UNKNOWN = "no meter of this kind is known"
OffPeak = tuple[dict[str, Fraction], list[tuple[Condition, bool]]]
SIZES = ("low", "medium", "high")
_SNAKE = re.compile(r"(?<=[a-z])(?=[A-Z])")


def guardrails(work: LitellmWork, name: str, value: Mapping[str, Any], found: Figures) -> None:
    """Prices of the units of policies, each a meter."""
    for unit, price in value.items():
        amount = work.figure(
            name, unit, price, None if unit.isascii() and unit.isalpha() else "no name of a meter"
        )
        if amount is not None:
            meter = "guardrail_" + _SNAKE.sub("_", unit).lower()
            found[meter, f.STANDARD, 0, ()] = amount
            work.measures.setdefault(meter, Measure(meter, "policy_units", 1_000))


def tiers(
    work: LitellmWork, name: str, model: str, entry: Mapping[str, Any]
) -> Iterator[DraftPrice]:
    """`tiered_pricing`: a table of prompt lengths, or of how many results a search may have."""
    rows = entry.get("tiered_pricing") or ()
    prompt = any(f.METER_OF.get(key) in f.PROMPT for row in rows for key in row)
    for row in rows:
        low, high = (
            int(edge) for edge in row.get("range") or row.get("max_results_range") or (0, 0)
        )
        last = row is entry["tiered_pricing"][-1]
        for key, value in row.items():
            if key in ("range", "max_results_range"):
                continue
            what = f.field_of(key)
            known = (
                what is not None and what.tier == f.STANDARD and not what.above and not what.when
            )
            amount = work.figure(
                name,
                key,
                value,
                UNKNOWN
                if not known
                else NO_PROMPT
                if low and "range" in row and not prompt
                else None,
            )
            if amount is None or what is None:
                continue
            if "range" in row:
                yield DraftPrice(model, what.meter, amount, (), (low, 0 if last else high))
            else:
                results = f"up_to_{high}"
                work.values[MAX_RESULTS] += (
                    [results] if results not in work.values[MAX_RESULTS] else []
                )
                yield DraftPrice(model, what.meter, amount, ((MAX_RESULTS, (results,)),))


def schedule_of(entry: Mapping[str, Any]) -> Schedule:
    """The off-peak hours of an entry. A day is that of the instant, as LiteLLM has it, on the
    calendar that the entry names. Raises `ValueError`, `KeyError` or `TypeError` for what is none.
    """
    block = entry.get("off_peak_pricing")
    if block is None:
        return []
    rules = [
        *block.get("windows", ()),
        *([{"hours_utc": block["hours_utc"]}] if "hours_utc" in block else []),
    ]
    ahead = _ahead(block.get("weekday_timezone"))
    found = []
    for rule in rules:
        hours = rule["hours_utc"]
        spans = [
            tuple(minutes_of(text.strip()) for text in span.split("-"))
            for span in ([hours] if isinstance(hours, str) else hours)
        ]
        windows = tuple((start, end) for start, end in spans)
        days = tuple(sorted({_day(day) for day in rule.get("weekdays") or range(1, 8)}))
        found.append(HoursRule(windows, days, ahead))
    return found


def _day(value: object) -> int:
    """The number of a day of the week, from Monday on, which is 1 in the source or a name."""
    if isinstance(value, str):
        named = [n for n, day in enumerate(WEEKDAYS) if day.startswith(value.strip().lower())]
        if len(named) != 1:
            raise ValueError(f"no day of the week: {value[:20]}")
        return named[0]
    if value not in range(1, 8):
        raise ValueError("no day of the week")
    return int(str(value)) - 1


def _ahead(zone: object) -> int:
    """By how many minutes the calendar of a zone is ahead, whose days stand beside hours of UTC."""
    if zone is None or zone == UTC:
        return 0
    if not isinstance(zone, str) or zone not in zone_names():
        raise ValueError("days of a zone that is not known")
    found = offsets(zone, seconds_of(FIRST_DAY), seconds_of(FIRST_DAY) + CALENDAR)
    if len(found) > 1:
        raise ValueError("hours in UTC on days of a zone whose clocks change")
    return found[0][1] // 60


def off_peak(work: LitellmWork, name: str, entry: Mapping[str, Any]) -> OffPeak | None:
    """The prices off peak by meter, and the conditions that part the week,
    each with whether it is off peak.
    """
    block = entry.get("off_peak_pricing")
    if block is None:
        return None
    schedule = schedule_of(entry)
    if work.day is None:
        raise ValueError("off-peak prices without hours")
    rates: dict[str, Fraction] = {}
    for key, value in block.items():
        what = f.field_of(key)
        if what is not None:
            amount = work.figure(name, key, value)
            if amount is not None:
                rates[what.meter] = amount
    inside = work.day.within(schedule)
    parts: list[tuple[Condition, bool]] = []
    for stretches, off in ((inside, True), (work.day.others(inside), False)):
        if stretches:
            whole = len(stretches) == len(work.day.stretches)
            parts.append((() if whole else ((HOURS, stretches),), off))
    return rates, parts


def searches(work: LitellmWork, name: str, model: str, entry: Mapping[str, Any]) -> bool:
    """Web searches are a charge and no rate, for some of them are free to an account.
    Says whether they have a price.
    """
    costs = entry.get("search_context_cost_per_query")
    if not isinstance(costs, dict):
        return False
    given = {key.removeprefix("search_context_size_") for key in costs}
    reason = (
        None if given == set(SIZES) else "a price of searches that is not for low, medium and high"
    )
    found = {
        key.removeprefix("search_context_size_"): work.figure(name, key, value, reason)
        for key, value in costs.items()
    }
    amounts = {size: amount for size, amount in found.items() if amount is not None}
    if len(amounts) < len(SIZES):
        for size in amounts:
            work.imported.said -= 1
            work.unsaid(
                name, f"search_context_size_{size}", "", "the prices of the other sizes are missing"
            )
        return False
    if len(set(amounts.values())) == 1:
        work.searches[(), amounts["low"]].append(model)
    else:
        work.values[f.SEARCH] = list(SIZES)
        for size, amount in amounts.items():
            work.searches[((f.SEARCH, (size,)),), amount].append(model)
    _free_searches(work, name, model, entry.get("search_free_requests"), any(amounts.values()))
    return True


def _free_searches(work: LitellmWork, name: str, model: str, free: object, paid: bool) -> None:
    """The searches that are free to an account in a period, where others are paid for."""
    if not isinstance(free, dict):
        return
    count = free.get("count")
    known = free.get("period") in CALENDAR_PERIODS and isinstance(count, int) and paid
    reason = None if known else "no free pool of a day, a month or a year"
    if work.figure(name, "search_free_requests", count, reason):
        work.pools[str(free.get("shared_group")), free["count"], free["period"]].append(model)


def _is_of_vertex(entry: Mapping[str, Any]) -> bool:
    """Decides whether a model is one of Vertex AI, whose endpoints have one price unless the entry
    has a factor.
    """
    return str(entry.get("litellm_provider")).startswith("vertex_ai")


def uplifts(
    work: LitellmWork, name: str, model: str, entry: Mapping[str, Any], tokens: bool
) -> None:
    """Factors on all tokens, for values of dimensions of their own;
    `tokens` says whether the model prices any.
    """
    block = entry.get("provider_specific_entry")
    specific = block if isinstance(block, dict) else {}
    given = {key: value for key, value in {**entry, **specific}.items() if key in f.UPLIFTS}
    for key, value in given.items():
        amount = work.figure(
            name,
            key,
            value,
            "a factor of zero"
            if value == 0
            else None
            if tokens
            else "a factor on tokens, which have no price",
        )
        if amount is not None:
            work.uplifts.setdefault(f.UPLIFTS[key], {}).setdefault(amount, []).append(model)
    if tokens and f.OF_ENDPOINTS not in given and _is_of_vertex(entry):
        work.at_one_price.append(model)
    for key, value in specific.items():
        if key in f.KNOWN_LIMITS:
            work.figure(name, key, value, f.KNOWN_LIMITS[key])
