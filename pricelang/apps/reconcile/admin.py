"""The pages of the Admin API's usage and cost reports to rows, each bucket once:
nothing is added across runs.
"""

from __future__ import annotations

import datetime
import itertools
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import IO

from attrs import frozen

from pricelang.apps.reconcile.keys import (
    METERS,
    TOKENS,
    WEB_SEARCH,
    BilledAmount,
    Key,
    Side,
    Unread,
    stated_by,
)
from pricelang.model.errors import BadRequest
from pricelang.model.instants import seconds_of, written
from pricelang.usage.fields import count, optional_count, optional_object, shown, type_name, word
from pricelang.usage.formats.admin_usage import KNOWN
from pricelang.usage.io.documents import values_of
from pricelang.usage.io.files import STDIN, opened, standard_input
from pricelang.usage.io.json_text import Decoder, JsonFault
from pricelang.usage.io.lines import lines_of
from pricelang.usage.records import UsageError
from pricelang.usage.unknown_policy import refuse_unknown

DAY = 86_400
_AMOUNT = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?\Z", re.ASCII)
_GEOS_THAT_MEAN_GLOBAL = ("not_available", "")


@frozen(eq=False)
class ReportRow:
    """A result of a bucket, with the day and the place of it."""

    day: str
    place: str
    values: Mapping[str, object]


@frozen(eq=False)
class Pages:
    """The rows of a report's pages, the days that its buckets cover, and what to know of them."""

    name: str
    rows: tuple[ReportRow, ...]
    start: str | None
    end: str | None
    notes: tuple[str, ...]


def documents(source: object, stdin: IO[bytes] | None = None) -> Iterator[tuple[str, object]]:
    """The JSON values of a source, each with its name:
    a path (a folder is read whole), `-`, a value, or a list of these.

    `stdin` is read for `-`, the program's own unless given.

    Raises `UsageError` for text that is no JSON and for a file that cannot be read.
    """
    if isinstance(source, Mapping):
        yield "(memory)", source
    elif isinstance(source, str | os.PathLike):
        for path in _files(str(os.fspath(source))):
            yield from _values(path, stdin)
    elif isinstance(source, Sequence):
        for number, item in enumerate(source, 1):
            if isinstance(item, Mapping):
                yield f"(memory, item {number})", item
            else:
                yield from documents(item)
    else:
        raise UsageError(
            "wrong_type",
            f"a report of the Python type `{type(source).__name__}` cannot be read",
            "give a path or the pages as dicts",
        )


def _files(path: str) -> list[str]:
    if path == STDIN or not os.path.isdir(path):
        return [path]
    found = sorted(
        str(file)
        for file in Path(path).rglob("*")
        if file.name.removesuffix(".gz").removesuffix(".zst").endswith((".json", ".jsonl"))
    )
    if not found:
        raise UsageError("unreadable_file", f"the folder {shown(path)} has no .json or .jsonl file")
    return found


def _values(path: str, stdin: IO[bytes] | None) -> Iterator[tuple[str, object]]:
    try:
        # closed below
        stream = (stdin or standard_input()) if path == STDIN else open(path, "rb")  # noqa: SIM115
    except (OSError, ValueError) as error:
        raise UsageError(
            "unreadable_file",
            f"{shown(path)} cannot be read: {getattr(error, 'strerror', None) or error}",
        ) from None
    try:
        for line, item, value, _ in values_of(lines_of(opened(stream)), Decoder()):
            name = path if line == 1 and item is None else f"{path}:{line}"
            if isinstance(value, JsonFault):
                raise UsageError(value.code, f"{shown(name)}: {value.message}", value.help)
            yield name, value
    except OSError as error:
        raise UsageError(
            "unreadable_file",
            f"{shown(path)} cannot be read: {error.strerror or error}",
            getattr(error, "help", None),
        ) from None
    finally:
        if path != STDIN:
            stream.close()


def is_page(value: object) -> bool:
    """Whether a value is a page of an Admin report: `data` with buckets."""
    if not isinstance(value, Mapping) or not isinstance(value.get("data"), list):
        return False
    data = value["data"]
    return all(isinstance(bucket, Mapping) and "results" in bucket for bucket in data) and (
        "has_more" in value or bool(data)
    )


