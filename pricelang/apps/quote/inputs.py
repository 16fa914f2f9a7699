"""What a program or a command gives to compare or to expect:
paths, objects in memory, records, request bodies.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from os import PathLike, fspath
from typing import Any, cast

from pricelang.apps.quote.scenarios import RequestBody, is_body
from pricelang.model.errors import BadRequest
from pricelang.usage.io.documents import values_of
from pricelang.usage.io.files import STDIN
from pricelang.usage.io.json_text import Decoder, JsonFault
from pricelang.usage.io.lines import Source, lines_of
from pricelang.usage.reading import read, read_paths, record_of
from pricelang.usage.records import Outcome, Place, Record, Rejected, Skipped, UsageError

HEAD = 65_536
"""What is looked at of a file before it is read as one of request bodies."""


def outcomes_from(usage: object, unknown_counters: str = "refuse") -> Iterator[Outcome]:
    """The records of a path (`-` is standard input),
    an object or several of either, one after the other.

    Raises `BadRequest` for an object that cannot be read.
    """
    if isinstance(usage, str | PathLike):
        yield from read_paths([fspath(usage)], unknown_counters=unknown_counters)
    elif isinstance(usage, Record | Skipped | Rejected):
        yield usage
    elif (
        isinstance(usage, Iterable)
        and not isinstance(usage, Mapping | bytes)
        and not hasattr(usage, "model_dump")
    ):
        for each in usage:
            yield from outcomes_from(each, unknown_counters)
    else:
        try:
            yield record_of(usage, unknown_counters=unknown_counters)
        except UsageError as error:
            raise BadRequest(error.code, error.message, help=error.help) from None


def subjects_from(
    usage: object, output: int | None = None, unknown_counters: str = "refuse"
) -> Iterator[Outcome | RequestBody]:
    """As `outcomes_from`, and request bodies too, whose answers have `output` tokens.
    Raises `BadRequest`.
    """
    if is_body(usage):
        yield RequestBody(usage, output=output)
    elif isinstance(usage, str | PathLike):
        yield from subjects_of([fspath(usage)], None, output, unknown_counters=unknown_counters)
    elif isinstance(usage, list | tuple):
        for each in usage:
            yield from subjects_from(each, output, unknown_counters)
    else:
        yield from outcomes_from(usage, unknown_counters)


def subjects_of(
    files: Sequence[str],
    format: str | None,
    output: int | None = None,
    usage: Mapping[str, object] | None = None,
    unknown_counters: str = "refuse",
) -> Iterator[Outcome | RequestBody]:
    """The request bodies of files, where the first file has one;
    else their records, as `read_paths`.

    Raises `UsageError` for an unknown format,
    and `BadRequest` for `output` or `usage` beside records, which have their own.
    """
    stdin = (
        io.BufferedReader(cast(io.RawIOBase, sys.stdin.buffer), HEAD)
        if tuple(files) == (STDIN,)
        else None
    )
    if format is None and files and _begins_with_body(files[0], stdin):
        return _bodies(files, stdin, output, usage or {})
    if output is not None or usage:
        raise BadRequest(
            "bad_usage",
            "quantities are flags of a single request or of request bodies, and these files "
            "have records",
        )
    if stdin is not None:
        return read(stdin, STDIN, format, unknown_counters=unknown_counters)
    return read_paths(files, format, unknown_counters=unknown_counters)


def _begins_with_body(file: str, stdin: Any) -> bool:
    """Decides whether the first value of a file is a request body;
    of standard input, whether its first bytes look like one.
    """
    if stdin is not None:
        return _looks(stdin.peek(HEAD))
    if file == STDIN:
        return False
    try:
        with open(file, "rb") as stream:
            if not _looks(stream.read(HEAD)):
                return False
            stream.seek(0)
            first = next(iter(values_of(lines_of(stream), Decoder())), None)
    except (OSError, ValueError):
        return False  # reading it says so with its place
    return first is not None and is_body(first[2])


def _looks(head: bytes) -> bool:
    return (b'"messages"' in head or b'"params"' in head) and b'"input_tokens"' not in head


def _bodies(
    files: Sequence[str], stdin: Any, output: int | None, usage: Mapping[str, object]
) -> Iterator[Outcome | RequestBody]:
    for file in files:
        try:
            # standard input is not ours to close
            stream = stdin if stdin is not None else open(file, "rb")  # noqa: SIM115
        except (OSError, ValueError) as error:
            yield Rejected(Place(file), "unreadable_file", f"cannot be read: {error}")
            continue
        try:
            for line, item, value, _ in values_of(lines_of(cast(Source, stream)), Decoder()):
                own = value.get("custom_id") if isinstance(value, Mapping) else None
                place = Place(
                    file,
                    line,
                    own if isinstance(own, str) else f"item {item}" if item is not None else None,
                )
                if isinstance(value, JsonFault):
                    yield Rejected(place, value.code, value.message, value.help)
                else:
                    yield RequestBody(value, place, output, usage)
        finally:
            if stdin is None:
                stream.close()
