"""Claude Code's metrics in OTLP to sums: `claude_code.token.usage`, by model and session.

The type of a point says what it counts: `input`, `output`, `cacheRead`, `cacheCreation`, all
disjoint; the lifetime of the writes is not told. Points are deltas or running totals (see
`metric_streams`), of OTLP JSON or as rows of ClickHouse's `otel_metrics_sum`. The points of one
export that differ in their type alone are one record. `claude_code.cost.usage` is no usage, nor is
any other metric that counts no tokens; one that may count them and is not known is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from json import dumps

from attrs import evolve, frozen

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters
from pricelang.usage.fields import clean, is_object, model_id, require_object, shown, wrong_type
from pricelang.usage.formats.clickhouse import attributes_in, rows_of, utc_instant
from pricelang.usage.formats.metric_streams import MetricPoint, MetricStreams, temporality_of
from pricelang.usage.formats.otlp import attributes_of, list_in, shown_attributes
from pricelang.usage.io.json_text import written
from pricelang.usage.records import SUM, Outcome, Part, Place, Record, Rejected, Skipped, UsageError
from pricelang.usage.stated import stated
from pricelang.usage.times import nanoseconds
from pricelang.usage.unknown import note_key
from pricelang.usage.written_counts import count_of

FORMAT = "otel-metrics"
METRIC = "claude_code.token.usage"
_TYPES = {"input": "input", "output": "output", "cacheRead": "read", "cacheCreation": "written"}


@frozen
class Labelled:
    """A point with what it is of: its attributes and those of its resource, and its instant."""

    point: MetricPoint
    own: Mapping[str, object]
    resource: Mapping[str, object]
    at: str | None

    @property
    def group(self) -> str:
        """What points of one record have in common: all but their type, and the day."""
        own = {name: value for name, value in self.own.items() if name != "type"}
        return dumps([self.at and self.at[:10], own, self.resource], sort_keys=True, default=str)


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is an export of metrics, or a row of one."""
    rows = rows_of(value)
    row = rows[0] if rows else value
    return isinstance(value.get("resourceMetrics"), list) or (
        is_object(row) and "MetricName" in row and "Value" in row
    )


def start() -> Callable[[Mapping[str, object], Place], Iterator[Outcome]]:
    """A function that reads exports, and knows the points of those before."""
    streams = MetricStreams()
    return lambda value, place: _outcomes(streams, value, place)


def _outcomes(
    streams: MetricStreams, value: Mapping[str, object], place: Place
) -> Iterator[Outcome]:
    groups: dict[str, list[tuple[Labelled, int | None]]] = {}
    refused = 0
    for number, (name, given, holder, resource) in enumerate(_points(value), 1):
        spot = evolve(place, id=f"point {number}")
        try:
            if name != METRIC:
                raise _unknown(name)
            labelled = _labelled(require_object(given, "dataPoints"), holder, resource)
            growth = streams.growth(labelled.point)
            groups.setdefault(labelled.group, []).append((labelled, growth))
        except UsageError as error:
            refused += 1
            yield Rejected(spot, error.code, error.message, error.help, written(given))
    for points in groups.values():
        yield _of_group(points, place)
    if not groups and not refused:
        yield Skipped(place, "metrics that count no tokens")


def _points(
    value: Mapping[str, object],
) -> Iterator[tuple[object, object, Mapping[str, object], Mapping[str, object]]]:
    """The points of metrics that may count tokens:
    the name, the point, what holds it, and the attributes of the resource.
    """
    rows = rows_of(value)
    if rows is not None:
        for row in rows:
            yield from _points(require_object(row, "data"))
        return
    if "MetricName" in value:
        if _counts_tokens(value["MetricName"]):
            yield (
                value["MetricName"],
                _of_row(value),
                value,
                attributes_in(value, "ResourceAttributes"),
            )
        return
    for group in list_in(value, "resourceMetrics"):
        group = require_object(group, "resourceMetrics")
        resource = group.get("resource")
        given = attributes_of(resource) if is_object(resource) else {}
        for scope in list_in(group, "scopeMetrics"):
            for metric in list_in(require_object(scope, "scopeMetrics"), "metrics"):
                metric = require_object(metric, "metrics")
                if not _counts_tokens(metric.get("name")):
                    continue
                sums = metric.get("sum")
                if not is_object(sums):
                    yield metric.get("name"), None, metric, given
                    continue
                for point in list_in(sums, "dataPoints"):
                    yield metric.get("name"), point, sums, given


