"""Last pass: what must be decided over all requests: gaps,
overlaps, and lines that never decide, each with a witness.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Container, Sequence

from attrs import define, evolve, field

from pricelang.check.draft import Draft, span_of
from pricelang.compile.decisions import Tags, not_refused_by, strongest, where_excluded
from pricelang.compile.reach import Reach, reason
from pricelang.model import book as m
from pricelang.model.requests import Point, is_no, is_yes
from pricelang.model.space import day, meet
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
    _leaves: dict[int, set[Tags]] = field(factory=dict, init=False)
    _deciding: dict[int, set[Tags]] = field(factory=dict, init=False)

    def leaves(self, layer: int) -> set[Tags]:
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


# ---- exclusions ----------------------------------------------------------------------------------


def check_exclusions(reach: Reach) -> None:
    """An exclusion is of two that could both have effect, refuses what nothing else does,
    and is declared once for each request.
    """
    book, draft = reach.book, reach.draft
    names = tuple(modifier.name for modifier in book.modifiers)
    kept = [*book.exclusions]
    for number, exclusion in reversed([*enumerate(book.exclusions)]):
        label, span = exclusion.label(names), span_of(exclusion.origin)
        draft.deciding(f"the exclusion of `{label}` cuts", span)
        for other in book.exclusions[:number]:
            _check_twice(reach, exclusion, other, label)
        meeting = _meeting(reach, exclusion)
        if reach.requests.find([meeting, reach.requests.existing]) is None:
            draft.fault(
                "never_decides",
                f"the exclusion of `{label}` never decides: they never both have effect",
                span,
                severity=_severity(reach, [meeting]),
            )
            kept.remove(exclusion)
            continue
        layer = reach.layer(exclusion.origin)
        others = [
            x for x in kept if _pair(x) != _pair(exclusion) and reach.layer(x.origin) <= layer
        ]
        elsewhere = [*_not_refused_by_lines(reach), *(_not_excluded(reach, x) for x in others)]
        if reach.requests.find([meeting, *elsewhere, reach.let_through(layer)]) is None:
            places = (
                ((span_of(others[0].origin), "refuses some of them"),) if len(others) == 1 else ()
            )
            draft.fault(
                "never_decides",
                f"the exclusion of `{label}` never decides: other rules refuse every "
                "request that it would",
                span,
                None,
                *places,
                severity=_severity(reach, [meeting, *elsewhere]),
            )
            kept.remove(exclusion)


def _severity(reach: Reach, constraints: Sequence[Constraint]) -> str:
    """A warning where names and dates alone would let an exclusion decide."""
    by_name = reach.requests.find([*constraints, reach.requests.named])
    return "error" if by_name is None else "warning"


def _pair(exclusion: m.Exclusion) -> set[int | None]:
    return {exclusion.left, exclusion.right}


def _check_twice(reach: Reach, exclusion: m.Exclusion, other: m.Exclusion, label: str) -> None:
    if _pair(exclusion) != _pair(other):
        return
    requests = reach.requests
    witness = requests.find(
        [_meeting(reach, exclusion), requests.within(other.scope), requests.existing]
    )
    if witness is not None:
        reach.draft.fault(
            "overlap",
            f"`{label}` is excluded twice for one request",
            span_of(exclusion.origin),
            f"such a request: {reach.draft.space.describe(witness)}",
            (span_of(other.origin), "the other"),
        )


def _meeting(reach: Reach, exclusion: m.Exclusion) -> Constraint:
    """That a request is in the scope of an exclusion, and both of its modifiers have effect."""
    inside, _ = reach.requests.within(exclusion.scope)
    return _where_excluded(reach, exclusion, inside), is_yes


def _not_excluded(reach: Reach, exclusion: m.Exclusion) -> Constraint:
    root = reach.decided.exclusions[reach.book.exclusions.index(exclusion)]
    return _where_excluded(reach, exclusion, root), is_no


def _where_excluded(reach: Reach, exclusion: m.Exclusion, root: int) -> int:
    forest, modifiers = reach.requests.forest, reach.book.modifiers
    return where_excluded(forest, exclusion, root, modifiers, reach.decided.modifiers)


# ---- what is left to price -----------------------------------------------------------------------


def _not_refused_by_lines(reach: Reach) -> list[Constraint]:
    """That no modifier refuses a request."""
    return [
        not_refused_by(modifier, root)
        for modifier, root in zip(reach.book.modifiers, reach.decided.modifiers, strict=True)
    ]


def check_requests(reach: Reach) -> None:
    """Some request exists that no rule refuses, or the book prices nothing."""
    draft, span = reach.draft, reach.draft.layers[-1].header.span
    draft.deciding("the rules cut", span)
    top = len(draft.layers) - 1
    if not reach.book.models:
        draft.fault(
            "no_request",
            "the book has no model, so that no request exists",
            span,
            "add a table `models`",
        )
    elif reach.requests.find([*_not_refused_by_lines(reach), reach.let_through(top)]) is None:
        draft.fault(
            "no_request",
            "every request is refused, so that the book prices nothing",
            span,
            "narrow what refuses them",
        )


def check_models(draft: Draft, prices: Sequence[m.Price]) -> None:
    """Every model has some price from the day of its release on."""
    first: dict[int, int] = {}
    for price in prices:
        if price.kind != "absent":
            mask = dict(price.scope).get(m.DATES, 1)
            start = (mask & -mask).bit_length() - 1
            first[price.model] = min(first.get(price.model, start), start)
    for index, model in enumerate(draft.space.models):
        mask = draft.space.since_release(index)
        release = (mask & -mask).bit_length() - 1
        if prices and index not in first:
            draft.fault("no_price", f"no row of rates is for `{model.name}`", span_of(model.origin))
        elif first.get(index, release) > release:
            begins = day(draft.space.instant(first[index]))
            draft.fault(
                "no_price",
                f"`{model.name}` has no price from its release to {begins}",
                span_of(model.origin),
                f"add a row from {day(model.released)}",
            )


def check_charges(reach: Reach) -> None:
    """A charge has a price wherever its meter is offered."""
    book, draft, top = reach.book, reach.draft, len(reach.draft.layers) - 1
    for charge, roots in zip(book.charges, reach.decided.charges, strict=True):
        meter = book.meters[charge.meter]
        draft.deciding(f"the charge of `{meter.name}` cuts", span_of(charge.origin))
        whole = {tag for tag, line in enumerate(charge.prices) if line.after is None}
        witness = reach.requests.find(
            [
                (reach.decided.meters[charge.meter], is_yes),
                (roots[0], whole.isdisjoint),
                (roots[3], is_no),
                reach.let_through(top),
            ]
        )
        if witness is not None:
            draft.fault(
                "gap",
                f"`{meter.name}` has no price for every request that may use it",
                span_of(charge.origin),
                f"no price for: {draft.space.describe(witness)}",
            )


def check_priced(draft: Draft, rated: Container[int], charges: Sequence[m.Charge]) -> None:
    """Every meter has rates or a charge."""
    charged = {charge.meter for charge in charges}
    for index, meter in enumerate(draft.meters):
        if index not in rated and index not in charged:
            draft.fault(
                "no_price",
                f"no table and no charge says what `{meter.name}` costs",
                span_of(meter.origin),
                f"add a column `{meter.name}` to a table of rates, or `charge {meter.name}`",
            )


def check_request_limits(reach: Reach) -> None:
    """A floor and a cap of one request do not cross, or their order would decide."""
    requests, draft, top = reach.requests, reach.draft, len(reach.draft.layers) - 1
    rows = [row for limit in reach.book.limits for row in limit.lines if row.target == "request"]
    floors, caps = (
        [row for row in rows if row.at_least],
        [row for row in rows if not row.at_least],
    )
    for floor, cap in itertools.product(floors, caps):
        shared = meet(floor.scope, cap.scope) if floor.amount > cap.amount else None
        if shared is None:
            continue
        witness = requests.find([requests.within(shared), reach.let_through(top)])
        if witness is not None:
            draft.fault(
                "overlap",
                "a floor above a cap holds for the same requests",
                span_of(floor.origin),
                f"such a request: {draft.space.describe(witness)}",
                (span_of(cap.origin), "the cap"),
            )
