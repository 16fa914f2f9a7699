"""FOCUS rows: golden rows, sums, contracts, files;
and that the validator catches each rule when it is broken.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pricelang
from pricelang.apps.exports.focus import BillingAccount, rows_of
from pricelang.apps.exports.focus_check import check_rows
from pricelang.apps.exports.focus_columns import COLUMNS
from pricelang.apps.exports.focus_rules import RULES
from tests.apps.reconcile.helpers import BOOK, expect_golden
from tests.cli.helpers import SAMPLES, SHOP, run

OWNER = BillingAccount("org-1", "Example Org", "wrkspc_1", '{"team": "research"}')
REQUESTS: list[dict[str, Any]] = [
    {
        "model": "claude-opus-5",
        "at": "2026-08-01T13:00:00Z",
        "record": "sum",
        "usage": {"input": 1_500_123, "output": 250_000, "cache_read": 8_000_001},
    },
    {
        "model": "claude-opus-4-7",
        "at": "2026-12-31",
        "service_tier": "batch",
        "inference_geo": "us",
        "usage": {"input": 7, "cache_write_1h": 3, "web_search": 3},
    },
    {
        "model": "claude-opus-4-7",
        "at": "2026-05-01",
        "usage": {"code_execution": ["90 minutes", "1 minute"], "web_fetch": 2},
    },
]


def rows(**request: Any) -> list[dict[str, str]]:
    return list(rows_of(BOOK, BOOK.price(**request), OWNER, "requests.jsonl:1"))


def total(found: list[dict[str, str]], column: str = "BilledCost") -> Fraction:
    return sum((Fraction(row[column]) for row in found), Fraction(0))


def problems(found: list[dict[str, str]]) -> list[str]:
    return [
        f"{problem.column}: {problem.message}"
        for problem in check_rows(COLUMNS, [[row[name] for name in COLUMNS] for row in found])
    ]


def test_golden_rows() -> None:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for request in REQUESTS:
        writer.writerows(rows(**request))
    expect_golden("focus.csv", re.sub(r"\.price:[0-9]+", ".price:N", stream.getvalue()))


@pytest.mark.parametrize("request_", REQUESTS)
def test_rows_keep_the_rules_and_add_up(request_: dict[str, Any]) -> None:
    found = rows(**request_)
    assert problems(found) == []
    assert total(found) == Fraction(BOOK.price(**request_).total)


def test_the_figures_of_a_known_row() -> None:
    first, second, third = rows(**REQUESTS[0])
    assert [row["ListCost"] for row in (first, second, third)] == ["7.500615", "6.25", "4.0000005"]
    assert (
        first["PricingQuantity"],
        first["PricingUnit"],
        first["ConsumedQuantity"],
        first["ConsumedUnit"],
    ) == ("1.500123", "1000000 Tokens", "1500123", "Tokens")
    assert (first["ChargePeriodStart"], first["ChargePeriodEnd"]) == (
        "2026-08-01T00:00:00Z",
        "2026-08-02T00:00:00Z",
    )
    assert (first["BillingPeriodStart"], first["BillingPeriodEnd"]) == (
        "2026-08-01T00:00:00Z",
        "2026-09-01T00:00:00Z",
    )
    assert rows(**REQUESTS[1])[0]["BillingPeriodEnd"] == "2027-01-01T00:00:00Z"


@settings(max_examples=60)
@given(
    st.sampled_from(
        ("claude-opus-5", "claude-sonnet-4-6", "claude-haiku-5-5", "claude-3-haiku-20240307")
    ),
    st.sampled_from(("standard", "batch")),
    st.dictionaries(
        st.sampled_from(
            ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h", "web_search")
        ),
        st.integers(0, 4_096),
        max_size=6,
    ),
    st.lists(st.integers(1, 10**6), max_size=3),
)
def test_billed_costs_add_up_to_the_total_exactly(
    model: str, tier: str, usage: dict[str, Any], seconds: list[int]
) -> None:
    if seconds:
        usage["code_execution"] = [f"{count} seconds" for count in seconds]
    request: dict[str, Any] = {
        "model": model,
        "at": "2026-10-20",
        "service_tier": tier,
        "usage": usage,
    }
    found = rows(**request)
    assert problems(found) == []
    assert total(found) == Fraction(BOOK.price(**request).total)


def test_rows_of_a_book_that_adds_floors_and_rounds() -> None:
    book = pricelang.load(SHOP)
    for at in ("2026-02-01", "2026-03-01"):
        for usage in ({"input": 3}, {"input": 1000, "output": 77}):
            bill = book.price(model="new-1", at=at, usage=usage)
            found = list(rows_of(book, bill, OWNER))
            assert total(found) == Fraction(bill.total)
            assert problems(found) == []
            assert {row["ProviderName"] for row in found} == {book.title}


# ---- contracts -----------------------------------------------------------------------------------


@pytest.fixture
def contract(tmp_path: Path) -> pricelang.Book:
    (tmp_path / "book.price").write_text(
        'book agreed "Agreed" extends anthropic from 2026-05-01 before 2027-05-01\nrates per MTok\n'
        "  | model | from | output |\n  | claude-opus-4-7 | 2026-05-01 | $20 instead of $25 |\n"
    )
    return pricelang.load(tmp_path)


def test_a_contract_has_its_own_cost_and_that_of_the_list(contract: pricelang.Book) -> None:
    bill = contract.price(
        model="claude-opus-4-7",
        at="2026-06-01",
        service_tier="batch",
        record="sum",
        usage={"input": 1000, "output": 1_000_000},
    )
    first, second = rows_of(contract, bill, OWNER, below=contract.list_book())
    assert first["ListCost"] == first["ContractedCost"] == "0.0025"
    assert [
        second[name]
        for name in (
            "ListUnitPrice",
            "ListCost",
            "ContractedUnitPrice",
            "ContractedCost",
            "BilledCost",
        )
    ] == ["12.5", "12.5", "10", "10", "10"]
    assert second["ServiceName"] == "Claude API"
    assert problems([first, second]) == []


def test_bounds_have_no_rows() -> None:
    bill = BOOK.price(
        model="claude-haiku-5-5", at="2026-10-20", record="sum", usage={"input": 200_000}
    )
    with pytest.raises(pricelang.PriceError, match="no single amount"):
        list(rows_of(BOOK, bill, OWNER))


# ---- the command ---------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_records_go_to_a_file_that_keeps_the_rules(ending: str, tmp_path: Path) -> None:
    target = tmp_path / f"costs.{ending}"
    done = run(
        "price",
        str(SAMPLES / "messages"),
        "--at",
        "2026-10-20",
        "--focus",
        str(target),
        "--account",
        "org-1=Example Org",
    )
    assert done.exit_code == 0
    assert done.stdout == ""
    assert "read: " in done.stderr
    checked = run("focus-check", str(target))
    assert (
        checked.exit_code,
        checked.stdout.splitlines()[-1].endswith("no rule of FOCUS 1.2 is broken"),
    ) == (0, True)
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    found = [
        json.loads(line)
        for line in run(
            "price", str(SAMPLES / "messages"), "--at", "2026-10-20", "--json"
        ).stdout.splitlines()
    ]
    assert _file_total(target) == sum((Fraction(one["total"]) for one in found), Fraction(0))


def _file_total(path: Path) -> Fraction:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as stream:
            return total(list(csv.DictReader(stream)))
    import duckdb

    ((amount,),) = duckdb.sql(f"select sum(BilledCost) from '{path}'").fetchall()
    assert isinstance(amount, Decimal)
    return Fraction(amount)


def test_a_refused_record_is_named_and_the_rest_is_written(tmp_path: Path) -> None:
    target = tmp_path / "costs.csv"
    lines = [
        {"model": "claude-opus-5", "at": "2026-10-20", "usage": {"input": 1}},
        {"model": "claude-opus-9", "at": "2026-10-20", "usage": {"input": 1}},
        {
            "model": "claude-haiku-5-5",
            "at": "2026-10-20",
            "record": "sum",
            "usage": {"input": 200_000},
        },
    ]
    done = run(
        "price",
        "-",
        "--focus",
        str(target),
        stdin="".join(json.dumps(line) + "\n" for line in lines),
    )
    assert done.exit_code == 1
    assert "unknown model `claude-opus-9`" in done.stderr
    assert "error[across_threshold]" in done.stderr
    assert "3 read: 1 priced, 0 free, 0 skipped, 2 refused" in done.stderr
    assert len(target.read_text().splitlines()) == 2


def test_wrong_usage_of_focus(tmp_path: Path) -> None:
    old = tmp_path / "costs.csv"
    old.write_text("old")
    flags = ("--model", "claude-opus-5", "--input", "1", "--at", "2026-10-20")
    assert run("price", *flags, "--focus", str(tmp_path / "costs.txt")).exit_code == 2
    assert run("price", *flags, "--focus", str(old), "--json").exit_code == 2
    assert (
        run("price", str(SAMPLES / "tables" / "usage.parquet"), "--focus", str(old)).exit_code == 2
    )
    assert run("price", *flags, "--focus", str(old), "--account", "=x").exit_code == 2
    assert old.read_text() == "old"
    assert run("price", *flags, "--focus", str(old)).exit_code == 0
    assert old.read_text().startswith("BilledCost,")


# ---- the validator -------------------------------------------------------------------------------


def broken(change: Callable[[dict[str, str]], object]) -> list[str]:
    row = rows(**REQUESTS[0])[0]
    change(row)
    names = list(row)
    return [
        f"{problem.column}: {problem.message}"
        for problem in check_rows(names, [[row[name] for name in names]])
    ]


def column_of(problem: str) -> str:
    return problem.partition(":")[0]


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule.must])
def test_a_mandatory_column_that_is_missing(name: str) -> None:
    assert f"{name}: the mandatory column is missing" in broken(lambda row: row.pop(name))


@pytest.mark.parametrize(
    "name", [name for name, rule in RULES.items() if not rule.null and name in COLUMNS]
)
def test_a_null_where_none_may_be(name: str) -> None:
    assert f"{name}: is null, and must not be" in broken(lambda row: row.update({name: ""}))


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule.type != "a text"])
@pytest.mark.parametrize(
    "value", ["many", "1,5", "NaN", "2026-08-01", "2026-02-30T00:00:00Z", "[]", "1e999"]
)
def test_a_value_of_another_type(name: str, value: str) -> None:
    assert name in map(column_of, broken(lambda row: row.update({name: value})))


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule.allowed])
def test_a_value_that_is_not_allowed(name: str) -> None:
    assert any(
        problem.startswith(f"{name}: is `usage`, and not one of")
        for problem in broken(lambda row: row.update({name: "usage"}))
    )


@pytest.mark.parametrize(
    "name",
    [
        "PricingQuantity",
        "PricingUnit",
        "ListUnitPrice",
        "ContractedUnitPrice",
        "ConsumedQuantity",
        "ConsumedUnit",
        "PricingCategory",
        "SkuId",
        "SkuPriceId",
    ],
)
def test_a_row_of_usage_says_all_of_it(name: str) -> None:
    assert f"{name}: is null in a row of usage" in broken(lambda row: row.update({name: ""}))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"ListCost": "7.500616"},
            "ListCost: is 7.500616, and ListUnitPrice x PricingQuantity is not",
        ),
        (
            {"ContractedUnitPrice": "4"},
            "ContractedCost: is 7.500615, and ContractedUnitPrice x PricingQuantity is not",
        ),
        ({"ListUnitPrice": "-5", "ListCost": "-7.500615"}, "ListUnitPrice: is negative"),
        (
            {"ConsumedQuantity": "1500124"},
            "PricingQuantity: is 1.500123 of 1000000 Tokens, and ConsumedQuantity is 1500124 Tokens",
        ),
        (
            {"ChargePeriodEnd": "2026-08-01T00:00:00Z"},
            "ChargePeriodEnd: ChargePeriodStart is not before it",
        ),
        (
            {"BillingPeriodEnd": "2026-07-01T00:00:00Z"},
            "BillingPeriodEnd: BillingPeriodStart is not before it",
        ),
        (
            {"ChargePeriodStart": "2026-07-31T00:00:00Z"},
            "ChargePeriodStart: lies outside of the billing period, in a row of usage that is not a correction",
        ),
        ({"BillingCurrency": "usd"}, "BillingCurrency: is `usd`, and no ISO 4217 code"),
        (
            {"Tags": '{"team": {"of": "two"}}'},
            "Tags: holds a value that is not a text, number, true, false or null",
        ),
        (
            {"Model": "claude-opus-5"},
            "Model: is not a column of FOCUS 1.2, and a column of your own begins with `x_`",
        ),
    ],
)
def test_a_rule_between_columns_that_is_broken(change: dict[str, str], words: str) -> None:
    assert words in broken(lambda row: row.update(change))


def test_rows_and_headers_of_the_wrong_form() -> None:
    assert (
        next(problem.message for problem in check_rows(["BilledCost", "BilledCost", "x_a"], []))
        == "the column stands twice"
    )
    found = rows(**REQUESTS[0])[0]
    assert [problem.message for problem in check_rows(list(found), [["1"]])] == [
        f"the row has 1 cells, and the header {len(COLUMNS)}"
    ]
    assert broken(lambda row: row.update({"x_Own": "anything"})) == []


@pytest.mark.parametrize("text", [b"", b"\xff\xfe", b'a,"b\n', b"\x00"])
def test_files_that_cannot_be_read(text: bytes, tmp_path: Path) -> None:
    for name in ("costs.csv", "costs.parquet"):
        (tmp_path / name).write_bytes(text)
        done = run("focus-check", str(tmp_path / name))
        assert done.exit_code in (1, 2)
        assert "Traceback" not in done.output
    assert run("focus-check", "-", stdin="BilledCost\n1\n").exit_code == 1


def test_the_rows_of_records_reconcile_with_the_records(tmp_path: Path) -> None:
    records, target = tmp_path / "records.jsonl", tmp_path / "costs.csv"
    records.write_text("".join(json.dumps(request) + "\n" for request in REQUESTS[:2]))
    assert run("price", str(records), "--focus", str(target)).exit_code == 0
    maps = (
        "day=ChargePeriodStart",
        "amount=BilledCost",
        "model=x_Model",
        "token_type=SkuMeter",
        "currency=BillingCurrency",
        "service_tier=x_ServiceTier",
        "inference_geo=x_InferenceGeo",
    )
    done = run(
        "reconcile", str(records), str(target), *(word for text in maps for word in ("--map", text))
    )
    assert done.exit_code == 0, done.output
    assert "Usage and cost agree: 6 of 6 lines match exactly." in done.stdout


def test_the_list_of_a_contract_on_a_contract_is_the_one_at_the_bottom() -> None:
    folder = Path(__file__).resolve().parents[2] / "corpus" / "good" / "contract_on_contract"
    found = pricelang.load(folder).list_book()
    assert found is not None
    assert found.list_book() is None
    assert not found.checked.bases


def test_below_a_contract_on_a_contract_are_two_books() -> None:
    book = pricelang.load(
        Path(__file__).resolve().parents[2] / "corpus" / "good" / "contract_on_contract"
    )
    middle = book.below
    assert middle is not None
    assert middle.list_book() is not None
    assert middle.below is not None
    assert (middle.below.name, middle.below.below) == ("list", None)


def test_a_record_says_its_sub_account_and_tags(tmp_path: Path) -> None:
    target = tmp_path / "costs.csv"
    assert (
        run(
            "price",
            str(SAMPLES / "admin" / "11_pair_usage_report.json"),
            "--focus",
            str(target),
            "--sub-account",
            "none",
        ).exit_code
        == 0
    )
    with target.open(encoding="utf-8", newline="") as stream:
        found = list(csv.DictReader(stream))
    assert {row["SubAccountId"] for row in found} == {"wrkspc_01A", "none"}
    assert total(found) == Fraction("5.9294376")
