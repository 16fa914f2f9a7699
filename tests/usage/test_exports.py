"""Exports and answers of tools in their other shapes: what goes in comes out, and is a sum where it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pricelang.usage.records import SINGLE, SUM, Record, Rejected, Skipped

from .helpers import one_rejected, outcomes

CLAUDE = {"input": 30, "output": 20, "cache_read": 70}
PLAIN = {"input": 100, "output": 20}
MODEL = "claude-opus-5"


def table(**row: object) -> str:
    """A CSV of one row."""
    cells = ['"{}"'.format(str(cell).replace('"', '""')) for cell in row.values()]
    return ",".join(row) + "\n" + ",".join(cells) + "\n"


LANGFUSE = {"id": "o", "traceId": "t", "type": "GENERATION", "model": MODEL}
OPENROUTER = {
    "generation_id": "gen-1",
    "created_at": "2026-10-20 09:00:00.123",
    "cost_total": "0.1",
    "tokens_prompt": 100,
    "tokens_completion": 20,
    "tokens_reasoning": 0,
    "tokens_cached": 70,
    "model_permaslug": MODEL,
    "provider_name": "Anthropic",
}
DAY = {
    "date": "2026-10-20",
    "model_permaslug": MODEL,
    "provider_name": "Anthropic",
    "requests": 1,
    "prompt_tokens": 100,
    "completion_tokens": 20,
    "reasoning_tokens": 0,
    "usage": 0.1,
}
POSTHOG = {
    "$ai_model": MODEL,
    "$ai_provider": "anthropic",
    "$ai_input_tokens": 100,
    "$ai_output_tokens": 20,
}
METADATA = {
    "input_tokens": 100,
    "output_tokens": 20,
    "total_tokens": 120,
    "input_token_details": {"cache_read": 70},
}
CURSOR = {"inputTokens": 30, "outputTokens": 20, "cacheReadTokens": 70, "totalCents": 1.5}
GEMINI = {"input": 30, "prompt": 100, "candidates": 20, "total": 120, "cached": 70, "thoughts": 0}
STEP = {"input": 100, "output": 20, "reasoning": 0, "cache": {"read": 0, "write": 0}}


@pytest.mark.parametrize(
    ("given", "usage", "kind"),
    [
        (
            {**LANGFUSE, "usage": {"input": 100, "output": 20, "total": 120, "unit": "TOKENS"}},
            PLAIN,
            SINGLE,
        ),
        ({**LANGFUSE, "usage": {"promptTokens": 100, "completionTokens": 20}}, PLAIN, SINGLE),
        (table(**OPENROUTER), CLAUDE, SINGLE),
        ({"data": [DAY]}, PLAIN, SUM),
        (
            table(**{"*.event": "$ai_generation", "*.properties": json.dumps(POSTHOG)}),
            PLAIN,
            SINGLE,
        ),
        (table(**{f"properties.{name}": cell for name, cell in POSTHOG.items()}), PLAIN, SINGLE),
        ({MODEL: METADATA}, CLAUDE, SUM),
        (
            {"usageEvents": [{"model": MODEL, "kind": "Included", "tokenUsage": CURSOR}]},
            CLAUDE,
            SINGLE,
        ),
        ({"session_id": "s", "stats": {"models": {MODEL: {"tokens": GEMINI}}}}, CLAUDE, SUM),
    ],
    ids=str,
)
def test_what_goes_in_comes_out(given: Any, usage: dict[str, int], kind: str) -> None:
    (found,) = outcomes(given)
    assert isinstance(found, Record), found
    (part,) = found.parts
    assert (part.model, part.usage, part.kind) == (MODEL, usage, kind)


def test_a_run_of_opencode_counts_its_finished_steps() -> None:
    start = {"type": "step_start", "timestamp": 1_792_486_800_000, "sessionID": "s", "part": {}}
    done = {**start, "type": "step_finish", "part": {"id": "p", "tokens": STEP}}
    first, second = outcomes("\n".join(map(json.dumps, (start, done))))
    assert isinstance(first, Skipped)
    assert isinstance(second, Record)
    assert second.parts[0].usage == PLAIN


def test_what_counts_no_tokens_has_no_price() -> None:
    usage = {"input": 100, "output": 20, "unit": "CHARACTERS"}
    assert one_rejected({**LANGFUSE, "usage": usage}).code == "unknown_value"


def test_a_bad_row_hides_no_other() -> None:
    found = outcomes({"data": [{**DAY, "completion_tokens": None}, DAY]})
    assert [type(one) for one in found] == [Rejected, Record]


@pytest.mark.parametrize(
    ("kind", "name", "text", "day"),
    [
        ("daily", "date", "Oct 02, 2026", "2026-10-02"),
        ("monthly", "month", "Oct 2026", "2026-10-01"),
    ],
)
def test_days_of_reports_on_codex(kind: str, name: str, text: str, day: str) -> None:
    counts = {
        "inputTokens": 100,
        "cachedInputTokens": 70,
        "outputTokens": 20,
        "reasoningOutputTokens": 0,
        "totalTokens": 120,
    }
    (found,) = outcomes({kind: [{name: text, **counts, "models": {"gpt-5": counts}}], "totals": {}})
    assert isinstance(found, Record), found
    assert [(part.at, part.usage) for part in found.parts] == [(day, CLAUDE)]
