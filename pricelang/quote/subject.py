"""What a program gives to compare or to expect: paths, objects in memory, or records that were read already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from os import PathLike, fspath

from pricelang.rating.errors import BadRequest
from pricelang.usage.reading import read_paths, record_of
from pricelang.usage.records import Outcome, Record, Rejected, Skipped, UsageError


def outcomes_from(usage: object) -> Iterator[Outcome]:
    """The records of a path (`-` is standard input), an object or several of either, one after the other.

    Raises `BadRequest` for an object that cannot be read.
    """
    if isinstance(usage, str | PathLike):
        yield from read_paths([fspath(usage)])
    elif isinstance(usage, Record | Skipped | Rejected):
        yield usage
    elif isinstance(usage, Iterable) and not isinstance(usage, Mapping | bytes) and not hasattr(usage, "model_dump"):
        for each in usage:
            yield from outcomes_from(each)
    else:
        try:
            yield record_of(usage)
        except UsageError as error:
            raise BadRequest(error.code, error.message, help=error.help) from None
