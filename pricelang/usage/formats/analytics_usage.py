"""Rows of the analytics of an organization to sums: the usage of each user, and rows of a group.

`{"data": [ROW, …]}`, where a row has the counters of the Admin usage report at its top, or under
`usage` beside a `group`. Rows have a time only where the report was asked for buckets; one without
a time is of as many days as was asked for. The total of a row must be the sum of its counters. A
row that stands on another page too is a copy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from attrs import evolve

from pricelang.model.notes import Note
from pricelang.usage.fields import clean, is_object, require_object, word, wrong_type
from pricelang.usage.formats.admin_usage import usage_row
from pricelang.usage.formats.repeated_rows import SeenRows
from pricelang.usage.inclusive import total_of
from pricelang.usage.io.json_text import written
from pricelang.usage.records import Outcome, Place, Record, Rejected, UsageError

FORMAT = "analytics-usage"
_COUNT = "uncached_input_tokens"
_BESIDE = ("actor", "starting_at", "ending_at", "total_tokens", "group", "usage", "amount")
_TAGS = ("claude_tag_category", "claude_tag_user_id")


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is a page of such rows, or a row that was taken out of one."""
    rows = value.get("data", [value])
    return isinstance(rows, list) and bool(rows) and is_object(rows[0]) and _is_row(rows[0])


def _is_row(row: Mapping[str, object]) -> bool:
    usage = row.get("usage")
    if "group" in row and is_object(usage):
        return _COUNT in usage
    # Cells of a CSV are texts, and its rows are for `rows`.
    return _COUNT in row and not isinstance(row[_COUNT], str)


def start() -> Callable[[Mapping[str, object], Place], Iterator[Outcome]]:
    """A function that reads pages, and knows the rows of those before."""
    seen = SeenRows()
    return lambda value, place: _outcomes(seen, value, place)


def _outcomes(seen: SeenRows, value: Mapping[str, object], place: Place) -> Iterator[Outcome]:
    rows = value.get("data", [value])
    if not isinstance(rows, list):
        raise wrong_type("data", rows, "a list")
    for number, row in enumerate(rows, 1):
        spot = evolve(place, id=f"row {number}")
        try:
            yield _once(seen, require_object(row, "data"), spot)
        except UsageError as error:
            yield Rejected(spot, error.code, error.message, error.help, written(row))


def _once(seen: SeenRows, row: Mapping[str, object], place: Place) -> Outcome:
    record = _record(row, place)
    group = row.get("group")
    names = written(
        {
            key: value
            for key, value in {**row, **(group if is_object(group) else {})}.items()
            if value is None or isinstance(value, str) or key == "actor"
        }
    )
    return seen.once(names, record, "give the pages of one run, not of two")


def _record(row: Mapping[str, object], place: Place) -> Record:
    flat = dict(row)
    for key in ("group", "usage"):
        inner = row.get(key)
        if is_object(inner):
            flat |= inner
    counted = {key: value for key, value in flat.items() if key not in (*_BESIDE, *_TAGS)}
    begins = word(flat.get("starting_at"), "starting_at")
    record = usage_row(counted, begins, place, FORMAT)
    total = total_of(flat, ("total_tokens",), "")
    tokens = sum(
        number
        for meter, number in record.parts[0].usage.items()
        if isinstance(number, int) and not meter.startswith("web_")
    )
    if total is not None and total.count != tokens:
        raise UsageError(
            "bad_total",
            f"`total_tokens` is {total.count:,}, and the counters add up to {tokens:,}",
            "it is not known which of its counters is wrong: correct the row",
        )
    actor = flat.get("actor")
    email = actor.get("email") or actor.get("email_address") if is_object(actor) else None
    attributes = dict(record.attributes)
    if isinstance(email, str) and email:
        attributes["user"] = clean(email)
    notes = record.notes
    if begins is None:
        text = "the row has no time, and may be of many days: priced as of the day that is given"
        notes = (*notes, Note("period", text))
    return evolve(record, attributes=attributes, notes=notes)
