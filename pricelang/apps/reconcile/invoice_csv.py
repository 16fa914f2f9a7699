"""An invoice as a CSV file to billed lines:
its own columns, named by a mapping, joined on what they state.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import define, evolve, field

from pricelang.apps.reconcile.account_lines import account_kind
from pricelang.apps.reconcile.admin import amount_of, geo_of
from pricelang.apps.reconcile.bill_formats import (
    BillFormat,
    check_width,
    format_of,
    row_of,
)
from pricelang.apps.reconcile.keys import (
    COST_TYPES,
    FIELDS,
    METERS,
    TOKEN_TYPES,
    TOKENS,
    BilledAmount,
    Key,
    Side,
    Unread,
    endpoint_of,
    stated_by,
)
from pricelang.apps.reconcile.pages import day_after
from pricelang.apps.reconcile.quantities import canonical
from pricelang.model.errors import BadRequest
from pricelang.model.instants import seconds_of, written
from pricelang.present.text import help_for
from pricelang.usage.fields import shown, word
from pricelang.usage.io.csv_lines import rows_of_file
from pricelang.usage.records import UsageError

if TYPE_CHECKING:
    from pricelang.apps.price_book import PriceBook

COLUMNS = (
    "day",
    "amount",
    "cents",
    "currency",
    "model",
    "token_type",
    "service_tier",
    "inference_geo",
    "endpoint",
    "context_window",
    "workspace",
    "description",
    "quantity",
)
"""What a mapping can name; `amount` is in the currency's main unit, `cents` in hundredths of it."""

MAX_ROWS = 5_000_000


def invoice_side(
    book: PriceBook, path: str, mapping: Mapping[str, str]
) -> tuple[tuple[BilledAmount, ...], Side]:
    """The rows of an invoice.
    `mapping` names the column of each of `COLUMNS` whose column has another name.

    Raises `UsageError` for a file that cannot be read, and for one without a day or an amount.
    """
    for name in mapping:
        if name not in COLUMNS:
            raise UsageError(
                "unknown_column",
                f"{shown(name)} is not a column of an invoice",
                help_for(name, COLUMNS, "known"),
            )
    rows = rows_of_file(path)
    _, headers = next(rows, (0, []))
    form = format_of(headers) if not mapping else None
    read = _Rows(book, path, headers, form, {} if form else _columns(path, headers, mapping))
    for number, cells in rows:
        if len(read.lines) + len(read.unread) >= MAX_ROWS:
            raise UsageError("too_large", f"{shown(path)} has more than {MAX_ROWS:,} rows")
        read.add(number, cells)
    return tuple(read.lines), read.side()


@define(eq=False)
class _Rows:
    """The rows of an invoice so far; `form` is that of a vendor, else `columns` name the cells."""

    book: PriceBook
    path: str
    headers: Sequence[str]
    form: BillFormat | None
    columns: Mapping[str, str]
    lines: list[BilledAmount] = field(factory=list)
    unread: list[Unread] = field(factory=list)
    skipped: int = 0
    names: set[str] = field(factory=set)

    def add(self, number: int, cells: Sequence[str]) -> None:
        """Adds a row; one that cannot be read is named."""
        place = f"{self.path}:{number}"
        try:
            named = self._named(cells)
            if named is None:
                self.skipped += 1
                return
            self.names |= named.keys()
            self.lines.append(_line(self.book, named, place))
        except UsageError as error:
            self.unread.append(Unread(place, error.code, error.message, error.help))

    def _named(self, cells: Sequence[str]) -> dict[str, str] | None:
        """The cells of a row by `COLUMNS`; None for a row of another product."""
        if self.form is None:
            return _cells(self.headers, cells, self.columns)
        row = row_of(self.headers, cells)
        return None if self.form.skip(row) else self.form.cells(row)

    def side(self) -> Side:
        """What was read."""
        days = sorted(line.key.day for line in self.lines if line.key.day)
        start, end = (days[0], day_after(days[-1])) if days else (None, None)
        names = self.names | self.columns.keys()
        stated = stated_by([line.key for line in self.lines]) & {
            name
            for name in FIELDS
            if name in names or (name == "cost_type" and "token_type" in names)
        }
        rows = len(self.lines) + len(self.unread)
        kind = self.form.name if self.form is not None else "invoice"
        notes = (
            (f"{self.skipped:,} of the rows are of other products and were left out",)
            if self.skipped
            else ()
        )
        unread = tuple(self.unread)
        return Side(self.path, kind, rows, start, end, stated, notes, unread, True)


