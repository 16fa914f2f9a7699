"""Tiers by usage, commitments and credits on invoices: a whole contract against an evaluator that is
written from the laws alone, and each of them by hand.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import frozen

import pricelang
from pricelang.apps.reports.invoice import Invoice
from pricelang.present.decimals import to_decimal
from pricelang.usage.live.usage_of import usage_of
from pricelang.usage.reading import read_paths
from pricelang.usage.records import Part, Place, Record
from tests.apps.exports.test_focus_account import rows_of_account
from tests.engines.test_accounts import book_of
from tests.evaluate.test_ladders import book, ladder

from .test_account_keys import due, lines

LIST = """book list "A list" in USD
source page "A page" read 2026-01-01
unit MTok is 1,000,000 tokens
dimension region default us
  us, eu
dimension service_tier default standard
  standard, batch
dimension speed default normal
  normal, fast
meter input in tokens
meter output in tokens
models
  | model | released   |
  | alpha | 2026-01-01 |
  | beta  | 2026-01-01 |
rates per MTok see page
  | model | from       | input | output |
  | alpha | 2026-01-01 | $1    | $4     |
  | beta  | 2026-01-01 | $2    | $8     |
multiplier batch
  x 0.5 on tokens  when service_tier is batch
multiplier fast
  x 2 on tokens  when speed is fast
"""
CONTRACT = """book acme "Acme volume agreement" extends "list.price" from 2026-01-01 before 2027-01-01
account project
source agreement "Agreement of 2025-12-01" read 2025-12-01
dimension day default weekend
  weekday  from 00:00 before 24:00 on weekdays in America/New_York
  weekend  otherwise
tiers us_volume "US volume" when region is us see agreement
  counts tokens per project per month
  standard
  silver  after 1,000 MTok
  gold    after 2,500 MTok
tiers eu_spend "EU spending" when region is eu see agreement
  counts spend on tokens per project per month
  standard
  partner  after $1,500
multiplier volume "Volume" see agreement
  5% off tokens   when us_volume is silver
  12% off tokens  when us_volume is gold
  7% off tokens   when eu_spend is partner
multiplier weekday_batch "Batches on weekdays" see agreement
  10% off tokens  when service_tier is batch and day is weekday
stack volume, weekday_batch
claim volume, weekday_batch commute
exclude weekday_batch with fast because "a batch is never fast" see agreement
commitment annual "Committed spend" see agreement
  $300,000 per organization per term on tokens
credit launch "Launch credits" see agreement
  $25,000 per organization per term on tokens  from 2026-06-01 before 2026-12-01
