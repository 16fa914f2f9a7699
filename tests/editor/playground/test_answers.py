"""What the playground is told: the amounts of the package, faults with their places and fixes,
counterexamples, changes; and never markup of the text.
"""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import pricelang
from pricelang.apps.new_book import new_book
from pricelang.apps.output_schemas import schema_of
from pricelang.editor.playground.answers import Playground
from pricelang.editor.playground.folder import examples
from pricelang.editor.playground.guide import STEPS
from pricelang.present.decimals import plain

SHOP = new_book("shop", "2026-11-29", None)


@pytest.fixture
def playground(tmp_path: Path) -> Playground:
    return Playground(tmp_path)


def line_of(words: str) -> int:
    """The line, from 1, of the small book that holds some words."""
    return 1 + next(n for n, line in enumerate(SHOP.split("\n")) if words in line)


def ask(playground: Playground, text: str, tab: str = "price", **more: Any) -> dict[str, Any]:
    asked = {"files": {"shop.price": text}, "entry": "shop.price", "tab": tab, "before": SHOP}
    return dict(json.loads(playground.answer(json.dumps({**asked, **more}))))


def test_the_first_request_is_that_of_the_first_example(playground: Playground) -> None:
    found = ask(playground, SHOP)
    assert found["faults"] == []
    assert found["form"]["first"] == {
        "model": "model-1",
        "at": "2026-11-29",
        "usage": {"input": "1000000", "output": "100000"},
        "dimensions": {"service_tier": "batch"},
    }
    assert "$2.25" in found["html"]
    assert "batch x 0.5" in found["html"]
    assert f'data-place="shop.price:{line_of("50% off")}"' in found["html"]


def test_a_price_is_that_of_the_package(playground: Playground) -> None:
    request = {"model": "claude-opus-4-6", "at": "2026-04-17", "usage": {"input": "50k"}}
    asked = {"book": "anthropic", "tab": "price", "request": {**request, "dimensions": {}}}
    found = json.loads(playground.answer(json.dumps(asked)))
    total = pricelang.load().total(model="claude-opus-4-6", at="2026-04-17", usage={"input": 50000})
    assert f"${plain(total)}" in found["html"]
    assert "claude-opus-5-5" in found["form"]["models"]
    assert 'data-place="rates.price:13"' in found["html"]


def kept(found: dict[str, Any]) -> str:
    """The example that the tab of a price offers to keep."""
    return html.unescape(found["html"].rpartition('class="code">')[2].partition("</pre>")[0])


FAST = """
dimension speed default standard
  standard, fast
multiplier fast
  when speed is fast
  x 2 on tokens
exclude fast with batch because "no"
"""


@pytest.mark.parametrize(
    ("dimensions", "outcome"),
    [({"speed": "fast"}, "costs $0.006"), ({"speed": "fast", "service_tier": "batch"}, "refused")],
)
def test_a_request_can_be_kept_as_an_example_that_passes(
    playground: Playground, dimensions: dict[str, str], outcome: str
) -> None:
    request = {"model": "model-1", "at": "", "usage": {"input": "1k"}, "dimensions": dimensions}
    example = kept(ask(playground, SHOP + FAST, request=request))
    assert outcome in example
    checks = ask(playground, f"{SHOP}{FAST}{example}", ask="checks")["checks"]
    assert sum(check["kind"] == "example" for check in checks) == 2
    assert not any(check["wrong"] for check in checks)


def test_what_the_guide_puts_at_the_end_of_the_small_book_has_no_fault(
    playground: Playground,
) -> None:
    text = "\n\n".join([SHOP, *(step.text for step in STEPS if step.whole)])
    found = ask(playground, text, "guide")
    assert found["faults"] == []
    assert found["html"] == ""
    assert not any(one["wrong"] for one in ask(playground, text, ask="checks")["checks"])


def test_the_other_texts_of_the_guide_are_a_book(playground: Playground) -> None:
    first, *rest = (step.text for step in STEPS)
    tier = "dimension service_tier default standard\n  standard, batch"
    batch = "multiplier batch\n  when service_tier is batch\n  50% off tokens"
    text = "\n".join([first, tier, batch, *rest])
    faults = ask(playground, text)["faults"]
    assert [fault["code"] for fault in faults if fault["severity"] == "error"] == []
    assert not any(one["wrong"] for one in ask(playground, text, ask="checks")["checks"])


def test_a_refusal_says_why(playground: Playground) -> None:
    request = {"model": "model-2", "at": "", "usage": {"input": "1"}, "dimensions": {}}
    found = ask(playground, SHOP, request=request)
    assert "unknown_model" in found["html"]
    assert "model-1" in found["html"]


def test_a_fault_is_as_the_schema_of_check_says_with_its_place_and_its_fix(
    playground: Playground,
) -> None:
    text = SHOP.replace('"Shop"', '"😀"').replace('"Batch" see page', '"😀" see pag')
    found = ask(playground, text)
    assert found["form"] is None
    (fault,) = found["faults"]
    row = next(row for row in text.split("\n") if row.startswith("multiplier"))
    line, end = line_of("multiplier"), len(row) + 1
    place = {"file": "shop.price", "line": line, "column": end - 3}
    place |= {"end_line": line, "end_column": end}
    assert {**fault, **place} == fault
    mended = {"title": "write `page`", "certain": True, "edits": [{**place, "text": "page"}]}
    assert fault["fixes"] == [mended]
    Draft202012Validator(schema_of("check")).validate(fault)


