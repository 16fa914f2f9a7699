"""No command prints a line that is wider than the terminal, and none cuts a text."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from pricelang.cli.group import COMMANDS, main
from tests.cli.helpers import SHOP

CONTRACT = "samples/invoice/contract.price"
MAY = ("samples/invoice/usage.jsonl", "--period", "2026-05")
ONE = ("--model", "claude-opus-4-7", "--input", "50k", "--output", "15k", "--at", "2026-04-17")
TEXTS = (
    ("price", *ONE),
    ("price", "samples/messages", "samples/claude_code", "--at", "2026-11-20"),
    ("price", "samples/requests.jsonl", "--exact"),
    ("price", "samples/tables/usage.parquet"),
    ("report", "samples/invoice/usage.jsonl", "--by", "workspace,model", "--chart"),
    ("report", "samples/claude_code", "--by", "session,day,model", "--at", "2026-09-01"),
    ("report", "samples/tables/usage.parquet", "--by", "workspace"),
    ("invoice", *MAY, "--book", CONTRACT),
    ("invoice", *MAY, "--book", CONTRACT, "--by", "workspace,day", "--unit", "0.01", "--exact"),
    ("reconcile", "samples/reconcile/usage.json", "samples/reconcile/cost.json"),
    ("reconcile", "samples/reconcile/usage.json", "samples/reconcile/cost_wrong.json", "--all"),
    ("focus-check", "samples/tables/gateway.csv"),
    ("quote", "samples/request_bodies/tools.json", "--at", "2026-04-17", "--output", "80"),
    ("quote", "samples/request_bodies/cached.json", "--at", "2026-04-17", "--rate", "3000/min"),
    ("quote", "samples/request_bodies/batch.jsonl", "--at", "2026-04-17", "--exact"),
    ("explain", *ONE, "--cache-write-5m", "7", "--inference-geo", "us"),
    ("table", "--at", "2026-11-22"),
    ("table", "--at", "2026-02-20", "--mode", "all", "--retired"),
    ("figures", "--at", "2026-11-28"),
    ("models",),
    ("check",),
    ("check", "tests/corpus/bad/overlap_rates.price"),
    ("test",),
    ("test", SHOP, "--coverage"),
    ("compare", *ONE),
    ("compare", "samples/requests.jsonl", "--what-if", "service_tier=batch"),
    ("compare", *ONE, "--reads", "5"),
    ("workload", "samples/workloads/support.toml", "--days", "--chart"),
    ("workload", "samples/requests.jsonl", "--per-day", "1000", "--month", "2026-11"),
    ("breakeven", "--at", "2026-11-22"),
    ("breakeven", "--at", "2026-04-17", "--against", "claude-2.0", "--chart"),
    ("audit", "--verbose"),
    ("audit", "--stacking", "--extremes", "--order", "--dead"),
    ("audit", "--stacking", "--extremes", "--verbose"),
    ("audit", CONTRACT, "--contract"),
    ("audit", "tests/corpus/claims/broken.price", "--verbose"),
    ("audit", "anthropic@2026-10-07", "--against", "anthropic@2026-10-06"),
    ("diff", "anthropic@2026-10-05", "anthropic@2026-10-07"),
    ("diff", "anthropic", CONTRACT, "--usage", "samples/requests.jsonl", "--requests", "5"),
    ("drift", "tests/apps/drift/prices.html", "--at", "2026-11-29"),
    ("add", "alias", "nova-two", "nova-2", "--book", "tests/apps/additions/book"),
    ("import", "litellm", "tests/apps/imports/litellm.json", "-o", "OUT"),
    ("fmt", "--check", SHOP),
)
"""What each command prints for people."""
FOR_PROGRAMS = {"compile", "export", "lsp", "mcp", "new", "playground", "schema", "sql"}


def test_every_command_is_among_them() -> None:
    assert {words[0] for words in TEXTS} | FOR_PROGRAMS == set(COMMANDS)


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("words", TEXTS, ids=" ".join)
def test_what_is_printed_keeps_to_the_terminal(
    words: tuple[str, ...],
    columns: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    args = [str(tmp_path / "out") if word == "OUT" else word for word in words]
    with pytest.raises(SystemExit) as ended:
        main.main(args, prog_name="pricelang")
    text = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert ended.value.code in (0, 1)
    assert text
    assert [line for line in text.split("\n") if len(line) > columns] == []
    assert "…" not in text
