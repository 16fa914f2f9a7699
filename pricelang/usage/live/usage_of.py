"""The record of an object in memory: of any library, by the readers that files have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from attrs import evolve

from pricelang.usage.formats.registry import format_of, reader_of
from pricelang.usage.live.alone import in_response, is_invocation, of_invocation
from pricelang.usage.live.ways import fields_of, opened, way_of
from pricelang.usage.record_pass import RecordPass
from pricelang.usage.records import Outcome, Part, Place, Record, Rejected, UsageError, internal
from pricelang.usage.shapes import identity
from pricelang.usage.unknown_policy import checked_policy, settled

MIXED = "several"
"""The format of a record that joins those of several formats."""


def usage_of(
    value: object, *, model: str | None = None, unknown_counters: str = "refuse"
) -> Record:
    """The usage of an object in memory, as one record: of a response of any library, of its usage
    alone, of a dict, JSON text or bytes, of a span, of a stream or of a list of these.

    An object is known by its shape, as a record in a file is. What a list holds becomes the parts
    of one record, where a copy of a response counts once. A stream, the body of a response of
    Bedrock and an iterator are read to their end. `model` is what was asked for, where the object
    does not say. `unknown_counters="warn"` lets a counter pass that is not known.

    Raises `UsageError` with code, message, help and place.

    >>> usage_of({"model": "claude-opus-5", "usage": {"input_tokens": 12, "output_tokens": 6}})
    ... # doctest: +ELLIPSIS
    Record(parts=(Part(model='claude-opus-5', ..., usage={'input': 12, 'output': 6}, ...
    """
    if unknown_counters != "refuse":
        checked_policy(unknown_counters)
    # The most frequent way is not looked up twice: a response takes a few microseconds in all.
    kind: Any = type(value)
    found = fields_of(value) if way_of(kind) == "fields" else opened(value)
    if type(found) is dict:
        return _of_mapping(found, model, unknown_counters)
    if isinstance(found, Record):
        return found
    if isinstance(found, str | bytes):
        return joined(_of_text(found, unknown_counters))
    return joined(_of_several(found, model, unknown_counters))


def _of_mapping(value: Any, model: str | None, unknown_counters: str) -> Record:
    """The record of one plain mapping."""
    place = Place("", None, identity(value))
    try:
        format, value = _known(value, model)
    except UsageError as error:
        error.place = error.place or place
        raise
    return alone(format, value, place, unknown_counters)


def _known(value: Mapping[str, object], model: str | None) -> tuple[str, Mapping[str, object]]:
    """The format of a plain mapping, and the mapping as files have it. Raises `UsageError`."""
    if "body" in value and is_invocation(value):
        value = of_invocation(value, model)
    try:
        return format_of(value), value
    except UsageError as error:
        inner = in_response(value) if error.code == "unknown_record" else None
        if inner is None:
            raise
    return format_of(inner), inner


def alone(format: str, value: Mapping[str, object], place: Place, unknown_counters: str) -> Record:
    """The record of a mapping of a format. Raises `UsageError`, with a place."""
    try:
        found = reader_of(format)(value, place)
        if type(found) is tuple and len(found) == 1:
            only: Outcome = found[0]
            if type(only) is Record and not only.notes:
                return only  # nearly all: nothing to join, and nothing to refuse
        return joined(settled(found, unknown_counters))
    except UsageError as error:
        error.place = error.place or place
        raise
    except MemoryError:
        raise
    except Exception as error:
        failed = internal(error)
        failed.place = place
        raise failed from error


def _of_text(text: str | bytes, unknown_counters: str) -> Iterator[Outcome]:
    """The outcomes of a text: those of a file that holds it."""
    return settled(RecordPass(None).all([(text, "")]), unknown_counters)


def _of_several(values: Any, model: str | None, unknown_counters: str) -> Iterator[Outcome]:
    """The outcomes of the objects in an iterable, as one pass over a file with them has them."""
    others: list[Iterable[Outcome]] = []
    mappings: list[Mapping[str, object]] = []
    for value in values:
        if isinstance(value, Record):
            others.append((value,))
        elif isinstance(value, str | bytes):
            others.append(_of_text(value, unknown_counters))
        else:
            mappings.append(_known_shape(value, model))
    run = settled(RecordPass(None).values(mappings), unknown_counters)
    return chain(run, *others)


def _known_shape(value: Mapping[str, object], model: str | None) -> Mapping[str, object]:
    try:
        return _known(value, model)[1]
    except UsageError as error:
        if error.code != "unknown_record":
            raise
        return value  # an event of a stream, which is known with the others


def joined(outcomes: Iterable[Outcome]) -> Record:
    """The records of several outcomes as one, whose parts are those of all.
    Raises `UsageError` for one that cannot be read, and where there is none.
    """
    records: list[Record] = []
    reasons: list[str] = []
    for outcome in outcomes:
        if isinstance(outcome, Rejected):
            raise UsageError(outcome.code, outcome.message, outcome.help, outcome.place)
        if isinstance(outcome, Record):
            records.append(outcome)
        else:
            reasons.append(outcome.reason)
    if len(records) == 1:
        return records[0]
    if not records:
        reason = reasons[0] if reasons else "there is nothing in it"
        raise UsageError("no_usage", f"no usage in it: {reason}", None, Place(""))
    formats = {record.format for record in records}
    return Record(
        tuple(part for record in records for part in _parts(record)),
        Place(""),
        formats.pop() if len(formats) == 1 else MIXED,
        tuple(dict.fromkeys(note for record in records for note in record.notes)),
    )


def _parts(record: Record) -> Iterable[Part]:
    """The parts of a record with what the record says for all of them."""
    if not record.attributes:
        return record.parts
    return (
        evolve(part, attributes={**record.attributes, **part.attributes}) for part in record.parts
    )
