"""Every sample record against what it must be read into;
`UPDATE_GOLDEN=1` rewrites the expected outcomes.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pricelang.usage.reading import read_path
from pricelang.usage.records import Record, Rejected

from .helpers import RECORDS, SAMPLES, as_data

GOLDEN = Path(__file__).with_name("golden")
FILES = sorted(
    path.relative_to(SAMPLES).as_posix()
    for path in RECORDS
    if path.parent.name != "request_bodies"  # what is not sent yet is no record
)

NO_COUNTS = ("otel/06_proposed_cost_attributes.json",)  # a cost, and no counts that could be priced


def _golden(name: str) -> Path:
    return GOLDEN / (name.replace("/", "__").rsplit(".", 1)[0] + ".json")


@pytest.mark.parametrize("name", FILES)
def test_sample_is_read_as_expected(name: str) -> None:
    found = [as_data(outcome) for outcome in read_path(str(SAMPLES / name))]
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    text = text.replace(str(SAMPLES), SAMPLES.name)  # the same wherever the project stands
    if os.environ.get("UPDATE_GOLDEN") == "1":
        _golden(name).write_text(text, encoding="utf-8")
    assert text == _golden(name).read_text(encoding="utf-8")


def test_there_is_no_expectation_without_a_sample() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {_golden(name).name for name in FILES}


def test_the_samples_are_complete() -> None:
    folders = [name.split("/")[0] for name in FILES]
    assert [
        folders.count(folder)
        for folder in ("messages", "batches", "claude_code", "refused", "requests.jsonl")
    ] == [
        23,
        2,
        9,
        2,
        1,
    ]


@pytest.mark.parametrize("name", FILES)
def test_no_sample_is_rejected_and_each_has_its_place(name: str) -> None:
    for outcome in read_path(str(SAMPLES / name)):
        assert not isinstance(outcome, Rejected) or name in NO_COUNTS
        assert outcome.place.file == str(SAMPLES / name)
        assert outcome.place.line is not None
        if isinstance(outcome, Record) and not outcome.parts:
            assert outcome.notes


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in FILES
        if name.endswith(".jsonl")
        and name.split("/")[0] in ("messages", "batches", "requests.jsonl")
    ],
)
def test_lines_and_an_array_of_them_are_the_same_records(name: str) -> None:
    lines = (SAMPLES / name).read_text(encoding="utf-8").splitlines()
    from .helpers import outcomes

    by_line, in_array = (
        [as_data(outcome) for outcome in outcomes(text)]
        for text in ("\n".join(lines), "[" + ",\n".join(lines) + "]")
    )
    assert by_line == in_array
