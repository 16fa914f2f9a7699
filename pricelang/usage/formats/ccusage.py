"""Reports of `ccusage --json` to sums: by day, week, month, session or block,
with a part for each model.

Counters are disjoint unless a total says otherwise; the lifetime of cache writes is not told. A row
of several models needs its breakdown, which must add up to the row. Rows of two kinds of reports
count the same requests, so only the first kind of a run counts; a row that is given twice is a
copy. A model with `-fast` behind it ran in fast mode.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from attrs import evolve, field, frozen

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters
from pricelang.usage.fields import (
    clean,
    is_object,
    model_id,
    named_attributes,
    require_object,
    word,
    wrong_type,
)
from pricelang.usage.formats.ccusage_counts import TOP, counts_of, known_of, models_of
from pricelang.usage.formats.repeated_rows import SeenRows
from pricelang.usage.io.json_text import written
from pricelang.usage.records import SUM, Outcome, Part, Place, Record, Rejected, Skipped, UsageError
from pricelang.usage.unknown import note_unknown

FORMAT = "ccusage"
_LISTS = ("daily", "weekly", "monthly", "sessions", "session", "blocks")
_TIMES = {
    "daily": ("date", "period"),
    "weekly": ("week", "period"),
    "monthly": ("month", "period"),
    "session": ("lastActivity", "firstActivity", "date"),
    "blocks": ("startTime", "blockStart"),
    "entries": ("timestamp",),
}
_SYNTHETIC = "<synthetic>"
_FAST = "-fast"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CALENDAR = re.compile(rf"({'|'.join(_MONTHS)}) (?:([0-9]{{1,2}}), )?([0-9]{{4}})\Z")


@frozen
class Seen:
    """The kind of the first report of a run, and its rows by what they are of."""

    kinds: list[str] = field(factory=list)
    rows: SeenRows = field(factory=SeenRows)


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is a report, or a row of one."""
    if is_row(value):
        return True
    for rows in _lists(value):
        if isinstance(rows, list) and all(is_object(row) and _has_counts(row) for row in rows):
            return bool(rows) or "totals" in value or "summary" in value
    projects = value.get("projects")
    return (
        is_object(projects)
        and "totals" in value
        and all(isinstance(rows, list) for rows in projects.values())
    )


def is_row(value: Mapping[str, object]) -> bool:
    """Decides whether an object is a row of a report that somebody took out of it."""
    return ("modelBreakdowns" in value or "modelsUsed" in value or "isGap" in value) and (
        _has_counts(value)
    )


def _has_counts(row: Mapping[str, object]) -> bool:
    return "inputTokens" in row or "tokenCounts" in row


def _lists(value: Mapping[str, object]) -> Iterator[object]:
    for name in _LISTS:
        if name in value:
            yield value[name]
    if value.get("type") in _LISTS and "data" in value:
        yield value["data"]
    if "entries" in value and "sessionId" in value:
        yield value["entries"]


def start() -> Callable[[Mapping[str, object], Place], Iterator[Outcome]]:
    """A function that reads reports, and knows those before."""
    seen = Seen()
    return lambda value, place: _outcomes(seen, value, place)


def _outcomes(seen: Seen, value: Mapping[str, object], place: Place) -> Iterator[Outcome]:
    empty = True
    for kind, project, rows in _reports(value):
        if not isinstance(rows, list):
            raise wrong_type(kind, rows, "a list")
        for number, row in enumerate(rows, 1):
            empty = False
            spot = evolve(place, id=f"row {number}")
            try:
                row = require_object(row, kind)
                yield _once(seen, kind, project, row, _spot(row, kind, spot))
            except UsageError as error:
                yield Rejected(spot, error.code, error.message, error.help, written(row))
    if empty:
        yield Skipped(place, "a report without rows")


def _reports(value: Mapping[str, object]) -> Iterator[tuple[str, str | None, object]]:
    """The rows of a report with their kind, and the project that they are of."""
    if is_row(value):
        yield _kind_of(value), None, [value]
        return
    for name in _LISTS:
        if name in value:
            yield name.replace("sessions", "session"), None, value[name]
    if value.get("type") in _LISTS and "data" in value:
        yield str(value["type"]).replace("sessions", "session"), None, value["data"]
    if "entries" in value and "sessionId" in value:
        yield "entries", None, value["entries"]
    projects = value.get("projects")
    for name, rows in projects.items() if is_object(projects) else ():
        yield "daily", clean(str(name)), rows


