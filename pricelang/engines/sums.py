"""What is added up for groups of rows: their number, the quantity of each meter, and the amount."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from fractions import Fraction

from attrs import define, field

from pricelang.apps.reports.totals import Total
from pricelang.engines.join_keys import Quantity

Group = tuple[object, ...]
"""The values that a group is by, and its currency."""


@define
class _Sum:
    used: list[Fraction]
    rows: int = 0
    amount: Fraction = Fraction(0)


@define
class Sums:
    """Totals by some columns, of some quantities."""

    by: tuple[str, ...]
    quantities: Sequence[Quantity]
    _found: dict[Group, _Sum] = field(factory=dict)

    def group(self, where: Sequence[object], model: str, currency: str) -> Group:
        """The group of rows by the values of their columns, where `model` is the book's id."""
        named = (
            model if name == "model" else _plain(value)
            for name, value in zip(self.by, where, strict=True)
        )
        return (*named, currency)

    def add(self, group: Group, rows: int, used: Sequence[Fraction], amount: Fraction) -> None:
        """Adds rows to a group."""
        total = self._found.setdefault(group, _Sum([Fraction(0)] * len(used)))
        total.rows += rows
        total.amount += amount
        total.used = [before + more for before, more in zip(total.used, used, strict=True)]

    def totals(self) -> Iterator[Total]:
        """The total of each group, in order of their values."""
        order = sorted(
            self._found, key=lambda key: tuple((part is None, str(part)) for part in key)
        )
        names = [quantity.meter for quantity in self.quantities]
        for key in order:
            total = self._found[key]
            pairs = tuple(zip(names, total.used, strict=True))
            yield Total(key[:-1], total.rows, pairs, total.amount, str(key[-1]))


def _plain(value: object) -> object:
    """A day instead of its midnight; a list or a struct as its JSON, for none of them is a key."""
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, default=str, ensure_ascii=False)
    if isinstance(value, datetime):
        midnight = value.time() == datetime.min.time()
        return value.date().isoformat() if midnight else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else value
