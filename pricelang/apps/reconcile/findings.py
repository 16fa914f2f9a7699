"""Differences to findings: what belongs together (a cost row under another key),
and what would explain the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from pricelang.apps.reconcile.changes import with_value
from pricelang.apps.reconcile.explain import CauseSearch, Explanation
from pricelang.apps.reconcile.join import DIFFERENT, NOT_IN_COST, NOT_IN_USAGE, UNPRICED, JoinedLine
from pricelang.apps.reconcile.keys import FIELDS, LONG, METERS, BilledAmount, Request, Side

if TYPE_CHECKING:
    from pricelang.apps.price_book import PriceBook

MOST = 200
"""For so many differing lines explanations are looked for."""

MOST_MOVED = 3
"""A row whose key differs in more fields is no longer taken for another one's."""

KINDS = {
    DIFFERENT: "amount",
    NOT_IN_COST: "not billed",
    NOT_IN_USAGE: "no usage",
    UNPRICED: "no price",
}


@frozen(eq=False)
class Finding:
    """One difference: its lines (two where a cost row stands under another key),
    its kind, and what explains it.

    `kind` is `amount`, `not billed`, `no usage`, `no price` or `moved`;
    `explained` says that some change of the book's own makes every amount of it exact.
    """

    kind: str
    lines: tuple[JoinedLine, ...]
    explanations: tuple[Explanation, ...]

    @property
    def difference(self) -> Fraction:
        """What was billed beyond what was expected, over all lines."""
        return sum((line.difference for line in self.lines), Fraction(0))

    @property
    def explained(self) -> bool:
        """Says whether something makes the amounts exact."""
        return bool(self.explanations)


def findings_of(
    book: PriceBook, lines: Sequence[JoinedLine], usage: Side, cost: Side
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """The findings in the order of their first lines, and notes on what was not looked for."""
    differing = [line for line in lines if line.status in KINDS]
    if not differing:
        return (), ()
    search = CauseSearch(book)
    searched, rest = differing[:MOST], differing[MOST:]
    found = list(_moved(search, searched))
    taken = {id(line) for finding in found for line in finding.lines}
    for line in searched:
        if id(line) not in taken:
            ways = (
                search.explanations(line.used, line.amount)
                if line.status == DIFFERENT
                else _reasons(line, usage, cost)
            )
            found.append(
                Finding(
                    KINDS[line.status],
                    (line,),
                    (*ways, *_twice(line)) if line.status == DIFFERENT else ways,
                )
            )
    found += [Finding(KINDS[line.status], (line,), ()) for line in rest]
    order = {id(line): number for number, line in enumerate(lines)}
    notes = (
        (
            f"explanations were looked for in the first {MOST} differences only, of "
            f"{len(differing):,}",
        )
        if rest
        else ()
    )
    return tuple(
        sorted(found, key=lambda finding: min(order[id(line)] for line in finding.lines))
    ), notes


def _reasons(line: JoinedLine, usage: Side, cost: Side) -> tuple[Explanation, ...]:
    """Why a line stands on one side only:
    its day is outside of the other's period, or it is a credit.
    """
    if not line.used and line.low:
        text = f"{line.key.cost_type} of `{line.key.token_type}` not applied: {line.reason}"
        return (Explanation(1, "account", text),)
    other = {NOT_IN_USAGE: usage, NOT_IN_COST: cost}.get(line.status)
    day = line.key.day
    if (
        other is not None
        and other.start
        and other.end
        and day is not None
        and not other.start <= day < other.end
    ):
        return (
            Explanation(
                1,
                "period",
                f"the {other.kind} is from {other.start} and before {other.end}: it does not "
                "cover this day",
            ),
        )
    if line.status == NOT_IN_USAGE and line.amount < 0:
        return (Explanation(1, "credit", "a negative amount, such as a credit"),)
    return ()


def _twice(line: JoinedLine) -> tuple[Explanation, ...]:
    """Cost rows of one key of which some are too many: without them the amount is exact."""
    if len(line.billed) < 2:
        return ()
    extra = line.amount - line.expected
    same = [bill for bill in line.billed if bill.amount == extra]
    others = "; ".join(f"{bill.place}" for bill in same)
    return (
        (
            Explanation(
                1, "row", f"without one of {len(line.billed)} cost rows under this key: {others}"
            ),
        )
        if same
        else ()
    )


# ---- rows under another key ----------------------------------------------------------------------


def _moved(search: CauseSearch, lines: Iterable[JoinedLine]) -> Iterable[Finding]:
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
            distance = _distance(short, long)
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


def _distance(left: JoinedLine, right: JoinedLine) -> tuple[str, ...]:
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