def _kind_of(row: Mapping[str, object]) -> str:
    return next(
        (
            kind
            for kind, names in _TIMES.items()
            if any(name in row for name in names if name != "period")
        ),
        "daily",
    )


def _spot(row: Mapping[str, object], kind: str, place: Place) -> Place:
    for name in ("sessionId", "session", "id", *_TIMES[kind]):
        text = row.get(name)
        if isinstance(text, str) and text:
            return evolve(place, id=clean(text))
    return place


def _once(
    seen: Seen, kind: str, project: str | None, row: Mapping[str, object], place: Place
) -> Outcome:
    """The record of a row that no other row counts. Raises `UsageError`."""
    if row.get("isGap") is True:
        return Skipped(place, "a gap between blocks")
    record = _record(kind, project, row, place)
    if kind not in seen.kinds:
        seen.kinds.append(kind)
    if kind != seen.kinds[0]:
        raise UsageError(
            "overlapping_reports",
            f"a report of the kind `{seen.kinds[0]}` stands before, and may count the same "
            "requests",
            "price reports of two kinds apart",
        )
    names = (kind, project, place.id, row.get("agent"), row.get("project"), row.get("projectPath"))
    if kind == "entries":
        return record
    return seen.rows.once(names, record, "give the newest report alone")


def _record(kind: str, project: str | None, row: Mapping[str, object], place: Place) -> Record:
    notes: list[Note] = []
    note_unknown(row, known_of(row), "row", notes)
    at = _at(kind, row, notes)
    parts = []
    for name, counters in _by_model(row, notes):
        if name == _SYNTHETIC:
            continue
        model = model_id(name, "modelName", notes)
        dimensions = {}
        if model is not None and model.startswith("claude-") and model.endswith(_FAST):
            model, dimensions = model.removesuffix(_FAST), {"speed": "fast"}
        if counters.total:
            parts.append(Part(model, at, dimensions, counters.meters(), kind=SUM))
    if not parts:
        notes.append(Note("nothing_billed", "no model was used: nothing billed"))
    given = {
        "day": at[:10] if at is not None else None,
        "project": project or row.get("project") or row.get("projectPath"),
        "session": row.get("sessionId") or row.get("session"),
        "agent": row.get("agent"),
    }
    attributes = named_attributes(given)
    return Record(tuple(parts), place, FORMAT, tuple(dict.fromkeys(notes)), attributes)


def _at(kind: str, row: Mapping[str, object], notes: list[Note]) -> str | None:
    name = next((name for name in _TIMES[kind] if row.get(name)), None)
    at = word(row.get(name), name) if name is not None else None
    if at is None:
        return None
    at = _of_calendar(at)
    if kind == "monthly" and len(at) == len("2026-09"):
        at += "-01"
    first = row.get("firstActivity")
    same_day = isinstance(first, str) and first[:10] == at[:10]
    if kind in ("weekly", "monthly") or (kind == "session" and not same_day):
        notes.append(
            Note("period", f"usage of more than a day may stand in the row: priced as of {at[:10]}")
        )
    return at


def _of_calendar(text: str) -> str:
    """A day or a month as reports on Codex write it (`Sep 16, 2026`, `Sep 2026`) in the form of
    all others; any other text as it is.
    """
    found = _CALENDAR.match(text)
    if found is None:
        return text
    month = f"{found[3]}-{_MONTHS.index(found[1]) + 1:02}"
    return f"{month}-{int(found[2]):02}" if found[2] else month


def _by_model(row: Mapping[str, object], notes: list[Note]) -> Iterator[tuple[object, Counters]]:
    """What each model of a row used. Raises `UsageError` where the row does not say it."""
    whole = counts_of(require_object(row.get("tokenCounts", row), "tokenCounts"), row, TOP)
    models, entries = models_of(row)
    if entries is not None:
        found = []
        for name, entry, path in entries:
            note_unknown(entry, known_of(entry), path, notes)
            found.append((name, counts_of(entry, entry, path)))
        told = [
            sum(getattr(one, key) for _, one in found)
            for key in ("input", "output", "read", "written")
        ]
        if told != [whole.input, whole.output, whole.read, whole.written]:
            raise UsageError(
                "bad_counts",
                f"the models of the row count {sum(told):,} tokens, and the row {whole.total:,}",
                "one of the two leaves something out: make the report anew",
            )
        yield from found
    elif len(models) == 1 or not whole.total:
        yield (models[0] if models else None), whole
    else:
        raise UsageError(
            "no_model",
            f"the row has {len(models)} models and does not say what each of them used",
            "make a report with `modelBreakdowns`, such as `ccusage daily --json --breakdown`",
        )
