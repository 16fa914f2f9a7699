"""Sentences about list prices, and about the minimums, free pools and tiers of charges."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, TypeAlias, assert_never

from pricelang.verify.diff.book_view import BookView
from pricelang.verify.diff.boxes import ChangeBox
from pricelang.verify.diff.change import Change
from pricelang.verify.diff.change_diagrams import charge_term, price
from pricelang.verify.diff.listed_prices import ChargeTerm
from pricelang.verify.diff.phrases import Phrasebook, percent, sentence
from pricelang.verify.diff.two_books import Said, TwoBooks

Alike: TypeAlias = tuple[str, str, str, str, str]
"""What one sentence says of several meters: when, who, per what, by how many percent, and that
again or, for a price that came or went, from what to what.
"""


def price_changes(books: TwoBooks) -> Iterator[Change]:
    """List prices; meters of one model that changed alike are one sentence."""
    found: dict[Alike, list[Change]] = {}
    rated = {side.book.meters[line.meter].name for side in books.sides for line in side.book.prices}
    old, new = books.rules.own("price")
    for meter in {**new, **old}:
        for change, more in _of_meter(books, meter):
            who = change.who or ("all models" if meter in rated else "")
            alike = more or f"{change.old} -> {change.new}"
            key = (change.when, who, books.words.per(meter), more, alike)
            found.setdefault(key, []).append(change)
    for key, group in found.items():
        yield _together(key, group)


def _together(key: Alike, group: list[Change]) -> Change:
    """One sentence for several meters."""
    when, who, per, more, _ = key
    subject = ", ".join(change.subject for change in group)
    pairs = list(dict.fromkeys((change.old, change.new) for change in group))
    # One pair for all meters is said once.
    pairs = pairs if len(pairs) == 1 else [(change.old, change.new) for change in group]
    old, new = (", ".join(pair[side] for pair in pairs) for side in (0, 1))
    amounts = {price for pair in pairs for price in pair} - {"free", "not offered"}
    text = f"{subject} of {who}" if who else subject
    text += (
        f": {old} -> {new}" + (f" per {per}" if amounts else "") + (f" ({more})" if more else "")
    )
    first = group[0]
    return Change("price", subject, first.who, when, old, new, sentence(when, text), first.models)


def _of_meter(books: TwoBooks, meter: str) -> Iterator[tuple[Change, str]]:
    """The changes of the price of a meter, each with its percent."""
    root = price(books.rules, meter)
    for change in books.said("price", meter, root, partial(_price, books, meter), listed=False):
        more = change.text.removeprefix(f"{change.when}: ") if change.when else change.text
        yield change, more


def _price(books: TwoBooks, meter: str, leaf: Any, box: ChangeBox) -> Said:
    old, new = books.both(leaf, lambda x, side: books.words.listed(x, meter, side))
    if old == new:  # then it is the quantity by which prices are rounded
        old, new = (
            f"{text} rounded by {x.size} " for text, x in zip((old, new), leaf, strict=True)
        )
    both = leaf[0].kind == leaf[1].kind == "price"
    return old, new, percent(leaf[0].amount, leaf[1].amount) if both else ""


# ---- charges -------------------------------------------------------------------------------------


def charge_changes(books: TwoBooks) -> Iterator[Change]:
    """Minimums per use, free pools and graduated prices."""
    for (meter, term), pair in books.rules.pairs("charge").items():
        if pair[0] != pair[1]:
            root = charge_term(books.rules, meter, pair)
            yield from books.said("charge", meter, root, partial(_charge, books, meter, term))


def _charge(books: TwoBooks, meter: str, term: ChargeTerm, leaf: Any, box: ChangeBox) -> Said:
    old, new = books.both(leaf, lambda x, side: _term(books.words, x, term, meter, side))
    if old == new:  # then it is whose usage counts
        old, new = books.counting(leaf, (old, new), lambda one: one[-1])
    return old, new, f"{meter}, {term}: {old} -> {new}"


def _term(
    words: Phrasebook, leaf: tuple[Any, ...], term: ChargeTerm, meter: str, side: BookView
) -> str:
    if not leaf:
        return "none"
    match term:
        case "minimum per use":
            return words.quantity(leaf[0], meter, side)
        case "free":
            return " and ".join(
                f"the first {words.quantity(quantity, meter, side)} per {account}"
                for quantity, account, _ in leaf
            )
        case "tiers":
            per = words.per(meter)
            return " and ".join(
                f"{words.amount(amount, meter, side)} per {per} after "
                f"{words.quantity(after, meter, side)} per {account}"
                for after, account, amount, _ in leaf
            )
        case _:
            assert_never(term)
