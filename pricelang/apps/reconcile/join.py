"""Lines out of both sides by their key, each with what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from attrs import frozen

from pricelang.apps.reconcile.exact_sums import exact_sum
from pricelang.apps.reconcile.key_groups import key_groups
from pricelang.apps.reconcile.keys import (
    COST_TYPES,
    FIELDS,
    TOKENS,
    WEB_SEARCH,
    BilledAmount,
    Key,
    Side,
    Used,
)

MATCHED = "matched"
WITHIN = "within tolerance"
BOUNDED = "within bounds"
DIFFERENT = "different"
NOT_IN_COST = "missing in cost"
NOT_IN_USAGE = "missing in usage"
UNPRICED = "without a price"
NOT_COMPARED = "not compared"
STATUSES = (MATCHED, WITHIN, BOUNDED, DIFFERENT, NOT_IN_COST, NOT_IN_USAGE, UNPRICED, NOT_COMPARED)
"""What can become of a line, in the order of subtotals."""

OTHER_QUANTITY = "the bill states another quantity"
PRIORITY = "priority"
ADMIN_COST = "Admin cost report"


@frozen(eq=False)
class JoinedLine:
    """A line of the join: the quantities and amounts under one key,
    what is expected, and what became of it.

    `low` and `high` bound what the usage comes to; `amount` is what was billed, zero without a row.
    `reason` says why a line is not compared or has no price.
    """

    key: Key
    used: tuple[Used, ...]
    billed: tuple[BilledAmount, ...]
    low: Fraction
    high: Fraction
    amount: Fraction
    status: str
    reason: str = ""

    @property
    def expected(self) -> Fraction:
        """What the usage comes to; within bounds, what is nearest to the amount that was billed."""
        if self.status == NOT_COMPARED:
            return self.amount
        return min(max(self.amount, self.low), self.high) if self.billed else self.low

    @property
    def difference(self) -> Fraction:
        """What was billed beyond what was expected."""
        return self.amount - self.expected

    @property
    def quantity(self) -> Fraction:
        """What was used, in the meter's unit."""
        return exact_sum(used.quantity for used in self.used)

    @property
    def of_account(self) -> bool:
        """Decides whether a line is of what the book settles by account and period."""
        return not self.used and bool(self.low)

    @property
    def stated(self) -> Fraction | None:
        """The quantity that the bill states, where each of its rows does and they are of one
        meter.
        """
        return stated_quantity(self.used, self.billed)


def stated_quantity(used: Iterable[Used], billed: Iterable[BilledAmount]) -> Fraction | None:
    """The quantity that a bill states for some usage of one meter, where each row states one."""
    stated = [bill.quantity for bill in billed]
    if not stated or len({use.request.meter for use in used}) != 1:
        return None
    found = Fraction(0)
    for quantity in stated:
        if quantity is None:
            return None
        found += quantity
    return found


def other_quantity(used: Iterable[Used], billed: Iterable[BilledAmount]) -> bool:
    """Says whether a bill states another quantity than was used; what is free, such as a request
    that failed, may be stated or not.
    """
    used = tuple(used)
    stated = stated_quantity(used, billed)
    return stated is not None and stated not in right_quantities(used)


def right_quantities(used: Sequence[Used]) -> tuple[Fraction, Fraction]:
    """The quantities that a bill may state: all that was used, and what of it is charged."""
    return (
        exact_sum(use.quantity for use in used),
        exact_sum(use.quantity for use in used if use.high),
    )


