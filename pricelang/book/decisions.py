"""Last pass: what must be decided over all requests: gaps, overlaps, and lines that never decide, each with a witness."""

from __future__ import annotations

from collections.abc import Container, Sequence

from pricelang.book import model as m
from pricelang.book.draft import Draft, span_of
from pricelang.book.space import Space, TooManyPieces, day, meet, without

MAX_LINES = 2_000


def check_modifiers(draft: Draft, modifiers: Sequence[m.Modifier], refusals: Sequence[m.Remark]) -> None:
    """Each modifier settles what meets its `when`, says one thing, and has no line that never decides."""
    refused = [remark.scope for remark in refusals]
    for modifier in modifiers:
        if len(modifier.lines) > MAX_LINES:
            draft.fault("too_large", f"`{modifier.name}` has more than {MAX_LINES:,} lines", span_of(modifier.origin))
            continue
        try:
            _check_lines(draft, modifier, refused)
            _check_overlaps(draft, modifier, refused)
            _check_gap(draft, modifier, refused)
        except TooManyPieces:
            draft.fault("too_large", f"the lines of `{modifier.name}` cut the requests into too many pieces to decide", span_of(modifier.origin))


def stronger(modifier: m.Modifier, line: m.Line) -> list[m.Scope]:
    """The scopes of the lines that decide before a line does."""
    return [other.scope for other in _before(modifier, line)]


def _before(modifier: m.Modifier, line: m.Line) -> list[m.Line]:
    order = {"refuse": 0, "no_effect": 1, "factor": 2, "add": 2}
    mine = (line.otherwise, order[line.outcome])
    others = [x for x in modifier.lines if x is not line]
    if line.otherwise:
        return [x for x in others if not x.otherwise or (x.otherwise, order[x.outcome]) < mine]
    return [x for x in others if not x.otherwise and order[x.outcome] < mine[1]]


def _check_lines(draft: Draft, modifier: m.Modifier, refused: list[m.Scope]) -> None:
    for line in modifier.lines:
        left = without([line.scope], [*stronger(modifier, line), *refused])
        if draft.space.admitted(left) is None:
            hidden = draft.space.admitted(without([line.scope], refused)) is not None
            why = "other lines decide all that it covers" if hidden else "no request that exists is in its scope"
            others = [x for x in _before(modifier, line) if meet(x.scope, line.scope) is not None]
            places = tuple((span_of(x.origin), "decides before it") for x in others[:2]) if hidden else ()
            # an `otherwise` may stand as a safety net, for values that a later day brings
            severity = "warning" if line.otherwise else "error"
            draft.fault("never_decides", f"the line of `{modifier.name}` never decides: {why}", span_of(line.origin), None, *places,
                        severity=severity)  # fmt: skip


def _check_overlaps(draft: Draft, modifier: m.Modifier, refused: list[m.Scope]) -> None:
    for number, line in enumerate(modifier.lines):
        for other in modifier.lines[:number]:
            if line.otherwise != other.otherwise or not _clash(line, other):
                continue
            shared = meet(line.scope, other.scope)
            if shared is None:
                continue
            before = stronger(modifier, line)
            witness = draft.space.admitted(without([shared], [*before, *refused]))
            if witness is not None:
                draft.fault(
                    "overlap", f"two lines of `{modifier.name}` hold for one request", span_of(line.origin),
                    f"such a request: {draft.space.describe(witness)}", (span_of(other.origin), "the other"),
                )  # fmt: skip
                break  # one is enough to find the line, and many lines could meet many


def _clash(line: m.Line, other: m.Line) -> bool:
    """Whether two lines, were they to hold together, would say two things of one meter."""
    effects = {"factor", "add"}
    if line.outcome in effects and other.outcome in effects:
        mine = {meter for meter, _ in line.factors} | set(line.meters)
        theirs = {meter for meter, _ in other.factors} | set(other.meters)
        return bool(mine & theirs) or not mine or not theirs
    return False


