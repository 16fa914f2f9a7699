"""Whose usage counts: counters by ladder, key and period, by hand and as laws."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricelang.api import Book
from pricelang.apps.reports.invoice import Invoice
from pricelang.evaluate.allowances import charge_accounts
from pricelang.model.errors import BadRequest
from pricelang.usage.reading import read_paths
from pricelang.usage.records import Part, Place, Record
from tests.engines.test_accounts import book_of

HEAD = """
book keys "Keys" in USD
account organization, project, team
unit MTok is 1,000,000 tokens
dimension region default us
  us, eu
meter input in tokens
meter storage in gigabyte_months
meter runtime in hours
models
  | model | released   |
  | m-1   | 2026-01-01 |
rates per MTok
  | model | from       | input |
  | m-1   | 2026-01-01 | $1    |
"""
LADDERS = """
charge storage "Storage"
  $10 per gigabyte_month  when region is us
  $8 per gigabyte_month  after 100 gigabyte_months per project per month  when region is us
  $12 per gigabyte_month  when region is eu
  $9 per gigabyte_month  after 200 gigabyte_months per project per month  when region is eu
"""
POOL = """
charge runtime "Runtime"
  $2 per hour
  first 20 hours free per team per month
"""
FLOOR = """
limit commitment "Commitment"
  at least $1,000 per project per month
