"""Sentences about refusals, exclusions, modifiers, and the order of the stack."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from pricelang.evaluate.offers import leaf_at
from pricelang.model import book as m
from pricelang.verify.diff.align import ModifierOutcome
from pricelang.verify.diff.boxes import ChangeBox
from pricelang.verify.diff.change import Change
from pricelang.verify.diff.change_diagrams import order, outcome, refused
from pricelang.verify.diff.two_books import Said, TwoBooks, yes_or_no

Point = tuple[int, ...]


def refusal_changes(books: TwoBooks) -> Iterator[Change]:
    """Requests that a book refuses and the other does not."""

    def body(leaf: Any, box: ChangeBox) -> Said:
        old, new = yes_or_no(leaf, "refused", "accepted")
        reason = books.reason(box, new, _refusal_reasons)
        return old, new, f"requests were {old}, now {new}{reason}"

    yield from books.said("refusal", "", refused(books.rules, books.rules.pair("refusal")), body)


def _refusal_reasons(book: m.Book, point: Point) -> Iterator[str | None]:
    return (book.refusals[n].text for n in leaf_at(book, book.decisions.refusals, point))


def exclusion_changes(books: TwoBooks) -> Iterator[Change]:
    """Modifiers that cannot both have effect by a book and can by the other."""
    for key, pair in books.rules.pairs("exclusion").items():
        label = " with ".join(f"`{books.names.get(name, name)}`" for name in key)
        body = partial(_exclusion, books, key, label)
        yield from books.said("exclusion", label, refused(books.rules, pair), body)


def _exclusion(
    books: TwoBooks, key: tuple[str, ...], label: str, leaf: Any, box: ChangeBox
) -> Said:
    def reasons(book: m.Book, point: Point) -> Iterator[str | None]:
        for exclusion, root in zip(book.exclusions, book.decisions.exclusions, strict=True):
            if books.rules.new.pair_of(exclusion) == key and leaf_at(book, root, point):
                yield exclusion.origin.because

    old, new = yes_or_no(leaf, "refused", "allowed")
    reason = books.reason(box, new, reasons)
    return old, new, f"{label} was {old}, now {new}{reason}"


# ---- modifiers -----------------------------------------------------------------------------------


def modifier_changes(books: TwoBooks) -> Iterator[Change]:
    """Modifiers that came, went, or do something else."""
    for name, (was, now) in books.rules.pairs("modifier").items():
        if was != now:
            shown = books.names.get(name, name)
            body = partial(_modifier, books, name, shown)
            yield from books.said("modifier", shown, outcome(books.rules, name), body)


def _modifier(books: TwoBooks, name: str, shown: str, leaf: Any, box: ChangeBox) -> Said:
    old, new = books.both(leaf, books.words.effect)
    known = [{modifier.name for modifier in side.book.modifiers} for side in books.sides]
    if name not in known[0]:
        text = f"new `{shown}`: {new}"
    elif shown not in known[1]:
        text = f"`{name}` is gone: was {old}"
    else:
        text = f"`{shown}` {_had(leaf[0], old)}, now {new}"
    return old, new, text + books.reason(box, new, partial(_line_reasons, shown))


def _had(outcome: ModifierOutcome, text: str) -> str:
    return "had no effect" if outcome.kind == "none" else f"was {text}"


def _line_reasons(name: str, book: m.Book, point: Point) -> Iterator[str | None]:
    for modifier, root in zip(book.modifiers, book.decisions.modifiers, strict=True):
        if modifier.name == name:
            for number in leaf_at(book, root, point):
                yield modifier.lines[number].origin.because


def order_changes(books: TwoBooks) -> Iterator[Change]:
    """Meters whose price only the order of the stack changes."""
    if books.rules.only_factors:
        return
    orders = [meaning.order() for meaning in (books.rules.old, books.rules.new)]
    was, now = (
        [name for name in found if name in orders[0] and name in orders[1]] for found in orders
    )
    if was == now:
        return
    old, new = ", ".join(was), ", ".join(now)
    for meter in books.rules.own("price")[0]:
        text = f"the order of the stack changes the price of {meter}: {old} -> {new}"
        said = (old, new, text)
        yield from books.said("order", meter, order(books.rules, meter), partial(_fixed, said))


def _fixed(said: Said, leaf: Any, box: ChangeBox) -> Said:
    return said
