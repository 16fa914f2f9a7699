"""Laws of workloads: a month is the sum of its requests one by one,
pools included, and bad workloads are told apart.
"""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pricelang
from pricelang.apps.quote.model import same
from pricelang.apps.quote.workload_cost import month_of
from pricelang.apps.quote.workload_files import read_plan
from pricelang.evaluate.allowances import charge_accounts
from pricelang.evaluate.billing_periods import turn_of
from pricelang.evaluate.charge_alike import charge_alike
from pricelang.evaluate.ladders import LadderTerms
from pricelang.evaluate.pieces import Counts
from pricelang.model.errors import BadRequest, NotOffered, PriceError
from tests.evaluate.test_ladders import book as tiered
from tests.evaluate.test_ladders import ladder

BOOK = pricelang.load()
MONTH = "2026-11"
ROOT = Path(__file__).resolve().parents[3]

POOLS = """book pools in USD
unit MTok is 1,000,000 tokens
dimension tier default standard
  standard, cheap
meter input in tokens
meter runtime in hours
models
  | model | released   |
  | m     | 2026-01-01 |
rates per MTok
  | model | from       | input |
  | m     | 2026-01-01 | $2    |
  | m     | 2026-11-11 | $3    |
charge runtime "Runtime"
  $6 per hour
  $5 per hour after 100 hours per organization per month
  at least 5 minutes per use
  first 20 hours free per organization per month
  free when tier is cheap because "it is"
"""


def book_of(folder: Path, text: str) -> pricelang.Book:
    path = folder / "b.price"
    path.write_text(text)
    return pricelang.load(path)


USAGE = st.fixed_dictionaries(
    {"input": st.integers(0, 5_000)}, optional={"runtime": st.lists(st.integers(0, 40), max_size=3)}
)
KIND = st.tuples(USAGE, st.sampled_from(["standard", "cheap"]), st.integers(0, 6))


@settings(max_examples=20, deadline=None)
@given(st.lists(KIND, min_size=1, max_size=3))
def test_a_month_is_the_sum_of_its_requests_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, kinds: list[Any]
) -> None:
    book = book_of(tmp_path_factory.mktemp("book"), POOLS)
    plan = {
        "requests": [
            {"model": "m", "tier": tier, "usage": usage, "per_day": count}
            for usage, tier, count in kinds
        ]
    }
    found = book.workload(json.dumps(plan) + "\n", month=MONTH)
    sent = [
        ("one", book.rates.request("m", f"{MONTH}-{day:02}", usage, {"tier": tier}))
        for day in range(1, 31)
        for usage, tier, count in kinds
        for _ in range(count)
    ]
    charged, _ = charge_accounts(book.checked, sent)
    assert found.total == same(sum(one.total for one in charged))
    assert found.without_pools == same(sum(priced.total for _, priced in sent))
    assert found.total == found.days[-1].together
    assert sum(mix.month.expected for mix in found.mixes) == found.total.expected
    free = sum((line.free for one in charged for line in one.lines), Fraction(0))
    assert sum((pool.free for pool in found.pools), Fraction(0)) == free
    assert all(pool.free == min(pool.used, 20) for pool in found.pools)


def test_many_alike_are_charged_as_one_by_one() -> None:
    priced = BOOK.rates.request(
        "claude-opus-5",
        "2026-11-20",
        {"input": 10, "code_execution": ["400 hours", "1 minute"]},
        {},
    )
    used: Counts = {}
    total, (line,) = charge_alike(LadderTerms(BOOK.checked), "a", priced, Fraction(5), used)
    charged, _ = charge_accounts(BOOK.checked, [("a", priced)] * 5)
    assert total == sum(one.total for one in charged)
    assert (line.quantity, line.free) == (5 * (400 + Fraction(1, 12)), 1550)
    assert {key[-1]: value for key, value in used.items()} == {
        turn_of(priced.at, "organization per month"): line.quantity
    }


