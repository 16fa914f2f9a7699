"""Rows of cost analytics as the buckets of a cost report: what was paid, beside the list price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def is_analytics(data: Sequence[object]) -> bool:
    """Says whether the rows of a page each have a `cost` and what they are grouped by."""
    return bool(data) and all(
        isinstance(row, Mapping)
        and isinstance(row.get("cost"), Mapping)
        and isinstance(row.get("group"), Mapping)
        for row in data
    )


def as_buckets(data: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows by their spans of time, each as a result of a cost report."""
    found: dict[tuple[object, object], list[dict[str, Any]]] = {}
    for row in data:
        span = (row.get("starting_at"), row.get("ending_at"))
        found.setdefault(span, []).append({**row["group"], **row["cost"]})
    return [
        {"starting_at": start, "ending_at": end, "results": results}
        for (start, end), results in found.items()
    ]
