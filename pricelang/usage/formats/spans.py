"""Spans and events that count one request twice: sent again, or told by two instrumentations.

Collectors deliver at least once, so a span may stand in an export twice: it is known by its trace
and its own id, and the copy is skipped. A span around another with the same counts, or two with one
response id and the same counts, are of two libraries that watch one request: where they say the
same one is skipped, and where one says more than the other the second is refused, for which of them
is right is not for the reader to say.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from pricelang.usage.fields import clean, is_object
from pricelang.usage.records import Outcome, Place, Record, Skipped, UsageError
from pricelang.usage.response_ids import REQUEST, RESPONSE, named
from pricelang.usage.responses import plain_usage
from pricelang.usage.stated import unlike_plain

MOST = 2**18
"""Spans that are remembered; of a longer run the last ones, for copies stand near each other."""


@frozen
class _Counted:
    """What a span said, whole and as its tokens in and out, and where."""

    whole: str
    tokens: tuple[int, int]
    place: Place


class Spans:
    """The spans so far that count tokens, by their ids, their responses and their parents."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], _Counted] = {}

    def settled(
        self, record: Record, span: Mapping[str, object], own: Mapping[str, object]
    ) -> Outcome:
        """The record of a span, or why it does not count.
        Raises `UsageError` where it counts again what another counts in another way.
        """
        parts = [
            (part.model, unlike_plain(part.dimensions), sorted(plain_usage(part.usage).items()))
            for part in record.parts
        ]
        new = _Counted(repr(parts), tokens_in_and_out(record), record.place)
        id, parent = _span_ids(span)
        answered, asked = own.get("gen_ai.response.id"), own.get("request_id")
        response = answered or asked or _event(own)
        response = response if isinstance(response, str) else None
        skipped = self._counted_before(new, id, parent, response)
        if skipped is not None:
            return skipped
        for kind, name in (("span", id), ("around", parent), ("response", response)):
            if name:
                self._known[kind, name] = new
        while len(self._known) > 3 * MOST:
            del self._known[next(iter(self._known))]
        ids = named(RESPONSE, answered) + named(REQUEST, asked)
        if not ids:
            return record
        # Made anew by its fields: a general copy takes three times as long.
        return Record(
            record.parts,
            record.place,
            record.format,
            record.notes,
            record.attributes,
            record.raw,
            ids,
        )

    def _counted_before(
        self, new: _Counted, id: str | None, parent: str | None, response: str | None
    ) -> Skipped | None:
        """Why a span does not count, None where no span before it counts the same request."""
        old = self._known.get(("span", id)) if id else None
        if old is not None:
            if old.whole == new.whole:
                return Skipped(new.place, f"a copy of the span at {old.place}")
            message = f"this span also stands with other counts at {old.place}"
            raise UsageError("changed_span", message, "give it once")
        for kind, name in (("around", id), ("span", parent), ("response", response)):
            old = self._known.get((kind, name)) if name else None
            if old is None or old.tokens != new.tokens:
                continue
            if old.whole == new.whole:
                return Skipped(new.place, f"the span at {old.place} counts the same request")
            raise UsageError(
                "counted_twice",
                f"the span at {old.place} counts the same request, but gives other "
                "numbers of tokens",
                "give the spans of one instrumentation alone",
            )
        return None


def tokens_in_and_out(record: Record) -> tuple[int, int]:
    """All tokens in and out, however they are told apart."""
    into = out = 0
    for part in record.parts:
        for meter, number in plain_usage(part.usage).items():
            if isinstance(number, int) and not meter.startswith("web_"):
                into, out = (into, out + number) if meter == "output" else (into + number, out)
    return into, out


def _span_ids(span: Mapping[str, object]) -> tuple[str | None, str | None]:
    """A span's own id and its parent's, each with the trace; None where there is none.
    Ids are hexadecimal, with `0x` or without.
    """
    context = span.get("context")
    inner = context if is_object(context) else {}
    trace = _hex(_first(span, "traceId", "trace_id") or inner.get("trace_id")) or ""
    # A log record stands inside a span and has no id of its own.
    id = (
        None
        if "timeUnixNano" in span and "startTimeUnixNano" not in span
        else _hex(_first(span, "spanId", "span_id") or inner.get("span_id"))
    )
    parent = _hex(_first(span, "parentSpanId", "parent_id", "parent_span_id"))
    return (f"{trace}/{id}" if id else None), (f"{trace}/{parent}" if parent else None)


def _first(span: Mapping[str, object], *names: str) -> object:
    return next((span[name] for name in names if span.get(name)), None)


def _hex(value: object) -> str | None:
    return (
        clean(value.removeprefix("0x").lower())
        if isinstance(value, str) and value.strip("0x")
        else None
    )


def _event(own: Mapping[str, object]) -> str | None:
    """What tells an event of Claude Code from others where it has no request id."""
    session, number = own.get("session.id"), own.get("event.sequence")
    return f"{session} {number}" if isinstance(session, str) and number is not None else None
