"""Prices and derivations that decide nothing for any request that exists."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from pricelang.compile.reach import Dead, Reach
from pricelang.model import book as m
from pricelang.model.requests import is_yes
from pricelang.model.space import meet
from pricelang.solver.answers import Meets
from pricelang.solver.witness_search import Constraint


def check_rates(reach: Reach) -> None:
    """Rows of rates, cell by cell; a row of which no cell decides is one fault.
    What says `instead of` hides nothing.
    """
    unreached = [*_unreached_prices(reach)]
    if not unreached:
        return
    rows: dict[tuple[str, int], list[m.Price]] = {}
    for price in reach.book.prices:
        if price.kind != "absent":
            rows.setdefault((price.origin.file, price.origin.line), []).append(price)
    for place in dict.fromkeys((price.origin.file, price.origin.line) for price in unreached):
        cells = rows[place]
        gone = [cell for cell in cells if any(cell is price for price in unreached)]
        name, layer = reach.book.models[cells[0].model].name, reach.layer(cells[0].origin)
        if len(gone) == len(cells):
            whole = reach.dead([cell.scope for cell in cells], layer) or Dead(
                "its meters are not offered while it holds"
            )
            reach.say(f"the row of `{name}`", whole, cells[0].origin)
            continue
        for cell in gone:
            reach.say(
                f"the price of `{reach.book.meters[cell.meter].name}` for `{name}`",
                reach.dead(reach.offered(cell.meter, [cell.scope]), layer),
                cell.origin,
            )


def _unreached_prices(reach: Reach) -> Iterator[m.Price]:
    """The prices that hold for no request that is let through and offered the meter."""
    reached: dict[tuple[int, int], set[int]] = {}
    for tag, price in enumerate(reach.book.prices):
        key = price.meter, reach.layer(price.origin)
        if key not in reached:
            offered: Constraint = reach.decided.meters[price.meter], is_yes
            leaves = reach.leaves(reach.held.prices[price.meter], key[1], offered)
            reached[key] = {*itertools.chain(*leaves)}
        if tag not in reached[key] and price.kind != "absent":
            yield price


def check_derivations(reach: Reach) -> None:
    """Derivations of prices that are derived, or that a published figure stands instead of."""
    book = reach.book
    derived = frozenset(
        tag
        for tag, price in enumerate(book.prices)
        if price.kind == "derived" or price.instead_of is not None
    )
    for tag, line in enumerate(book.derivations):
        layer = reach.layer(line.origin)
        before = {
            at
            for at, x in enumerate(book.derivations)
            if x.rank > line.rank and reach.layer(x.origin) <= layer
        }
        leaves = reach.leaves(
            reach.held.derivations[line.meter],
            layer,
            (reach.held.prices[line.meter], Meets(derived)),
            (reach.decided.meters[line.meter], is_yes),
        )
        if any(tag in leaf and before.isdisjoint(leaf) for leaf in leaves):
            continue
        reach.say(
            f"a derivation of `{book.meters[line.meter].name}`",
            _why_underived(reach, line, [book.prices[tag] for tag in sorted(derived)]),
            line.origin,
        )


def _why_underived(reach: Reach, line: m.Derivation, derived: Sequence[m.Price]) -> Dead | None:
    rows = [price.scope for price in derived if price.meter == line.meter]
    own = [scope for scope in (meet(row, line.scope) for row in rows) if scope is not None]
    layer = reach.layer(line.origin)
    if not rows or (not own and reach.dead([line.scope], layer) is None):
        return Dead(f"no price of `{reach.book.meters[line.meter].name}` is derived there")
    before = [
        (x.scope, x.origin)
        for x in reach.book.derivations
        if x.meter == line.meter and x.rank > line.rank and reach.layer(x.origin) <= layer
    ]
    return reach.dead(reach.offered(line.meter, own or [line.scope]), layer, before)
