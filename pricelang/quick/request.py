"""A plain request out of arguments, or out of one record on standard input or in a file;
None for anything less plain.
"""

from __future__ import annotations

import os
import stat
import sys

from pricelang.usage.request_flags import DIMENSIONS, METERS, STDIN, flag, quantity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_RECORD = 4_096
MAX_WORD = 200
MAX_PLAIN = 10**15
"""Whole quantities below this are plain."""

_FLAGS = {"--model": "model", "--at": "at", **{flag(name): name for name in (*METERS, *DIMENSIONS)}}


class Request:
    """A request: `usage` maps meters to whole quantities above zero;
    `place` is (file, line, id) for a record.
    """

    __slots__ = ("as_json", "at", "dimensions", "model", "place", "usage")

    def __init__(
        self,
        model: str,
        at: str | None,
        dimensions: dict[str, str],
        usage: dict[str, int],
        as_json: bool,
        place: tuple[str, int, str | None] | None = None,
    ) -> None:
        self.model, self.at, self.dimensions, self.usage = model, at, dimensions, usage
        self.as_json, self.place = as_json, place


def request_of(arguments: Sequence[str]) -> Request | None:
    """The request of a command line (without the program's name), where it is a plain `price`."""
    if not arguments or arguments[0] != "price":
        return None
    given: dict[str, str] = {}
    files: list[str] = []
    as_json = False
    rest = iter(arguments[1:])
    for argument in rest:
        if argument == "--json":
            as_json = True
        elif argument.startswith("--"):
            name, equals, value = argument.partition("=")
            if not equals:
                value = next(rest, "")
            key = _FLAGS.get(name)
            if key is None or key in given or not value or value.startswith("-"):
                return None
            given[key] = value
        elif argument == STDIN or not argument.startswith("-"):
            files.append(argument)
        else:
            return None
    usage = {name: given[name] for name in METERS if name in given}
    dimensions = {name: given[name] for name in DIMENSIONS if name in given}
    if usage:
        counts = {name: plain_count(quantity(text)) for name, text in usage.items()}
        model = given.get("model")
        if files or model is None or not all(counts.values()):
            return None
        return Request(
            model,
            given.get("at"),
            dimensions,
            {name: count or 0 for name, count in counts.items()},
            as_json,
        )
    if len(files) > 1:
        return None
    file = files[0] if files else STDIN
    data = _waiting() if file == STDIN else _file(file)
    return (
        None
        if data is None
        else _record_request(data, file, given.get("model"), given.get("at"), dimensions, as_json)
    )


def plain_count(value: object) -> int | None:
    """A whole quantity above zero, as a number or as plain digits; None for anything else."""
    if isinstance(value, str):
        digits = value.replace(",", "") if value[:1] != "," else ""
        value = int(digits) if len(digits) <= 15 and digits.isascii() and digits.isdigit() else 0
    return value if type(value) is int and 0 < value < MAX_PLAIN else None


# ---- records -------------------------------------------------------------------------------------


def _file(path: str) -> bytes | None:
    if not path.isprintable() or len(path) > MAX_RECORD:
        return None
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return None
        with open(path, "rb") as stream:
            return stream.read(MAX_RECORD + 1)
    except (OSError, ValueError):
        return None


def _waiting() -> bytes | None:
    """What standard input holds, where all of it has come already.
    Nothing is taken: the ordinary way can still read it.
    """
    try:
        handle = sys.stdin.fileno()
        found = os.fstat(handle)
        if stat.S_ISREG(found.st_mode):
            rest = found.st_size - os.lseek(handle, 0, os.SEEK_CUR)
            if not 0 < rest <= MAX_RECORD:
                return None
            data = _ahead()
            return data if len(data) == rest else None
        if not stat.S_ISFIFO(found.st_mode):
            return None
        from select import POLLHUP, POLLIN, poll

        waiting = poll()
        waiting.register(handle, POLLIN)
        # Somebody who writes a record and waits for its price
        # before the next one must not be waited for.
        if not any(event & POLLIN for _, event in waiting.poll(0)):
            return None
        data = _ahead()
        events = [event for _, event in waiting.poll(0)]
        return data if events and events[0] & POLLHUP and not events[0] & POLLIN else None
    except (OSError, ValueError, AttributeError, ImportError):
        return None


def _ahead() -> bytes:
    """What one read of standard input gives, left in its buffer."""
    return bytes(getattr(sys.stdin.buffer, "peek")())  # noqa: B009 (not every buffer has it, says the type)


def _record_request(
    data: bytes,
    file: str,
    model: str | None,
    at: str | None,
    dimensions: dict[str, str],
    as_json: bool,
) -> Request | None:
    """The request of a canonical record;
    `model`, `at` and `dimensions` hold where it says nothing.
    """
    import json

    if not data.startswith(b"{") or len(data) > MAX_RECORD or b"\r" in data:
        return None
    try:
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=_once, parse_float=_odd, parse_constant=_odd
        )
    except (ValueError, RecursionError):
        return None
    usage, id = value.pop("usage", None), value.pop("id", None)
    model, at = value.pop("model", None) or model, value.pop("at", None) or at
    words = (model, *([] if at is None else [at]), *([] if id is None else [id]), *value.values())
    if not all(
        isinstance(word, str) and word and word.isprintable() and len(word) <= MAX_WORD
        for word in words
    ):
        return None
    if (
        not isinstance(usage, dict)
        or not usage
        or not all(name in METERS and type(count) is int for name, count in usage.items())
    ):
        return None
    if not all(name in DIMENSIONS for name in value) or not all(map(plain_count, usage.values())):
        return None
    return Request(str(model), at, {**dimensions, **value}, usage, as_json, (file, 1, id))


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _odd(text: str) -> object:
    raise ValueError(text)
