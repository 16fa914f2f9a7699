"""Folders of coding agents:
transcripts count, what stands beside them is skipped, and nothing with a counter is.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pricelang.usage.io.folders import record_files
from pricelang.usage.reading import read_paths
from pricelang.usage.records import Outcome, Rejected

from .helpers import message, records, skipped

LINE = {"type": "assistant", "sessionId": "s", "requestId": "r", "message": message()}
SUMMARY = {
    "version": 1,
    "lastComputedDate": "2026-09-17",
    "modelUsage": {"claude-opus-5": {"inputTokens": 10, "outputTokens": 5}},
}
BESIDE: dict[str, Any] = {
    "settings.json": {
        "model": "opus",
        "permissions": {"allow": []},
        "env": {"MAX_THINKING_TOKENS": "9000"},
    },
    "history.jsonl": {
        "display": "hello",
        "pastedContents": {},
        "timestamp": 1789000000000,
        "project": "/w",
        "sessionId": "s",
    },
    "projects/-w/sessions-index.json": {
        "version": 1,
        "entries": [{"sessionId": "s", "messageCount": 3}],
    },
    "projects/-w/s/subagents/agent-a1.meta.json": {"agentType": "Explore", "description": "x"},
    "projects/-w/s/tool-results/t.json": message(id="msg_9"),
    "todos/s-agent-s.json": [{"content": "x", "status": "pending", "id": "1"}, 3, "text"],
    "plugins/market/package.json": {"name": "x", "version": "1.0.0"},
    "plugins/market/fixture.json": message(id="msg_8"),
    "statsig/evaluations.json": "a text",
    "backups/claude.json": {"projects": {"/w": {"lastTotalInputTokens": 5}}},
    "jobs/j/state.json": {"state": "done", "tokens": 1234},
    "projects/-w/s/workflows/w.json": {"runId": "w", "totalTokens": 1234},
    "projects/-w/s/subagents/workflows/w/journal.jsonl": {
        "type": "result",
        "agentId": "a",
        "result": {"x": 1},
    },
    "telemetry/1p_failed_events.s.json": {
        "event_type": "Event",
        "event_data": {"model": "claude-opus-5", "input_tokens": 10},
    },
    "usage-data/session-meta/s.json": {
        "session_id": "s",
        "project_path": "/w",
        "input_tokens": 10,
        "output_tokens": 5,
    },
    "stats-cache.json": SUMMARY,
}


def home(folder: Path, **files: Any) -> Path:
    """A folder of Claude Code with some files; `…` in a name stands for a dot."""
    for name, value in {"projects/-w/s.jsonl": LINE, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return folder


def read(folder: Path) -> list[Outcome]:
    return list(read_paths(record_files(str(folder))))


@pytest.mark.parametrize("name", [*BESIDE, "all"])
def test_what_stands_beside_transcripts_is_skipped(name: str, tmp_path: Path) -> None:
    found = read(home(tmp_path / "claude", **(BESIDE if name == "all" else {name: BESIDE[name]})))
    assert [record.place.id for record in records(found)] == ["msg_1"]
    assert not [one for one in found if isinstance(one, Rejected)]
    assert skipped(found)


@pytest.mark.parametrize(
    "value",
    [
        {"spent": {"input_tokens": 500}},
        {"tokens": {"input": 5}},
        {"a": [{"promptTokens": 3}]},
        '{"total_tokens": 12, "x": ',
    ],
)
def test_what_has_a_counter_is_never_skipped(value: Any, tmp_path: Path) -> None:
    found = read(home(tmp_path / "claude", **{"other.json": value}))
    assert len([one for one in found if isinstance(one, Rejected)]) == 1


def test_usage_of_another_format_counts_there_too(tmp_path: Path) -> None:
    found = read(home(tmp_path / "claude", **{"logs/mine.jsonl": message(id="msg_2")}))
    assert {record.place.id for record in records(found)} == {"msg_1", "msg_2"}


@pytest.mark.parametrize(
    "name", ["settings.json", "history.jsonl", "projects/-w/sessions-index.json"]
)
def test_a_file_that_is_named_and_holds_no_usage_is_refused(name: str, tmp_path: Path) -> None:
    folder = home(tmp_path / "claude", **BESIDE)
    (found,) = read_paths([str(folder / name)])
    assert isinstance(found, Rejected)


def test_a_folder_without_transcripts_skips_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"name": "x"}', encoding="utf-8")
    (found,) = read(tmp_path)
    assert isinstance(found, Rejected)


@pytest.mark.parametrize("key", ["lastComputedDate", "dailyActivity", "dailyModelTokens"])
def test_a_summary_is_known_by_each_of_its_keys(key: str, tmp_path: Path) -> None:
    folder = home(
        tmp_path / "claude", **{"stats-cache.json": {key: [], "modelUsage": SUMMARY["modelUsage"]}}
    )
    assert len(records(read(folder))) == 1


def test_a_summary_counts_where_its_transcripts_are_not_given(tmp_path: Path) -> None:
    folder = home(tmp_path / "claude", **{"stats-cache.json": SUMMARY})
    assert len(records(list(read_paths([str(folder / "stats-cache.json")])))) == 1
    both = [str(folder / "stats-cache.json"), str(folder / "projects/-w/s.jsonl")]
    assert [record.format for record in records(list(read_paths(both)))] == ["claude-code"]


def test_tables_beside_records_are_named_and_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps(message()), encoding="utf-8")
    for name in ("b.csv", "c.PARQUET", ".hidden.csv"):
        (tmp_path / name).write_text("model,input\nclaude-opus-5,5\n", encoding="utf-8")
    outcomes = list(read_paths(record_files(str(tmp_path))))
    assert len(records(outcomes)) == 1
    assert [(Path(one.place.file).name, one.reason) for one in skipped(outcomes)] == [
        ("b.csv", "a table, which is priced by itself: give its path"),
        ("c.PARQUET", "a table, which is priced by itself: give its path"),
    ]
    assert record_files(str(tmp_path / "none")) == []


@pytest.mark.parametrize("log", ["sessions/rollout-1.jsonl", "tasks/1/ui_messages.json"])
def test_folders_of_other_agents_have_settings_too(log: str, tmp_path: Path) -> None:
    files = {log: LINE, "version.json": {"latest": "0.5"}, "counted.json": {"used_tokens": 7}}
    for name, value in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value), encoding="utf-8")
    found = list(read_paths(record_files(str(tmp_path))))
    assert len(records(found)) == 1
    assert len(skipped(found)) == 1
    assert [Path(one.place.file).name for one in found if isinstance(one, Rejected)] == [
        "counted.json"
    ]
