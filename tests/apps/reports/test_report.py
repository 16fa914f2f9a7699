"""`pricelang report` over records: groups, days of a zone,
periods, currencies, what is refused, and sums that hold.
"""

from __future__ import annotations

import csv
import io
import json
import os
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pricelang
from pricelang.model.errors import BadRequest
from pricelang.usage.reading import read, read_path
from pricelang.usage.records import Part, Place, Record, Rejected, Skipped
from tests.cli.helpers import ROOT, SAMPLES, objects, run

BOOK = pricelang.load()
EXTRAS = str(ROOT / "tests" / "specimens" / "extras.price")
GOLDEN = Path(__file__).with_name("golden")


def expect(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def lines(*records: dict[str, object]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def request(
    at: str | None, tokens: int = 1_000_000, model: str = "claude-opus-4-7", **more: object
) -> dict[str, object]:
    """A record of a model whose input costs $5 per MTok."""
    return {"model": model, **({"at": at} if at else {}), "usage": {"input": tokens}, **more}


def amounts(text: str, *args: str) -> dict[object, str]:
    """The amount of each group."""
    rows = objects(run("report", "-", "--json", *args, stdin=text).stdout)
    return {
        tuple(
            value
            for name, value in row.items()
            if name not in ("records", "usage", "amount", "low", "high", "currency")
        ): row["amount"]
        for row in rows
    }


def test_a_claude_code_folder() -> None:
    done = run("report", str(SAMPLES / "claude_code"), "--by", "day,session", "--at", "2026-09-01")
    assert done.exit_code == 0
    expect("claude_code.txt", done.stdout.replace(str(SAMPLES), "samples"))
    rows = list(
        csv.DictReader(
            io.StringIO(
                run(
                    "report",
                    str(SAMPLES / "claude_code"),
                    "--by",
                    "day",
                    "--csv",
                    "--at",
                    "2026-09-01",
                ).stdout
            )
        )
    )
    assert [(row["day"], row["records"]) for row in rows] == [
        ("2026-02-03", "2"),
        ("2026-08-01", "2"),
        ("2026-08-20", "2"),
        ("2026-09-01", "6"),
    ]
    session = str(SAMPLES / "claude_code" / "03_session_haiku_two_blocks.jsonl")
    (row,) = objects(run("report", session, "--by", "day", "--json").stdout)
    assert json.loads(run("price", session, "--json").stdout)["total"] == row["amount"]


def test_markdown_and_bars() -> None:
    text = lines(request("2026-05-01"), request("2026-05-02", 500_000), request("2026-05-02", 0))
    done = run("report", "-", "--by", "day", "--markdown", "--chart", stdin=text)
    assert done.exit_code == 0
    expect("markdown.txt", done.stdout)


def test_days_are_those_of_a_zone() -> None:
    text = lines(
        request("2026-05-01T23:30:00Z"),
        request("2026-05-02T00:30:00+02:00"),
        request("2026-05-01"),
        request(None, 1),
    )
    assert amounts(text, "--by", "day") == {("2026-05-01",): "15", (None,): "0.000005"}
    # a day that says no time is that day everywhere
    assert amounts(text, "--by", "day", "--tz", "Europe/Berlin") == {
        ("2026-05-01",): "5",
        ("2026-05-02",): "10",
        (None,): "0.000005",
    }
    assert amounts(text, "--by", "hour", "--tz", "America/New_York", "--at", "2026-05-03") == {
        ("2026-05-01 00:00:00",): "5",
        ("2026-05-01 18:00:00",): "5",
        ("2026-05-01 19:00:00",): "5",
        ("2026-05-03 00:00:00",): "0.000005",
    }
    assert amounts(text, "--by", "week,month,year", "--at", "2026-05-04") == {
        ("2026-04-27", "2026-05-01", "2026-01-01"): "15",
        ("2026-05-04", "2026-05-01", "2026-01-01"): "0.000005",
    }


def test_periods_count_what_they_leave_out() -> None:
    text = lines(
        *(
            request(f"2026-{month:02}-{day:02}T{hour:02}:00:00Z")
            for month in (5, 6)
            for day in (1, 30)
            for hour in (0, 23)
        )
    )
    done = run("report", "-", "--since", "2026-05-30", "--until", "2026-06", stdin=text)
    assert "8 read: 6 priced, 0 free, 0 skipped, 0 refused, 2 outside of the period" in done.stdout
    done = run("report", "-", "--until", "2026-05-30", "--tz", "Europe/Berlin", stdin=text)
    assert "8 read: 3 priced, 0 free, 0 skipped, 0 refused, 5 outside of the period" in done.stdout
    done = run("report", "-", "--since", "2026-05", stdin=lines(request(None)))
    assert done.exit_code == 1
    assert "error[no_time]: the record says no time (1 record)" in done.stderr
    assert (
        run(
            "report", "-", "--since", "2026-05", "--at", "2026-05-02", stdin=lines(request(None))
        ).exit_code
        == 0
    )


def test_what_records_carry() -> None:
    tagged = lines(
        request("2026-05-01", attributes={"workspace": "support", "tag": "a"}),
        request("2026-05-01", attributes={"workspace": "search"}),
        request("2026-05-01", service_tier="batch"),
    )
    assert amounts(tagged, "--by", "workspace") == {
        ("search",): "5",
        ("support",): "5",
        (None,): "2.5",
    }
    assert amounts(tagged, "--by", "service_tier,format,file") == {
        ("batch", "canonical", "-"): "2.5",
        ("standard", "canonical", "-"): "10",
    }
    assert amounts(tagged, "--by", "none") == {(): "12.5"}
    done = run("report", "-", "--by", "workspcae", stdin=tagged)
    assert done.exit_code == 2
    assert "did you mean `workspace`" in done.stderr


def test_two_currencies_and_two_bounds() -> None:
    text = lines(
        *(
            {"model": "alpha-1", "at": at, "usage": {"output": 1_000_000}}
            for at in ("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z")
        )
    )
    done = run("report", "-", "--book", EXTRAS, stdin=text)
    assert done.exit_code == 0
    expect("currencies.txt", done.stdout)
    long = lines(
        {
            "model": "claude-sonnet-4-5",
            "at": "2026-03-01",
            "context_window": "long",
            "record": "sum",
            "usage": {"input": 900_000},
        },
        {
            "model": "claude-sonnet-4-5",
            "at": "2026-03-01",
            "record": "sum",
            "usage": {"input": 1_000_000},
        },
    )
    assert "$5.70 to $8.40" in run("report", "-", stdin=long).stdout
    (row,) = objects(run("report", "-", "--json", stdin=long).stdout)
    assert (row["amount"], row["low"], row["high"]) == (None, "5.7", "8.4")
    assert run("report", "-", "--csv", stdin=long).stdout.splitlines()[1].endswith(",,5.7,8.4,USD")


def test_the_refused_are_counted_and_named() -> None:
    text = (
        lines(
            *[request("2026-05-01", model="claude-opus-47")] * 5,
            request("2026-05-01"),
            {"usage": {"input": 1}},
        )
        + "{not json\n"
    )
    done = run("report", "-", stdin=text)
    assert done.exit_code == 1
    assert "8 read: 1 priced, 0 free, 0 skipped, 7 refused" in done.stdout
    assert (
        "error[unknown_model]: unknown model `claude-opus-47` (5 records)\n  --> -:1, -:2, -:3 and others\n  help: did you mean"
        in done.stderr
    )
    assert "error[no_model]" in done.stderr
    assert "error[bad_json]" in done.stderr


def test_many_reasons_are_cut() -> None:
    done = run(
        "report",
        "-",
        stdin=lines(*(request("2026-05-01", model=f"zz{number}") for number in range(50))),
    )
    assert done.stderr.count("error[unknown_model]") == 20
    assert done.stderr.endswith(
        "and 30 more records for 30 other reasons; `pricelang price` names each\n"
    )


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--tz", "Europe/Berln"], "did you mean `Europe/Berlin`"),
        (["--since", "yesterday"], "is not a day, month or year"),
        (["--since", "2026-13"], "is not a day, month or year"),
        (["--since", "2026-05-02", "--until", "2026-05-01"], "is not before"),
        (["--json", "--chart"], "cannot be combined"),
        (["--format", "cannonical"], "canonical"),
        (["nosuch.jsonl"], "does not exist"),
        ([str(SAMPLES / "tables" / "usage.parquet")], "cannot be priced together"),
    ],
)
def test_wrong_usage(args: list[str], said: str) -> None:
    done = run("report", "-", *args, stdin=lines(request("2026-05-01")))
    assert done.exit_code == 2
    assert said in done.stderr


