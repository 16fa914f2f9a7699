"""Usage priced inside DuckDB: rows placed among the compiled rates, joined by equality, one by one
or added up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from attrs import define, field

from pricelang.apps.price_book import PriceBook
from pricelang.engines import join_keys as keyed
from pricelang.engines.columns import Columns, Fixed, columns_of
from pricelang.engines.counts import counted
from pricelang.engines.dialects.base import SqlSyntax
from pricelang.engines.dialects.duckdb import decimal_sql
from pricelang.engines.fallback import DIGITS, Single
from pricelang.engines.join_keys import Quantity
from pricelang.engines.names import fresh, literal, quoted
from pricelang.engines.quantities import (
    as_written,
    has_bounds,
    instant_of,
    quantity_of,
    text_of,
    timed_sql,
)
from pricelang.engines.rates_table import may_round, store_rates
from pricelang.engines.sources import VIEW, UsageTable, detach, open_source
from pricelang.evaluate.rate_table.request_limits import Each
from pricelang.evaluate.rate_table.scale import most_places
from pricelang.evaluate.rate_table.table import RateTable, rate_table
from pricelang.model.instants import seconds_of, written

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MAX_DECIMALS = 19
"""Decimals of an amount that is a whole number of atoms:
beyond, a DECIMAL of 38 digits has no room to make it from them.
"""

MAX_COMBINATIONS = 20_000
"""Combinations of model and values that rates are made for;
rows of any further one are priced one by one.
"""

WORDS = SqlSyntax(
    name=quoted,
    text=literal,
    instant=lambda seconds: f"timestamp '{written(seconds)}'",
    minute=lambda at: f"(extract(hour from {at}) * 60 + extract(minute from {at}))",
    wide=lambda sql: f"{sql}::hugeint",
)
NOTHING_FIXED = Fixed()
STRANGE = (
    "TIMESTAMP",
    "DATE",
    "TIMESTAMP_S",
    "TIMESTAMP_MS",
    "TIMESTAMP_NS",
    "TIMESTAMP WITH TIME ZONE",
)
"""Types of instants among which infinity may be,
and years that no request has (milliseconds taken for seconds).
"""
PLAIN = ("TIMESTAMP", "DATE")
FIRST_DAY, AFTER_DAYS = "0001-01-01", "10000-01-01"
_NEWER = (
    literal("pricelang: a row of ")
    + " || coalesce(pl_name, 'no model') || "
    + literal(" was not there when the table was priced, or is another now: price the table again")
)
"""What is said of a row that the rates were not made for, as SQL;
not constant, so that it is not worked out beforehand.
"""
_ALTERED = (
    "pricelang: a row has other columns than when the table was priced: price the table again"
)
RATES, SINGLE = "pricelang_rates_here", "pricelang_single"


@define(eq=False, repr=False)
class Job:
    """A table of usage on a connection, and a book to price it by.
    The steps are made when they are first asked for.

    Where it is `guarded`, its SQL may be run again when the table has other rows:
    then what was not looked at has no rate.
    """

    book: PriceBook
    connection: DuckDBPyConnection
    source: UsageTable
    columns: Columns
    fixed: Fixed
    sums: bool = False
    guarded: bool = False
    single: Single = field(init=False)
    rates_name: str = field(init=False, factory=lambda: fresh(RATES))
    single_name: str = field(init=False, factory=lambda: fresh(SINGLE))

    def __attrs_post_init__(self) -> None:
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

    # ---- a first look ----

    @property
    def types(self) -> dict[str, str]:
        """The type of each column."""
        return dict(self.source.columns)

    @property
    def at(self) -> str:
        """The instant of a row, as SQL."""
        if self.columns.at is None:
            return WORDS.instant(seconds_of(self.fixed.at or ""))
        found = instant_of(self.columns.at, self.types[self.columns.at])
        return (
            f"case when {found} >= timestamp '{FIRST_DAY}' and {found} < timestamp "
            f"'{AFTER_DAYS}' then {found} end"
            if self._strange
            else found
        )

    @cached_property
    def _look(self) -> dict[str, Any]:
        """What one look at all rows tells, by the SQL that asks it:
        of a Parquet file without its rows being read.
        """
        asked = ["count(*)"]
        if self.columns.at is not None and self.types[self.columns.at] in STRANGE:
            asked.append(_strange(self.columns.at, self.types[self.columns.at]))
        if self.columns.at is not None and self.types[self.columns.at] in PLAIN:
            asked += [*_ends(self.columns.at), f"count({quoted(self.columns.at)})"]
        asked += [
            end
            for _, column in self.columns.meters
            if has_bounds(self.types[column])
            for end in _ends(column)
        ]
        return dict(
            zip(
                asked, self._row(f"select {', '.join(asked)} from ({self.source.sql})"), strict=True
            )
        )

    @property
    def _strange(self) -> bool:
        """Whether infinity or a year beyond those that dates have is among the instants,
        which are none.
        """
        at = self.columns.at
        return at is not None and bool(self._look.get(_strange(at, self.types[at]), False))

    @property
    def _known_ends(self) -> str | None:
        """The column of instants, where the first look tells their ends."""
        at = self.columns.at
        return at if at is not None and self.types[at] in PLAIN and not self._strange else None

    @property
    def model(self) -> str:
        """The model of a row, as SQL."""
        return (
            literal(self.fixed.model or "")
            if self.columns.model is None
            else text_of(self.columns.model, self.types[self.columns.model])
        )

    @property
    def values(self) -> tuple[str, ...]:
        """The value of each dimension that has a column, as SQL; a blank text says none."""
        return tuple(
            keyed.said_sql(text_of(column, self.types[column]))
            for _, column in self.columns.dimensions
        )

    @property
    def rows(self) -> int:
        """The number of rows."""
        return int(self._look["count(*)"])

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """The quantity of each meter that has a column."""
        bounded = [column for _, column in self.columns.meters if has_bounds(self.types[column])]
        bounds = {
            column: (self._look[least], self._look[most])
            for column in bounded
            for least, most in [_ends(column)]
        }
        meters = {meter.name: meter for meter in self.book.checked.meters}
        most = max(0, MAX_DECIMALS - most_places(self.book.checked))

        def of(name: str, column: str) -> Quantity:
            return quantity_of(meters[name], column, self.types[column], bounds.get(column), most)

        return tuple(
            counted(of(name, column), self.columns.counts[name], partial(of, name))
            if name in self.columns.counts
            else of(name, column)
            for name, column in self.columns.meters
        )

    @cached_property
    def period(self) -> tuple[int | None, int | None]:
        """The first and the last instant, in UTC seconds; None where no row has any."""
        if self.columns.at is None:
            return (seconds_of(self.fixed.at or ""),) * 2
        if self._known_ends:
            first, last = (self._look[end] for end in _ends(self._known_ends))
        else:
            first, last = self._row(
                f"select min({self.at}), max({self.at}) from ({self.source.sql})"
            )
        return _seconds(first), _seconds(last)

    @cached_property
    def lacks_instants(self) -> bool:
        """Whether a row has no instant."""
        if self._known_ends:
            return bool(self._look[f"count({quoted(self._known_ends)})"] < self.rows)
        return (
            self.columns.at is not None
            and self._row(f"select count({self.at}) from ({self.source.sql})")[0] < self.rows
        )

    def combinations(
        self, first: int | None = None
    ) -> list[tuple[str | None, tuple[str | None, ...]]]:
        """Each combination of a model and values that is there (in the `first` rows),
        but for those beyond the number that rates are made for.
        """
        listed = ", ".join((self.model, *self.values))
        rows = self.source.sql if first is None else f"{self.source.sql} limit {first}"
        sql = f"select distinct {listed} from ({rows}) limit {MAX_COMBINATIONS + 1}"
        return [(row[0], tuple(row[1:])) for row in self.connection.execute(sql).fetchall()]

    def _row(self, sql: str) -> tuple[Any, ...]:
        (row,) = self.connection.execute(
            sql
        ).fetchall()  # all of it, so that the connection is free for what comes next
        return tuple(row)

    # ---- the rates ----

    def rates_of(
        self, combinations: Iterable[tuple[str | None, tuple[str | None, ...]]]
    ) -> RateTable:
        """The rates of some combinations."""
        named = [(name, values) for name, values in combinations if name is not None]
        return rate_table(
            self.book.rates,
            [name for name, _ in self.columns.dimensions],
            named,
            [name for name, _ in self.columns.meters],
            self.period,
            self.fixed.dimensions,
            Each(self.sums, self._largest),
        )

    @property
    def _largest(self) -> dict[str, int]:
        return {
            quantity.meter: quantity.largest
            for quantity in self.quantities
            if quantity.largest is not None
        }

    @cached_property
    def _present(self) -> list[tuple[str | None, tuple[str | None, ...]]]:
        return self.combinations()

    @cached_property
    def rates(self) -> RateTable:
        """The rates of all combinations that are there, also as a table of the connection."""
        table = self.rates_of(self._present[:MAX_COMBINATIONS])
        store_rates(self.connection, self.rates_name, table, self.quantities)
        return table

    @property
    def places(self) -> int:
        """The decimals of an amount that the rates give."""
        return self.rates.places + keyed.extra_places(self.quantities)

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
            len(table.rows) == table.axes.size * len(self._present)
            and not self.lacks_instants
            and self._timed(table) == "true"
            and all(quantity.largest is not None for quantity in self.quantities)
            and all(None not in row.atoms and not any(row.least) for row in table.rows.values())
        )

    def _timed(self, table: RateTable) -> str:
        """Whether a row has the time of day that the clock asks for, as SQL."""
        return timed_sql(self.columns.at, self.types, self.fixed.at) if table.axes.turns else "true"

    @cached_property
    def decimals(self) -> int:
        """The decimals of the column of amounts."""
        return max(self.places, DIGITS) if may_round(self.book, self.quantities) else self.places

    # ---- as SQL ----

    def keys(
        self, table: RateTable, may_lack: bool, version: str = "", known: Callable[[str], str] = str
    ) -> list[str]:
        """What a row is joined to a table by, as named expressions. `version` is what places it in
        time where that is known otherwise, `known` makes of a name or value another word for it.
        """
        version = version or keyed.version_sql(table.axes.cuts, self.at, may_lack, WORDS)
        if self.guarded:
            version = f"case when {self._guard} then {version} end"
        found = [f"{known(self.model)} as pl_name", f"({version})::smallint as pl_version"]
        found += [f"{known(value)} as pl_value_{n}" for n, value in enumerate(self.values)]
        found += (
            [
                f"({keyed.clock_sql(table.axes.turns, self.at, WORDS, self._timed(table))})::smallint "
                "as pl_clock"
            ]
            if table.axes.turns
            else []
        )
        return found + [
            f"({keyed.side_sql(threshold, self.quantities)})::smallint as pl_side_{n}"
            for n, threshold in enumerate(table.axes.thresholds)
        ]

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

    def keyed(self, table: RateTable, may_lack: bool, *more: str) -> str:
        """The usage with its keys, and with more columns."""
        rows = self._guarded_rows if self.guarded else self.source.sql
        return f"select u.*, {', '.join([*self.keys(table, may_lack), *more])} from ({rows}) u"

    @property
    def _guarded_rows(self) -> str:
        """The usage as SQL that stops where the table has other columns by then:
        a new one may be a meter or a value.
        """
        there = ", ".join(literal(f"{name} {kind}") for name, kind in self.source.columns)
        now = f"(select list(column_name || ' ' || column_type) from (describe {self.source.sql}))"
        test = f"case when {now} = [{there}] then true else error({literal(_ALTERED)}) end"
        return f"select * from ({self.source.sql}) where {test}"

    def joined(self, numbered: bool = False) -> str:
        """`keyed` as `k`, with the rates as `r` where there are some."""
        table = self.rates
        nulls = [
            any(key.values[n] is None for key in table.rows) for n in range(len(table.dimensions))
        ]
        tests = ["k.pl_name = r.name", "k.pl_version = r.version"]
        tests += [
            f"k.pl_value_{n} {'is not distinct from' if null else '='} r.value_{n}"
            for n, null in enumerate(nulls)
        ]
        tests += ["k.pl_clock = r.clock"] if table.axes.turns else []
        tests += [f"k.pl_side_{n} = r.side_{n}" for n in range(len(table.axes.thresholds))]
        more = ["row_number() over () as pl_row"] if numbered else []
        return (
            f"({self.keyed(table, self.lacks_instants, *more)}) k left join {self.rates_name} r "
            f"on {' and '.join(tests)}"
        )

    def amounts(self) -> list[str]:
        """The amount of each meter of a joined row, in atoms;
        NULL where the rates do not say it.
        """
        table, found, extra = self.rates, [], keyed.extra_places(self.quantities)
        for n, quantity in enumerate(self.quantities):
            least = f"r.least_{n}" if table.has_least(n) else None
            lack = table.lacks(n)
            found.append(
                keyed.amount_sql(quantity, f"r.atoms_{n}", least, lack, extra, WORDS, self.wide)
            )
        return found

    def payload(self) -> str:
        """A row as the evaluator of single requests takes it."""
        kind = "" if self.columns.at is None else self.types[self.columns.at]
        at = (
            text_of(self.columns.at or "", kind)
            if kind in ("VARCHAR", "JSON")
            else f"({self.at})::varchar"
        )
        if kind == "DATE":  # a day, which a timestamp at its midnight is not
            at = (
                f"case when ({self.at}) is not null then {text_of(self.columns.at or '', kind)} end"
            )
        if self._strange:  # what stands there, to be refused by
            there = f"{quoted(self.columns.at or '')}::varchar"
            at = (
                f"coalesce({at}, case when {there} not in ('infinity', '-infinity') then {there} "
                "end)"
            )
        dimensions = [
            f"{literal(name)}, {literal(value)}" for name, value in self.fixed.dimensions.items()
        ]
        dimensions += [
            f"{literal(name)}, {value}"
            for (name, _), value in zip(self.columns.dimensions, self.values, strict=True)
        ]
        usage = [
            f"{literal(name)}, {as_written(column, self.types[column])}"
            for name, column in self.columns.meters
        ]
        return (
            f"json_object('model', {self.model}, 'at', {at}, 'd', "
            f"json_object({', '.join(dimensions)}), "
            f"'u', json_object({', '.join(usage)}){self._counts()})::varchar"
        )

    def _counts(self) -> str:
        """What is taken from meters of a row, as a part of its payload."""

        def listed(columns: Sequence[str]) -> str:
            texts = [as_written(column, self.types[column]) for column in columns]
            return f"json_array({', '.join(texts)})"

        found = [
            f"{literal(name)}, json_object('less', {listed(count.less)}, 'beside', "
            f"{listed(count.beside)}, "
            f"'total', {listed([count.total] if count.total is not None else [])})"
            for name, count in self.columns.counts.items()
        ]
        return f", 'counts', json_object({', '.join(found)})" if found else ""

    def rated(self, numbered: bool = False) -> str:
        """The usage with `pl_atoms` where the rates have it,
        and else `pl_answer`, the JSON of a single request.
        """
        self.single.whole_digits = 38 - self.decimals
        lines = ", ".join(f"{amount} as pl_atoms_{n}" for n, amount in enumerate(self.amounts()))
        answer = f"{self.single_name}({self.payload()})"
        if self.complete:
            answer = "null::varchar"
        return (
            f"select *, case when pl_atoms is null then {answer} end as pl_answer from "
            f"(select *, case when pl_model is not null then {self.total()} end as pl_atoms "
            f"from (select k.*, r.model as pl_model, r.currency as pl_currency, {lines} from "
            f"{self.joined(numbered)}))"
        )

    def total(self) -> str:
        """The sum of the amounts of all meters, in atoms."""
        return " + ".join(f"pl_atoms_{n}" for n in range(len(self.columns.meters)))

    def decimal(self, atoms: str, path: str) -> str:
        """An amount as a DECIMAL: of atoms, or of the answer of a single request."""
        kind = f"decimal(38,{self.decimals})"
        if self.complete:  # all rows that were there: of one that came later nothing is known
            atoms = f"coalesce({atoms}, error({_NEWER}))"
            return decimal_sql(atoms, self.places, self.decimals, self.wide)
        rated = decimal_sql(atoms, self.places, self.decimals, self.wide)
        answer = f"(pl_answer ->> {literal(path)})::{kind}"
        if self.guarded:
            said = "'pricelang: a row has no price: ' || (pl_answer ->> '$.e')"
            answer = f"coalesce({answer}, error({said}))" if path == "$.t" else answer
        return f"case when pl_answer is null then {rated} else {answer} end"


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
    return Job(
        book,
        connection,
        source,
        columns_of(book.checked, source.names, mapping, fixed),
        fixed,
        sums,
    )


def _ends(column: str) -> tuple[str, str]:
    """The least and the greatest value of a column, as SQL."""
    return f"min({quoted(column)})", f"max({quoted(column)})"


def _strange(column: str, kind: str) -> str:
    least, most = _ends(column)
    if kind == "TIMESTAMP_NS":  # has no other strange ones
        return f"coalesce(isinf({least}) or isinf({most}), false)"
    first, after = (
        f"{kind} '{day}{'' if kind == 'DATE' else ' 00:00:00+00'}'"
        for day in (FIRST_DAY, AFTER_DAYS)
    )
    return f"coalesce({least} < {first} or {most} >= {after}, false)"


def _seconds(found: object) -> int | None:
    """UTC seconds of what DuckDB gives for an instant."""
    if found is None:
        return None
    if isinstance(found, datetime):
        return int(found.replace(tzinfo=found.tzinfo or UTC).timestamp() // 1)
    return seconds_of(found)  # type: ignore[arg-type]
