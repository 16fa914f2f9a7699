"""Metrics of Claude Code: deltas count once, running totals count their growth, whatever the order."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricelang.usage.records import Outcome, Record, Rejected, Skipped

from .helpers import SAMPLES, outcomes, records

TYPES = {"input": "input", "output": "output", "cacheRead": "cache_read"}
Point = tuple[str, str, int, int, int]
"""A session, a type, when the counter started, when the point was taken, and its value."""


def attribute(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": {"stringValue": value}}


def point(session: str, kind: str, start: int, time: int, value: int) -> dict[str, Any]:
    names = {"session.id": session, "type": kind, "model": "claude-opus-5"}
    return {
        "attributes": [attribute(key, text) for key, text in names.items()],
        "startTimeUnixNano": str(1_792_486_000_000_000_000 + start),
        "timeUnixNano": str(1_792_486_000_000_000_000 + time),
        "asInt": str(value),
    }


def export(points: list[Point], temporality: object, name: str = "claude_code.token.usage") -> Any:
    sums = {
        "aggregationTemporality": temporality,
        "isMonotonic": True,
        "dataPoints": [point(*one) for one in points],
    }
    metrics = [{"name": name, "sum": sums}]
    return {"resourceMetrics": [{"scopeMetrics": [{"metrics": metrics}]}]}


def counted(found: list[Outcome]) -> dict[str, int]:
    """All that records count, by meter."""
    sums: dict[str, int] = {}
    for one in records(found):
        for part in one.parts:
            assert part.kind == "sum"
            for meter, number in part.usage.items():
                assert isinstance(number, int)
                sums[meter] = sums.get(meter, 0) + number
    return {meter: number for meter, number in sums.items() if number}


sessions = st.sampled_from(["a", "b"])
kinds = st.sampled_from(sorted(TYPES))
times = st.integers(1, 5)


@given(
    st.dictionaries(st.tuples(sessions, kinds, times), st.integers(0, 10**6), max_size=12),
    st.data(),
)
def test_each_delta_counts_once(
    points: dict[tuple[str, str, int], int], data: st.DataObject
) -> None:
    every = [(session, kind, 0, time, value) for (session, kind, time), value in points.items()]
    again = data.draw(st.lists(st.sampled_from(every), max_size=5)) if every else []
    told = data.draw(st.permutations(every + again))
    cut = data.draw(st.integers(0, len(told)))
    expected: dict[str, int] = {}
    for (_, kind, _), value in points.items():
        expected[TYPES[kind]] = expected.get(TYPES[kind], 0) + value
    # Exports that hold a point twice do not exist: each point has one of its own.
    exports = [export([one], 1) for one in (*told[:cut], *told[cut:])]
    found = outcomes("\n".join(map(json.dumps, exports)))
    assert not [one for one in found if isinstance(one, Rejected)]
    assert counted(found) == {meter: number for meter, number in expected.items() if number}


@given(
    st.lists(st.tuples(sessions, kinds, st.integers(0, 2), st.integers(0, 10**6)), max_size=12),
    st.data(),
)
def test_running_totals_count_their_growth_in_any_order(
    steps: list[tuple[str, str, int, int]], data: st.DataObject
) -> None:
    totals: dict[tuple[str, str, int], int] = {}
    every: list[Point] = []
    for time, (session, kind, run, value) in enumerate(steps, 10):
        totals[session, kind, run] = totals.get((session, kind, run), 0) + value
        every.append((session, kind, run, time, totals[session, kind, run]))
    again = data.draw(st.lists(st.sampled_from(every), max_size=5)) if every else []
    told = data.draw(st.permutations(every + again))
    expected: dict[str, int] = {}
    for (_, kind, _), value in totals.items():
        expected[TYPES[kind]] = expected.get(TYPES[kind], 0) + value
    found = outcomes("\n".join(json.dumps(export([one], 2)) for one in told))
    assert not [one for one in found if isinstance(one, Rejected)]
    assert counted(found) == {meter: number for meter, number in expected.items() if number}


def test_points_of_one_export_that_differ_in_their_type_are_one_record() -> None:
    found = outcomes(export([("a", "input", 0, 1, 5), ("a", "output", 0, 1, 6)], 1))
    assert [dict(one.parts[0].usage) for one in records(found)] == [{"input": 5, "output": 6}]
    assert len(found) == 1


def test_a_total_without_a_start_that_falls_is_of_another_run() -> None:
    values = [export([("a", "input", 0, time, value)], 2) for time, value in ((1, 9), (2, 4))]
    for value in values:
        sums = value["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0]["sum"]
        del sums["dataPoints"][0]["startTimeUnixNano"]
    assert counted(outcomes("\n".join(map(json.dumps, values)))) == {"input": 13}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (export([("a", "input", 0, 1, 5)], 0), "unknown_value"),
        (export([("a", "input", 0, 1, 5)], 1, "gen_ai.client.token.usage"), "unknown_metric"),
        (export([("a", "cacheImage", 0, 1, 5)], 1), "unknown_counter"),
        (export([("a", "input", 0, 1, 5), ("a", "input", 0, 1, 6)], 1), "changed_point"),
        (export([("a", "input", 0, 2, 5), ("a", "input", 0, 3, 4)], 2), "changed_point"),
    ],
    ids=str,
)
def test_what_cannot_be_told_is_refused(value: Any, code: str) -> None:
    found = outcomes(value)
    assert [one.code for one in found if isinstance(one, Rejected)] == [code]


def test_costs_and_counts_of_sessions_are_no_usage() -> None:
    for name in ("claude_code.cost.usage", "claude_code.session.count"):
        (found,) = outcomes(export([("a", "input", 0, 1, 5)], 1, name))
        assert isinstance(found, Skipped)


def test_a_row_of_clickhouse_is_the_point_and_the_event_that_it_holds() -> None:
    row = {
        "MetricName": "claude_code.token.usage",
        "Attributes": "{'session.id':'a','type':'input','model':'claude-opus-5'}",
        "ResourceAttributes": "{'service.name':'it\\'s'}",
        "TimeUnix": "2026-10-20 09:00:00.000000000",
        "StartTimeUnix": "1970-01-01 00:00:00.000000000",
        "Value": "1200",
        "AggregationTemporality": "1",
    }
    (found,) = outcomes(row)
    assert isinstance(found, Record)
    assert found.parts[0].usage == {"input": 1200, "output": 0}
    assert found.parts[0].at == "2026-10-20T09:00:00.000000000"
    assert found.attributes == {"session": "a", "service": "it's"}
    (broken,) = outcomes(row | {"Attributes": "{'session.id':'a"})
    assert isinstance(broken, Rejected)
    assert broken.code == "bad_map"


def test_an_answer_of_clickhouse_is_its_rows() -> None:
    lines = (SAMPLES / "otel" / "09_clickhouse_otel_logs.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in lines.splitlines()]
    answer = outcomes({"meta": [{"name": "Timestamp"}], "data": [*rows, 3], "rows": 4})
    assert [type(one) for one in answer] == [Skipped, Record, Skipped, Rejected]


def test_an_event_is_known_by_its_body_alone() -> None:
    value = {"intValue": "7"}
    attributes = [{"key": key, "value": value} for key in ("input_tokens", "output_tokens")]
    record = {"body": {"stringValue": "claude_code.api_request"}, "attributes": attributes}
    (found,) = outcomes({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]})
    assert isinstance(found, Record)
    assert found.parts[0].usage == {"input": 7, "output": 7}


def test_events_and_metrics_of_one_session_never_add_up() -> None:
    event = {
        "name": "claude_code.api_request",
        "attributes": {
            "event.name": "api_request",
            "session.id": "a",
            "model": "claude-opus-5",
            "input_tokens": 5,
            "output_tokens": 6,
        },
    }
    metric = export([("a", "input", 0, 1, 5)], 1)
    first = outcomes("\n".join(map(json.dumps, (event, metric))))
    assert [type(one) for one in first] == [Record, Skipped]
    second = outcomes("\n".join(map(json.dumps, (metric, event))))
    assert [type(one) for one in second] == [Record, Rejected]
    other = outcomes("\n".join(map(json.dumps, (export([("b", "input", 0, 1, 5)], 1), event))))
    assert [type(one) for one in other] == [Record, Record]
