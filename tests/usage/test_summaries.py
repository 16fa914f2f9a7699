"""Summaries beside the transcripts that they sum up: each request counts once, in any order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pricelang.usage.reading import read_paths
from pricelang.usage.records import Outcome, Record, Rejected, Skipped
from pricelang.usage.responses import tokens

from .test_tools import OPUS, ccusage


def line(into: int, out: int, model: str = OPUS) -> dict[str, Any]:
    usage = {"input_tokens": into, "output_tokens": out}
    message = {"id": f"msg_{into}", "model": model, "stop_reason": "end_turn", "usage": usage}
    return {"type": "assistant", "sessionId": "s-1", "requestId": f"r_{into}", "message": message}


def metrics(session: str, into: int, out: int) -> dict[str, Any]:
    points = [
        {
            "attributes": [
                {"key": key, "value": {"stringValue": text}}
                for key, text in (("type", kind), ("model", OPUS), ("session.id", session))
            ],
            "timeUnixNano": "1788950400000000000",
            "asInt": str(number),
        }
        for kind, number in (("input", into), ("output", out))
    ]
    total = {"aggregationTemporality": 1, "isMonotonic": True, "dataPoints": points}
    metric = {"name": "claude_code.token.usage", "unit": "tokens", "sum": total}
    return {"resourceMetrics": [{"scopeMetrics": [{"metrics": [metric]}]}]}


def together(tmp_path: Path, values: Sequence[object], order: int) -> list[Outcome]:
    paths = []
    for number, value in enumerate(values[::order]):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(value), encoding="utf-8")
        paths.append(str(path))
    return list(read_paths(paths))


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    "summary", [ccusage((100, 20, 0, 0)), metrics("s-1", 100, 20)], ids=["ccusage", "metrics"]
)
def test_what_transcripts_count_a_summary_does_not(
    tmp_path: Path, summary: object, order: int
) -> None:
    found = together(tmp_path, [line(60, 5), line(40, 15), summary], order)
    assert sum(tokens(one) for one in found if isinstance(one, Record)) == 120
    assert not any(isinstance(one, Rejected) for one in found)
    assert any(isinstance(one, Skipped) and "summary" in one.reason for one in found)


@pytest.mark.parametrize("order", [1, -1])
def test_a_summary_of_more_is_refused(tmp_path: Path, order: int) -> None:
    found = together(tmp_path, [line(60, 5), ccusage((100, 20, 0, 0))], order)
    assert sum(tokens(one) for one in found if isinstance(one, Record)) == 65
    (fault,) = [one for one in found if isinstance(one, Rejected)]
    assert fault.code == "counted_twice"


def test_what_no_transcript_holds_counts(tmp_path: Path) -> None:
    mixed = ccusage((60, 5, 0, 0))
    (row,) = mixed["daily"]
    other = {"modelName": "gpt-5", "inputTokens": 7, "outputTokens": 1, "cacheReadTokens": 0}
    row["modelBreakdowns"].append(other | {"cacheCreationTokens": 0})
    row |= {"inputTokens": 67, "outputTokens": 6, "totalTokens": 73}
    found = together(tmp_path, [line(60, 5), mixed, metrics("s-2", 3, 4)], 1)
    assert [tokens(one) for one in found if isinstance(one, Record)] == [65, 8, 7]
    assert not any(isinstance(one, Rejected) for one in found)
