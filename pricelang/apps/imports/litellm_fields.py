"""The fields of LiteLLM's price map that are prices, and the meter,
tier and length of prompt that each speaks of.
"""

from __future__ import annotations

import re

from attrs import frozen

from pricelang.apps.imports.drafts import Condition, Measure

MTOK, MCHAR, MPIXEL = (1_000_000, "MTok"), (1_000_000, "Mchar"), (1_000_000, "Mpixel")

# field, meter, unit, what a price is written for
_FIELDS: tuple[tuple[str, str, str, tuple[int, str]], ...] = (
    ("input_cost_per_token", "input", "tokens", MTOK),
    ("cache_creation_input_token_cost", "cache_write", "tokens", MTOK),
    ("cache_creation_input_token_cost_above_1hr", "cache_write_1h", "tokens", MTOK),
    ("cache_creation_input_token_cost_above_12hr", "cache_write_12h", "tokens", MTOK),
    ("cache_read_input_token_cost", "cache_read", "tokens", MTOK),
    ("explicit_cache_read_input_token_cost", "cache_read_explicit", "tokens", MTOK),
    ("input_cost_per_audio_token", "input_audio", "tokens", MTOK),
    ("cache_creation_input_audio_token_cost", "cache_write_audio", "tokens", MTOK),
    ("cache_read_input_audio_token_cost", "cache_read_audio", "tokens", MTOK),
    ("input_cost_per_image_token", "input_image", "tokens", MTOK),
    ("cache_read_input_image_token_cost", "cache_read_image", "tokens", MTOK),
    ("input_cost_per_video_token", "input_video", "tokens", MTOK),
    ("output_cost_per_token", "output", "tokens", MTOK),
    ("output_cost_per_reasoning_token", "reasoning", "tokens", MTOK),
    ("output_cost_per_audio_token", "output_audio", "tokens", MTOK),
    ("output_cost_per_image_token", "output_image", "tokens", MTOK),
    ("output_cost_per_video_token", "output_video", "tokens", MTOK),
    ("citation_cost_per_token", "citation", "tokens", MTOK),
    ("input_cost_per_character", "input_characters", "characters", MCHAR),
    ("output_cost_per_character", "output_characters", "characters", MCHAR),
    ("input_cost_per_pixel", "input_pixels", "pixels", MPIXEL),
    ("output_cost_per_pixel", "output_pixels", "pixels", MPIXEL),
    ("input_cost_per_image", "input_pictures", "images", (1, "")),
    ("output_cost_per_image", "output_pictures", "images", (1, "")),
    ("input_cost_per_second", "input_time", "seconds", (1, "second")),
    ("output_cost_per_second", "output_time", "seconds", (1, "second")),
    ("cost_per_second", "reserved_time", "seconds", (1, "second")),
    ("input_cost_per_audio_per_second", "input_audio_time", "seconds", (1, "second")),
    ("input_cost_per_video_per_second", "input_video_time", "seconds", (1, "second")),
    ("output_cost_per_video_per_second", "output_video_time", "seconds", (1, "second")),
    ("input_cost_per_query", "queries", "queries", (1_000, "")),
    ("google_maps_grounding_cost_per_query", "maps_queries", "maps_queries", (1_000, "")),
    ("search_context_cost_per_query", "web_searches", "web_searches", (1_000, "")),
    ("input_cost_per_request", "requests", "requests", (1_000, "")),
    ("input_cost_per_text_message", "text_messages", "text_messages", (1_000, "")),
    ("ocr_cost_per_page", "ocr_pages", "pages", (1_000, "")),
    ("annotation_cost_per_page", "annotated_pages", "pages", (1_000, "")),
    ("ocr_cost_per_credit", "ocr_credits", "ocr_credits", (1, "")),
    ("code_interpreter_cost_per_session", "interpreter_sessions", "interpreter_sessions", (1, "")),
)

METER_OF = {field: meter for field, meter, _, _ in _FIELDS}
FIELD_OF = {meter: field for field, meter, _, _ in _FIELDS}
MEASURES = {meter: Measure(meter, unit, *per) for _, meter, unit, per in _FIELDS}
PROMPT = tuple(
    meter
    for field, meter, unit, _ in _FIELDS
    if unit == "tokens" and not field.startswith(("output", "citation"))
)
"""What LiteLLM adds up as the length of a prompt."""

