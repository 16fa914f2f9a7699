"""The names that columns of plain rows have: what each counts or says, in whatever spelling."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

COUNTS: Mapping[str, tuple[str, ...]] = {
    "input": ("input_tokens", "uncached_input_tokens", "input_tokens_uncached", "input"),
    "prompt": ("prompt_tokens", "total_input_tokens"),
    "output": ("output_tokens", "completion_tokens", "output"),
    "read": (
        "cache_read_input_tokens",
        "cache_read_tokens",
        "cache_read",
        "cached_tokens",
        "cached_input_tokens",
    ),
    "written": (
        "cache_creation_input_tokens",
        "cache_creation_tokens",
        "cache_write_input_tokens",
        "cache_write_tokens",
        "cache_write",
        "cache_creation",
    ),
    "5m": (
        "cache_creation_5m_input_tokens",
        "cache_write_5m_input_tokens",
        "ephemeral_5m_input_tokens",
        "cache_creation_ephemeral_5m_input_tokens",
        "cache_write_5m_tokens",
        "cache_write_5m",
    ),
    "1h": (
        "cache_creation_1h_input_tokens",
        "cache_write_1h_input_tokens",
        "ephemeral_1h_input_tokens",
        "cache_creation_ephemeral_1h_input_tokens",
        "cache_write_1h_tokens",
        "cache_write_1h",
    ),
    "web_search": ("web_search_requests", "web_search_count", "web_searches", "web_search"),
    "total": ("total_tokens",),
    "inside": ("reasoning_tokens", "reasoning_output_tokens", "thinking_tokens"),
}
MODEL = ("model", "model_id", "model_name", "model_version", "ls_model_name")
AT = (
    "at",
    "timestamp",
    "created_at",
    "created",
    "datetime",
    "date_time",
    "time",
    "start_time",
    "date",
    "day",
    "usage_date",
    "usage_date_utc",
)
SAID = ("service_tier", "speed", "inference_geo")
GIVEN = ("platform", "endpoint")
COUNTER = re.compile(r"(?:^|_)tokens?(?:$|_)")
"""How columns are called that count tokens, whatever they count."""
LIMIT = re.compile(r"max|limit|window|budget|_per_|price|cost|type|rate")
"""What such a column is called where it counts none that were used."""
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OTHER = re.compile(r"[^a-z0-9]+")
_MEANT = {name: meant for meant, names in COUNTS.items() for name in names}
_OF_API = {
    *COUNTS["5m"],
    *COUNTS["1h"],
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "cache_creation_tokens",
    "cache_read",
    "cache_write",
    "cache_creation",
}


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """A name of a column in small letters with underscores.

    >>> plain("cacheReadInputTokens"), plain("Prompt Tokens")
    ('cache_read_input_tokens', 'prompt_tokens')
    """
    return _OTHER.sub("_", _CAPITAL.sub("_", name).lower()).strip("_")


def meant_by(name: str) -> str | None:
    """Which of `COUNTS` a plain name is, None where it is none."""
    return _MEANT.get(name)


def is_clear(columns: Iterable[str]) -> bool:
    """Decides whether columns say by their names where the cache is counted, if they have one."""
    names = frozenset(map(plain, columns))
    meant = {_MEANT.get(name) for name in names}
    return meant.isdisjoint(("read", "written", "5m", "1h")) or "total" in meant or is_apart(names)


def is_apart(names: frozenset[str]) -> bool:
    """Decides whether the plain names of a row's counters are those of the Claude API or of Claude
    Code, which count the cache outside of the input.
    """
    cache = {name for name in names if _MEANT.get(name) in ("read", "written", "5m", "1h")}
    if "cache_creation_tokens" in cache:
        cache.discard("cache_read_tokens")
    return cache <= _OF_API and names.isdisjoint(COUNTS["prompt"])
