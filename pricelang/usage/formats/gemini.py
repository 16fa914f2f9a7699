"""Responses of Gemini, as its API and Vertex AI give them: `usageMetadata` beside `modelVersion`.

The prompt includes what was read from the cache, and all media; thoughts are beside the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pricelang.model.notes import Note
from pricelang.usage.fields import require_object, word
from pricelang.usage.formats.gemini_counts import gemini_counters, is_gemini
from pricelang.usage.records import Outcome, Part, Place, Record, Skipped
from pricelang.usage.response_ids import RESPONSE, is_partial, named
from pricelang.usage.times import instant

FORMAT = "gemini"
_TIERS = {"ON_DEMAND_PRIORITY": "priority", "ON_DEMAND_FLEX": "flex"}


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is such a response, by its counts."""
    return is_gemini(value)


def outcomes(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
    """The record of a response. Of a stream each chunk tells the counts so far; one that is not
    its last and does not say of which stream is skipped. Raises `UsageError`.
    """
    usage = require_object(value.get("usageMetadata"), "usageMetadata")
    ids = named(RESPONSE, value.get("responseId"))
    if not ids and is_partial(FORMAT, value):
        return (Skipped(place, "a chunk of a stream, whose counts are those of its last"),)
    notes: list[Note] = []
    tier = _TIERS.get(str(usage.get("trafficType")))
    part = Part(
        word(value.get("modelVersion"), "modelVersion"),
        instant(value.get("createTime"), "createTime"),
        {} if tier is None else {"service_tier": tier},
        gemini_counters(usage, "usageMetadata", notes).meters(),
    )
    return (Record((part,), place, FORMAT, tuple(notes), {"provider": "google"}, ids=ids),)
