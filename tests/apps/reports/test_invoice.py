"""Invoices: worked out by hand on contracts and on the shipped book,
and laws over generated usage.
"""

from __future__ import annotations

import csv
import io
import json
import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import pricelang
from pricelang.apps.reports.adjustments import Adjustment
from pricelang.apps.reports.invoice import Invoice
from pricelang.apps.tables.invoice import invoice_table
from pricelang.engines.account_settlement import settle_query
from pricelang.engines.warehouse import plan_of
from pricelang.engines.warehouse_rates import table_statements
from pricelang.evaluate.allowances import charge_accounts
from pricelang.model.notes import Note
from pricelang.usage.reading import read_path
from pricelang.usage.records import Part, Place, Record
from tests.cli.helpers import ROOT, SAMPLES, run
from tests.engines.test_accounts import BOOK as SHOP_TEXT
from tests.engines.test_accounts import SHOP, book_of

CLAUDE = pricelang.load()
USAGE, CONTRACT = (
    str(SAMPLES / "invoice" / "usage.jsonl"),
    str(SAMPLES / "invoice" / "contract.price"),
)
NORTHWIND = pricelang.load(CONTRACT)
EXTRAS = pricelang.load(ROOT / "tests" / "specimens" / "extras.price")
GOLDEN = Path(__file__).with_name("golden")
LINEAR = book_of(
    "\n".join(
        line
        for line in SHOP_TEXT.splitlines()
        if " per organization per month" not in line or line.startswith("book")
    )
    .replace("limit commitment", "")
    .replace("  at least 6 minutes per use\n", "")
)
NO_FLOOR = book_of(SHOP_TEXT.split("limit commitment")[0])
NO_MINIMUM = book_of(SHOP_TEXT.replace("  at least 6 minutes per use\n", ""))


def record(at: str | None, usage: dict[str, Any], model: str = "m-1", **dimensions: str) -> Record:
    return Record((Part(model, at, dimensions, usage),), Place("f", 1), "canonical")


def changes(invoice: Invoice) -> list[tuple[str, str, Fraction | None, Fraction]]:
    """What the account adds and takes: kind, name, quantity, amount."""
    return [(one.kind, one.name, one.quantity, one.amount) for one in invoice.adjustments]


def due(invoice: Invoice) -> Fraction:
    """The total of an invoice in one currency, nothing where it is empty."""
    return sum((total.due for total in invoice.totals), Fraction(0))


# ---- by hand -------------------------------------------------------------------------------------


def test_the_sample_month() -> None:
    """The contract: 1,601.5 hours of which 1,550 are free, 10% off one model,
    a price instead of another, $100 a month.

    By hand: haiku 3 + 3; hours 1,601.5 x 0.05 = 80.075; opus batch 4M x 2.25 + 400k x 11.25 = 9 +
    4.50; opus 1.06M x 4.50 + 100k x 22.50 = 4.77 + 2.25; in the US 600k x 4.95 + 40k x 24.75 = 2.97
    + 0.99; sonnet 10M x 0.27 + 2.5M x 2.70 + 550k x 13.50 = 2.70 + 6.75 + 7.425; 250 searches at
    0.008 = 2. Together 129.43; less 77.50 is 51.93, raised to 100.
    """
    found = NORTHWIND.invoice(read_path(USAGE), "2026-05")
    (total,) = found.totals
    assert (total.listed, total.subtotal, total.due) == (
        Fraction("134.525"),
        Fraction("129.43"),
        100,
    )
    assert changes(found) == [
        ("allowance", "code_execution", 1550, Fraction("-77.5")),
        ("minimum", "commitment", None, Fraction("48.07")),
    ]
    assert (found.counts.outside, found.counts.priced, found.counts.free, found.unpriced) == (
        2,
        9,
        1,
        (),
    )
    assert due(CLAUDE.invoice(read_path(USAGE), "2026-05")) == Fraction("134.525") - Fraction(
        "77.5"
    )


