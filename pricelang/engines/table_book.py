"""A book that prices tables of usage: by DuckDB in this process, and by Spark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from pricelang.apps.price_book import PriceBook

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection, DuckDBPyRelation
    from pyspark.sql import SparkSession

    from pricelang.apps.reports.totals import UsageReport
    from pricelang.engines.columns import Fixed
    from pricelang.engines.duck import Job
    from pricelang.engines.rows import Written
    from pricelang.engines.spark import SparkBook
    from pricelang.model.instants import Instant


_BY_DUCKDB = "tables are priced by DuckDB"


def _needed(module: str, extra: str, what: str) -> None:
    from pricelang.model.errors import needed

    needed(module, extra, what)


class TableBook(PriceBook):
    """The questions about usage in tables."""

    def price_table(
        self,
        usage: object,
        to: str | Path | None = None,
        /,
        *,
        rejects: str | Path | None = None,
        lines: bool = False,
        keep: Sequence[str] | None = None,
        mapping: Mapping[str, str] | None = None,
        table: str | None = None,
        connection: DuckDBPyConnection | None = None,
        model: str | None = None,
        at: Instant | None = None,
        sums: bool = False,
        remote: bool = False,
        **dimensions: str,
    ) -> Written | DuckDBPyRelation:
        """A price for each row of a table of usage, by DuckDB (the extra `duckdb`): the exact
        column `cost`, and with `lines` one for each meter, behind all columns of the usage or those
        to `keep`.

        `usage` is a path or several (Parquet, CSV, JSON Lines, DuckDB), a frame of pandas or
        Polars, an Arrow table, or the name of a table of `connection`. Its columns are those named
        as the book names `model`, `at`, dimensions and meters, or as `mapping` says; `model`, `at`
        and `dimensions` hold for all rows. With `to`, the rows are written to that file, whole or
        not at all; without, they are a relation (`.df()`, `.pl()`, `.arrow()`). A row is one
        request, and has no price where none can be so long, unless `sums` says that rows add up
        several. Paths such as `s3://…` are read where `remote` says so.

        Raises `PriceError`: for usage that cannot be read, and `RefusedRows`
        for a row without a price, unless such rows go to the file `rejects`.

        >>> import pandas, pricelang
        >>> usage = pandas.DataFrame(
        ...     {"model": ["claude-opus-4-7"], "at": ["2026-04-17"], "input": [50_000]}
        ... )
        >>> print(pricelang.load().price_table(usage).fetchall()[0][-1].normalize())
        0.25
        """
        _needed("duckdb", "duckdb", _BY_DUCKDB)
        from pricelang.engines.failures import engine_errors
        from pricelang.engines.rows import priced, write_priced

        with engine_errors():
            fixed = _fixed(model, at, dimensions)
            job = self._job(usage, connection, mapping, fixed, table, sums, remote)
            if to is None:
                return priced(job, lines, keep)
            try:
                return write_priced(
                    job, str(to), None if rejects is None else str(rejects), lines, keep
                )
            finally:
                job.close()

    def report(
        self,
        usage: object,
        /,
        by: Sequence[str] = (),
        *,
        mapping: Mapping[str, str] | None = None,
        table: str | None = None,
        connection: DuckDBPyConnection | None = None,
        model: str | None = None,
        at: Instant | None = None,
        sums: bool = False,
        remote: bool = False,
        **dimensions: str,
    ) -> UsageReport:
        """What a table of usage costs by some columns, `model`, `hour`, `day`, `week`, `month` or
        `year`: exact totals, and what has no price. Arguments and errors are those of
        `price_table`.

        >>> import pandas, pricelang
        >>> usage = pandas.DataFrame(
        ...     {
        ...         "model": ["claude-opus-4-7"] * 2,
        ...         "at": ["2026-04-17", "2026-04-18"],
        ...         "input": [50_000, 1],
        ...     }
        ... )
        >>> [(total.by, total.amount) for total in pricelang.load().report(usage, ["day"]).totals]
        [(('2026-04-17',), Fraction(1, 4)), (('2026-04-18',), Fraction(1, 200000))]
        """
        _needed("duckdb", "duckdb", _BY_DUCKDB)
        from pricelang.engines.failures import engine_errors
        from pricelang.engines.totals import totals

        fixed = _fixed(model, at, dimensions)
        with (
            engine_errors(),
            closing(self._job(usage, connection, mapping, fixed, table, sums, remote)) as job,
        ):
            return totals(job, by)

    def duckdb(
        self,
        connection: DuckDBPyConnection,
        *,
        dimensions: Sequence[str] | None = None,
        models: Sequence[str] | None = None,
        meters: Sequence[str] | None = None,
        since: Instant | None = None,
        sums: bool = False,
        **fixed: str,
    ) -> None:
        """Makes `price_of(…)` in a DuckDB connection, and the table of rates that it reads;
        needs the extra `duckdb`.

        Arguments and errors are those of `pricelang.engines.macro.register`.
        """
        _needed("duckdb", "duckdb", _BY_DUCKDB)
        from pricelang.engines.failures import engine_errors
        from pricelang.engines.macro import register

        with engine_errors():
            register(
                self,
                connection,
                dimensions=dimensions,
                models=models,
                meters=meters,
                since=since,
                sums=sums,
                **fixed,
            )

    def spark(self, session: SparkSession) -> SparkBook:
        """The book on a Spark session: its `price(df)` and `totals(df, by)` price DataFrames
        of usage, exactly; needs the extra `spark`. See `pricelang.engines.spark.SparkBook`.
        """
        _needed("pyspark", "spark", "tables of Spark are priced by pyspark")
        from pricelang.engines.spark import SparkBook

        return SparkBook(self, session)

    def _job(
        self,
        usage: object,
        connection: DuckDBPyConnection | None,
        mapping: Mapping[str, str] | None,
        fixed: Fixed,
        table: str | None,
        sums: bool,
        remote: bool,
    ) -> Job:
        from pricelang.engines.duck import open_job
        from pricelang.usage.io.offline import open_duckdb

        return open_job(
            self,
            connection or open_duckdb(),
            usage,
            mapping=mapping or {},
            fixed=fixed,
            table=table,
            sums=sums,
            remote=remote,
        )


def _fixed(model: str | None, at: Instant | None, dimensions: Mapping[str, str]) -> Fixed:
    from pricelang.engines.columns import Fixed
    from pricelang.model.instants import text_of

    return Fixed(model, None if at is None else text_of(at), dimensions)
