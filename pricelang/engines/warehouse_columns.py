"""The columns of a table of usage in a warehouse, which is not seen when its SQL is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import evolve, frozen

from pricelang.engines.counts import Count, counted, is_quoted, read_difference, settled
from pricelang.engines.dialects.base import Dialect
from pricelang.engines.join_keys import Quantity
from pricelang.model.book import Book
from pricelang.model.errors import BadRequest, UnknownName
from pricelang.present.text import help_for, shown

MAX_QUANTITY = 10**15
"""A quantity beyond is refused: all below are exact in every type of column, binary floats too."""

MAX_MEASURE = 10**12
"""The same for what is measured, such as hours, in its unit."""

TIME = 6
"""Decimals of a quantity that is measured, such as hours, where there is room for them."""


@frozen(eq=False)
class UsageColumns:
    """Which columns of the usage `u` have which names of a book, by a mapping of those that are
    called otherwise.
    """

    book: Book
    dialect: Dialect
    mapping: Mapping[str, str]

    def check(self, dimensions: Sequence[str], fixed: Mapping[str, str]) -> None:
        """Raises `UnknownName` for a name that the book does not have, and `BadRequest`
        (`bad_mapping`) for a dimension that has a column and is fixed.
        """
        known = ["model", "at", *self._meters, *(found.name for found in self.book.dimensions)]
        for name in self.mapping:
            if name not in known:
                raise UnknownName(
                    "unknown_name",
                    f"the mapping names `{shown(name)}`, which is not a name of the book",
                    help=help_for(name, known),
                )
        for name in (*dimensions, *self.dimensions):
            if name in fixed:
                raise BadRequest(
                    "bad_mapping",
                    f"`{name}` has a column and is given for all rows too",
                    help="leave one of them out",
                )

    @property
    def _meters(self) -> list[str]:
        return [meter.name for meter in self.book.meters]

    @property
    def dimensions(self) -> list[str]:
        """The dimensions that are mapped."""
        return [found.name for found in self.book.dimensions if found.name in self.mapping]

    def meters(self, named: Sequence[str]) -> list[str]:
        """The meters that have a column: those mapped or named,
        and without any all that models have rates of.
        """
        rated = {self.book.meters[price.meter].name for price in self.book.prices}
        chosen = {*named, *(name for name in self.mapping if name in self._meters)} or rated
        others = [name for name in named if name not in self._meters]
        return [name for name in self._meters if name in chosen] + others

    def column(self, name: str) -> str:
        """A column of the usage, as SQL."""
        return f"u.{self.dialect.quote(name)}"

    def _first(self, name: str, meters: Sequence[str]) -> tuple[str, ...]:
        """The column of a name, and for one of the meters those that are taken from it."""
        text = self.mapping.get(name, name)
        return read_difference(text) if name in self.mapping and name in meters else (text,)

    def columns(self, meters: Sequence[str], dimensions: Sequence[str]) -> dict[str, str]:
        """The columns by the names of the book, as SQL."""
        names = ("model", "at", *meters, *dimensions)
        return {name: self.column(self._first(name, meters)[0]) for name in names}

    def quantities(self, meters: Sequence[str], extra: int) -> tuple[Quantity, ...]:
        """The quantities of meters, those that are no whole numbers to `extra` decimals."""
        parted = {name: self._first(name, meters) for name in meters}
        counts = settled(
            self.book,
            [(name, parts[0]) for name, parts in parted.items()],
            (),
            {name: Count(parts[1:]) for name, parts in parted.items() if len(parts) > 1},
            frozenset(name for name, text in self.mapping.items() if is_quoted(text)),
        )
        whole = {meter.name for meter in self.book.meters if meter.whole}
        return tuple(
            self._counted(name, parts[0], 0 if name in whole else extra, counts.get(name))
            for name, parts in parted.items()
        )

    def _counted(self, meter: str, column: str, scale: int, count: Count | None) -> Quantity:
        """A column less those that it includes."""

        def of(name: str) -> Quantity:
            return quantity_of(self.dialect, meter, self.column(name), scale)

        found = of(column)
        if count is None:
            return found
        return evolve(counted(found, count, of), largest=found.largest)


def quantity_of(words: Dialect, meter: str, column: str, scale: int) -> Quantity:
    """A column as a whole number of atoms of its quantity;
    NULL for anything else, and 0 for NULL.
    """
    if scale == 0:
        test, made = (
            f"{column} <= {MAX_QUANTITY} and {column} = floor({column})",
            words.cast(column, words.number),
        )
    else:
        exact = words.rounded(column, scale)
        test, made = (
            f"{column} <= {MAX_MEASURE} and {exact} = {column}",
            words.cast(f"{exact} * {10**scale}", words.number),
        )
    sql = (
        f"(case when {column} is null then {words.cast('0', words.number)} when "
        f"{words.sure(column, scale)}{column} >= 0 and {test} then {made} end)"
    )
    return Quantity(meter, sql, scale, MAX_MEASURE * 10**scale if scale else MAX_QUANTITY)
