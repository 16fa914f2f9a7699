"""A page of the Admin API's usage report to records:
a row is a sum of requests, and each row counts once.

`data` is a list of buckets with `starting_at`, `ending_at` and `results`; pages of one run have
buckets of their own, in any order and in any number of files. A row has the keys of
`uncached_input_tokens` and the like, its day is that of its bucket. What the report was not grouped
by is null: without `model` a row has no price, nor without `service_tier` until one is given. A
null workspace is also the default one.

A row that stands in a bucket of another page already is a copy, and is skipped. Another row of a
bucket that an earlier page covers belongs to a report that was grouped or filtered otherwise:
unless the two say different values of something, both may count the same requests, so it is
refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from attrs import frozen

from pricelang.model.notes import Note
from pricelang.usage.counters import SPLIT, counters_of
from pricelang.usage.fields import (
    clean,
    is_object,
    optional_count,
    optional_object,
    require_object,
    shown,
    word,
    wrong_type,
)
from pricelang.usage.io.json_text import written
from pricelang.usage.records import SUM, Outcome, Part, Place, Record, Rejected, Skipped, UsageError
from pricelang.usage.stated import stated
from pricelang.usage.unknown import known_names, note_unknown

FORMAT = "admin-usage"
_ATTRIBUTES = {
    "workspace": "workspace_id",
    "key": "api_key_id",
    "user": "account_id",
    "service_account": "service_account_id",
    "product": "product",
    "group": "rbac_group_id",
    "channel": "slack_channel_id",
}
_DIMENSIONS = ("model", "service_tier", "context_window", "inference_geo", "speed")
_COUNTS = (
    "uncached_input_tokens",
    "cache_read_input_tokens",
    "cache_creation",
    "output_tokens",
    "server_tool_use",
    "requests",
)
KNOWN = known_names(
    *_ATTRIBUTES.values(),
    *_DIMENSIONS,
    *_COUNTS,
    cache_creation=SPLIT,
    server_tool_use=known_names("web_search_requests"),
)
_TIERS = ("standard", "batch", "priority")
# A threshold below that of 200,000, as the one of 100,000 tokens is,
# stays open in the shorter window.
_WINDOWS = {"0-200k": ("prompt up to 200000",), "200k-1M": ("prompt over 200000",)}
_MOST_ROWS = 1_000_000


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is a page of a usage report, by the names of its counts;
    or a page without any row.
    """
    rows = _first_rows(value)
    if rows is None:
        return False
    return is_empty(value) or any(is_object(row) and "uncached_input_tokens" in row for row in rows)


def is_empty(value: Mapping[str, object]) -> bool:
    """Decides whether an object is a page of a report without a row, of usage or of costs."""
    rows = _first_rows(value)
    return rows is not None and not rows and "has_more" in value


def _first_rows(value: Mapping[str, object]) -> list[object] | None:
    buckets = value.get("data")
    if not isinstance(buckets, list):
        return None
    rows: list[object] = []
    for bucket in buckets:
        results = bucket.get("results") if is_object(bucket) else None
        if not isinstance(results, list):
            return None
        rows += results[:1]
    return rows


@frozen
class _Seen:
    """A row that was read: its bucket, what it is of, its counts, its page and its place."""

    start: str
    end: str
    names: tuple[str | None, ...]
    counts: str
    page: int
    place: Place


def start() -> Callable[[Mapping[str, object], Place], Iterable[Outcome]]:
    """A function that reads pages, and knows the rows of those before."""
    return _Pages().outcomes


