"""Bills as vendors write them, known without a mapping."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pricelang.apps.reconcile.quantities import canonical

from .helpers import BOOK

CONSOLE = """usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,list_price_usd,cost_type,inference_geo,speed
2026-08-05,Claude Opus 5,Default,k,message,≤ 200k,input_no_cache,0.50,0.50,token,not_available,
2026-08-05,Claude Opus 5,Default,k,message,≤ 200k,input_cache_write_5m,0.13,0.13,token,not_available,
2026-08-05,Claude Opus 5,Default,k,message,≤ 200k,output,0.75,0.75,token,not_available,
2026-08-05,,Default,k,,,,0.02,0.02,web_search,,
2026-08-05,,Default,k,,,,0.08,0.08,session_usage,,
"""
CUR = """line_item_usage_start_date,line_item_product_code,product_servicename,line_item_usage_type,line_item_usage_amount,line_item_unblended_cost,line_item_currency_code
2026-08-05T00:00:00Z,x,Claude Opus 5 (Amazon Bedrock Edition),USE1-MP:USE1_InputTokenCount-Units,0.1,0.55,USD
2026-08-05T00:00:00Z,x,Claude Opus 5 (Amazon Bedrock Edition),USE1-MP:USE1_CacheWriteInputTokenCount-Units,0.02,0.1375,USD
2026-08-05T00:00:00Z,x,Claude Opus 5 (Amazon Bedrock Edition),USE1-MP:USE1_OutputTokenCount-Units,0.03,0.825,USD
2026-08-05T00:00:00Z,x,Amazon S3,USE1-Requests,3,1.5,USD
"""
GCP = """service.description,sku.description,usage_start_time,cost,currency,usage.amount_in_pricing_units,usage.pricing_unit,credits
Vertex AI,Claude Opus 5 Input Tokens - Global,2026-08-05 00:00:00 UTC,0.50,USD,100000,count,[]
Vertex AI,Claude Opus 5 Cache Write Tokens - Global,2026-08-05 00:00:00 UTC,0.125,USD,20000,count,
Vertex AI,Claude Opus 5 Output Tokens - Global,2026-08-05 00:00:00 UTC,1.00,USD,30000,count,"[{""amount"": -0.25}]"
Compute Engine,N2 core,2026-08-05 00:00:00 UTC,9,USD,1,hour,
"""
USAGE = {"input": 100_000, "cache_write_5m": 20_000, "output": 30_000}
DIRECT = {"model": "claude-opus-5", "usage": {**USAGE, "web_search": 2}}
BEDROCK = {"model": "us.anthropic.claude-opus-5", "usage": USAGE}
VERTEX = {"model": "claude-opus-5", "platform": "vertex", "endpoint": "global", "usage": USAGE}


@pytest.mark.parametrize(
    ("record", "bill", "kind"),
    [
        (DIRECT, CONSOLE, "Console cost export"),
        (BEDROCK, CUR, "AWS Cost and Usage Report"),
        (VERTEX, GCP, "GCP billing export"),
    ],
)
def test_a_bill_of_a_vendor_is_known_by_its_columns(
    record: dict[str, Any], bill: str, kind: str, tmp_path: Path
) -> None:
    usage, cost = tmp_path / "usage.jsonl", tmp_path / "cost.csv"
    more = {"at": "2026-08-05T12:00:00Z", "attributes": {"workspace": "Default"}}
    usage.write_text(json.dumps(record | more))
    cost.write_text(bill, encoding="utf-8")
    found = BOOK.reconcile(str(usage), str(cost), within=Fraction("0.01" if kind[0] == "C" else 0))
    assert found.cost.kind == kind
    assert found.agrees, found.text()
    cost.write_text(bill.replace("0.50,", "0.80,").replace(",0.55,", ",0.85,"), encoding="utf-8")
    assert not BOOK.reconcile(str(usage), str(cost)).agrees


def test_focus_rows_of_pricelang_itself_agree(tmp_path: Path) -> None:
    from tests.cli.helpers import run

    usage, cost = tmp_path / "usage.jsonl", tmp_path / "focus.csv"
    at = {"at": "2026-08-05T12:00:00Z", "record": "sum"}
    usage.write_text(json.dumps(DIRECT | at))
    done = run("price", str(usage), "--focus", str(cost), "--account", "org-1")
    assert done.exit_code == 0, done.output
    found = BOOK.reconcile(str(usage), str(cost))
    assert found.cost.kind == "FOCUS rows"
    assert found.agrees, found.text()


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("Claude Opus 5", "claude-opus-5"),
        ("Claude Sonnet 4.6 (Amazon Bedrock Edition)", "claude-sonnet-4-6"),
        ("us.anthropic.claude-sonnet-4-6", "claude-sonnet-4-6"),
        ("Claude Haiku 4.5", "claude-haiku-4-5-20251001"),
        ("Someone else's", "Someone else's"),
    ],
)
def test_display_names_and_ids_of_platforms_are_models(name: str, model: str) -> None:
    assert canonical(BOOK, name, "2026-08-05") == model


# ---- the endpoint of a line ----

BOTH_AWS = """line_item_usage_start_date,product_servicename,line_item_usage_type,line_item_usage_amount,line_item_unblended_cost,line_item_currency_code
2026-08-05T00:00:00Z,Claude Opus 5 (Amazon Bedrock Edition),USE1-MP:USE1_input_tokens_standard-Units,0.1,0.55,USD
2026-08-05T00:00:00Z,Claude Opus 5 (Amazon Bedrock Edition),USE1-MP:USE1_input_tokens_global_standard-Units,0.2,1,USD
"""
BOTH_GCP = """service.description,sku.description,usage_start_time,cost,currency,usage.amount_in_pricing_units,usage.pricing_unit,credits
Vertex AI,Claude Opus 5 Input Tokens - us-east5,2026-08-05 00:00:00 UTC,0.55,USD,100000,count,
Vertex AI,Claude Opus 5 Input Tokens - Global,2026-08-05 00:00:00 UTC,1,USD,200000,count,
"""
ON_BEDROCK = (
    {"model": "us.anthropic.claude-opus-5", "usage": {"input": 100_000}},
    {"model": "global.anthropic.claude-opus-5", "usage": {"input": 200_000}},
)
ON_VERTEX = tuple(
    {"model": "claude-opus-5", "platform": "vertex", "endpoint": endpoint, "usage": usage}
    for endpoint, usage in (("regional", {"input": 100_000}), ("global", {"input": 200_000}))
)


@pytest.mark.parametrize(
    ("records", "bill"), [(ON_BEDROCK, BOTH_AWS), (ON_VERTEX, BOTH_GCP)], ids=["aws", "gcp"]
)
def test_the_endpoint_of_a_line_is_joined_on(
    records: tuple[dict[str, Any], ...], bill: str, tmp_path: Path
) -> None:
    usage, cost = tmp_path / "usage.jsonl", tmp_path / "cost.csv"
    at = {"at": "2026-08-05T12:00:00Z"}
    usage.write_text("".join(json.dumps(record | at) + "\n" for record in records))
    cost.write_text(bill, encoding="utf-8")
    found = BOOK.reconcile(str(usage), str(cost))
    assert "endpoint" in found.fields
    assert [(line.key.endpoint, line.low) for line in found.lines] == [
        ("global", 1),
        ("regional", Fraction("0.55")),
    ]
    assert found.agrees, found.text()
    # The regional line at the global price: the cause is the endpoint.
    cost.write_text(bill.replace(",0.55,", ",0.5,"), encoding="utf-8")
    found = BOOK.reconcile(str(usage), str(cost))
    assert [cause.text for cause in found.causes] == ["with endpoint global instead of regional"]


# ---- cost analytics ----

USED = {
    "model": "claude-opus-5-5",
    "at": "2026-10-20T12:00:00Z",
    "usage": {"input": 1_000_000, "output": 100_000, "web_search": 3},
}
ROWS = (
    {"cost_type": "tokens", "token_type": "uncached_input_tokens", "model": "claude-opus-5-5"},
    {"cost_type": "tokens", "token_type": "output_tokens", "model": "claude-opus-5-5"},
    {"cost_type": "web_search", "token_type": None, "model": None},
)
SPAN = {"starting_at": "2026-10-20T00:00:00Z", "ending_at": "2026-10-21T00:00:00Z"}


def analytics(amounts: tuple[str, ...], listed: tuple[str, ...], flat: bool) -> dict[str, Any]:
    """A page of cost analytics: rows of their own, or results in buckets."""
    costs = [
        {"amount": amount, "list_amount": before, "currency": "USD", "requests": None}
        for amount, before in zip(amounts, listed, strict=True)
    ]
    rows = list(zip(ROWS, costs, strict=True))
    data: list[dict[str, Any]] = [{**SPAN, "group": group, "cost": cost} for group, cost in rows]
    if not flat:
        data = [{**SPAN, "results": [{**group, **cost} for group, cost in rows]}]
    return {"data": data, "has_more": False, "next_page": None}


@pytest.mark.parametrize("flat", [True, False])
def test_cost_analytics_are_a_bill_in_cents_after_discounts(flat: bool, tmp_path: Path) -> None:
    usage = tmp_path / "usage.jsonl"
    usage.write_text(json.dumps(USED))
    cents = ("400", "200", "3")
    found = BOOK.reconcile(str(usage), analytics(cents, cents, flat))
    assert found.agrees, found.text()
    found = BOOK.reconcile(str(usage), analytics(("360", "180", "3"), cents, flat))
    assert not found.agrees
    (note,) = (note for note in found.cost.notes if "discounts" in note)
    assert note.startswith("the bill says $6.03 by the list and $5.43 after discounts")


def test_analytics_without_a_cost_type_say_what_to_group_by(tmp_path: Path) -> None:
    usage = tmp_path / "usage.jsonl"
    usage.write_text(json.dumps(USED))
    page = analytics(("400", "200", "3"), ("400", "200", "3"), True)
    page["data"][0]["group"] = {"cost_type": None}
    (row,) = BOOK.reconcile(str(usage), page).cost.unread
    assert row.code == "not_grouped"
    assert "group_by[]=cost_type" in (row.help or "")


# ---- the period of a bill ----


def test_usage_of_other_days_is_not_of_the_bill(tmp_path: Path) -> None:
    usage, cost = tmp_path / "usage.jsonl", tmp_path / "cost.csv"
    days = ("2026-09-30", "2026-10-20", "2026-11-01")
    usage.write_text("".join(json.dumps(USED | {"at": f"{day}T12:00:00Z"}) + "\n" for day in days))
    cost.write_text(
        "day,model,token_type,amount\n2026-10-20,claude-opus-5-5,input,4\n"
        "2026-10-20,claude-opus-5-5,output,2\n2026-10-20,,web_search,0.03\n"
    )
    assert not BOOK.reconcile(str(usage), str(cost)).agrees
    found = BOOK.reconcile(str(usage), str(cost), period="2026-10")
    assert found.agrees, found.text()
    assert found.usage.notes == ("2 rows of the usage outside of 2026-10 left out",)
    assert (found.usage.start, found.usage.end) == ("2026-10-01", "2026-11-01")
