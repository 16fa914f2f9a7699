"""What a usage record is read into: requests with their meters,
and the faults of what could not be read.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve, field, frozen

from pricelang.model.notes import Note
from pricelang.model.record_kinds import SINGLE, SUM, RecordKind
from pricelang.present.explained import ExplainedError, Help

__all__ = ["SINGLE", "SUM", "RecordKind"]


@frozen
class Place:
    """Where a record stands.

    `file` is the name as given, `-` for standard input, empty for a record in memory. `line` counts
    from 1 and is the line on which the record starts. `id` is the record's own id (`msg_…`,
    `custom_id`, a request id), or `item 3` in an array whose records have none.
    """

    file: str
    line: int | None = None
    id: str | None = None

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{where} ({self.id})" if where and self.id else where or self.id or "the record"


@frozen
class Part:
    """One request of a record, or a sum of several requests for one model.

    `model` is None where the record does not name one. `at` is the ISO date or instant as the
    record writes it. `dimensions` holds the values that the record states, those of a plain request
    too (`service_tier`, `speed`, `inference_geo`, `outcome`, `refusal_category`; a canonical record
    may state any). `usage` maps a meter to its raw quantity: token meters in tokens, searches and
    fetches in uses, times as written (`"90 minutes"`), a list where uses count one by one. `kind`
    is `sum` when the quantities add up several requests, so that a threshold cannot be
    decided from them. `sides` are statements that all hold for each request of a sum, such as
    `prompt over 200000`. `attributes` are what the record says besides and no price looks at
    (`session`, `workspace`, `key`, a tag), for reports to group by. `unsaid` are dimensions that
    the record cannot say though a price may depend on them, such as the `endpoint` of a response of
    Vertex AI: it has no price until somebody says them. `least` is the usage that would cost least
    where what was used is in doubt; None where it is not. `position` is what ladders of tiers have
    counted before the request, by their names, where it says that.
    """

    model: str | None
    at: str | None = None
    dimensions: Mapping[str, str] = field(factory=dict)
    usage: Mapping[str, object] = field(factory=dict)
    label: str = ""
    kind: RecordKind = SINGLE
    sides: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(factory=dict)
    unsaid: tuple[str, ...] = ()
    least: Mapping[str, object] | None = None
    position: Mapping[str, object] = field(factory=dict)


def within(part: Part, dimensions: Mapping[str, str], model: str | None = None) -> Part:
    """A part with the dimensions of what surrounds it, where it does not say otherwise,
    and with another `model` if one is given.
    """
    if not dimensions and (model is None or model == part.model):
        return part
    return Part(
        part.model if model is None else model,
        part.at,
        {**dimensions, **part.dimensions},
        part.usage,
        part.label,
        part.kind,
        part.sides,
        part.attributes,
        part.unsaid,
        part.least,
        part.position,
    )


@frozen
class Record:
    """A usage record that was read. Without parts nothing in it is billed, and a note says why.

    `attributes` hold for all parts that do not say otherwise. `raw` is its text, where the reading
    was asked to keep it. `ids` name its response, each with its kind (`response:msg_1`): a response
    counts once in a run, whoever tells it.
    """

    parts: tuple[Part, ...]
    place: Place
    format: str
    notes: tuple[Note, ...] = ()
    attributes: Mapping[str, str] = field(factory=dict)
    raw: str | None = field(default=None, eq=False, repr=False)
    ids: tuple[str, ...] = field(default=(), eq=False, repr=False)

    def carried(self) -> list[Mapping[str, str]]:
        """What each part carries, of its own or of the record."""
        return [
            {**self.attributes, **part.attributes} if part.attributes else self.attributes
            for part in self.parts
        ]


@frozen
class Skipped:
    """A line that is no usage record of its own (a prompt, a summary, a duplicate, a replay):
    counted, never priced.

    `broken` is a line of a transcript that is no JSON object,
    such as one that was cut while it was written.
    """

    place: Place
    reason: str
    broken: bool = False


@frozen
class Rejected:
    """A record that cannot be read:
    `code` is stable, `message` and `help` are for people, `raw` as in `Record`.
    """

    place: Place
    code: str
    message: str
    help: str | None = None
    raw: str | None = field(default=None, eq=False, repr=False)


Outcome = Record | Skipped | Rejected


def without_blanks(outcome: Outcome) -> Outcome:
    """An outcome without the dimensions that say nothing: a blank text says none, as in
    `fields.word`.
    """
    if not isinstance(outcome, Record) or not any(
        word.isspace() or not word for part in outcome.parts for word in part.dimensions.values()
    ):
        return outcome
    parts = [
        evolve(
            part, dimensions={name: word for name, word in part.dimensions.items() if word.strip()}
        )
        for part in outcome.parts
    ]
    return evolve(outcome, parts=tuple(parts))


class UsageError(ExplainedError):
    """A record that cannot be read, as an exception:
    the same code, message, help and place as `Rejected`.
    """

    def __init__(
        self, code: str, message: str, help: Help = None, place: Place | None = None
    ) -> None:
        super().__init__(code, message, help)
        self.place = place

    def rejected(self, place: Place) -> Rejected:
        """The fault as a value, at its own place or else at `place`."""
        return Rejected(self.place or place, self.code, self.message, self.help)


def too_deep() -> UsageError:
    """The fault of an object without an end that a reader could reach."""
    return UsageError("too_deep", "the object is nested too deeply, or stands in itself")


def internal(error: Exception) -> UsageError:
    """The fault of a record that nobody foresaw, so that it stops no other.
    The type of the exception says what to look for.
    """
    if isinstance(error, RecursionError):
        return too_deep()
    return UsageError(
        "internal",
        f"a fault of the reader: `{type(error).__name__}` on this record",
        "please report it with the record, its counts and texts replaced; `--format` may "
        "read it meanwhile",
    )