def test_a_contract_amends_what_is_free(tmp_path: Path) -> None:
    """By hand, at $0.06 an hour: in May the list frees 1,550 of 1,600 hours, in June the contract
    2,000 of 2,100; the batch has 100 hours of its own, and in May none.
    """
    book = pricelang.load(ROOT / "tests" / "corpus" / "good" / "contract_amends_quantities")
    usage = tmp_path / "usage.jsonl"
    hours = [("05", "standard", 1600), ("05", "batch", 150), ("06", "standard", 2100)]
    rows = [
        {
            "id": f"{month}-{tier}",
            "model": "alpha-1",
            "at": f"2026-{month}-10T12:00:00Z",
            "tier": tier,
            "usage": {"runtime": used},
        }
        for month, tier, used in [*hours, ("06", "batch", 150)]
    ]
    usage.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert due(book.invoice(read_path(str(usage)), "2026-05")) == 50 * Fraction("0.06") + 9
    assert due(book.invoice(read_path(str(usage)), "2026-06")) == 100 * Fraction("0.06") + 3


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("invoice.txt", ["--unit", "$0.01"]),
        ("invoice.csv", ["--csv", "--by", "workspace"]),
        ("invoice.md", ["--markdown"]),
        ("invoice.json", ["--json", "--unit", "0.01"]),
    ],
)
def test_what_is_printed(name: str, args: list[str]) -> None:
    done = run("invoice", USAGE, "--period", "2026-05", "--book", CONTRACT, *args)
    assert done.exit_code == 0
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.write_text(done.stdout, encoding="utf-8")
    assert done.stdout == path.read_text(encoding="utf-8")
    if name.endswith("csv"):
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        assert (
            sum(
                Fraction(row["net"])
                for row in rows
                if row["kind"] not in ("subtotal", "total", "payable")
            )
            == 100
        )
    if name.endswith("json"):
        assert json.loads(done.stdout)["totals"][0]["units"] == "10000"


def test_tiers_and_pools_within_one_record() -> None:
    # 20 hours are free, 80 cost $6, 100 cost $5, 50 cost $4: 1,180, and a cap at 900
    found = SHOP.invoice([record("2026-01-05", {"time": 250})], "2026-01")
    assert changes(found) == [
        ("allowance", "time", 20, -120),
        ("tier", "time", 150, -200),
        ("cap", "commitment", None, -280),
    ]
    assert (found.totals[0].subtotal, due(found)) == (1500, 900)
    # the pool ends within the second record, the tier begins within the third;
    # records come in any order
    three = [
        record("2026-01-07", {"time": 85}),
        record("2026-01-05", {"time": 15}),
        record("2026-01-06", {"time": 10}),
    ]
    assert changes(SHOP.invoice(three, "2026-01")) == [
        ("allowance", "time", 20, -120),
        ("tier", "time", 10, -10),
    ]
    # modifiers hold for what a pool takes off
    assert changes(SHOP.invoice([record("2026-01-05", {"time": 100}, tier="half")], "2026-01"))[
        0
    ] == ("allowance", "time", 20, -60)
    # what is free anyway takes nothing of it
    gift = SHOP.invoice([record("2026-01-05", {"time": 100}, tier="gift")], "2026-01")
    assert changes(gift) == [("minimum", "commitment", None, 300)]


def test_free_hours_of_the_shipped_book() -> None:
    def hours(day: str, *uses: str) -> Record:
        return record(day, {"code_execution": list(uses)}, "claude-opus-4-7")

    month = [
        hours("2026-05-02", "1,549 hours"),
        hours("2026-05-31", "2 minutes", "3 hours"),
        hours("2026-06-01", "2,000 hours"),
    ]
    found = CLAUDE.invoice(month, "2026-05")
    # the two minutes count as five; 1,550 of 1,552 1/12 hours are free
    assert changes(found) == [("allowance", "code_execution", 1550, Fraction("-77.5"))]
    assert due(found) == (2 + Fraction(1, 12)) * Fraction("0.05")
    assert due(CLAUDE.invoice(month, "2026")) == due(found) + 450 * Fraction("0.05")
    assert [one.since for one in CLAUDE.invoice(month).adjustments] == ["2026-05-01", "2026-06-01"]