def test_the_free_hours_of_a_month() -> None:
    # 600 executions a day count as five minutes each: 50 hours a day,
    # which are 1,500 in thirty days and 1,550 in a longer month
    record = {"model": "claude-opus-5", "usage": {"input": 1, "code_execution": "2 minutes"}}
    november = BOOK.workload(record, per_day=600, month=MONTH)
    tokens = (
        600
        * 30
        * BOOK.price(model="claude-opus-5", at="2026-11-01", usage={"input": 1}).exact_total
    )
    assert november.total == same(tokens)
    (pool,) = november.pools
    assert (pool.used, pool.free, pool.saved, pool.ends) == (1_500, 1_500, 75, None)
    more = BOOK.workload(record, per_day=1_200, month=MONTH)
    assert more.total == same(2 * tokens + 1_450 * Fraction("0.05"))
    assert more.pools[0].ends == "2026-11-16"


def test_a_price_that_changes_within_the_month(tmp_path: Path) -> None:
    book = book_of(tmp_path, POOLS)
    found = book.workload({"model": "m", "usage": {"input": 1_000_000}}, per_day=3, month=MONTH)
    assert [day.amount.expected for day in found.days] == [6] * 10 + [9] * 20
    assert found.total == same(6 * 10 + 9 * 20)
    assert found.average_day == same(Fraction(240, 30))
    assert found.mixes[0].request == same(2)


def test_floors_of_an_account_are_settled_once_a_month(tmp_path: Path) -> None:
    book = book_of(
        tmp_path, POOLS + 'limit floor "Least"\n  at least $100 per organization per month\n'
    )
    found = book.workload({"model": "m", "usage": {"input": 1_000_000}}, per_day=1, month=MONTH)
    assert (found.settled, found.total) == (same(100 - 80), same(100))
    assert book.workload(
        {"model": "m", "usage": {"input": 1_000_000}}, per_day=2, month=MONTH
    ).total == same(160)


def test_what_a_pool_and_a_rounding_do_together_is_refused(tmp_path: Path) -> None:
    book = book_of(tmp_path, POOLS + "round line to $0.01 half_even\n")
    assert book.workload(
        {"model": "m", "usage": {"input": 1_000}}, per_day=3, month=MONTH
    ).total == same(0)
    with pytest.raises(BadRequest, match="rounded or bounded by itself"):
        book.workload({"model": "m", "usage": {"runtime": 1}}, per_day=3, month=MONTH)


def test_ranges_and_shares() -> None:
    text = (ROOT / "samples" / "workloads" / "support.toml").read_text()
    found = BOOK.workload(text)
    assert [mix.per_day for mix in found.mixes] == [3_500, 1_250, 250]

    def each(model: str, output: int, **more: Any) -> Fraction:
        usage = {
            "output": output,
            **{meter: more.pop(meter) for meter in ("input", "cache_read") if meter in more},
        }
        return BOOK.price(model=model, at="2026-11-01", usage=usage, **more).exact_total

    for level, sort, answer in (("low", 20, 200), ("expected", 40, 450), ("high", 120, 1_200)):
        day = (
            3_500 * each("claude-haiku-5-5", sort, input=900)
            + 1_250 * each("claude-sonnet-5-5", answer, input=1_500, cache_read=12_000)
            + 250 * each("claude-opus-5-5", 900, input=20_000, service_tier="batch")
        )
        assert getattr(found.total, level) == 30 * day
        assert getattr(found.average_day, level) == day
    assert found.total.low <= found.total.expected <= found.total.high
    assert BOOK.workload(text, per_day=10_000).total.expected == 2 * found.total.expected
    assert BOOK.workload(ROOT / "samples" / "workloads" / "support.toml") == found


def test_more_usage_that_costs_less_keeps_the_range_in_order(tmp_path: Path) -> None:
    book = book_of(tmp_path, POOLS + "multiplier long\n  x 0.1 on input when input over 100\n")
    text = (
        json.dumps(
            {
                "requests": [
                    {
                        "model": "m",
                        "per_day": 1,
                        "usage": {"input": {"low": 100, "expected": 101, "high": 200}},
                    }
                ]
            }
        )
        + "\n"
    )
    total = book.workload(text, month=MONTH).total
    assert total.low <= total.expected <= total.high


