"""Floors and caps of requests and of accounts that contradict each other, or would both be
added.
"""

from __future__ import annotations

from itertools import combinations, product

from pricelang.check.draft import span_of
from pricelang.compile.reach import Reach
from pricelang.model import book as m
from pricelang.model.space import meet


def check_bounds(reach: Reach) -> None:
    """No floor is above a cap of the same requests, or their order would decide; and no request
    counts for two floors or two caps of accounts, of which each would add what is missing.
    """
    limits = [limit for limit in reach.book.limits if limit.kind == "limit"]
    rows = [row for limit in limits for row in limit.lines if row.target != "unit_price"]
    floors, caps = ([row for row in rows if row.at_least == side] for side in (True, False))
    for floor, cap in product(floors, caps):
        same = (floor.target, floor.per) == (cap.target, cap.per)
        if same and floor.amount > cap.amount:
            _check(reach, "a floor above a cap holds for the same requests", floor, cap, "the cap")
    for what, side in (("floors", floors), ("caps", caps)):
        accounts = [row for row in side if row.target == "account"]
        for other, row in combinations(accounts, 2):
            message = f"two {what} of accounts count the same requests, and both would be added"
            _check(reach, message, row, other, "the other")


def _check(reach: Reach, message: str, row: m.LimitLine, other: m.LimitLine, what: str) -> None:
    """Reports two lines that hold for one request."""
    shared = meet(row.scope, other.scope)
    if shared is None:
        return
    requests = reach.requests
    layer = max(reach.layer(row.origin), reach.layer(other.origin))
    witness = requests.find([requests.within(shared), reach.let_through(layer)])
    if witness is not None:
        reach.draft.fault(
            "overlap",
            message,
            span_of(row.origin),
            f"such a request: {reach.draft.space.describe(witness)}",
            (span_of(other.origin), what),
        )
