"""Streams of the Messages API: server-sent events,
or the same events one a line, to one message each.

`message_start` carries the model, the tier, the geography and the split of cache writes; the usage
of the last `message_delta` is cumulative and takes its place, key by key: the deltas are never
added up. Content is not held: a block leaves its type, and whether any of it arrived. A stream
without a `message_delta` was cut before its counts were known, and is refused. After a fallback the
model is the one that the last `fallback` block went to. A start that is sent twice is one start.
The events of a stream of Converse are put together, too: its `metadata` has the counts; and so are
LangChain's chunks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from pricelang.model.notes import Note
from pricelang.usage.fields import is_object, require_object
from pricelang.usage.formats.langchain_chunks import CHUNK, ChunkStreams, chunk_of
from pricelang.usage.io.json_text import Decoder, JsonFault
from pricelang.usage.io.lines import Line
from pricelang.usage.records import Outcome, Place, Record, Skipped, UsageError, within

FORMAT = "sse"
STREAM = ("event:", "data:", ":", "id:", "retry:")
"""How the first line of server-sent events begins."""
METRICS = "amazon-bedrock-invocationMetrics"
_MERGED = "pricelang.stream"
_EVENTS = frozenset(
    (
        "message_start",
        "message_delta",
        "message_stop",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "ping",
        "error",
    )
)
_CONVERSE = frozenset(
    ("messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop")
)
_PROMPT = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
_PING = {"type": "ping"}
_MOST_KEYS = 2  # the event itself, and padding
_BLOCK = re.compile(r'\s*\{\s*"type"\s*:\s*"content_block_(start|delta|stop)"')

_NOT_CLOSED = Note("unfinished", "the stream has no `message_stop`: its last counts are priced")
_NO_INPUT = Note("unfinished", "the stream has no count of its input: its output alone is priced")
# The line where a value starts, its number in an array,
# the value or the `JsonFault` that stands in its place, its text.
Value = tuple[int, int | None, object, str | None]


def known(value: Mapping[str, object]) -> bool:
    """Decides whether a value is a stream that `merged` put together, or an event by itself."""
    if not _CONVERSE.isdisjoint(value):
        return len(value) <= _MOST_KEYS
    kind = value.get("type")
    return kind == _MERGED or (
        is_object(value.get("message")) if kind == "message_start" else value == _PING
    )


def outcomes(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
    """The record of a stream. Raises `UsageError` where it was cut."""
    from pricelang.usage.formats.messages import (
        read_message,  # every file passes through here, and few hold a stream
    )

    if value == _PING:
        return (Skipped(place, "a sign of life before a stream"),)
    last = "message_delta" if _CONVERSE.isdisjoint(value) else "metadata"
    if not value.get("counted"):
        raise UsageError(
            "cut_stream",
            f"the stream was cut before its counts: it has no `{last}`",
            "the request may have been billed: look it up in the usage report",
        )
    read = read_message(require_object(value.get("message"), "message"))
    notes = read.notes if value.get("closed") else (*read.notes, _NOT_CLOSED)
    if read.top.total == read.top.output > 0:
        notes = (*notes, _NO_INPUT)
    parts = read.parts
    if value.get(METRICS):
        parts = tuple(within(part, {"platform": "bedrock"}) for part in parts)
    return (Record(parts, place, FORMAT, notes),)


def events_of(lines: Iterable[Line], decoder: Decoder) -> Iterator[Value]:
    """The values of server-sent events, each with its line;
    what is no `data:` line carries none.
    """
    for number, text in lines:
        if isinstance(text, JsonFault):
            yield number, None, text, text.raw
        elif text.startswith("data:"):
            data = text[5:].strip()
            if data and data != "[DONE]":
                try:
                    yield number, None, decoder.value(data), data
                except JsonFault as fault:
                    # What is inside a block counts nothing:
                    # documentation cuts it short, and so do logs.
                    block = _BLOCK.match(data)
                    yield (
                        number,
                        None,
                        {"type": f"content_block_{block[1]}"} if block else fault,
                        data,
                    )


def merged(values: Iterable[Value]) -> Iterator[Value]:
    """Values with the events of each stream put together to one;
    all other values go through as they are.
    """
    streams = _Streams()
    for found in values:
        value = found[2]
        # Nearly all values are of no stream, and go through at once.
        if (
            streams.open is None
            and streams.converse is None
            and isinstance(value, dict)
            and (kind := value.get("type")) != "message_start"
            and kind != CHUNK
            and kind != "constructor"
            and _CONVERSE.isdisjoint(value)
        ):
            yield found
        else:
            yield from streams.add(found)
    if streams.open is not None:
        yield streams.open.value(False)
    if streams.converse is not None:
        yield streams.converse
    yield from streams.chunks.rest()


class _Streams:
    """The streams that have begun and not ended: one of messages, one of Converse, and those of
    LangChain.
    """

    def __init__(self) -> None:
        self.chunks = ChunkStreams()
        self.open: _Stream | None = None
        self.converse: Value | None = None

    def add(self, found: Value) -> Iterator[Value]:
        """Adds a value, and gives what ends with it or is of no stream."""
        value = found[2]
        if not isinstance(value, dict):
            yield found
            return
        if _is_converse(value, self.converse is not None):
            yield from self._add_converse(found, value)
            return
        chunk = chunk_of(value)
        if chunk is not None:
            yield from self.chunks.add(found, chunk)
            return
        kind, message = value.get("type"), value.get("message")
        if kind == "message_start" and isinstance(message, dict):
            if self.open is not None:
                if self.open.starts_again(message):
                    return
                yield self.open.value(False)
            self.open = _Stream(found, message)
        elif self.open is None or not isinstance(kind, str) or kind not in _EVENTS:
            yield found
        else:
            self.open.add(kind, value)
            if kind == "message_stop":
                yield self.open.value(True)
                self.open = None

    def _add_converse(self, found: Value, value: dict[str, object]) -> Iterator[Value]:
        start, self.converse = self.converse, self.converse or found
        if "metadata" in value:
            yield *self.converse[:2], value, found[3]
            self.converse = None
        elif start is not None and "messageStart" in value:
            yield start
            self.converse = found


def _is_converse(value: dict[str, object], within: bool) -> bool:
    """Decides whether a value is an event of Converse;
    what has the counts is one `within` a stream alone, for it stands alone too.
    """
    if not _CONVERSE.isdisjoint(value):
        return len(value) <= _MOST_KEYS
    metadata = value.get("metadata")
    return within and isinstance(metadata, dict) and "usage" in metadata


class _Stream:
    """A stream so far: its message, the usage that counts, the types of its blocks."""

    def __init__(self, found: Value, message: dict[str, object]) -> None:
        self._line, self._item, _, self._text = found
        self._message = message
        self._blocks: list[object] = []
        self._counted = self._metrics = False

    def starts_again(self, message: dict[str, object]) -> bool:
        """Takes in a second start: of the same message, or behind one that counted nothing."""
        usage, new = self._message.get("usage"), message.get("usage")
        old = usage if isinstance(usage, dict) else {}
        same = message.get("id") is not None and message.get("id") == self._message.get("id")
        if self._counted or not (same or not (self._blocks or any(old.values()))):
            return False
        counts = (
            {**old, **{key: count for key, count in new.items() if count or key not in old}}
            if isinstance(new, dict)
            else usage
        )
        self._message = {**message, "usage": counts}
        return True

    def add(self, kind: str, event: dict[str, object]) -> None:
        """Takes an event in."""
        if kind == "content_block_start":
            block = event.get("content_block")
            self._note_block(block if isinstance(block, dict) else {})
        elif kind == "content_block_delta" and self._blocks and isinstance(self._blocks[-1], dict):
            self._blocks[-1] = {**self._blocks[-1], "text": "…"}
        elif kind == "message_delta":
            self._counted = True
            delta = event.get("delta")
            if isinstance(delta, dict):
                self._message = {**self._message, **delta}
            usage, new = self._message.get("usage"), event.get("usage")
            if isinstance(new, dict):
                old = usage if isinstance(usage, dict) else {}
                given = _given(old, new)
                if (
                    "cache_creation_input_tokens" in given
                    and "cache_creation" not in given
                    and isinstance(usage, dict)
                ):
                    given |= _split(usage, given["cache_creation_input_tokens"])
                # A new object: the one before may be that of the caller.
                self._message = {**self._message, "usage": {**old, **given}}
            elif new is not None:
                self._message = {**self._message, "usage": new}
        elif kind == "message_stop":
            self._metrics = METRICS in event

    def _note_block(self, block: dict[str, object]) -> None:
        kept: dict[str, object] = {"type": block.get("type")}
        if block.get("type") == "text":
            kept["text"] = "…" if block.get("text") else ""
        target = block.get("to")
        if block.get("type") == "fallback":
            kept["from"] = block.get("from")
            if isinstance(target, dict) and target.get("model") is not None:
                self._message = {**self._message, "model": target["model"]}
        if len(self._blocks) < 1000 or kept["type"] == "fallback":
            self._blocks.append(kept)

    def value(self, closed: bool) -> Value:
        """The stream as one value, at the place of its start."""
        whole = {
            "type": _MERGED,
            "id": self._message.get("id"),
            "message": {**self._message, "content": self._blocks},
            "counted": self._counted,
            "closed": closed,
            METRICS: self._metrics,
        }
        return self._line, self._item, whole, self._text


def _given(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, object]:
    """What the usage of a delta says beside the `old` one: a null says nothing, and neither do
    zeros where the whole prompt is zero and was counted before, for a cumulative count never falls.
    """
    silent = not any(new.get(key) for key in _PROMPT) and any(old.get(key) for key in _PROMPT)
    return {
        key: count
        for key, count in new.items()
        if count is not None and not (silent and key in _PROMPT)
    }


def _split(usage: dict[str, object], written: object) -> dict[str, object]:
    """The split of `message_start` where a delta says the same total without one;
    else none, for it is of other writes.
    """
    return {} if usage.get("cache_creation_input_tokens") == written else {"cache_creation": None}
