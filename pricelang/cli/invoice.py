"""`pricelang invoice`: what an account owes for a period, line by line, with list price, discount
and net.
"""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from pricelang.cli.book_flags import BookCommand
from pricelang.cli.exit_codes import DONE, SOME_FAILED
from pricelang.cli.failures import failures
from pricelang.cli.inputs import amount, names_in, open_book, records_in
from pricelang.cli.options import record_options
from pricelang.cli.output import form_of, form_options, show, show_lines
from pricelang.cli.progress import with_progress
from pricelang.cli.tables import tables_of
from pricelang.evaluate.account_keys import MISSING_KEY
from pricelang.present.csv_text import write_csv
from pricelang.present.decimals import plain
from pricelang.present.terminal import say

if TYPE_CHECKING:
    from pricelang.apps.reports.invoice import Invoice

RECORDS = "records"


@click.command(
    cls=BookCommand,
    epilog="Exit codes: 0 all records are on the invoice; 1 some were refused (the rest is "
    "invoiced, the refused are counted and "
    "named on standard error); 2 wrong usage, or a book that cannot be used.",
)
@click.argument("files", nargs=-1, required=True, metavar="FILES…")
@click.option(
    "--period",
    metavar="MONTH",
    help="A month such as 2026-05, a day or a year, in UTC. Default: all records.",
)
@click.option(
    "--by",
    default="none",
    metavar="NAME,…",
    help="Separate lines by what records carry, such as `workspace`, or by `day`.",
)
@click.option(
    "--unit",
    metavar="AMOUNT",
    help="Add a column of units of this amount, such as 0.01 where a marketplace bills in cents.",
)
@click.option(
    "--missing-key",
    type=click.Choice(MISSING_KEY),
    default="refuse",
    show_default=True,
    help="What to do with a record that lacks the key by which the book counts its usage, such as "
    "`project`: refuse it, or count all such together as `(none)`.",
)
@form_options(
    json="Print one JSON object.",
    csv="Print comma-separated values with a header, a row for each line and total.",
    markdown="Print the table in Markdown.",
)
@record_options
@click.pass_context
def command(
    ctx: click.Context, /, period: str | None, by: str, unit: str | None, **params: Any
) -> None:
    """Show what an account owes for a month: each line item with its list price, discount and net,
    then the free allowances, tiers, minimums, caps, commitments and credits of the account, in
    order of time. The list is the book that the contract extends.

    Rules count by the key after `per` that records carry, such as `project`. All records are of one
    `organization` unless they carry one. Records outside of the period are counted and left out.

    \b
    Examples:
      pricelang invoice usage.jsonl --period 2026-05
      pricelang invoice usage/ --period 2026-05 --book contracts/acme.price --by workspace --csv
    """
    from pricelang.apps.tables.footnotes import counts_line
    from pricelang.apps.tables.invoice import invoice_rows
    from pricelang.apps.tables.usage_report import unpriced_lines

    form = form_of(ctx, params)
    if tables_of(ctx, params["files"]):
        ctx.fail(
            "an invoice takes records, and these are tables; `pricelang report` adds them "
            "up, and `pricelang sql --account` prices accounts"
        )
    in_units = None if unit is None else _unit(ctx, unit)
    invoice = _invoice(ctx, period, [] if by == "none" else names_in(by), params)
    match form:
        case "json":
            click.echo(json.dumps(_data(invoice, in_units), default=str))
        case "csv":
            write_csv(invoice_rows(invoice, in_units), sys.stdout)
        case _:
            _show(invoice, in_units, form == "markdown")
    sys.stdout.flush()
    if form == "csv":
        say(counts_line(invoice.counts), err=True)
    for line in unpriced_lines(invoice.unpriced, RECORDS):
        say(line, err=True)
    ctx.exit(SOME_FAILED if invoice.unpriced else DONE)


def _unit(ctx: click.Context, text: str) -> Fraction:
    found = amount(ctx, "--unit", text)
    if not found:
        ctx.fail("`--unit` takes an amount above zero, such as 0.01")
    return found


def _invoice(
    ctx: click.Context, period: str | None, by: list[str], params: dict[str, Any]
) -> Invoice:
    from pricelang.apps.reports.invoice import make_invoice
    from pricelang.apps.reports.period import period_of

    outcomes, given = records_in(ctx, params)
    with failures():
        asked = None if period is None else period_of(period)
        watched = with_progress(outcomes, shares_terminal=False)
        return make_invoice(
            open_book(params["book"]),
            watched,
            asked,
            by,
            given,
            missing_key=params["missing_key"],
        )


def _show(invoice: Invoice, unit: Fraction | None, as_markdown: bool) -> None:
    from pricelang.apps.tables.footnotes import counts_line
    from pricelang.apps.tables.invoice import invoice_table, unlisted_line
    from pricelang.apps.tables.usage_report import notes_lines

    table = invoice_table(invoice, unit)
    if table.rows:
        show(table, as_markdown)
    else:
        show_lines([table.title], as_markdown)
    say()
    say(counts_line(invoice.counts))
    missing = unlisted_line(invoice)
    show_lines([] if missing is None else [missing], as_markdown)
    show_lines(notes_lines(invoice.notes), as_markdown)


def _data(invoice: Invoice, unit: Fraction | None) -> dict[str, Any]:
    data = invoice.to_dict()
    if unit is not None:
        data["unit"] = plain(unit)
        for total, shown in zip(invoice.totals, data["totals"], strict=True):
            shown["units"] = plain(total.due / unit)
    return data
