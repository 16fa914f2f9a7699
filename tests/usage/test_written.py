"""Counts that are written as text, as protobuf and BigQuery write whole numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pricelang.usage.reading import read_path
from pricelang.usage.records import Record, Rejected

from .helpers import RECORDS, message, one_record, one_rejected, sample_values

# In a CSV, which has texts alone, the columns of the analytics are those of another export.
TEXT_IS_ANOTHER = ("15_analytics_user_usage.json",)
JSON = [
    path
    for path in RECORDS
    if path.suffix in (".json", ".jsonl")
    and path.parent.name != "request_bodies"
    and path.name not in TEXT_IS_ANOTHER
]
WORDS = ("token", "input", "output", "prompt", "completion", "cache", "search")


def as_text(value: Any, key: str = "") -> Any:
    """A value with its counts as text, known by the words in their names."""
    if isinstance(value, dict):
        return {name: as_text(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [as_text(inner, key) for inner in value]
    is_count = type(value) is int and any(word in key.lower() for word in WORDS)
    return str(value) if is_count else value


def counted(path: Path) -> list[object]:
    """What is counted in a file, or why it is refused."""
    return [
        [
            (part.model, {name: str(number) for name, number in part.usage.items()})
            for part in found.parts
        ]
        if isinstance(found, Record)
        else found.code
        if isinstance(found, Rejected)
        else None
        for found in read_path(str(path))
    ]


@pytest.mark.parametrize("path", JSON, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_count_is_read_alike_as_a_number_and_as_text(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    written = tmp_path / path.name
    if path.suffix == ".json":
        written.write_text(json.dumps(as_text(json.loads(text))), encoding="utf-8")
    else:
        lines = [json.dumps(as_text(value)) + "\n" for value in sample_values(path)]
        written.write_text("".join(lines), encoding="utf-8")
    assert counted(written) == counted(path)


def test_text_is_a_count_where_it_is_digits_alone() -> None:
    usage = {"input_tokens": "0012", "output_tokens": "0", "cache_read_input_tokens": "3000"}
    (part,) = one_record(message(usage)).parts
    assert part.usage == {"input": 12, "output": 0, "cache_read": 3000}


@pytest.mark.parametrize(
    "text", ["", " 12", "1,200", "1.0", "-1", "+1", "1e3", "٣", "1_000", "12\n"]
)
def test_any_other_text_is_no_count(text: str) -> None:
    assert one_rejected(message({"input_tokens": text})).code == "wrong_type"


def test_a_text_of_too_many_digits_is_refused_as_a_number_is() -> None:
    assert one_rejected(message({"input_tokens": "9" * 19})).code == "too_large"
