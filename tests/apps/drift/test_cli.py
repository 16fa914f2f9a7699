"""`pricelang drift`: its exit codes, its forms, and what it says of what it cannot read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pricelang.cli.group import main

HERE = Path(__file__).parent


def drift(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["drift", "--at", "2026-11-29", *arguments])


def test_nothing_new_is_the_exit_code_0() -> None:
    result = drift(str(HERE / "prices.md"))
    assert result.exit_code == 0
    assert result.output.endswith("0 new, 0 accepted\n")


def test_something_new_is_the_exit_code_1() -> None:
    result = drift(str(HERE / "catalogue.csv"))
    assert result.exit_code == 1
    assert "What the book cannot price\n" in result.output
    assert "$41 per MTok" in result.output


def test_what_is_accepted_is_no_longer_new(tmp_path: Path) -> None:
    path = tmp_path / "accepted.toml"
    path.write_text(
        '[[accepted]]\nid = "*"\nreason = "all of it"\n'
        '[[accepted]]\nid = "nothing-*"\nreason = "none"\n',
        encoding="utf-8",
    )
    result = drift(str(HERE / "catalogue.csv"), "--accepted", str(path), "--all")
    assert result.exit_code == 0
    assert "all of it" in result.output
    assert "accepted, and met by nothing: nothing-*" in result.output


def test_json_has_everything() -> None:
    data = json.loads(drift(str(HERE / "catalogue.csv"), "--json").output)
    assert data["sources"][0]["source"] == "catalogue.csv"
    (price,) = (each for each in data["new"] if each["kind"] == "price")
    assert price == {
        "kind": "price",
        "source": "catalogue.csv",
        "id": "claude-mythos-5-2",
        "model": "claude-mythos-5-2",
        "what": "output",
        "said": {},
        "above": None,
        "on": None,
        "theirs": "$41 per MTok",
        "ours": "$40 per MTok",
        "amount": "41",
        "book_amount": "40",
        "place": "line 3, output",
    }


def test_markdown_is_for_a_pull_request() -> None:
    output = drift(str(HERE / "catalogue.csv"), "--markdown").output
    assert "| catalogue.csv | claude-mythos-5-2 | output | $41 per MTok | $40 per MTok |" in output


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.csv", "a,b\n1,2\n", "a catalogue has a column `id`"),
        ("x.csv", "id,input\nclaude-opus-5,five\n", "line 2: `five` in `input` is no price"),
        ("x.md", "# Nothing\n", "the page has no table"),
        ("x.json", "[1", "line 1"),
        ("x.json", "3", "genai-prices' data is a list of providers"),
        ("x.csv", "id,input\nclaude-opus-5," + "9" * 200_000 + "\n", "cannot be read as CSV"),
        ("x.txt", "a", "of no kind that is known"),
    ],
)
def test_a_source_of_another_form_is_wrong_usage(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    result = drift(str(tmp_path / name))
    assert result.exit_code == 2
    assert "error[bad_source]" in result.output
    assert message in " ".join(result.output.split())


@pytest.mark.parametrize(
    "text", ["[1, {}]", '[{"models": 3}]', '[{"id": "x", "models": [1, {"id": "claude-x-1"}]}]']
)
def test_a_list_with_odd_entries_is_read_as_far_as_it_can_be(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text, encoding="utf-8")
    assert drift(str(tmp_path / "x.json")).exit_code == 1  # it lacks all models


def test_a_source_that_is_not_there_is_named() -> None:
    result = drift("litelm")
    assert result.exit_code == 2
    assert "did you mean `litellm`?" in result.output
