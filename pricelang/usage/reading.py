"""Usage records out of files, streams and memory:
documents or lines, each record to an outcome with its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pricelang.usage.fields import is_object
from pricelang.usage.formats.known_formats import FORMATS
from pricelang.usage.formats.registry import checked_format
from pricelang.usage.io.files import Progress
from pricelang.usage.io.lines import Source
from pricelang.usage.live.plain import plain_of
from pricelang.usage.live.usage_of import alone, usage_of
from pricelang.usage.record_pass import RecordPass
from pricelang.usage.records import Outcome, Place, Record, UsageError
from pricelang.usage.shapes import identity
from pricelang.usage.unknown_policy import checked_policy, settled

__all__ = [
    "FORMATS",
    "Progress",
    "message_record",
    "read",
    "read_path",
    "read_paths",
    "record_of",
    "usage_of",
]


def read(
    source: Source, file: str, format: str | None = None, *, unknown_counters: str = "refuse"
) -> Iterator[Outcome]:
    """The outcomes of one file, in the order in which its records first appear.

    `source` is an open file (binary or text), a whole text, or an iterable of lines; `file` is the
    name to report. `format` is one of `FORMATS`, or None to know each record by its shape.
    Transcript lines wait until the end, for a later copy of a response may be the one that counts;
    and whatever follows them waits with them.

    A line of a transcript that is malformed or cut is a `Skipped` that is `broken`; in any other
    file it is a `Rejected`. So is a record with a counter above zero that is not known, unless
    `unknown_counters` is `warn`: then a note says so.

    Raises `UsageError` at once for an unknown `format`;
    a bad record is a `Rejected`, never an exception.
    """
    return settled(RecordPass(checked_format(format)).all([(source, file)]), unknown_counters)


def read_path(
    path: str, format: str | None = None, *, unknown_counters: str = "refuse"
) -> Iterator[Outcome]:
    """The outcomes of the file at `path`, `-` for standard input.
    A file that cannot be opened is a `Rejected`.
    """
    return read_paths([path], format, unknown_counters=unknown_counters)


def read_paths(
    paths: Iterable[str],
    format: str | None = None,
    *,
    keep_raw: bool = False,
    progress: Progress | None = None,
    unknown_counters: str = "refuse",
) -> Iterator[Outcome]:
    """The outcomes of several files as if they were one:
    a response that two transcripts repeat counts once.

    Files may be packed by gzip or Zstandard. `keep_raw` keeps the text of each record with it;
    `progress` is told how much of the files was read. `unknown_counters` is as in `read`.
    """
    return settled(
        RecordPass(checked_format(format), keep_raw, progress).all((None, path) for path in paths),
        unknown_counters,
    )


def message_record(message: object, *, unknown_counters: str = "refuse") -> Record:
    """The record of a Messages response in memory:
    an Anthropic SDK object, or a mapping of the same form.

    A batch result or a token count does too. The place has no file.
    `unknown_counters` is as in `read`. Raises `UsageError` with code, message, help and place.

    >>> message = {"model": "claude-opus-5", "usage": {"input_tokens": 12, "output_tokens": 6}}
    >>> message_record(message).parts[0].usage
    {'input': 12, 'output': 6}
    """
    checked_policy(unknown_counters)
    value = plain_of(message)
    if not is_object(value):
        raise UsageError(
            "wrong_type",
            f"a message of the Python type `{type(message).__name__}` cannot be read",
            "give an object of the Anthropic SDK, or its dict",
            Place(""),
        )
    is_batch = "custom_id" in value and is_object(value.get("result"))
    place = Place("", None, identity(value))
    return alone("batch" if is_batch else "messages", value, place, unknown_counters)


def record_of(value: object, *, unknown_counters: str = "refuse") -> Record:
    """The record of an object in memory: `usage_of` by its older name. Raises `UsageError`.

    >>> record_of({"model": "claude-opus-5", "usage": {"input": 12}}).format
    'canonical'
    """
    return usage_of(value, unknown_counters=unknown_counters)
