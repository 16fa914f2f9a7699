"""Percentages as factors: `x 25%` may be a quarter of the price or a quarter off it, so that
no factor is written so; `25% off` says which.
"""

from __future__ import annotations

from pricelang.check.draft import Draft
from pricelang.present.decimals import grouped
from pricelang.syntax import tree as t


def check_factors(draft: Draft, clause: t.FactorClause) -> None:
    """Reports the numbers of a factor that are percentages, unless they are `off`."""
    if clause.off:
        return
    for number in (clause.number, clause.instead_of):
        if number is not None:
            check_factor(draft, number)


def check_factor(draft: Draft, number: t.Number, written: str = "x {}") -> None:
    """Reports a factor that is a percentage: it may be what is paid or what is taken
    away (or added). `written` is how the factor stands in its sentence.
    """
    if not number.written.endswith("%"):
        return
    part, rest = number.value, abs(1 - number.value)

    def said(factor: str) -> str:
        return f"`{written.format(factor)}`"

    takes = f"`{number.written} off`" if written == "x {}" else said(grouped(rest))
    other = (
        f"{takes} takes {number.written} away"
        if part < 1
        else f"{said(grouped(1 + part))} adds {number.written} to it"
    )
    draft.fault(
        "percent",
        f"{said(number.written)} may be read in two ways",
        number.span,
        f"write {said(grouped(part))} for {number.written} of the price; {other}",
    )
