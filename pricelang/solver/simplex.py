"""Linear programs, solved exactly:
whether quantities of zero or more meet some inequalities, and how far.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

Row = tuple[Sequence[Fraction], Fraction]
"""Coefficients, and what their sum is at most."""


def greatest(
    objective: Sequence[Fraction], rows: Sequence[Row]
) -> tuple[Fraction, list[Fraction]] | None:
    """The greatest value of a bounded objective over numbers of zero or more that meet all rows,
    and where; None where none do.

    The simplex method in two phases by Bland's rule, which ends.
    """
    width, height = len(objective), len(rows)
    one, zero = Fraction(1), Fraction(0)
    table, basis = [], []
    for number, (coefficients, bound) in enumerate(rows):
        sign = one if bound >= 0 else -one
        slack = [sign if other == number else zero for other in range(height)]
        artificial = [one if other == number else zero for other in range(height)]
        table.append([*(sign * x for x in coefficients), *slack, *artificial, sign * bound])
        basis.append(width + number if bound >= 0 else width + height + number)
    needed = [number for number, at in enumerate(basis) if at >= width + height]
    first = [zero] * (width + 2 * height)
    for number in range(height):
        first[width + height + number] = -one
    if needed and _improved(table, basis, first, width + 2 * height) < 0:
        return None
    for number, at in enumerate(
        basis
    ):  # what is left of the first phase stands at zero: out of the basis with it
        if at >= width + height:
            column = next((c for c in range(width + height) if table[number][c]), None)
            if column is not None:
                _pivot(table, basis, number, column)
    value = _improved(table, basis, [*objective, *([zero] * (2 * height))], width + height)
    found = [zero] * width
    for number, at in enumerate(basis):
        if at < width:
            found[at] = table[number][-1]
    return value, found


def _improved(
    table: list[list[Fraction]], basis: list[int], objective: Sequence[Fraction], columns: int
) -> Fraction:
    """Pivots until the objective is at its greatest, and gives that."""
    while True:
        entering = next(
            (c for c in range(columns) if c not in basis and _gain(table, basis, objective, c) > 0),
            None,
        )
        if entering is None:
            return sum(
                (objective[at] * row[-1] for at, row in zip(basis, table, strict=True)), Fraction(0)
            )
        ratios = [
            (row[-1] / row[entering], basis[number], number)
            for number, row in enumerate(table)
            if row[entering] > 0
        ]
        if not ratios:
            raise ValueError("the objective has no bound")
        _pivot(table, basis, min(ratios)[2], entering)


def _gain(
    table: list[list[Fraction]], basis: list[int], objective: Sequence[Fraction], column: int
) -> Fraction:
    return objective[column] - sum(
        (objective[at] * row[column] for at, row in zip(basis, table, strict=True)), Fraction(0)
    )


def _pivot(table: list[list[Fraction]], basis: list[int], number: int, column: int) -> None:
    by = table[number][column]
    table[number] = [x / by for x in table[number]]
    for other, row in enumerate(table):
        if other != number and row[column]:
            times = row[column]
            table[other] = [x - times * y for x, y in zip(row, table[number], strict=True)]
    basis[number] = column
