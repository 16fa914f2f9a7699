"""`pricelang invoice`: what an account owes for a period, line by line, with list price, discount
and net.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from pricelang.cli.book_flags import BookCommand
from pricelang.cli.exit_codes import DONE, SOME_FAILED
from pricelang.cli.options import (
    at_option,
    book_option,
    dimension_options,
    dimensions_of,
    open_book,
    record_files,
    strict_option,
    unknown_counters_option,
)
from pricelang.cli.output import Failure, markdown, show_table, with_progress
from pricelang.cli.report import show_notes, show_unpriced
from pricelang.cli.tables import tables_of
from pricelang.model.errors import PriceError
from pricelang.model.units import plural
from pricelang.present.decimals import grouped, money, plain
from pricelang.present.markdown import quoted
from pricelang.present.table import Table
from pricelang.present.text import printable
from pricelang.present.text_tables import counts_line, shown_quantity
from pricelang.usage.io.csv_lines import CsvWriter
from pricelang.usage.io.files import STDIN
from pricelang.usage.records import UsageError

if TYPE_CHECKING:
    from pricelang.apps.reports.account import Adjustment
    from pricelang.apps.reports.invoice import Invoice
    from pricelang.apps.reports.lines import InvoiceLine

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
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--csv",
    "as_csv",
    is_flag=True,
    help="Print comma-separated values with a header, a row for each line and total.",
)
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the table in Markdown.")
@book_option
@at_option
@click.option("--model", metavar="ID", help="The model of records that name none.")
@click.option(
    "--format",
    "format_",
    metavar="NAME",
    help="The format of the records. Default: known by their shape.",
)
@unknown_counters_option
@dimension_options
@strict_option
@click.pass_context
def command(
    ctx: click.Context, /, period: str | None, by: str, unit: str | None, **params: Any
) -> None:
    """Show what an account owes for a month: each line item with its list price, discount and net,
    then the free allowances, tiers, minimums and caps of the account, in order of time. The list
    is the book that the contract extends.

    All records are taken to be of one account. Records outside of the period are counted and left
    out.

    \b
    Examples:
      pricelang invoice usage.jsonl --period 2026-05
      pricelang invoice usage/ --period 2026-05 --book contracts/acme.price --by workspace --csv
    """
    forms = [
        flag
        for name, flag in (
            ("as_json", "--json"),
            ("as_csv", "--csv"),
            ("as_markdown", "--markdown"),
        )
        if params[name]
    ]
    if len(forms) > 1:
        ctx.fail(f"`{forms[0]}` and `{forms[1]}` cannot be combined; choose one")
    if tables_of(ctx, params["files"]):
        ctx.fail(
            "an invoice takes records, and these are tables; `pricelang report` adds them "
            "up, and `pricelang sql --account` prices accounts"
        )
    in_units = None if unit is None else _unit(ctx, unit)
    invoice = _invoice(
        ctx,
        period,
        [] if by == "none" else [name.strip() for name in by.split(",") if name.strip()],
        params,
    )
    if params["as_json"]:
        click.echo(json.dumps(_data(invoice, in_units), default=str))
    elif params["as_csv"]:
        _csv(invoice, in_units)
    else:
        _table(invoice, in_units, params["as_markdown"])
    sys.stdout.flush()
    if params["as_csv"]:
        click.echo(_counts(invoice), err=True)
    show_unpriced(invoice.unpriced, RECORDS)
    ctx.exit(SOME_FAILED if invoice.unpriced else DONE)


def _invoice(
    ctx: click.Context, period: str | None, by: list[str], params: dict[str, Any]
) -> Invoice:
    from pricelang.apps.reports.invoice import make_invoice
    from pricelang.apps.reports.period import period_of
    from pricelang.apps.reports.tally import RecordDefaults
    from pricelang.usage.reading import read_paths

    for path in params["files"]:
        if path != STDIN and not os.path.exists(path):
            ctx.fail(f"`{printable(path)}` does not exist")
    given = RecordDefaults(
        params["model"], params["at"], dimensions_of(ctx, params), params["strict"]
    )
    try:
        asked = None if period is None else period_of(period)
        outcomes = read_paths(
            record_files(ctx, params["files"]),
            params["format_"],
            unknown_counters=params["unknown_counters"],
        )
        return make_invoice(
            open_book(params["book"]),
            with_progress(outcomes, shares_terminal=False),
            asked,
            by,
            given,
        )
    except (PriceError, UsageError) as error:
        raise Failure(error.code, error.message, error.help) from None


def _unit(ctx: click.Context, text: str) -> Fraction:
    try:
        unit = (
            Fraction(text.strip().lstrip("$€£¥"))
            if len(text) < 40 and "e" not in text.lower()
            else Fraction(0)
        )
    except (ValueError, ZeroDivisionError):
        unit = Fraction(0)
    if unit <= 0:
        ctx.fail(f"`--unit` takes an amount such as 0.01, not `{printable(text)}`")
    return unit


def _table(invoice: Invoice, unit: Fraction | None, as_markdown: bool) -> None:
    grid = invoice_grid(invoice, unit)
    if not grid.rows:
        click.echo(quoted(grid.title) if as_markdown else grid.title)
    elif as_markdown:
        click.echo(markdown(grid))
    else:
        show_table(grid, partial(invoice_grid, invoice, unit, prices=False))
    click.echo()
    click.echo(_counts(invoice))
    missing = sum(line.requests for line in invoice.lines if line.listed is None)
    if missing:
        said = (
            f"note: `{invoice.list}` has no price for {missing:,} of these uses: no list, no "
            "discount"
        )
        click.echo(quoted(said) if as_markdown else said)
    show_notes(invoice.notes, as_markdown)


def _counts(invoice: Invoice) -> str:
    counts = invoice.counts
    return counts_line(
        counts.priced,
        counts.free,
        counts.skipped,
        counts.refused,
        counts.broken,
        counts.outside,
        counts.warned,
    )


def title_of(invoice: Invoice) -> str:
    """What the invoice is of: its book, its list where that is another, and its period."""
    listed = f", by the list `{invoice.list}`" if invoice.list != invoice.book else ""
    period = f", {invoice.period.name} (UTC)" if invoice.period is not None else ""
    return f"Invoice of `{invoice.book}`{listed}{period}"


def invoice_grid(invoice: Invoice, unit: Fraction | None = None, prices: bool = True) -> Table:
    """The lines, and under them the subtotal, the lines of the account, and the total of each
    currency. A book that extends no other is its own list: then the columns that would only repeat
    its prices are left out; unit prices are so where a terminal is too narrow for them (`prices`).
    """
    rows = [_line_row(line, unit) for line in invoice.lines]
    sums = [row for total in invoice.totals for row in _total_rows(invoice, total.currency, unit)]
    first = len(invoice.by)
    headers = [
        *invoice.by,
        "model",
        "meter",
        "quantity",
        "unit",
        "list price",
        "price",
        "rules",
        "list",
        "discount",
        "net",
        *(["units"] if unit else []),
    ]
    left_out = {first + 4, first + 7, first + 8} if invoice.list == invoice.book else set[int]()
    left_out |= set() if prices else {first + 4, first + 5}
    kept = [n for n in range(len(headers)) if n not in left_out]
    numbers = frozenset(place for place, n in enumerate(kept) if n == first + 2 or n >= first + 7)
    cells = (tuple(row[n] for n in kept) for row in (*rows, *sums))
    return Table(
        tuple(headers[n] for n in kept), tuple(cells), numbers, len(sums), title_of(invoice)
    )


def _line_row(line: InvoiceLine, unit: Fraction | None) -> tuple[str, ...]:
    by = ("(none)" if value is None else printable(str(value)) for value in line.by)
    name = line.unit if line.quantity == 1 else plural(line.unit)
    prices = (
        "" if price is None else f"{money(price * line.size, line.currency)} / {line.per}"
        for price in (line.list_price, line.unit_price)
    )
    listed = "" if line.listed is None else money(line.listed, line.currency)
    discount = "" if not line.discount else money(-line.discount, line.currency)
    units = [] if unit is None else [grouped(line.net / unit)]
    return (
        *by,
        line.model,
        line.meter,
        shown_quantity(line.quantity),
        name,
        *prices,
        ", ".join(line.rules),
        listed,
        discount,
        money(line.net, line.currency),
        *units,
    )


def _total_rows(
    invoice: Invoice, currency: str, unit: Fraction | None
) -> Iterator[tuple[str, ...]]:
    (total,) = (one for one in invoice.totals if one.currency == currency)

    def row(cells: tuple[str, ...], amount: Fraction) -> tuple[str, ...]:
        # without groups, the name of a total stands in the column of models
        units = [] if unit is None else [grouped(amount / unit)]
        return (*[""] * len(invoice.by), *cells, money(amount, currency), *units)

    if invoice.lines:
        known = [
            line.discount
            for line in invoice.lines
            if line.currency == currency and line.discount is not None
        ]
        taken = sum(known, Fraction(0))
        sums = (
            money(total.listed, currency) if known else "",
            money(-taken, currency) if taken else "",
        )
        yield row(("subtotal", "", "", "", "", "", "", *sums), total.subtotal)
    for one in invoice.adjustments:
        if one.currency == currency:
            quantity, text = (
                ("" if one.quantity is None else shown_quantity(one.quantity)),
                f"{one.text}, from {one.since}",
            )
            yield row(
                (
                    one.kind,
                    one.name,
                    quantity,
                    _unit_of(invoice, one, plural),
                    "",
                    "",
                    text,
                    "",
                    "",
                ),
                one.amount,
            )
    yield row(("total", *[""] * 8), total.due)


def _unit_of(invoice: Invoice, one: Adjustment, many: Callable[[str], str] = str) -> str:
    """The name of the unit of an adjustment's quantity, by `many` where it is not one."""
    if one.quantity is None:
        return ""
    unit = next((line.unit for line in invoice.lines if line.meter == one.name), "")
    return unit if one.quantity == 1 else many(unit)