def test_a_minimum_holds_though_nothing_was_used() -> None:
    assert changes(SHOP.invoice([], "2026-03")) == [("minimum", "commitment", None, 300)]
    assert [one.since for one in SHOP.invoice([], "2026").adjustments] == [
        f"2026-{month:02}-01" for month in range(1, 13)
    ]
    assert SHOP.invoice([]).adjustments == ()
    # before and after the contract there is none
    assert (
        NORTHWIND.invoice([], "2026-04").adjustments
        == NORTHWIND.invoice([], "2027-05").adjustments
        == ()
    )
    assert due(NORTHWIND.invoice([], "2026-05")) == 100


def test_periods_that_are_not_those_of_the_account() -> None:
    month = [record(f"2026-01-0{day}", {"time": 15}) for day in (1, 2, 3)]
    found = SHOP.invoice(month, "2026-01-02")
    # the day before took 15 of the 20 hours
    assert (changes(found), due(found), found.counts.outside) == (
        [("allowance", "time", 5, -30)],
        60,
        2,
    )
    assert found.notes == (
        (
            Note(
                "account",
                "`commitment` is of a month, and this invoice is not of a whole one: left out",
            ),
            0,
        ),
    )
    yearly = book_of(
        NO_TEXT_FLOOR.replace("per organization per month", "per organization per year")
    )
    usage = [record("2026-01-05", {"time": 15}), record("2026-02-05", {"time": 25})]
    assert changes(yearly.invoice(usage, "2026-02")) == [("allowance", "time", 5, -30)]
    assert due(yearly.invoice(usage, "2026-02")) == 120


NO_TEXT_FLOOR = (
    SHOP_TEXT.split("limit commitment")[0]
    .replace("  first 20 hours free per organization per month  before 2026-03-01\n", "")
    .replace(
        "  first 30 hours free per organization per month  from 2026-03-01",
        "  first 20 hours free per organization per month",
    )
)


def test_rounding_and_limits_where_the_book_says() -> None:
    # lines are rounded to a cent, and a request costs $0.0005 at least
    found = EXTRAS.invoice(
        [
            record("2026-02-01", {"storage": 1200}, "alpha-1"),
            record("2026-02-02", {"input": 1}, "alpha-1"),
        ],
        "2026-02",
    )
    assert [(line.meter, line.net) for line in found.lines] == [
        ("input", 0),
        ("small_bill (per request)", Fraction("0.0005")),
        ("storage", 120),
    ]
    assert changes(found)[0] == ("tier", "storage", 1100, -28)
    assert due(found) == 10_000
    # 50 free hours end within a record: 3.333 hours x $0.05 are $0.17 once rounded,
    # and so are the amounts that the pool takes off
    found = EXTRAS.invoice(
        [record("2026-02-01", {"container": "53.333 hours"}, "alpha-1")], "2026-02-01"
    )
    assert (due(found), changes(found)) == (
        Fraction("0.17"),
        [("allowance", "container", 50, Fraction("-2.5"))],
    )
    # a commitment in dollars cannot bound euros: such records are refused, and named
    found = EXTRAS.invoice(
        [record("2026-04-02T00:00:00Z", {"input": 1_000_000}, "alpha-1")], "2026-04"
    )
    assert [(one.code, one.rows) for one in found.unpriced] == [("bad_book", 1)]


