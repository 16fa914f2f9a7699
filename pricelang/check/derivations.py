"""Derivations of one meter's price from another's, with their exceptions."""

from __future__ import annotations

from pricelang.check.checked_rates import MAX_DEPTH
from pricelang.check.draft import SCOPED, WORDS, Draft, span_of
from pricelang.check.draft_faults import AMEND
from pricelang.check.percents import check_factor
from pricelang.model import book as m
from pricelang.model.space import meet, without
from pricelang.present.decimals import grouped
from pricelang.syntax import tree as t

Derivations = dict[int, list[m.Derivation]]


def read_derivations(draft: Draft) -> Derivations:
    """The derivations of each meter; none of them after the fault of a circle."""
    found: Derivations = {}
    for layer, statement in draft.statements(t.Derive):
        draft.only(statement.endings, WORDS, "the general line of `derive`")
        meter, of = draft.meter(statement.meter), draft.meter(statement.of)
        if meter is None or of is None:
            continue
        if not draft.declare("derivation of", statement.meter, AMEND):
            continue
        general = t.DeriveLine(
            statement.factor, statement.of, statement.endings, span=statement.span
        )
        lines = [_line(draft, layer, statement, general, (meter, of))]
        for line in statement.exceptions:
            draft.only(line.endings, SCOPED | WORDS, "an exception")
            base = draft.meter(line.of)
            if base is not None:
                lines.append(_line(draft, layer, statement, line, (meter, base)))
        _check_exceptions(draft, statement, lines[1:])
        found[meter] = lines
    charged = {statement.name.text for _, statement in draft.statements(t.Charge)}
    for derivation in (line for lines in found.values() for line in lines):
        name = draft.meters[derivation.of].name
        if name in charged:
            message = f"`{name}` has a charge, and nothing is derived from a charge"
            draft.fault("derived", message, span_of(derivation.origin))
    if _check_circles(draft, found):
        return {meter: [] for meter in found}
    _check_depth(draft, found)
    _amend(draft, found)
    return found


def _line(
    draft: Draft, layer: int, statement: t.Derive, line: t.DeriveLine, meters: tuple[int, int]
) -> m.Derivation:
    meter, base = meters
    if draft.meters[base].kind != draft.meters[meter].kind:
        names = f"`{draft.meters[meter].name}` and `{draft.meters[base].name}`"
        draft.fault("unit", f"{names} are counted in different units", line.span)
    check_factor(draft, line.factor, "{} x")
    draft.no_zero("a factor", line.factor)
    origin = draft.origin(line.span, line.endings, statement.endings)
    scope, rank = draft.scope(line.endings, layer), int(line.span != statement.span)
    return m.Derivation(meter, scope, line.factor.value, base, rank, origin)


# ---- what contracts amend ------------------------------------------------------------------------


def _amend(draft: Draft, derivations: Derivations) -> None:
    """Adds the factors that contracts put in the place of those of the book below."""
    for layer, statement in draft.statements(t.Amend):
        meter = draft.meter_index.get(statement.name.text)
        lines = derivations.get(meter, []) if meter is not None else []
        amended: list[m.Derivation] = []
        for line in statement.lines if lines else ():
            new = _amended(draft, layer, statement, line, lines)
            if new is None:
                continue
            for other in amended:
                if meet(new.scope, other.scope) is not None:
                    message = f"two lines amend `{statement.name.text}` for the same requests"
                    draft.overlap(message, span_of(new.origin), span_of(other.origin))
            amended.append(new)
        lines += amended


def _amended(
    draft: Draft, layer: int, statement: t.Amend, line: t.AmendLine, lines: list[m.Derivation]
) -> m.Derivation | None:
    draft.only(line.endings, SCOPED | WORDS, "a line of `amend`")
    effect = line.effect
    if not isinstance(effect, t.DerivedFactor):
        message = f"`{statement.name.text}` is derived, and amended by a factor of another meter"
        draft.fault("unit", message, line.span, "write `0.05 instead of 0.1 x input`")
        return None
    if effect.instead_of is None:
        message = "an amended factor must say which factor it replaces"
        draft.fault("instead_of", message, effect.span, "write `0.05 instead of 0.1 x ...`")
        return None
    for number in (effect.number, effect.instead_of):
        check_factor(draft, number, "{} x")
    draft.no_zero("a factor", effect.number)
    base = draft.meter(effect.of)
    if base is None:
        return None
    scope, origin = draft.scope(line.endings, layer), draft.origin(line.span, line.endings)
    _check_replaced(draft, effect, (scope, base), lines)
    return m.Derivation(lines[0].meter, scope, effect.number.value, base, 2 * layer + 1, origin)


def _check_replaced(
    draft: Draft, effect: t.DerivedFactor, of: tuple[m.Scope, int], lines: list[m.Derivation]
) -> None:
    """Reports an amended factor that does not stand instead of what it says."""
    (scope, base), old = of, effect.instead_of or effect.number
    rest, different = [scope], []
    for line in sorted(lines, key=lambda line: -line.rank):
        decides = any(meet(part, line.scope) is not None for part in rest)
        if decides and (line.factor, line.of) != (old.value, base):
            different.append(line)
        rest = without(rest, [line.scope], draft.space.effort)
    if different or rest:
        named = {f"{grouped(x.factor)} x {draft.meters[x.of].name}" for x in different}
        there = " or ".join(sorted(named)) if named else "nothing"
        draft.fault(
            "stale_instead_of",
            f"the line replaces {old.written} x {effect.of.text}, but {there} is derived there",
            effect.span,
            "narrow the line with `for`, `when`, `from` or `before`, or correct the factor",
            *((span_of(x.origin), "it is derived here") for x in different[:2]),
        )


def _check_exceptions(draft: Draft, statement: t.Derive, exceptions: list[m.Derivation]) -> None:
    message = f"two exceptions derive `{statement.meter.text}` for the same requests"
    for number, one in enumerate(exceptions):
        for other in exceptions[:number]:
            if meet(one.scope, other.scope) is not None:
                draft.overlap(message, span_of(one.origin), span_of(other.origin))


def _check_depth(draft: Draft, derivations: Derivations) -> None:
    """Reports a meter that is derived through more meters than a price is followed through."""
    depths: dict[int, int] = {}
    for _ in range(MAX_DEPTH + 1):
        depths = {
            meter: 1 + max((depths.get(line.of, 0) for line in lines), default=0)
            for meter, lines in derivations.items()
        }
    deep = [lines[0] for meter, lines in derivations.items() if lines and depths[meter] > MAX_DEPTH]
    if deep:
        draft.fault(
            "too_large",
            f"`{draft.meters[deep[0].meter].name}` is derived over more than {MAX_DEPTH} meters",
            span_of(deep[0].origin),
            "derive it from a meter that has prices of its own",
        )


def _check_circles(draft: Draft, derivations: Derivations) -> bool:
    """Reports a meter that is derived from itself, and whether there is one."""
    for meter, lines in derivations.items():
        seen, todo = set(), [meter]
        while todo:
            for line in derivations.get(todo.pop(), ()):
                if line.of == meter:
                    first, message = (
                        lines[0].origin,
                        f"`{draft.meters[meter].name}` is derived from itself",
                    )
                    others = (
                        [(span_of(first), "and that from this")] if first != line.origin else []
                    )
                    draft.fault("cycle", message, span_of(line.origin), None, *others)
                    return True
                if line.of not in seen:
                    seen.add(line.of)
                    todo.append(line.of)
    return False
