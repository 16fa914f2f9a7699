"""Requests for each entry of LiteLLM's price map that prices tokens,
priced by LiteLLM's own calculator, in floats.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

os.environ.setdefault(
    "LITELLM_LOCAL_MODEL_COST_MAP", "True"
)  # the map of the package, and no download

from litellm.litellm_core_utils.llm_cost_calc.utils import (
    generic_cost_per_token,
    get_batch_cost_rates,
)
from litellm.types.utils import CompletionTokensDetailsWrapper, PromptTokensDetailsWrapper, Usage

from benchmarks.imports import DIFFERENT, Case, quantities
from pricelang.apps.imports import litellm_fields as f
from pricelang.apps.imports.drafts import book_name
from pricelang.apps.imports.reading import litellm_file
from pricelang.model.errors import PriceError
from pricelang.usage.io.json_text import Decoder

FLOAT = "theirs: the same within the error of its floats"
GUESSED = "theirs: cached or written tokens without a price cost as much as input; ours: no price"
UNPRICED = "theirs: $0 or a guess for a meter that the entry gives no price; ours: no price"
NO_BATCH = "theirs: batch prices of audio and reasoning are in the data and not in the calculator"
NO_TIER = "theirs: the tier `decisions` is in the data and not in the calculator, which takes the standard price"

_METERS = (
    "input",
    "cache_write",
    "cache_write_1h",
    "cache_read",
    "input_audio",
    "output",
    "output_audio",
    "reasoning",
)
_AT = "2026-11-20T12:00:00"  # a Friday
_DAY = {"weekday": "friday"}


def cases() -> Iterator[Case]:
    """Each entry in each tier that it has prices for,
    on both sides of each threshold, on and off peak.
    """
    data = Decoder().value(litellm_file().read_text(encoding="utf-8"))
    assert isinstance(data, dict)
    for name, entry in data.items():
        if name != "sample_spec" and "alias_of" not in entry:
            yield from _cases(name, entry)


def _cases(name: str, entry: dict[str, Any]) -> Iterator[Case]:
    tiered = [key for row in entry.get("tiered_pricing") or () if "range" in row for key in row]
    fields = {
        key: what
        for key in [*entry, *tiered]
        if (what := f.field_of(key)) is not None and what.meter in _METERS
    }
    if not fields:
        return
    limits = sorted(
        {what.above for what in fields.values() if what.above}
        | {
            int(row["range"][0])
            for row in entry.get("tiered_pricing") or ()
            if row.get("range", [0])[0]
        }
    )
    info = _floats(entry)
    for tier in dict.fromkeys([f.STANDARD, *(what.tier for what in fields.values())]):
        here = {what.meter for what in fields.values() if tier != "batch" or what.tier == tier}
        meters = [meter for meter in _METERS if meter in here]
        prompt = [meter for meter in meters if meter in f.PROMPT]
        hours = ("T12:00:00", "T02:30:00") if "off_peak_pricing" in entry else ("T12:00:00",)
        for hour in hours:
            at = _AT[:10] + hour
            dimensions = {
                **({f.TIER: tier} if tier != f.STANDARD else {}),
                **(_DAY if "off_peak_pricing" in entry else {}),
            }
            for usage in quantities(meters, prompt, limits, f"{name} {tier} {hour}"):
                yield Case(
                    book_name(name),
                    at,
                    usage,
                    dimensions,
                    lambda t=tier, u=usage, a=at: _theirs(name, entry, info, t, u, a),
                )  # type: ignore[misc]
            if tier == f.STANDARD and "cache_read" not in meters and "input" in meters:
                guessed = {"input": 1000, "cache_read": 1000}
                yield Case(
                    book_name(name),
                    at,
                    guessed,
                    dimensions,
                    lambda t=tier, u=guessed, a=at: _theirs(name, entry, info, t, u, a),
                )  # type: ignore[misc]


def _floats(value: Any) -> Any:
    """The entry as LiteLLM holds it."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: _floats(part) for key, part in value.items()}
    return [_floats(part) for part in value] if isinstance(value, list) else value


def _theirs(
    name: str, entry: Mapping[str, Any], info: Any, tier: str, usage: Mapping[str, int], at: str
) -> Fraction:
    given = {meter: usage.get(meter, 0) for meter in _METERS}
    written = given["cache_write"] + given["cache_write_1h"]
    prompt = given["input"] + written + given["cache_read"] + given["input_audio"]
    completion = given["output"] + given["output_audio"] + given["reasoning"]
    asked = Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=prompt + completion,
        prompt_tokens_details=PromptTokensDetailsWrapper(
            cached_tokens=given["cache_read"],
            audio_tokens=given["input_audio"],
            text_tokens=given["input"],
            cache_creation_tokens=written,
            cache_creation_token_details={
                "ephemeral_5m_input_tokens": given["cache_write"],
                "ephemeral_1h_input_tokens": given["cache_write_1h"],
            },
        ),
        completion_tokens_details=CompletionTokensDetailsWrapper(
            text_tokens=given["output"],
            audio_tokens=given["output_audio"],
            reasoning_tokens=given["reasoning"],
        ),
    )
    provider = str(entry.get("litellm_provider"))
    if tier == "batch":
        rates = get_batch_cost_rates(info, asked, provider)
        writes = rates.cache_creation_rates_by_ttl
        by_meter = {
            "input": rates.input,
            "output": rates.output,
            "cache_read": rates.cache_read,
            "cache_write": rates.cache_creation,
            "cache_write_1h": writes.get("1hr", rates.cache_creation),
        }
        missing = [meter for meter in usage if by_meter.get(meter) is None]
        if missing:
            raise LookupError(f"no batch rate for {missing[0]}")
        return Fraction(
            sum(Decimal(repr(by_meter[meter])) * quantity for meter, quantity in usage.items())
        )
    moment = datetime.datetime.fromisoformat(at).replace(tzinfo=datetime.UTC)
    key = None if tier == f.STANDARD else tier
    costs = generic_cost_per_token(
        model=name,
        usage=asked,
        custom_llm_provider=provider,
        service_tier=key,
        model_info={"key": name, **info},
        current_time=moment,
    )
    return Fraction(sum(costs))


def explain(case: Case, ours: object, theirs: object) -> str:
    """The class of a difference."""
    if isinstance(ours, Fraction) and isinstance(theirs, Fraction):
        if abs(theirs - ours) <= abs(ours) / 10**12:
            return FLOAT
        if case.dimensions.get(f.TIER) == "decisions":
            return NO_TIER
    if isinstance(ours, PriceError) and isinstance(theirs, Fraction):
        return GUESSED if "cache_read" in case.usage and len(case.usage) == 2 else UNPRICED
    if isinstance(theirs, LookupError) and isinstance(ours, Fraction):
        return NO_BATCH
    return DIFFERENT


__all__ = ["cases", "explain"]