def pages(found: Iterable[tuple[str, object]], what: str) -> Pages:
    """The rows of all pages, each bucket once.

    A bucket that comes again with the same rows is a page that was read twice, and is left out with
    a note. With other rows it is of another run: such runs are grouped otherwise, and are never
    added together.

    Raises `UsageError` for a value that is no page, and for buckets that overlap.
    """
    rows: list[ReportRow] = []
    notes: list[str] = []
    seen: dict[tuple[int, int], tuple[str, str]] = {}
    names: list[str] = []
    cursors: list[tuple[str, bool]] = []
    for name, page in found:
        if not isinstance(page, Mapping) or not is_page(page):
            path = "cost_report" if what == "cost report" else "usage_report/messages"
            raise UsageError(
                "unknown_report",
                f"{shown(name)} is not a page of a {what}: {type_name(page)} without buckets in "
                "`data`",
                f"give the JSON that `/v1/organizations/{path}` answers",
            )
        names.append(name)
        cursors.append((name, page.get("has_more") is True))
        for number, bucket in enumerate(page["data"]):
            place = f"{name} data[{number}]"
            span, day = _span(bucket, place)
            results = bucket["results"]
            if not isinstance(results, list):
                raise UsageError(
                    "wrong_type", f"{shown(place)}: `results` is {type_name(results)}, not a list"
                )
            content = json.dumps(results, sort_keys=True, default=str)
            if span in seen:
                before, same = seen[span]
                if content != same:
                    raise UsageError(
                        "overlapping_runs",
                        f"the bucket of {day} stands in {shown(before)} and in "
                        f"{shown(place)} with different rows",
                        "runs with different `group_by` must not be added together: give the "
                        "pages of one run",
                    )
                notes.append(f"{place} repeats {before}: counted once")
                continue
            seen[span] = (place, content)
            rows += [
                ReportRow(
                    day,
                    f"{place}.results[{index}]",
                    value if isinstance(value, Mapping) else {"": value},
                )
                for index, value in enumerate(results)
            ]
    if not names:
        raise UsageError("empty", f"the {what} is empty: it has no page")
    spans = sorted(seen)
    for left, right in itertools.pairwise(spans):
        if right[0] < left[1]:
            raise UsageError(
                "overlapping_runs",
                f"the buckets of {shown(seen[left][0])} and {shown(seen[right][0])} overlap",
                "give the pages of one run, with one `bucket_width`",
            )
    if cursors and cursors[-1][1] and sum(more for _, more in cursors) == len(cursors):
        notes.append(
            f"`has_more` is true on the last page of the {what}: pages that are not here may "
            "hold the rest"
        )
    start, end = (written(spans[0][0])[:10], _day_behind(spans[-1][1])) if spans else (None, None)
    return Pages(
        ", ".join(dict.fromkeys(re.sub(r":\d+\Z", "", name) for name in names)),
        tuple(rows),
        start,
        end,
        tuple(notes),
    )


