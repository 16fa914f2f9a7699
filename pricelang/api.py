"""What a program calls: a book that is loaded once and then prices requests,
records and Anthropic messages.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from pricelang.apps.price_book import BookAt, PriceBook
from pricelang.compile.load import load_book
from pricelang.evaluate.bill import Bill
from pricelang.evaluate.days import asked
from pricelang.evaluate.line_items import Priced
from pricelang.evaluate.models import ModelInfo
from pricelang.model import book as m
from pricelang.model.errors import PriceError
from pricelang.model.instants import Instant, seconds_of, text_of, today
from pricelang.usage.request_flags import DEFAULT_BOOK

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation
    from pyspark.sql import SparkSession

    from pricelang.apps.answers import RecordDefaults
    from pricelang.apps.break_even.break_even import BreakEven
    from pricelang.apps.quote.compare import AlternativeComparison
    from pricelang.apps.quote.figure_tables import FigureTable
    from pricelang.apps.quote.model import Quote
    from pricelang.apps.quote.workload import Workload
    from pricelang.apps.reconcile.reconcile import Reconciliation
    from pricelang.apps.reports.invoice import Invoice
    from pricelang.apps.reports.totals import UsageReport
    from pricelang.engines.duck import Job
    from pricelang.engines.rows import Written
    from pricelang.engines.spark import SparkBook
    from pricelang.usage.records import Outcome
    from pricelang.verify.audit import Audit
    from pricelang.verify.coverage import Coverage
    from pricelang.verify.diff.phrases import Change


class Book(PriceBook):
    """A price book. Made by `pricelang.load`;
    immutable to its users, and safe to share between threads.

    >>> import pricelang
    >>> book = pricelang.load()
    >>> book.total(
    ...     model="claude-opus-4-7", at="2026-04-17", usage={"input": 50_000, "output": 15_000}
    ... )
    Decimal('0.625')
    """

    def quote(
        self,
        request: object,
        /,
        *,
        at: str | None = None,
        model: str | None = None,
        output: int | None = None,
        tokens: int | None = None,
        count: str | None = None,
        usage: Mapping[str, object] | None = None,
        fetched: Mapping[str, int] | None = None,
        cache: str | None = None,
        image_size: tuple[int, int] | None = None,
        pdf_pages: int | None = None,
        rate: str | None = None,
        tier: int | None = None,
        **dimensions: str,
    ) -> Quote:
        """What a Messages API request body will cost before it is sent:
        low, expected and high, with the rules behind them.

        `request` is the body as a dict, or an item of a batch. `output` and `tokens` are the
        lengths of the answer and of the prompt in tokens where they are known; `rate` is such as
        `"3000/min"`. The other arguments are those of `pricelang.apps.quote.Options`;
        `dimensions` stand instead of what the request says.

        Raises `pricelang.apps.quote.QuoteError`, which names the block of a body that cannot be
        read, and the `PriceError` of a request that the book refuses.

        >>> import pricelang
        >>> body = {
        ...     "model": "claude-sonnet-4-5",
        ...     "max_tokens": 100,
        ...     "system": "You are a scientist",
        ...     "messages": [{"role": "user", "content": "Hello, Claude"}],
        ... }
        >>> quote = pricelang.load().quote(body, at="2026-04-17", tokens=14, output=100)
        >>> quote.expected, quote.lines[0].location
        (Decimal('0.001542'), 'anthropic/rates.price:18')
        """
        from pricelang.apps.quote import Options, quote
        from pricelang.apps.quote.limits import rate_of

        options = Options(
            at,
            model,
            output,
            tokens,
            count,
            dict(usage or {}),
            tuple((fetched or {}).items()),
            cache,
            image_size,
            pdf_pages,
            None if rate is None else rate_of(rate),
            tier,
        )
        return quote(self, request, options, dimensions)

    def figures(
        self, at: Instant | None = None, /, *tables: str, model: str | None = None
    ) -> tuple[FigureTable, ...]:
        """The figures that hold on a day (today unless given), which price nothing:
        all tables, or those of some names; with a model its rows alone.

        Raises `pricelang.apps.quote.QuoteError` (`unknown_table`),
        and `BadRequest` for a model or a day that is none.

        >>> import pricelang
        >>> (windows,) = pricelang.load().figures(
        ...     "2026-03-12", "context_window", model="claude-opus-4-6"
        ... )
        >>> {name: int(windows.rows[0][name]) for name in windows.columns}
        {'standard': 200000, 'long': 1000000}
        """
        from pricelang.apps.quote.figure_tables import figure_tables

        seconds = seconds_of(today() if at is None else at)
        return figure_tables(
            self.checked,
            seconds,
            tables,
            None if model is None else self.rates.model_index(model, seconds),
        )

    def diff(
        self, other: Book, /, at: Instant | None = None, other_at: Instant | None = None
    ) -> tuple[Change, ...]:
        """What differs in another book, over every request; with days, what differs between this
        book on `at` and the other on `other_at`. Empty where no request can tell them apart.

        Raises `BadRequest` (`bad_date`).

        >>> import pricelang
        >>> book = pricelang.load()
        >>> [
        ...     change.text
        ...     for change in book.diff(book, "2026-10-06", "2026-10-07")
        ...     if change.kind == "price"
        ... ]
        ['cache_read of `claude-sonnet-5-5`: $0.20 -> $0.10 per MTok (-50%)']
        """
        from pricelang.verify.diff.difference import compare

        return compare(self.checked, other.checked, at, other_at)

    @property
    def audit(self) -> Audit:
        """The questions that an auditor puts to a book:
        claims, stacking, reach, order, dead rules.
        """
        from pricelang.verify.audit import Audit

        return Audit(self.checked, lambda: self.below.checked if self.below is not None else None)

    def reconcile(
        self,
        usage: object,
        cost: object,
        /,
        *,
        mapping: Mapping[str, str] | None = None,
        within: Decimal | Fraction | int = 0,
        dimensions: Mapping[str, str] | None = None,
        at: str | None = None,
        unknown_counters: str = "refuse",
    ) -> Reconciliation:
        """What was used against what was billed;
        arguments and errors are those of `pricelang.apps.reconcile.reconcile.reconcile`.
        """
        from pricelang.apps.reconcile.reconcile import reconcile

        return reconcile(
            self,
            usage,
            cost,
            mapping=mapping,
            within=within,
            dimensions=dimensions,
            at=at,
            unknown_counters=unknown_counters,
        )

    def coverage(
        self, examples: Iterable[m.Example] | None = None, *, files: Collection[str] | None = None
    ) -> Coverage:
        """Which rules the book's examples exercise; see `pricelang.verify.coverage.measure`.

        >>> import pricelang
        >>> coverage = pricelang.load().coverage()
        >>> [rule.name for rule in coverage.unreachable if rule.kind == "charge pool"]
        ['code_execution']
        """
        from pricelang.verify.coverage import measure

        return measure(self.checked, examples, files)

    def break_even(
        self,
        at: Instant | None = None,
        *,
        models: Iterable[str] = (),
        against: str | None = None,
        write: str | None = None,
        read: str | None = None,
        base: str | None = None,
        retired: bool = False,
    ) -> BreakEven:
        """After how many reads a cache pays, when free pools end,
        and where one model becomes cheaper than another.

        Arguments and errors are those of `pricelang.apps.break_even.break_even.break_even`.

        >>> import pricelang
        >>> found = pricelang.load().break_even("2026-04-17", models=["claude-opus-4-7"])
        >>> [(cache.write, cache.reads) for cache in found.caches]
        [('cache_write_5m', 1), ('cache_write_1h', 2)]
        """
        from pricelang.apps.break_even.break_even import break_even

        return break_even(
            self.checked,
            at,
            models=models,
            against=against,
            write=write,
            read=read,
            base=base,
            retired=retired,
        )

    def compare(
        self,
        usage: object,
        /,
        *,
        what_if: Sequence[str] = (),
        only: Sequence[str] = (),
        cross: Sequence[str] = (),
        reads: int | None = None,
        cached: int | None = None,
        output: int | None = None,
        model: str | None = None,
        at: Instant | None = None,
        unknown_counters: str = "refuse",
        **dimensions: str,
    ) -> AlternativeComparison:
        """The same records under every model, mode and way to cache of the book,
        ranked, or under each `what_if` alone.

        `usage` is a path, a record (canonical, a message or its dict), a request body that is not
        sent yet (its answer has `output` tokens), or several. `only` and `cross` name axes; `reads`
        says that each prompt, or `cached` tokens of it, is sent so often again; `unknown_counters`
        is as in `price_message`. See `pricelang.apps.quote.compare`.

        >>> import pricelang
        >>> record = {
        ...     "model": "claude-opus-4-7",
        ...     "at": "2026-04-17",
        ...     "usage": {"input": 50_000, "output": 15_000},
        ... }
        >>> found = pricelang.load().compare(record, what_if=["service_tier=batch"])
        >>> [(row.alternative.value, row.amount.expected, row.change) for row in found.rows]
        [('batch', Fraction(5, 16), Fraction(-1, 2)), ('', Fraction(5, 8), Fraction(0, 1))]
        """
        from pricelang.apps.quote.compare import compare
        from pricelang.apps.quote.inputs import subjects_from
        from pricelang.apps.quote.variants import Scenario

        scenario = Scenario(model, asked(self.checked, at), dimensions, reads, cached)
        return compare(
            self,
            subjects_from(usage, output, unknown_counters),
            scenario,
            what_ifs=what_if,
            only=only,
            cross=cross,
        )

    def workload(
        self,
        requests: object,
        /,
        *,
        per_day: int | Fraction | None = None,
        month: str | None = None,
        model: str | None = None,
        unknown_counters: str = "refuse",
        **dimensions: str,
    ) -> Workload:
        """What requests a day are expected to cost in a month (`2026-11`),
        its free pools used up in order.

        `requests` is a workload (its text, or the path of a `.toml` or `.json` file), or records as
        for `compare`, each as frequent as any other among the `per_day`; `unknown_counters` is as
        in `price_message`. Raises `PriceError`; see `pricelang.apps.quote.workload`.

        >>> import pricelang
        >>> record = {
        ...     "model": "claude-opus-5-5",
        ...     "usage": {"input": 8_000, "code_execution": "6 minutes"},
        ... }
        >>> found = pricelang.load().workload(record, per_day=1_000, month="2026-11")
        >>> found.total.expected, found.pools[0].ends, found.pools[0].saved
        (Fraction(2065, 2), '2026-11-16', Fraction(155, 2))
        """
        from pricelang.apps.quote.workload import workload

        return workload(
            self,
            requests,
            None if per_day is None else Fraction(per_day),
            month,
            model,
            dimensions,
            None,
            unknown_counters,
        )

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
        from pricelang.engines.failures import engine_errors
        from pricelang.engines.rows import priced, write_priced

        with engine_errors():
            job = self._job(usage, mapping, table, connection, model, at, dimensions, sums, remote)
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
        from pricelang.engines.failures import engine_errors
        from pricelang.engines.totals import totals

        with engine_errors():
            job = self._job(usage, mapping, table, connection, model, at, dimensions, sums, remote)
            try:
                return totals(job, by)
            finally:
                job.close()

    def report_records(
        self,
        records: Iterable[Outcome],
        /,
        by: Sequence[str] = ("model",),
        *,
        since: str | None = None,
        until: str | None = None,
        zone: str | None = None,
        model: str | None = None,
        at: Instant | None = None,
        **dimensions: str,
    ) -> UsageReport:
        """What records cost by what they carry, such as `day` or `session`;
        see `pricelang.apps.reports.report.report_records`.

        `records` are as `pricelang.usage.reading` reads them. `since` and `until` are days, months
        or years, both included, in the time zone `zone` (UTC unless named); `model`, `at` and
        `dimensions` hold where a record says nothing.

        >>> import pricelang
        >>> from pricelang.usage.reading import read_path
        >>> found = pricelang.load().report_records(
        ...     read_path("samples/claude_code/03_session_haiku_two_blocks.jsonl"), ["day"]
        ... )
        >>> [(total.by, total.rows, str(total.amount)) for total in found.totals]
        [(('2026-08-20',), 1, '22781/1000000')]
        """
        from pricelang.apps.reports.period import between, zone_of
        from pricelang.apps.reports.report import report_records

        local = zone_of(zone)
        return report_records(
            self, records, by, _given(model, at, dimensions), between(since, until, local), local
        )

    def invoice(
        self,
        records: Iterable[Outcome],
        /,
        period: str | None = None,
        by: Sequence[str] = (),
        *,
        model: str | None = None,
        at: Instant | None = None,
        **dimensions: str,
    ) -> Invoice:
        """What an account owes for a day, month or year such as `2026-05` (UTC),
        or for all its records: see `pricelang.apps.reports.invoice.make_invoice`.

        >>> import pricelang
        >>> from pricelang.usage.reading import read_path
        >>> found = pricelang.load().invoice(read_path("samples/requests.jsonl"), "2026-04")
        >>> [
        ...     (one.name, str(one.quantity), str(one.amount)) for one in found.adjustments
        ... ]  # of 1,550 free hours
        [('code_execution', '19/12', '-19/240')]
        """
        from pricelang.apps.reports.invoice import make_invoice
        from pricelang.apps.reports.period import period_of

        return make_invoice(
            self,
            records,
            None if period is None else period_of(period),
            by,
            _given(model, at, dimensions),
        )

    def _job(
        self,
        usage: object,
        mapping: Mapping[str, str] | None,
        table: str | None,
        connection: DuckDBPyConnection | None,
        model: str | None,
        at: Instant | None,
        dimensions: Mapping[str, str],
        sums: bool,
        remote: bool,
    ) -> Job:
        from pricelang.engines.columns import Fixed
        from pricelang.engines.duck import open_job
        from pricelang.usage.io.offline import open_duckdb

        fixed = Fixed(model, None if at is None else text_of(at), dimensions)
        own = connection or open_duckdb()
        return open_job(
            self,
            own,
            usage,
            mapping=mapping or {},
            fixed=fixed,
            table=table,
            sums=sums,
            remote=remote,
        )

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
        from pricelang.engines.spark import SparkBook

        return SparkBook(self, session)


def _given(model: str | None, at: Instant | None, dimensions: Mapping[str, str]) -> RecordDefaults:
    """What holds where records say nothing."""
    from pricelang.apps.answers import RecordDefaults

    return RecordDefaults(
        model, at if at is None or isinstance(at, str) else text_of(at), dimensions
    )


def load(source: str | Path = DEFAULT_BOOK) -> Book:
    """The book of a file, of a folder with a `book.price`,
    or of a bundled book's name (`anthropic` unless given).

    Raises `BookError` with every fault of the book. The checked book is kept in the user's
    cache folder, so that only the first load of a text parses it.
    """
    checked, key, files = load_book(source)
    return Book(checked, source, (key, files))


__all__ = ["Bill", "Book", "BookAt", "ModelInfo", "PriceError", "Priced", "load"]
