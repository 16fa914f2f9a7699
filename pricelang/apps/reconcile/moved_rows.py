"""Rows of a bill that would be right under another key, such as another day or model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from attrs import evolve

from pricelang.apps.reconcile.changes import with_value
from pricelang.apps.reconcile.explain import CauseSearch, Explanation
from pricelang.apps.reconcile.finding import Finding
from pricelang.apps.reconcile.join import DIFFERENT, NOT_IN_COST, NOT_IN_USAGE, JoinedLine
from pricelang.apps.reconcile.keys import FIELDS, LONG, METERS, BilledAmount, Request

MOST_MOVED = 3
"""A row whose key differs in more fields is no longer taken for another one's."""


def moved_rows(search: CauseSearch, lines: Iterable[JoinedLine]) -> Iterable[Finding]:
    """Pairs of a line without its cost and a cost row
    under another key that would be right for it.
    """
    lines = list(lines)
    owed = [line for line in lines if line.status == NOT_IN_COST and line.low == line.high]
    rows = [(line, bill) for line in lines for bill in line.billed if _too_much(line, bill)]
    free = {id(line) for line in lines}
    candidates = []
    for short in owed:
        for long, bill in rows:
            distance = key_distance(short, long)
            if (
                distance
                and len(distance) <= MOST_MOVED
                and long.key.cost_type == short.key.cost_type
            ):
                text, places, changes = _as_other(search, short, long, bill, distance)
                if text:
                    candidates.append((changes, len(distance), short, long, text, places))
    for changes, _, short, long, text, places in sorted(candidates, key=lambda one: one[:2]):
        if id(short) in free and id(long) in free:
            free -= {id(short), id(long)}
            same = [
                other
                for other in candidates
                if other[2] is short
                and other[0] == changes
                and other[3] is not long
                and id(other[3]) in free
            ]
            also = tuple(Explanation(changes, "key", other[4], other[5]) for other in same)
            yield Finding(
                "moved", (short, long), (Explanation(changes, "key", text, places), *also)
            )


def _too_much(line: JoinedLine, bill: BilledAmount) -> bool:
    """Says whether a cost row is one too many under its key:
    without it, the line would be right.
    """
    if line.status == NOT_IN_USAGE:
        return len(line.billed) == 1
    rest = line.amount - bill.amount
    return line.status == DIFFERENT and len(line.billed) > 1 and line.low <= rest <= line.high


def key_distance(left: JoinedLine, right: JoinedLine) -> tuple[str, ...]:
    """The fields in which the keys of two lines differ."""
    return tuple(name for name in FIELDS if getattr(left.key, name) != getattr(right.key, name))


def _as_other(
    search: CauseSearch,
    short: JoinedLine,
    long: JoinedLine,
    bill: BilledAmount,
    fields: Sequence[str],
) -> tuple[str, tuple[str, ...], int]:
    """Words for a cost row that is a line's under other fields,
    at its right amount or at the price of those fields.
    """
    shift = ", ".join(
        f"{name} {_value(getattr(long.key, name))} instead of {_value(getattr(short.key, name))}"
        for name in fields
    )
    if bill.amount == short.low:
        return f"the cost row {bill.place} has exactly this amount under {shift}", (), 1
    requests = [_under(search, use.request, long, fields) for use in short.used]
    prices = [
        price
        for request in requests
        if request is not None and (price := search.prices.price(request)) is not None
    ]
    if len(prices) < len(requests):
        return "", (), 0
    pairs = zip(short.used, prices, strict=True)
    if sum((use.quantity * price.unit for use, price in pairs), Fraction(0)) != bill.amount:
        return "", (), 0
    text = f"the cost row {bill.place} has exactly the price of this quantity under {shift}: "
    places = dict.fromkeys(place for price in prices for place in price.places)
    return text + (prices[0].per if prices else ""), tuple(places), 2


def _under(
    search: CauseSearch, request: Request, other: JoinedLine, fields: Sequence[str]
) -> Request | None:
    """A request with the fields of another key, or None where a field prices nothing."""
    values: Mapping[str, str | None] = {name: getattr(other.key, name) for name in fields}
    for name, value in values.items():
        if name == "workspace":
            continue
        if value is None:
            return None
        if name == "day":
            request = evolve(request, at=value)
        elif name == "model":
            request = evolve(request, model=value)
        elif name == "token_type":
            request = evolve(request, meter=METERS.get(value, value))
        elif name == "context_window":
            window = "long" if value == LONG else "standard"
            request = with_value(search.book.checked, request, name, window)
        else:
            request = with_value(search.book.checked, request, name, value)
    return request


def _value(value: str | None) -> str:
    return "(none)" if value is None else value