def test_rounding_of_totals() -> None:
    book = book_of(SHOP_TEXT.split("limit commitment")[0] + "round total to $1 up\n")
    found = book.invoice([record("2026-01-05", {"input": 1_500_000})])
    assert [(line.meter, line.unit_price, line.net) for line in found.lines] == [
        ("input", Fraction(1, 10**6), Fraction("1.5")),
        ("rounding of totals", None, Fraction("0.5")),
    ]
    # 10.1 free hours would have cost $60.60, and $61 once rounded
    found = book.invoice([record("2026-01-05", {"time": Fraction("10.1")})])
    assert changes(found) == [
        ("allowance", "time", Fraction("10.1"), Fraction("-60.6")),
        ("per request", "limits and rounding", None, Fraction("-0.4")),
    ]
    assert due(found) == 0


def test_two_currencies(tmp_path: Path) -> None:
    text = SHOP_TEXT.split("limit commitment")[0].replace(
        "  $6 per hour  before 2026-02-15\n  $8 per hour  from 2026-02-15\n", "  $6 per hour\n"
    )
    (tmp_path / "shop.price").write_text(text, encoding="utf-8")
    (tmp_path / "deal.price").write_text(
        "book deal extends shop from 2026-01-01 before 2027-01-01\namend time\n  $3 instead of $6 per hour\nconvert to EUR at 0.5 from 2026-02-01 before 2026-03-01\n",
        encoding="utf-8",
    )
    usage = [record(f"2026-0{month}-05", {"time": 30}) for month in (1, 2)]
    found = pricelang.load(tmp_path / "deal.price").invoice(usage, "2026")
    assert [
        (line.list_price, line.unit_price, line.listed, line.net, line.currency)
        for line in found.lines
    ] == [
        (3, Fraction("1.5"), 90, 45, "EUR"),
        (6, 3, 180, 90, "USD"),
    ]
    assert [(one.kind, one.amount, one.currency, one.since) for one in found.adjustments] == [
        ("allowance", -30, "EUR", "2026-02-01"),
        ("allowance", -60, "USD", "2026-01-01"),
    ]
    assert [
        (total.currency, total.listed, total.subtotal, total.due) for total in found.totals
    ] == [("EUR", 90, 45, 15), ("USD", 180, 90, 30)]


def test_narrow_terminals_lose_unit_prices_first() -> None:
    found = NORTHWIND.invoice(read_path(USAGE), "2026-05")
    assert invoice_table(found).narrower[0]().headers == (
        "model",
        "meter",
        "quantity",
        "unit",
        "rules",
        "list",
        "discount",
        "net",
    )
    assert invoice_table(CLAUDE.invoice([]), Fraction(1, 100)).headers == (
        "model",
        "meter",
        "quantity",
        "unit",
        "price",
        "rules",
        "net",
        "units",
    )


def test_an_offer_of_the_contract_alone() -> None:
    book = pricelang.load(ROOT / "tests" / "specimens" / "extras_acme.price")
    usage = [
        record(
            "2026-08-01 12:00",
            {"output": 1_000_000},
            "alpha-1",
            platform="reseller",
            service_tier=tier,
        )
        for tier in ("priority", "batch")
    ]
    lines = {
        line.net: line.listed
        for line in book.invoice(usage, "2026-08-01").lines
        if line.meter == "output"
    }
    # $5 and the surcharge, which the list sells on its own platform only;
    # and 40% instead of 50% of $5
    assert lines == {Fraction("5.25"): None, Fraction(2): Fraction("2.5")}


# ---- the command ---------------------------------------------------------------------------------


