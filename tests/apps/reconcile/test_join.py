"""The join of usage and a bill that states different things on different lines."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from pricelang.apps.reconcile.reconcile import Reconciliation
from pricelang.model.errors import BadRequest

from .helpers import BOOK

HEAD = "day,workspace,model,token_type,context_window,amount\n"
DAY = "2026-08-05"


def reconciled(
    folder: Path, records: list[dict[str, Any]], bill: str, **options: Any
) -> Reconciliation:
    usage, cost = folder / "usage.jsonl", folder / "cost.csv"
    usage.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    cost.write_text(HEAD + bill, encoding="utf-8")
    return BOOK.reconcile(str(usage), str(cost), **options)


def record(workspace: str | None = "w-1", **more: Any) -> dict[str, Any]:
    attributes = {} if workspace is None else {"workspace": workspace}
    usage = more.pop("usage", {"input": 100_000})
    return {"model": "claude-opus-5", "at": f"{DAY}T10:00:00Z", "usage": usage} | {
        "attributes": attributes,
        **more,
    }


SEARCHED = {"input": 100_000, "web_search": 2}


def test_a_blank_cell_is_any_value_on_its_line_alone(tmp_path: Path) -> None:
    records = [record(usage=SEARCHED), record("w-2", usage=SEARCHED)]
    bill = "".join(f"{DAY},w-{n},claude-opus-5,input,0-200k,0.50\n" for n in (1, 2))
    found = reconciled(tmp_path, records, bill + f"{DAY},,,web_search,,0.04\n")
    assert found.agrees, found.text()
    each = "".join(f"{DAY},w-{n},,web_search,,0.02\n" for n in (1, 2))
    assert reconciled(tmp_path, records, bill + each).agrees
    wrong = reconciled(tmp_path, records, bill + f"{DAY},,,web_search,,0.05\n")
    assert [line.status for line in wrong.lines].count("matched") == 2


def test_one_record_with_a_window_breaks_no_other_line(tmp_path: Path) -> None:
    records = [
        record(),
        record(context_window="long", usage={"input": 300_000}),
        record(usage={"input": 400_000}),
    ]
    bill = (
        f"{DAY},w-1,claude-opus-5,input,0-200k,0.50\n{DAY},w-1,claude-opus-5,input,200k-1M,3.50\n"
    )
    found = reconciled(tmp_path, records, bill)
    assert found.agrees, found.text()
    assert "context_window" in found.fields


def test_one_record_with_a_workspace_breaks_no_other_line(tmp_path: Path) -> None:
    records = [record(), record(None), record(None)]
    bill = "".join(
        f"{DAY},w-{n},claude-opus-5,input,0-200k,{amount}\n" for n, amount in ((1, 1), (2, 0.5))
    )
    assert reconciled(tmp_path, records, bill).agrees


def test_a_column_can_be_ignored(tmp_path: Path) -> None:
    bill = f"{DAY},other,claude-opus-5,input,0-200k,0.50\n"
    assert not reconciled(tmp_path, [record()], bill).agrees
    found = reconciled(tmp_path, [record()], bill, ignore=("workspace",))
    assert found.agrees
    assert "workspace is ignored, as asked" in found.text()
    with pytest.raises(BadRequest, match="is no column"):
        reconciled(tmp_path, [record()], bill, ignore=("color",))


def test_the_order_of_records_changes_nothing(tmp_path: Path) -> None:
    records = [
        record(outcome="errored", usage={"input": 5_000}),
        record(usage={"input": 10_000}),
        *(record(usage={"input": size}) for size in (1_000, 2_000, 3_000)),
    ]
    bill = f"{DAY},w-1,claude-opus-5,input,0-200k,0.04\n"
    texts = set()
    for seed in range(5):
        random.Random(seed).shuffle(records)
        found = reconciled(tmp_path, records, bill)
        texts.add(tuple(one.text for one in found.findings[0].explanations))
    assert len(texts) == 1
    assert any("service_tier batch instead of standard" in text for text in texts.pop())
