"""What the tests of billing share: reports made of rows,
their cost worked out apart, golden outputs.
"""

from __future__ import annotations

import json
import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import pricelang

ROOT = Path(__file__).resolve().parents[3]
PAIR = ROOT / "samples" / "reconcile"
GOLDEN = Path(__file__).with_name("golden")
BOOK = pricelang.load()
TYPES = {
    "uncached_input_tokens": 0, "output_tokens": 1, "cache_read_input_tokens": 2,
    "cache_creation.ephemeral_5m_input_tokens": 3, "cache_creation.ephemeral_1h_input_tokens": 4,
}  # fmt: skip

# Dollars per million tokens, read off the price page by hand:
# input, output, cache read, 5-minute write, 1-hour write.
PRICES = {
    "claude-opus-5-5": ("4", "20", "0.20", "5", "8"),
    "claude-opus-4-7": ("5", "25", "0.50", "6.25", "10"),
    "claude-sonnet-4-6": ("3", "15", "0.30", "3.75", "6"),
    "claude-fable-5-1": ("10", "50", "0.25", "12.50", "20"),
}


def page(buckets: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """A page of a report, with a bucket a day."""
    from pricelang.apps.reconcile.pages import day_after

    data = [
        {
            "starting_at": f"{day}T00:00:00Z",
            "ending_at": f"{day_after(day)}T00:00:00Z",
            "results": rows,
        }
        for day, rows in buckets.items()
    ]
    return {"data": data, "has_more": False, "next_page": None}


def usage_row(
    model: str = "claude-opus-5-5",
    counts: tuple[int, ...] = (1000, 0, 0, 0, 0),
    tier: str = "standard",
    geo: str | None = "global",
    workspace: str | None = "w-1",
    searches: int = 0,
    window: str | None = "0-200k",
    **more: Any,
) -> dict[str, Any]:
    """A row of a usage report; `counts` in the order of `TYPES`."""
    return {
        "model": model,
        "service_tier": tier,
        "context_window": window,
        "inference_geo": geo,
        "workspace_id": workspace,
        "api_key_id": None,
        "uncached_input_tokens": counts[0],
        "output_tokens": counts[1],
        "cache_read_input_tokens": counts[2],
        "cache_creation": {
            "ephemeral_5m_input_tokens": counts[3],
            "ephemeral_1h_input_tokens": counts[4],
        },
        "server_tool_use": {"web_search_requests": searches},
        **more,
    }


def cost_rows(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The cost rows of a usage row, worked out from `PRICES` alone."""
    counts = [
        row["uncached_input_tokens"],
        row["output_tokens"],
        row["cache_read_input_tokens"],
        *row["cache_creation"].values(),
    ]
    factor = (Fraction(1, 2) if row["service_tier"] == "batch" else 1) * (
        Fraction(11, 10) if row["inference_geo"] == "us" else 1
    )
    found = []
    for name, index in TYPES.items():
        if counts[index]:
            cents = Fraction(PRICES[row["model"]][index]) * counts[index] * factor / 1_000_000 * 100
            found.append(
                {
                    "amount": digits(cents),
                    "currency": "USD",
                    "cost_type": "tokens",
                    "description": "",
                    "model": row["model"],
                    "service_tier": row["service_tier"],
                    "token_type": name,
                    "context_window": row["context_window"],
                    "inference_geo": row["inference_geo"],
                    "workspace_id": row["workspace_id"],
                }
            )
    searches = row["server_tool_use"]["web_search_requests"]
    if searches:
        found.append(
            {
                "amount": str(searches),
                "currency": "USD",
                "cost_type": "web_search",
                "description": "",
                "model": None,
                "service_tier": None,
                "token_type": None,
                "context_window": None,
                "inference_geo": None,
                "workspace_id": row["workspace_id"],
            }
        )
    return found


def digits(value: Fraction) -> str:
    """An exact decimal of up to twelve places."""
    scaled = value * 10**12
    assert scaled.denominator == 1
    sign, number = ("-" if scaled < 0 else ""), abs(scaled.numerator)
    return f"{sign}{number // 10**12}.{number % 10**12:012d}"


def pair() -> tuple[dict[str, Any], dict[str, Any]]:
    """The shipped pair, to be changed by a test."""
    return tuple(
        json.loads((PAIR / name).read_text(encoding="utf-8"))
        for name in ("usage.json", "cost.json")
    )  # type: ignore[return-value]


def rows_of(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of the first bucket of a report."""
    found: list[dict[str, Any]] = report["data"][0]["results"]
    return found


def expect_golden(name: str, text: str) -> None:
    """Compares a text with a golden file; `UPDATE_GOLDEN=1` rewrites it."""
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
