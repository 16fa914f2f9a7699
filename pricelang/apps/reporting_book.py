"""A book that adds up records: reports, invoices, and usage against what was billed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from pricelang.apps.price_book import PriceBook

if TYPE_CHECKING:
    from pricelang.apps.answers import RecordDefaults
    from pricelang.apps.reconcile.reconcile import Reconciliation
    from pricelang.apps.reports.invoice import Invoice
    from pricelang.apps.reports.totals import UsageReport
    from pricelang.evaluate.account_keys import MissingKey
    from pricelang.model.instants import Instant
    from pricelang.usage.records import Outcome


class ReportingBook(PriceBook):
    """The questions about many records together."""

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
        missing_key: MissingKey = "refuse",
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
            missing_key=missing_key,
        )

    def reconcile(
        self,
        usage: object,
        cost: object,
        /,
        *,
        mapping: Mapping[str, str] | None = None,
        within: Decimal | Fraction | int = 0,
        total_within: Decimal | Fraction | int | None = None,
        ignore: Iterable[str] = (),
        dimensions: Mapping[str, str] | None = None,
        at: str | None = None,
        unknown_counters: str = "refuse",
        period: str | None = None,
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
            total_within=total_within,
            ignore=ignore,
            dimensions=dimensions,
            at=at,
            unknown_counters=unknown_counters,
            period=period,
        )


def _given(model: str | None, at: Instant | None, dimensions: Mapping[str, str]) -> RecordDefaults:
    """What holds where records say nothing."""
    from pricelang.apps.answers import RecordDefaults
    from pricelang.model.instants import text_of

    return RecordDefaults(
        model, at if at is None or isinstance(at, str) else text_of(at), dimensions
    )
