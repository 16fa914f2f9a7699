"""LiteLLM's standard logging: one row a call, the cache inside the input. A hit in its own cache
(`cache_hit`) made no request.
"""

from __future__ import annotations

from collections.abc import Mapping

from pricelang.model.notes import Note
from pricelang.usage.fields import (
    clean,
    is_object,
    optional_object,
    shown,
    word,
)
from pricelang.usage.formats.gateway_record import FORMAT, gateway_record
from pricelang.usage.formats.openai import counters as openai_counters
from pricelang.usage.formats.openai import searches
from pricelang.usage.records import SINGLE, SUM, Outcome, Part, Place, Record, Skipped
from pricelang.usage.several import several
from pricelang.usage.stated import stated

_BATCHES = ("aretrieve_batch", "retrieve_batch")
"""Calls of LiteLLM in whose row it counts what all requests of a batch used."""
_CACHE_HIT = Note("nothing_billed", "a hit in the gateway's cache: no request was made")
_NO_USAGE_OBJECT = Note(
    "cache_unknown",
    "the log has no `usage_object`: what was read from the cache is not known, and priced as input",
)
_WHOLE_BATCH = Note(
    "batch_total",
    "a whole batch is logged as one call: priced as a sum of requests in a batch, all of one model",
)


def litellm(value: Mapping[str, object], place: Place) -> Outcome:
    """The record of a row of the log."""
    hit = value.get("cache_hit")
    attributes = _attributes(value)
    if hit is True or (isinstance(hit, str) and hit.lower() == "true"):
        return Record((), place, FORMAT, (_CACHE_HIT,), attributes)
    if word(value.get("status"), "status") not in (None, "success"):
        return Skipped(
            place, f"a call that failed: {shown(value.get('error_str') or value.get('status'))}"
        )
    notes: list[Note] = []
    metadata = optional_object(value, "metadata", "") or {}
    usage = optional_object(metadata, "usage_object", "metadata")
    if usage is None:
        usage = {
            key: value.get(key) for key in ("prompt_tokens", "completion_tokens", "total_tokens")
        }
        notes.append(_NO_USAGE_OBJECT)
        path = "the log"
    else:
        path = "metadata.usage_object"
    dimensions, is_sum = stated(usage, path), several(usage, value)
    if value.get("call_type") in _BATCHES:
        notes.append(_WHOLE_BATCH)
        dimensions, is_sum = {**dimensions, "service_tier": "batch"}, True
    meters = openai_counters(usage, path, notes).meters() | searches(usage)
    part = Part(
        word(value.get("model"), "model"), None, dimensions, meters, kind=SUM if is_sum else SINGLE
    )
    return gateway_record(
        value, "startTime", part, value.get("custom_llm_provider"), place, notes, attributes
    )


def _attributes(value: Mapping[str, object]) -> dict[str, str]:
    metadata = value.get("metadata")
    found: dict[str, object] = {
        "user": value.get("end_user"),
        "group": value.get("model_group"),
        "trace": value.get("trace_id"),
    }
    if is_object(metadata):
        found |= {
            "key": metadata.get("user_api_key_alias") or metadata.get("user_api_key_hash"),
            "team": metadata.get("user_api_key_team_id"),
        }
    tags = value.get("request_tags")
    if isinstance(tags, list):
        found["tag"] = ",".join(sorted(tag for tag in tags if isinstance(tag, str)))
    return {name: clean(text) for name, text in found.items() if isinstance(text, str) and text}
