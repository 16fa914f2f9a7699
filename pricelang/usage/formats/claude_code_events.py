"""Claude Code's `api_request` events, which OpenTelemetry carries: the cache is counted outside of
the input, without lifetimes.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters
from pricelang.usage.fields import count, model_id, placed, type_name
from pricelang.usage.records import Part, Place, Record, UsageError
from pricelang.usage.stated import stated
from pricelang.usage.unknown import note_key

_CLAUDE_CODE = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_creation_tokens")


def claude_code_event(
    own: Mapping[str, object], at: str | None, place: Place, attributes: Mapping[str, str]
) -> Record:
    """The record of an event, from its own attributes."""
    notes: list[Note] = []
    counts = []
    for key in _CLAUDE_CODE:
        value = own.get(key)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 40:
            value = int(value)
        if value is None and key in ("input_tokens", "output_tokens"):
            raise UsageError("missing_key", f"`{key}` is missing")
        if value is not None and not isinstance(value, int | Decimal):
            raise UsageError("wrong_type", f"`{key}` is {type_name(value)}, not a whole number")
        counts.append(0 if value is None else count(value, key))
    for key, value in own.items():
        if key.endswith("_tokens") and key not in _CLAUDE_CODE:
            note_key(key, value, _CLAUDE_CODE, notes)
    counters = Counters(counts[0], counts[1], counts[2], counts[3], 0, False)
    dimensions = stated(own, "", ("speed",))
    return Record(
        (Part(model_id(own.get("model"), "model", notes), at, dimensions, counters.meters()),),
        placed(place, own.get("request_id")),
        "otel",
        tuple(notes),
        attributes,
    )