def _counts_tokens(name: object) -> bool:
    return isinstance(name, str) and "token" in name.lower()


def _unknown(name: object) -> UsageError:
    return UsageError(
        "unknown_metric",
        f"the metric {shown(name)} may count tokens, and is not known",
        f"`{METRIC}` is; spans and events say more of other tools",
    )


def _of_row(row: Mapping[str, object]) -> Mapping[str, object]:
    """A row of ClickHouse as a point of OTLP."""
    return {
        "attributes": attributes_in(row, "Attributes"),
        "startTimeUnixNano": row.get("StartTimeUnix"),
        "timeUnixNano": row.get("TimeUnix"),
        "asDouble": row.get("Value"),
    }


def _labelled(
    given: Mapping[str, object], holder: Mapping[str, object], resource: Mapping[str, object]
) -> Labelled:
    own = attributes_of(given)
    value = count_of(given.get("asInt", given.get("asDouble")), "value")
    if value is None:
        raise UsageError("missing_key", "a point has no value")
    key = (
        "aggregationTemporality" if "aggregationTemporality" in holder else "AggregationTemporality"
    )
    begins = _time(given.get("startTimeUnixNano"), "startTimeUnixNano")
    taken = _time(given.get("timeUnixNano"), "timeUnixNano")
    stream = dumps([own, resource], sort_keys=True, default=str)
    point = MetricPoint(stream, begins[0], taken[0], value, temporality_of(holder.get(key), key))
    return Labelled(point, own, resource, taken[1])


def _time(value: object, path: str) -> tuple[str, str | None]:
    """A time as a text that sorts, and as an instant; empty where there is none."""
    if isinstance(value, str) and not value.isdigit():
        at = utc_instant(value, path)
        # ClickHouse has no null here: the first instant of all stands for none.
        return ("", None) if not at or at.startswith("1970-01-01") else (at.ljust(30, "0"), at)
    at = nanoseconds(value, path)
    return (f"{int(str(value)):025d}", at) if at is not None else ("", None)


def _of_group(points: list[tuple[Labelled, int | None]], place: Place) -> Outcome:
    """The record of points that differ in their type alone."""
    one = points[0][0]
    session, model = one.own.get("session.id"), one.own.get("model")
    names = [name for name in (session, model) if isinstance(name, str) and name]
    place = evolve(place, id=clean(" ".join(names)) or "points")
    if all(not growth for _, growth in points):
        copy = any(growth is None for _, growth in points)
        return Skipped(place, "points that count already" if copy else "points that add nothing")
    notes: list[Note] = []
    counts = dict.fromkeys(_TYPES.values(), 0)
    for labelled, growth in points:
        kind = labelled.own.get("type")
        if kind is not None and not isinstance(kind, str):
            raise wrong_type("type", kind, "a string")
        name = _TYPES.get(kind or "")
        if name is None:
            note_key(f"type={kind}", growth, _TYPES, notes)
        else:
            counts[name] += growth or 0
    counters = Counters(
        counts["input"], counts["output"], counts["read"], counts["written"], 0, False
    )
    at = max((labelled.at for labelled, _ in points if labelled.at), default=None)
    dimensions = stated(one.own, "", ("speed",))
    part = Part(model_id(model, "model", notes), at, dimensions, counters.meters(), kind=SUM)
    return Record((part,), place, FORMAT, tuple(notes), shown_attributes(one.own, one.resource))
