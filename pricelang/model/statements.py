"""The other rules of a book: refusals, what is free, notes, roundings, conversions and figures."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, TypeAlias

from attrs import frozen

from pricelang.model.origins import Origin
from pricelang.present.decimals import RoundingMode
from pricelang.solver.boxes import Scope

Stage: TypeAlias = Literal["unit_price", "line", "total"]


@frozen(eq=False, repr=False)
class Remark:
    """A refusal, a `free` or a note: a scope and a text."""

    scope: Scope
    text: str
    origin: Origin


@frozen(eq=False, repr=False)
class Rounding:
    """Rounding of a stage (unit_price, line, total) to a step in the currency."""

    stage: Stage
    scope: Scope
    step: Fraction
    currency: str
    mode: RoundingMode
    origin: Origin


@frozen(eq=False, repr=False)
class Conversion:
    """Amounts times `rate` are in `currency`."""

    currency: str
    scope: Scope
    rate: Fraction
    origin: Origin


@frozen(eq=False, repr=False)
class Figure:
    """A fact that prices nothing: a number for a row, from a day (UTC seconds) on;
    `key` heads the column that names the rows.
    """

    table: str
    model: int | None
    row: str
    start: int
    column: str
    value: Fraction
    unit: str
    origin: Origin
    key: str = "model"