COUNTS = {
    "input": ("input_audio", "input_image", "input_video"),
    "output": ("reasoning", "output_audio", "output_image", "output_video"),
    "cache_write": ("cache_write_5m",),
    "cache_read": ("cache_read_audio", "cache_read_image", "cache_read_video"),
    "web_searches": ("web_search",),
}
"""The counters of records that a meter counts too. What has no price of its own has the price of
the whole, as LiteLLM has it.
"""

STANDARD = "standard"
TIER = "service_tier"
TIERS = {
    "batches": "batch",
    "flex": "flex",
    "priority": "priority",
    "balanced": "balanced",
    "ultrafast": "ultrafast",
    "decisions": "decisions",
}
SUFFIX_OF = {tier: suffix for suffix, tier in TIERS.items()}
SIZE, RESOLUTION, SEARCH = "image_size", "resolution", "search_context"
UNSAID_VALUE = "unsaid"

_NUMBERED = re.compile(
    r"(?P<base>.+?)(?:_above_(?P<limit>[0-9]+)(?P<kilo>k?)_tokens)?(?:_(?P<tier>"
    + "|".join(TIERS)
    + "))?"
)
_SIZED = re.compile(
    r"output_cost_per_image_(?P<size>[0-9.]+K?)|output_cost_per_second_(?P<resolution>[0-9]+[pk])"
)

OF_ENDPOINTS = "regional_endpoint_uplift_multiplier"
UPLIFTS: dict[str, tuple[str, str, str]] = {
    "regional_processing_uplift_multiplier_eu": ("data_residency", "eu", "Processed in the EU"),
    "regional_processing_uplift_multiplier_us": ("data_residency", "us", "Processed in the US"),
    OF_ENDPOINTS: ("endpoint", "regional", "Regional endpoints"),
    "fedramp_uplift_multiplier": ("compliance", "fedramp", "FedRAMP"),
    "us": ("inference_geo", "us", "Inference in the US"),
    "fast": ("speed", "fast", "Fast mode"),
}
"""Factors on tokens: the dimension and value that asks for each, and what it is called."""

SAID_TWICE = {"input_cost_per_token_cache_hit": "cache_read_input_token_cost"}
"""Fields that repeat another."""

KNOWN_LIMITS = {
    "_dbu_": "counted in the provider's own units; what they cost in dollars is imported",
    "_interval": "a price by the length of a clip, which the source does not say how to count",
    "minimax_free_input_images": "images that are free within each request: the "
    "language has free pools of accounts only",
}


@frozen
class Field:
    """What a field prices:
    the meter, the tier, the length of prompt above which (0 for any), other conditions.
    """

    meter: str
    tier: str
    above: int
    when: Condition = ()


def field_of(name: str) -> Field | None:
    """What a field of LiteLLM's map prices, or None.

    >>> field_of("input_cost_per_token_above_200k_tokens_batches")
    Field(meter='input', tier='batch', above=200000, when=())
    """
    sized = _SIZED.fullmatch(name)
    if sized is not None:
        if sized["size"]:
            size = sized["size"] if sized["size"].endswith("K") else sized["size"] + "px"
            return Field("output_pictures", STANDARD, 0, ((SIZE, (size,)),))
        return Field("output_time", STANDARD, 0, ((RESOLUTION, (sized["resolution"],)),))
    match = _NUMBERED.fullmatch(name)
    if match is None or match["base"] not in METER_OF:
        return None
    above = int(match["limit"] or 0) * (1000 if match["kilo"] else 1)
    return Field(METER_OF[match["base"]], TIERS.get(match["tier"] or "", STANDARD), above)


def field_name(meter: str, tier: str, above: int) -> str:
    """The field that says a price, the other way round.

    >>> field_name("cache_read", "priority", 272_000)
    'cache_read_input_token_cost_above_272k_tokens_priority'
    """
    limit = f"{above // 1000}k" if above % 1000 == 0 else str(above)
    return (
        FIELD_OF[meter]
        + (f"_above_{limit}_tokens" if above else "")
        + (f"_{SUFFIX_OF[tier]}" if tier != STANDARD else "")
    )
