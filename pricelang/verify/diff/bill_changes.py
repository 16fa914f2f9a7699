"""Sentences about bills: what is free, limits, roundings, the currency, and notes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from pricelang.model import book as m
from pricelang.model.diagrams import Group
from pricelang.verify.diff.align import LimitEffect
from pricelang.verify.diff.boxes import ChangeBox
from pricelang.verify.diff.change import Change, ChangeKind
from pricelang.verify.diff.change_diagrams import limit, on_bills, plain, rounding
from pricelang.verify.diff.phrases import fraction
from pricelang.verify.diff.stack_outcomes import crossing
from pricelang.verify.diff.two_books import Said, TwoBooks, yes_or_no


def free_changes(books: TwoBooks) -> Iterator[Change]:
    """Requests that cost nothing as a whole by one of the books."""
    yield from books.said("free", "", plain(books.rules, books.rules.pair("free")), _free)


def _free(leaf: Any, box: ChangeBox) -> Said:
    old, new = yes_or_no(leaf, "free", "billed")
    return old, new, f"requests were {old}, now {new}"


# ---- limits --------------------------------------------------------------------------------------


def limit_changes(books: TwoBooks) -> Iterator[Change]:
    """Floors and caps, and their order where it decides what an account pays."""
    for name, (was, now) in books.rules.pairs("limit").items():
        if was != now:
            root = limit(books.rules, name)
            what = f"{_kind_of(books, name)} `{name}`"
            yield from books.said("limit", name, root, partial(_limit, books, what))
    root = books.rules.attempt(lambda: _crossing(books), lambda: books.joint.leaf(()))
    order = plain(books.rules, (books.joint.leaf(()), root))
    yield from books.said("limit", "", order, partial(_order, books))


def _kind_of(books: TwoBooks, name: str) -> m.LimitKind:
    """What the newest book that has a limit of a name calls it."""
    both = (*books.words.new.book.limits, *books.words.old.book.limits)
    return next(limit.kind for limit in both if limit.name == name)


def _limit(books: TwoBooks, what: str, leaf: Any, box: ChangeBox) -> Said:
    old, new = books.both(leaf, books.words.bounds)
    if old == new:  # then it is whose cost counts
        old, new = books.counting(leaf, (old, new), lambda bound: bound.counted)
    return old, new, f"{what}: {old} -> {new}"


def _order(books: TwoBooks, leaf: Any, box: ChangeBox) -> Said:
    return _limit(books, "the order of the limits changes what an account pays", leaf[1], box)


def _crossing(books: TwoBooks) -> int:
    """Where a floor is above a cap of one account, in another order."""
    joint = books.joint
    roots = [crossing(joint, own.values()) for own in books.rules.own("limit")]

    def pair(leaves: tuple[Any, ...]) -> Any:
        same = [sorted(leaf, key=LimitEffect.place) for leaf in leaves]
        return leaves if same[0] == same[1] and leaves[0] != leaves[1] else ()

    return joint.combine(roots, pair)


# ---- money and notes -----------------------------------------------------------------------------


def rounding_changes(books: TwoBooks) -> Iterator[Change]:
    """Roundings, stage by stage."""
    for stage, (was, now) in books.rules.pairs("rounding").items():
        if was != now:
            name, root = stage.replace("_", " "), rounding(books.rules, stage)
            yield from books.said("rounding", name, root, partial(_rounding, books, name))


def _rounding(books: TwoBooks, name: str, leaf: Any, box: ChangeBox) -> Said:
    old, new = (books.words.rounding(x) for x in leaf)
    return old, new, f"rounding of the {name}: {old} -> {new}"


def conversion_changes(books: TwoBooks) -> Iterator[Change]:
    """The currency of bills."""
    root = plain(books.rules, books.rules.pair("conversion"))
    yield from books.said("conversion", "", root, _conversion)


def _conversion(leaf: Any, box: ChangeBox) -> Said:
    old, new = (
        " and ".join(
            f"{currency} at {fraction(rate)}" for currency, rate in (x.terms for x in held)
        )
        or "none"
        for held in leaf
    )
    return old, new, f"bills are converted: {old} -> {new}"


def whole_changes(books: TwoBooks, group: Group, kind: ChangeKind) -> Iterator[Change]:
    """What the rules of a group that has one diagram do to a request beside its prices."""
    root = on_bills(books.rules, books.rules.pair(group))
    yield from books.said(kind, "", root, partial(_whole, kind))


def _whole(kind: ChangeKind, leaf: Any, box: ChangeBox) -> Said:
    old, new = (" and ".join(x.words for x in held) or "none" for held in leaf)
    return old, new, f"{kind}: {old} -> {new}"


def note_changes(books: TwoBooks) -> Iterator[Change]:
    """Notes that bills tell, or no longer do."""
    for text, pair in books.rules.pairs("note").items():
        yield from books.said("note", text, plain(books.rules, pair), partial(_note, text))


def _note(text: str, leaf: Any, box: ChangeBox) -> Said:
    old, new = yes_or_no(leaf, "told", "not told")
    return old, new, f"the note “{text}” was {old}, now {new}"
