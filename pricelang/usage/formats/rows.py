"""Plain rows to requests: a model, a date and counts of tokens side by side, as people export them.

The names are known in any spelling (`input_tokens`, `inputTokens`, `Input Tokens`). Names of the
Claude API count the cache outside of the input. Of other names a column of totals decides; without
one a row with a cache is refused, for both readings are common and differ in price. A row that
holds several requests, or whose date is a day, is a sum. What else a row says is for reports to
group by.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from attrs import frozen

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters, writes_of
from pricelang.usage.fields import clean, model_id, word
from pricelang.usage.formats.row_names import (
    AT,
    COUNTER,
    GIVEN,
    LIMIT,
    MODEL,
    SAID,
    is_apart,
    meant_by,
    plain,
)
from pricelang.usage.inclusive import StatedTotal, disjoint
from pricelang.usage.records import (
    SINGLE,
    SUM,
    Outcome,
    Part,
    Place,
    Record,
    RecordKind,
    Skipped,
    UsageError,
)
from pricelang.usage.several import REQUESTS, several
from pricelang.usage.stated import stated
from pricelang.usage.times import instant, milliseconds
from pricelang.usage.unknown import note_key
from pricelang.usage.written_counts import count_of

FORMAT = "rows"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_SECONDS = re.compile(r"\d{10}(?:\.\d+)?\Z", re.ASCII)
_MOST_ATTRIBUTES = 20
_TOTALS = frozenset(("total", "totals", "grand total", "sum"))
_OF_OTHERS = ("usage", "message", "messages", "response", "result", "type", "object")


@frozen
class RowColumns:
    """A row by the plain names of its columns: its counters by what they count, and the rest."""

    names: frozenset[str]
    counts: Mapping[str, tuple[str, int]]
    rest: Mapping[str, object]


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object has counts of tokens at its top, in and out, beside a model or a
    date.
    """
    if any(key in value for key in _OF_OTHERS):
        return False
    names = {plain(key) for key in value}
    meant = {meant_by(name) for name in names}
    return (
        "output" in meant
        and not {"input", "prompt"}.isdisjoint(meant)
        and not names.isdisjoint((*MODEL, *AT))
    )


def outcomes(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
    """The request of a row, or the sum that it is. Raises `UsageError`."""
    notes: list[Note] = []
    columns = _columns(value, notes)
    if any(_is_total(columns.rest.get(name)) for name in (*MODEL, *AT)):
        return (Skipped(place, "a row of totals"),)
    counters = _counters(columns, notes)
    usage = counters.meters()
    _, searches = columns.counts.get("web_search", ("", 0))
    if searches:
        usage["web_search"] = searches
    at = _at(columns.rest)
    dimensions = stated(columns.rest, "", SAID)
    said = {name: word(columns.rest.get(name), name) for name in GIVEN}
    dimensions |= {name: text for name, text in said.items() if text is not None}
    is_day = at is not None and _DAY.match(at) is not None
    kind: RecordKind = SUM if is_day or several(columns.rest) else SINGLE
    model = next((columns.rest[one] for one in MODEL if columns.rest.get(one)), None)
    part = Part(model_id(model, "model", notes), at, dimensions, usage, kind=kind)
    return (Record((part,), place, FORMAT, tuple(notes), _attributes(columns.rest)),)


def _is_total(cell: object) -> bool:
    """Decides whether a cell that should say a model or a day says that its row adds up others."""
    return isinstance(cell, str) and cell.strip().rstrip(":").lower() in _TOTALS


def _columns(value: Mapping[str, object], notes: list[Note]) -> RowColumns:
    """Raises `UsageError` where two columns count the same and differ."""
    counts: dict[str, tuple[str, int]] = {}
    rest: dict[str, object] = {}
    names = set()
    for key, cell in value.items():
        name = plain(key)
        meant = meant_by(name)
        if meant is None:
            rest.setdefault(name, cell)
            if COUNTER.search(name) and not LIMIT.search(name):
                note_key(key, cell, (), notes)
            continue
        number = count_of(cell, key)
        if number is None:
            continue
        names.add(name)
        before = counts.setdefault(meant, (key, number))
        if before[1] != number:
            raise UsageError(
                "bad_counts",
                f"`{clean(before[0])}` ({before[1]}) and `{clean(key)}` ({number}) count the same "
                "and differ",
            )
    return RowColumns(frozenset(names), counts, rest)


def _counters(columns: RowColumns, notes: list[Note]) -> Counters:
    """The disjoint counters of a row. Raises `UsageError` where nothing tells the cache apart."""
    found = {meant: number for meant, (_, number) in columns.counts.items()}
    into = found.get("input", found.get("prompt"))
    if into is None or "output" not in found:
        raise UsageError("missing_key", "the row has no count of input or none of output")
    if "input" in found and "prompt" in found:
        raise UsageError(
            "bad_counts",
            f"`{clean(columns.counts['input'][0])}` and `{clean(columns.counts['prompt'][0])}` may "
            "count the same tokens",
            "keep one of the two columns",
        )
    writes = writes_of(found.get("written"), (found.get("5m"), found.get("1h")), notes)
    told = Counters(into, found["output"], found.get("read", 0), *writes)
    name = clean(columns.counts["input" if "input" in found else "prompt"][0])
    total = found.get("total")
    stated_total = StatedTotal(clean(columns.counts["total"][0]), total) if total else None
    apart = is_apart(columns.names)
    if told.read + told.written and not apart and stated_total is None:
        raise UsageError(
            "bad_counts",
            f"whether `{name}` ({told.input:,}) holds the {told.read + told.written:,} tokens of "
            "the cache is not known",
            "a column of totals says it, and so does `--map`: `--map input=COLUMN-CACHE` or "
            "`--map 'input=\"COLUMN\"'`",
        )
    return disjoint(told, name, inside=False, total=stated_total)


def _at(rest: Mapping[str, object]) -> str | None:
    """The instant of a row: of several columns the first that says one."""
    for name in AT:
        value = rest.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        if isinstance(value, str):
            text = value.strip()
            if _SECONDS.match(text):
                return instant(int(text[:10]), name)
            return milliseconds(text, name) if len(text) == 13 else word(text, name)
        if isinstance(value, int) and value >= 10**11:
            return milliseconds(value, name)
        return instant(value, name)
    return None


def _attributes(rest: Mapping[str, object]) -> dict[str, str]:
    """What a row says besides, by the names of its columns."""
    used = {*MODEL, *AT, *SAID, *GIVEN, *REQUESTS}
    found: dict[str, str] = {}
    for name, cell in rest.items():
        if len(found) >= _MOST_ATTRIBUTES:
            break
        if name and name not in used and isinstance(cell, str) and cell.strip():
            found[clean(name, 60)] = clean(cell.strip(), 100)
    return found
