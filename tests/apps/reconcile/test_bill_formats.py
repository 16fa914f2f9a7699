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
