"""A line of a Claude Code transcript to one copy of a response, and which of the copies count.

A transcript has a line for each content block, and each repeats the usage of the whole response. Copies of one
response have one key: message id and request id; without a request id the message id; without a message id the
request id; a line with neither stands alone. The largest copy is kept whole, among equals the latest, so that the
order of the lines and of the files does not matter. A sidechain line of a message that stands under another key too
is a replay: dropped, whichever came first; where all are sidechain lines, the earliest is the original. `costUSD` and
`toolUseResult` are never counted. A line without `type` that has `message.usage` counts (older versions wrote so).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from .fields import clean, optional_object, shown, word
from .messages import read_message
from .records import Place, Record, Skipped, UsageError

FORMAT = "claude-code"
_SYNTHETIC = "<synthetic>"
_ATTRIBUTES = {"session": "sessionId", "project": "cwd", "branch": "gitBranch"}


@frozen
class Copy:
    """One line that gives the usage of a response.

    `key` tells responses apart. `rank` orders the copies of a response, the greatest is kept: size, then time.
    """

    key: tuple[str | None, str | None, int]
    rank: tuple[int, str]
    sidechain: bool
    record: Record


def copy(value: Mapping[str, object], place: Place, alone: int) -> Copy | Skipped:
    """The copy of a response that a line holds, or why it holds none. Raises `UsageError`.

    `alone` is a number that no other line has: it is the key of a line without ids.
    """
    message = value.get("message")
    if not isinstance(message, Mapping) and "usage" in value:
        raise UsageError("unknown_record", "no transcript line: `usage` stands at the top and not in `message`")
    if not isinstance(message, Mapping) or message.get("usage") is None:
        return Skipped(place, _no_usage(value, message))
    if message.get("model") == _SYNTHETIC:
        return Skipped(place, "a synthetic message: no request was made")
    message_id = word(message.get("id"), "message.id") or None
    request_id = word(value.get("requestId"), "requestId") or None
    at = word(value.get("timestamp"), "timestamp") or None
    optional_object(message, "usage", "message")
    read = read_message(message, at)
    return Copy(
        key=(message_id, request_id, 0 if message_id or request_id else alone),
        rank=(read.top.total, at or ""),
        sidechain=value.get("isSidechain") is True,
        record=Record(read.parts, place, FORMAT, read.notes, _attributes(value)),
    )


def _attributes(value: Mapping[str, object]) -> dict[str, str]:
    """The session of a line, and the folder and branch in which it was written. Only texts: no price depends on them."""
    found = {name: value.get(key) for name, key in _ATTRIBUTES.items()}
    return {name: clean(text) for name, text in found.items() if isinstance(text, str) and text}


def _no_usage(value: Mapping[str, object], message: object) -> str:
    kind = value.get("type")
    if kind == "assistant" or (isinstance(message, Mapping) and "usage" in message):
        return "an assistant line without usage"
    return f"a {shown(kind)} line" if isinstance(kind, str) and kind else "a line without usage"


class Transcripts:
    """The copies of all transcript lines read so far, of one file or of many."""

    def __init__(self) -> None:
        self._copies: dict[tuple[str | None, str | None, int], Copy] = {}
        self._keys_of: dict[str, list[tuple[str | None, str | None, int]]] = {}

    def add(self, new: Copy) -> Skipped | None:
        """Take a copy in; the copy that loses against it or that it loses against is a duplicate, and is returned."""
        old = self._copies.get(new.key)
        if old is None:
            self._copies[new.key] = new
            if new.key[0] is not None:
                self._keys_of.setdefault(new.key[0], []).append(new.key)
            return None
        kept, lost = (new, old) if _outranks(new, old) else (old, new)
        # A response is a replay only when no copy of it comes from a main chain.
        sidechain = old.sidechain and new.sidechain
        self._copies[new.key] = Copy(new.key, kept.rank, sidechain, kept.record)
        return Skipped(lost.record.place, f"a copy of the response at {_where(kept.record.place, lost.record.place)}")

    def outcomes(self) -> Iterator[tuple[tuple[str | None, str | None, int], Record | Skipped]]:
        """Each response under its key, in the order in which the keys appeared."""
        for key, kept in self._copies.items():
            original = self._original(key)
            if original is kept:
                yield key, kept.record
            else:
                place = kept.record.place
                yield key, Skipped(place, f"a replay of the response at {_where(original.record.place, place)}")

    def _original(self, key: tuple[str | None, str | None, int]) -> Copy:
        own = self._copies[key]
        keys = self._keys_of[key[0]] if key[0] is not None else []
        if len(keys) < 2 or not own.sidechain:
            return own
        copies = [self._copies[other] for other in keys]
        return min(copies, key=lambda copy: (copy.sidechain, copy.rank[1], -copy.rank[0], copy.key[1] or ""))


def _outranks(new: Copy, old: Copy) -> bool:
    if new.rank != old.rank:
        return new.rank > old.rank
    # Copies of one size and time that differ: their written form settles it, so that any order keeps the same one.
    return _form(new) >= _form(old)


def _form(copy: Copy) -> tuple[str, list[tuple[str, str]]]:
    return repr(copy.record.parts), sorted(copy.record.attributes.items())


def _where(place: Place, seen_from: Place) -> str:
    """A place in words, short when it is in the file from which it is seen."""
    if place.file == seen_from.file:
        return f"line {place.line}"
    return f"line {place.line} of {clean(place.file)}"
