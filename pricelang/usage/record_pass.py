"""One pass over some files: each record to an outcome, seen with the records before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import IO

from attrs import evolve

from pricelang.present.text import joined
from pricelang.usage.fields import clean, is_object, type_name
from pricelang.usage.formats.registry import Read, format_of, reader_of
from pricelang.usage.formats.sse import merged
from pricelang.usage.io.documents import RunEvent, values_of
from pricelang.usage.io.file_trees import Open, opened_file
from pricelang.usage.io.files import (
    STDIN,
    BadArchive,
    Progress,
    is_zip,
    opened,
    standard_input,
)
from pricelang.usage.io.folders import RECORD_FILES, Beside, files_of_records, is_beside
from pricelang.usage.io.json_text import Decoder, JsonFault
from pricelang.usage.io.lines import Source, lines_of
from pricelang.usage.records import Outcome, Place, Record, Rejected, Skipped, UsageError, internal
from pricelang.usage.response_ids import is_chunk, is_partial, response_ids
from pricelang.usage.responses import Later, Responses
from pricelang.usage.shapes import identity, sdk_event
from pricelang.usage.summaries import FORMATS as SUMMARIES
from pricelang.usage.telemetry import EVENTS, METRICS, TelemetrySessions
from pricelang.usage.waiting import WaitingOutcomes

MAX_NAME = 4096
MAX_WAITING = 1000


class RecordPass:
    """One pass over some files:
    knows the responses so far and holds back what must come after them.
    """

    def __init__(
        self, format: str | None, keep_raw: bool = False, progress: Progress | None = None
    ) -> None:
        self._format, self._keep_raw, self._progress = format, keep_raw, progress
        self._decoder = Decoder()
        self._readers: dict[str, Read] = {}
        self._responses = Responses()
        self._telemetry = TelemetrySessions()
        self._waiting = WaitingOutcomes(self._responses, keep_raw)
        self._near: str | None = None
        self._lenient = False

    def all(self, sources: Iterable[tuple[Source | None, str]]) -> Iterator[Outcome]:
        """The outcomes of all sources, each open or to be opened by its path."""
        for source, file in sources:
            # What somebody else's stream raises is theirs;
            # all else is a fault of the file at hand, and stops no other.
            own = source is None or isinstance(source, str | bytes)
            outcomes = self._file(source, file) if source is not None else self._path(file)
            outcomes = _belted(outcomes, file) if own else outcomes
            for outcome in outcomes:
                yield from self._waiting.in_order(outcome)
        yield from self._end()

    def values(self, values: Iterable[Mapping[str, object]]) -> Iterator[Outcome]:
        """The outcomes of plain mappings in memory, events of streams among them."""
        items = ((0, item, value, None) for item, value in enumerate(values, 1))
        for _, item, value, _ in merged(items):
            for outcome in self._outcomes(value, None, item, "", None):
                yield from self._waiting.in_order(outcome)
        yield from self._end()

    def _end(self) -> Iterator[Outcome]:
        """What waited for the end of all sources."""
        self._waiting.settle()
        yield from self._waiting.known()
        yield from self._responses.uncounted()

    def _path(self, path: str, open: Open = opened_file) -> Iterator[Outcome | Later]:
        self._lenient = isinstance(path, Beside)
        if isinstance(path, Beside) and path.reason:
            yield Skipped(Place(clean(path, MAX_NAME)), path.reason)
            return
        try:
            # A ValueError counts only where it comes from the name.
            stream = standard_input() if path == STDIN else open(path)
        except (OSError, ValueError) as error:
            yield _unreadable(path, error)
            return
        try:
            if path != STDIN and is_zip(stream):
                yield from self._archive(path, stream)
            else:
                # What an archive holds is counted by the space that it takes there.
                progress = self._progress if open is opened_file else None
                yield from self._file(opened(stream, progress), path)
        except OSError as error:
            yield _unreadable(path, error)
        finally:
            if path != STDIN:
                stream.close()

    def _archive(self, path: str, stream: IO[bytes]) -> Iterator[Outcome | Later]:
        """The outcomes of the record files in an archive. Raises `BadArchive`."""
        from pricelang.usage.io.archives import Archive  # which few need

        archive = Archive(path, stream)
        files = files_of_records(archive)
        if not files:
            raise BadArchive(
                "bad_archive",
                f"the archive has no {joined(RECORD_FILES, 'or')} file",
                "a table in it is priced by itself: unpack the archive, and give its path",
            )
        for file in files:
            yield from self._path(file, archive.open)
            if self._progress is not None:
                self._progress.read += archive.packed_size(file)

    def _file(self, source: Source, file: str) -> Iterator[Outcome | Later]:
        name = clean(file, MAX_NAME)
        # Of which format a broken line was is told by the record before it,
        # and at the top of a file by the one behind.
        self._near = self._format
        waiting: list[tuple[Outcome | Later, bool]] = []
        for line, item, value, raw in merged(values_of(lines_of(source), self._decoder)):
            for outcome in self._outcomes(value, line, item, name, raw):
                broken = isinstance(outcome, Rejected) and _broken(value)
                if self._near is None and (broken or waiting) and len(waiting) < MAX_WAITING:
                    waiting.append((outcome, broken))
                    continue
                if waiting:
                    yield from (self._settled(*held) for held in waiting)
                    waiting = []
                yield self._settled(outcome, broken) if broken else outcome
        yield from (self._settled(*held) for held in waiting)

    def _settled(self, outcome: Outcome | Later, broken: bool) -> Outcome | Later:
        """A broken line of a transcript is skipped, for they are written while somebody works;
        any other is refused.
        """
        if not broken or not isinstance(outcome, Rejected) or self._near != "claude-code":
            return outcome
        return Skipped(outcome.place, f"a malformed or cut line ({outcome.message})", broken=True)

    def _outcomes(
        self, value: object, line: int | None, item: int | None, file: str, raw: str | None
    ) -> Iterator[Outcome | Later]:
        own = identity(value) if is_object(value) else None
        place = Place(file, line, own or (f"item {item}" if item is not None else None))
        try:
            for outcome in self._read(value, place, raw):
                if (
                    self._keep_raw
                    and isinstance(outcome, Record | Rejected)
                    and outcome.raw is None
                ):
                    outcome = evolve(outcome, raw=raw)
                if isinstance(outcome, Record) and outcome.format in (EVENTS, METRICS):
                    outcome = self._telemetry.settled(outcome)
                if isinstance(outcome, Record) and outcome.parts and outcome.format in SUMMARIES:
                    yield self._waiting.summary(outcome)
                    continue
                if isinstance(outcome, Skipped) and isinstance(value, dict) and is_chunk(value):
                    self._responses.chunk(value, outcome.place)
                yield (
                    self._once(outcome, value)
                    if isinstance(outcome, Record) and outcome.parts and isinstance(value, dict)
                    else outcome
                )
        except UsageError as error:
            refused = error.rejected(place)
            if self._lenient and is_beside(refused, raw):
                yield Skipped(place, f"no usage in it: {refused.message}")
            else:
                yield evolve(refused, raw=raw if self._keep_raw else None)
        except MemoryError:
            raise
        except Exception as error:
            yield evolve(internal(error).rejected(place), raw=raw if self._keep_raw else None)

    def _once(self, record: Record, value: Mapping[str, object]) -> Outcome | Later:
        """A record, unless its response counts already."""
        ids = record.ids or response_ids(record.format, value)
        return (
            self._responses.settled(record, ids, is_partial(record.format, value))
            if ids
            else record
        )

    def _read(self, value: object, place: Place, raw: str | None) -> Iterable[Outcome | Later]:
        if isinstance(value, JsonFault):
            raise UsageError(value.code, value.message, value.help)
        if isinstance(value, RunEvent):
            return (self._waiting.in_array(value.value, place),)
        if not is_object(value):
            raise UsageError(
                "wrong_type", f"a usage record is an object, and this is {type_name(value)}"
            )
        name = self._near = self._format or format_of(value)
        if name == "claude-code":
            return self._waiting.transcript_line(value, place, raw)
        if name == "claude-result":
            return self._waiting.of_run(sdk_event(value) or value, place, raw)
        return self._reader(name)(value, place)

    def _reader(self, name: str) -> Read:
        reader = self._readers.get(name)
        if reader is None:
            reader = self._readers[name] = reader_of(name)
        return reader


def _belted(outcomes: Iterator[Outcome | Later], file: str) -> Iterator[Outcome | Later]:
    try:
        yield from outcomes
    except MemoryError:
        raise
    except Exception as error:
        yield internal(error).rejected(Place(clean(file, MAX_NAME)))


def _broken(value: object) -> bool:
    """Decides whether a value is what is left of a line that is malformed or was cut,
    and no whole object that is refused.
    """
    return (
        value.syntax or value.code == "bad_utf8"
        if isinstance(value, JsonFault)
        else not is_object(value)
    )


def _unreadable(path: str, error: OSError | ValueError) -> Rejected:
    if isinstance(error, BadArchive):
        return Rejected(Place(clean(path, MAX_NAME)), error.code, error.message, error.help)
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Rejected(
        Place(clean(path, MAX_NAME)), "unreadable_file", f"cannot be read: {clean(reason.lower())}"
    )
