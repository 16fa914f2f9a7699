"""Exports to CSV of tools: each row is the record that the same row in JSON is."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from .helpers import SAMPLES, records
from .helpers import outcomes as outcomes_of


def rows(name: str, *path: str) -> list[dict[str, Any]]:
    """The rows of a sample: its lines, or a list inside it."""
    text = (SAMPLES / name).read_text(encoding="utf-8")
    found: Any = [json.loads(line) for line in text.splitlines()] if not path else json.loads(text)
    for key in path:
        found = found[key]
    return list(found)


def csv_of(values: list[dict[str, Any]]) -> str:
    """Rows as a file of CSV: texts as they are, nothing for null, anything else as JSON."""
    names = list(dict.fromkeys(key for value in values for key in value))
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(names)
    for value in values:
        cells = (value.get(name) for name in names)
        writer.writerow(
            one if isinstance(one, str) else "" if one is None else json.dumps(one) for one in cells
        )
    return file.getvalue()


EVENT = json.loads((SAMPLES / "posthog" / "01_event.json").read_text(encoding="utf-8"))
COLUMNS = {key: value for key, value in EVENT.items() if key != "properties"} | {
    f"properties.{key}": value for key, value in EVENT["properties"].items()
}
TABLES = {
    "cloud-batches": rows("vertex/04_batch_output.jsonl"),
    "litellm": rows("litellm/01_spend_logs.jsonl"),
    "litellm-daily": rows("litellm/03_usage_export.json", "data"),
    "langfuse": rows("langfuse/01_observations_page.json", "data"),
    "posthog": [EVENT],
    "posthog columns": [COLUMNS],
    "posthog all columns": [{f"*.{key}": value for key, value in COLUMNS.items()}],
}


@pytest.mark.parametrize("name", TABLES)
def test_a_row_of_csv_is_the_record_of_its_json(name: str) -> None:
    by_json = records(outcomes_of("\n".join(map(json.dumps, TABLES[name]))))
    by_csv = records(outcomes_of(csv_of(TABLES[name])))
    assert {one.format for one in by_csv} == {name.split()[0]}
    assert [one.parts for one in by_csv] == [one.parts for one in by_json]
    assert by_csv


def test_calls_with_a_status_are_no_output_of_a_batch() -> None:
    text = csv_of([{"request": "POST /v1/messages", "response": '{"usage": {}}', "status": "200"}])
    assert not records(outcomes_of(text))
