"""What rates of a book are asked for: models, meters, dimensions and a period, by their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from pricelang.evaluate.rate_card import RateCard
from pricelang.evaluate.rate_table.axes import ALWAYS, Period
from pricelang.evaluate.rate_table.grid import values_of
from pricelang.model import book as m
from pricelang.model.errors import BadRequest, UnknownName
from pricelang.model.rules import dimensions_that_pay
from pricelang.present.text import help_for, shown


@frozen
class RatesAsked:
    """The rates of some models (all) and a period (all of time); with `accounts` also what belongs
    to those.

    The dimensions are those on which anything turns that these models and meters pay then, unless
    others are named, and `more` besides; the rest is `fixed` or at its default. Where `widest` is
    given, more combinations of values than those are folded. A row is one request, unless it `sums`
    several.
    """

    dimensions: Sequence[str] | None = None
    meters: Sequence[str] | None = None
    models: Sequence[str] | None = None
    period: Period = ALWAYS
    fixed: Mapping[str, str] = {}
    accounts: bool = False
    more: Sequence[str] = ()
    widest: int | None = None
    sums: bool = False

    def used(self, book: m.Book) -> tuple[str, ...]:
        """The meters."""
        every = (meter.name for meter in book.meters)
        return tuple(every if self.meters is None else self.meters)

    def chosen(self, book: m.Book) -> frozenset[str]:
        """The dimensions that may have a column."""
        paying = (name for name in dimensions_that_pay(book) if name not in self.fixed)
        return frozenset((*(paying if self.dimensions is None else self.dimensions), *self.more))

    def wanted(self, card: RateCard) -> frozenset[int]:
        """The models, by their places. Raises `UnknownName`."""
        book = card.book
        if self.models is None:
            return frozenset(range(len(book.models)))
        found: set[int] = set()
        for name in self.models:
            there = {n for n, model in enumerate(book.models) if model.name == name}
            there |= {alias.model for alias in book.aliases if alias.name == name}
            if not there:
                card.model_index(name, 0)  # says which names there are
            found |= there
        return frozenset(found)


def check(book: m.Book, asked: RatesAsked) -> None:
    """Raises `UnknownName` for what the book does not have, and `BadRequest` for a dimension that
    is also fixed (`bad_mapping`) or that the clock sets (`bad_record`).
    """
    dimensions = sorted(asked.chosen(book))
    _check_names("dimension", (d.name for d in book.dimensions), [*dimensions, *asked.fixed])
    _check_names("meter", (meter.name for meter in book.meters), asked.used(book))
    for name, value in asked.fixed.items():
        _check_names("value", values_by_name(book, name), [value], f" of {name}")
    for name in asked.fixed:
        if name in dimensions:
            raise BadRequest(
                "bad_mapping",
                f"`{name}` has a column and is given for all rows too",
                help="leave one of them out",
            )
    clocked = [d.name for d in book.dimensions if d.clocked]
    for name in clocked:
        if name in dimensions or name in asked.fixed:
            raise BadRequest("bad_record", f"{name} is set by the time of day, not by the record")


def _check_names(kind: str, known: Iterable[str], names: Sequence[str], where: str = "") -> None:
    there = list(known)
    for name in names:
        if name not in there:
            raise UnknownName(
                f"unknown_{kind}",
                f"unknown {kind} `{shown(name)}`{where}",
                help=help_for(name, there),
            )


def values_by_name(book: m.Book, name: str) -> tuple[str, ...]:
    """The values of a dimension, the default first."""
    dimension = next(found for found in book.dimensions if found.name == name)
    return tuple(dimension.values[n].name for n in values_of(dimension))