def test_tables_have_no_periods() -> None:
    done = run("report", str(SAMPLES / "tables" / "usage.parquet"), "--since", "2026-05")
    assert (done.exit_code, "are for records" in done.stderr) == (2, True)


MODELS = ("claude-opus-4-7", "claude-haiku-4-5", "nosuch")
RECORDS = st.builds(
    lambda parts, name: Record(tuple(parts), Place("f", 1, name), "canonical", (), {"id": name}),
    st.lists(
        st.builds(
            lambda model, hour, tokens, team: Part(
                model,
                f"2026-05-{1 + hour // 24:02}T{hour % 24:02}:30:00Z",
                usage={"input": tokens},
                attributes={"team": team},
            ),
            st.sampled_from(MODELS),
            st.integers(0, 400),
            st.integers(0, 10**7),
            st.sampled_from("ab"),
        ),
        max_size=3,
    ),
    st.sampled_from(["x", "y"]),
)
OUTCOMES = st.lists(
    st.one_of(
        RECORDS,
        st.just(Skipped(Place("f", 2), "a prompt")),
        st.just(Rejected(Place("f", 3), "bad", "bad")),
    ),
    max_size=8,
)


@given(
    OUTCOMES,
    st.sampled_from([["model"], ["day"], ["team", "week"], []]),
    st.sampled_from([None, "Asia/Tokyo"]),
)
def test_groups_add_up_to_the_prices(
    outcomes: list[Record | Skipped | Rejected], by: list[str], zone: str | None
) -> None:
    prices, refused = [], 0
    for outcome in outcomes:
        if isinstance(outcome, Record):
            try:
                prices.append(BOOK.price_record(outcome).exact_total)
            except pricelang.PriceError:
                refused += 1
    report = BOOK.report_records(outcomes, by, zone=zone)
    assert report.counts is not None
    assert sum((total.amount for total in report.totals), Fraction(0)) == sum(prices, Fraction(0))
    assert sum((total.amount for total in report.whole), Fraction(0)) == sum(prices, Fraction(0))
    assert (report.counts.priced, report.counts.free) == (
        sum(map(bool, prices)),
        sum(not price for price in prices),
    )
    assert report.counts.refused == refused + sum(
        isinstance(outcome, Rejected) for outcome in outcomes
    )
    assert report.read == len(outcomes) == report.counts.read
    assert report.totals == BOOK.report_records(outcomes[::-1], by, zone=zone).totals
    # the days of a month are split between three periods without a rest
    cut = [
        BOOK.report_records(outcomes, by, zone=zone, **limits)
        for limits in (
            {"until": "2026-05-04"},
            {"since": "2026-05-05", "until": "2026-05-09"},
            {"since": "2026-05-10"},
        )
    ]
    assert sum((total.amount for part in cut for total in part.totals), Fraction(0)) >= sum(
        prices, Fraction(0)
    )


def test_in_python() -> None:
    with pytest.raises(BadRequest) as raised:
        BOOK.report_records(read(lines(request("2026-05-01")), ""), ["wokspace"])
    assert raised.value.code == "no_column"
    found = BOOK.report_records(read_path(str(SAMPLES / "requests.jsonl")), ["model"])
    assert (found.counts is None, found.unpriced) == (False, ())
    assert {total.by[0]: total.amount for total in found.totals}["claude-haiku-5-5"] > 0
