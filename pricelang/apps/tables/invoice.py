"""An invoice as tables: with list prices and discounts for people, in plain numbers for
spreadsheets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial

from pricelang.apps.reports.adjustments import Adjustment
from pricelang.apps.reports.invoice import Invoice
from pricelang.apps.reports.invoice_sums import MODEL, InvoiceTotal, Subtotal
from pricelang.apps.reports.lines import InvoiceLine
from pricelang.apps.tables.usage_report import value_text
from pricelang.model.units import plural, unit_behind
from pricelang.present.decimals import grouped, money, plain
from pricelang.present.readable import (
    readable_amount,
    readable_amounts,
    readable_quantity,
)
from pricelang.present.table import Table

COLUMNS = (
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
)
ROUNDING, PAYABLE = "rounding", "payable"
ROUNDING_WORDS = "what is owed, to whole cents"
LISTED = {4, 7, 8}
"""Columns of the list."""
NARROWER = (
    frozenset(("list price", "price")),
    frozenset(("list price", "price", "unit", "rules")),
)
"""Columns that narrow terminals do not show, and those that narrower ones do not."""
PLAIN_COLUMNS = (
    "model",
    "meter",
    "quantity",
    "unit",
    "list_price",
    "unit_price",
    "text",
    "list",
    "discount",
)


def title_of(invoice: Invoice) -> str:
    """What the invoice is of: its book, its list where that is another, and its period."""
    listed = f", by the list `{invoice.list}`" if invoice.list != invoice.book else ""
    period = f", {invoice.period.name} (UTC)" if invoice.period is not None else ""
    return f"Invoice of `{invoice.book}`{listed}{period}"


def unlisted_line(invoice: Invoice) -> str | None:
    """How many uses the list has no price for, if any."""
    missing = sum(line.requests for line in invoice.lines if line.listed is None)
    if not missing:
        return None
    return (
        f"note: `{invoice.list}` has no price for {missing:,} of these uses: no list, no discount"
    )


# ---- for people ----------------------------------------------------------------------------------


def invoice_table(
    invoice: Invoice, unit: Fraction | None = None, without: frozenset[str] = frozenset()
) -> Table:
    """The lines, and under them the subtotal, the lines of the account, and the total of each
    currency. A book that extends no other is its own list: then the columns that would only repeat
    its prices are left out. Those `without` which a narrow terminal does are left out as well.
    """
    rows = [_line_row(line, unit) for line in invoice.lines]
    sums = [row for total in invoice.totals for row in _total_rows(invoice, total, unit)]
    first = len(invoice.by)
    headers = [*invoice.by, *COLUMNS, *(["units"] if unit else [])]
    left_out = {first + n for n in LISTED} if invoice.list == invoice.book else set[int]()
    left_out |= {first + n for n, name in enumerate(COLUMNS) if name in without}
    kept = [n for n in range(len(headers)) if n not in left_out]
    return Table(
        tuple(headers[n] for n in kept),
        tuple(tuple(row[n] for n in kept) for row in (*rows, *sums)),
        frozenset(place for place, n in enumerate(kept) if n == first + 2 or n >= first + 7),
        len(sums),
        title_of(invoice),
        narrower=()
        if without
        else tuple(partial(invoice_table, invoice, unit, names) for names in NARROWER),
    )


def _line_row(line: InvoiceLine, unit: Fraction | None) -> tuple[str, ...]:
    prices = (
        "" if price is None else f"{money(price * line.size, line.currency)} / {line.per}"
        for price in (line.list_price, line.unit_price)
    )
    return (
        *map(value_text, line.by),
        line.model,
        line.meter,
        readable_quantity(line.quantity),
        unit_behind(line.quantity, line.unit),
        *prices,
        ", ".join(line.rules),
        "" if line.listed is None else readable_amount(line.listed, line.currency),
        "" if not line.discount else readable_amount(line.discount, line.currency),
        readable_amount(line.net, line.currency),
        *([] if unit is None else [grouped(line.net / unit)]),
    )


def _total_rows(
    invoice: Invoice, total: InvoiceTotal, unit: Fraction | None
) -> Iterator[tuple[str, ...]]:
    def row(
        amount: Fraction, *cells: str, by: tuple[object, ...] = (), text: str = ""
    ) -> tuple[str, ...]:
        # without groups, the name of a total stands in the column of models
        groups = [*map(_group_text, by), *[""] * (len(invoice.by) - len(by))]
        filled = (*groups, *cells, *[""] * (9 - len(cells)))
        units = [] if unit is None else [grouped(amount / unit)]
        return (*filled, text or readable_amount(amount, total.currency), *units)

    for part in invoice.subtotals:
        if part.currency == total.currency:
            listed, discount = _amount(part.listed, part), _amount(part.discount or None, part)
            name = value_text(part.value)
            yield row(
                part.net, f"subtotal of {part.of}", name, "", "", "", "", "", listed, discount
            )
    if invoice.lines:
        lines = [line for line in invoice.lines if line.currency == total.currency]
        known = [line.discount for line in lines if line.discount is not None]
        taken = sum(known, Fraction(0))
        listed = readable_amount(total.listed, total.currency) if known else ""
        discount = readable_amount(taken, total.currency) if taken else ""
        yield row(total.subtotal, "subtotal", "", "", "", "", "", "", listed, discount)
    for group, one in invoice.account_lines():
        if one.currency == total.currency:
            quantity = "" if one.quantity is None else readable_quantity(one.quantity)
            unit_name = _unit_of(invoice, one, plural)
            cells = one.kind, one.name, quantity, unit_name, "", "", _about(one)
            yield row(one.amount, *cells, by=group)
    if not total.residue:
        yield row(total.due, "total")
        return
    three = total.due, total.residue, total.payable
    owed, rest, due = readable_amounts(three, total.currency)  # so that they add up
    yield row(total.due, "total", text=owed)
    yield row(total.residue, ROUNDING, "", "", "", "", "", ROUNDING_WORDS, text=rest)
    yield row(total.payable, PAYABLE, text=due)


def _amount(amount: Fraction | None, part: Subtotal) -> str:
    return "" if amount is None else readable_amount(amount, part.currency)


def _group_text(value: object) -> str:
    return "" if value is None else value_text(value)


def _about(one: Adjustment) -> str:
    whose = f", {one.holder_text}" if one.holder_text else ""
    return f"{one.text}{whose}, from {one.since}"


def _unit_of(invoice: Invoice, one: Adjustment, many: Callable[[str], str] = str) -> str:
    """The name of the unit of an adjustment's quantity, by `many` where it is not one."""
    if one.quantity is None:
        return ""
    own = (line.unit for line in invoice.lines if line.meter == one.name)
    unit = one.unit or next(own, "")
    return unit if one.quantity == 1 else many(unit)