def test_refused_records(tmp_path: Path) -> None:
    rows = [
        {"model": "claude-sonnet-4-5", "usage": {"input": 1}},
        {"model": "nosuch", "at": "2026-03-01", "usage": {"input": 1}},
        {"model": "nosuch", "at": "2026-02-01", "usage": {"input": 1}},
        {
            "model": "claude-sonnet-4-5",
            "at": "2026-03-01",
            "context_window": "long",
            "record": "sum",
            "usage": {"input": 900000},
        },
    ]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    done = run("invoice", "-", "--period", "2026-03", stdin=text)
    assert done.exit_code == 1
    assert "4 read: 0 priced, 0 free, 0 skipped, 3 refused, 1 outside of the period" in done.stdout
    assert "error[no_time]: the record says no time (1 record)\n  --> -:1" in done.stderr
    assert "error[unknown_model]" in done.stderr
    assert "error[range]" in done.stderr
    done = run("invoice", "-", "--period", "2026-03", "--at", "2026-03-02", stdin=text)
    assert "4 read: 1 priced, 0 free, 0 skipped, 2 refused, 1 outside of the period" in done.stdout


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--period", "May"], "is not a day, month or year"),
        (["--unit", "0"], "takes an amount above zero"),
        (["--csv", "--json"], "cannot be combined"),
        (["--by", "workspcae"], "did you mean `workspace`"),
        (["--book", "nosuch.price"], "nosuch.price"),
        (["nosuch.jsonl"], "does not exist"),
        ([str(SAMPLES / "tables" / "usage.parquet")], "cannot be priced together"),
    ],
)
def test_wrong_usage(args: list[str], said: str) -> None:
    done = run("invoice", USAGE, *args)
    assert done.exit_code == 2
    assert said in done.stderr


def test_tables_and_nothing_at_all() -> None:
    done = run("invoice", str(SAMPLES / "tables" / "usage.parquet"))
    assert (done.exit_code, "takes records" in done.stderr) == (2, True)
    done = run("invoice", "-", "--period", "2026-05", stdin="")
    assert (
        done.stdout
        == "Invoice of `anthropic`, 2026-05 (UTC)\n\n0 read: 0 priced, 0 free, 0 skipped, 0 refused\n"
    )


# ---- laws ----------------------------------------------------------------------------------------

HALVES = st.integers(0, 400).map(lambda n: Fraction(n, 2))
REQUESTS = st.lists(
    st.builds(
        lambda model, hour, tier, input, time, store: record(
            f"2026-{1 + hour // 240:02}-{1 + hour // 24 % 10:02}T{hour % 24:02}:00:00Z",
            {"input": input, "time": time, "store": store},
            model,
            tier=tier,
        ),
        st.sampled_from(["m-1", "m-2"]),
        st.sampled_from([0, 1, 30, 50, 239, 240, 300, 700]),
        st.sampled_from(["standard", "gift", "half"]),
        st.integers(0, 10**7),
        HALVES,
        HALVES,
    ),
    max_size=6,
)


@settings(max_examples=60)
@given(
    REQUESTS,
    st.randoms(use_true_random=False),
    st.sampled_from([None, "2026-02", "2026-01-03", "2026"]),
)
def test_the_order_of_records_does_not_matter(
    records: list[Record], random: Any, period: str | None
) -> None:
    mixed = list(records)
    random.shuffle(mixed)
    first, second = SHOP.invoice(records, period, ["model"]), SHOP.invoice(mixed, period, ["model"])
    assert (first.lines, first.adjustments, first.totals) == (
        second.lines,
        second.adjustments,
        second.totals,
    )


@settings(max_examples=60)
@given(REQUESTS)
def test_without_rules_of_accounts_it_is_the_sum_of_prices(records: list[Record]) -> None:
    prices = sum((LINEAR.price_record(one).exact_total for one in records), Fraction(0))
    found = LINEAR.invoice(records)
    assert due(found) == prices == sum((line.net for line in found.lines), Fraction(0))
    assert found.adjustments == ()
    assert all(line.discount == 0 for line in found.lines)
    # and with such rules, the subtotal is
    assert SHOP.invoice(records).totals == () or SHOP.invoice(records).totals[0].subtotal == sum(
        (SHOP.price_record(one).exact_total for one in records), Fraction(0)
    )


