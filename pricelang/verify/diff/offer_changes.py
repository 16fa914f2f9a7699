"""Sentences about names and offers: what aliases stand for, and values that came or went."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from attrs import evolve

from pricelang.verify.diff.boxes import OPEN, SAME, ChangeBox
from pricelang.verify.diff.change import Change
from pricelang.verify.diff.change_diagrams import offered
from pricelang.verify.diff.existence import aliases
from pricelang.verify.diff.two_books import Said, TwoBooks, yes_or_no


def alias_changes(books: TwoBooks) -> Iterator[Change]:
    """Aliases that came, went, or stand for another model."""
    old, new = aliases(books.rules.old), aliases(books.rules.new)
    nothing = books.joint.leaf(None)

    def pair(leaves: tuple[Any, ...]) -> Any:
        was, now = (leaf or None for leaf in leaves)
        return (was, now) if was != now else OPEN if "" in leaves else SAME

    for name in {**old, **new}:
        root = books.joint.combine([old.get(name, nothing), new.get(name, nothing)], pair)
        yield from books.said("alias", name, root, partial(_alias, name))


def _alias(name: str, leaf: Any, box: ChangeBox) -> Said:
    old, new = ("no model" if model is None else f"`{model}`" for model in leaf)
    return old, new, f"alias `{name}`: {old} -> {new}"


def offer_changes(books: TwoBooks) -> Iterator[Change]:
    """Values of dimensions that came or went; those that did alike are one sentence."""
    for place, dimension in enumerate(books.joint.dimensions):
        alike: dict[Change, list[str]] = {}
        for position, name in enumerate(dimension.values):
            for change in books.said("offer", "", offered(books.rules, place, position), _offer):
                alike.setdefault(change, []).append(name)
        for change, names in alike.items():
            subject = f"{dimension.name} {' or '.join(names)}"
            yield evolve(change, subject=subject, text=change.text.replace("{}", subject, 1))


def _offer(leaf: Any, box: ChangeBox) -> Said:
    old, new = yes_or_no(leaf, "offered", "not offered")
    return old, new, f"{{}} was {old}, now {new}"
