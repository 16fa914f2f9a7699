"""Tables as plain text."""

from __future__ import annotations

from itertools import zip_longest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricelang.present.table import Table


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


def width_of(cell: str) -> int:
    """The columns that a cell takes, whose text may be of several lines."""
    return max(map(len, cell.split("\n"))) if "\n" in cell else len(cell)


def table_lines(table: Table) -> Iterator[str]:
    """The lines of a table as plain text; the rows that sum up stand under a rule."""
    columns = padded(table)
    widths = [max(map(width_of, column)) for column in columns]
    ruled = {1, len(table.rows) - table.totals + 1} if table.totals else {1}
    if table.title:
        yield table.title
    for number, cells in enumerate(zip(*columns, strict=True)):
        if number in ruled:
            yield "  ".join("-" * width for width in widths)
        for lines in zip_longest(*(cell.split("\n") for cell in cells), fillvalue=""):
            yield "  ".join(
                line.ljust(width) for line, width in zip(lines, widths, strict=True)
            ).rstrip()
