"""Sessions of newer versions of Cline, `….messages.json`: the `metrics` of each answer, whose input
includes the cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import evolve

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters
from pricelang.usage.fields import (
    model_id,
    named_attributes,
    optional_count,
    optional_object,
    placed,
    require_object,
    required_count,
)
from pricelang.usage.formats.coding_agents import platform_dimensions
from pricelang.usage.inclusive import disjoint
from pricelang.usage.io.json_text import written
from pricelang.usage.records import Outcome, Part, Place, Record, Rejected, Skipped, UsageError
from pricelang.usage.times import milliseconds
from pricelang.usage.unknown import known_names, note_unknown

_METRICS = known_names("inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens")


def cline_messages(messages: list[object], session: object, place: Place) -> Iterator[Outcome]:
    """The requests of a session, each with its own fault."""
    for number, item in enumerate(messages, 1):
        spot = evolve(place, id=f"message {number}")
        try:
            yield _message(require_object(item, "messages"), session, spot)
        except UsageError as error:
            yield Rejected(spot, error.code, error.message, error.help, written(item))
    if not messages:
        yield Skipped(place, "a session without messages")


def _message(value: Mapping[str, object], session: object, place: Place) -> Outcome:
    place = placed(place, value.get("id"))
    metrics = optional_object(value, "metrics", "")
    if metrics is None:
        return Skipped(place, "a message without usage of its own")
    notes: list[Note] = []
    note_unknown(metrics, _METRICS, "metrics", notes)
    told = Counters(
        required_count(metrics, "inputTokens", "metrics"),
        required_count(metrics, "outputTokens", "metrics"),
        optional_count(metrics, "cacheReadTokens", "metrics"),
        optional_count(metrics, "cacheWriteTokens", "metrics"),
        0,
        False,
    )
    counters = disjoint(told, "metrics.inputTokens", inside=True)
    info = optional_object(value, "modelInfo", "") or {}
    model = model_id(info.get("id"), "modelInfo.id", notes)
    dimensions = platform_dimensions(info.get("provider"), model, "modelInfo.provider", notes)
    part = Part(model, milliseconds(value.get("ts"), "ts"), dimensions, counters.meters())
    return Record((part,), place, "cline", tuple(notes), named_attributes({"session": session}))
