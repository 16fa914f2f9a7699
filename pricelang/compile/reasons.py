"""Lines that say why: each decides something, and no two give two reasons for one request."""

from __future__ import annotations

from collections.abc import Sequence

from pricelang.check.draft import span_of
from pricelang.compile.reach import Line, Reach, reason
from pricelang.solver.witness_search import Constraint


def check_reasons(
    reach: Reach, what: str, root: int, lines: Sequence[Line], *constraints: Constraint
) -> None:
    """Lines of one kind that say why: each decides something,
    and no two of one book give two reasons for one request.
    """
    layers = [reach.layer(origin) for _, origin in lines]
    leaves = {layer: reach.leaves(root, layer, *constraints) for layer in {*layers}}
    kept = {*range(len(lines))}
    for tag, (scopes, origin) in reversed([*enumerate(lines)]):
        same = {
            other
            for other in kept - {tag}
            if layers[other] < layers[tag]  # the book below has said it first
            or (layers[other] == layers[tag] and reason(lines[other][1]) == reason(origin))
        }
        if not any(tag in leaf and same.isdisjoint(leaf) for leaf in leaves[layers[tag]]):
            before = [
                (scope, lines[other][1]) for other in sorted(same) for scope in lines[other][0]
            ]
            reach.say(what, reach.dead(scopes, layers[tag], before), origin)
            kept.remove(tag)
    for tag, (_, origin) in enumerate(lines):
        rivals = {
            other
            for other in range(tag)
            if reason(lines[other][1]) != reason(origin) and layers[other] == layers[tag]
        }
        met = {other for leaf in leaves[layers[tag]] if tag in leaf for other in leaf} & rivals
        if met:
            _two_reasons(reach, what, root, tag, min(met), lines, constraints)


def _two_reasons(
    reach: Reach,
    what: str,
    root: int,
    tag: int,
    other: int,
    lines: Sequence[Line],
    constraints: Sequence[Constraint],
) -> None:
    origin = lines[tag][1]
    both: Constraint = root, lambda leaf: tag in leaf and other in leaf
    witness = reach.requests.find([both, *constraints, reach.let_through(reach.layer(origin))])
    if witness is not None:
        reach.draft.fault(
            "overlap",
            f"{what} gives another reason for a request than one before it",
            span_of(origin),
            f"such a request: {reach.draft.space.describe(witness)}",
            (span_of(lines[other][1]), "the other"),
        )
