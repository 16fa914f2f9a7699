"""PostHog's events of models: `$ai_generation` and `$ai_embedding`, alone, in batches, in answers
of its API and in rows of an export.

Whether the cache is inside the input, `posthog_counts` decides. Traces and spans hold no usage of
their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pricelang.usage.embedded import embedded_object, row_of
from pricelang.usage.fields import is_object, named_attributes, placed, shown, word
from pricelang.usage.formats.gateway_part import gateway_part
from pricelang.usage.formats.posthog_counts import event_meters
from pricelang.usage.records import (
    SINGLE,
    SUM,
    Outcome,
    Part,
    Place,
    Record,
    Skipped,
    UsageError,
)
from pricelang.usage.response_ids import named
from pricelang.usage.stated import stated
from pricelang.usage.times import instant

FORMAT = "posthog"
_CALLS = ("$ai_generation", "$ai_embedding")
_LISTS = ("batch", "results", "events")
_COUNT = "$ai_input_tokens"
_TIER = "$ai_service_tier"
"""The tier that served a call, as newer SDKs say it."""
# How an export writes a property as a column of its own.
_COLUMNS = ("properties.", "*.properties.", "")
_ATTRIBUTES = {
    "trace": "$ai_trace_id",
    "session": "$ai_session_id",
    "user": "distinct_id",
    "span": "$ai_span_name",
}


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is an event, or holds some, by the names of its keys."""
    return _is_event(value) or _listed(value) is not None


def outcomes(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
    """The records of the events in an object. Raises `UsageError`."""
    if _is_event(value):
        return (_event(row_of(value), place),)
    listed = _listed(value)
    if listed is None:
        raise UsageError("unknown_record", "neither an event of PostHog nor a batch of them")
    return list(_each(listed, place))


def _is_event(value: Mapping[str, object]) -> bool:
    name = _column(value, "event")
    if not isinstance(name, str):
        # A query names the properties alone: a row with a count is a call.
        return name is None and _COLUMNS[0] + _COUNT in value
    return (
        name.startswith("$ai_")
        or ("properties" in value and "distinct_id" in value)
        or ("*.properties" in value and "*.event" in value)
        or any(start + _COUNT in value for start in _COLUMNS)
    )


def _listed(value: Mapping[str, object]) -> Sequence[object] | None:
    for key in _LISTS:
        found = value.get(key)
        if isinstance(found, list) and any(is_object(one) and _is_event(one) for one in found):
            return found
    return None


def _each(listed: Sequence[object], place: Place) -> Iterator[Outcome]:
    """The outcomes of events; a bad one hides no other."""
    for item in listed:
        if not is_object(item) or not _is_event(item):
            yield Skipped(place, "no event")
            continue
        spot = placed(place, item.get("uuid") or item.get("id"))
        try:
            yield _event(item, spot)
        except UsageError as error:
            yield error.rejected(spot)


def _event(value: Mapping[str, object], place: Place) -> Record | Skipped:
    """The record of an event. Raises `UsageError`."""
    name = _column(value, "event")
    name = _CALLS[0] if name is None else name
    if name not in _CALLS:
        return Skipped(place, f"a {shown(name)} event, which is no call of a model")
    properties = _properties(value)
    if _failed(properties):
        return Skipped(
            place, f"a call that failed: {shown(properties.get('$ai_error') or 'error')}"
        )
    meters, notes = event_meters(properties, embedding=name == _CALLS[1])
    raw = embedded_object(properties, "$ai_usage") or {}
    served = {"service_tier": properties.get(_TIER)}
    holder = {**properties, "distinct_id": _column(value, "distinct_id")}
    given = {one: holder.get(key) for one, key in _ATTRIBUTES.items()}
    attributes = named_attributes(given)
    part = gateway_part(
        Part(
            word(properties.get("$ai_model"), "$ai_model"),
            instant(_column(value, "timestamp"), "timestamp"),
            {**stated(raw, "$ai_usage"), **stated(served, "properties")},
            meters,
            kind=SUM if _several(properties) else SINGLE,
        ),
        properties.get("$ai_provider"),
        notes=notes,
    )
    ids = named("posthog", _column(value, "uuid") or value.get("id"))
    ids += named("posthog-call", properties.get("$ai_generation_id"))
    ids += named("posthog-call", properties.get("$ai_span_id"))
    return Record((part,), place, FORMAT, tuple(notes), attributes, ids=ids)


def _properties(value: Mapping[str, object]) -> Mapping[str, object]:
    """The properties of an event: an object, its JSON text, or columns of their own."""
    found = embedded_object(value, "properties") or embedded_object(value, "*.properties")
    if found is not None:
        return found
    columns: dict[str, object] = {}
    for start in reversed(_COLUMNS):
        columns |= {
            key.removeprefix(start): cell
            for key, cell in value.items()
            if key.startswith(start + "$")
        }
    return columns


def _column(value: Mapping[str, object], name: str) -> object:
    return value.get(name, value.get(f"*.{name}"))


def _failed(properties: Mapping[str, object]) -> bool:
    """Decides whether a call failed before it used anything."""
    error = properties.get("$ai_is_error")
    used = any(properties.get(f"$ai_{name}_tokens") for name in ("input", "output"))
    return not used and (error is True or error == "true")


def _several(properties: Mapping[str, object]) -> bool:
    count = properties.get("$ai_request_count")
    return type(count) is int and count > 1
