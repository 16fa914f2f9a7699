"""The join of usage and cost: the true pair, what each mutation is called,
runs that must not be added, invoices.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import pricelang
from pricelang.apps.reconcile.keys import window_sides
from pricelang.apps.reconcile.reconcile import Reconciliation
from pricelang.model.errors import BadRequest
from tests.cli.helpers import run
from tests.test_agreement import checked_texts

from .helpers import BOOK, PAIR, cost_rows, expect_golden, page, pair, rows_of, usage_row

USAGE, COST, WRONG = (str(PAIR / name) for name in ("usage.json", "cost.json", "cost_wrong.json"))
DAY = "2026-10-20"


def found(usage: object, cost: object, **options: Any) -> Reconciliation:
    return BOOK.reconcile(usage, cost, **options)


def one(
    usage: list[dict[str, Any]], cost: list[dict[str, Any]], day: str = DAY, **options: Any
) -> Reconciliation:
    return found(page({day: usage}), page({day: cost}), **options)


def texts(result: Reconciliation) -> list[list[str]]:
    return [
        [explanation.text for explanation in finding.explanations] for finding in result.findings
    ]


def mutated(change: Any) -> Reconciliation:
    usage, cost = pair()
    change(rows_of(cost))
    return found(usage, cost)


# ---- the pair ------------------------------------------------------------------------------------


def test_the_shipped_pair_agrees_to_the_fraction_of_a_cent() -> None:
    result = found(USAGE, COST)
    assert result.agrees
    assert [line.status for line in result.lines] == ["matched"] * 8
    assert result.total.expected == result.total.billed == Fraction("5.9294376")


@pytest.mark.parametrize(
    ("cost", "code", "golden"), [("cost.json", 0, "pair"), ("cost_wrong.json", 1, "wrong")]
)
@pytest.mark.parametrize(
    ("flags", "kind"),
    [((), "txt"), (("--markdown",), "md"), (("--json",), "json"), (("--csv",), "csv")],
)
def test_the_shipped_pairs_in_every_form(
    cost: str, code: int, golden: str, flags: tuple[str, ...], kind: str
) -> None:
    folder = "samples/reconcile"
    done = run("reconcile", f"{folder}/usage.json", f"{folder}/{cost}", *flags)
    check(done, code, f"{golden}.{kind}")


def check(done: Any, code: int, name: str) -> None:
    assert done.exit_code == code
    # Places and the key of the book's text move with every change of the book.
    expect_golden(
        name,
        re.sub(
            r"\.price:[0-9]+",
            ".price:N",
            re.sub(r"(text |\"text\": \")[0-9a-f]{12}", r"\1KEY", done.stdout),
        ),
    )


def test_totals_add_up_in_the_wrong_copy() -> None:
    result = found(USAGE, WRONG)
    assert (
        sum(part.difference for part in result.subtotals)
        == result.total.difference
        == result.total.billed - result.total.expected
    )
    assert (
        sum(line.difference for line in result.lines)
        == sum(finding.difference for finding in result.findings)
        == result.total.difference
    )


# ---- explanations --------------------------------------------------------------------------------


def price_row(index: int, amount: str) -> Reconciliation:
    return mutated(lambda rows: rows[index].update(amount=amount))


@pytest.mark.parametrize(
    ("index", "amount", "text"),
    [
        (5, "22.00924", "with service_tier standard instead of batch: $4.40 per MTok"),
        (0, "19.2022", "with service_tier batch instead of standard: $2 per MTok"),
        (0, "42.24484", "with inference_geo us instead of global: $4.40 per MTok"),
        (1, "752.036", "with speed fast instead of standard: $40 per MTok"),
        (4, "60.0005", "as cache_write_5m: $5 per MTok"),
        (3, "32.9624", "as cache_write_1h: $8 per MTok"),
        (2, "85.60028", "at 0.1 x input: $0.40 per MTok"),
        (3, "21", "with the amount rounded to $0.01"),
        (0, "76.8088", "with the whole quantity counted 2 times"),
        (
            0,
            "21.122420",
            "with service_tier batch instead of standard and with inference_geo us instead of global: $2.20 per MTok",
        ),
        (0, "38.4048", "with a quantity of 96,012 instead of 96,011 (1 more)"),
    ],
)
def test_what_makes_an_amount_right_is_told(index: int, amount: str, text: str) -> None:
    result = price_row(index, amount)
    assert not result.agrees
    assert len(result.findings) == 1
    assert any(words.startswith(text) for words in texts(result)[0])


def test_all_models_of_one_price_stand_on_one_line() -> None:
    result = price_row(1, "940.045")
    assert (
        "as model claude-fable-5, claude-mythos-5, claude-fable-5-1 or claude-mythos-5-1: $50 per MTok"
        in texts(result)[0]
    )


def test_a_neighbouring_price_is_told_with_its_day() -> None:
    usage = [usage_row("claude-sonnet-5-5", (0, 0, 1_000_000, 0, 0))]
    result = one(
        usage,
        [
            {
                **cost_rows(usage_row(counts=(1, 0, 0, 0, 0)))[0],
                "model": "claude-sonnet-5-5",
                "token_type": "cache_read_input_tokens",
                "amount": "20",
            }
        ],
        "2026-10-08",
    )
    assert any(
        text.startswith("at the price before 2026-10-07: $0.20") for text in texts(result)[0]
    )


def test_a_price_that_stands_instead_of_a_derived_one() -> None:
    usage = [usage_row("claude-3-haiku-20240307", (0, 0, 0, 1_000_000, 0))]
    row = {
        **cost_rows(usage_row(counts=(1, 0, 0, 0, 0)))[0],
        "model": "claude-3-haiku-20240307",
        "token_type": "cache_creation.ephemeral_5m_input_tokens",
        "amount": "31.25",
    }
    result = one(usage, [row], "2025-06-01")
    assert any(text.startswith("at 1.25 x input: $0.3125 per MTok") for text in texts(result)[0])


def test_a_row_of_usage_that_was_left_out() -> None:
    rows = [
        usage_row(counts=(1000, 0, 0, 0, 0), api_key_id="k-1"),
        usage_row(counts=(337, 0, 0, 0, 0), api_key_id="k-2"),
    ]
    result = one(rows, cost_rows(rows[0]))
    assert texts(result) == [["without the 337 of (memory) data[0].results[1]"]]


def test_a_cost_row_that_stands_twice() -> None:
    result = mutated(lambda rows: rows.append(dict(rows[1])))
    assert any(
        text.startswith("without one of 2 cost rows under this key") for text in texts(result)[0]
    )


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("workspace_id", "wrkspc_02", "workspace wrkspc_02 instead of wrkspc_01A"),
        ("service_tier", "batch", "service_tier batch instead of standard"),
        ("inference_geo", "us", "inference_geo us instead of global"),
        ("model", "claude-opus-5", "model claude-opus-5 instead of claude-opus-5-5"),
        ("context_window", "200k-1M", "context_window 200k-1M instead of 0-200k"),
    ],
)
def test_a_cost_row_under_another_key_is_one_finding(field: str, value: str, words: str) -> None:
    result = mutated(lambda rows: rows[2].update({field: value}))
    (finding,) = result.findings
    assert (finding.kind, len(finding.lines), finding.difference) == ("moved", 2, 0)
    assert words in finding.explanations[0].text


def test_a_cost_row_at_the_price_of_another_key() -> None:
    result = mutated(lambda rows: rows[1].update(service_tier="batch", amount="188.009"))
    (finding,) = result.findings
    assert finding.kind == "moved"
    assert (
        "exactly the price of this quantity under service_tier batch instead of standard: $10 per MTok"
        in finding.explanations[0].text
    )


def test_a_write_billed_under_the_other_token_type() -> None:
    result = mutated(
        lambda rows: rows[4].update(token_type="cache_creation.ephemeral_5m_input_tokens")
    )
    (finding,) = result.findings
    assert (finding.kind, finding.difference) == ("moved", 0)


def test_what_nothing_explains_is_said_to_be_unexplained() -> None:
    result = price_row(0, "38.40441234")
    assert texts(result) == [[]]
    assert "not explained: no model, date" in result.text()


# ---- what formats demand -------------------------------------------------------------------------


def test_amounts_are_cents() -> None:
    usage = [usage_row(counts=(1_000_000, 0, 0, 0, 0))]
    assert one(usage, [{**cost_rows(usage[0])[0], "amount": "400"}]).agrees
    assert not one(usage, [{**cost_rows(usage[0])[0], "amount": "4"}]).agrees


def test_a_page_that_is_read_twice_counts_once() -> None:
    usage, cost = pair()
    result = found([usage, usage], [cost, cost])
    assert result.agrees
    assert "repeats" in result.usage.notes[0]


def test_runs_of_another_group_by_are_never_added() -> None:
    usage, cost = pair()
    other = page({DAY: [usage_row(counts=(5, 0, 0, 0, 0))]})
    with pytest.raises(BadRequest, match="different rows") as caught:
        found([usage, other], cost)
    assert caught.value.code == "overlapping_runs"
    hour = {
        "data": [
            {"starting_at": f"{DAY}T03:00:00Z", "ending_at": f"{DAY}T04:00:00Z", "results": []}
        ],
        "has_more": False,
    }
    with pytest.raises(BadRequest, match="overlap"):
        found([usage, hour], cost)


def test_hours_add_up_to_the_day() -> None:
    rows = [usage_row(counts=(600, 0, 0, 0, 0)), usage_row(counts=(400, 0, 0, 0, 0))]
    hours = [
        {
            "starting_at": f"{DAY}T0{n}:00:00Z",
            "ending_at": f"{DAY}T0{n + 1}:00:00Z",
            "results": [row],
        }
        for n, row in enumerate(rows)
    ]
    cost = page({DAY: cost_rows(usage_row(counts=(1000, 0, 0, 0, 0)))})
    result = found(
        [{"data": [hours[0]], "has_more": True}, {"data": [hours[1]], "has_more": False}], cost
    )
    assert result.agrees
    assert not result.usage.notes


def test_a_bucket_of_two_days_is_refused() -> None:
    wide = {
        "data": [
            {"starting_at": f"{DAY}T00:00:00Z", "ending_at": "2026-10-22T00:00:00Z", "results": []}
        ],
        "has_more": False,
    }
    with pytest.raises(BadRequest, match="within one UTC day"):
        found(wide, page({DAY: []}))


def test_the_priority_tier_is_not_in_the_cost_report() -> None:
    rows = [usage_row(), usage_row(tier="priority", counts=(0, 7, 0, 0, 0))]
    result = one(rows, cost_rows(rows[0]))
    assert result.agrees
    assert "agree, without: the cost report leaves the priority tier out" in result.text()


def test_session_costs_without_a_counter_are_not_compared() -> None:
    usage, cost = pair()
    rows_of(cost).append(
        {
            "amount": "8",
            "currency": "USD",
            "cost_type": "session_usage",
            "workspace_id": "wrkspc_01A",
        }
    )
    result = found(usage, cost)
    assert result.agrees
    assert result.total.difference == 0
    assert "session_usage: the usage has no counter for it: 1 line, billed $0.08" in result.text()


def test_a_report_without_a_field_is_compared_without_it() -> None:
    rows = [usage_row(geo=None, workspace=None)]
    cost = [{**row, "inference_geo": "global", "workspace_id": "w-9"} for row in cost_rows(rows[0])]
    result = one(rows, cost)
    assert result.agrees
    assert "no workspace in the Admin usage report: lines are compared without it" in result.text()
    assert "taken as global" in result.text()


def test_a_row_without_its_tier_or_model_has_no_price() -> None:
    rows = [usage_row(), usage_row(tier="standard", counts=(7, 0, 0, 0, 0))]
    rows[1]["service_tier"] = None
    result = one(rows, cost_rows(rows[0]))
    assert not result.agrees
    assert result.usage.unread[0].code == "not_grouped"
    rows[1].update(service_tier="standard", model=None)
    assert one(rows, cost_rows(rows[0])).usage.unread[0].code == "no_model"


def test_not_available_is_global() -> None:
    rows = [usage_row(geo="not_available")]
    assert one(rows, cost_rows({**rows[0], "inference_geo": "global"})).agrees


def test_fast_rows_meet_one_cost_line() -> None:
    rows = [usage_row(counts=(1000, 0, 0, 0, 0)), usage_row(counts=(500, 0, 0, 0, 0), speed="fast")]
    assert one(rows, cost_rows(usage_row(counts=(2000, 0, 0, 0, 0)))).agrees


def test_a_threshold_of_each_request_gives_bounds() -> None:
    rows = [usage_row("claude-haiku-5-5", (1_000_000, 0, 0, 0, 0))]
    row = {**cost_rows(usage_row(counts=(1, 0, 0, 0, 0)))[0], "model": "claude-haiku-5-5"}
    result = one(rows, [{**row, "amount": "30"}])
    assert [line.status for line in result.lines] == ["within bounds"]
    assert (result.lines[0].low, result.lines[0].high) == (Fraction("0.1"), Fraction("0.5"))
    assert result.agrees
    assert "can only be bounded" in result.text()
    assert not one(rows, [{**row, "amount": "51"}]).agrees


# $0.10 per MTok up to 100,000 tokens of prompt, $0.50 over it;
# 200,000 is a threshold of other models.
@pytest.mark.parametrize(
    ("each", "low", "high"),
    [
        ("prompt up to 200000", "0.1", "0.5"),
        ("prompt up to 100000", "0.1", "0.1"),
        ("prompt over 100000", "0.5", "0.5"),
        (["prompt over 100000", "prompt up to 200000"], "0.5", "0.5"),
    ],
)
def test_records_that_say_how_long_each_prompt_was(
    each: object, low: str, high: str, tmp_path: Path
) -> None:
    records = tmp_path / "records.jsonl"
    records.write_text(
        json.dumps(
            {
                "model": "claude-haiku-5-5",
                "at": DAY,
                "record": "sum",
                "each": each,
                "usage": {"input": 1_000_000},
            }
        )
    )
    row = {
        **cost_rows(usage_row(counts=(1, 0, 0, 0, 0)))[0],
        "model": "claude-haiku-5-5",
        "workspace_id": None,
        "context_window": None,
    }
    for cents in (10, 30, 50):
        result = found(str(records), page({DAY: [{**row, "amount": str(cents)}]}))
        assert [(line.low, line.high) for line in result.lines] == [(Fraction(low), Fraction(high))]
        assert result.agrees == (Fraction(low) <= Fraction(cents, 100) <= Fraction(high))
        if not result.agrees and cents != 30:
            assert any("prompt" in text for text in texts(result)[0])


def test_a_single_request_is_explained_from_its_own_side_of_a_threshold(tmp_path: Path) -> None:
    """150,000 tokens at $0.50 per MTok are $0.075;
    billed are those of a short prompt, and those of a tier that is half.
    """
    records = tmp_path / "records.jsonl"
    records.write_text(
        json.dumps({"model": "claude-haiku-5-5", "at": DAY, "usage": {"input": 150_000}})
    )
    row = {
        **cost_rows(usage_row(counts=(1, 0, 0, 0, 0)))[0],
        "model": "claude-haiku-5-5",
        "workspace_id": None,
        "context_window": None,
    }
    (short,) = texts(found(str(records), page({DAY: [{**row, "amount": "1.5"}]})))
    assert "with prompt up to 100,000: $0.10 per MTok" in short
    assert not any("platform" in text for text in short)
    (half,) = texts(found(str(records), page({DAY: [{**row, "amount": "3.75"}]})))
    assert "with service_tier batch instead of standard: $0.25 per MTok" in half


def test_promises_that_exclude_each_other_make_an_unread_row(tmp_path: Path) -> None:
    records = tmp_path / "records.jsonl"
    each = ["prompt over 200000", "prompt up to 100000"]
    records.write_text(
        json.dumps(
            {
                "model": "claude-haiku-5-5",
                "at": DAY,
                "record": "sum",
                "each": each,
                "usage": {"input": 1_000_000},
            }
        )
    )
    result = found(str(records), page({DAY: []}))
    assert [row.message for row in result.usage.unread] == [
        "no request is both `prompt over 200000` and `prompt up to 100000`"
    ]


def test_a_window_leaves_every_stretch_on_its_side() -> None:
    text = """book steps in USD
