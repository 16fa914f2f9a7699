"""The usage on DuckDB, grouped by the columns of totals and by what its rates depend on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cached_property, partial
from typing import Any

from attrs import evolve, frozen

from pricelang.engines.duck import Job
from pricelang.engines.groups import is_period, no_such_column
from pricelang.engines.job import Combination
from pricelang.engines.names import literal, quoted
from pricelang.engines.plan import part_names
from pricelang.engines.quantities import text_of
from pricelang.engines.row_group_pruning import parts_of
from pricelang.evaluate.rate_table.table import RateTable
from pricelang.model.instants import DAY

UNITS = {"hour": 3600, "day": DAY}
"""Seconds of periods that begin at multiples of them."""
NAME = "pl_name"
"""The column of a row's model: a group by it is one that the rates group by anyway."""


@frozen
class UsageGroup:
    """Rows that agree in the columns of totals and in the parts of their place among the rates: how
    many they are, and the sum of each quantity. No sum can hold those that are bad.
    """

    own: tuple[Any, ...]
    parts: tuple[Any, ...]
    is_bad: bool
    rows: int
    sums: tuple[int, ...]

    @property
    def key(self) -> tuple[object, ...]:
        """What such rows are found by again."""
        return (*self.parts, self.is_bad)


@frozen(eq=False)
class Grouping:
    """Totals of a job by some columns."""

    job: Job
    by: tuple[str, ...]

    @cached_property
    def sqls(self) -> tuple[str, ...]:
        """What totals are by, as SQL. Raises `BadRequest` (`no_column`)."""
        return tuple(_group_sql(self.job, name) for name in self.by)

    @property
    def own(self) -> list[str]:
        """The columns that rows are grouped by for the totals alone."""
        return [sql for sql in self.sqls if sql != NAME]

    def where(self, group: UsageGroup) -> list[object]:
        """The values that totals are by, of a group."""
        own = iter(group.own)
        return [group.parts[0] if sql == NAME else next(own) for sql in self.sqls]

    def combination(self, group: UsageGroup) -> Combination:
        """The model and values of a group."""
        return group.parts[0], tuple(group.parts[2 : 2 + len(self.job.values)])

    def groups(self, table: RateTable, seen: Sequence[Combination]) -> list[UsageGroup]:
        """The usage grouped. A group may come in parts.

        Names and values that the book has are grouped by their number in a list (an ENUM), which is
        about twice as quick as by their text; the rows that have another are looked at again.
        """
        job, kinds = self.job, _kinds(self.job, seen)
        known = partial(_known_sql, kinds)
        period = self._period(table)
        if period is None:
            rows = self._fetched(table, list(self._by_ranges(table, known)))
        else:
            rows = [
                _with_version(table, group, group.own[period])
                for group in self._fetched(table, [self._query(table, job.source.sql, "0", known)])
            ]
        coded = [n for n, sql in enumerate((job.model, "", *job.values)) if sql in kinds]
        if any(group.parts[n] is None for group in rows for n in coded):
            rows = [row for row in rows if all(row.parts[n] is not None for n in coded)]
            left = " or ".join(f"{known(sql)} is null" for sql in kinds)
            others = f"select * from ({job.source.sql}) u where {left}"
            rows += self._fetched(table, [self._query(table, others)])
        return rows

    def _by_ranges(self, table: RateTable, known: Callable[[str], str]) -> Iterator[str]:
        for part in parts_of(self.job, table.axes.cuts):
            version = None if part.version is None else str(part.version)
            yield self._query(table, part.sql, version, known)

    def _query(
        self,
        table: RateTable,
        rows: str,
        version: str | None = None,
        known: Callable[[str], str] = str,
    ) -> str:
        """Rows grouped: their own columns, the parts of their keys, whether they are bad, their
        number, and the sum of each quantity.
        """
        # in one step: beneath a second, DuckDB groups by the texts of values,
        # where it can by their numbers
        listed = [
            *self.own,
            *self.job.keys(table, version, known),
            f"{self.job.unsummable()} as pl_bad",
            "count(*)",
            *(f"coalesce(sum({quantity.sql}), 0)" for quantity in self.job.quantities),
        ]
        return f"(select {', '.join(listed)} from ({rows}) u group by all)"

    def _fetched(self, table: RateTable, queries: Sequence[str]) -> list[UsageGroup]:
        start = len(self.own)
        end = start + len(part_names(table.axes, len(self.job.values)))
        found = self.job.connection.execute(" union all ".join(queries)).fetchall()
        return [
            UsageGroup(row[:start], row[start:end], row[end], row[end + 1], row[end + 2 :])
            for row in found
        ]

    def _period(self, table: RateTable) -> int | None:
        """The place of a period among columns that totals are by,
        if it lies on one side of each change of price, so that it says the version.
        """
        own = [name for name, sql in zip(self.by, self.sqls, strict=True) if sql != NAME]
        for n, name in enumerate(own):
            if (
                name in UNITS
                and is_period(name, self.job.source.names)
                and all(cut % UNITS[name] == 0 for cut in table.axes.cuts)
            ):
                return n
        return None


def _group_sql(job: Job, name: str) -> str:
    if name in job.source.names and name != job.columns.model:
        return text_of(name, job.types[name]) if job.types[name] == "JSON" else quoted(name)
    if name == "model" or name == job.columns.model:
        return NAME
    if is_period(name, job.source.names):
        return f"({job.at})::date" if name == "day" else f"date_trunc('{name}', {job.at})"
    raise no_such_column(name, job.source.names)


def _kinds(job: Job, seen: Sequence[Combination]) -> dict[str, str]:
    """The ENUM that a column of names or values is read as, by its SQL: of Parquet files,
    which keep such a column as a list of its values, and where no value is empty.
    """
    book = job.book.checked
    names = [*(model.name for model in book.models), *(alias.name for alias in book.aliases)]
    columns: list[tuple[str | None, str, Sequence[str], Sequence[str | None]]] = [
        (job.columns.model, job.model, names, [model for model, _ in seen])
    ]
    for n, ((name, held), sql) in enumerate(zip(job.columns.dimensions, job.values, strict=True)):
        dimension = next(found for found in book.dimensions if found.name == name)
        values = [value.name for value in dimension.values]
        columns.append((held, sql, values, [found[n] for _, found in seen]))
    found = {}
    for column, sql, words, there in columns:
        texts = [text for text in there if text is not None]
        is_text = job.source.is_parquet and job.types.get(column or "") == "VARCHAR"
        if is_text and len(texts) == len(there):
            listed = dict.fromkeys([*words, *filter(None, texts)])
            found[sql] = f"enum({', '.join(map(literal, listed))})"
    return found


def _known_sql(kinds: dict[str, str], sql: str) -> str:
    return f"try_cast({sql} as {kinds[sql]})" if sql in kinds else sql


def _with_version(table: RateTable, group: UsageGroup, start: date | None) -> UsageGroup:
    """A group with the version that its period lies in."""
    version = None
    if start is not None:
        at = start if isinstance(start, datetime) else datetime(start.year, start.month, start.day)
        version = bisect_right(table.axes.cuts, int(at.replace(tzinfo=UTC).timestamp()))
    return evolve(group, parts=(group.parts[0], version, *group.parts[2:]))