def _day_behind(seconds: int) -> str:
    """The first day that begins at or after an instant."""
    return written(-(-seconds // DAY) * DAY)[:10]


def _span(bucket: Mapping[str, object], place: str) -> tuple[tuple[int, int], str]:
    """The start and end of a bucket in UTC seconds, and its day. Raises `UsageError`."""
    ends = []
    for key in ("starting_at", "ending_at"):
        text = word(bucket.get(key), f"{place}.{key}")
        if text is None:
            raise UsageError("missing_key", f"{shown(place, 200)}: `{key}` is missing")
        try:
            ends.append(seconds_of(text))
        except BadRequest as error:
            raise UsageError(error.code, f"{shown(place, 200)}: {error.message}") from None
    start, end = ends
    if not start < end <= start - start % DAY + DAY:
        raise UsageError(
            "bad_bucket",
            f"{shown(place, 200)}: a bucket lies within one UTC day, and this one is from "
            f"{written(start)} to {written(end)}",
            "ask for `bucket_width=1d` or less",
        )
    return (start, end), written(start - start % DAY)


# ---- rows ----------------------------------------------------------------------------------------


def geo_of(value: str | None) -> str | None:
    """The residency that a report states: what it calls `not_available` is global."""
    return "global" if value in _GEOS_THAT_MEAN_GLOBAL else value


@frozen(eq=False)
class CountedRow:
    """A row of a usage report: its key without a token type,
    the speed, and its quantities by meter.
    """

    key: Key
    speed: str | None
    quantities: Mapping[str, int]
    place: str


def counted(row: ReportRow, unknown_counters: str = "refuse") -> CountedRow:
    """A row of the usage report.
    Raises `UsageError`, for a counter that is not known too unless `unknown_counters` is `warn`.
    """
    values = row.values
    if "amount" in values and "uncached_input_tokens" not in values:
        raise UsageError(
            "unknown_report",
            "this is a row of a cost report, not of a usage report",
            "the usage report comes first, the cost report second",
        )
    refuse_unknown(values, KNOWN, "results", unknown_counters)
    words = {
        name: word(values.get(name), name)
        for name in (
            "workspace_id",
            "model",
            "service_tier",
            "context_window",
            "inference_geo",
            "speed",
        )
    }
    if not words["model"]:
        raise UsageError(
            "no_model", "the row names no model", "run the report with `group_by[]=model`"
        )
    quantities = {}
    split = optional_object(values, "cache_creation", "") or {}
    for name, meter in METERS.items():
        _, dot, inner = name.partition(".")
        found = optional_count(split, inner, "cache_creation") if dot else _required(values, name)
        if found:
            quantities[meter] = found
    searches = optional_count(
        optional_object(values, "server_tool_use", "") or {},
        "web_search_requests",
        "server_tool_use",
    )
    if searches:
        quantities[WEB_SEARCH] = searches
    key = Key(
        row.day,
        words["workspace_id"],
        None,
        words["model"],
        words["service_tier"],
        words["context_window"],
        geo_of(words["inference_geo"]),
    )
    return CountedRow(key, words["speed"], quantities, row.place)


def _required(values: Mapping[str, object], name: str) -> int:
    if values.get(name) is None:
        raise UsageError("missing_key", f"`{name}` is missing")
    return count(values[name], name)


def amount_of(value: object, path: str) -> Fraction:
    """An amount as it is written, exactly: a decimal string or a JSON number, never a float.
    Raises `UsageError`.
    """
    text = (
        value
        if isinstance(value, str)
        else format(value, "f")
        if isinstance(value, Decimal) and abs(value.adjusted()) < 40
        else str(value)
        if type(value) is int and abs(value) < 10**30
        else None
    )
    if text is None:
        raise UsageError("wrong_type", f"`{path}` is {type_name(value)}, not a decimal string")
    if not _AMOUNT.match(text):
        raise UsageError(
            "bad_amount",
            f"`{path}` is {shown(text)}, which is not a decimal of up to 30 digits on either "
            "side of its point",
        )
    return Fraction(text)


def billed(row: ReportRow) -> BilledAmount:
    """A row of the cost report; its `amount` is in cents. Raises `UsageError`."""
    values = row.values
    if "amount" not in values:
        swapped = "uncached_input_tokens" in values
        raise UsageError(
            "unknown_report" if swapped else "missing_key",
            "this is a row of a usage report, not of a cost report"
            if swapped
            else "`amount` is missing",
            "the usage report comes first, the cost report second" if swapped else None,
        )
    amount = amount_of(values["amount"], "amount") / 100
    names = (
        "currency",
        "cost_type",
        "description",
        "model",
        "service_tier",
        "token_type",
        "context_window",
        "inference_geo",
        "workspace_id",
    )
    words = {name: word(values.get(name), name) for name in names}
    if words["currency"] is None:
        raise UsageError("missing_key", "`currency` is missing")
    kind = words["cost_type"]
    if kind is None:
        raise UsageError(
            "not_grouped",
            "the row has no `cost_type`: it adds up costs of several kinds",
            "run the cost report with `group_by[]=description`",
        )
    key = Key(row.day, words["workspace_id"], kind)
    if kind == TOKENS:
        if words["token_type"] is not None and words["token_type"] not in METERS:
            raise UsageError(
                "unknown_token_type",
                f"`token_type` is {shown(words['token_type'])}",
                "known: " + ", ".join(METERS),
            )
        key = Key(
            row.day,
            words["workspace_id"],
            kind,
            words["model"],
            words["service_tier"],
            words["context_window"],
            geo_of(words["inference_geo"]),
            words["token_type"],
        )
    return BilledAmount(
        key, amount, words["currency"].upper(), row.place, words["description"] or ""
    )


def cost_side(found: Iterable[tuple[str, object]]) -> tuple[tuple[BilledAmount, ...], Side]:
    """The rows of a cost report, and what was read of it. Raises `UsageError`."""
    report = pages(found, "cost report")
    lines, unread = [], []
    for row in report.rows:
        try:
            lines.append(billed(row))
        except UsageError as error:
            if error.code == "unknown_report":
                raise
            unread.append(Unread(row.place, error.code, error.message, error.help))
    stated = stated_by([line.key for line in lines])
    return tuple(lines), Side(
        report.name,
        "Admin cost report",
        len(report.rows),
        report.start,
        report.end,
        stated,
        report.notes,
        tuple(unread),
    )


def day_after(day: str) -> str:
    """The day behind a day."""
    return (datetime.date.fromisoformat(day) + datetime.timedelta(days=1)).isoformat()
