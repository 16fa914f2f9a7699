"""A table of usage with what its columns mean, and a book to price it by, on any engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from typing import TypeVar

from attrs import define, frozen

from pricelang.apps.price_book import PriceBook
from pricelang.engines import join_keys as keyed
from pricelang.engines.columns import Columns, Fixed
from pricelang.engines.counts import counted
from pricelang.engines.fallback import DIGITS
from pricelang.engines.join_keys import Quantity
from pricelang.engines.rates_table import may_round
from pricelang.evaluate.rate_table.axes import ALWAYS, Period
from pricelang.evaluate.rate_table.request_limits import Each
from pricelang.evaluate.rate_table.scale import most_places
from pricelang.evaluate.rate_table.table import RateTable, rate_table
from pricelang.model.book import Meter

MAX_DECIMALS = 19
"""Decimals of an amount that is a whole number of atoms:
beyond, a DECIMAL of 38 digits has no room to make it from them.
"""

MAX_COMBINATIONS = 20_000
"""Combinations of model and values that rates are made for;
rows of any further one are priced one by one.
"""

Combination = tuple[str | None, tuple[str | None, ...]]
"""What a row says of its model and of each dimension that has a column."""


Found = TypeVar("Found")


@frozen(eq=False)
class Reader:
    """How an engine reads columns, as SQL: a column as `text`, and as it is `written` for the
    evaluator of single requests; the quantity of a meter in a column, to so many decimals; a JSON
    object of pairs of a name and a value, and a list.
    """

    literal: Callable[[str], str]
    text: Callable[[str], str]
    written: Callable[[str], str]
    quantity: Callable[[Meter, str, int], Quantity]
    record: Callable[[Sequence[tuple[str, str]]], str]
    listed: Callable[[Sequence[str]], str]


@define(eq=False, repr=False)
class UsageJob:
    """A table of usage, and a book to price it by. A row is one request, or with `sums` several
    that are added up.
    """

    book: PriceBook
    columns: Columns
    fixed: Fixed
    sums: bool

    @property
    def reader(self) -> Reader:
        """How the columns are read."""
        raise NotImplementedError

    # ---- what a row says ----

    @property
    def model(self) -> str:
        """The model of a row, as SQL."""
        if self.columns.model is None:
            return self.reader.literal(self.fixed.model or "")
        return self.reader.text(self.columns.model)

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The value of each dimension that has a column, as SQL; a blank text says none."""
        text = self.reader.text
        return tuple(keyed.said_sql(text(column)) for _, column in self.columns.dimensions)

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """The quantity of each meter that has a column."""
        meters = {meter.name: meter for meter in self.book.checked.meters}
        most = max(0, MAX_DECIMALS - most_places(self.book.checked))

        def of(name: str, column: str) -> Quantity:
            return self.reader.quantity(meters[name], column, most)

        return tuple(
            counted(of(name, column), self.columns.counts[name], partial(of, name))
            if name in self.columns.counts
            else of(name, column)
            for name, column in self.columns.meters
        )

    @property
    def extra(self) -> int:
        """By how many more decimals amounts are counted than prices are."""
        return keyed.extra_places(self.quantities)

    def payload_of(self, at: str) -> str:
        """A row with an instant as the evaluator of single requests takes it, as a JSON object."""
        reader = self.reader
        said = [(name, reader.literal(value)) for name, value in self.fixed.dimensions.items()]
        names = (name for name, _ in self.columns.dimensions)
        said += zip(names, self.values, strict=True)
        usage = [(name, reader.written(column)) for name, column in self.columns.meters]
        parts = [("model", self.model), ("at", at)]
        parts += [("d", reader.record(said)), ("u", reader.record(usage))]
        if self.columns.counts:
            parts.append(("counts", reader.record([*self._counts()])))
        return reader.record(parts)

    def _counts(self) -> Iterable[tuple[str, str]]:
        """What is taken from meters of a row."""
        reader = self.reader
        for name, count in self.columns.counts.items():
            total = [count.total] if count.total is not None else []
            parts = {"less": count.less, "beside": count.beside, "total": total}
            yield (
                name,
                reader.record(
                    [
                        (part, reader.listed([*map(reader.written, columns)]))
                        for part, columns in parts.items()
                    ]
                ),
            )

    # ---- the rates ----

    def rates_of(
        self,
        combinations: Iterable[Combination],
        period: Period = ALWAYS,
        largest: Mapping[str, int] = {},
    ) -> RateTable:
        """The rates of some combinations over a period,
        for quantities that are bounded where it is known.
        """
        return rate_table(
            self.book.rates,
            [name for name, _ in self.columns.dimensions],
            [(name, values) for name, values in combinations if name is not None],
            [name for name, _ in self.columns.meters],
            period,
            self.fixed.dimensions,
            Each(self.sums, largest),
        )

    def decimals_of(self, table: RateTable) -> int:
        """The decimals of the column of amounts."""
        places = table.places + self.extra
        return max(places, DIGITS) if may_round(self.book, self.quantities) else places

    def unsummable(self) -> str:
        """Whether a sum cannot hold a row, as SQL: a quantity is no number,
        or so small that a minimum may hold.
        """
        tests = []
        for quantity in self.quantities:
            if quantity.largest is None:
                tests.append(f"{quantity.sql} is null")
            minimum = self._minimum(quantity.meter, quantity)
            if minimum is not None:
                small = f"{quantity.sql} > 0 and {quantity.sql} < {minimum}"
                tests.append(f"coalesce({small}, true)")
        return f"({' or '.join(tests)})" if tests else "false"

    def _minimum(self, meter: str, quantity: Quantity) -> int | None:
        """The largest of the minimums of a meter, in units of its quantity."""
        book = self.book.checked
        found = [
            line.quantity
            for charge in book.charges
            if book.meters[charge.meter].name == meter
            for line in charge.minimums
        ]
        return keyed.least_of(max(found), quantity) if found else None


def prices_all(table: RateTable, present: Sequence[Combination]) -> bool:
    """Whether rates price every row of some combinations whose quantities and instants are known,
    whatever they are.
    """
    return len(table.rows) == table.axes.size * len(present) and all(
        None not in row.atoms and not any(row.least) for row in table.rows.values()
    )


def settle(
    seen: Sequence[Combination],
    rates_of: Callable[[Sequence[Combination]], RateTable],
    grouped: Callable[[RateTable, Sequence[Combination]], tuple[Found, set[Combination]]],
) -> tuple[RateTable, Found]:
    """The rates of what is there, and the usage grouped by what they depend on.

    What is there is guessed from what was seen of the first rows, so that one look at all of them
    is enough, unless a later one has a combination whose rates depend on more. `grouped` gives the
    groups and the combinations in them.
    """
    while True:
        table = rates_of(seen)
        found, there = grouped(table, seen)
        if there <= set(seen):
            return table, found
        seen = [*{*seen, *there}]
        again = rates_of(seen)
        if again.axes == table.axes:
            return again, found
