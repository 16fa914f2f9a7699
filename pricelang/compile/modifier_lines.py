"""The lines of each modifier: they settle what meets its `when`, say one thing of a request, and
each decides something.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import define, evolve, field

from pricelang.check.draft import Draft, span_of
from pricelang.compile.decisions import Tags, strongest
from pricelang.compile.reach import Reach, reason
from pricelang.model import book as m
from pricelang.model.requests import Point
from pricelang.solver.witness_search import Constraint

MAX_LINES = 2_000


def lines_are_few(draft: Draft, modifiers: Sequence[m.Modifier]) -> bool:
    """Whether no modifier has more lines than are worth deciding; else it is a fault."""
    many = [modifier for modifier in modifiers if len(modifier.lines) > MAX_LINES]
    for modifier in many:
        draft.fault(
            "too_large",
            f"`{modifier.name}` has more than {MAX_LINES:,} lines",
            span_of(modifier.origin),
        )
    return not many


def check_modifiers(reach: Reach) -> None:
    """Each modifier settles what meets its `when`, says one thing,
    and has no line that never decides.
    """
    for index, modifier in enumerate(reach.book.modifiers):
        reach.draft.deciding(f"the lines of `{modifier.name}` cut", span_of(modifier.origin))
        lines = _Lines(reach, modifier, reach.held.modifiers[index])
        _check_lines(lines)
        _check_overlaps(lines)
        _check_gap(lines)


@define(eq=False, repr=False)
class _Lines:
    """The lines of a modifier, and the leaves of its diagram that requests reach."""

    reach: Reach
    modifier: m.Modifier
    root: int
    _leaves: dict[int, frozenset[Tags]] = field(factory=dict, init=False)
    _deciding: dict[int, set[Tags]] = field(factory=dict, init=False)

    def leaves(self, layer: int) -> frozenset[Tags]:
        """What holds together for requests that a book of the layers lets through."""
        if layer not in self._leaves:
            self._leaves[layer] = self.reach.leaves(self.root, layer)
        return self._leaves[layer]

    def deciding(self, layer: int) -> set[Tags]:
        """The lines that decide together for requests that a book of the layers lets through."""
        if layer not in self._deciding:
            leaves = self.leaves(layer)
            self._deciding[layer] = {strongest(self.modifier, leaf) for leaf in leaves}
        return self._deciding[layer]

    def find(self, test: Constraint) -> Point | None:
        """A request that the modifier's own book lets through and that meets a test."""
        reach = self.reach
        return reach.requests.find([test, reach.let_through(reach.layer(self.modifier.origin))])


def _before(modifier: m.Modifier, line: m.ModifierLine) -> list[m.ModifierLine]:
    """The lines that decide before a line does."""
    order = {"refuse": 0, "no_effect": 1, "factor": 2, "add": 2}
    mine = (line.otherwise, order[line.outcome])
    others = [x for x in modifier.lines if x is not line]
    if line.otherwise:
        return [x for x in others if not x.otherwise or (x.otherwise, order[x.outcome]) < mine]
    return [x for x in others if not x.otherwise and order[x.outcome] < mine[1]]


def _check_lines(lines: _Lines) -> None:
    """Lines that never decide.
    A line that a contract amended in part stands in several pieces, of which one is enough.
    """
    reach, modifier = lines.reach, lines.modifier
    pieces: dict[m.Origin, list[int]] = {}
    for tag, line in enumerate(modifier.lines):
        pieces.setdefault(line.origin, []).append(tag)
    gone: set[m.Origin] = set()
    for origin, tags in reversed(pieces.items()):
        line, layer = modifier.lines[tags[0]], reach.layer(origin)
        same = [
            (tag, x)
            for tag, x in enumerate(modifier.lines)
            if line.outcome in ("refuse", "no_effect")
            and _same(line, x)
            and x.origin != origin
            and x.origin not in gone
        ]
        mine, others = {*tags}, {tag for tag, _ in same}
        if any(
            others.isdisjoint(leaf) and not mine.isdisjoint(leaf) for leaf in lines.deciding(layer)
        ):
            continue
        before = [(x.scope, x.origin) for x in _before(modifier, line)]
        before += [(x.scope, x.origin) for _, x in same]
        dead = reach.dead([modifier.lines[tag].scope for tag in tags], layer, before)
        if dead is not None:
            gone.add(origin)
            # an `otherwise` may stand as a safety net, for values that a later day brings
            if line.otherwise:
                dead = evolve(dead, severity="warning")
            reach.say(f"the line of `{modifier.name}`", dead, origin)


def _same(line: m.ModifierLine, other: m.ModifierLine) -> bool:
    """Whether two lines without a factor say the same, so that one of them does."""
    return (line.outcome, line.otherwise) == (other.outcome, other.otherwise) and reason(
        line.origin
    ) == reason(other.origin)


def _check_overlaps(lines: _Lines) -> None:
    """No two lines that decide together say two things."""
    modifier, draft = lines.modifier, lines.reach.draft
    first: dict[int, int] = {}
    for leaf in lines.deciding(lines.reach.layer(modifier.origin)):
        for place, tag in enumerate(leaf):  # one is enough to find the line
            for other in leaf[:place]:
                if other >= first.get(tag, tag):
                    break
                if _clash(modifier.lines[tag], modifier.lines[other]):
                    first[tag] = other
                    break
    for tag, other in sorted(first.items()):
        line = modifier.lines[tag]
        witness = lines.find((lines.root, _deciding_both(modifier, tag, other)))
        if witness is not None:
            words = (
                "hold for one request"
                if line.factors or line.amount
                else "give two reasons for one request"
            )
            draft.fault(
                "overlap",
                f"two lines of `{modifier.name}` {words}",
                span_of(line.origin),
                f"such a request: {draft.space.describe(witness)}",
                (span_of(modifier.lines[other].origin), "the other"),
            )


def _deciding_both(modifier: m.Modifier, tag: int, other: int) -> Callable[[Tags], bool]:
    return lambda leaf: {tag, other} <= {*strongest(modifier, leaf)}


def _clash(line: m.ModifierLine, other: m.ModifierLine) -> bool:
    """Whether two lines, were they to hold together, would say two things of one meter,
    or one thing for two reasons.
    """
    if line.outcome == other.outcome and line.outcome in ("refuse", "no_effect"):
        return reason(line.origin) != reason(other.origin)
    effects = {"factor", "add"}
    if line.outcome in effects and other.outcome in effects:
        mine = {meter for meter, _ in line.factors} | set(line.meters)
        theirs = {meter for meter, _ in other.factors} | set(other.meters)
        return bool(mine & theirs) or not mine or not theirs
    return False


def _check_gap(lines: _Lines) -> None:
    """What meets the `when` of a modifier has a line: no request is in a leaf of that alone."""
    modifier, draft = lines.modifier, lines.reach.draft
    bare = (len(modifier.lines),)
    if bare not in lines.leaves(lines.reach.layer(modifier.origin)):
        return
    witness = lines.find((lines.root, lambda leaf: leaf == bare))
    if witness is not None:
        draft.fault(
            "gap",
            f"`{modifier.name}` does not settle every request that meets its `when`",
            span_of(modifier.origin),
            f"not settled: {draft.space.describe(witness)}; add a line for it, or `otherwise "
            'no effect because "..."`',
        )
