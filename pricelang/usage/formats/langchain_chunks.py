"""Streams of LangChain whose chunks stand one a line, put together to one message each.

The chunks of a stream have one id. LangChain adds up what they count, and so is done here: OpenAI
counts all in one chunk and names its model in another, Anthropic's chunks of old counted the prompt
first and the answer last. Where several count a prompt, they may repeat each other: such a stream
is
refused, unless they say the same. Content is not held, but for the kinds of its blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pricelang.usage.fields import is_object
from pricelang.usage.io.json_text import JsonFault

CHUNK = "AIMessageChunk"
_MOST_BLOCKS = 1000
Value = tuple[int, int | None, object, str | None]
"""As in `sse`: the line of a value, its number in an array, the value itself and its text."""


def chunk_of(value: Mapping[str, object]) -> Mapping[str, object] | None:
    """The fields of a chunk that says of which stream it is; None where a value is none.

    >>> chunk_of({"type": "AIMessageChunk", "id": "run-1", "content": ""}) is None
    False
    """
    kind, message = value.get("type"), value
    if kind == "constructor":
        id, inner = value.get("id"), value.get("kwargs")
        if not (isinstance(id, list) and id and id[-1] == CHUNK and is_object(inner)):
            return None
        message = inner
    elif kind != CHUNK:
        return None
    elif is_object(inner := value.get("data")) and "content" in inner:
        message = inner
    id = message.get("id")
    return message if isinstance(id, str) and id else None


class ChunkStreams:
    """The streams that have begun and not ended, by the ids of their chunks."""

    def __init__(self) -> None:
        self._open: dict[object, _ChunkStream] = {}

    def add(self, found: Value, chunk: Mapping[str, object]) -> Iterator[Value]:
        """Adds a chunk, and gives the message that ends with it."""
        id = chunk["id"]
        stream = self._open.get(id)
        if stream is None:
            stream = self._open[id] = _ChunkStream(found)
        stream.add(found, chunk)
        if chunk.get("chunk_position") == "last":
            yield from self._open.pop(id).values()

    def rest(self) -> Iterator[Value]:
        """The messages of streams that do not say where they end."""
        for stream in self._open.values():
            yield from stream.values()
        self._open.clear()


class _ChunkStream:
    """A stream so far: what its chunks say and count."""

    def __init__(self, first: Value) -> None:
        self._first = first
        self._copies: list[Value] = []
        self._message: dict[str, object] = {}
        self._about: dict[str, object] = {}
        self._blocks: list[object] = []
        self._prompt: object = None
        self._doubtful = False

    def add(self, found: Value, chunk: Mapping[str, object]) -> None:
        """Takes a chunk in."""
        about, usage = chunk.get("response_metadata"), chunk.get("usage_metadata")
        if is_object(usage) and usage.get("input_tokens"):
            if self._prompt == usage:
                self._copies.append(found)
                return
            self._doubtful = self._doubtful or self._prompt is not None
            self._prompt = usage
        counted = _added(self._message.get("usage_metadata"), usage)
        self._message |= {key: value for key, value in chunk.items() if value or value == 0}
        self._message["usage_metadata"] = counted
        if is_object(about):
            self._about |= {key: value for key, value in about.items() if value is not None}
        self._note_blocks(chunk.get("content"))

    def _note_blocks(self, content: object) -> None:
        blocks = content if isinstance(content, list) else [{"type": "text"}] if content else []
        for block in blocks[: _MOST_BLOCKS - len(self._blocks)]:
            if is_object(block):
                inner: object = {} if is_object(block.get("content")) else []
                self._blocks.append({"type": block.get("type"), "text": "…", "content": inner})

    def values(self) -> Iterator[Value]:
        """The stream as one message at the place of its first chunk, and the copies of it."""
        line, item, _, text = self._first
        whole: object = {
            **self._message,
            "type": CHUNK,
            "content": self._blocks,
            "response_metadata": self._about,
        }
        if self._doubtful:
            whole = JsonFault(
                "changed_response",
                "several chunks of this stream count its prompt, each with other numbers",
                "give the message that they make: `sum` of the chunks, or the last of them",
            )
        yield line, item, whole, text
        for line, item, _, text in self._copies:
            yield line, item, whole, text


def _added(old: object, new: object) -> object:
    """The sum of two counts, key by key; what is no number is said by the later one."""
    if old is None or new is None:
        return old if new is None else new
    if is_object(old) and is_object(new):
        return {**old, **{key: _added(old.get(key), value) for key, value in new.items()}}
    return old + new if type(old) is type(new) is int else new


__all__ = ["CHUNK", "ChunkStreams", "chunk_of"]
