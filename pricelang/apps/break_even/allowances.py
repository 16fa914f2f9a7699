"""When the free allowances of a day end, and what is paid then."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from attrs import frozen

from pricelang.apps.break_even.figures import figure_of
from pricelang.evaluate.combination import Combination, cell_at
from pricelang.evaluate.line_rates import Rate
from pricelang.model import book as m
from pricelang.model import rule_kinds as k
from pricelang.model import rules as r
from pricelang.model.requests import is_no, is_yes
from pricelang.model.units import plural
from pricelang.solver.witness_search import Constraint
from pricelang.verify.analysis import Analysis


@frozen
class PoolEnd:
    """When a free allowance ends: after `quantity` (in `unit`) for one `account`,
    or after that many `uses` that count as `least`.

    From then on `price` is paid for `per`, in `currency`.
    `location` is the `file:line` of its rule.
    """

    meter: str
    title: str
    quantity: Fraction
    unit: str
    account: str
    uses: int | None
    least: str | None
    price: Fraction
    per: str
    currency: str
    location: str


def allowance_ends(analysis: Analysis, seconds: int) -> Iterator[PoolEnd]:
    """The free allowances of a day, for the plainest request that draws on each."""
    book, decided = analysis.book, analysis.book.decisions
    here = analysis.within(((m.DATES, 1 << bisect_right(book.boundaries, seconds)),))
    for rule in r.rules_of(book):
        if not isinstance(rule, k.ChargePoolRule):
            continue
        charge = book.charges[rule.charge]
        *_, pools, free = decided.charges[rule.charge]
        tests: list[Constraint] = [
            here,
            (pools, _holds(rule.index)),
            (decided.meters[charge.meter], is_yes),
            (free, is_no),
            analysis.usable,
            analysis.billed,
        ]
        point = analysis.find(tests)
        if point is not None:
            yield _end(book, charge, rule.line, cell_at(book, point))


def _end(book: m.Book, charge: m.Charge, pool: m.ChargeQuantity, cell: Combination) -> PoolEnd:
    meter = book.meters[charge.meter]
    rate = cell.rates[meter.name]
    price, per, currency = figure_of(book, cell, charge.meter)
    minimum = rate.minimum if isinstance(rate, Rate) else None
    return PoolEnd(
        meter.name,
        charge.title,
        pool.quantity,
        plural(meter.unit),
        pool.account,
        None if minimum is None else -int(-pool.quantity // minimum.quantity),
        minimum.written if minimum else None,
        price,
        per,
        currency,
        pool.origin.place,
    )


def _holds(index: int) -> Callable[[Any], bool]:
    return lambda leaf: index in leaf
