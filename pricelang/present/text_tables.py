"""Answers as plain text:
tables, and the columns, rows and last lines of requests and records.
"""

from __future__ import annotations

import os
from fractions import Fraction

from pricelang.present.decimals import exact, grouped
from pricelang.present.text import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pricelang.present.table import Table

REQUEST_HEADERS = ("meter", "quantity", "unit", "unit price", "rules", "amount")
REQUEST_NUMBERS = frozenset({1, 5})
TOTAL_HEADERS = ("model", "records", "amount")
TOTAL_NUMBERS = frozenset({1, 2})
MAX_ID = 24

# ---- tables --------------------------------------------------------------------------------------


def padded(table: Table) -> list[list[str]]:
    """The cells by column, header first;
    those of numbers padded so that their points stand below each other.
    """
    columns = []
    for number, header in enumerate(table.headers):
        cells = [row[number] for row in table.rows]
        if number in table.numbers:
            behind = [len(cell) - cell.rfind(".") if "." in cell else 0 for cell in cells]
            most = max(behind, default=0)
            cells = [
                cell + " " * (most - size) if cell else ""
                for cell, size in zip(cells, behind, strict=True)
            ]
            width = max(len(header), *map(len, cells)) if cells else len(header)
            header, cells = header.rjust(width), [cell.rjust(width) for cell in cells]
        columns.append([header, *cells])
    return columns


def table_lines(table: Table) -> Iterator[str]:
    """The lines of a table as plain text; the rows that sum up stand under a rule."""
    columns = padded(table)
    widths = [max(map(len, column)) for column in columns]
    ruled = {1, len(table.rows) - table.totals + 1} if table.totals else {1}
    if table.title:
        yield table.title
    for number, cells in enumerate(zip(*columns, strict=True)):
        if number in ruled:
            yield "  ".join("-" * width for width in widths)
        yield "  ".join(
            cell.ljust(width) for cell, width in zip(cells, widths, strict=True)
        ).rstrip()


def shown_quantity(quantity: Fraction) -> str:
    """A quantity with all its digits, or cut with an ellipsis where they never end;
    the amount stays exact.
    """
    return (
        grouped(quantity)
        if exact(quantity) is not None
        else grouped(Fraction(int(quantity * 10_000), 10_000)) + "…"
    )


# ---- one request ---------------------------------------------------------------------------------


def request_row(
    meter: str, quantity: Fraction, units: Sequence[str], price: str, rules: str, amount: str
) -> tuple[str, ...]:
    """The row of a meter; `units` are its unit's name in the singular and in the plural."""
    return (
        meter,
        shown_quantity(quantity),
        units[0] if quantity == 1 else units[1],
        price,
        rules,
        amount,
    )


def request_total(amount: str) -> tuple[str, ...]:
    """The last row of a request."""
    return ("total", "", "", "", "", amount)


def note_line(note: Mapping[str, str], records: int | None = None) -> str:
    """A note (`Note.to_dict`) under a table, with the number of records that it is of."""
    count = f" ({records:,} record{'s' if records != 1 else ''})" if records is not None else ""
    return f"{note['level']}: {note['code']}: {printable(note['text'])}{count}"


# ---- records -------------------------------------------------------------------------------------


def record_headers(meters: Sequence[str], ids: bool) -> tuple[str, ...]:
    """The headers of a table of records."""
    return ("record", *(["id"] if ids else []), "model", *meters, "amount")


def record_numbers(headers: Sequence[str], meters: Sequence[str]) -> frozenset[int]:
    """Which columns of such a table are numbers."""
    return frozenset(range(len(headers) - len(meters) - 1, len(headers)))


def record_row(
    record: str,
    id: str | None,
    model: str,
    meters: Sequence[str],
    quantities: Mapping[str, Fraction],
    amount: str,
) -> tuple[str, ...]:
    """A row of such a table; `id` is None where it has no column of ids."""
    counts = [shown_quantity(quantities[name]) if quantities.get(name) else "" for name in meters]
    return (record, *([] if id is None else [cut_id(id)]), model, *counts, amount)


def counts_line(
    priced: int,
    free: int,
    skipped: int,
    refused: int,
    broken: int = 0,
    outside: int = 0,
    warned: int = 0,
) -> str:
    """How many records were read, and what became of them; `broken` of the skipped are malformed or
    cut, those `outside` of the period asked for and those `warned` of, whose amounts are in doubt,
    are told where there are any.
    """
    read = priced + free + skipped + refused + outside
    left_out = f", {outside:,} outside of the period" if outside else ""
    doubtful = f", {warned:,} with warnings" if warned else ""
    which = f" ({broken:,} of them malformed or cut)" if broken else ""
    return (
        f"{read:,} read: {priced:,} priced, {free:,} free, {skipped:,} skipped{which}, "
        f"{refused:,} refused{left_out}{doubtful}"
    )


def shared_folder(files: Iterable[str]) -> str:
    """The folder that several files share, which their names need not repeat."""
    try:
        return os.path.commonpath([os.path.dirname(file) for file in files if file != "-"])
    except ValueError:  # no file, or files that share nothing
        return ""


def short_place(file: str, line: int | None, folder: str) -> str:
    """`FILE:LINE` without the folder."""
    file = file.removeprefix(folder + os.sep) if folder else file
    return file if line is None else f"{file}:{line}"


def cut_id(text: str) -> str:
    """An id that fits its column."""
    return text if len(text) <= MAX_ID else text[: MAX_ID - 1] + "…"
