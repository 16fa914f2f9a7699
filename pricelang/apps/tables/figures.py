"""The figures of a day as tables and as data."""

from __future__ import annotations

from pricelang.apps.quote.figure_tables import FigureTable
from pricelang.apps.quote.figures import Found
from pricelang.model.space import day
from pricelang.present.decimals import grouped, plain
from pricelang.present.table import Table


def figures_table(table: FigureTable) -> Table:
    """A row for each label, with what is unsure about it where anything is."""
    unsure = any(row.origin.unsure for row in table.rows)
    rows = tuple(
        (
            row.label,
            day(row.start),
            *(grouped(row[column]) if column in row.values else "-" for column in table.columns),
            *((row.origin.unsure or "",) if unsure else ()),
        )
        for row in table.rows
    )
    return Table(
        (table.key, "from", *table.columns, *(("unsure",) if unsure else ())),
        rows,
        frozenset(range(2, 2 + len(table.columns))),
        title=f"{table.name} in {table.unit}",
    )


def figures_data(table: FigureTable) -> dict[str, object]:
    """The table for JSON."""
    return {
        "table": table.name,
        "unit": table.unit,
        "key": table.key,
        "rows": [_row(table, row) for row in table.rows],
    }


def _row(table: FigureTable, row: Found) -> dict[str, object]:
    figures = {
        column: plain(row[column]) if column in row.values else None for column in table.columns
    }
    return {
        table.key: row.label,
        "from": day(row.start),
        "figures": figures,
        "source": row.origin.source,
        "unsure": row.origin.unsure,
        "location": row.place,
    }
