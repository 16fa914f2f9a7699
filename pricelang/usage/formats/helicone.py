"""Helicone's log of a call, the cache outside of the input."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters, all_agreed, meanings, writes_of
from pricelang.usage.fields import optional_count, required_count, word
from pricelang.usage.formats.gateway_part import GATEWAY_HIT, gateway_part
from pricelang.usage.inclusive import disjoint, total_of
from pricelang.usage.parted import beside_output, parted
from pricelang.usage.records import SINGLE, SUM, Outcome, Part, Place, Record, Skipped
from pricelang.usage.response_ids import named
from pricelang.usage.several import several
from pricelang.usage.times import instant
from pricelang.usage.unknown import known_names, note_key

FORMAT = "helicone"
_HELICONE = meanings(
    {
        "read": ("prompt_cache_read_tokens",),
        "written": ("prompt_cache_write_tokens",),
        "5m": ("prompt_cache_write_5m", "prompt_cache_write_5m_tokens"),
        "1h": ("prompt_cache_write_1h", "prompt_cache_write_1h_tokens"),
    }
)
_NO_HIT = (None, "", "00000000-0000-0000-0000-000000000000")
"""What names no earlier call whose answer was given again."""
_HELICONE_KNOWN = known_names(
    "prompt_tokens", "completion_tokens", "total_tokens", "reasoning_tokens", *_HELICONE
)


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is such a log, by the names of its counts."""
    return "prompt_cache_write_tokens" in value or "prompt_cache_read_tokens" in value


def outcomes(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
    """The record of a call. Raises `UsageError`."""
    status = value.get("response_status")
    if type(status) is int and status >= 400:
        return (Skipped(place, f"a call that failed: status {status}"),)
    ids = named("helicone", value.get("request_id"))
    if value.get("cache_reference_id") not in _NO_HIT:
        return (Record((), place, FORMAT, (GATEWAY_HIT,), ids=ids),)
    notes: list[Note] = []
    for key, count in value.items():
        if key not in _HELICONE_KNOWN and ("token" in key or key.startswith("prompt_cache_")):
            note_key(key, count, _HELICONE_KNOWN, notes)
    counts = all_agreed([(value, "the log")], _HELICONE)
    told = Counters(
        required_count(value, "prompt_tokens", "the log"),
        required_count(value, "completion_tokens", "the log"),
        counts.get("read", 0),
        *writes_of(counts.get("written"), (counts.get("5m"), counts.get("1h")), notes),
    )
    total = total_of(value, ("total_tokens",), "", bare=True)
    reasoning = optional_count(value, "reasoning_tokens", "the log")
    told = beside_output(told, reasoning, total)
    counters = disjoint(told, "prompt_tokens", inside=False, total=total)
    counters = parted(counters, reasoning, {}, "the log", notes)
    model = word(value.get("response_model"), "response_model") or word(
        value.get("request_model"), "request_model"
    )
    part = Part(
        model,
        instant(value.get("request_created_at"), "request_created_at"),
        {},
        counters.meters(),
        kind=SUM if several(value) else SINGLE,
    )
    part = gateway_part(part, value.get("provider"), value.get("id"), notes)
    return (Record((part,), place, FORMAT, tuple(notes), ids=ids),)
