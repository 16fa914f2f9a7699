"""Counters by key beside the invoice: FOCUS rows, a bill that is reconciled, and usage that is
compared under two books.
"""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

import pricelang
from pricelang.apps.tables.usage_change import change_data, change_remarks
from pricelang.apps.usage_change import UsageChange
from pricelang.model.errors import BadRequest
from pricelang.usage.records import Outcome, Part, Place, Record
from tests.apps.exports.test_focus_account import rows_of_account
from tests.apps.reconcile.test_left_out import BOOK as BILLED
from tests.apps.reports.test_account_keys import (
    LADDERS,
    POOL,
    REQUESTS,
    WHOLE,
    book,
    due,
    record,
)
from tests.evaluate.test_ladders import book as tiered
from tests.evaluate.test_ladders import ladder

WORKSPACES = BILLED.replace("unit MTok", "account workspace\nunit MTok", 1) + (
    "  first 10 hours free per workspace per month\n"
)


@settings(max_examples=30)
@given(REQUESTS)
def test_the_rows_of_focus_add_up_to_what_is_due(records: list[Record]) -> None:
    rows = rows_of_account(book(WHOLE), records, None)
    assert sum((Fraction(row["BilledCost"]) for row in rows), Fraction(0)) == due(
        book(WHOLE).invoice(records)
    )


def test_a_row_of_focus_says_whose_it_is() -> None:
    text = POOL.replace("per team", "per workspace")
    own = book(LADDERS.replace("per project", "per workspace"), text, "account workspace\n")
    outcomes: list[Outcome] = [
        record(1, {"workspace": name}, storage=120, runtime="30 hours") for name in ("a", "b")
    ]
    rows = [row for row in rows_of_account(own, outcomes, None) if not row["x_Model"]]
    found = [(row["SubAccountId"], row["ChargeDescription"], row["BilledCost"]) for row in rows]
    assert ("a", "runtime, free allowance, workspace a: 20", "-40") in found
    assert {one[0] for one in found if "runtime" in one[1]} == {"a", "b"}
    team = [record(1, {"team": "t"}, runtime="30 hours")]
    (allowance,) = [row for row in rows_of_account(book(), team, None) if not row["x_Model"]]
    assert (allowance["SubAccountId"], allowance["Tags"]) == ("", '{"team": "t"}')


def change(old: pricelang.Book, new: pricelang.Book, records: list[Record]) -> UsageChange:
    found = UsageChange()
    found.price(records, (old, new), (None, None))
    return found


def test_usage_under_two_books_counts_by_the_keys_of_each() -> None:
    shared = book(LADDERS.replace("per project", "per organization"))
    records = [record(1, {"project": name}, storage=100) for name in ("a", "b")]
    rows = change(shared, book(LADDERS), records).account
    assert [(row.kind, row.name, row.old, row.new) for row in rows] == [
        ("requests", "", 2_000, 2_000),
        ("tier", "storage", -200, 0),
        ("owed", "", 1_800, 2_000),
    ]
    lacking = change(shared, book(LADDERS), [*records, record(2, {}, storage=1)])
    assert lacking.refused == [0, 1]
    assert "carries no `project`" in lacking.reasons[1]


def test_tiers_commitments_and_credits_under_two_books() -> None:
    more = (
        "commitment floor\n  $500 per project per month on input\n"
        "commitment year\n  $9,000 per organization per year on output\n"
        "credit gift\n  $30 per organization per month\n"
    )
    old, new = tiered(ladder()), tiered(ladder(off=(50, 75)), more)
    part = Part("m-1", "2026-05-31", {}, {"input": 26})
    own = {"project": "p"}
    found = change(old, new, [Record((part,), Place("f", 1), "canonical", attributes=own)])
    assert [(row.kind, row.name, row.old, row.new) for row in found.account] == [
        ("requests", "", 104, 104),
        ("commitment", "floor", 0, 500 - 71),
        ("credit", "gift", 0, -30),
        ("tier", "volume", -17, -33),
        ("owed", "", 87, 470),
    ]
    remarks = list(change_remarks(found, ["old", "new"]))
    assert [one for one in remarks if one.startswith("under new")] == [
        "under new: commitment `year`: $0.00 of $9,000.00 since 2026-01-01, $9,000.00 left until "
        "2027-01-01",
        "under new: credit `gift`: $30.00 of $30.00 drawn since 2026-05-01, $0.00 left until "
        "2026-06-01",
    ]
    assert change_data(found)["account_notes"] == {"old": [], "new": list(found.account_notes[1])}


def reconciled(folder: Path, records: list[dict[str, Any]], bill: str) -> Any:
    path, usage, cost = folder / "b.price", folder / "usage.jsonl", folder / "cost.csv"
    path.write_text(WORKSPACES, encoding="utf-8")
    usage.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    cost.write_text("day,model,workspace,token_type,amount,description\n" + bill, encoding="utf-8")
    return pricelang.load(path).reconcile(str(usage), str(cost))


def row(workspace: str | None, day: int = 1, **usage: int) -> dict[str, Any]:
    attributes = {} if workspace is None else {"workspace": workspace}
    at = f"2026-05-{day:02}T10:00:00Z"
    return {"model": "m-1", "at": at, "usage": usage, "attributes": attributes}


def test_a_bill_is_reconciled_workspace_by_workspace(tmp_path: Path) -> None:
    records = [row("a", input=1_000_000, time=15), row("b", input=1_000_000, time=30)]
    gross = "".join(
        f"2026-05-01,m-1,{name},input,1,\n2026-05-01,,{name},time,{cost},\n"
        for name, cost in (("a", "9"), ("b", "18"))
    )
    credits = "2026-05-31,,a,,-6,Free hours\n2026-05-31,,b,,-6,Free hours\n"
    assert reconciled(tmp_path, records, gross + credits).agrees
    shared = reconciled(tmp_path, records, gross + credits.splitlines()[0] + "\n")
    assert shared.total.difference == 6


def test_usage_without_a_workspace_is_not_settled_by_workspace(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="carries no `workspace`") as raised:
        reconciled(tmp_path, [row(None, time=15)], "2026-05-01,,,time,9,\n")
    assert raised.value.code == "no_account"