"""
LOADED: dict[str, Book] = {}


def book(*parts: str) -> Book:
    """A book of some rules, with those of the charges that these do not price."""
    given = "".join(parts)
    text = HEAD + given + "".join(one for one in (LADDERS, POOL) if one.split()[1] not in given)
    return LOADED.setdefault(text, book_of(text))


def record(day: int, attributes: dict[str, str], month: int = 5, **usage: Any) -> Record:
    region = usage.pop("region", "us")
    part = Part("m-1", f"2026-{month:02}-{day:02}", {"region": region}, usage)
    return Record((part,), Place("f", 1), "canonical", attributes=attributes)


def due(invoice: Invoice) -> Fraction:
    return sum((total.due for total in invoice.totals), Fraction(0))


def lines(invoice: Invoice) -> list[tuple[str, str, Fraction]]:
    return [(one.kind, one.holder_text, one.amount) for one in invoice.adjustments]


def test_an_invoice_is_the_same_whatever_memory_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    own = [{"project": f"p{number % 3}", "team": "a"} for number in range(40)]
    records = [record(1 + n % 9, one, storage=n, runtime=n) for n, one in enumerate(own)]
    whole = book(LADDERS, POOL).invoice(records, by=["project"])
    monkeypatch.setattr("pricelang.files.sorted_runs.MEMORY", 7)
    assert book(LADDERS, POOL).invoice(records[::-1], by=["project"]) == whole


# ---- by hand -------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["us", "eu"])
def test_two_ladders_used_up_to_their_ends_share_nothing(first: str) -> None:
    """A book of $5 and $4 a unit: 100 and 200 units at their first prices are $1,300, and were
    $1,000 or $1,100 by their order with one counter.
    """
    text = LADDERS.replace("$10", "$5").replace("$12", "$4").replace("$8", "$3").replace("$9", "$2")
    own = {"project": "p"}
    records = [
        record(1 if first == "us" else 2, own, region="us", storage=100),
        record(1 if first == "eu" else 2, own, region="eu", storage=200),
    ]
    for order in (records, records[::-1]):
        found = book(text).invoice(order)
        assert (due(found), found.adjustments) == (1_300, ())


def test_a_ladder_counts_each_project_by_itself() -> None:
    east, west = {"project": "east"}, {"project": "west"}
    found = book(LADDERS).invoice(
        [record(1, east, storage=90), record(2, west, storage=120), record(3, east, storage=20)]
    )
    assert lines(found) == [("tier", "project east", -20), ("tier", "project west", -40)]
    assert due(found) == 2_300 - 60
    shared = book(LADDERS.replace("per project", "per organization"))
    (one,) = shared.invoice([record(1, east, storage=90), record(2, west, storage=120)]).adjustments
    assert (one.holder_text, one.amount) == ("", -220)


def test_a_pool_of_each_team() -> None:
    found = book(POOL).invoice(
        [record(1, {"team": "a"}, runtime="15 hours"), record(1, {"team": "b"}, runtime="30 hours")]
    )
    assert lines(found) == [("allowance", "team a", -30), ("allowance", "team b", -40)]
    assert found.to_dict()["account"][0]["holder"] == "a"
    assert due(found) == 20


def test_by_a_key_each_has_its_own_line() -> None:
    found = book(POOL).invoice(
        [
            record(1, {"team": "a"}, runtime="15 hours"),
            record(1, {"team": "b"}, runtime="30 hours"),
        ],
        by=["team"],
    )
    assert [(by, one.amount) for by, one in found.account_lines()] == [(("a",), -30), (("b",), -40)]


def test_what_a_record_says_of_a_request_comes_before_what_it_says_of_all() -> None:
    part = Part("m-1", "2026-05-01", usage={"runtime": "30 hours"}, attributes={"team": "b"})
    own = Record((part,), Place("f", 1), "canonical", attributes={"team": "a"})
    assert lines(book(POOL).invoice([own])) == [("allowance", "team b", -40)]


def test_a_floor_is_owed_by_each_that_a_record_of_the_period_names() -> None:
    records = [
        record(1, {"project": "east"}, input=500_000_000),
        record(2, {"project": "west"}, input=2_000_000_000),
        record(2, {"project": "old"}, month=4, input=1_000_000),
    ]
    found = book(FLOOR).invoice(records, "2026-05")
    assert lines(found) == [("minimum", "project east", 500)]
    assert lines(book(FLOOR).invoice(records))[0] == ("minimum", "project old", 999)
    assert book(FLOOR).invoice([], "2026-05").adjustments == ()


# ---- usage that lacks a key ----------------------------------------------------------------------


@pytest.mark.parametrize("attributes", [{}, {"project": " "}, {"team": "a"}])
def test_usage_that_lacks_the_key_is_refused(attributes: dict[str, str]) -> None:
    records = [record(1, attributes, storage=120), record(1, {"project": "p"}, storage=120)]
    found = book(LADDERS).invoice(records)
    assert [(one.code, one.rows) for one in found.unpriced] == [("no_account", 1)]
    assert "carries no `project`" in found.unpriced[0].reason
    assert (found.counts.priced, found.counts.refused, due(found)) == (1, 1, 1_160)


def test_usage_that_lacks_the_key_counts_together_where_that_is_asked() -> None:
    records = [record(1, {}, storage=60), record(2, {"project": "p"}, storage=60)]
    records.append(record(3, {}, storage=60))
    found = book(LADDERS).invoice(records, missing_key="none")
    assert lines(found) == [("tier", "project (none)", -40)]
    assert found.unpriced == ()
    (note,) = (note.text for note, _ in found.notes)
    assert note == (
        'requests without a `project`, counted together as `(none)` (`missing_key="none"`): 2'
    )
    # a value of that name is another one
    named = [record(1, {"project": "(none)"}, storage=60), *records]
    assert due(book(LADDERS).invoice(named, missing_key="none")) == due(found) + 600


def test_what_no_rule_counts_needs_no_key() -> None:
    found = book(LADDERS, POOL).invoice([record(1, {}, input=1_000_000)])
    assert (due(found), found.unpriced, found.notes) == (1, (), ())


def test_an_organization_is_the_whole_file_unless_records_carry_one() -> None:
    text = LADDERS.replace("per project", "per organization")
    carried = [record(1, {"organization": name}, storage=100) for name in "ab"]
    assert book(text).invoice(carried).adjustments == ()
    bare = [record(1, {}, storage=100), record(2, {}, storage=100)]
    assert lines(book(text).invoice(bare)) == [("tier", "", -200)]
    mixed = [*bare, *carried]
    with pytest.raises(BadRequest, match=r"carry no `organization` \(2\), and others do") as error:
        book(text).invoice(mixed)
    assert error.value.code == "mixed_accounts"
    found = book(text).invoice(mixed, missing_key="none")
    assert lines(found) == [("tier", "organization (none)", -200)]


def test_requests_in_python_are_charged_by_their_keys_too() -> None:
    own = book(LADDERS)
    (priced,) = own.price_record(record(1, {}, storage=150)).parts
    charged, _ = charge_accounts(
        own.checked, [({"project": "a"}, priced), ({"project": "b"}, priced), ("c", priced)]
    )
    assert [one.total for one in charged] == [1_400, 1_400, 1_400]
    assert [one.lines[0].holder for one in charged] == ["a", "b", "c"]
    with pytest.raises(BadRequest, match="carries no `project`"):
        charge_accounts(own.checked, [({"team": "a"}, priced)])


# ---- laws ----------------------------------------------------------------------------------------

NAMES = st.sampled_from(["a", "b", "c"])
REQUESTS = st.lists(
    st.builds(
        lambda month, day, project, team, region, storage, runtime: record(
            day,
            {"project": project, "team": team},
            month,
            region=region,
            storage=storage,
            runtime=f"{runtime} hours",
        ),
        st.sampled_from([5, 6]),
        st.integers(1, 3),
        NAMES,
        NAMES,
        st.sampled_from(["us", "eu"]),
        st.sampled_from([0, 1, 50, 100, 130]),
        st.sampled_from([0, 7, 20, 33]),
    ),
    max_size=12,
)
WHOLE = LADDERS + POOL + FLOOR
PRICES = {"us": (100, 10, 8), "eu": (200, 12, 9)}


def expected(records: list[Record]) -> Fraction:
    """What an account owes, counter by counter, from the meaning alone."""
    stored: defaultdict[tuple[str, ...], int] = defaultdict(int)
    run: defaultdict[tuple[str, ...], int] = defaultdict(int)
    for one in records:
        (part,) = one.parts
        month, usage = (part.at or "")[:7], part.usage
        own, team = one.attributes["project"], one.attributes["team"]
        stored[month, own, part.dimensions["region"]] += int(str(usage["storage"]))
        run[month, team] += int(str(usage["runtime"]).split()[0])
    total = Fraction(0)
    for (_, _, region), quantity in stored.items():
        after, first, later = PRICES[region]
        total += min(quantity, after) * first + max(0, quantity - after) * later
    return total + sum(2 * max(0, hours - 20) for hours in run.values())


@settings(max_examples=100)
@given(REQUESTS)
def test_each_counter_is_of_one_ladder_key_and_period(records: list[Record]) -> None:
    assert due(book(LADDERS, POOL).invoice(records)) == expected(records)


@settings(max_examples=60)
@given(REQUESTS, st.randoms(use_true_random=False), st.sampled_from([None, "2026-05", "2026"]))
def test_every_permutation_gives_the_same_invoice(
    records: list[Record], rng: random.Random, period: str | None
) -> None:
    mixed = [*records]
    rng.shuffle(mixed)
    first, second = (book(WHOLE).invoice(some, period, ["team"]) for some in (records, mixed))
    assert first.to_dict() == second.to_dict()


@settings(max_examples=30)
@given(REQUESTS, st.lists(st.integers(0, 12), max_size=3))
def test_every_split_of_a_file_gives_the_same_invoice(
    tmp_path_factory: pytest.TempPathFactory, records: list[Record], cuts: list[int]
) -> None:
    rows = [_row(one) for one in records]
    whole, parts = tmp_path_factory.mktemp("whole"), tmp_path_factory.mktemp("parts")
    (whole / "usage.jsonl").write_text("".join(rows), encoding="utf-8")
    ends = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    split: list[str] = []
    for number, (start, end) in enumerate(pairwise(ends)):
        split.insert(0, str(parts / f"{number}.jsonl"))
        Path(split[0]).write_text("".join(rows[start:end]), encoding="utf-8")
    found = [book(WHOLE).invoice(read_paths(files)).to_dict() for files in map(str, (whole, parts))]
    for one in found:
        one["records"]["read"] -= one["records"]["skipped"]
        one["records"]["skipped"] = 0
    assert found[0] == found[1]


def _row(one: Record) -> str:

    (part,) = one.parts
    return (
        json.dumps(
            {
                "model": part.model,
                "at": part.at,
                **part.dimensions,
                "usage": part.usage,
                "attributes": one.attributes,
            }
        )
        + "\n"
    )


def test_a_period_settles_what_its_own_records_carry() -> None:
    found = book(WHOLE).invoice([record(1, {"project": "p", "team": "t"}, storage=1)], "2026-05")
    assert lines(found) == [("minimum", "project p", 990)]
