"""`pricelang drift`: its exit codes, its forms, and what it says of what it cannot read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pricelang.apps.new_book import new_book
from pricelang.cli.group import main

HERE = Path(__file__).parent
SHOP = new_book("shop", "2026-01-01")


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
        *(
            ("x.csv", f"id,input\nclaude-opus-5,{price}\n", f"`{price}` in `input` is no price")
            for price in ("Infinity", "NaN", "-5", "1e99999999", "1_0", "٥")
        ),
        ("x.csv", "id,input\nclaude-opus-5,x\n", "x.csv`: line 2"),
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


def test_prices_in_another_currency_are_not_compared(tmp_path: Path) -> None:
    """Lists without a currency are in dollars, also beside a book in euros."""
    path = tmp_path / "list.csv"
    path.write_text(
        "id,input,output,currency\nclaude-opus-5,€5,25,\nclaude-opus-4-7,6,26,EUR\n"
        "claude-opus-4-6,$5,25,USD\n",
        encoding="utf-8",
    )
    output = drift(str(path)).output
    assert "Other prices" not in output
    assert "3 prices and 3 ids compared" in output
    assert "3 x a price in EUR, not in USD" in output
    euros = tmp_path / "euros.price"
    text = SHOP.replace("USD", "EUR").replace("$", "€").replace("model-1", "claude-opus-5")
    euros.write_text(text, encoding="utf-8")
    output = drift(str(path), "--book", str(euros)).output
    assert "3 x a price in USD, not in EUR" in output
    assert "€5 per MTok" in output  # beside the €3 of the book
    output = drift(str(HERE / "litellm.json"), "--book", str(euros)).output
    assert "Other prices" not in output
    assert "litellm.json: 0 prices" in output
    assert "a price in USD, not in EUR" in output


def test_an_instant_is_compared_on_its_day() -> None:
    for at in ("2026-11-29T10:00:00Z", "2026-11-29"):
        result = CliRunner().invoke(main, ["drift", str(HERE / "prices.md"), "--at", at, "--json"])
        assert json.loads(result.output)["at"] == "2026-11-29"