def test_records_are_as_frequent_as_each_other() -> None:
    records = [
        {"model": "claude-opus-5", "usage": {"input": 1_000}},
        {"model": "claude-haiku-4-5", "service_tier": "batch", "usage": {"output": 500}},
    ]
    found = BOOK.workload(records, per_day=8, month=MONTH)
    one, two = (BOOK.price(at="2026-11-01", **record).exact_total for record in records)
    assert found.total == same(30 * 8 * (one + two) / 2)
    assert BOOK.workload(records[::-1], per_day=8, month=MONTH).total == found.total


def test_months() -> None:
    assert month_of(None) == (datetime.now(UTC).year, datetime.now(UTC).month)
    record = {"model": "claude-haiku-4-5", "usage": {"input": 1}}
    assert [
        len(BOOK.workload(record, per_day=1, month=month).days)
        for month in ("2026-02", "2028-02", "2026-12")
    ] == [28, 29, 31]
    for wrong in ("2026-13", "soon", "11-2026", "\x1b[0m", "9" * 500):
        with pytest.raises(BadRequest, match="is not a month"):
            month_of(wrong)


def test_a_request_that_cannot_be_names_its_mix_and_day() -> None:
    with pytest.raises(NotOffered) as caught:
        BOOK.workload({"model": "claude-fable-5-2", "usage": {"input": 1}}, per_day=1, month=MONTH)
    assert (
        caught.value.message
        == "`requests` on 2026-11-01: model `claude-fable-5-2` is not offered before 2026-11-09"
    )
    assert caught.value.location is not None


def entry(**more: Any) -> dict[str, Any]:
    return {"model": "claude-opus-5", "usage": {"input": 1}, **more}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({}, "`requests` is not a list"),
        ({"requests": []}, "`requests` is not a list"),
        ({"requests": {"a": 1}}, "`requests` is not a list"),
        ({"requests": [1]}, "`requests` is not a list"),
        ({"requests": [entry(per_day=1)] * 1_001}, "more than 1,000 entries"),
        ({"requests": [entry()]}, "does not say how many requests a day"),
        ({"requests": [entry(per_day=1)], "per_day": 1}, "for the whole and for some of its parts"),
        ({"requests": [entry(per_day=1), entry()]}, "for the whole and for some of its parts"),
        ({"requests": [entry(per_day=1, share=2)]}, "`share` stands beside `per_day`"),
        ({"requests": [entry(share=0)], "per_day": 1}, "the shares are all zero"),
        ({"requests": [entry(per_day=-1)]}, "`requests[0].per_day` is not between 0 and"),
        ({"requests": [entry(per_day=10**13)]}, "`requests[0].per_day` is not between 0 and"),
        ({"requests": [entry(per_day=True)]}, "`requests[0].per_day` is not a number"),
        ({"requests": [entry(per_day="5")]}, "`requests[0].per_day` is not a number"),
        ({"requests": [entry(per_day=1, speed=3)]}, "`requests[0].speed` is not a short text"),
        ({"requests": [entry(per_day=1, name=["x"])]}, "`requests[0].name` is not a short text"),
        ({"requests": [{"per_day": 1}]}, "needs `usage`, `records` or `request`"),
        ({"requests": [entry(per_day=1, records="x")]}, "needs `usage`, `records` or `request`"),
        ({"requests": [{"per_day": 1, "records": "-"}]}, "is not the path of a file"),
        ({"requests": [entry(per_day=1, usage=[])]}, "is not a table of meters"),
        ({"requests": [entry(per_day=1, usage={"input": None})]}, "is not a quantity"),
        (
            {"requests": [entry(per_day=1, usage={"input": {"low": 1, "high": 2}})]},
            "needs `low`, `expected` and `high`",
        ),
        (
            {"requests": [entry(per_day=1, usage={"input": {"low": 1, "most": 2}})]},
            "`requests[0].usage.input.most` is not a key",
        ),
        (
            {"requests": [entry(per_day=1, usage={"input": {"low": 3, "expected": 2, "high": 4}})]},
            "is not in order",
        ),
        ({"requests": [entry(per_day=1, hits=1)]}, "`requests[0].hits` goes with `request`"),
        ({"requests": [{"per_day": 1, "request": "r.json"}]}, "needs a book"),
        ({"requests": [entry(per_day=1)], "moth": "2026-11"}, "`moth` is not a key of a workload"),
        ({"requests": [entry(per_day=1)], "month": 11}, "`month` is not a text"),
        ({"requests": [entry(per_day=1)], "\x1b[31m": 1}, "\\x1b[31m"),
    ],
)
def test_a_workload_that_is_wrong_names_the_key(value: Any, words: str) -> None:
    with pytest.raises(BadRequest) as caught:
        read_plan(json.dumps(value))
    assert caught.value.code == "bad_workload"
    assert words in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "requests = ",
        "[[requests]\n",
        "x = " + "[" * 5_000,
        '{"requests": ' + "[" * 5_000,
        '{"requests": NaN}',
        b"\xff\xfe",
        "a = " + "9" * 5_000,
        '{"requests": [{"per_day": 1e999999999, "usage": {"input": 1}}]}',
        "per_day = 1e999999999\n[[requests]]\nusage = {input = 1}",
        "per_day = nan\n[[requests]]\nusage = {input = 1}",
        "x" * (2**20 + 1),
    ],
)
def test_a_text_that_is_no_workload(text: str | bytes) -> None:
    with pytest.raises(BadRequest) as caught:
        read_plan(text)
    assert caught.value.code == "bad_workload"
    assert len(caught.value.message) < 300