def _data(invoice: Invoice, unit: Fraction | None) -> dict[str, Any]:
    data = invoice.to_dict()
    if unit is not None:
        data["unit"] = plain(unit)
        for total, shown in zip(invoice.totals, data["totals"], strict=True):
            shown["units"] = plain(total.due / unit)
    return data


def _csv(invoice: Invoice, unit: Fraction | None) -> None:
    """A row for each line, adjustment and total;
    `kind` tells them apart, and only `net` of lines and adjustments adds up.
    """
    writer = CsvWriter(sys.stdout)
    columns = (
        "kind",
        *invoice.by,
        "model",
        "meter",
        "quantity",
        "unit",
        "list_price",
        "unit_price",
        "text",
        "list",
        "discount",
        "net",
        "currency",
    )
    writer.row([*columns, *(["units"] if unit else [])])
    for kind, values, net, currency in _csv_rows(invoice):
        units = [] if unit is None else [plain(net / unit)]
        writer.row([kind, *values, plain(net), currency, *units])


def _csv_rows(invoice: Invoice) -> Iterator[tuple[str, list[str], Fraction, str]]:
    def text(value: Fraction | None) -> str:
        return "" if value is None else plain(value)

    blank = [""] * len(invoice.by)
    for line in invoice.lines:
        by = ["" if value is None else str(value) for value in line.by]
        prices = [
            text(line.list_price),
            text(line.unit_price),
            "; ".join(line.rules),
            text(line.listed),
            text(line.discount),
        ]
        yield (
            "line",
            [*by, line.model, line.meter, plain(line.quantity), line.unit, *prices],
            line.net,
            line.currency,
        )
    for total in invoice.totals:
        discount = sum(
            (
                line.discount or Fraction(0)
                for line in invoice.lines
                if line.currency == total.currency
            ),
            Fraction(0),
        )
        yield (
            "subtotal",
            [*blank, *[""] * 7, text(total.listed), text(discount)],
            total.subtotal,
            total.currency,
        )
    for one in invoice.adjustments:
        about = f"{one.text}, from {one.since}"
        yield (
            one.kind,
            [
                *blank,
                "",
                one.name,
                text(one.quantity),
                _unit_of(invoice, one),
                "",
                "",
                about,
                "",
                "",
            ],
            one.amount,
            one.currency,
        )
    for total in invoice.totals:
        yield "total", [*blank, *[""] * 9], total.due, total.currency
