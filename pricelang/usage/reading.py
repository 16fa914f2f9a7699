"""Usage records out of files, streams and memory:
documents or lines, each record to an outcome with its place.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from attrs import evolve

from pricelang.usage.fields import clean, is_object, type_name
from pricelang.usage.formats.registry import FORMATS, Read, checked_format, format_of, reader_of
from pricelang.usage.formats.sse import merged
from pricelang.usage.io.documents import RunEvent, values_of
from pricelang.usage.io.files import STDIN, BadArchive, Progress, opened, standard_input
from pricelang.usage.io.folders import Beside, is_beside
from pricelang.usage.io.json_text import Decoder, JsonFault
from pricelang.usage.io.lines import Source, lines_of
from pricelang.usage.records import Outcome, Place, Record, Rejected, Skipped, UsageError, internal
from pricelang.usage.response_ids import is_chunk, is_partial, response_ids
from pricelang.usage.responses import Later, Responses, is_unfinished
from pricelang.usage.shapes import identity, is_event, is_summary
from pricelang.usage.unknown import checked_policy, settled

if TYPE_CHECKING:
    from pricelang.usage.formats.claude_code import Copy, Key, Transcripts
    from pricelang.usage.runs import Runs

__all__ = ["FORMATS", "Progress", "message_record", "read", "read_path", "read_paths", "record_of"]

MAX_NAME = 4096
MAX_WAITING = 1000


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
    return settled(_Reading(checked_format(format)).all([(source, file)]), unknown_counters)


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
        _Reading(checked_format(format), keep_raw, progress).all((None, path) for path in paths),
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
    dump = getattr(message, "model_dump", None)
    value = dump() if callable(dump) else message
    if not is_object(value):
        raise UsageError(
            "wrong_type",
            f"a message of the Python type `{type(message).__name__}` cannot be read",
            "give an object of the Anthropic SDK, or its dict",
            Place(""),
        )
    place = Place("", None, identity(value))
    is_batch = "custom_id" in value and is_object(value.get("result"))
    return _alone("batch" if is_batch else "messages", value, place, unknown_counters)


def record_of(value: object, *, unknown_counters: str = "refuse") -> Record:
    """The record of an object in memory: a canonical record, else as `message_record`.
    Raises `UsageError`.

    >>> record_of({"model": "claude-opus-5", "usage": {"input": 12}}).format
    'canonical'
    """
    if is_object(value) and format_of(value) == "canonical":
        return _alone("canonical", value, Place("", None, identity(value)), unknown_counters)
    return message_record(value, unknown_counters=unknown_counters)


def _alone(format: str, value: Mapping[str, object], place: Place, unknown_counters: str) -> Record:
    """The record of one object. Raises `UsageError`, with a place."""
    try:
        (found,) = settled(reader_of(format)(value, place), unknown_counters)
        if isinstance(found, Rejected):
            raise UsageError(found.code, found.message, found.help, found.place)
    except UsageError as error:
        error.place = error.place or place
        raise
    except MemoryError:
        raise
    except Exception as error:
        failed = internal(error)
        failed.place = place
        raise failed from error
    if not isinstance(found, Record):
        raise UsageError("no_usage", f"no usage in it: {found.reason}", None, place)
    return found


class _Reading:
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
        self._transcripts: Transcripts | None = None
        self._runs: Runs | None = None
        self._copies: dict[Key, Later] = {}
        self._summaries: list[tuple[Record, Later]] = []
        self._held: deque[Outcome | Later] = deque()
        self._lines = 0
        self._near: str | None = None
        self._lenient = False

    def all(self, sources: Iterable[tuple[Source | None, str]]) -> Iterator[Outcome]:
        for source, file in sources:
            # What somebody else's stream raises is theirs;
            # all else is a fault of the file at hand, and stops no other.
            own = source is None or isinstance(source, str | bytes)
            outcomes = self._file(source, file) if source is not None else self._path(file)
            outcomes = _belted(outcomes, file) if own else outcomes
            for outcome in outcomes:
                if isinstance(outcome, Later) or (self._held and not isinstance(outcome, Skipped)):
                    self._held.append(outcome)
                    yield from self._known()
                else:
                    yield outcome
        self._settle()
        yield from self._known()
        yield from self._responses.uncounted()

    def _known(self) -> Iterator[Outcome]:
        """What is held back, up to the first outcome that is not known yet."""
        while self._held:
            first = self._held[0]
            outcome = first.outcome if isinstance(first, Later) else first
            if outcome is None:
                return
            self._held.popleft()
            yield outcome

    def _settle(self) -> None:
        """Decides all that waits for the end of the last file."""
        if self._runs is not None:
            for event in self._runs.rest():
                self._add_copy(event.copy, event.later)
        # Copies with a final count come first: what is open elsewhere never counts beside one.
        unfinished: list[tuple[Key, Record]] = []
        for key, found in self._transcripts.outcomes() if self._transcripts else ():
            if not isinstance(found, Record):
                self._copies[key].outcome = found
            elif is_unfinished(found):
                unfinished.append((key, found))
            else:
                self._settle_copy(key, found)
        self._responses.finish()
        for key, record in unfinished:
            self._settle_copy(key, record)
        for record, later in self._summaries:
            counted = "a summary of the transcripts, which count"
            later.outcome = (
                Skipped(record.place, counted) if self._transcripts is not None else record
            )

    def _settle_copy(self, key: Key, found: Record) -> None:
        """Decides a response of a transcript, whose copies are settled among themselves."""
        outcome = self._responses.last(found)
        if isinstance(outcome, Record) and self._runs is not None:
            outcome = self._runs.against(outcome)
        self._copies[key].outcome = outcome

    def _path(self, path: str) -> Iterator[Outcome | Later]:
        self._lenient = isinstance(path, Beside)
        if isinstance(path, Beside) and path.reason:
            yield Skipped(Place(clean(path, MAX_NAME)), path.reason)
            return
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
        self, value: object, line: int, item: int | None, file: str, raw: str | None
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
            return (self._run_events().in_array(value.value, place),)
        if not is_object(value):
            raise UsageError(
                "wrong_type", f"a usage record is an object, and this is {type_name(value)}"
            )
        name = self._near = self._format or format_of(value)
        if name == "claude-code":
            return self._transcript_line(value, place, raw)
        if name == "claude-result":
            return self._of_run(value, place, raw)
        return self._reader(name)(value, place)

    def _reader(self, name: str) -> Read:
        reader = self._readers.get(name)
        if reader is None:
            reader = self._readers[name] = reader_of(name)
        return reader

    def _of_run(
        self, value: Mapping[str, object], place: Place, raw: str | None
    ) -> Iterable[Outcome | Later]:
        """The outcome of the result of a run, or of one of its events."""
        if is_event(value):
            self._lines += 1
            return (self._run_events().event(value, place, self._lines),)
        found = list(self._reader("claude-result")(value, place))
        (record,) = found
        if not isinstance(record, Record):
            return found
        if is_summary(value):
            later = Later()
            self._summaries.append((evolve(record, raw=raw if self._keep_raw else None), later))
            return (later,)
        return (self._run_events().result(value, record),)

    def _run_events(self) -> Runs:
        if self._runs is None:
            from pricelang.usage.runs import Runs

            self._runs = Runs(self._responses)
        return self._runs

    def _transcript_line(
        self, value: Mapping[str, object], place: Place, raw: str | None
    ) -> tuple[Skipped | Later, ...]:
        from pricelang.usage.formats.claude_code import copy

        self._lines += 1
        read = copy(value, place, self._lines)
        if isinstance(read, Skipped):
            return (read,)
        if self._keep_raw:
            read = evolve(read, record=evolve(read.record, raw=raw))
        later = Later()
        self._add_copy(read, later)
        # A later copy may be the one that counts:
        # the place of a response is that of its first, and is decided at the end.
        return (later.outcome if isinstance(later.outcome, Skipped) else later,)

    def _add_copy(self, copy: Copy, later: Later) -> None:
        from pricelang.usage.formats.claude_code import Transcripts

        if self._transcripts is None:
            self._transcripts = Transcripts()
        later.outcome = self._transcripts.add(copy)
        if later.outcome is None:
            self._copies[copy.key] = later


def _belted(outcomes: Iterator[Outcome | Later], file: str) -> Iterator[Outcome | Later]:
    try:
        yield from outcomes
    except MemoryError:
        raise
    except Exception as error:
        yield internal(error).rejected(Place(clean(file, MAX_NAME)))


def _broken(value: object) -> bool:
    """Whether a value is what is left of a line that is malformed or was cut,
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