def test_a_broken_claim_shows_the_request_that_breaks_it(playground: Playground) -> None:
    found = ask(
        playground, SHOP.replace("costs less than output", "costs at least 3 output"), "claims"
    )
    assert "2 claims, 1 broken" in found["html"]
    assert "data-request" in found["html"]
    assert "&quot;model&quot;: &quot;model-1&quot;" in found["html"]
    assert f'data-place="shop.price:{line_of("input costs")}"' in found["html"]


def test_a_failing_example_shows_what_it_comes_to(playground: Playground) -> None:
    found = ask(playground, SHOP.replace("costs $2.25", "costs $2.26"), "claims")
    assert "1 example, 1 failed" in found["html"]
    assert "$2.25" in found["html"]


def test_checks_stand_at_their_lines_and_say_which_fail(playground: Playground) -> None:
    text = SHOP.replace("costs $2.25", "costs $2.26")
    text = text.replace("input costs less than output", "input costs at least 3 output")
    example, batch, input = ask(playground, text, ask="checks")["checks"]
    place = {"file": "shop.price", "line": line_of('example "')}
    assert {**example, "kind": "example", **place, "wrong": True} == example
    assert example["text"] == "costs $2.25, expected costs $2.26"
    assert (batch["text"], batch["wrong"]) == ("proven", False)
    assert (input["kind"], input["line"]) == ("claim", line_of("claim input"))
    assert input["wrong"]
    assert '"model": "model-1"' in input["text"]


def test_a_book_with_faults_and_a_book_of_the_package_make_no_checks(
    playground: Playground,
) -> None:
    assert ask(playground, SHOP + "claim claim\n", ask="checks") == {"checks": []}
    asked = {"book": "anthropic", "ask": "checks"}
    assert json.loads(playground.answer(json.dumps(asked))) == {"checks": []}


def test_words_are_what_may_stand_at_a_place(playground: Playground) -> None:
    text = SHOP + "exclude batch with \n"
    at = [text.count("\n") - 1, len("exclude batch with ")]
    found = ask(playground, text, ask="words", file="shop.price", at=at)["words"]
    assert {"text": "batch", "kind": "modifier"} in found
    found = ask(playground, text, ask="words", file="shop.price", at=[at[0] + 1, 0])["words"]
    assert {"text": "multiplier", "kind": None} in found


def test_a_text_is_set_out_tidy_unless_it_cannot_be_read(playground: Playground) -> None:
    rough = SHOP.replace("| model-1 | 2026-11-29 | $3    |", "| model-1 | 2026-11-29 | $3 |")
    assert rough != SHOP
    found = ask(playground, rough, ask="tidy", file="shop.price")
    assert found == {"text": SHOP, "why": None}
    found = ask(playground, rough + "exclude\n", ask="tidy", file="shop.price")
    assert found == {"text": None, "why": "mend what cannot be read first"}


def test_changes_are_those_to_the_text_as_it_was(playground: Playground) -> None:
    assert "0 changes to the text as it was" in ask(playground, SHOP, "changes")["html"]
    found = ask(playground, SHOP.replace("| $3 ", "| $4 "), "changes")
    assert "input of all models" in found["html"]
    assert "$3 -&gt; $4" in found["html"]


def test_the_modifiers_of_a_book_meet_in_a_matrix(playground: Playground) -> None:
    text = next(one for one in examples() if one["id"] == "exclusion")["files"]["exclusion.price"]
    found = ask(playground, text, "stacking")
    assert '<table class="matrix"' in found["html"]
    assert "excluded" in found["html"]


def test_the_price_page_of_a_day(playground: Playground) -> None:
    assert "$15 / MTok" in ask(playground, SHOP, "table", at="2026-11-30")["html"]
    assert "bad_date" in ask(playground, SHOP, "table", at="soon")["html"]


@pytest.mark.parametrize("tab", ["price", "table", "stacking", "claims", "changes"])
def test_no_text_of_a_book_is_markup(playground: Playground, tab: str) -> None:
    text = SHOP.replace('"Batch"', '"<img src=x>"').replace('"half a price', '"<b>half')
    text = text.replace("example.com/pricing", "<script>").replace("costs $2.25", "costs $2")
    found = ask(playground, text, tab)
    assert found["form"] is not None
    for mark in ("<img", "<b>", "<script"):
        assert mark not in found["html"]


def test_files_that_went_away_are_forgotten(playground: Playground, tmp_path: Path) -> None:
    two = {"a.price": SHOP + '\ninclude "b.price"\n', "b.price": 'note "hello"\n'}
    assert ask(playground, "", files=two, entry="a.price")["faults"] == []
    assert ask(playground, SHOP)["faults"] == []
    assert [path.name for path in tmp_path.iterdir()] == ["shop.price"]


def test_a_book_that_cannot_be_read_is_a_fault(playground: Playground) -> None:
    found = ask(playground, SHOP + 'include "gone.price"\n')
    assert [fault["code"] for fault in found["faults"]] == ["no_file"]


@pytest.mark.parametrize("example", list(examples()), ids=lambda example: example["id"])
def test_each_example_has_no_fault_and_keeps_its_claims(
    playground: Playground, example: dict[str, Any]
) -> None:
    assert example["shown"] in example["files"]
    asked = {**example, "book": None, "tab": "claims", "before": ""}
    found = json.loads(playground.answer(json.dumps(asked)))
    assert found["faults"] == []
    assert "broken" not in found["html"]
    assert " 0 failed" in found["html"]
