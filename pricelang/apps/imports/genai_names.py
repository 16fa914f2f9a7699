"""What the price keys of genai-prices mean, and the other way round."""

from __future__ import annotations

import re

from pricelang.apps.imports.drafts import Measure

STANDARD = "standard"
COUNTS = {
    "input": ("input_audio", "input_image", "input_video"),
    "output": ("output_audio", "output_image", "output_video"),
    "output_reasoning": ("reasoning",),
    "cache_write": ("cache_write_5m",),
    "cache_audio_read": ("cache_read_audio",),
    "cache_image_read": ("cache_read_image",),
    "web_searches": ("web_search",),
}
"""The counters of records that a meter counts too. What has no price of its own has the price of
the whole, as genai-prices has it.
"""

_KINDS: tuple[tuple[str, str, str, int, str], ...] = (
    # suffix of the price key, of the meter, its unit, what a price is written for
    ("_mtok", "", "tokens", 1_000_000, "MTok"),
    ("_mchars", "_characters", "characters", 1_000_000, "Mchar"),
    ("_gpixels", "_pixels", "pixels", 1_000_000_000, "Gpixel"),
    ("_hours", "_time", "seconds", 3_600, "hour"),
    ("_kpages", "_pages", "pages", 1_000, ""),
    ("_kcount", "", "", 1_000, ""),
)


def measure_of(key: str) -> Measure | None:
    """The meter that a price key speaks of, or None.

    >>> measure_of("cache_read_mtok")
    Measure(name='cache_read', unit='tokens', size=1000000, per='MTok')
    """
    for suffix, tail, unit, size, per in _KINDS:
        if key.endswith(suffix) and re.fullmatch("[a-z0-9_]+", key):
            name = key.removesuffix(suffix) + tail
            return Measure(name, unit or name, size, per)
    return None


def price_key_of(meter: str, unit: str) -> str:
    """The price key of a meter, the other way round."""
    for suffix, tail, known, _, _ in _KINDS:
        if known == unit and meter.endswith(tail):
            return meter.removesuffix(tail) + suffix
    return meter + "_kcount"


def default_of(key: str) -> str:
    """The value of a context's key for requests that do not have it."""
    return {"search_type": "web"}.get(key, STANDARD)