# ---- for spreadsheets ----------------------------------------------------------------------------


def invoice_rows(invoice: Invoice, unit: Fraction | None = None) -> Table:
    """A row for each line, subtotal, adjustment and total in plain numbers;
    `kind` tells them apart, and only `net` of lines and adjustments adds up.
    """
    units = ("units",) if unit else ()
    headers = ("kind", *invoice.by, *PLAIN_COLUMNS, "net", "currency", *units)
    rows = [
        (*cells, plain(net), currency, *([] if unit is None else [plain(net / unit)]))
        for cells, net, currency in _plain_rows(invoice)
    ]
    return Table(headers, tuple(rows))


def _plain_rows(invoice: Invoice) -> Iterator[tuple[tuple[str, ...], Fraction, str]]:
    """The cells of each row but its amount, its amount, and the currency."""

    def filled(kind: str, *cells: str) -> tuple[str, ...]:
        blank = [""] * len(invoice.by)
        return (kind, *blank, *cells, *[""] * (len(PLAIN_COLUMNS) - len(cells)))

    for line in invoice.lines:
        yield _plain_line(line), line.net, line.currency
    for part in invoice.subtotals:
        model = str(part.value) if part.of == MODEL else ""
        words = f"of {part.of} {value_text(part.value)}"
        sums = words, _text(part.listed), _text(part.discount)
        cells = filled("subtotal", model, *[""] * 5, *sums)
        yield cells, part.net, part.currency
    for total in invoice.totals:
        lines = [line for line in invoice.lines if line.currency == total.currency]
        taken = sum((line.discount or Fraction(0) for line in lines), Fraction(0))
        sums = "", plain(total.listed), plain(taken)
        yield filled("subtotal", *[""] * 6, *sums), total.subtotal, total.currency
    for group, one in invoice.account_lines():
        quantity, unit = _text(one.quantity), _unit_of(invoice, one)
        own = (one.kind, *(_group_text(value) for value in group), "", one.name, quantity, unit)
        yield (*own, "", "", _about(one), "", ""), one.amount, one.currency
    for total in invoice.totals:
        yield filled("total"), total.due, total.currency
        if total.residue:
            rest = filled(ROUNDING, *[""] * 6, ROUNDING_WORDS)
            yield rest, total.residue, total.currency
        yield filled(PAYABLE), total.payable, total.currency


def _plain_line(line: InvoiceLine) -> tuple[str, ...]:
    return (
        "line",
        *("" if value is None else str(value) for value in line.by),
        line.model,
        line.meter,
        plain(line.quantity),
        line.unit,
        _text(line.list_price),
        _text(line.unit_price),
        "; ".join(line.rules),
        _text(line.listed),
        _text(line.discount),
    )


def _text(value: Fraction | None) -> str:
    return "" if value is None else plain(value)
