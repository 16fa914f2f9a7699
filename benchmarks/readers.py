"""Reading records of each format, beside what decoding their JSON alone costs:
seconds a record, ids all different.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from pricelang.usage.reading import read
from pricelang.usage.records import Rejected

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
RECORDS = 2_000
FORMATS = {
    "messages": "messages/03_prompt_caching_mixed_ttl.json",
    "batch": "batches/01_results_docs.jsonl",
    "claude-code": "claude_code/03_session_haiku_two_blocks.jsonl",
    "claude-result": "claude_code/11_result_full_verbatim.json",
    "openai": "openai_compat/01_chat_completion_cached.json",
    "litellm": "openai_compat/04_litellm_standard_logging.jsonl",
    "langfuse": "openai_compat/06_langfuse_observation.json",
    "pydantic-ai": "openai_compat/08_pydantic_ai_requestusage.json",
    "otel": "otel/01_anthropic_sdk_spans.jsonl",
    "bedrock": "bedrock/05_model_invocation_log.jsonl",
    "vertex": "vertex/01_global.json",
    "managed-agents": "managed_agents/02_session_full.json",
}
IDS = frozenset(
    (
        "id",
        "requestId",
        "traceId",
        "spanId",
        "trace_id",
        "span_id",
        "custom_id",
        "uuid",
        "session_id",
    )
)
PREFIXES = ("msg_", "req_", "chatcmpl-", "gen-")


def calls() -> list[tuple[str, str, str, Callable[[], object]]]:
    """For each format: the JSON decoded alone, and the records read."""
    found: list[tuple[str, str, str, Callable[[], object]]] = []
    for name, path in FORMATS.items():
        lines = many(SAMPLES / path)
        found.append(
            (f"reading {name}", f"JSON of {name} alone", "the limit", _timed(lines, decoded))
        )
        found.append((f"reading {name}", f"records of {name}", "", _timed(lines, records)))
    return found


def many(path: Path) -> list[str]:
    """The documents of a sample again and again, a line each, with ids of their own."""
    text = path.read_text(encoding="utf-8")
    whole = (
        [text] if path.suffix == ".json" else [line for line in text.splitlines() if line.strip()]
    )
    documents = [json.loads(line) for line in whole]
    return [json.dumps(_renamed(documents[n % len(documents)], n)) for n in range(RECORDS)]


def decoded(lines: list[str]) -> None:
    """The least that reading can cost."""
    for line in lines:
        json.loads(line, parse_float=Decimal)


def records(lines: list[str]) -> None:
    """All that `pricelang price` does before it prices."""
    for outcome in read(lines, "usage.jsonl"):
        assert not isinstance(outcome, Rejected), outcome


def _timed(lines: list[str], work: Callable[[list[str]], None]) -> Callable[[], float]:
    def call() -> float:
        import time

        start = time.perf_counter()
        work(lines)
        return (time.perf_counter() - start) / len(lines)

    return call


def _renamed(value: object, number: int, key: str = "") -> object:
    if isinstance(value, dict):
        return {name: _renamed(inner, number, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, number) for inner in value]
    is_id = isinstance(value, str) and (key in IDS or value.startswith(PREFIXES))
    return f"{value}-{number}" if is_id else value
