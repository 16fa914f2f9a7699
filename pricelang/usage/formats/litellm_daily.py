"""LiteLLM's daily sums: rows of its usage export (JSON or CSV), of its tables of a day's spend, and
the days of its activity API, the cache inside the input.

Each is a sum of the requests of a day. An export with models has one row a model; one without says
no model, and has no price until `--model` names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import evolve

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters, all_agreed, meanings, writes_of
from pricelang.usage.embedded import row_of
from pricelang.usage.fields import (
    clean,
    first_said,
    is_object,
    named_attributes,
    named_path,
    optional_object,
    require_object,
    shown,
    word,
)
from pricelang.usage.formats.gateway_part import gateway_part
from pricelang.usage.inclusive import disjoint, total_of
from pricelang.usage.records import SUM, Outcome, Part, Place, Record, Skipped, UsageError
from pricelang.usage.response_ids import named
from pricelang.usage.times import instant
from pricelang.usage.unknown import known_names, note_key

FORMAT = "litellm-daily"
_COUNTS = meanings(
    {
        "input": ("prompt_tokens", "Prompt Tokens"),
        "output": ("completion_tokens", "Completion Tokens"),
        "total": ("total_tokens", "Total Tokens"),
        "read": ("cache_read_input_tokens", "Cache Read Tokens", "Cache Read Input Tokens"),
        "written": (
            "cache_creation_input_tokens",
            "Cache Creation Tokens",
            "Cache Creation Input Tokens",
        ),
    }
)
_TOTALS = ("total_tokens", "Total Tokens")
# What LiteLLM counts of its own work: tokens that it saved were never sent.
_KNOWN = known_names(*_COUNTS, "compression_saved_tokens", "timed_requests")
_NO_READS = Note(
    "cache_unknown", "the row does not say what was read from the cache: it is priced as input"
)
_DATE = ("date", "Date")
_MODEL = ("model", "Model", "model_group")
_ATTRIBUTES = {
    "team": ("team_id", "Team", "Team ID"),
    "key": ("key_alias", "Key Alias", "api_key", "Key"),
    "user": ("user_email", "user_id", "User", "User ID"),
    "tag": ("tag", "Tag"),
    "entity": ("entity_alias", "entity_id"),
}


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is such a row, an export of them or days of activity, by keys."""
    return _is_row(value) or _rows(value) is not None or _days(value) is not None


def outcomes(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
    """The records of a row, of an export or of days. Raises `UsageError`."""
    if _is_row(value):
        value = row_of(value)
        return (_row(value, value, place),)
    rows = _rows(value)
    if rows is not None:
        return [_row(require_object(row, "data"), row, place) for row in rows if is_object(row)]
    days = _days(value)
    if days is None:
        raise UsageError("unknown_record", "neither a row nor an export of LiteLLM's daily sums")
    return list(_of_days(days, place))


def _is_row(value: Mapping[str, object]) -> bool:
    return ("api_requests" in value and "prompt_tokens" in value) or (
        "Date" in value and "Total Tokens" in value and ("Requests" in value or "Model" in value)
    )


def _rows(value: Mapping[str, object]) -> Sequence[object] | None:
    """The rows of an export, None where an object is no export."""
    rows, about = value.get("data"), value.get("metadata")
    if not isinstance(rows, list) or not is_object(about) or "export_scope" not in about:
        return None
    return rows


def _days(value: Mapping[str, object]) -> Sequence[object] | None:
    """The days of an answer of the activity API, None where an object is none."""
    days = value.get("results")
    if not isinstance(days, list) or not days:
        return None
    return days if all(is_object(day) and "breakdown" in day for day in days) else None


def _of_days(days: Sequence[object], place: Place) -> Iterator[Outcome]:
    for number, day in enumerate(days):
        path = f"results[{number}]"
        day = require_object(day, path)
        models = optional_object(
            require_object(day.get("breakdown"), f"{path}.breakdown"), "models", f"{path}.breakdown"
        )
        if not models:
            yield Skipped(place, f"a day without models: {shown(day.get('date'))}")
        for name, sums in (models or {}).items():
            spot = named_path(f"{path}.breakdown.models", name)
            sums = require_object(sums, spot)
            metrics = optional_object(sums, "metrics", spot) or sums
            yield _row(metrics, {"date": day.get("date"), "model": name}, place)


def _row(
    counts: Mapping[str, object], about: Mapping[str, object], place: Place
) -> Record | Skipped:
    """The record of a row, whose counts may stand apart from what they are `about`."""
    notes: list[Note] = []
    for key, count in counts.items():
        if key not in _KNOWN and "token" in key.lower():
            note_key(key, count, _KNOWN, notes)
    found = all_agreed([(counts, "the row")], _COUNTS)
    if "input" not in found or "output" not in found:
        raise UsageError(
            "missing_key",
            "the row has no prompt or no completion tokens, and a total alone has no price",
            "export again with a version of LiteLLM that writes them",
        )
    if not any(found.values()):
        return Skipped(place, f"a day without tokens: {shown(first_said(about, _DATE))}")
    writes = writes_of(found.get("written"), (None, None), notes)
    told = Counters(found["input"], found["output"], found.get("read", 0), *writes)
    told = disjoint(told, "prompt tokens", inside=True, total=total_of(counts, _TOTALS, ""))
    if "read" not in found:
        notes.append(_NO_READS)
    ids = named("litellm-daily", about.get("id"))
    model, day = word(first_said(about, _MODEL), "model"), first_said(about, _DATE)
    part = Part(model, instant(day, "date"), {}, told.meters(), kind=SUM)
    part = gateway_part(part, about.get("custom_llm_provider"), notes=notes)
    given = {name: first_said(about, keys) for name, keys in _ATTRIBUTES.items()}
    attributes = named_attributes(given)
    id = clean(f"{day} {model or ''}".strip()) if isinstance(day, str) else None
    place = evolve(place, id=place.id or id)
    return Record((part,), place, FORMAT, tuple(notes), attributes, ids=ids)
