"""Usage records out of files, streams and memory: documents or lines, each record to an outcome with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from attrs import evolve

from .documents import RunEvent, values_of
from .fields import clean, type_name
from .files import STDIN, BadArchive, Progress, opened, standard_input
from .formats import FORMATS, Read, checked_format, format_of, reader_of
from .json_text import Decoder, JsonFault
from .lines import Source, lines_of
from .records import Outcome, Place, Record, Rejected, Skipped, UsageError
from .shapes import identity
from .sse import merged

if TYPE_CHECKING:
    from .claude_code import Transcripts

__all__ = ["FORMATS", "Progress", "message_record", "read", "read_path", "read_paths", "record_of"]

MAX_NAME = 4096
MAX_WAITING = 1000


def read(source: Source, file: str, format: str | None = None) -> Iterator[Outcome]:
    """The outcomes of one file, in the order in which its records first appear.

    `source` is an open file (binary or text), a whole text, or an iterable of lines; `file` is the name to report.
    `format` is one of `FORMATS`, or None to know each record by its shape. Transcript lines wait until the end, for a
    later copy of a response may be the one that counts; and whatever follows them waits with them.

    A line of a transcript that is malformed or cut is a `Skipped` that is `broken`; in any other file it is a `Rejected`.

    Raises `UsageError` at once for an unknown `format`; a bad record is a `Rejected`, never an exception.
    """
    return _Reading(checked_format(format)).all([(source, file)])


def read_path(path: str, format: str | None = None) -> Iterator[Outcome]:
    """The outcomes of the file at `path`, `-` for standard input. A file that cannot be opened is a `Rejected`."""
    return read_paths([path], format)


def read_paths(
    paths: Iterable[str], format: str | None = None, *, keep_raw: bool = False, progress: Progress | None = None
) -> Iterator[Outcome]:
    """The outcomes of several files as if they were one: a response that two transcripts repeat counts once.

    Files may be packed by gzip or Zstandard. `keep_raw` keeps the text of each record with it; `progress` is told how
    much of the files was read.
    """
    return _Reading(checked_format(format), keep_raw, progress).all((None, path) for path in paths)


def message_record(message: object) -> Record:
    """The record of a Messages response in memory: an Anthropic SDK object, or a mapping of the same form.

    A batch result or a token count does too. The place has no file. Raises `UsageError` with code, message, help and
    place.

    >>> message_record({"model": "claude-opus-5", "usage": {"input_tokens": 12, "output_tokens": 6}}).parts[0].usage
    {'input': 12, 'output': 6}
    """
    dump = getattr(message, "model_dump", None)
    value = dump() if callable(dump) else message
    if not isinstance(value, Mapping):
        raise UsageError(
            "wrong_type",
            f"a message of the Python type `{type(message).__name__}` cannot be read",
            "give an object of the Anthropic SDK, or its dict",
            Place(""),
        )
    place = Place("", None, identity(value))
    is_batch = "custom_id" in value and isinstance(value.get("result"), Mapping)
    try:
        (found,) = reader_of("batch" if is_batch else "messages")(value, place)
    except UsageError as error:
        error.place = error.place or place
        raise
    assert isinstance(found, Record)
    return found


def record_of(value: object) -> Record:
    """The record of an object in memory: a canonical record, else as `message_record`. Raises `UsageError`.

    >>> record_of({"model": "claude-opus-5", "usage": {"input": 12}}).format
    'canonical'
    """
    if isinstance(value, Mapping) and format_of(value) == "canonical":
        (found,) = reader_of("canonical")(value, Place("", None, identity(value)))
        assert isinstance(found, Record)
        return found
    return message_record(value)


class _Reading:
    """One pass over some files: knows the transcript lines so far and holds back what must come after them."""

    def __init__(self, format: str | None, keep_raw: bool = False, progress: Progress | None = None) -> None:
        self._format, self._keep_raw, self._progress = format, keep_raw, progress
        self._decoder = Decoder()
        self._readers: dict[str, Read] = {}
        self._transcripts: Transcripts | None = None
        self._held: list[Outcome | tuple[str | None, str | None, int]] = []
        self._lines = 0
        self._near: str | None = None

    def all(self, sources: Iterable[tuple[Source | None, str]]) -> Iterator[Outcome]:
        for source, file in sources:
            outcomes = self._file(source, file) if source is not None else self._path(file)
            for outcome in outcomes:
                if self._held and not isinstance(outcome, Skipped):
                    self._held.append(outcome)
                else:
                    yield outcome
        settled = dict(self._transcripts.outcomes()) if self._transcripts else {}
        for held in self._held:
            yield settled[held] if isinstance(held, tuple) else held

    def _path(self, path: str) -> Iterator[Outcome]:
        try:
            # A ValueError counts only where it comes from the name.
            stream = standard_input() if path == STDIN else open(path, "rb")  # noqa: SIM115
        except (OSError, ValueError) as error:
            yield _unreadable(path, error)
            return
        try:
            yield from self._file(opened(stream, self._progress), path)
        except OSError as error:
            yield _unreadable(path, error)
        finally:
            if path != STDIN:
                stream.close()

    def _file(self, source: Source, file: str) -> Iterator[Outcome]:
        name = clean(file, MAX_NAME)
        # Of which format a broken line was is told by the record before it, and at the top of a file by the one behind.
        self._near = self._format
        waiting: list[tuple[Outcome, bool]] = []
        for line, item, value, raw in merged(values_of(lines_of(source), self._decoder)):
            for outcome in self._outcomes(value, line, item, name, raw):
                broken = isinstance(outcome, Rejected) and _broken(value)
                if self._near is None and (broken or waiting) and len(waiting) < MAX_WAITING:
                    waiting.append((outcome, broken))
                    continue
                yield from (self._settled(*held) for held in waiting)
                waiting = []
                yield self._settled(outcome, broken)
        yield from (self._settled(*held) for held in waiting)

    def _settled(self, outcome: Outcome, broken: bool) -> Outcome:
        """A broken line of a transcript is skipped, for they are written while somebody works; any other is refused."""
        if not broken or not isinstance(outcome, Rejected) or self._near != "claude-code":
            return outcome
        return Skipped(outcome.place, f"a malformed or cut line ({outcome.message})", broken=True)

    def _outcomes(self, value: object, line: int, item: int | None, file: str, raw: str | None) -> Iterator[Outcome]:
        own = identity(value) if isinstance(value, Mapping) else None
        place = Place(file, line, own or (f"item {item}" if item is not None else None))
        try:
            for outcome in self._read(value, place, raw):
                if self._keep_raw and not isinstance(outcome, Skipped) and outcome.raw is None:
                    outcome = evolve(outcome, raw=raw)
                yield outcome
        except UsageError as error:
            yield evolve(error.rejected(place), raw=raw if self._keep_raw else None)

    def _read(self, value: object, place: Place, raw: str | None) -> Iterable[Outcome]:
        if isinstance(value, JsonFault):
            return (Rejected(place, value.code, value.message, value.help),)
        if isinstance(value, RunEvent):
            return (Skipped(place, "an event of a run: its result counts it"),)
        if not isinstance(value, Mapping):
            return (Rejected(place, "wrong_type", f"a usage record is an object, and this is {type_name(value)}"),)
        name = self._near = self._format or format_of(value)
        if name == "claude-code":
            return self._transcript_line(value, place, raw)
        reader = self._readers.get(name)
        if reader is None:
            reader = self._readers[name] = reader_of(name)
        return reader(value, place)

    def _transcript_line(self, value: Mapping[str, object], place: Place, raw: str | None) -> tuple[Skipped, ...]:
        from .claude_code import Transcripts, copy

        self._lines += 1
        read = copy(value, place, self._lines)
        if isinstance(read, Skipped):
            return (read,)
        if self._keep_raw:
            read = evolve(read, record=evolve(read.record, raw=raw))
        if self._transcripts is None:
            self._transcripts = Transcripts()
        duplicate = self._transcripts.add(read)
        if duplicate is None:
            self._held.append(read.key)
            return ()
        return (duplicate,)


def _broken(value: object) -> bool:
    """Whether a value is what is left of a line that is malformed or was cut, and no whole object that is refused."""
    return value.syntax or value.code == "bad_utf8" if isinstance(value, JsonFault) else not isinstance(value, Mapping)


def _unreadable(path: str, error: OSError | ValueError) -> Rejected:
    if isinstance(error, BadArchive):
        return Rejected(Place(clean(path, MAX_NAME)), error.code, error.message, error.help)
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Rejected(Place(clean(path, MAX_NAME)), "unreadable_file", f"cannot be read: {clean(reason.lower())}")
