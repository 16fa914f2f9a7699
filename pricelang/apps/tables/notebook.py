"""What a notebook shows of each answer: the tables of its command, and the remarks below them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch

from pricelang.apps.audit_report.section_claims import claims_table
from pricelang.apps.break_even.break_even import BreakEven
from pricelang.apps.quote.comparison import AlternativeComparison
from pricelang.apps.quote.workload_cost import Workload
from pricelang.apps.reports.invoice import Invoice
from pricelang.apps.reports.totals import UsageReport
from pricelang.apps.tables.break_even import break_even_tables
from pricelang.apps.tables.comparison import ranked_table, refused_table
from pricelang.apps.tables.footnotes import counts_line
from pricelang.apps.tables.invoice import invoice_table, title_of, unlisted_line
from pricelang.apps.tables.usage_change import account_table, change_table, records_table
from pricelang.apps.tables.usage_report import (
    notes_lines,
    report_counts,
    report_table,
    unpriced_lines,
)
from pricelang.apps.tables.workload import workload_lines, workload_tables
from pricelang.apps.usage_change import UsageChange
from pricelang.present.table import Table
from pricelang.verify.audit import Audit
from pricelang.verify.diff.change import Change, heading_of

View = tuple[Iterable[Table], Iterable[str]]


@singledispatch
def view_of(answer: object) -> View:
    """The tables and the remarks of an answer."""
    raise TypeError(f"a `{type(answer).__name__}` has no tables")


@view_of.register
def _invoice(answer: Invoice) -> View:
    unlisted = unlisted_line(answer)
    remarks = [title_of(answer), *([unlisted] if unlisted else []), counts_line(answer.counts)]
    remarks += notes_lines(answer.notes)
    return [invoice_table(answer)], [*remarks, *unpriced_lines(answer.unpriced, "records")]


@view_of.register
def _report(answer: UsageReport) -> View:
    unpriced = unpriced_lines(answer.unpriced, answer.noun)
    return [report_table(answer)], [report_counts(answer), *notes_lines(answer.notes), *unpriced]


@view_of.register
def _comparison(answer: AlternativeComparison) -> View:
    refused = refused_table(answer, counts=False)
    return [ranked_table(answer, None, counts=False), *([refused] if refused.rows else [])], []


@view_of.register
def _workload(answer: Workload) -> View:
    return workload_tables(answer, days=False), workload_lines(answer)


@view_of.register
def _break_even(answer: BreakEven) -> View:
    return break_even_tables(answer), []


@view_of.register
def _usage_change(answer: UsageChange) -> View:
    beside = [table for table in (account_table(answer), records_table(answer)) if table.rows]
    return [change_table(answer), *beside], []


@view_of.register
def _change(answer: Change) -> View:
    row = (answer.subject, answer.who or "all", answer.when or "always", answer.old, answer.new)
    title = heading_of(answer.kind)
    return [Table(("what", "models", "when", "old", "new"), (row,), title=title)], [answer.text]


@view_of.register
def _audit(answer: Audit) -> View:
    return [claims_table(answer)], []
