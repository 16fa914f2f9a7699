"""Skipped lines are named up to a bound, and then counted;
what records say of themselves begins no Markdown.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pricelang.apps.answers import MAX_NAMED
from pricelang.present.markdown import quoted

from .helpers import run

LINE = {
    "type": "assistant",
    "sessionId": "s",
    "requestId": "r",
    "timestamp": "2026-08-01T00:00:00Z",
    "message": {
        "id": "msg_1",
        "model": "claude-opus-5",
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 1, "output_tokens": 2},
    },
}


@pytest.mark.parametrize("broken", [True, False])
@pytest.mark.parametrize("command", ["price", "price --json", "explain", "price --focus"])
def test_so_many_are_named_and_the_rest_is_counted(
    command: str, broken: bool, tmp_path: Path
) -> None:
    name, *more = command.split(" ")
    skipped = (
        "{cut"
        if broken
        else json.dumps({"type": "summary", "summary": "x", "leafUuid": "y", "sessionId": "s"})
    )
    for count in (MAX_NAMED, MAX_NAMED + 7):
        (tmp_path / "a.jsonl").write_text(
            "\n".join([json.dumps(LINE), *[skipped] * count]), encoding="utf-8"
        )
        done = run(
            name,
            str(tmp_path / "a.jsonl"),
            *more,
            *([str(tmp_path / f"{count}.csv")] if "--focus" in more else []),
            "--verbose",
        )
        assert done.exit_code == 0
        lines = done.stderr.splitlines()
        assert sum(line.startswith("skipped: ") for line in lines) == MAX_NAMED
        assert ("and 7 more skipped" in lines) == (count > MAX_NAMED)


def test_broken_lines_are_named_without_verbose_too(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        "\n".join([json.dumps(LINE), *["{cut"] * (MAX_NAMED + 1)]), encoding="utf-8"
    )
    done = run("price", str(tmp_path / "a.jsonl"), "--json")
    assert (done.stderr.count("skipped: "), "and 1 more skipped\n" in done.stderr) == (
        MAX_NAMED,
        True,
    )


@pytest.mark.parametrize("command", ["report", "invoice"])
def test_notes_in_markdown_are_escaped(command: str, tmp_path: Path) -> None:
    hostile = "<img src=x>|[a](b)*"
    usage = {"input_tokens": 9, "output_tokens": 2, f"t_{hostile}": "some text"}
    message = {**LINE["message"], "usage": usage}  # type: ignore[dict-item]
    (tmp_path / "a.json").write_text(json.dumps({"type": "message", **message}), encoding="utf-8")
    plain = run(command, str(tmp_path / "a.json"), "--at", "2026-10-01")
    assert hostile in plain.stdout
    shown = run(command, str(tmp_path / "a.json"), "--at", "2026-10-01", "--markdown").stdout
    assert hostile not in shown
    assert (
        f"note: unknown_key: {quoted(f'`usage.t_{hostile}` is not known: left out')} (1 record)"
        in shown.splitlines()
    )
