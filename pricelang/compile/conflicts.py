"""Last pass: what must be decided over all requests: gaps,
overlaps, and lines that never decide, each with a witness.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from pricelang.check.draft import Draft, span_of
from pricelang.compile.reach import Reach, reason
from pricelang.model import book as m
from pricelang.model.boxes import TooManyPieces
from pricelang.model.space import Space, day, meet, without

MAX_LINES = 2_000


def check_modifiers(draft: Draft, reach: Reach, modifiers: Sequence[m.Modifier]) -> None:
    """Each modifier settles what meets its `when`, says one thing,
    and has no line that never decides.
    """
    for modifier in modifiers:
        if len(modifier.lines) > MAX_LINES:
            draft.fault(
                "too_large",
                f"`{modifier.name}` has more than {MAX_LINES:,} lines",
                span_of(modifier.origin),
            )
            continue
        refused = [scope for scope, _ in reach.refusals(modifier.origin)]
        try:
            _check_lines(draft, reach, modifier)
            _check_overlaps(draft, modifier, refused)
            _check_gap(draft, modifier, refused)
        except TooManyPieces:
            draft.fault(
                "too_large",
                f"the lines of `{modifier.name}` cut the requests into too many pieces to decide",
                span_of(modifier.origin),
            )


def stronger(modifier: m.Modifier, line: m.ModifierLine) -> list[m.Scope]:
    """The scopes of the lines that decide before a line does."""
    return [other.scope for other in _before(modifier, line)]


def _before(modifier: m.Modifier, line: m.ModifierLine) -> list[m.ModifierLine]:
    order = {"refuse": 0, "no_effect": 1, "factor": 2, "add": 2}
    mine = (line.otherwise, order[line.outcome])
    others = [x for x in modifier.lines if x is not line]
    if line.otherwise:
        return [x for x in others if not x.otherwise or (x.otherwise, order[x.outcome]) < mine]
    return [x for x in others if not x.otherwise and order[x.outcome] < mine[1]]


def _check_lines(draft: Draft, reach: Reach, modifier: m.Modifier) -> None:
    """Lines that never decide.
    A line that a contract amended in part stands in several pieces, of which one is enough.
    """
    pieces: dict[m.Origin, list[m.ModifierLine]] = {}
    for line in modifier.lines:
        pieces.setdefault(line.origin, []).append(line)
    gone: set[m.Origin] = set()
    for origin, lines in reversed(pieces.items()):
        line = lines[0]
        before = [(x.scope, x.origin) for x in _before(modifier, line)]
        if line.outcome in ("refuse", "no_effect"):
            others = [x for x in modifier.lines if _same(line, x)]
            before += [
                (x.scope, x.origin) for x in others if x.origin != origin and x.origin not in gone
            ]
        dead = reach.dead([x.scope for x in lines], origin, before)
        if dead is not None:
            gone.add(origin)
            # an `otherwise` may stand as a safety net, for values that a later day brings
            severity = "warning" if line.otherwise else "error"
            draft.fault(
                "never_decides",
                f"the line of `{modifier.name}` never decides: {dead.why}",
                span_of(origin),
                None,
                *dead.places,
                severity=severity,
            )


def _same(line: m.ModifierLine, other: m.ModifierLine) -> bool:
    """Whether two lines without a factor say the same, so that one of them does."""
    return (line.outcome, line.otherwise) == (other.outcome, other.otherwise) and reason(
        line.origin
    ) == reason(other.origin)


def _check_overlaps(draft: Draft, modifier: m.Modifier, refused: list[m.Scope]) -> None:
    for number, line in enumerate(modifier.lines):
        for other in modifier.lines[:number]:
            if line.otherwise != other.otherwise or not _clash(line, other):
                continue
            shared = meet(line.scope, other.scope)
            if shared is None:
                continue
            before = stronger(modifier, line)
            witness = draft.space.admitted([shared], [*before, *refused])
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
                    (span_of(other.origin), "the other"),
                )
                break  # one is enough to find the line, and many lines could meet many


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


def _check_gap(draft: Draft, modifier: m.Modifier, refused: list[m.Scope]) -> None:
    if not modifier.conditional:
        return
    witness = draft.space.admitted(
        [modifier.when], [*(line.scope for line in modifier.lines), *refused]
    )
    if witness is not None:
        draft.fault(
            "gap",
            f"`{modifier.name}` does not settle every request that meets its `when`",
            span_of(modifier.origin),
            f"not settled: {draft.space.describe(witness)}; add a line for it, or `otherwise "
            'no effect because "..."`',
        )


def check_exclusions(
    draft: Draft, reach: Reach, modifiers: Sequence[m.Modifier], exclusions: Sequence[m.Exclusion]
) -> None:
    """An exclusion is of two that could both have effect, refuses what nothing else does,
    and is declared once for each request.
    """
    names = tuple(modifier.name for modifier in modifiers)
    elsewhere = _refused_by_lines(modifiers)
    refused: dict[m.Exclusion, list[m.Scope]] = {}
    kept = list(exclusions)
    for number, exclusion in reversed([*enumerate(exclusions)]):
        label, span = exclusion.label(names), span_of(exclusion.origin)
        try:
            for other in exclusions[:number]:
                _check_twice(draft, modifiers, exclusion, other, label)
            if _can_meet(draft.space, modifiers, exclusion, exclusion.scope) is None:
                draft.fault(
                    "never_decides",
                    f"the exclusion of `{label}` never decides: they never both have effect",
                    span,
                )
                kept.remove(exclusion)
                continue
            others = [
                x
                for x in kept
                if _pair(x) != _pair(exclusion)
                and reach.layer(x.origin) <= reach.layer(exclusion.origin)
            ]
            holes = [*elsewhere, *(scope for scope, _ in reach.refusals(exclusion.origin))]
            for other in others:
                if other not in refused:
                    refused[other] = _refused_by(draft, modifiers, other)
                holes += refused[other]
            if _can_meet(draft.space, modifiers, exclusion, exclusion.scope, holes) is None:
                places = (
                    ((span_of(others[0].origin), "refuses some of them"),)
                    if len(others) == 1
                    else ()
                )
                draft.fault(
                    "never_decides",
                    f"the exclusion of `{label}` never decides: other rules refuse every "
                    "request that it would",
                    span,
                    None,
                    *places,
                )
                kept.remove(exclusion)
        except TooManyPieces:
            draft.fault(
                "too_large",
                f"the exclusion of `{label}` cuts the requests into too many pieces to decide",
                span,
            )


def _pair(exclusion: m.Exclusion) -> set[int | None]:
    return {exclusion.left, exclusion.right}


def _check_twice(
    draft: Draft,
    modifiers: Sequence[m.Modifier],
    exclusion: m.Exclusion,
    other: m.Exclusion,
    label: str,
) -> None:
    shared = meet(exclusion.scope, other.scope) if _pair(exclusion) == _pair(other) else None
    witness = _can_meet(draft.space, modifiers, exclusion, shared) if shared is not None else None
    if witness is not None:
        draft.fault(
            "overlap",
            f"`{label}` is excluded twice for one request",
            span_of(exclusion.origin),
            f"such a request: {draft.space.describe(witness)}",
            (span_of(other.origin), "the other"),
        )


def _can_meet(
    space: Space,
    modifiers: Sequence[m.Modifier],
    exclusion: m.Exclusion,
    scope: m.Scope,
    holes: Sequence[m.Scope] = (),
) -> tuple[int, ...] | None:
    """A request of a scope, outside of others,
    on which the modifiers of an exclusion have effect.
    """
    for shared, before in _together(modifiers, exclusion, scope):
        witness = space.admitted([shared], [*before, *holes])
        if witness is not None:
            return witness
    return None


def _together(
    modifiers: Sequence[m.Modifier], exclusion: m.Exclusion, scope: m.Scope
) -> Iterator[tuple[m.Scope, list[m.Scope]]]:
    """The parts of a scope in which lines of both modifiers hold,
    each with the lines that decide before those.
    """
    left = _effective(modifiers[exclusion.left])
    right = _effective(modifiers[exclusion.right]) if exclusion.right is not None else [((), [])]
    for one, holes in left:
        for other, more in right:
            both = meet(one, other)
            shared = meet(both, scope) if both is not None else None
            if shared is not None:
                yield shared, [*holes, *more]


def _effective(modifier: m.Modifier) -> list[tuple[m.Scope, list[m.Scope]]]:
    return [
        (x.scope, stronger(modifier, x)) for x in modifier.lines if x.outcome in ("factor", "add")
    ]


def _refused_by(
    draft: Draft, modifiers: Sequence[m.Modifier], exclusion: m.Exclusion
) -> list[m.Scope]:
    """What an exclusion refuses, as boxes. Raises `TooManyPieces`."""
    allowed = [offer.scope for offer in exclusion.allowed]
    found: list[m.Scope] = []
    for shared, before in _together(modifiers, exclusion, exclusion.scope):
        whole = meet(draft.space.everything(), shared)
        if whole is not None:
            found += map(draft.trim, without([whole], [*before, *allowed], draft.space.effort))
    return found


def _refused_by_lines(modifiers: Sequence[m.Modifier]) -> list[m.Scope]:
    """What lines of modifiers refuse before anything else of theirs decides."""
    return [
        line.scope
        for modifier in modifiers
        for line in modifier.lines
        if line.outcome == "refuse" and not line.otherwise
    ]


def check_requests(
    draft: Draft, modifiers: Sequence[m.Modifier], refusals: Sequence[m.Remark]
) -> None:
    """Some request exists that no rule refuses, or the book prices nothing.
    Defaults are offered everywhere.
    """
    holes = [*(remark.scope for remark in refusals), *_refused_by_lines(modifiers)]
    span = draft.layers[-1].header.span
    if not draft.space.models:
        draft.fault(
            "no_request",
            "the book has no model, so that no request exists",
            span,
            "add a table `models`",
        )
    elif not draft.space.exists([()], holes):
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


def check_charges(draft: Draft, charges: Sequence[m.Charge], refusals: Sequence[m.Remark]) -> None:
    """A charge has a price wherever its meter is offered."""
    refused = [remark.scope for remark in refusals]
    for charge in charges:
        meter = draft.meters[charge.meter]
        priced = [line.scope for line in charge.prices if line.after is None] + [
            offer.scope for offer in charge.free
        ]
        try:
            witness = draft.space.admitted(
                [offer.scope for offer in meter.offers], [*priced, *refused]
            )
        except TooManyPieces:
            draft.fault(
                "too_large",
                f"the charge of `{meter.name}` cuts the requests into too many pieces to decide",
                span_of(charge.origin),
            )
            continue
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


def check_request_limits(
    draft: Draft, limits: Sequence[m.Limit], refusals: Sequence[m.Remark]
) -> None:
    """A floor and a cap of one request do not cross, or their order would decide."""
    rows = [row for limit in limits for row in limit.lines if row.target == "request"]
    for floor in (row for row in rows if row.at_least):
        for cap in (row for row in rows if not row.at_least):
            shared = meet(floor.scope, cap.scope)
            if floor.amount <= cap.amount or shared is None:
                continue
            witness = draft.space.admitted([shared], [remark.scope for remark in refusals])
            if witness is not None:
                draft.fault(
                    "overlap",
                    "a floor above a cap holds for the same requests",
                    span_of(floor.origin),
                    f"such a request: {draft.space.describe(witness)}",
                    (span_of(cap.origin), "the cap"),
                )
