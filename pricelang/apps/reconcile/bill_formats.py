"""Bills as vendors write them, known by their columns: each row as the columns of an invoice."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from attrs import frozen

from pricelang.apps.reconcile.admin import amount_of
from pricelang.apps.reconcile.keys import GLOBAL, LONG, METERS, REGIONAL, SHORT
from pricelang.present.decimals import plain
from pricelang.usage.records import UsageError

Cells = Mapping[str, str]
MILLION = 1_000_000


@frozen
class BillFormat:
    """A form of bills: its name, columns that it has, and its rows as an invoice's columns."""

    name: str
    columns: frozenset[str]
    cells: Callable[[Cells], dict[str, str]]
    skip: Callable[[Cells], bool] = lambda row: False


def format_of(headers: Sequence[str]) -> BillFormat | None:
    """The form of a bill with some columns; None for one of no known form."""
    own = {_plain(header) for header in headers}
    return next((one for one in FORMATS if one.columns <= own), None)


def row_of(headers: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """A row by its columns, whose names are written one way. Raises `UsageError`."""
    check_width(headers, cells)
    return {_plain(name): cell.strip() for name, cell in zip(headers, cells, strict=True)}


def check_width(headers: Sequence[str], cells: Sequence[str]) -> None:
    """Raises `UsageError` for a row of another length than the header."""
    if len(cells) != len(headers):
        raise UsageError(
            "bad_csv", f"the row has {len(cells)} cells, and the header {len(headers)}"
        )


def _plain(name: str) -> str:
    """`lineItem/UsageType` and `line_item_usage_type` are one name."""
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[^A-Za-z0-9]+", "_", text).lower().strip("_")


# ---- what the columns of vendors say -------------------------------------------------------------

_CONSOLE_TYPES = {
    "input_no_cache": "input",
    "input": "input",
    "output": "output",
    "input_cache_read": "cache_read",
    "input_cache_write_5m": "cache_write_5m",
    "input_cache_write_1h": "cache_write_1h",
}


def _console(row: Cells) -> dict[str, str]:
    usage, window = row.get("usage_type", ""), row.get("context_window", "")
    kind = row.get("token_type", "")
    tier = {"batch": "batch", "priority": "priority"}.get(usage, "standard" if usage else "")
    return {
        "day": row["usage_date_utc"],
        "amount": row["cost_usd"],
        "currency": "USD",
        "model": row.get("model", ""),
        "workspace": row.get("workspace", ""),
        "token_type": _CONSOLE_TYPES.get(kind, kind) or row.get("cost_type", ""),
        "service_tier": tier,
        "context_window": "" if not window else LONG if ">" in window else SHORT,
        "inference_geo": row.get("inference_geo", "") if kind else "",
    }


def _focus(row: Cells) -> dict[str, str]:
    sku = row.get("sku_meter", "")
    meter = METERS.get(sku, sku)
    of_usage = row.get("charge_category", "Usage") in ("Usage", "")
    description = row.get("charge_description", "")
    return {
        "day": row["charge_period_start"],
        "amount": row["billed_cost"],
        "currency": row.get("billing_currency", ""),
        "model": row.get("x_model", "") if of_usage else "",
        "workspace": row.get("sub_account_id", ""),
        "token_type": meter if of_usage else "",
        "service_tier": row.get("x_service_tier", ""),
        "inference_geo": row.get("x_inference_geo", ""),
        "quantity": row.get("consumed_quantity", "") if of_usage else "",
        "description": description if of_usage else f"{row['charge_category']} {description}",
    }


_KINDS: tuple[tuple[str, str], ...] = (
    (r"cache_?read", "cache_read"),
    (r"cache_?write.*(1_?h|one_?hour)", "cache_write_1h"),
    (r"cache_?write", "cache_write_5m"),
    (r"output|response", "output"),
    (r"input|prompt", "input"),
)


def _meter(text: str) -> str:
    """The meter that the words of a usage type or of a SKU name."""
    words = re.sub(r"[^a-z0-9]+", "_", text.lower())
    return next((meter for pattern, meter in _KINDS if re.search(pattern, words)), "")


def _model(text: str) -> str:
    """The display name of a model inside the name of a product."""
    found = re.search(
        r"claude[ -]+(?:(?:opus|sonnet|haiku|fable|mythos)[ -]+\d[\d.]*|\d[\d.]*[ -]+[a-z]+)",
        text,
        re.I,
    )
    return found[0] if found else text


def _endpoint(words: str) -> str:
    """The endpoint that a usage type or a SKU names; an empty text where it names none."""
    if re.search(r"(?<![a-z])global(?![a-z])", words, re.I):
        return GLOBAL
    regional = r"(?<![a-z])(multi[ -]?region|regional|region|[a-z]+-[a-z]+\d+)(?![a-z])"
    return REGIONAL if re.search(regional, words, re.I) else ""


def _window(words: str) -> str:
    return LONG if re.search(r"long[ _-]?context", words, re.I) else ""


def _aws(row: Cells) -> dict[str, str]:
    """Usage types such as `USE1-MP:USE1_InputTokenCount-Units` count millions of tokens; one
    without `Global` is of a region.
    """
    kind = row["line_item_usage_type"]
    tier = "batch" if re.search("batch", kind, re.I) else "standard"
    taxed = row.get("line_item_line_item_type", "Usage")
    meter = _meter(kind)
    quantity = row.get("line_item_usage_amount", "")
    name = row.get("product_servicename") or row.get("line_item_line_item_description", "")
    return {
        "day": row["line_item_usage_start_date"],
        "amount": row["line_item_unblended_cost"],
        "currency": row.get("line_item_currency_code", ""),
        "model": _model(name) if meter else "",
        "token_type": meter,
        "service_tier": tier if meter else "",
        "context_window": _window(kind),
        "endpoint": (_endpoint(kind) or REGIONAL) if meter else "",
        "quantity": _times(quantity, MILLION) if meter and "Units" in kind else quantity,
        "description": f"{taxed} {kind}" if not meter else kind,
    }


def _times(text: str, factor: int) -> str:
    return plain(amount_of(text, "quantity") * factor) if text else ""


def _gcp(row: Cells) -> dict[str, str]:
    """SKU descriptions such as `Claude Opus 5 Input Tokens - Global` or `… - us-east5`."""
    words = row["sku_description"]
    meter = _meter(words)
    credits = _credits(row.get("credits", ""))
    credit = sum((amount_of(one, "credits") for one in credits), Fraction(0))
    units = row.get("usage_pricing_unit", "").lower()
    size = MILLION if "million" in units or units.startswith("1m") else 1
    quantity = row.get("usage_amount_in_pricing_units") or row.get("usage_amount", "")
    return {
        "day": row["usage_start_time"].replace(" UTC", "").replace(" ", "T", 1),
        "amount": plain(amount_of(row["cost"], "cost") + credit),
        "currency": row.get("currency", ""),
        "model": _model(words) if meter else "",
        "token_type": meter,
        "service_tier": "batch" if "batch" in words.lower() else "standard" if meter else "",
        "context_window": _window(words),
        "endpoint": _endpoint(words) if meter else "",
        "quantity": _times(quantity, size) if meter else "",
        "description": words,
    }


def _credits(text: str) -> list[object]:
    """The amounts of the credits of a row, which the export writes as JSON."""
    if not text:
        return []
    try:
        found = json.loads(text, parse_float=str)
    except (ValueError, RecursionError):
        raise UsageError("bad_amount", "`credits` is no JSON") from None
    if not isinstance(found, list):
        raise UsageError("bad_amount", "`credits` is no list")
    return [one["amount"] for one in found if isinstance(one, Mapping) and "amount" in one]


def _other_product(row: Cells) -> bool:
    """Says whether a row of an AWS or GCP bill is of another product than a Claude model."""
    words = " ".join(row.get(name, "") for name in _PRODUCT)
    return "claude" not in words.lower() and "anthropic" not in words.lower()


_PRODUCT = (
    "product_servicename",
    "line_item_line_item_description",
    "line_item_usage_type",
    "service_description",
    "sku_description",
)
FORMATS = (
    BillFormat("Console cost export", frozenset({"usage_date_utc", "cost_usd"}), _console),
    BillFormat("FOCUS rows", frozenset({"billed_cost", "charge_period_start"}), _focus),
    BillFormat(
        "AWS Cost and Usage Report",
        frozenset(
            {"line_item_usage_type", "line_item_unblended_cost", "line_item_usage_start_date"}
        ),
        _aws,
        _other_product,
    ),
    BillFormat(
        "GCP billing export",
        frozenset({"sku_description", "usage_start_time", "cost"}),
        _gcp,
        _other_product,
    ),
)
