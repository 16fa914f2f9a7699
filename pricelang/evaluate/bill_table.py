"""The lines of a bill as a table, each with the place of its price."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from pricelang.evaluate.bill_lines import Line
from pricelang.model.units import unit_behind
from pricelang.present.decimals import grouped, money
from pricelang.present.readable import readable_amount, readable_quantity
from pricelang.present.table import NotedCell, Table

HEADERS = ("meter", "quantity", "unit", "unit price", "rules", "amount")


def lines_table(lines: Sequence[Line], total: str, currency: str) -> Table:
    """The table of some lines, which come to `total`."""
    models = list(dict.fromkeys(line.model for line in lines))
    rows = [_row(line, currency, len(models) > 1) for line in lines]
    rows.append(("total", "", "", "", "", total))
    return Table(HEADERS, tuple(rows), frozenset({1, 3, 5}), 1, ", ".join(models) or "no usage")


def _row(line: Line, currency: str, named: bool) -> tuple[str, ...]:
    """A line; `named` where the bill is of several models."""
    quantity = Fraction(line.quantity)
    rules = [f"{factor.rule} x {grouped(Fraction(factor.factor))}" for factor in line.factors]
    note = ", ".join(word for word in (line.model if named else "", line.label) if word)
    return (
        NotedCell(line.meter, line.location, note),
        readable_quantity(quantity),
        unit_behind(quantity, line.unit),
        money(Fraction(line.unit_price), currency),
        "free" if line.free is not None else ", ".join(rules),
        readable_amount(Fraction(line.amount), currency),
    )
