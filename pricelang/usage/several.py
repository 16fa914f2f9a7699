"""How many requests a record says that it holds."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from pricelang.usage.numbers import is_counter

REQUESTS = (
    "requests",
    "num_requests",
    "num_model_requests",
    "request_count",
    "requests_count",
    "n_requests",
    "total_requests",
    "model_requests",
    "llm_requests",
    "num_calls",
    "llm_calls",
)
"""Names of how many requests a record holds."""
_REQUESTS = frozenset(REQUESTS)


def several(*holders: Mapping[str, object]) -> bool:
    """Whether one of the objects of a record says that it holds more than one request:
    then it is a sum.

    >>> several({"input": 3}, {"requests": 2}), several({"requests": 1})
    (True, False)
    """
    for holder in holders:
        if not _REQUESTS.isdisjoint(holder) and any(
            _more_than_one(holder.get(name)) for name in REQUESTS
        ):
            return True
    return False


def _more_than_one(value: object) -> bool:
    if isinstance(value, str):
        return is_counter(value) and Decimal(value.strip()) > 1
    if isinstance(value, Decimal):
        return not value.is_nan() and value > 1
    return isinstance(value, int | float) and value > 1
