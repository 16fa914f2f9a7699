"""A line of a Claude Code transcript to one copy of a response, and which of the copies count.

A transcript has a line for each content block, and each repeats the usage of the whole response; a
`progress` line repeats that of a subagent. Copies of one response have one key: message id and
request id. A copy that lacks one of them belongs to the response that has the other; a line with
neither stands alone. The largest copy is kept whole, among equals the latest, so that the order of
the lines and of the files does not matter. A sidechain line of a message that stands under another
key too is a replay: dropped, whichever came first; where all are sidechain lines, the earliest is
the original. Where no copy was written after the end of its response, the counts may be
placeholders, and the record says so. `costUSD` and `toolUseResult` are never counted. A line
without `type` that has `message.usage` counts (older versions wrote so).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import evolve, frozen

from pricelang.model.notes import Note
from pricelang.usage.fields import is_object, named_attributes, optional_object, shown, word
from pricelang.usage.formats.messages import read_message
from pricelang.usage.records import Place, Record, Skipped, UsageError
from pricelang.usage.response_ids import REQUEST, RESPONSE, named
from pricelang.usage.responses import where

FORMAT = "claude-code"
SYNTHETIC = "<synthetic>"
_ATTRIBUTES = {"session": "sessionId", "project": "cwd", "branch": "gitBranch"}
_PLACEHOLDER = 2
"""Tokens of output that stand in a line until the response has ended, at most."""
UNFINISHED = Note(
    "unfinished",
    "no copy of the response was written after its end: its count of output may be a placeholder",
)
Key = tuple[str | None, str | None, int]


@frozen
class Copy:
    """One line that gives the usage of a response.

    `key` tells responses apart. `rank` orders the copies of a response, the greatest is kept:
    size, then time. `finished` says that the response had ended when the line was written.
    """

    key: Key
    rank: tuple[int, str]
    sidechain: bool
    record: Record
    finished: bool = True


def copy(value: Mapping[str, object], place: Place, alone: int) -> Copy | Skipped:
    """The copy of a response that a line holds, or why it holds none. Raises `UsageError`.

    `alone` is a number that no other line has: it is the key of a line without ids.
    """
    message = value.get("message")
    if value.get("type") == "progress":
        return _of_progress(value, place, alone)
    if not is_object(message) and "usage" in value and value.get("type") != "system":
        raise UsageError(
            "unknown_record", "no transcript line: `usage` stands at the top and not in `message`"
        )
    if not is_object(message) or message.get("usage") is None:
        return Skipped(place, _no_usage(value, message))
    if message.get("model") == SYNTHETIC:
        return Skipped(place, "a synthetic message: no request was made")
    return copy_of(value, message, place, alone, FORMAT)


def copy_of(
    value: Mapping[str, object],
    message: Mapping[str, object],
    place: Place,
    alone: int,
    format: str,
) -> Copy:
    """The copy of a response that a line holds in its `message`. Raises `UsageError`."""
    message_id = word(message.get("id"), "message.id") or None
    request_id = word(value.get("requestId"), "requestId") or None
    at = word(value.get("timestamp"), "timestamp") or None
    optional_object(message, "usage", "message")
    read = read_message(message, at)
    ids = named(RESPONSE, message_id) + named(REQUEST, request_id)
    return Copy(
        key=(message_id, request_id, 0 if message_id or request_id else alone),
        rank=(read.top.total, at or ""),
        sidechain=value.get("isSidechain") is True,
        record=Record(read.parts, place, format, read.notes, _attributes(value), ids=ids),
        finished=message["stop_reason"] is not None
        if "stop_reason" in message
        else read.top.output > _PLACEHOLDER,
    )


def _of_progress(value: Mapping[str, object], place: Place, alone: int) -> Copy | Skipped:
    """The copy of a subagent's response that a line of progress repeats;
    its own transcript has the final one.
    """
    data = value.get("data")
    inner = data.get("message") if is_object(data) else None
    message = inner.get("message") if is_object(inner) else None
    if not is_object(inner) or not is_object(message) or not is_object(message.get("usage")):
        return Skipped(place, _no_usage(value, None))
    if message.get("model") == SYNTHETIC:
        return Skipped(place, "a synthetic message: no request was made")
    around = {key: value.get(key) for key in ("timestamp", *_ATTRIBUTES.values())}
    given = {key: found for key, found in inner.items() if found is not None}
    return copy_of({**around, **given, "isSidechain": True}, message, place, alone, FORMAT)


def _attributes(value: Mapping[str, object]) -> dict[str, str]:
    """The session of a line, and the folder and branch in which it was written.
    Only texts: no price depends on them.
    """
    found = {name: value.get(key) for name, key in _ATTRIBUTES.items()}
    return named_attributes(found)


def _no_usage(value: Mapping[str, object], message: object) -> str:
    kind = value.get("type")
    if kind == "assistant" or (is_object(message) and "usage" in message):
        return "an assistant line without usage"
    return f"a {shown(kind)} line" if isinstance(kind, str) and kind else "a line without usage"


class Transcripts:
    """The copies of all transcript lines read so far, of one file or of many."""

    def __init__(self) -> None:
        self._copies: dict[Key, Copy] = {}
        self._keys_of: dict[str, list[Key]] = {}

    def add(self, new: Copy) -> Skipped | None:
        """Take a copy in;
        the copy that loses against it or that it loses against is a duplicate, and is returned.
        """
        old = self._copies.get(new.key)
        if old is None:
            self._copies[new.key] = new
            if new.key[0] is not None:
                self._keys_of.setdefault(new.key[0], []).append(new.key)
            return None
        kept, lost = (new, old) if _outranks(new, old) else (old, new)
        # A response is a replay only when no copy of it comes from a main chain.
        both = old.sidechain and new.sidechain
        self._copies[new.key] = Copy(
            new.key, kept.rank, both, kept.record, old.finished or new.finished
        )
        return _lost(lost, kept)

    def outcomes(self) -> Iterator[tuple[Key, Record | Skipped]]:
        """Each response under its key, in the order in which the keys appeared."""
        lost: dict[Key, Skipped] = {}
        for key, kept in self._copies.items():
            original = self._original(key)
            if original is not kept:
                place = kept.record.place
                lost[key] = Skipped(
                    place, f"a replay of the response at {where(original.record.place, place)}"
                )
        finished = self._without_partial_keys(lost)
        for key, kept in self._copies.items():
            record = kept.record
            if key not in lost and not (kept.finished or key in finished):
                record = evolve(record, notes=(*record.notes, UNFINISHED))
            yield key, lost.get(key, record)

    def _original(self, key: Key) -> Copy:
        own = self._copies[key]
        keys = self._keys_of[key[0]] if key[0] is not None else []
        if len(keys) < 2 or not own.sidechain:
            return own
        copies = [self._copies[other] for other in keys]
        return min(
            copies,
            key=lambda copy: (copy.sidechain, copy.rank[1], -copy.rank[0], copy.key[1] or ""),
        )

    def _without_partial_keys(self, lost: dict[Key, Skipped]) -> set[Key]:
        """Adds to `lost` what a key with one id and a whole one count both;
        returns the keys of which a lost copy had ended.
        """
        partial = sorted(
            (
                key
                for key in self._copies
                if (key[0] is None) != (key[1] is None) and key not in lost
            ),
            key=repr,
        )
        if not partial:
            return set()
        whole: dict[tuple[int, str], list[Key]] = {}
        for key in self._copies:
            if key[0] is not None and key[1] is not None and key not in lost:
                whole.setdefault((0, key[0]), []).append(key)
                whole.setdefault((1, key[1]), []).append(key)
        standing = {key: key for keys in whole.values() for key in keys}
        finished: set[Key] = set()
        for key in partial:
            named_by = (0, key[0]) if key[0] is not None else (1, key[1] or "")
            if named_by not in whole:
                continue
            other = max(whole[named_by], key=lambda one: _order(self._copies[standing[one]]))
            before = standing[other]
            kept, less = (
                (key, before)
                if _outranks(self._copies[key], self._copies[before])
                else (before, key)
            )
            standing[other] = kept
            lost[less] = _lost(self._copies[less], self._copies[kept])
            if self._copies[less].finished or less in finished:
                finished.add(kept)
        return finished


def _lost(lost: Copy, kept: Copy) -> Skipped:
    place = lost.record.place
    return Skipped(place, f"a copy of the response at {where(kept.record.place, place)}")


def _outranks(new: Copy, old: Copy) -> bool:
    # Copies of one size and time that differ:
    # their written form settles it, so that any order keeps the same one.
    return new.rank > old.rank if new.rank != old.rank else _form(new) >= _form(old)


def _order(copy: Copy) -> tuple[object, ...]:
    return (copy.rank, *_form(copy), repr(copy.key))


def _form(copy: Copy) -> tuple[str, list[tuple[str, str]]]:
    return repr(copy.record.parts), sorted(copy.record.attributes.items())