def _check_gap(draft: Draft, modifier: m.Modifier, refused: list[m.Scope]) -> None:
    if not modifier.conditional:
        return
    left = without([modifier.when], [*(line.scope for line in modifier.lines), *refused])
    witness = draft.space.admitted(left)
    if witness is not None:
        draft.fault(
            "gap", f"`{modifier.name}` does not settle every request that meets its `when`", span_of(modifier.origin),
            f"not settled: {draft.space.describe(witness)}; add a line for it, or `otherwise no effect because \"...\"`",
        )  # fmt: skip


def check_exclusions(draft: Draft, modifiers: Sequence[m.Modifier], exclusions: Sequence[m.Exclusion]) -> None:
    """An exclusion is of two that could both have effect."""
    names = tuple(modifier.name for modifier in modifiers)
    for exclusion in exclusions:
        try:
            met = _can_meet(draft.space, modifiers, exclusion)
        except TooManyPieces:
            label = exclusion.label(names)
            draft.fault("too_large", f"the exclusion of `{label}` cuts the requests into too many pieces to decide", span_of(exclusion.origin))
            continue
        if not met:
            draft.fault("never_decides", f"the exclusion of `{exclusion.label(names)}` never decides: they never both have effect",
                        span_of(exclusion.origin))  # fmt: skip


def _can_meet(space: Space, modifiers: Sequence[m.Modifier], exclusion: m.Exclusion) -> bool:
    left = _effective(modifiers[exclusion.left])
    right = _effective(modifiers[exclusion.right]) if exclusion.right is not None else [((), [])]
    for scope, holes in left:
        for other, more in right:
            shared = meet(meet(scope, other) or ((m.MODELS, 0),), exclusion.scope)
            if shared is not None and space.admitted(without([shared], [*holes, *more])) is not None:
                return True
    return False


def _effective(modifier: m.Modifier) -> list[tuple[m.Scope, list[m.Scope]]]:
    return [(x.scope, stronger(modifier, x)) for x in modifier.lines if x.outcome in ("factor", "add")]


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
            draft.fault("no_price", f"`{model.name}` has no price from its release to {begins}", span_of(model.origin),
                        f"add a row from {day(model.released)}")  # fmt: skip


def check_charges(draft: Draft, charges: Sequence[m.Charge], refusals: Sequence[m.Remark]) -> None:
    """A charge has a price wherever its meter is offered."""
    refused = [remark.scope for remark in refusals]
    for charge in charges:
        meter = draft.meters[charge.meter]
        priced = [line.scope for line in charge.prices if line.after is None] + [offer.scope for offer in charge.free]
        try:
            witness = draft.space.admitted(without([offer.scope for offer in meter.offers], [*priced, *refused]))
        except TooManyPieces:
            draft.fault("too_large", f"the charge of `{meter.name}` cuts the requests into too many pieces to decide", span_of(charge.origin))
            continue
        if witness is not None:
            draft.fault("gap", f"`{meter.name}` has no price for every request that may use it", span_of(charge.origin),
                        f"no price for: {draft.space.describe(witness)}")  # fmt: skip


def check_priced(draft: Draft, rated: Container[int], charges: Sequence[m.Charge]) -> None:
    """Every meter has rates or a charge."""
    charged = {charge.meter for charge in charges}
    for index, meter in enumerate(draft.meters):
        if index not in rated and index not in charged:
            draft.fault("no_price", f"no table and no charge says what `{meter.name}` costs", span_of(meter.origin),
                        f"add a column `{meter.name}` to a table of rates, or `charge {meter.name}`")  # fmt: skip


def check_request_limits(draft: Draft, limits: Sequence[m.Limit], refusals: Sequence[m.Remark]) -> None:
    """A floor and a cap of one request do not cross, or their order would decide."""
    rows = [row for limit in limits for row in limit.lines if row.target == "request"]
    for floor in (row for row in rows if row.at_least):
        for cap in (row for row in rows if not row.at_least):
            shared = meet(floor.scope, cap.scope)
            if floor.amount <= cap.amount or shared is None:
                continue
            witness = draft.space.admitted(without([shared], [remark.scope for remark in refusals]))
            if witness is not None:
                draft.fault("overlap", "a floor above a cap holds for the same requests", span_of(floor.origin),
                            f"such a request: {draft.space.describe(witness)}", (span_of(cap.origin), "the cap"))  # fmt: skip
