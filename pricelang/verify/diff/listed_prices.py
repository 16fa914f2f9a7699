"""The price of each meter by one book before any modifier, and the terms of a charge: diagrams."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from typing import Any, Literal, TypeAlias, assert_never

from pricelang.model import book as m
from pricelang.model.diagrams import FREE as FREE_PART
from pricelang.model.diagrams import MINIMUM, POOL, PRICE
from pricelang.verify.diff.align import FREE, UNUSABLE, Listed
from pricelang.verify.diff.aligned_space import NO, NO_LIMIT, YES, Leaf
from pricelang.verify.diff.semantics import BookSemantics, base_size, counter_of, yes
from pricelang.verify.list_prices import charge_of, plain_price

ChargeTerm: TypeAlias = Literal["minimum per use", "free", "tiers"]
"""What a charge says besides its price: the least of a use, free pools, and graduated prices."""


def prices(meaning: BookSemantics) -> dict[str, int]:
    """The price of each meter (`Listed`)."""
    return {meter.name: _price(meaning, index) for index, meter in enumerate(meaning.book.meters)}


def _price(meaning: BookSemantics, index: int) -> int:
    book = meaning.book
    offered = meaning.side.carry(book.decisions.meters[index], yes)
    number = charge_of(book, index)
    listed = _rated(meaning, index) if number is None else _charged(meaning, index, number)
    return meaning.joint.combine(
        [offered, listed],
        lambda leaves: leaves[1],
        lambda leaf: UNUSABLE if leaf == NO else None,
        most=NO_LIMIT,
    )


def _listed(meaning: BookSemantics, index: int, amount: Fraction, size: Fraction) -> Listed:
    per = base_size(meaning.book.meters[index], size)
    return Listed("price", amount / per, per if meaning.sized else None)


# ---- rates of models -----------------------------------------------------------------------------


def _rated(meaning: BookSemantics, index: int) -> int:
    """The price in the tables, whether or not the meter is offered: others may derive from it."""
    if index not in meaning.prices:
        meaning.prices[index] = _with_derived(meaning, index)
    return meaning.prices[index]


def _with_derived(meaning: BookSemantics, index: int) -> int:
    book, joint = meaning.book, meaning.joint
    rows = meaning.side.carry(book.decisions.prices[index], partial(_row, meaning, index))
    bases = sorted({line.of for line in book.derivations if line.meter == index})
    if not bases:
        return joint.map(rows, lambda leaf: UNUSABLE if leaf.kind == "derived" else leaf)

    def factor(leaf: tuple[int, ...]) -> Leaf:
        line = book.derivations[leaf[0]] if leaf else None
        return None if line is None else (bases.index(line.of), line.factor)

    def derived(leaves: tuple[Any, ...]) -> Listed:
        row, line = leaves[:2]
        if line is None:
            return UNUSABLE
        base: Listed = leaves[2 + line[0]]
        if base.kind == "none":
            return UNUSABLE
        sizes = [book.meters[meter].size for meter in (bases[line[0]], index)]
        return Listed("price", base.amount * line[1] * sizes[0] / sizes[1], row.size)

    roots = [
        rows,
        meaning.side.carry(book.decisions.derivations[index], factor),
        *(_rated(meaning, base) for base in bases),
    ]
    return joint.combine(
        roots, derived, lambda row: None if row.kind == "derived" else row, most=NO_LIMIT
    )


def _row(meaning: BookSemantics, index: int, leaf: tuple[int, ...]) -> Listed:
    if not leaf:
        return UNUSABLE
    price = meaning.book.prices[leaf[0]]
    match price.kind:
        case "absent":
            return UNUSABLE
        case "amount":
            return _listed(meaning, index, price.amount or Fraction(0), price.size)
        case "derived":
            per = base_size(meaning.book.meters[index], price.size)
            return Listed("derived", Fraction(0), per if meaning.sized else None)
        case _:
            assert_never(price.kind)


# ---- charges -------------------------------------------------------------------------------------


def _charged(meaning: BookSemantics, index: int, number: int) -> int:
    charge, roots = meaning.book.charges[number], meaning.book.decisions.charges[number]

    def first(leaf: tuple[int, ...]) -> Listed:
        price = plain_price(charge, leaf)
        return UNUSABLE if price is None else _listed(meaning, index, price.amount, price.size)

    return meaning.joint.combine(
        [meaning.side.carry(roots[FREE_PART], yes), meaning.side.carry(roots[PRICE], first)],
        lambda leaves: leaves[1],
        lambda leaf: FREE if leaf == YES else None,
    )


def charge_terms(meaning: BookSemantics) -> dict[tuple[str, ChargeTerm], int]:
    """The terms of each charge, by its meter, as tuples in base units."""
    return dict(_terms(meaning))


def _terms(meaning: BookSemantics) -> Iterator[tuple[tuple[str, ChargeTerm], int]]:
    book, carry = meaning.book, meaning.side.carry
    for charge, roots in zip(book.charges, book.decisions.charges, strict=True):
        meter = book.meters[charge.meter]
        yield (
            (meter.name, "minimum per use"),
            carry(roots[MINIMUM], partial(_minimum, meter, charge)),
        )
        yield (meter.name, "free"), carry(roots[POOL], partial(_pools, book, charge))
        yield (meter.name, "tiers"), carry(roots[PRICE], partial(_tiers, book, charge))


def _minimum(meter: m.Meter, charge: m.Charge, leaf: tuple[int, ...]) -> Leaf:
    return (base_size(meter, charge.minimums[leaf[0]].quantity),) if leaf else ()


def _pools(book: m.Book, charge: m.Charge, leaf: tuple[int, ...]) -> Leaf:
    pools, meter = [charge.pools[number] for number in leaf], book.meters[charge.meter]
    return tuple(
        sorted(
            (base_size(meter, pool.quantity), counter_of(book, pool.account, pool.scope))
            for pool in pools
        )
    )


def _tiers(book: m.Book, charge: m.Charge, leaf: tuple[int, ...]) -> Leaf:
    meter = book.meters[charge.meter]

    def tier(after: Fraction, price: m.ChargePrice) -> tuple[Fraction, str, Fraction]:
        amount = price.amount / base_size(meter, price.size)
        return base_size(meter, after), counter_of(book, price.account, price.scope), amount

    held = (charge.prices[number] for number in leaf)
    return tuple(sorted(tier(price.after, price) for price in held if price.after is not None))