def compared_fields(
    usage: Side, cost: Side, ignored: Iterable[str] = ()
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields that both sides state, without those that are `ignored`, and a note for each
    that only one of them states.
    """
    gone = frozenset(ignored)
    fields, notes = _compared(usage, cost)
    return (
        tuple(name for name in fields if name not in gone),
        tuple(note for name, note in notes.items() if name not in gone)
        + tuple(f"{name} is ignored, as asked" for name in FIELDS if name in gone),
    )


def _compared(usage: Side, cost: Side) -> tuple[tuple[str, ...], dict[str, str]]:
    if not usage.rows or not cost.rows:
        stated = usage.stated | cost.stated
        return tuple(name for name in FIELDS if name in stated), {}
    fields = tuple(
        name for name in FIELDS if name == "day" or (name in usage.stated and name in cost.stated)
    )
    notes = {}
    for name in FIELDS:
        if (
            name not in fields
            and name != "cost_type"
            and (name in usage.stated) != (name in cost.stated)
        ):
            silent = usage if name in cost.stated else cost
            notes[name] = f"no {name} in the {silent.kind}: lines are compared without it"
    return fields, notes


def joined(
    used: Iterable[Used],
    billed: Iterable[BilledAmount],
    fields: frozenset[str],
    within: Fraction,
    sides: tuple[Side, Side],
) -> tuple[JoinedLine, ...]:
    """The lines of both sides under each key, in the order of the keys."""
    usage, cost = sides
    uses: dict[Key, list[Used]] = {}
    bills: dict[Key, list[BilledAmount]] = {}
    keys: dict[Key, Key] = {}
    for use in used:
        uses.setdefault(_kept(keys, use.key, fields, cost.kind), []).append(use)
    for bill in billed:
        bills.setdefault(_kept(keys, bill.key, fields, cost.kind), []).append(bill)
    names = tuple(name for name in FIELDS if name in fields)
    found = [
        joined_line(
            key,
            tuple(sorted((use for one in ours for use in uses[one]), key=_content)),
            tuple(sorted((bill for one in theirs for bill in bills[one]), key=_content_of_bill)),
            within,
            cost.kind,
        )
        for key, ours, theirs in key_groups(
            uses, bills, names, (usage.blank_is_any, cost.blank_is_any)
        )
    ]
    return tuple(sorted(found, key=lambda line: line.key.sorting()))


def _content(use: Used) -> tuple[object, ...]:
    """What usage is sorted by, so that the order of records changes nothing: the largest first,
    what is free last.
    """
    request, quantity = use.request, use.quantity
    return (
        not use.low,
        -quantity.numerator if quantity.denominator == 1 else -quantity,
        request.model,
        request.meter,
        request.at,
        sorted(request.dimensions.items()),
        use.place,
    )


def _content_of_bill(bill: BilledAmount) -> tuple[object, ...]:
    return (bill.place, -bill.amount)


def _kept(keys: dict[Key, Key], key: Key, fields: frozenset[str], kind: str) -> Key:
    """The key of the join, worked out once for each key of a side."""
    found = keys.get(key)
    if found is None:
        found = keys[key] = _key(key, fields, kind)
    return found


def _key(key: Key, fields: frozenset[str], kind: str) -> Key:
    """The key of the join; a cost report has what is no tokens by day,
    workspace and cost type alone.
    """
    if kind == ADMIN_COST and key.cost_type not in (TOKENS, None):
        key = Key(key.day, key.workspace, key.cost_type)
    return key.only(fields)


def joined_line(
    key: Key, used: tuple[Used, ...], billed: tuple[BilledAmount, ...], within: Fraction, kind: str
) -> JoinedLine:
    """The line of what was used and billed under a key; `kind` is that of the bill."""
    low = exact_sum(use.low for use in used)
    high = exact_sum(use.high for use in used)
    amount = exact_sum(bill.amount for bill in billed)
    status, reason = _status(key, used, billed, low, high, amount, within, kind)
    return JoinedLine(key, used, billed, low, high, amount, status, reason)


def _status(
    key: Key,
    used: tuple[Used, ...],
    billed: tuple[BilledAmount, ...],
    low: Fraction,
    high: Fraction,
    amount: Fraction,
    within: Fraction,
    kind: str,
) -> tuple[str, str]:
    priority = all(use.key.service_tier == PRIORITY for use in used)
    if kind == ADMIN_COST and used and not billed and priority:
        return NOT_COMPARED, "the cost report leaves the priority tier out"
    if (
        billed
        and not used
        and (kind == ADMIN_COST or key.cost_type == COST_TYPES["session_time"])
        and key.cost_type not in (TOKENS, WEB_SEARCH, None)
    ):
        what = (
            "the usage has no counter for it"
            if key.cost_type in COST_TYPES.values()
            else "a cost type that no usage is counted for"
        )
        return NOT_COMPARED, f"{key.cost_type}: {what}"
    for use in used:
        if use.error is not None:
            return UNPRICED, str(use.error)
    if not billed and high:
        return WITHIN if high <= within else NOT_IN_COST, ""
    if not used and amount:
        return WITHIN if abs(amount) <= within else NOT_IN_USAGE, ""
    if other_quantity(used, billed):
        return DIFFERENT, OTHER_QUANTITY
    if low <= amount <= high:
        return MATCHED if low == high else BOUNDED, ""
    return WITHIN if low - within <= amount <= high + within else DIFFERENT, ""
