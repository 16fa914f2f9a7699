"""Lines of the account beside those of usage: free allowances, tiers, minimums, caps, commitments
and credits as `invoice` settles them, and rows of the bill that no record can match.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from pricelang.apps.reconcile.join import (
    DIFFERENT,
    MATCHED,
    NOT_COMPARED,
    NOT_IN_COST,
    WITHIN,
    JoinedLine,
)
from pricelang.apps.reconcile.keys import BilledAmount, Key, Used
from pricelang.apps.reconcile.tiered_lines import TierChanges, tier_changes
from pricelang.apps.reports.account import AccountUsage
from pricelang.apps.reports.adjustments import (
    ALLOWANCE,
    CAP,
    COMMITMENT,
    CREDIT,
    MINIMUM,
    TIER,
    Adjustment,
)
from pricelang.apps.reports.invoice_sums import WORKSPACE
from pricelang.apps.reports.period import Period
from pricelang.evaluate.account_keys import key_of
from pricelang.evaluate.allowances import ChargedRequest
from pricelang.evaluate.line_items import Priced

if TYPE_CHECKING:
    from pricelang.apps.price_book import PriceBook

BY_METER = (ALLOWANCE, TIER)
BY_PERIOD = (MINIMUM, CAP, COMMITMENT, CREDIT)
ROWS = {COMMITMENT: MINIMUM}
"""The kind of a row of a bill that is called otherwise than the account's."""
APART = "no record can match it"
_KINDS = {
    "minimum": re.compile(r"\b(minimum|commit|commitment|true-?up|shortfall)\b", re.I),
    "tax": re.compile(r"\b(tax|taxes|vat|gst|mwst)\b", re.I),
    "rounding": re.compile(r"\bround(ing|ed)?\b", re.I),
    "session": re.compile(r"\bsession\b", re.I),
    "credit": re.compile(r"\b(credits?|refunds?|free|allowance|adjustments?|discounts?)\b", re.I),
}
"""Words by which a row of a bill says what of the account it is, in the order of asking."""

_OF_LADDER = re.compile(r"\b(tiers?|volume|discounts?)\b", re.I)
_OF_METER = re.compile(r"\b(free|allowance|tiers?)\b", re.I)


def account_kind(words: str, amount: Fraction) -> str:
    """The kind of a row of the account by its words; a negative one is a credit."""
    spaced = words.replace("_", " ")
    for kind, pattern in _KINDS.items():
        if pattern.search(spaced):
            return kind
    return "credit" if amount < 0 else ""


@frozen(eq=False)
class Settlement:
    """What the account of some usage adds and takes, and what of it is from ladders, by request."""

    adjustments: tuple[Adjustment, ...]
    tiers: TierChanges


def settlement(book: PriceBook, used: Iterable[Used], period: Period | None = None) -> Settlement:
    """What the account of some usage adds and takes, as `invoice` settles it; usage before the
    period may have used up what is free. A usage report says its workspace and no other key.

    Raises `BadRequest` (`no_account`) where the book counts by another key.
    """
    account = AccountUsage(book.checked, period)
    seen: dict[int, Priced] = {}
    for use in used:
        if use.priced is not None and id(use.priced) not in seen:
            seen[id(use.priced)] = use.priced
            own = {} if use.key.workspace is None else {WORKSPACE: use.key.workspace}
            carried = {**use.carried, **own}
            account.check(use.priced, carried)
            if period is None or period.holds(use.priced.at):
                account.add(use.priced, carried, (id(use.priced),))
            else:
                account.before(use.priced, carried)
    tiers: dict[int, dict[str, Fraction]] = {}

    def charged(one: ChargedRequest, group: tuple[object, ...]) -> None:
        if group:
            (request,) = group
            assert isinstance(request, int)
            tiers[request] = tier_changes(one)

    adjustments, _ = account.settle(charged)
    kept = (one for one in adjustments if one.kind in (*BY_METER, *BY_PERIOD))
    return Settlement(tuple(kept), tiers)


@frozen
class AccountSides:
    """What the book settles, and what the bill has for it.

    `whole` says that both are of whole months, for which minimums and caps hold; `of_ladders` are
    the names of ladders.
    """

    adjustments: tuple[Adjustment, ...]
    rows: tuple[BilledAmount, ...]
    whole: bool
    within: Fraction
    of_ladders: frozenset[str] = frozenset()