@settings(max_examples=60)
@given(REQUESTS, st.sampled_from([None, "2026-01", "2026"]))
def test_it_agrees_with_the_rules_of_accounts(records: list[Record], period: str | None) -> None:
    # of one instant the reference keeps the order of the input,
    # and an invoice goes by what the requests say
    records = list({one.parts[0].at: one for one in records}.values())
    inside = [
        one for one in records if period is None or (one.parts[0].at or "").startswith(period)
    ]
    priced = sorted(
        (part for one in inside for part in SHOP.price_record(one).parts), key=lambda part: part.at
    )
    charged, settled = charge_accounts(SHOP.checked, [("a", part) for part in priced])
    floors = 0
    if period is not None:  # an invoice also has the minimum of a month without any request
        used = {(one.parts[0].at or "")[:7] for one in inside}
        floors = 300 * ((1 if period == "2026-01" else 12) - len(used))
    assert (
        due(SHOP.invoice(records, period))
        == sum((one.total for one in charged), Fraction(0))
        + sum((one.difference for one in settled), Fraction(0))
        + floors
    )


@settings(max_examples=60)
@given(REQUESTS, st.integers(0, 100))
def test_a_record_may_come_in_two(records: list[Record], share: int) -> None:
    halves = []
    for one in records:
        (part,) = one.parts
        usage: dict[str, Any] = dict(part.usage)
        left = {
            name: quantity * share // 100 if name == "input" else quantity * share / 100
            for name, quantity in usage.items()
        }
        right = {name: quantity - left[name] for name, quantity in usage.items()}
        halves += [
            record(part.at, some, part.model or "", **part.dimensions) for some in (left, right)
        ]
    whole, split = NO_MINIMUM.invoice(records, "2026"), NO_MINIMUM.invoice(halves, "2026")
    if len({one.parts[0].at for one in records}) == len(
        records
    ):  # within an instant, the cheaper request may come first
        assert (whole.totals, changes(whole)) == (split.totals, changes(split))
    assert [(line.meter, line.quantity, line.net) for line in whole.lines if line.quantity] == [
        (line.meter, line.quantity, line.net) for line in split.lines if line.quantity
    ]


@settings(max_examples=40)
@given(REQUESTS)
def test_months_add_up_to_the_year(records: list[Record]) -> None:
    months = sum(
        (due(NO_FLOOR.invoice(records, f"2026-{month:02}")) for month in range(1, 5)), Fraction(0)
    )
    assert months == due(NO_FLOOR.invoice(records, "2026")) == due(NO_FLOOR.invoice(records))


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["claude-opus-4-7", "claude-sonnet-4-6", "claude-haiku-4-5"]),
            st.sampled_from(["2026-04-30", "2026-05-02", "2026-06-01"]),
            st.sampled_from(["standard", "batch"]),
            st.integers(0, 10**7),
            st.integers(0, 10**5),
        ),
        max_size=5,
    )
)
def test_a_contract_of_discounts_costs_at_most_the_list(
    usage: list[tuple[str, str, str, int, int]],
) -> None:
    records = [
        record(at, {"input": tokens, "web_search": searches}, model, service_tier=tier)
        for model, at, tier, tokens, searches in usage
    ]
    for line in NORTHWIND.invoice(records).lines:
        assert line.listed is not None
        assert 0 <= line.net <= line.listed
    assert sum((line.listed or 0 for line in NORTHWIND.invoice(records).lines), Fraction(0)) == sum(
        (line.net for line in CLAUDE.invoice(records).lines), Fraction(0)
    )