def _columns(path: str, headers: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """The column of each name that the file has one for. Raises `UsageError`."""
    if len(set(headers)) < len(headers):
        raise UsageError("bad_csv", f"{shown(path)} has two columns of one name")
    for column in mapping.values():
        if column not in headers:
            raise UsageError(
                "missing_column",
                f"{shown(path)} has no column {shown(column)}",
                help_for(column, headers, "it has"),
            )
    named = {name: mapping.get(name, name) for name in COLUMNS}
    columns = {name: column for name, column in named.items() if column in headers}
    if "day" not in columns or ("amount" in columns) == ("cents" in columns):
        raise UsageError(
            "missing_column",
            f"{shown(path)} needs a column for `day`, and one for `amount` or `cents`",
            "name them, such as `--map day=COLUMN --map amount=COLUMN`; it has: "
            f"{shown(', '.join(headers), 300)}",
        )
    return columns


def _cells(
    headers: Sequence[str], cells: Sequence[str], columns: Mapping[str, str]
) -> dict[str, str]:
    """The cells of a row by the names of their columns. Raises `UsageError`."""
    check_width(headers, cells)
    row = dict(zip(headers, cells, strict=True))
    return {name: row[column].strip() for name, column in columns.items()}


def _line(book: PriceBook, cells: Mapping[str, str], place: str) -> BilledAmount:
    def cell(name: str) -> str | None:
        return word(cells.get(name) or None, name)

    try:
        day = written(seconds_of(cell("day") or ""))[:10]
    except BadRequest as error:
        raise UsageError(error.code, f"`day`: {error.message}", error.help) from None
    cents = "cents" in cells
    amount = amount_of(cells["cents" if cents else "amount"], "cents" if cents else "amount") / (
        100 if cents else 1
    )
    model = cell("model")
    key = Key(
        day,
        cell("workspace"),
        None,
        canonical(book, model, day) if model else None,
        cell("service_tier"),
        cell("context_window"),
        geo_of(cell("inference_geo")),
        endpoint=endpoint_of(cell("endpoint")),
    )
    kind, description = cell("token_type"), cell("description") or ""
    account = _account(book, cells, amount)
    if kind is not None and not account:
        key = _of_kind(book, key, kind)
    quantity = cells.get("quantity")
    return BilledAmount(
        key,
        amount,
        (cell("currency") or book.currency).upper(),
        place,
        description or (kind or "" if account else ""),
        amount_of(quantity, "quantity") if quantity else None,
        account,
    )


def _account(book: PriceBook, cells: Mapping[str, str], amount: Fraction) -> str:
    """The kind of a row of the account: one that names no model, and no meter of the book."""
    kind = cells.get("token_type") or ""
    known = {*METERS, *COST_TYPES, *COST_TYPES.values(), *(m.name for m in book.checked.meters)}
    if cells.get("model") or kind in known or not {"model", "token_type"} & set(cells):
        return ""
    return account_kind(f"{kind} {cells.get('description') or ''}", amount)


def _of_kind(book: PriceBook, key: Key, kind: str) -> Key:
    """The key with what was counted: a meter of the book, or what the Admin API calls it."""
    meters = [meter.name for meter in book.checked.meters]
    if kind in METERS:
        return evolve(key, cost_type=TOKENS, token_type=kind)
    if kind in COST_TYPES:
        return evolve(key, cost_type=COST_TYPES[kind])
    if kind in COST_TYPES.values():
        return evolve(key, cost_type=kind)
    if kind in meters:
        return evolve(key, cost_type=TOKENS, token_type=TOKEN_TYPES.get(kind, kind))
    known = [*METERS, *meters]
    raise UsageError(
        "unknown_token_type",
        f"`token_type` is {shown(kind)}",
        help_for(kind, known, "known"),
    )


def is_invoice(source: object) -> bool:
    """Says whether a source is the path of a CSV file."""
    return isinstance(source, str | os.PathLike) and str(os.fspath(source)).lower().endswith(
        (".csv", ".tsv")
    )


__all__ = ["COLUMNS", "invoice_side", "is_invoice"]
