"""The plain fields of an entry of LiteLLM's map, and the prices that they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from pricelang.apps.imports import litellm_fields as f
from pricelang.apps.imports.drafts import NO_PROMPT, WHOLE, Band, Condition, DraftPrice
from pricelang.apps.imports.litellm_parts import UNKNOWN, OffPeak, guardrails
from pricelang.apps.imports.litellm_work import Figures, LitellmWork

_EXTRA = (
    "off_peak_pricing",
    "tiered_pricing",
    "search_free_requests",
    "provider_specific_entry",
    "search_context_cost_per_query",
)
_PRICE_LIKE = re.compile(r"cost|pricing|uplift_multiplier")


def figures_of(work: LitellmWork, name: str, entry: Mapping[str, Any]) -> Figures:
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


def prices_of(
    work: LitellmWork, model: str, figures: Figures, inclusive: bool, off: OffPeak | None
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


def _special(work: LitellmWork, model: str, figures: Figures) -> Iterator[DraftPrice]:
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
