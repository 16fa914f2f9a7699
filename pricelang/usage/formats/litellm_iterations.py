"""The requests of a usage in which LiteLLM keeps the `iterations` of a response of Claude: its own
counts are the sums of them all, a compaction and an advisor of another model among them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters, counters_of
from pricelang.usage.fields import require_object, required_count
from pricelang.usage.formats.iterations import OUTSIDE
from pricelang.usage.formats.messages import read_message
from pricelang.usage.records import Part, UsageError

_SAID = ("service_tier", "speed", "inference_geo", "server_tool_use")


def iterated_parts(
    usage: Mapping[str, object], path: str, model: str | None, notes: list[Note]
) -> list[Part] | None:
    """The requests of a usage by its iterations, None where it has none. Raises `UsageError`."""
    listed = usage.get("iterations")
    if not listed or not isinstance(listed, Sequence) or isinstance(listed, str):
        return None
    entries = [require_object(one, f"{path}.iterations[{i}]") for i, one in enumerate(listed)]
    if any(entry.get("type") == "fallback_message" for entry in entries):
        return None  # which attempt served is not known without the content
    each = [counters_of(one, f"{path}.iterations[{i}]", []) for i, one in enumerate(entries)]
    _must_add_up(usage, path, each)
    serving = [
        counters
        for entry, counters in zip(entries, each, strict=True)
        if entry.get("type") not in OUTSIDE
    ]
    said = {name: usage[name] for name in _SAID if name in usage}
    message = read_message(
        {"type": "message", "model": model, "usage": _top(serving) | said | {"iterations": entries}}
    )
    notes += message.notes
    return list(message.parts)


def _must_add_up(usage: Mapping[str, object], path: str, each: list[Counters]) -> None:
    """Raises `UsageError` where the iterations are not all that LiteLLM adds up."""
    told = tuple(required_count(usage, f"{name}_tokens", path) for name in ("prompt", "completion"))
    sums = sum(one.total - one.output for one in each), sum(one.output for one in each)
    if told != sums:
        raise UsageError(
            "bad_counts",
            f"`{path}` counts {told[0]:,} in and {told[1]:,} out, and its iterations "
            f"{sums[0]:,} in and {sums[1]:,} out",
            "price the response itself",
        )


def _top(serving: list[Counters]) -> dict[str, object]:
    """The top level of a usage of the Messages API, which counts what served the response."""
    return {
        "input_tokens": sum(one.input for one in serving),
        "output_tokens": sum(one.output for one in serving),
        "cache_read_input_tokens": sum(one.read for one in serving),
        "cache_creation_input_tokens": sum(one.written for one in serving),
        "cache_creation": {
            "ephemeral_5m_input_tokens": sum(one.write_5m for one in serving),
            "ephemeral_1h_input_tokens": sum(one.write_1h for one in serving),
        },
    }
