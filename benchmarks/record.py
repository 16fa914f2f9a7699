"""One record in the hot path:
pricelang, sums written by hand and other calculators, over the same work.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from decimal import Decimal

import pricelang

RECORD = {"input": 12_000, "output": 1_500, "cache_read": 80_000, "cache_write_5m": 4_000}
# What the record pays per token, in units of 10**-8 dollars: for the sums written by hand.
UNITS = {"input": 300, "output": 1500, "cache_read": 30, "cache_write_5m": 375}
PRICES = {meter: Decimal(units).scaleb(-8) for meter, units in UNITS.items()}
DAY, MODEL = "2026-02-10", "claude-sonnet-4-5"


def calls() -> list[tuple[str, str, str, Callable[[], object]]]:
    """The contestants that run inside this process: group, name, limit, one call."""
    book = pricelang.load()
    day = book.at(DAY)
    found: list[tuple[str, str, str, Callable[[], object]]] = [
        ("one record", "integers times integers, by hand", "the limit", by_hand),
        ("one record", "the same with decimals, by hand", "", by_hand_in_decimals),
        (
            "one record",
            "`book.total(…)`",
            "1.2 µs",
            lambda: book.total(model=MODEL, at=DAY, usage=RECORD),
        ),
        (
            "one record",
            "`book.at(day).total(…)`",
            "1.2 µs",
            lambda: day.total(model=MODEL, usage=RECORD),
        ),
        (
            "one record",
            "`book.total(…, service_tier, inference_geo)`",
            "1.2 µs",
            lambda: book.total(
                model="claude-opus-4-7",
                at="2026-04-17",
                usage=RECORD,
                service_tier="batch",
                inference_geo="us",
            ),
        ),
        (
            "one record",
            "`book.price(…)`, lines not asked for",
            "1.5 µs",
            lambda: book.price(model=MODEL, at=DAY, usage=RECORD),
        ),
        (
            "one record",
            "`book.price(…).lines`, every line built",
            "4 µs",
            lambda: book.price(model=MODEL, at=DAY, usage=RECORD).lines,
        ),
    ]
    rivals = {
        "`genai_prices.calc_price(…)`": genai_prices_call(),
        "`litellm.cost_per_token(…)`": litellm_call(),
    }
    return found + [
        ("one record", name, "rival", call) for name, call in rivals.items() if call is not None
    ]


def by_hand() -> int:
    """What no calculator in Python can be faster than:
    the sum alone, of known rates and unchecked quantities.
    """
    return sum(UNITS[meter] * quantity for meter, quantity in RECORD.items())


def by_hand_in_decimals() -> Decimal:
    """The sum as most would write it; it rounds where the caller's context does."""
    return sum((PRICES[meter] * quantity for meter, quantity in RECORD.items()), Decimal(0))


def genai_prices_call() -> Callable[[], object] | None:
    """The same record priced by genai-prices, or None where it is not installed."""
    try:
        from genai_prices import Usage, calc_price
    except ImportError:
        return None
    usage = Usage(
        input_tokens=RECORD["input"] + RECORD["cache_read"] + RECORD["cache_write_5m"],
        output_tokens=RECORD["output"],
        cache_read_tokens=RECORD["cache_read"],
        cache_write_tokens=RECORD["cache_write_5m"],
    )
    at = datetime.datetime(2026, 2, 10, tzinfo=datetime.UTC)
    return lambda: calc_price(
        usage, model_ref=MODEL, provider_id="anthropic", genai_request_timestamp=at
    )


def litellm_call() -> Callable[[], tuple[float, float]] | None:
    """The same record priced by litellm, in floats, or None where it is not installed."""
    os.environ.setdefault(
        "LITELLM_LOCAL_MODEL_COST_MAP", "True"
    )  # the prices in the package, not those of the day
    try:
        from litellm import cost_per_token
    except ImportError:
        return None
    return lambda: cost_per_token(
        model=MODEL,
        custom_llm_provider="anthropic",
        completion_tokens=RECORD["output"],
        prompt_tokens=RECORD["input"] + RECORD["cache_read"] + RECORD["cache_write_5m"],
        cache_read_input_tokens=RECORD["cache_read"],
        cache_creation_input_tokens=RECORD["cache_write_5m"],
    )


def agreement() -> str:
    """What the calculators say of the record, so that the race is over the same work."""
    found = {
        "pricelang": str(pricelang.load().total(model=MODEL, at=DAY, usage=RECORD)),
        "hand": str(by_hand_in_decimals().normalize()),
    }
    genai, litellm = genai_prices_call(), litellm_call()
    if genai is not None:
        found["genai-prices"] = str(getattr(genai(), "total_price", None))
    if litellm is not None:
        found["litellm"] = str(sum(litellm()))
    return (
        "The record costs "
        + ", ".join(f"{amount} by {name}" for name, amount in found.items())
        + "."
    )
