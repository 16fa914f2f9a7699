"""Usage priced inside DuckDB: rows placed among the compiled rates, joined by equality, one by one
or added up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import define, field

from pricelang.apps.price_book import PriceBook
from pricelang.engines import join_keys as keyed
from pricelang.engines.columns import Fixed, columns_of
from pricelang.engines.dialects.duckdb import DUCKDB
from pricelang.engines.fallback import Single
from pricelang.engines.first_look import FirstLook
from pricelang.engines.job import MAX_COMBINATIONS, Combination, Reader, UsageJob, prices_all
from pricelang.engines.names import fresh, literal, quoted
from pricelang.engines.plan import Placement, UsageRow, place
from pricelang.engines.quantities import as_written, quantity_of, text_of, timed_sql
from pricelang.engines.rates_table import store_rates
from pricelang.engines.sources import VIEW, UsageTable, detach, open_source
from pricelang.evaluate.rate_table.axes import Period
from pricelang.evaluate.rate_table.table import RateTable
from pricelang.model.instants import seconds_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WORDS = DUCKDB.words
NOTHING_FIXED = Fixed()
_ALTERED = (
    "pricelang: a row has other columns than when the table was priced: price the table again"
)
RATES, SINGLE = "pricelang_rates_here", "pricelang_single"


@define(eq=False, repr=False)
class Job(UsageJob):
    """A table of usage on a connection, and a book to price it by.
    The steps are made when they are first asked for.

    Where it is `guarded`, its SQL may be run again when the table has other rows:
    then what was not looked at has no rate.
    """

    connection: DuckDBPyConnection
    source: UsageTable
    guarded: bool = False
    look: FirstLook = field(init=False)
    single: Single = field(init=False)
    rates_name: str = field(init=False, factory=lambda: fresh(RATES))
    single_name: str = field(init=False, factory=lambda: fresh(SINGLE))

    def __attrs_post_init__(self) -> None:
        meters = tuple(column for _, column in self.columns.meters)
        self.look = FirstLook(self.connection, self.source, self.columns.at, meters)
        self.single = Single(self.book, self.sums)
        self.connection.create_function(
            self.single_name, self.single.answer, ["VARCHAR"], "VARCHAR"
        )

    def close(self) -> None:
        """Removes what the job made on its connection;
        no relation of it can be read from then on.
        """
        self.connection.remove_function(self.single_name)
        self.connection.execute(f"drop table if exists {self.rates_name}")
        if self.source.made.startswith(VIEW):
            self.connection.unregister(self.source.made)
        elif self.source.made:
            self.connection.execute(f"drop table if exists {self.source.made}")
        detach(self.connection, self.source.attached)

    # ---- what a row says ----

    @property
    def types(self) -> dict[str, str]:
        """The type of each column."""
        return self.look.types

    @property
    def reader(self) -> Reader:
        """How the columns are read."""
        types, look = self.types, self.look
        return Reader(
            literal,
            lambda column: text_of(column, types[column]),
            lambda column: as_written(column, types[column]),
            lambda meter, column, most: quantity_of(
                meter, column, types[column], look.bounds(column), most
            ),
            lambda pairs: f"json_object({', '.join(f'{literal(k)}, {sql}' for k, sql in pairs)})",
            lambda texts: f"json_array({', '.join(texts)})",
        )

    @property
    def at(self) -> str:
        """The instant of a row, as SQL."""
        if self.columns.at is None:
            return WORDS.instant(seconds_of(self.fixed.at or ""))
        return self.look.instant

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self.look.rows

    @property
    def period(self) -> Period:
        """The first and the last instant, in UTC seconds; None where no row has any."""
        if self.columns.at is None:
            return (seconds_of(self.fixed.at or ""),) * 2
        return self.look.period

    @property
    def row(self) -> UsageRow:
        """What a row says."""
        return UsageRow(
            self.model,
            self.at,
            self.values,
            self.quantities,
            timed_sql(self.columns.at, self.types, self.fixed.at),
            self.look.lacks_instants,
            self._guard if self.guarded else "true",
        )

    @property
    def _guard(self) -> str:
        """Whether the instant and the quantities of a row are
        within those that the rates were made for, as SQL.
        """
        first, last = self.period
        tests = []
        if self.columns.at is not None and first is not None and last is not None:
            tests.append(
                f"{self.at} >= {WORDS.instant(first)} and {self.at} < {WORDS.instant(last + 1)}"
            )
        for (_, column), quantity in zip(self.columns.meters, self.quantities, strict=True):
            if quantity.largest is not None:
                tests.append(f"coalesce({quoted(column)} between 0 and {quantity.largest}, true)")
        return " and ".join(tests) or "true"

    def payload(self) -> str:
        """A row as the evaluator of single requests takes it."""
        kind = "" if self.columns.at is None else self.types[self.columns.at]
        at = f"({self.at})::varchar"
        if kind in ("VARCHAR", "JSON"):
            at = text_of(self.columns.at or "", kind)
        if kind == "DATE":  # a day, which a timestamp at its midnight is not
            there = text_of(self.columns.at or "", kind)
            at = f"case when ({self.at}) is not null then {there} end"
        if self.look.is_strange:  # what stands there, to be refused by
            there = f"{quoted(self.columns.at or '')}::varchar"
            said = f"case when {there} not in ('infinity', '-infinity') then {there} end"
            at = f"coalesce({at}, {said})"
        return f"{self.payload_of(at)}::varchar"

    # ---- the rates ----

    def combinations(self, first: int | None = None) -> list[Combination]:
        """Each combination of a model and values that is there (in the `first` rows),
        but for those beyond the number that rates are made for.
        """
        listed = ", ".join((self.model, *self.values))
        rows = self.source.sql if first is None else f"{self.source.sql} limit {first}"
        sql = f"select distinct {listed} from ({rows}) limit {MAX_COMBINATIONS + 1}"
        return [(row[0], tuple(row[1:])) for row in self.connection.execute(sql).fetchall()]

    def rates_there(self, combinations: Sequence[Combination]) -> RateTable:
        """The rates of some combinations, for the instants and quantities that are there."""
        bounds = {q.meter: q.largest for q in self.quantities if q.largest is not None}
        return self.rates_of(combinations, self.period, bounds)

    @cached_property
    def _present(self) -> list[Combination]:
        return self.combinations()

    @cached_property
    def rates(self) -> RateTable:
        """The rates of all combinations that are there, also as a table of the connection."""
        table = self.rates_there(self._present[:MAX_COMBINATIONS])
        store_rates(self.connection, self.rates_name, table, self.quantities)
        return table

    @property
    def places(self) -> int:
        """The decimals of an amount that the rates give."""
        return self.rates.places + self.extra

    @cached_property
    def decimals(self) -> int:
        """The decimals of the column of amounts."""
        return self.decimals_of(self.rates)

    @cached_property
    def wide(self) -> bool:
        """Whether amounts are counted in 128 bits, since 64 may not hold them."""
        return keyed.needs_wide(self.rates, self.quantities, 64)

    @cached_property
    def complete(self) -> bool:
        """Whether the rates price every row that can be there,
        so that none is left to the evaluator of single requests.
        """
        table = self.rates
        return (
            prices_all(table, self._present)
            and not self.look.lacks_instants
            and (table.axes.clock is None or self.row.timed == "true")
            and all(quantity.largest is not None for quantity in self.quantities)
        )

    # ---- as SQL ----

    def place(self, table: RateTable, version: str | None = None) -> Placement:
        """What places a row among rates."""
        return place(table.axes, self.row, WORDS, version)

    def keys(
        self, table: RateTable, version: str | None = None, known: Callable[[str], str] = str
    ) -> list[str]:
        """What a row is joined to a table by, as named expressions. `version` is what places it in
        time where that is known otherwise, `known` makes of a name or value another word for it.
        """
        return [
            f"{known(part.sql) if part.is_text else f'({part.sql})::smallint'} as pl_{part.name}"
            for part in self.place(table, version).parts
        ]

    def keyed(self, table: RateTable, *more: str) -> str:
        """The usage with its keys, and with more columns."""
        rows = self._guarded_rows if self.guarded else self.source.sql
        return f"select u.*, {', '.join([*self.keys(table), *more])} from ({rows}) u"

    @property
    def _guarded_rows(self) -> str:
        """The usage as SQL that stops where the table has other columns by then:
        a new one may be a meter or a value.
        """
        there = ", ".join(literal(f"{name} {kind}") for name, kind in self.source.columns)
        now = f"(select list(column_name || ' ' || column_type) from (describe {self.source.sql}))"
        test = f"case when {now} = [{there}] then true else error({literal(_ALTERED)}) end"
        return f"select * from ({self.source.sql}) where {test}"


def open_job(
    book: PriceBook,
    connection: DuckDBPyConnection,
    usage: object,
    *,
    mapping: Mapping[str, str] = {},
    fixed: Fixed = NOTHING_FIXED,
    table: str | None = None,
    sums: bool = False,
    remote: bool = False,
) -> Job:
    """A job over a table of usage, whose rows are requests or `sums` of them.
    Raises `PriceError` for usage, columns or values that cannot be read.
    """
    source = open_source(connection, usage, table, remote)
    columns = columns_of(book.checked, source.names, mapping, fixed)
    return Job(book, columns, fixed, sums, connection, source)
