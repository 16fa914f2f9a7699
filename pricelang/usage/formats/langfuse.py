"""Langfuse's observations, alone, in pages of its API, in traces and in exports:
`usageDetails`, the cache outside of the input.

The API writes names in camel case, its database and SDKs in snake case; a cell of an export holds
an object as JSON text. An observation counts once, whichever of them tells it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from pricelang.usage.embedded import embedded, embedded_object, row_of
from pricelang.usage.fields import (
    clean,
    first_said,
    is_object,
    named_attributes,
    placed,
    shown,
    word,
)
from pricelang.usage.formats.gateway_part import gateway_part
from pricelang.usage.formats.langfuse_counts import observation_meters
from pricelang.usage.formats.langfuse_tree import Observations, children_first
from pricelang.usage.records import (
    SINGLE,
    SUM,
    Outcome,
    Part,
    Place,
    Record,
    Rejected,
    Skipped,
    UsageError,
)
from pricelang.usage.response_ids import named
from pricelang.usage.several import several
from pricelang.usage.times import instant

FORMAT = "langfuse"
_TYPES = (
    "SPAN",
    "EVENT",
    "GENERATION",
    "AGENT",
    "TOOL",
    "CHAIN",
    "RETRIEVER",
    "EVALUATOR",
    "EMBEDDING",
    "GUARDRAIL",
)
_USAGE = ("usageDetails", "usage_details")
_OLDER = {
    "input": "input",
    "output": "output",
    "total": "total",
    "promptTokens": "input",
    "completionTokens": "output",
    "totalTokens": "total",
}
"""Names of counts in the `usage` of older versions, which have no cache."""
_TRACE = ("traceId", "trace_id")
_START = ("startTime", "start_time")
_MODEL = ("model", "providedModelName", "provided_model_name")
_ATTRIBUTES = {
    "trace": _TRACE,
    "session": ("sessionId", "session_id"),
    "user": ("userId", "user_id"),
    "environment": ("environment",),
}
_PAGE = ("page", "totalItems", "totalPages", "limit", "cursor")


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is an observation, a trace or a page of them, by its keys."""
    return _is_observation(value) or _is_trace(value) or _page(value) is not None


def start() -> Callable[[Mapping[str, object], Place], Iterable[Outcome]]:
    """A function that reads these, and knows the observations before."""
    tree = Observations()
    return lambda value, place: _outcomes(tree, value, place)


def outcomes(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
    """The records of the observations in an object. Raises `UsageError`."""
    return start()(value, place)


def _outcomes(tree: Observations, value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
    if _is_observation(value):
        row = row_of(value)
        return (tree.settled(_observation(row, place), row),)
    page = _page(value)
    if page is not None:
        return _each(tree, page, place)
    if _is_trace(value):
        return _each(tree, [value], place)
    raise UsageError("unknown_record", "neither an observation of Langfuse nor a trace nor a page")


def _is_observation(value: Mapping[str, object]) -> bool:
    if "usageDetails" in value:
        return True
    return any(key in value for key in _TRACE) and (
        "usage_details" in value or value.get("type") in _TYPES
    )


def _is_trace(value: Mapping[str, object]) -> bool:
    """Decides whether an object lists the observations of a trace, whole or as their ids."""
    listed = value.get("observations")
    if not isinstance(listed, list):
        return False
    about = value.get("trace", value)
    if not any(map(is_object, listed)):
        return is_object(about) and ("timestamp" in about or "sessionId" in about)
    return all(_is_observation(one) for one in listed if is_object(one))


def _page(value: Mapping[str, object]) -> Sequence[object] | None:
    """The items of a page of observations or traces, None where an object is no such page."""
    items, meta = value.get("data"), value.get("meta")
    if not isinstance(items, list) or not is_object(meta) or not any(key in meta for key in _PAGE):
        return None
    ours = (is_object(one) and (_is_observation(one) or _is_trace(one)) for one in items)
    return items if not items or any(ours) else None


def _each(tree: Observations, items: Sequence[object], place: Place) -> list[Outcome]:
    """The outcomes of observations and traces, in their order; a bad one hides no other."""
    order = children_first([item if is_object(item) else {} for item in items])
    found = {number: list(_item(tree, items[number], place)) for number in order}
    return [outcome for number in range(len(items)) for outcome in found[number]]


def _item(tree: Observations, item: object, place: Place) -> Iterator[Outcome]:
    if not is_object(item):
        yield Skipped(place, "no observation, but what names one")
        return
    spot = placed(place, item.get("id"))
    listed = item.get("observations")
    if not _is_observation(item) and isinstance(listed, list):
        if any(map(is_object, listed)):
            yield from _each(tree, listed, place)
        else:
            yield Skipped(spot, "a trace that names its observations: their usage is in them")
        return
    try:
        yield tree.settled(_observation(item, spot), item)
    except UsageError as error:
        yield error.rejected(spot)


def _observation(value: Mapping[str, object], place: Place) -> Record | Skipped | Rejected:
    """The record of an observation. Raises `UsageError`."""
    usage = next(
        (found for key in _USAGE if (found := embedded_object(value, key)) is not None), None
    )
    usage = usage or _older(embedded_object(value, "usage") or {})
    if not usage:
        return Skipped(place, f"a {shown(value.get('type'))} observation without usage")
    meters, notes = observation_meters(usage)
    given = {name: first_said(value, keys) for name, keys in _ATTRIBUTES.items()}
    attributes = named_attributes(given)
    tags = embedded(value.get("tags"), "tags")
    if isinstance(tags, list) and (words := sorted(tag for tag in tags if isinstance(tag, str))):
        attributes["tag"] = clean(",".join(words))
    part = gateway_part(
        Part(
            word(first_said(value, _MODEL), "model"),
            instant(first_said(value, _START), "startTime"),
            {},
            meters,
            kind=SUM if several(usage, value) else SINGLE,
        )
    )
    ids = named("observation", value.get("id"))
    return Record((part,), place, FORMAT, tuple(notes), attributes, ids=ids)


def _older(usage: Mapping[str, object]) -> dict[str, object]:
    """What the `usage` of older versions counts, which has costs and a unit beside its counts.
    Raises `UsageError` for a unit that is no token.
    """
    found = {name: usage[key] for key, name in _OLDER.items() if usage.get(key) is not None}
    unit = usage.get("unit")
    if found and unit not in (None, "TOKENS"):
        raise UsageError("unknown_value", f"`usage.unit` is {shown(unit)}, and tokens have prices")
    return found
