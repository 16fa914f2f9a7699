"""Ladders of tiers: dimensions whose value is set by what an account has used or spent."""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen

from pricelang.model.origins import Origin
from pricelang.solver.boxes import Scope


@frozen(eq=False, repr=False)
class Ladder:
    """What sets the value of a dimension: what has been counted for the holder of a key in a period
    (`account`: `project per month`).

    It counts the units billed of some meters (`counts`, indices, all of one kind of unit), or what
    they cost where it counts what is spent (`spend`; then no meters are all). `starts` has a number
    for each value of the dimension, ascending from 0: what must have been counted before a unit has
    it, in units of that kind (tokens, seconds) or in the book's currency. `scope` is whose usage it
    counts, and where the later values are offered. With `all_units`, the value that the whole
    period reaches holds for all of its units; else each unit has that of its own place (graduated).
    """

    title: str
    counts: tuple[int, ...]
    spend: bool
    account: str
    all_units: bool
    scope: Scope
    starts: tuple[Fraction, ...]
    origin: Origin
