"""The pages of the Admin API's reports to rows, each bucket once: nothing is added across runs."""

from __future__ import annotations

import datetime
import itertools
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import define, field, frozen

from pricelang.apps.reconcile.cost_analytics import as_buckets, is_analytics
from pricelang.model.errors import BadRequest
from pricelang.model.instants import DAY, seconds_of, written
from pricelang.usage.fields import shown, type_name, word
from pricelang.usage.records import UsageError


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


def is_page(value: object) -> bool:
    """Says whether a value is a page of an Admin report: `data` with buckets."""
    if not isinstance(value, Mapping) or not isinstance(value.get("data"), list):
        return False
    data = value["data"]
    if is_analytics(data):
        return True
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
    buckets = _Buckets()
    names: list[str] = []
    more: list[bool] = []
    for name, value in found:
        page = _page(name, value, what)
        names.append(name)
        more.append(page.get("has_more") is True)
        for number, bucket in enumerate(page["data"]):
            buckets.add(bucket, f"{name} data[{number}]")
    if not names:
        raise UsageError("empty", f"the {what} is empty: it has no page")
    start, end = buckets.period()
    notes = list(buckets.notes)
    if all(more):
        notes.append(
            f"`has_more` is true on the last page of the {what}: pages that are not here may "
            "hold the rest"
        )
    files = dict.fromkeys(re.sub(r":\d+\Z", "", name) for name in names)
    return Pages(", ".join(files), tuple(buckets.rows), start, end, tuple(notes))


def _page(name: str, value: object, what: str) -> Mapping[str, Any]:
    if isinstance(value, Mapping) and is_page(value):
        data = value["data"]
        return {**value, "data": as_buckets(data)} if is_analytics(data) else value
    path = "cost_report" if what == "cost report" else "usage_report/messages"
    raise UsageError(
        "unknown_report",
        f"{shown(name)} is not a page of a {what}: {type_name(value)} without buckets in `data`",
        f"give the JSON that `/v1/organizations/{path}` answers",
    )


@define(eq=False)
class _Buckets:
    """The buckets of all pages by their spans: their places, and what they hold."""

    rows: list[ReportRow] = field(factory=list)
    notes: list[str] = field(factory=list)
    seen: dict[tuple[int, int], tuple[str, str]] = field(factory=dict)

    def add(self, bucket: Mapping[str, Any], place: str) -> None:
        """Adds a bucket; one that comes again with the same rows is noted."""
        span, day = _span(bucket, place)
        results = bucket["results"]
        if not isinstance(results, list):
            raise UsageError(
                "wrong_type", f"{shown(place)}: `results` is {type_name(results)}, not a list"
            )
        content = json.dumps(results, sort_keys=True, default=str)
        if span not in self.seen:
            self.seen[span] = (place, content)
            for index, value in enumerate(results):
                values = value if isinstance(value, Mapping) else {"": value}
                self.rows.append(ReportRow(day, f"{place}.results[{index}]", values))
            return
        before, same = self.seen[span]
        if content != same:
            raise UsageError(
                "overlapping_runs",
                f"the bucket of {day} stands in {shown(before)} and in {shown(place)} with "
                "different rows",
                "runs with different `group_by` must not be added together: give the pages of "
                "one run",
            )
        self.notes.append(f"{place} repeats {before}: counted once")

    def period(self) -> tuple[str | None, str | None]:
        """The first day, and the day behind the last.
        Raises `UsageError` for buckets that overlap.
        """
        spans = sorted(self.seen)
        for left, right in itertools.pairwise(spans):
            if right[0] < left[1]:
                raise UsageError(
                    "overlapping_runs",
                    f"the buckets of {shown(self.seen[left][0])} and "
                    f"{shown(self.seen[right][0])} overlap",
                    "give the pages of one run, with one `bucket_width`",
                )
        return (written(spans[0][0])[:10], _day_behind(spans[-1][1])) if spans else (None, None)


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


def day_after(day: str) -> str:
    """The day behind a day."""
    return (datetime.date.fromisoformat(day) + datetime.timedelta(days=1)).isoformat()
