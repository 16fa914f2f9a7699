"""What the examples of a book exercise: exact for small books,
and so that a change to what is exercised is noticed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

import pricelang
from pricelang.evaluate.examples import run_examples
from pricelang.model import book as m
from pricelang.model.errors import PriceError
from pricelang.model.instants import written
from pricelang.syntax.diagnostics import BookError
from pricelang.usage.platform_names import LEAVES_UNSAID
from pricelang.verify.coverage import (
    NEVER_OFFERED,
    OF_ACCOUNT,
    Coverage,
    CoveredRule,
    measure,
)
from pricelang.verify.deciding_rules import decided_in
from tests.cli.helpers import ROOT, SHOP, line_of, objects, run

GOOD = sorted(path for path in (ROOT / "tests" / "corpus" / "good").glob("*.price"))
BOOKS = [
    ROOT / "rules" / "anthropic",
    Path(SHOP),
    *GOOD,
    ROOT / "tests" / "specimens" / "extras.price",
]

HEAD = """book small in USD
unit MTok is 1,000,000 tokens
dimension tier default plain
  plain, bulk
  slow from 2026-02-01
meter input, output, kept in tokens
meter box in hours
models
  | model | released   |
  | m-1   | 2026-01-01 |
  | m-2   | 2026-03-01 |
alias one is m-1 before 2026-02-01
rates per MTok
  | model | from       | input | output | kept        |
  | m-1   | 2026-01-01 | $1    | $4     | derived     |
  | m-2   | 2026-03-01 | $2    | $8     | not offered |
derive kept is 0.1 x input
  except 0.2 x input when tier is slow
multiplier half
  when tier is bulk
  x 0.5 on input before 2026-04-01 then refuse because "no more"
  no effect for m-2 because "never had it"
multiplier twice
  x 2 on output when tier is slow
stack half, twice
refuse for m-1 when tier is slow from 2026-06-01 because "gone"
charge box
  $0.06 per hour
  $0.05 per hour after 100 hours per organization per month
  at least 5 minutes per use
  first 10 hours free per organization per month
  free when tier is bulk because "part of it"
free when tier is slow from 2026-05-01 because "a gift"
note "a remark" for m-2
round line to $0.01 half_up from 2026-02-01
limit floor
  at least $0.001 per request from 2026-02-01
  at least $10 per organization per month