def with_account(lines: Sequence[JoinedLine], sides: AccountSides) -> tuple[JoinedLine, ...]:
    """The lines with those of the account behind them.

    A bill may show an allowance as a credit beside all that was used, or show what is left of the
    usage: the latter lines then match together.
    """
    found = list(lines)
    free = list(sides.rows)
    account: list[JoinedLine] = []
    for adjustment in sides.adjustments:
        own = _rows_of(adjustment, free, sides)
        if not own and adjustment.kind in BY_METER and _net(found, adjustment, sides.adjustments):
            continue
        if not own and adjustment.kind in BY_PERIOD and not sides.whole:
            continue
        for row in own:
            free.remove(row)
        account.append(_line(adjustment, tuple(own), sides.within))
    return (*found, *account, *_apart(free))


def _line(adjustment: Adjustment, rows: tuple[BilledAmount, ...], within: Fraction) -> JoinedLine:
    amount = sum((row.amount for row in rows), Fraction(0))
    off = abs(amount - adjustment.amount)
    status = (
        NOT_IN_COST if not rows else MATCHED if not off else WITHIN if off <= within else DIFFERENT
    )
    key = Key(
        adjustment.since[:10], _workspace(adjustment), adjustment.kind, token_type=adjustment.name
    )
    due = adjustment.amount
    return JoinedLine(key, (), rows, due, due, amount, status, adjustment.text)


def _workspace(adjustment: Adjustment) -> str | None:
    """The workspace whose line it is, if it is of one."""
    return adjustment.holder if key_of(adjustment.per) == WORKSPACE else None


def _rows_of(
    adjustment: Adjustment, rows: Sequence[BilledAmount], sides: AccountSides
) -> list[BilledAmount]:
    """The rows of a bill for something that the account settles."""
    own = _workspace(adjustment)
    alike = [
        row
        for row in rows
        if (row.amount < 0) == (adjustment.amount < 0) and (own is None or row.key.workspace == own)
    ]
    equal = [row for row in alike if row.amount == adjustment.amount]
    if equal:
        return equal[:1]
    words = adjustment.name.replace("_", " ").lower()
    named = [row for row in alike if words in row.description.replace("_", " ").lower()]
    if named:
        return named
    if adjustment.kind in BY_PERIOD:
        kind = ROWS.get(adjustment.kind, adjustment.kind)
        return [row for row in alike if row.account == kind]
    words_of = _OF_LADDER if adjustment.name in sides.of_ladders else _OF_METER
    rivals = [one for one in sides.adjustments if one.kind in BY_METER]
    credits = [row for row in alike if row.account == "credit" and words_of.search(row.description)]
    whole = sum((row.amount for row in alike), Fraction(0)) == adjustment.amount
    return alike if whole and alike else credits if len(rivals) == 1 else []


def _net(lines: list[JoinedLine], adjustment: Adjustment, others: Sequence[Adjustment]) -> bool:
    """Says whether the lines of a meter are billed with its allowance already taken off; such
    lines then match.
    """
    month, name = adjustment.since[:7], adjustment.name
    whose = _workspace(adjustment)
    due = sum(
        (
            one.amount
            for one in others
            if one.kind in BY_METER
            and (one.name, one.since[:7], _workspace(one)) == (name, month, whose)
        ),
        Fraction(0),
    )
    own = [
        index
        for index, line in enumerate(lines)
        if any(use.request.meter == name for use in line.used)
        and (line.key.day or month).startswith(month)
        and (whose is None or line.key.workspace == whose)
    ]
    if not own or any(lines[index].low != lines[index].high for index in own):
        return False
    done = all(lines[index].reason == _taken(name) for index in own)
    if not done and sum((lines[i].amount - lines[i].low for i in own), Fraction(0)) != due:
        return False
    for index in own:
        line = lines[index]
        lines[index] = evolve(
            line, low=line.amount, high=line.amount, status=MATCHED, reason=_taken(name)
        )
    return True


def _taken(name: str) -> str:
    return f"`{name}` after its free allowance and tiers"


def _apart(rows: Sequence[BilledAmount]) -> list[JoinedLine]:
    """The rows that nothing of the book stands against, by day and kind."""
    groups: dict[Key, list[BilledAmount]] = {}
    for row in rows:
        groups.setdefault(Key(row.key.day, row.key.workspace, row.account), []).append(row)
    found = []
    for key, own in sorted(groups.items(), key=lambda each: each[0].sorting()):
        amount = sum((row.amount for row in own), Fraction(0))
        text = f"{key.cost_type}: {APART}"
        zero = Fraction(0)
        found.append(JoinedLine(key, (), tuple(own), zero, zero, amount, NOT_COMPARED, text))
    return found


def settled_parts(account: AccountSides) -> frozenset[str]:
    """What of the account has lines: `meters`, and `limits` where these are compared."""
    limits = account.whole or any(row.account in BY_PERIOD for row in account.rows)
    return frozenset({"meters", "limits"} if limits else {"meters"})