def test_floats_stay_exact() -> None:
    plan = read_plan(
        "per_day = 0.1\n[[requests]]\nshare = 0.3\nusage = {input = 1}\n[[requests]]\nshare = 0.6\nusage = {input = 2}\n"
    )
    assert [mix.per_day for mix in plan.mixes] == [Fraction(1, 30), Fraction(1, 15)]


def test_usage_that_the_book_does_not_know() -> None:
    for usage, code in (
        ({"inputs": 1}, "unknown_meter"),
        ({"input": "5 minutes"}, "bad_quantity"),
        ({"input": -1}, "bad_quantity"),
        ({"input": 10**60}, "bad_quantity"),
    ):
        with pytest.raises(PriceError) as caught:
            BOOK.workload(
                json.dumps({"requests": [entry(per_day=1, usage=usage)]}) + "\n", month=MONTH
            )
        assert caught.value.code == code


def test_records_that_cannot_be_read_stop_the_workload(tmp_path: Path) -> None:
    file = tmp_path / "r.jsonl"
    file.write_text('{"model": "claude-opus-5", "usage": {"input": 1}}\n{"x": 1}\n')
    with pytest.raises(BadRequest, match=r"r\.jsonl:2"):
        BOOK.workload(file, per_day=1)
    file.write_text("")
    with pytest.raises(BadRequest, match="has no records"):
        BOOK.workload(file, per_day=1)
    with pytest.raises(BadRequest, match="how many requests a day"):
        BOOK.workload(io.StringIO("").readlines())


# ---- request bodies ------------------------------------------------------------------------------

TEXT = "The quick brown fox jumps over the lazy dog, and then it sleeps. " * 400


