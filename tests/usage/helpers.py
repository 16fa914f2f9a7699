"""What the tests of the package `usage` share: records in few words, and outcomes as plain data."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from attrs import asdict

from pricelang.usage.io.csv_records import csv_values
from pricelang.usage.reading import read
from pricelang.usage.records import Outcome, Part, Record, Rejected, Skipped

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
RECORDS = sorted(
    path
    for path in SAMPLES.rglob("*")
    if path.suffix in (".json", ".jsonl", ".sse")
    # a table is none of records, but for the exports of people
    or (path.suffix == ".csv" and path.parent.name != "tables")
)
"""The samples of records, and what is beside them."""


def sample_values(path: Path) -> list[Any]:
    """The JSON values of a sample: of a stream its events, of a CSV its rows, of an array its items."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".sse":
        lines = [line[5:] for line in text.splitlines() if line.startswith("data:")]
        return [json.loads(line) for line in lines if "..." not in line]
    if path.suffix == ".csv":
        first, *rest = enumerate(text.splitlines(), 1)
        return [value for _, _, value, _ in csv_values(first, iter(rest))]
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in text.splitlines()]
    found = json.loads(text)
    return found if isinstance(found, list) else [found]


def outcomes(source: object, format: str | None = None) -> list[Outcome]:
    """Read a text, bytes, lines, or (as JSON) any other value."""
    text = source if isinstance(source, str | bytes) else json.dumps(source)
    return list(read(text, "records.json", format))


def one_record(value: object, format: str | None = None) -> Record:
    """The single record of a value."""
    (found,) = outcomes(value, format)
    assert isinstance(found, Record), found
    return found


def one_rejected(value: object, format: str | None = None) -> Rejected:
    """The single fault of a value."""
    (found,) = outcomes(value, format)
    assert isinstance(found, Rejected), found
    return found


def brief(parts: Iterable[Part]) -> list[tuple[str | None, dict[str, object]]]:
    """Parts as model and meters."""
    return [(part.model, dict(part.usage)) for part in parts]


def as_data(outcome: Outcome) -> dict[str, object]:
    """An outcome as JSON data, with its kind;
    quantities that are not integers as text, attributes only where there are any.
    """
    data = asdict(outcome)
    for holder in (data, *data.get("parts", ())):
        if not holder.get("attributes"):
            holder.pop("attributes", None)
        if not holder.get("unsaid"):
            holder.pop("unsaid", None)
        if not holder.get("least"):
            holder.pop("least", None)
        holder.pop("raw", None)
        holder.pop("ids", None)
    data["place"] = {key: value for key, value in data["place"].items() if key != "file"}
    return {"outcome": type(outcome).__name__, **json.loads(json.dumps(data, default=str))}


def records(found: Iterable[Outcome]) -> list[Record]:
    """The records among outcomes."""
    return [outcome for outcome in found if isinstance(outcome, Record)]


def skipped(found: Iterable[Outcome]) -> list[Skipped]:
    """What was skipped among outcomes."""
    return [outcome for outcome in found if isinstance(outcome, Skipped)]


def message(usage: dict[str, object] | None = None, **more: object) -> dict[str, object]:
    """A Messages response with 10 input and 5 output tokens, unless `usage` says otherwise."""
    return {
        "id": "msg_1",
        "type": "message",
        "model": "claude-opus-5",
        "content": [{"type": "text", "text": "…"}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 10, "output_tokens": 5} | (usage or {}),
        **more,
    }


def entry(
    kind: str | None, input: int, output: int, model: str | None = None, **more: object
) -> dict[str, object]:
    """An entry of `iterations`."""
    named: dict[str, object] = {} if kind is None else {"type": kind}
    if model is not None:
        named["model"] = model
    return {**named, "input_tokens": input, "output_tokens": output, **more}