"""


# ---- the laws, slowly ----------------------------------------------------------------------------

PRICES = {
    ("alpha", "input"): 1,
    ("alpha", "output"): 4,
    ("beta", "input"): 2,
    ("beta", "output"): 8,
}
MTOK = 1_000_000


@frozen
class Use:
    """A request, as the test draws it."""

    at: datetime
    model: str
    region: str
    tier: str
    speed: str
    project: str
    usage: dict[str, int]

    def unit_price(self, meter: str) -> Fraction | None:
        """The price of a token at the first tiers; None where the request is refused."""
        price = Fraction(PRICES[self.model, meter], MTOK) * (2 if self.speed == "fast" else 1)
        if self.tier != "batch":
            return price
        is_weekday = self.at.astimezone(ZoneInfo("America/New_York")).weekday() < 5
        if is_weekday and self.speed == "fast":
            return None
        return price / 2 * (Fraction(9, 10) if is_weekday else 1)

    def record(self) -> dict[str, Any]:
        """The request as a canonical record."""
        return {
            "model": self.model,
            "at": self.at.isoformat(),
            "region": self.region,
            "service_tier": self.tier,
            "speed": self.speed,
            "usage": self.usage,
            "attributes": {"project": self.project},
        }


def by_volume(before: int, quantity: int) -> Fraction:
    """The US tiers: how many undiscounted units cost as much as some units after others."""
    steps = ((0, 1), (1_000 * MTOK, Fraction(95, 100)), (2_500 * MTOK, Fraction(88, 100)))
    ends = [start for start, _ in steps[1:]] + [10**30]
    shares = [
        max(0, min(before + quantity, end) - max(before, start)) * factor
        for (start, factor), end in zip(steps, ends, strict=True)
    ]
    return sum(shares, Fraction(0))


def by_spend(before: Fraction, cost: Fraction) -> Fraction:
    """The EU tiers: what usage of a cost comes to after some spending."""
    full = min(cost, max(Fraction(0), 1_500 - before))
    return full + (cost - full) * Fraction(93, 100)


def owed(uses: list[Use]) -> Fraction:
    """What the account owes for the year."""
    tokens: dict[object, int] = defaultdict(int)
    spent: dict[object, Fraction] = defaultdict(Fraction)
    total, credit = Fraction(0), Fraction(25_000)
    for use in sorted(uses, key=lambda use: use.at):
        key = use.project, use.at.year, use.at.month
        for meter in ("input", "output"):
            price, quantity = use.unit_price(meter), use.usage[meter]
            if price is None:
                continue
            if use.region == "us":
                cost = price * by_volume(tokens[key], quantity)
                tokens[key] += quantity
            else:
                cost = by_spend(spent[key], price * quantity)
                spent[key] += cost
            total += cost
            if 6 <= use.at.month < 12:
                credit -= min(credit, cost)
    return max(total, Fraction(300_000)) - (25_000 - credit)


def drawn(seed: int, count: int) -> list[Use]:
    """A year of requests, no two at one instant."""
    rng = random.Random(seed)
    seconds = rng.sample(range(365 * 86_400), count)
    return [
        Use(
            datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=second),
            rng.choice(["alpha", "beta"]),
            rng.choice(["us", "eu"]),
            rng.choice(["standard", "batch"]),
            rng.choice(["normal", "normal", "normal", "fast"]),
            rng.choice(["east", "west", "north"]),
            {meter: rng.choice([0, rng.randrange(400 * MTOK)]) for meter in ("input", "output")},
        )
        for second in seconds
    ]


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> pricelang.Book:
    folder = tmp_path_factory.mktemp("contract")
    (folder / "list.price").write_text(LIST, encoding="utf-8")
    (folder / "acme.price").write_text(CONTRACT, encoding="utf-8")
    return pricelang.load(folder / "acme.price")


def test_the_contract_is_short_and_its_claims_are_decided(acme: pricelang.Book) -> None:
    assert len(CONTRACT.splitlines()) < 30
    audit = acme.audit
    assert [verdict.holds for verdict in audit.claims] == [True]
    assert min(one.multiplier or 1 for one in audit.extremes) == Fraction(88 * 90, 20_000)


@pytest.mark.parametrize(("seed", "count"), [(1, 150), (2, 450), (3, 900)])
def test_a_year_in_any_order_and_any_files_is_what_the_laws_say(
    acme: pricelang.Book, tmp_path: Path, seed: int, count: int
) -> None:
    uses, rng = drawn(seed, count), random.Random(seed)
    wanted = owed(uses)
    found: list[Invoice] = []
    for parts in (1, 2, 7):
        rng.shuffle(uses)
        files = [tmp_path / f"{parts}-{number}.jsonl" for number in range(parts)]
        for number, file in enumerate(files):
            own = uses[number::parts]
            text = "".join(json.dumps(use.record()) + "\n" for use in own)
            file.write_text(text, encoding="utf-8")
        rng.shuffle(files)
        found.append(acme.invoice(read_paths(map(str, files)), "2026"))
    assert [due(one) for one in found] == [wanted] * 3
    assert found[0].adjustments == found[1].adjustments == found[2].adjustments
    assert found[0].notes == found[1].notes == found[2].notes
    kinds = [one.kind for one in found[0].adjustments]
    assert kinds.count("tier") > 15
    assert "credit" in kinds
    assert ("commitment" in kinds) == (count < 900)
    refused = sum(one.rows for one in found[0].unpriced)
    assert refused == sum(use.unit_price("input") is None for use in uses)


def test_months_add_up_to_the_year_but_for_what_is_of_the_whole(acme: pricelang.Book) -> None:
    uses = drawn(4, 300)
    records = [usage_of(use.record()) for use in uses]
    months = [acme.invoice(records, f"2026-{month:02}") for month in range(1, 13)]
    year = acme.invoice(records, "2026")
    whole = sum((one.amount for one in year.adjustments if one.kind == "commitment"), Fraction(0))
    assert sum(map(due, months), Fraction(0)) == due(year) - whole
    credits = [one.amount for month in months for one in month.adjustments if one.kind == "credit"]
    assert sum(credits, Fraction(0)) == -25_000
    assert all("commitment `annual`" in str(month.notes) for month in months)


def test_the_rows_of_focus_add_up_to_the_invoice(acme: pricelang.Book) -> None:
    records = [usage_of(use.record()) for use in drawn(5, 120)]
    for period in (None, "2026", "2026-07"):
        rows = rows_of_account(acme, records, period)
        cost = sum((Fraction(row["BilledCost"]) for row in rows), Fraction(0))
        (total,) = acme.invoice(records, period).totals
        assert cost == Fraction(to_decimal(total.due))
        kinds = {row["ChargeCategory"] for row in rows if not row["x_Model"]}
        assert "Credit" in kinds


# ---- by hand -------------------------------------------------------------------------------------


def record(day: int, month: int = 5, project: str = "p", **usage: int) -> Record:
    part = Part("m-1", f"2026-{month:02}-{day:02}", {}, usage)
    return Record((part,), Place("f", 1), "canonical", attributes={"project": project})


def test_a_ladder_has_a_line_for_each_holder_and_period() -> None:
    found = book(ladder()).invoice(
        [
            record(2, input=20),
            record(1, input=8),
            record(1, 6, input=30),
            record(1, project="q", input=11),
        ]
    )
    assert [
        (one.holder, one.since, one.until, one.quantity, one.unit, one.amount, one.text)
        for one in found.adjustments
    ] == [
        ("p", "2026-05-01", "2026-06-01", 18, "token", -15 - 3 * 2, "up to `high`"),
        ("q", "2026-05-01", "2026-06-01", 1, "token", -1, "up to `middle`"),
        ("p", "2026-06-01", "2026-07-01", 20, "token", -15 - 5 * 2, "up to `high`"),
    ]


def test_groups_share_a_discount_by_what_their_usage_costs() -> None:
    found = book(ladder(per="organization per month")).invoice(
        [record(1, project="a", input=10), record(2, project="b", output=15)], by=["project"]
    )
    # 15 units of output in the second tier save $30: a used $40 of $160
    assert [(by, one.amount) for by, one in found.account_lines()] == [
        (("a",), Fraction(-15, 2)),
        (("b",), Fraction(-45, 2)),
    ]


def test_all_units_of_a_longer_period_are_left_out_in_words() -> None:
    found = book(ladder(way=", all units", per="project per year"))
    records = [record(1, input=6), record(1, 6, input=6)]
    assert lines(found.invoice(records, "2026")) == [("tier", "project p", -12)]
    month = found.invoice(records, "2026-06")
    assert month.adjustments == ()
    (note, _), *_ = month.notes
    assert note.text == (
        "`volume` gives all units of a year the tier that it reaches, and this invoice is not of a "
        "whole one: left out"
    )


def test_earlier_usage_counts_for_a_longer_period() -> None:
    found = book(ladder(per="project per year"))
    records = [record(1, 6, input=6), record(1, 5, input=6)]
    assert lines(found.invoice(records, "2026-06")) == [("tier", "project p", -2)]


def test_what_earlier_usage_cost_is_counted_with_all_that_moved_its_price() -> None:
    gift = "credit gift\n  $100 per organization per year  when region is eu\n"
    found = book(ladder(), gift)

    def of(day: int, month: int, region: str) -> Record:
        part = Part("m-1", f"2026-{month:02}-{day:02}", {"region": region}, {"input": 20})
        return Record((part,), Place("f", 1), "canonical", attributes={"project": "p"})

    # In April the 20 units of `us` leave 5 of the second tier to those of `eu`, which cost $45.
    records = [of(1, 4, "us"), of(2, 4, "eu"), of(1, 5, "eu")]
    (credit,) = (x for x in found.invoice(records, "2026-05").adjustments if x.kind == "credit")
    assert credit.amount == -(100 - 45)
    assert due(found.invoice(records, "2026-05")) == 70 - 55


@pytest.mark.parametrize("kind", ["pool", "floor"])
def test_pools_and_floors_of_a_term(kind: str) -> None:
    days = "  from 2026-03-15 before 2027-03-15\n"
    text = {
        "pool": "  first 10 gigabyte_months free per project per term" + days,
        "floor": "limit floor\n  at least $90 per project per term" + days,
    }[kind]
    found = book(text)
    records = [record(14, 3, store=4), record(15, 3, store=4), record(31, 12, store=9)]
    year = found.invoice(records, "2026")
    month = found.invoice(records, "2026-12")
    whole = found.invoice(records)
    if kind == "pool":
        assert lines(year) == lines(whole) == [("allowance", "project p", -30)]
        assert lines(month) == [("allowance", "project p", -18)]
        assert [one.until for one in year.adjustments] == ["2027-03-15"]
    else:
        assert lines(whole) == [("minimum", "project p", 90 - 39)]
        assert lines(year) == lines(month) == []
        assert "is of a term, and this invoice is not of a whole one" in str(year.notes)


CREDITS = """
credit late
  $10 per project per month  before 2026-08-01