class _Pages:
    """The rows of all pages so far, by the day on which their bucket begins."""

    def __init__(self) -> None:
        self._pages = self._rows = 0
        self._by_day: dict[str, list[_Seen]] = {}

    def outcomes(self, value: Mapping[str, object], place: Place) -> Iterator[Outcome]:
        """The rows of a page. Raises `UsageError` where it is no page."""
        self._pages += 1
        buckets = value.get("data")
        if not isinstance(buckets, list):
            raise wrong_type("data", buckets, "a list of buckets")
        if not buckets:
            yield Skipped(place, "a page without buckets")
        for number, bucket in enumerate(buckets, 1):
            where = f"bucket {number}"
            rows = bucket.get("results") if is_object(bucket) else None
            if not is_object(bucket) or not isinstance(rows, list):
                yield Rejected(
                    _at(place, where),
                    "wrong_type",
                    "a bucket is an object with a list `results`",
                    None,
                    written(bucket),
                )
                continue
            if not rows:
                yield Skipped(_at(place, where), "a bucket without usage")
            for index, row in enumerate(rows, 1):
                spot = _at(place, f"{where}, row {index}")
                try:
                    yield self._row(require_object(row, "results"), bucket, spot)
                except UsageError as error:
                    yield Rejected(spot, error.code, error.message, error.help, written(row))

    def _row(
        self, row: Mapping[str, object], bucket: Mapping[str, object], place: Place
    ) -> Record | Skipped:
        begins = word(bucket.get("starting_at"), "starting_at")
        ends = word(bucket.get("ending_at"), "ending_at") or begins
        if not begins or not ends:
            raise UsageError(
                "missing_key", "`starting_at` is missing: the price of a row depends on its day"
            )
        record = usage_row(row, begins, place)
        names = tuple(word(row.get(key), key) for key in (*_ATTRIBUTES.values(), *_DIMENSIONS))
        seen = _Seen(
            begins, ends, names, written({key: row.get(key) for key in _COUNTS}), self._pages, place
        )
        copy = self._met(seen)
        if copy is not None:
            return Skipped(place, f"a copy of the row at {copy}")
        self._remember(seen)
        return record

    def _met(self, new: _Seen) -> Place | None:
        """The place of the row that `new` is a copy of.
        Raises `UsageError` where both may count the same requests.
        """
        for old in self._by_day.get(new.start[:10], ()):
            if old.page == new.page or not (
                (old.start < new.end and new.start < old.end) or old.start == new.start
            ):
                continue
            if (old.start, old.end, old.names) == (new.start, new.end, new.names):
                if old.counts == new.counts:
                    return old.place
                raise UsageError(
                    "changed_row",
                    f"this row stands with other counts at {old.place}",
                    "give the pages of one run, not of two",
                )
            if not any(
                one is not None and other is not None and one != other
                for one, other in zip(old.names, new.names, strict=True)
            ):
                raise UsageError(
                    "overlapping_reports",
                    f"this row may count what the row at {old.place} counts: its bucket "
                    "stands on another page too",
                    "rows of reports with different groups or widths of buckets are never "
                    "added up: price them apart",
                )
        return None

    def _remember(self, row: _Seen) -> None:
        self._rows += 1
        if self._rows > _MOST_ROWS:
            raise UsageError(
                "too_large",
                f"more than {_MOST_ROWS:,} rows in one run",
                "price the report in parts",
            )
        # A bucket is at most a day wide, so that one which overlaps it begins on the same day.
        self._by_day.setdefault(row.start[:10], []).append(row)


def usage_row(
    row: Mapping[str, object], begins: str | None, place: Place, format: str = FORMAT
) -> Record:
    """The record of a row, which is of the day on which it begins. Raises `UsageError`."""
    notes: list[Note] = []
    note_unknown(row, KNOWN, "results", notes)
    model = word(row.get("model"), "model")
    if not model:
        raise UsageError(
            "no_model",
            "`model` is null: the report was not grouped by model",
            "ask for it with `group_by[]=model`",
        )
    usage = {
        "input_tokens": row.get("uncached_input_tokens"),
        "output_tokens": row.get("output_tokens"),
        "cache_read_input_tokens": row.get("cache_read_input_tokens"),
        "cache_creation": row.get("cache_creation"),
    }
    meters = counters_of(usage, "results", notes).meters(plain=True)
    tools = optional_object(row, "server_tool_use", "results") or {}
    searches = optional_count(tools, "web_search_requests", "results.server_tool_use")
    if searches:
        meters["web_search"] = searches
    dimensions, sides = _dimensions(row, notes)
    given = {name: word(row.get(key), key) for name, key in _ATTRIBUTES.items()}
    attributes = {"day": begins[:10]} if begins else {}
    attributes |= {name: clean(text) for name, text in given.items() if text}
    unsaid = ("service_tier",) if "service_tier" not in dimensions else ()
    part = Part(model, begins, dimensions, meters, kind=SUM, sides=sides, unsaid=unsaid)
    return Record((part,), place, format, tuple(notes), attributes)


def _dimensions(
    row: Mapping[str, object], notes: list[Note]
) -> tuple[dict[str, str], tuple[str, ...]]:
    dimensions = stated(row, "")
    tier, window = (
        word(row.get("service_tier"), "service_tier") or None,
        word(row.get("context_window"), "context_window"),
    )
    if tier is not None and tier not in _TIERS:
        raise UsageError(
            "unknown_value",
            f"`service_tier` is {shown(tier)}",
            "known tiers: standard, batch, priority",
        )
    if window is not None and window not in _WINDOWS:
        raise UsageError(
            "unknown_value",
            f"`context_window` is {shown(window)}",
            "known windows: 0-200k, 200k-1M",
        )
    if window is not None:
        dimensions["context_window"] = "long" if window == "200k-1M" else "standard"
    if row.get("inference_geo") is None:
        notes.append(
            Note("ungrouped", "the report was not grouped by `inference_geo`: priced as standard")
        )
    return dimensions, _WINDOWS[window] if window is not None else ()


def _at(place: Place, what: str) -> Place:
    return Place(place.file, place.line, f"{place.id}, {what}" if place.id else what)
