"""Langfuse's observations: `usageDetails`, the cache outside of the input."""

from __future__ import annotations

from collections.abc import Mapping

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters, all_agreed, meanings, writes_of
from pricelang.usage.fields import (
    clean,
    optional_object,
    shown,
    word,
)
from pricelang.usage.formats.gateway_record import gateway_record
from pricelang.usage.inclusive import disjoint, total_of
from pricelang.usage.records import SINGLE, SUM, Outcome, Part, Place, Skipped, UsageError
from pricelang.usage.several import several
from pricelang.usage.unknown import known_names, note_unknown

_LANGFUSE_TOTALS = ("total", "total_tokens")
_LANGFUSE = meanings(
    {
        "input": ("input", "input_tokens", "prompt_tokens"),
        "output": ("output", "output_tokens", "completion_tokens"),
        "read": (
            "input_cache_read",
            "input_cached_tokens",
            "cache_read_input_tokens",
            "input_cache_read_input_tokens",
            "input_cache_read_tokens",
        ),
        "written": (
            "input_cache_creation",
            "cache_creation_input_tokens",
            "input_cache_creation_input_tokens",
            "input_cache_write",
            "input_cache_write_tokens",
            "input_cache_creation_tokens",
        ),
        "5m": (
            "input_cache_creation_5m",
            "input_ephemeral_5m_input_tokens",
            "ephemeral_5m_input_tokens",
        ),
        "1h": (
            "input_cache_creation_1h",
            "input_ephemeral_1h_input_tokens",
            "ephemeral_1h_input_tokens",
        ),
        "total": _LANGFUSE_TOTALS,
        "reasoning": ("output_reasoning", "output_reasoning_tokens", "reasoning_tokens"),
    }
)
_LANGFUSE_KNOWN = known_names(*_LANGFUSE)


def langfuse(value: Mapping[str, object], place: Place) -> Outcome:
    """The record of an observation."""
    usage = optional_object(value, "usageDetails", "")
    if not usage:
        return Skipped(place, f"a {shown(value.get('type'))} observation without usage")
    notes: list[Note] = []
    note_unknown(usage, _LANGFUSE_KNOWN, "usageDetails", notes)
    counters = _counters(usage, notes)
    given = {
        "trace": value.get("traceId"),
        "session": value.get("sessionId"),
        "user": value.get("userId"),
        "environment": value.get("environment"),
    }
    attributes = {
        name: clean(text) for name, text in given.items() if isinstance(text, str) and text
    }
    part = Part(
        word(value.get("model"), "model"),
        None,
        {},
        counters.meters(),
        kind=SUM if several(usage, value) else SINGLE,
    )
    return gateway_record(value, "startTime", part, None, place, notes, attributes)


def _counters(usage: Mapping[str, object], notes: list[Note]) -> Counters:
    counts = all_agreed([(usage, "usageDetails")], _LANGFUSE)
    input, output, written, short, long = (
        counts.get(name) for name in ("input", "output", "written", "5m", "1h")
    )
    if input is None or output is None:
        raise UsageError("missing_key", "`usageDetails` has no `input` or no `output`")
    if written and (short or long) and written != (short or 0) + (long or 0):
        raise UsageError(
            "bad_counts",
            "the parts of `usageDetails.input_cache_creation` add up to "
            f"{(short or 0) + (long or 0)} and not to {written}",
        )
    writes = writes_of(written, (short, long), notes)
    read, total, reasoning = counts.get("read", 0), counts.get("total"), counts.get("reasoning", 0)
    cache = read + writes[0]
    if reasoning and total not in (input + output, input + output + cache):
        # Some integrations take the reasoning out of the output; only a total tells.
        output += reasoning
        if not total:
            raise UsageError(
                "bad_counts",
                f"`usageDetails.output_reasoning` is {reasoning:,}, and without a `total` "
                "nothing says whether `output` holds it",
            )
    told = Counters(input, output, read, *writes)
    sum_of_all = total_of(usage, _LANGFUSE_TOTALS, "usageDetails")
    found = disjoint(told, "usageDetails.input", inside=False, total=sum_of_all)
    if found is told and 0 < cache < input:
        # A sum of all counters is what Langfuse itself writes as the total,
        # whatever an integration put into the input.
        notes.append(
            Note(
                "cache_unknown",
                f"the input of {input:,} may hold the {cache:,} tokens of the cache once "
                "more: integrations of Langfuse differ",
            )
        )
    return found
