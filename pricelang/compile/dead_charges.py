"""Lines of charges that decide nothing for any request that exists and may use the meter."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from pricelang.compile.decisions import Tags
from pricelang.compile.reach import Reach, Rule, scopes_and_origins
from pricelang.compile.reasons import check_reasons
from pricelang.model import book as m
from pricelang.model.diagrams import FREE
from pricelang.model.requests import is_yes
from pricelang.solver.answers import Apart
from pricelang.solver.witness_search import Constraint


def check_charge_lines(reach: Reach) -> None:
    """Adds a fault for each line of a charge that decides nothing where its meter is offered."""
    for number, charge in enumerate(reach.book.charges):
        offered: Constraint = reach.decided.meters[charge.meter], is_yes
        if reach.requests.find([offered, reach.requests.existing]) is None:
            continue  # which is said of the meter
        prices, minimums, pools, _ = reach.decided.charges[number]
        _charge_lines(reach, number, "price", prices, scopes_and_origins(charge.prices))
        _charge_lines(reach, number, "minimum", minimums, scopes_and_origins(charge.minimums))
        _charge_lines(reach, number, "pool", pools, scopes_and_origins(charge.pools))
        name = reach.book.meters[charge.meter].name
        free = [(reach.offered(charge.meter, [x.scope]), x.origin) for x in charge.free]
        check_reasons(
            reach, f"a `free` of `{name}`", reach.held.charges[number][FREE], free, offered
        )


def _charge_lines(reach: Reach, number: int, what: str, root: int, lines: Sequence[Rule]) -> None:
    """Lines of a charge; a price that a contract amended in part stands in several pieces."""
    charge = reach.book.charges[number]
    pieces: dict[m.Origin, list[int]] = {}
    for tag, (_, origin) in enumerate(lines):
        pieces.setdefault(origin, []).append(tag)
    reached: dict[int, set[int]] = {}
    for origin, tags in pieces.items():
        layer = reach.layer(origin)
        if layer not in reached:
            reached[layer] = {*itertools.chain(*_charged_leaves(reach, number, root, layer))}
        if reached[layer].isdisjoint(tags):
            scopes = reach.offered(charge.meter, [lines[tag][0] for tag in tags])
            free = [x for x in charge.free if reach.layer(x.origin) <= layer]
            reach.say(
                f"a {what} of `{reach.book.meters[charge.meter].name}`",
                reach.dead(scopes, layer, scopes_and_origins(free)),
                origin,
            )


def _charged_leaves(reach: Reach, number: int, root: int, layer: int) -> frozenset[Tags]:
    """The leaves of a diagram of a charge where its meter is offered, and not free."""
    charge = reach.book.charges[number]
    free = frozenset(tag for tag, x in enumerate(charge.free) if reach.layer(x.origin) <= layer)
    offered: Constraint = reach.decided.meters[charge.meter], is_yes
    return reach.leaves(root, layer, offered, (reach.held.charges[number][FREE], Apart(free)))