def test_it_agrees_with_the_sql_of_a_warehouse() -> None:
    """The same month in DuckDB, by the query of accounts."""
    connection = duckdb.connect()
    connection.execute(
        "create view hours as select 'acme' as org, range as id, 'claude-opus-4-7' as model, "
        "timestamp '2026-05-01' + interval (range) day as at, 700 + range as code_execution from range(40)"
    )
    plan = plan_of(
        CLAUDE,
        "duckdb",
        table=["hours"],
        meters=["code_execution"],
        dimensions=[],
        account="org",
        tie="id",
        models=["claude-opus-4-7"],
    )
    for statement in table_statements(plan):
        connection.execute(statement)
    owed = {
        str(start)[:7]: Fraction(amount)
        for start, amount in connection.sql(settle_query(plan)).project("period, due").fetchall()
    }
    rows = connection.execute('select "at", code_execution from hours').fetchall()
    records = [
        record(at.isoformat(), {"code_execution": int(hours)}, "claude-opus-4-7")
        for at, hours in rows
    ]
    assert owed == {month: due(CLAUDE.invoice(records, month)) for month in ("2026-05", "2026-06")}


# ---- subtotals, groups and cents -----------------------------------------------------------------


@settings(max_examples=60)
@given(REQUESTS, st.lists(st.sampled_from(["a", "b", None]), min_size=6, max_size=6))
def test_groups_share_what_the_account_has_exactly(
    records: list[Record], owners: list[str | None]
) -> None:
    owned = [
        one if owner is None else evolve(one, attributes={"workspace": owner})
        for one, owner in zip(records, owners, strict=False)
    ]
    carried = any(one.attributes for one in owned)
    found = SHOP.invoice(owned, None, ["workspace"] if carried else ["model"])
    assert found.totals == SHOP.invoice(records).totals
    for one in found.adjustments:
        own = [each for _, each in found.account_lines() if _same(each, one)]
        assert sum((each.amount for each in own), Fraction(0)) == one.amount
        if one.quantity is not None:
            assert sum((each.quantity or 0 for each in own), Fraction(0)) == one.quantity
    for of in {part.of for part in found.subtotals}:
        parts = [part for part in found.subtotals if part.of == of]
        assert sum((part.net for part in parts), Fraction(0)) == found.totals[0].subtotal
    named = carried and any(line.by[0] is not None for line in found.lines)
    assert any(part.of == "workspace" for part in found.subtotals) == named
    for total in found.totals:
        assert total.due + total.residue == total.payable
        assert (total.payable * 100).denominator == 1
        assert abs(total.residue) <= Fraction(1, 200)


def _same(one: Adjustment, other: Adjustment) -> bool:
    names = ("kind", "name", "since", "currency")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def test_an_allowance_is_spread_by_what_each_group_used() -> None:
    """20 free hours at $6: the first 30 hours and the next 10 have 3 and 1 parts of them."""
    records = [
        evolve(record("2026-01-05", {"time": 30}), attributes={"workspace": "a"}),
        evolve(record("2026-01-06", {"time": 10}), attributes={"workspace": "b"}),
    ]
    found = NO_FLOOR.invoice(records, "2026-01", ["workspace"])
    assert [(by, one.quantity, one.amount) for by, one in found.account_lines()] == [
        (("a",), 15, -90),
        (("b",), 5, -30),
    ]


def test_forms_agree_on_the_discount_and_name_the_residue() -> None:
    line = '{"model": "claude-opus-4-7", "at": "2026-05-02", "record": "sum", '
    line += '"usage": {"input": 1234567}}'
    given = ("invoice", "-", "--book", CONTRACT)
    text = run(*given, stdin=line).stdout
    data = json.loads(run(*given, "--json", stdin=line).stdout)
    rows = list(csv.DictReader(io.StringIO(run(*given, "--csv", stdin=line).stdout)))
    assert data["lines"][0]["discount"] == rows[0]["discount"] == "0.6172835"
    assert "$0.6173" in text
    assert "-$0.6173" not in text
    assert "$0.6172835" in run(*given, "--exact", stdin=line).stdout
    alone = run("invoice", "-", stdin=line).stdout
    assert [row.split()[0] for row in alone.splitlines() if "cents" in row] == ["rounding"]
    assert "payable" in alone
    assert "$6.17" in alone
