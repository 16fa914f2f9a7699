"""Every command that reads records takes `--unknown-counters`, wherever its records come from:
refused, or priced with what is known.
"""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

import pricelang
from pricelang.cli.group import COMMANDS, main
from pricelang.model.errors import PriceError

from .helpers import run

MESSAGE = {
    "model": "claude-opus-5",
    "type": "message",
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 1_000_000, "output_tokens": 1, "dream_tokens": 5},
}
PLAN = 'month = "2026-08"\nper_day = 2\n[[requests]]\nrecords = "usage.jsonl"\n'
WARN = ("--unknown-counters", "warn")
CASES = {
    "price": ("{usage}", "--at", "2026-08-01", "--json"),
    "explain": ("{usage}", "--at", "2026-08-01"),
    "report": ("{usage}", "--at", "2026-08-01"),
    "invoice": ("{usage}", "--at", "2026-08-01"),
    "compare": ("{usage}", "--at", "2026-08-01", "--json"),
    "workload": ("{usage}", "--per-day", "2", "--month", "2026-08"),
    "workload of a plan": ("{plan}",),
    "workload of a JSON plan": ("{json}",),
    "diff": ("anthropic@2026-08-01", "anthropic@2026-08-15", "--usage", "{usage}"),
}  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    plan = {"month": "2026-08", "per_day": 2, "requests": [{"records": "usage.jsonl"}]}
    for name, text in (
        ("usage.jsonl", json.dumps(MESSAGE)),
        ("plan.toml", PLAN),
        ("plan.json", json.dumps(plan)),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return {
        "usage": f"{tmp_path}/usage.jsonl",
        "plan": f"{tmp_path}/plan.toml",
        "json": f"{tmp_path}/plan.json",
    }


@pytest.mark.parametrize("case", CASES)
def test_each_command_refuses_it_or_warns(case: str, files: dict[str, str]) -> None:
    args = (case.partition(" ")[0], *(arg.format(**files) for arg in CASES[case]))
    refused, priced = run(*args), run(*args, *WARN)
    assert refused.exit_code in (1, 2)
    assert "dream_tokens" in refused.output
    amount = "310.00" if "workload" in case else "5.00"
    assert amount not in refused.stdout.replace(",", "")
    assert amount in priced.stdout.replace(",", ""), priced.output


def test_every_command_of_records_has_it() -> None:
    """A command that takes `--usage` or the `--format` of records reads records."""
    reading = set()
    for name in COMMANDS:
        command = main.get_command(click.Context(main), name)
        assert command is not None
        options = {option for param in command.params for option in param.opts}
        formats = [
            param
            for param in command.params
            if "--format" in param.opts and "record" in (getattr(param, "help", "") or "")
        ]
        if formats or "--usage" in options:
            reading.add(name)
            assert "--unknown-counters" in options, name
    assert {"price", "report", "invoice", "compare", "workload", "diff"} <= reading


def test_programs_say_it_too(files: dict[str, str]) -> None:
    book = pricelang.load()
    for requests in (MESSAGE, files["usage"], files["plan"], files["json"]):
        per_day = None if requests in (files["plan"], files["json"]) else 2
        with pytest.raises(PriceError, match="dream_tokens"):
            book.workload(requests, per_day=per_day, month="2026-08")
        found = book.workload(requests, per_day=per_day, month="2026-08", unknown_counters="warn")
        assert found.total.expected > 310
    for usage in (MESSAGE, files["usage"], [MESSAGE]):
        assert book.compare(usage, at="2026-08-01", unknown_counters="warn").given.records == 1
