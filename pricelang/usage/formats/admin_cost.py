"""A page of the Admin API's cost report, or of Claude Code's costs:
what was billed and not what was used, so skipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pricelang.usage.fields import is_object
from pricelang.usage.records import Outcome, Place, Skipped

FORMAT = "admin-cost"


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is a page of a cost report: rows with an `amount` and no counts."""
    buckets = value.get("data")
    if not isinstance(buckets, list) or not buckets:
        return False
    results = [bucket.get("results") if is_object(bucket) else None for bucket in buckets]
    rows = [row for rows in results if isinstance(rows, list) for row in rows[:1]]
    return bool(rows) and all(
        is_object(row) and "amount" in row and "uncached_input_tokens" not in row for row in rows
    )


def outcomes(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
    """The page, skipped."""
    return (Skipped(place, "a cost report: it says what was billed, and not what was used"),)
