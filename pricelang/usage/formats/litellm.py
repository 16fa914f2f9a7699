"""LiteLLM's calls: its standard logging and the rows of its spend logs, one a call,
the cache inside the input.

A row of the database has its `metadata` as JSON text, also where it was exported. A hit in the
gateway's own cache (`cache_hit`) made no request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import evolve

from pricelang.model.notes import Note
from pricelang.usage.embedded import embedded, embedded_object, row_of
from pricelang.usage.fields import named_attributes, optional_object, placed, shown, word
from pricelang.usage.formats.gateway_part import GATEWAY_HIT, gateway_part
from pricelang.usage.formats.litellm_iterations import iterated_parts
from pricelang.usage.formats.messages import read_message
from pricelang.usage.formats.openai import counters as openai_counters
from pricelang.usage.formats.openai import searches
from pricelang.usage.platform_names import named_platform, vertex_endpoint
from pricelang.usage.platform_urls import located, where_of
from pricelang.usage.records import (
    SUM,
    Outcome,
    Part,
    Place,
    Record,
    RecordKind,
    Skipped,
    UsageError,
)
from pricelang.usage.response_ids import RESPONSE, named
from pricelang.usage.several import several
from pricelang.usage.stated import stated
from pricelang.usage.times import instant

FORMAT = "litellm"
_ROW = ("response_cost", "custom_llm_provider", "spend")
_BATCHES = ("aretrieve_batch", "retrieve_batch")
"""Calls of LiteLLM in whose row it counts what all requests of a batch used."""
_TOTALS = ("prompt_tokens", "completion_tokens", "total_tokens")
_NO_USAGE_OBJECT = Note(
    "cache_unknown",
    "the log has no `usage_object`: what was read from the cache is not known, and priced as input",
)
_WHOLE_BATCH = Note(
    "batch_total",
    "a whole batch is logged as one call: priced as a sum of requests in a batch, all of one model",
)


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is a call that LiteLLM logged, by the names of its keys."""
    return "call_type" in value and any(key in value for key in _ROW)


def outcomes(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
    """The record of a row. Raises `UsageError`."""
    value = row_of(value)
    id = value.get("id") or value.get("request_id")
    place = placed(place, id)
    metadata = embedded_object(value, "metadata") or {}
    attributes = _attributes(value, metadata)
    hit = value.get("cache_hit")
    if hit is True or (isinstance(hit, str) and hit.lower() == "true"):
        return (Record((), place, FORMAT, (GATEWAY_HIT,), attributes),)
    status = word(value.get("status"), "status") or word(metadata.get("status"), "metadata.status")
    if status not in (None, "success"):
        return (Skipped(place, f"a call that failed: {shown(value.get('error_str') or status)}"),)
    notes: list[Note] = []
    usage, path = _usage(value, metadata, notes)
    if not any(usage.get(key) for key in (*_TOTALS, "input_tokens")) and not value.get("model"):
        return (Skipped(place, f"a call of {shown(value.get('call_type'))} without usage"),)
    model = word(value.get("model"), "model")
    whole = value.get("call_type") in _BATCHES
    if whole:
        notes.append(_WHOLE_BATCH)
        model = _model_of_batch(metadata) or model
    kind: RecordKind | None = SUM if whole or several(usage, value) else None
    tier = {"service_tier": "batch"} if whole else {}
    at, provider = instant(value.get("startTime"), "startTime"), value.get("custom_llm_provider")
    where = _where(value, metadata, provider)
    parts = tuple(
        gateway_part(
            evolve(
                part, at=at, dimensions={**where, **part.dimensions, **tier}, kind=kind or part.kind
            ),
            provider,
            id,
            notes,
        )
        for part in _requests(usage, path, model, notes)
    )
    return (Record(parts, place, FORMAT, tuple(notes), attributes, ids=named(RESPONSE, id)),)


def _requests(
    usage: Mapping[str, object], path: str, model: str | None, notes: list[Note]
) -> list[Part]:
    """The requests of a usage, one unless it has the iterations of a response."""
    if _is_claude(usage):
        message = read_message({"type": "message", "model": model, "usage": usage})
        notes += message.notes
        return list(message.parts)
    parts = iterated_parts(usage, path, model, notes)
    if parts is not None:
        return parts
    meters = openai_counters(usage, path, notes).meters() | searches(usage)
    return [Part(model, None, stated(usage, path), meters)]


def _usage(
    value: Mapping[str, object], metadata: Mapping[str, object], notes: list[Note]
) -> tuple[Mapping[str, object], str]:
    """The usage of a row, and where it stands: what the provider gave, else the columns of the row
    with what older versions keep of it besides.
    """
    usage = optional_object(metadata, "usage_object", "metadata")
    if usage:
        return usage, "metadata.usage_object"
    columns = {key: value.get(key) for key in _TOTALS}
    rest = optional_object(metadata, "additional_usage_values", "metadata")
    if rest is None:
        notes.append(_NO_USAGE_OBJECT)
        return columns, "the log"
    return {**rest, **columns}, "metadata.additional_usage_values"


def _where(
    value: Mapping[str, object], metadata: Mapping[str, object], provider: object
) -> dict[str, str]:
    """The endpoint of a call to a cloud: of Vertex AI by the location on which LiteLLM worked its
    cost out, or else by the URL that was asked; of Bedrock in GovCloud by the URL.
    """
    asked, model = located(value.get("api_base")), word(value.get("model"), "model")
    platform = named_platform(provider)
    told = where_of(asked, model) if asked is not None and asked.platform == platform else {}
    breakdown = embedded_object(metadata, "cost_breakdown", "metadata") or embedded_object(
        value, "cost_breakdown"
    )
    location = word((breakdown or {}).get("vertex_location"), "cost_breakdown.vertex_location")
    worked_out = vertex_endpoint(location) if platform == "vertex" else None
    endpoint = worked_out or told.get("endpoint")
    return {} if endpoint is None else {"endpoint": endpoint}


def _is_claude(usage: Mapping[str, object]) -> bool:
    """Decides whether a usage is that of the Messages API, as its own route passes it through: by
    names that LiteLLM's own form has not, and without those that it has.
    """
    return "input_tokens" in usage and not any(
        name in usage for name in ("prompt_tokens", "input_tokens_details", "prompt_tokens_details")
    )


def _model_of_batch(metadata: Mapping[str, object]) -> str | None:
    """The one model of a batch, None where the row does not list its models.
    Raises `UsageError` for several: the counts are those of all of them.
    """
    models = metadata.get("batch_models")
    names = (
        sorted({name for name in models if isinstance(name, str) and name})
        if isinstance(models, list)
        else []
    )
    if len(names) > 1:
        raise UsageError(
            "several_models",
            f"the batch has {len(names)} models and one count of all: "
            + ", ".join(shown(name) for name in names[:5]),
            "price the results of the batch themselves",
        )
    return names[0] if names else None


def _attributes(value: Mapping[str, object], metadata: Mapping[str, object]) -> dict[str, str]:
    found: dict[str, object] = {
        "user": value.get("end_user") or value.get("user"),
        "group": value.get("model_group"),
        "trace": value.get("trace_id"),
        "session": value.get("session_id"),
        "key": metadata.get("user_api_key_alias")
        or metadata.get("user_api_key_hash")
        or value.get("api_key"),
        "team": metadata.get("user_api_key_team_id") or value.get("team_id"),
    }
    tags = embedded(value.get("request_tags"), "request_tags")
    if isinstance(tags, list):
        found["tag"] = ",".join(sorted(tag for tag in tags if isinstance(tag, str)))
    return named_attributes(found)
