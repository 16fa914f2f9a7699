"""What many requests alike cost an account, one after the other, in few steps."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from pricelang.evaluate.account_items import ZERO, ItemPlace, LineItem, Reached
from pricelang.evaluate.account_keys import Account
from pricelang.evaluate.account_lines import AccountLine, account_line
from pricelang.evaluate.allowances import line_items
from pricelang.evaluate.ladders import LadderTerms
from pricelang.evaluate.line_items import Amount, Priced
from pricelang.evaluate.pieces import Counter, Counts
from pricelang.model.errors import BadRequest

Items = Sequence[tuple[Amount, LineItem]]
Found = Sequence[list[tuple[Fraction, ItemPlace]]]


def charge_alike(
    terms: LadderTerms,
    account: Account,
    priced: Priced,
    count: Fraction,
    used: Counts,
    reached: Reached | None = None,
) -> tuple[Fraction, tuple[AccountLine, ...]]:
    """What `count` requests alike cost an account, one after the other, and their lines together;
    `used` moves on. `reached` are the tiers of ladders of all units, which are else at their first.

    The same as `charge_accounts` of each of them, and for a part of a request too. Raises
    `BadRequest` (`rounded_account`) where each request of a pool, a tier or a ladder is rounded or
    bounded by itself: their sum is no sum of prices there.
    """
    cell, total = priced.cell, priced.total * count
    items = tuple(line_items(terms, account, priced))
    if items and (cell.line_rounding is not None or cell.total_rounding is not None or cell.floors):
        raise BadRequest(
            "rounded_account",
            f"each request with `{items[0][1].meter}` is rounded or bounded by itself, so several "
            "together have no single price",
        )
    found = _in_pieces(items, count, used, reached or {})
    lines = []
    for (amount, item), pieces in zip(items, found, strict=True):
        if pieces:
            alone = amount.amount * sum((n for n, _ in pieces), ZERO) / amount.billed
            line, _ = account_line(cell, item, pieces, alone)
            lines.append(line)
            total += line.amount - alone
    return total, tuple(lines)


def _in_pieces(items: Items, count: Fraction, used: Counts, reached: Reached) -> Found:
    """The pieces of each line item of some requests alike, one after the other."""
    found: Found = [[] for _ in items]
    while items and count > 0:
        places = [item.place(used, reached) for _, item in items]
        number = min(count, _alike(items, places, used))
        if not number:
            number = min(count, Fraction(1))
            for pieces, (amount, item) in zip(found, items, strict=True):
                pieces += item.pieces(amount.billed * number, used, reached)
        else:
            for pieces, (amount, _), place in zip(found, items, places, strict=True):
                pieces.append((amount.billed * number, place))
            for counter, by in _moves(items, places).items():
                used[counter] = used.get(counter, ZERO) + by * number
        count -= number
    return found


def _alike(items: Items, places: Sequence[ItemPlace], used: Counts) -> Fraction:
    """How many whole requests stand as the next one, before any counter reaches its next tier: in
    the one that reaches it, later line items may stand there. More than any count where none does.
    """
    moves, found = _moves(items, places), []
    for place in places:
        for one in place.advances:
            by = moves.get(one.counter, ZERO)
            if one.until is not None and by:
                left = one.until - used.get(one.counter, ZERO)
                found.append(-(-left // by) - 1)
    return Fraction(min(found, default=_NEVER))


_NEVER = 10**30


def _moves(items: Items, places: Sequence[ItemPlace]) -> dict[Counter, Fraction]:
    """How far one request moves each counter."""
    moves: dict[Counter, Fraction] = {}
    for (amount, _), place in zip(items, places, strict=True):
        for one in place.advances:
            moves[one.counter] = moves.get(one.counter, ZERO) + amount.billed * one.by
    return moves
