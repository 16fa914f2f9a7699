"""What the price of one request leaves out, since it belongs to an account, in words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import assert_never

from pricelang.evaluate.offers import Point, is_at
from pricelang.model import book as m
from pricelang.model.diagrams import FREE, POOL, PRICE
from pricelang.model.ladder_words import ladder_words
from pricelang.model.points import LeftOut, Where
from pricelang.model.space import axis_of, meet
from pricelang.model.units import plural
from pricelang.present.decimals import grouped


def left_out_at(book: m.Book, point: Point) -> tuple[LeftOut, ...]:
    """What requests of a point leave out."""
    return tuple(one for one in left_out_of(book) if is_at(book, one.where, point))


@lru_cache(maxsize=16)
def left_out_of(book: m.Book) -> tuple[LeftOut, ...]:
    """All that requests to a book leave out, and where."""
    return (*_limits(book), *_ladders(book), *_charges(book))


def _limits(book: m.Book) -> Iterator[LeftOut]:
    for index, limit in enumerate(book.limits):
        for tag, line in enumerate(limit.lines):
            if line.target == "account":
                where = Where((), ((book.decisions.limits[index], (tag,)),))
                yield LeftOut(where, limit_left_out(book, limit, line))


def _ladders(book: m.Book) -> Iterator[LeftOut]:
    """The ladders that count a request at the first tier of each; one that names another tier is
    priced in that.
    """
    for index, dimension in enumerate(book.dimensions):
        ladder = dimension.ladder
        if ladder is not None:
            scope = meet(ladder.scope, ((axis_of(index), 1 << dimension.default),))
            if scope is not None:
                text = ladder_left_out(book, dimension, ladder)
                yield LeftOut(Where(scope), text, dimension=dimension.name)


def _charges(book: m.Book) -> Iterator[LeftOut]:
    """The pools and the later tiers of meters, where they are not free."""
    for index, charge in enumerate(book.charges):
        roots, meter = book.decisions.charges[index], book.meters[charge.meter]
        pools = ((POOL, tag, pool_left_out(meter, pool)) for tag, pool in enumerate(charge.pools))
        tiers = (
            (PRICE, tag, tier_left_out(meter, price))
            for tag, price in enumerate(charge.prices)
            if price.after is not None
        )
        for part, tag, text in (*pools, *tiers):
            where = Where((), ((roots[part], (tag,)), (roots[FREE], ())))
            yield LeftOut(where, text, meter=charge.meter)


def limit_left_out(book: m.Book, limit: m.Limit, line: m.LimitLine) -> str:
    """What an account owes at least or at most, has committed to, or has been given."""
    on = ", ".join(book.meters[meter].name for meter in line.meters)
    amount = f"{grouped(line.amount)} {book.currency} per {line.per}" + (f" on {on}" if on else "")
    match limit.kind:
        case "limit":
            return f"`{limit.name}`: {'at least' if line.at_least else 'at most'} {amount}"
        case "commitment" | "credit":
            return f"the {limit.kind} `{limit.name}`: {amount}"
        case _:
            assert_never(limit.kind)


def pool_left_out(meter: m.Meter, pool: m.ChargeQuantity) -> str:
    """A free allowance."""
    return f"the first {pool.written} of `{meter.name}` free per {pool.account}"


def tier_left_out(meter: m.Meter, price: m.ChargePrice) -> str:
    """A price after some units of an account."""
    after = grouped(price.after or 0)
    return f"the price of `{meter.name}` after {after} {plural(meter.unit)} per {price.account}"


def ladder_left_out(book: m.Book, dimension: m.Dimension, ladder: m.Ladder) -> str:
    """A ladder whose count is not known."""
    return f"the tiers of `{dimension.name}`: {ladder_words(book, dimension, ladder)}"