def test_request_bodies_are_quoted(tmp_path: Path) -> None:
    body = {
        "model": "claude-opus-5",
        "max_tokens": 900,
        "system": [{"type": "text", "text": TEXT, "cache_control": {"type": "ephemeral"}}],
        "messages": [{"role": "user", "content": "Who sleeps?"}],
    }
    (tmp_path / "body.json").write_text(json.dumps(body))
    file = tmp_path / "w.toml"
    file.write_text(
        'per_day = 200\n[[requests]]\nrequest = "body.json"\noutput = 300\nhits = 0.75\n'
    )
    found = BOOK.workload(file, month=MONTH)
    quoted = BOOK.quote(body, at="2026-11-01", output=300)
    assert quoted.later is not None
    for level in ("low", "expected", "high"):
        each = Fraction(1, 4) * Fraction(getattr(quoted, level)) + Fraction(3, 4) * Fraction(
            getattr(quoted.later, level)
        )
        assert getattr(found.total, level) == 30 * 200 * each
    assert found.total.low < found.total.expected < found.total.high
    cheap = file.read_text() + 'model = "claude-haiku-4-5"\nservice_tier = "batch"\n'
    file.write_text(cheap.replace("hits = 0.75\n", ""))
    quoted = BOOK.quote(
        body, at="2026-11-01", output=300, model="claude-haiku-4-5", service_tier="batch"
    )
    assert BOOK.workload(file, month=MONTH).total.expected == 30 * 200 * Fraction(quoted.expected)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("hits = 2", "is more than 1"),
        ("hits = 0.5", "caches nothing"),
        ("output = -1", "not a number of tokens"),
        ("output = true", "not a number of tokens"),
        ("usage = { input = 1 }", "and one of them"),
    ],
)
def test_a_request_body_beside_the_wrong_keys(tmp_path: Path, more: str, words: str) -> None:
    (tmp_path / "body.json").write_text(
        json.dumps(
            {
                "model": "claude-opus-5",
                "max_tokens": 9,
                "messages": [{"role": "user", "content": "x"}],
            }
        )
    )
    (tmp_path / "w.toml").write_text(f'per_day = 2\n[[requests]]\nrequest = "body.json"\n{more}\n')
    with pytest.raises(BadRequest, match=words):
        BOOK.workload(tmp_path / "w.toml", month=MONTH)


def test_a_file_without_a_request_body(tmp_path: Path) -> None:
    (tmp_path / "body.json").write_text('{"usage": {"input": 1}, "model": "claude-opus-5"}')
    for name in ("body.json", "none.json"):
        (tmp_path / "w.toml").write_text(f'per_day = 2\n[[requests]]\nrequest = "{name}"\n')
        with pytest.raises(BadRequest, match="has no request body"):
            BOOK.workload(tmp_path / "w.toml", month=MONTH)


@pytest.mark.parametrize("way", ["", ", all units"])
@pytest.mark.parametrize("counts", ["tokens", "spend"])
def test_tiers_by_usage_are_those_of_the_requests_one_by_one(way: str, counts: str) -> None:
    starts = ("$200", "$500.50") if counts == "spend" else ("50 tokens", "90 tokens")
    found = tiered(ladder(counts=counts, starts=starts, way=way, per="organization per month"))
    usage = {"input": 2, "output": 1}
    month = found.workload(
        {"model": "m-1", "usage": usage, "at": "2026-04-01"}, per_day=2, month="2026-04"
    )
    sent = [
        ("one", found.rates.request("m-1", f"2026-04-{day:02}", usage, {}))
        for day in range(1, 31)
        for _ in range(2)
    ]
    charged, _ = charge_accounts(found.checked, sent)
    assert month.total == same(sum(one.total for one in charged))
    (tiers,) = month.tiers
    assert (tiers.name, tiers.tier) == ("volume", "high")
    assert tiers.amount == month.total.expected - month.without_pools.expected


def test_a_workload_may_say_its_tier_and_leaves_out_what_is_of_longer_periods() -> None:
    more = "credit gift\n  $100 per organization per year\n"
    found = tiered(ladder(way=", all units", per="organization per year"), more)
    request = {"model": "m-1", "usage": {"input": 9}, "at": "2026-04-01"}
    month = found.workload(request, per_day=1, month="2026-04")
    assert month.total == same(Fraction(30 * 9 * 4))
    assert sorted(note.text for note in month.notes) == [
        "`volume`: what a longer period than a month reaches is left out",
        "not in the estimate of a month: the credit `gift` per organization per year",
    ]
    said = found.workload(request, per_day=1, month="2026-04", volume="high")
    assert said.total == same(Fraction(30 * 9 * 2))