"""


def covered(tmp_path: Path, *examples: str) -> dict[str, int]:
    """The rules that examples of the small book exercise, by place and kind,
    with how many examples decide by them.
    """
    text = HEAD
    for number, lines in enumerate(examples):
        text += f'example "{number}"\n' + "".join(
            f"  {line.strip()}\n" for line in lines.split(";")
        )
    (tmp_path / "small.price").write_text(text, encoding="utf-8")
    book = pricelang.load(tmp_path / "small.price")
    assert [result.got for result in run_examples(book) if not result.passed] == []
    rows = text.split("\n")
    return {
        f"{rule.kind} {_written(rows, rule)}": rule.examples
        for rule in measure(book.checked).rules
        if rule.examples
    }


def _written(rows: list[str], rule: CoveredRule) -> str:
    start = rule.origin.column - 1
    return rows[rule.origin.line - 1][start : start + rule.origin.width].strip().split("  ")[0]


def test_a_price_and_what_makes_it_exist(tmp_path: Path) -> None:
    found = covered(tmp_path, "given m-1 at 2026-01-01; uses 1,000,000 input; costs $1")
    assert found == {"value plain": 1, "meter input": 1, "price $1": 1, "model | m-1": 1}


def test_a_derived_price_is_decided_by_its_row_its_line_and_what_it_derives_from(
    tmp_path: Path,
) -> None:
    found = covered(tmp_path, "given one at 2026-01-01; uses 1,000,000 kept; costs $0.10")
    assert found.keys() >= {
        "price derived",
        "price $1",
        "derivation derive kept is 0.1 x input",
        "meter kept",
    }
    assert "alias alias one is m-1 before 2026-02-01" in found
    assert "meter input" not in found


def test_an_exception_decides_and_the_general_line_does_not(tmp_path: Path) -> None:
    found = covered(
        tmp_path, "given m-1 at 2026-02-01, tier slow; uses 1,000,000 kept; costs $0.20"
    )
    assert "derivation except 0.2 x input when tier is slow" in found
    assert "derivation derive kept is 0.1 x input" not in found
    assert not any(rule.startswith("modifier") for rule in found)


def test_a_factor_counts_only_on_a_meter_that_is_used(tmp_path: Path) -> None:
    line = 'modifier line x 0.5 on input before 2026-04-01 then refuse because "no more"'
    assert line in covered(
        tmp_path, "given m-1 at 2026-01-01, tier bulk; uses 1,000,000 input; costs $0.50"
    )
    assert line not in covered(
        tmp_path, "given m-1 at 2026-01-01, tier bulk; uses 1,000,000 output; costs $4"
    )


def test_no_effect_and_a_note_are_decisions(tmp_path: Path) -> None:
    found = covered(tmp_path, "given m-2 at 2026-03-01, tier bulk; uses 1,000,000 input; costs $2")
    assert found.keys() >= {
        'modifier line no effect for m-2 because "never had it"',
        'note note "a remark" for m-2',
    }


def test_a_refused_example_is_decided_by_what_refuses_it(tmp_path: Path) -> None:
    found = covered(tmp_path, "given m-1 at 2026-04-01, tier bulk; uses 1 input; refused by half")
    assert found == {"value bulk": 1, "model | m-1": 1, "modifier line refuse": 1}
    found = covered(tmp_path, "given m-1 at 2026-06-01, tier slow; uses 1 input; refused")
    refusal = 'refusal refuse for m-1 when tier is slow from 2026-06-01 because "gone"'
    assert found == {"value slow": 1, "model | m-1": 1, refusal: 1}


def test_an_exclusion_decides_where_it_refuses_and_not_what_it_excludes() -> None:
    found = measure(pricelang.load(SHOP).checked)
    counts = {(rule.kind, rule.name): rule.examples for rule in found.rules}
    assert counts["exclusion", "fast with batch"] == 1
    assert counts["modifier line", "fast: factor"] == counts["modifier line", "batch: factor"] == 0
    assert counts["modifier line", "long: factor"] == 2


def test_what_is_not_offered_is_decided_by_the_line_that_would_offer_it(tmp_path: Path) -> None:
    assert covered(tmp_path, "given m-2 at 2026-02-28; uses 1 input; not offered") == {
        "model | m-2": 1
    }
    assert "value slow" in covered(
        tmp_path, "given m-1 at 2026-01-31, tier slow; uses 1 input; not offered"
    )
    assert "price not offered" in covered(
        tmp_path, "given m-2 at 2026-03-01; uses 1 kept; not offered"
    )
    assert covered(tmp_path, "given one at 2026-02-01; uses 1 input; not offered") == {
        "alias alias one is m-1 before 2026-02-01": 1
    }


def test_what_is_free_is_decided_by_that_alone(tmp_path: Path) -> None:
    found = covered(tmp_path, "given m-1 at 2026-05-01, tier slow; uses 1,000,000 output; costs $0")
    assert 'free free when tier is slow from 2026-05-01 because "a gift"' in found
    assert not any(rule.startswith(("price", "modifier", "limit")) for rule in found)
    found = covered(tmp_path, "given m-1 at 2026-01-01, tier bulk; uses 1 hour box; costs $0")
    assert 'charge free free when tier is bulk because "part of it"' in found
    assert "charge price $0.06 per hour" not in found


def test_a_minimum_a_floor_and_a_rounding_count_where_they_change_something(tmp_path: Path) -> None:
    minimum, rounding, floor = (
        "charge minimum at least 5 minutes per use",
        "rounding round line",
        "limit at least $0.001 per request",
    )
    found = covered(tmp_path, "given m-1 at 2026-01-01; uses 1 hour box; costs $0.06")
    assert "charge price $0.06 per hour" in found
    assert minimum not in found
    assert minimum in covered(tmp_path, "given m-1 at 2026-01-01; uses 3 minutes box; costs $0.005")
    below = covered(tmp_path, "given m-1 at 2026-02-01; uses 1,000 input; costs $0.001")
    assert any(rule.startswith(rounding) for rule in below)
    assert any(rule.startswith(floor) for rule in below)
    above = covered(tmp_path, "given m-1 at 2026-02-01; uses 1,000,000 input; costs $1")
    assert not any(rule.startswith((rounding, floor)) for rule in above)


def test_each_example_is_counted(tmp_path: Path) -> None:
    example = "given m-1 at 2026-01-01; uses 1,000,000 input; costs $1"
    assert covered(tmp_path, example, example)["price $1"] == 2


def test_what_belongs_to_an_account_is_no_part_of_the_percentage(tmp_path: Path) -> None:
    (tmp_path / "small.price").write_text(HEAD, encoding="utf-8")
    found = measure(pricelang.load(tmp_path / "small.price").checked)
    assert sorted(rule.kind for rule in found.unreachable) == [
        "charge pool",
        "charge price",
        "limit",
    ]
    assert {rule.unreachable for rule in found.unreachable} == {OF_ACCOUNT}
    assert found.total.exercised == 0
    assert found.total.rules == len(found.rules) - 3
    assert len(found.missed) == found.total.rules


def test_a_row_from_before_its_meter_is_out_of_reach() -> None:
    found = pricelang.load().coverage()
    haiku = [
        rule.name
        for rule in found.unreachable
        if rule.unreachable == NEVER_OFFERED and "haiku" in rule.name
    ]
    assert haiku == ["cache_write_1h of claude-3-5-haiku-20241022"]


# ---- with the prices -----------------------------------------------------------------------------


def _priced(book: pricelang.Book, example: m.Example) -> tuple[pricelang.Bill | None, str | None]:
    """The bill of an example, or the place of what refuses it."""
    try:
        usage, dimensions = dict(example.usage), dict(example.dimensions)
        priced = book.rates.request(
            example.model, written(example.at), usage, dimensions, held=False
        )
        return pricelang.Bill((priced,)), None
    except PriceError as error:
        return None, error.location


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.name)
def test_what_decides_agrees_with_bills_and_errors(path: Path) -> None:
    book = pricelang.load(path)
    for example in book.checked.examples:
        places = {f"{file}:{line}" for _, file, line, _ in decided_in(book.rates, example)}
        if example.record == "sum":
            assert places
            continue
        bill, location = _priced(book, example)
        if bill is None and location is None:
            assert (
                dict(example.dimensions)["platform"] in LEAVES_UNSAID
            )  # no rule refuses what does not say its endpoint
        assert location is None or location in places, (example.title, places)
        if bill is None:
            continue
        for line in bill.lines:
            if line.free is None:
                assert {line.location, *(factor.location for factor in line.factors)} <= places, (
                    example.title
                )
        assert {
            silence.origin.place
            for part in bill.parts
            for silence in part.cell.silences
            if part.cell.free is None
        } <= places


AMOUNTS = frozenset(
    {"price", "modifier line", "charge price", "charge minimum", "conversion", "derivation"}
)


def _mutants(path: Path, found: Coverage) -> Iterator[tuple[CoveredRule, str]]:
    """The text of a book with the first number of one rule made three times as large,
    for each rule with an amount.
    """
    text = path.read_text(encoding="utf-8")
    rows = text.split("\n")
    for rule in found.reachable:
        row, start = rows[rule.origin.line - 1], rule.origin.column - 1
        number = re.search(
            r"(?<![\w.-])[0-9][0-9,]*(?:\.[0-9]+)?", row[start : start + rule.origin.width]
        )
        if (
            rule.kind not in AMOUNTS
            or number is None
            or "no effect" in rule.name
            or "refuse" in rule.name
        ):
            continue
        larger = f"{Decimal(number[0].replace(',', '')) * 3 or 1}"
        begin, end = start + number.start(), start + number.end()
        yield (
            rule,
            "\n".join(
                [
                    *rows[: rule.origin.line - 1],
                    row[:begin] + larger + row[end:],
                    *rows[rule.origin.line :],
                ]
            ),
        )


# A cap or a floor that binds hides the price below it, which decided that it binds.
BOUND = frozenset({"limits.price"})


@pytest.mark.parametrize(
    "path",
    [Path(SHOP), *(path for path in GOOD if path.name not in BOUND)],
    ids=lambda path: path.name,
)
def test_a_changed_amount_is_noticed_where_the_rule_is_exercised_and_nowhere_else(
    path: Path, tmp_path: Path
) -> None:
    book, noticed = pricelang.load(path), 0
    for rule, text in _mutants(path, measure(book.checked)):
        (tmp_path / path.name).write_text(text, encoding="utf-8")
        try:
            changed = pricelang.load(tmp_path / path.name)
        except BookError:
            continue  # another figure names this one, which is noticed by the check
        failing = [result.example.title for result in run_examples(changed) if not result.passed]
        if rule.kind != "charge minimum" or rule.examples:
            assert bool(failing) == bool(rule.examples), (
                rule.origin.place,
                rule.kind,
                rule.name,
                failing,
            )
            noticed += bool(failing)
    assert noticed


# ---- the command ---------------------------------------------------------------------------------


def test_the_table_and_the_lines_that_are_missed() -> None:
    done = run("test", SHOP, "--coverage")
    assert done.exit_code == 0
    shown = done.stdout
    assert shown.startswith("5 examples, all pass\n\nfile")
    place = "tests/cli/books/shop.price"
    line = line_of("$10 per 1,000 searches")
    assert f"{place}:{line}: charge price search\n    $10 per 1,000 searches\n" in shown
    line = line_of("| old-1  | 2025-01-01 | $1    |")
    assert (
        f"{place}:{line}: price input, output of old-1\n    | old-1 | 2025-01-01 | $1 | $4 |\n"
        in shown
    )
    missed, _, apart = shown.partition("not reachable by an example:")
    line = line_of("first 10 hours")
    assert f"{place}:{line}: charge pool box ({OF_ACCOUNT})" in apart
    assert "first 10 hours" not in missed
    assert "x 2 on input for new-1" not in missed


def test_a_threshold_fails_below_and_not_at_the_percentage() -> None:
    total = pricelang.load(SHOP).coverage().total
    assert 0 < total.exercised < total.rules
    at = str(Decimal(int(total.percent * 10)) / 10)
    assert run("test", SHOP, "--fail-under", at).exit_code == 0
    failed = run("test", SHOP, "--fail-under", "99%")
    assert failed.exit_code == 1
    assert failed.stdout.endswith("% is under 99%\n")
    assert run("test", SHOP, "--fail-under", "100", "--json").exit_code == 1
    for wrong in ("101", "-1", "many", "nan"):
        assert run("test", SHOP, "--fail-under", wrong).exit_code == 2


def test_coverage_as_json() -> None:
    *examples, last = objects(run("test", SHOP, "--coverage", "--json").stdout)
    assert len(examples) == 5
    found = last["coverage"]
    total = pricelang.load(SHOP).coverage().total
    assert (found["rules"], found["exercised"], found["examples"]) == (
        total.rules,
        total.exercised,
        5,
    )
    pool = next(line for line in found["lines"] if line["kind"] == "charge pool")
    assert (pool["line"], pool["examples"], pool["unreachable"]) == (
        line_of("first 10 hours"),
        0,
        OF_ACCOUNT,
    )
    assert all(
        "coverage" not in json.loads(row) for row in run("test", SHOP, "--json").stdout.splitlines()
    )


def test_fewer_examples_exercise_less() -> None:
    one = objects(run("test", SHOP, "-k", "plain", "--coverage", "--json").stdout)[-1]["coverage"]
    assert one["examples"] == 1
    assert one["exercised"] < pricelang.load(SHOP).coverage().total.exercised


def test_a_contract_is_measured_by_its_own_rules() -> None:
    contract = str(ROOT / "tests" / "corpus" / "good" / "contract")
    found = objects(run("test", contract, "--coverage", "--json").stdout)[-1]["coverage"]
    assert {part["file"] for part in found["files"]} == {"tests/corpus/good/contract/book.price"}
    assert {line["kind"] for line in found["lines"]} >= {"price", "modifier line"}
    assert found["exercised"] > 0