unit MTok is 1,000,000 tokens
meter input in tokens
models
  | model | released   |
  | m-1   | 2026-01-01 |
rates per MTok
  | model | from       | input |
  | m-1   | 2026-01-01 | $1    |
multiplier long
  x 2 on input  when input over 100,000 and input up to 200,000
  x 3 on input  when input over 200,000 and input up to 500,000
  x 4 on input  when input over 500,000
"""
    checked = checked_texts((text,)).book
    assert checked is not None
    assert window_sides(checked, False) == {0: (0, 1)}
    assert window_sides(checked, True) == {0: (2, 3)}


def test_the_long_window_is_over_its_threshold() -> None:
    rows = [usage_row("claude-sonnet-4-6", (1_000_000, 0, 0, 0, 0), window="200k-1M", geo=None)]
    row = {
        **cost_rows(usage_row(counts=(1, 0, 0, 0, 0)))[0],
        "model": "claude-sonnet-4-6",
        "context_window": "200k-1M",
    }
    assert one(rows, [{**row, "amount": "600"}], "2026-03-01").agrees
    assert one(rows, [{**row, "amount": "300"}], "2026-03-20").agrees


def test_another_currency_has_no_difference() -> None:
    usage, cost = pair()
    rows_of(cost)[3]["currency"] = "EUR"
    with pytest.raises(BadRequest, match="is in EUR, and the book prices in USD"):
        found(usage, cost)


def test_a_tolerance_is_told() -> None:
    usage, cost = pair()
    rows_of(cost)[3]["amount"] = "21"
    assert not found(usage, cost).agrees
    result = found(usage, cost, within=Decimal("0.01"))
    assert result.agrees
    assert "8 of 8 lines match, 7 exactly, 1 within tolerance" in result.text()


# ---- records and invoices ------------------------------------------------------------------------


def test_records_against_an_invoice(tmp_path: Path) -> None:
    records = tmp_path / "records.jsonl"
    records.write_text(
        "".join(
            json.dumps(
                {
                    "model": "claude-opus-4-7",
                    "at": f"2026-05-0{day}",
                    "usage": {"input": 1_000_000, "output": 100},
                }
            )
            + "\n"
            for day in (1, 1, 2)
        )
    )
    invoice = tmp_path / "invoice.csv"
    invoice.write_text(
        "date,item,product,cost\n2026-05-01,input,claude-opus-4-7,10\n2026-05-01,output,claude-opus-4-7,0.005\n2026-05-02,input,claude-opus-4-7,5\n2026-05-02,output,claude-opus-4-7,0.0025\n"
    )
    maps = (
        "--map",
        "day=date",
        "--map",
        "token_type=item",
        "--map",
        "model=product",
        "--map",
        "amount=cost",
    )
    assert run("reconcile", str(records), str(invoice), *maps).exit_code == 0
    invoice.write_text(
        invoice.read_text().replace(
            "05-02,input,claude-opus-4-7,5", "05-02,input,claude-opus-4-7,2.5"
        )
    )
    done = run("reconcile", str(records), str(invoice), *maps)
    assert done.exit_code == 1
    assert "service_tier batch instead of standard: $2.50 per MTok" in done.stdout


def test_an_invoice_by_day_and_model_alone(tmp_path: Path) -> None:
    invoice = tmp_path / "invoice.csv"
    invoice.write_text("day,model,cents\n2026-10-20,claude-opus-5-5,592.94376\n")
    usage, _ = pair()
    usage["data"][0]["results"][0]["server_tool_use"]["web_search_requests"] = 7
    result = BOOK.reconcile(usage, str(invoice))
    assert result.agrees
    assert result.fields == ("day", "model")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "needs a column for `day`"),
        ("day,day,amount\n2026-10-20,x,1\n", "two columns of one name"),
        ("day,amount,cents\n2026-10-20,1,100\n", "needs a column for `day`"),
    ],
)
def test_an_invoice_that_cannot_be_read(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "invoice.csv").write_text(text)
    done = run("reconcile", USAGE, str(tmp_path / "invoice.csv"))
    assert done.exit_code == 2
    assert words in done.stderr


def test_a_contract_is_told_from_the_list(tmp_path: Path) -> None:
    (tmp_path / "book.price").write_text(
        'book agreed "Agreed" extends anthropic from 2026-10-01 before 2027-10-01\nrates per MTok\n'
        "  | model | from | output |\n  | claude-opus-5-5 | 2026-10-01 | $18 instead of $20 |\n"
    )
    usage, cost = pair()
    result = pricelang.load(tmp_path).reconcile(usage, cost)
    assert any(
        "at the list price of `anthropic`: $20 per MTok" in text for text in texts(result)[0]
    )


def test_wrong_usage_is_said(tmp_path: Path) -> None:
    assert run("reconcile", COST, COST).exit_code == 2
    assert "the usage report comes first" in run("reconcile", COST, USAGE).stderr
    assert run("reconcile", "-", "-").exit_code == 2
    assert run("reconcile", USAGE, COST, "--within", "1e-2").exit_code == 2
    assert run("reconcile", USAGE, COST, "--json", "--csv").exit_code == 2
    assert run("reconcile", USAGE, "-", stdin=Path(COST).read_text()).exit_code == 0
    target = tmp_path / "letter.md"
    assert run("reconcile", USAGE, WRONG, "--markdown", "-o", str(target)).exit_code == 1
    assert target.read_text().startswith("# Reconciliation of usage and cost")
    assert [path.name for path in tmp_path.iterdir()] == ["letter.md"]


def test_packed_pages_and_a_folder_of_them(tmp_path: Path) -> None:
    import gzip

    (tmp_path / "usage").mkdir()
    for number, day in enumerate(("2026-10-20", "2026-10-21")):
        text = json.dumps(page({day: [usage_row()]})).encode()
        (tmp_path / "usage" / f"{number}.json.gz").write_bytes(gzip.compress(text))
    (tmp_path / "cost.json").write_text(
        json.dumps(page({day: cost_rows(usage_row()) for day in ("2026-10-20", "2026-10-21")}))
    )
    assert run("reconcile", str(tmp_path / "usage"), str(tmp_path / "cost.json")).exit_code == 0
    (tmp_path / "usage" / "0.json.gz").write_bytes(gzip.compress(b"x" * 1000)[:20])
    done = run("reconcile", str(tmp_path / "usage"), str(tmp_path / "cost.json"))
    assert done.exit_code == 2
    assert "Traceback" not in done.output


def test_a_day_that_the_other_side_does_not_cover() -> None:
    usage = page({DAY: [usage_row()], "2026-10-21": [usage_row()]})
    result = found(usage, page({DAY: cost_rows(usage_row())}))
    assert texts(result) == [
        [
            "the Admin cost report is from 2026-10-20 and before 2026-10-21: it does not cover this day"
        ]
    ]
    assert result.findings[0].kind == "not billed"


def test_records_without_a_date_have_the_one_that_is_given(tmp_path: Path) -> None:
    records, invoice = tmp_path / "messages.jsonl", tmp_path / "invoice.csv"
    records.write_text(
        json.dumps(
            {
                "type": "message",
                "id": "m",
                "model": "claude-opus-4-7",
                "usage": {"input_tokens": 1_000_000, "output_tokens": 0},
            }
        )
        + "\n"
    )
    invoice.write_text("day,amount\n2026-05-01,5\n")
    assert run("reconcile", str(records), str(invoice), "--at", "2026-05-01").exit_code == 0
    assert run("reconcile", str(records), str(invoice)).exit_code == 1
    assert run("reconcile", str(records), str(invoice), "--at", "soon").exit_code == 2