credit early
  $30 per project per year on output  before 2026-07-01
"""


def test_the_credit_that_ends_first_pays_first() -> None:
    found = book(CREDITS).invoice([record(1, input=1, output=5)])
    # `late` is of May and ends with it; `early` pays for output, of which $30 are left
    assert [(one.name, one.amount) for one in found.adjustments] == [("early", -30), ("late", -10)]
    assert due(found) == 44 - 40
    small = book(CREDITS).invoice([record(1, input=1, output=1)])
    assert due(small) == 0
    assert {one.name: one.amount for one in small.adjustments} == {"early": -2, "late": -10}


def test_a_credit_pays_after_tiers_and_never_for_a_commitment() -> None:
    more = "commitment annual\n  $100 per organization per month on input\ncredit gift\n  $500 per organization per month\n"
    found = book(ladder(), more).invoice([record(1, input=20, output=1)], "2026-05")
    assert [(one.kind, one.amount) for one in found.adjustments] == [
        ("tier", -12),
        ("commitment", 30),
        ("credit", -76),
    ]
    assert due(found) == 30
    texts = [note.text for note, _ in found.notes]
    assert texts == [
        "credit `gift`: $76.00 of $500.00 drawn since 2026-05-01, $424.00 left until 2026-06-01"
    ]


def test_a_commitment_is_due_when_its_period_is_over() -> None:
    found = book("commitment annual\n  $100 per project per month\n")
    started = found.invoice([record(3, input=5)])
    assert started.adjustments == ()
    assert [note.text for note, _ in started.notes] == [
        "commitment `annual` of project p: $20.00 of $100.00 since 2026-05-01, $80.00 left until 2026-06-01"
    ]
    assert lines(found.invoice([record(3, input=5), record(31, input=1)])) == [
        ("commitment", "project p", 76)
    ]
    assert lines(found.invoice([record(3, input=5)], "2026-05")) == [
        ("commitment", "project p", 80)
    ]


def test_rounded_lines_are_rounded_once() -> None:
    found = book(ladder(off=(33, 66)), "round line to $10 half_up\n").invoice([record(1, input=13)])
    # 10 x $4 and 3 x $2.68 are $48.04; alone they are $52
    assert due(found) == 50
    assert [(one.quantity, one.amount) for one in found.adjustments] == [(3, 0)]


def test_a_sum_that_turns_on_the_hour_says_so_and_names_no_threshold() -> None:
    found = book_of(
        "book clocked in USD\ndimension hours default cheap\n"
        "  peak  from 09:00 before 17:00 in UTC\n  cheap  otherwise\nmeter input in tokens\n"
        "models\n  | model | released |\n  | m-1 | 2026-01-01 |\n"
        "rates per token\n  | model | from | input |\n  | m-1 | 2026-01-01 | $1 |\n"
        "multiplier peak\n  x 2 on tokens when hours is peak\n"
    )
    asked = {"model": "m-1", "at": "2026-02-02", "record": "sum", "usage": {"input": 1}}
    (refused,) = found.invoice([usage_of(asked)]).unpriced
    assert refused.reason.startswith("the record adds up requests, and what they cost depends on")
    assert "the hour of each" in refused.reason
    assert "threshold" not in refused.reason
