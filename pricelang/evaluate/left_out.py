"""What the price of one request leaves out, since it belongs to an account, in words."""

from __future__ import annotations

from typing import assert_never

from pricelang.evaluate.offers import Point
from pricelang.model import book as m
from pricelang.model.ladder_words import ladder_words
from pricelang.model.space import holds, value_at
from pricelang.model.units import plural
from pricelang.present.decimals import grouped


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


def ladders_left_out(book: m.Book, point: Point) -> tuple[str, ...]:
    """The ladders that count a request at the first tier of each; one that names another tier is
    priced in that.
    """
    return tuple(
        ladder_left_out(book, dimension, dimension.ladder)
        for index, dimension in enumerate(book.dimensions)
        if dimension.ladder is not None
        and value_at(point, index) == dimension.default
        and holds(dimension.ladder.scope, point)
    )


def ladder_left_out(book: m.Book, dimension: m.Dimension, ladder: m.Ladder) -> str:
    """A ladder whose count is not known."""
    return f"the tiers of `{dimension.name}`: {ladder_words(book, dimension, ladder)}"
