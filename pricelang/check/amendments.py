"""What a contract changes in the book below it: amended factors and prices, allowed values."""

from __future__ import annotations

from fractions import Fraction

from attrs import evolve

from pricelang.check.draft import SCOPED, WORDS, Draft, span_of
from pricelang.check.percents import check_factors
from pricelang.model import book as m
from pricelang.model.space import meet, subtract
from pricelang.present.decimals import grouped
from pricelang.syntax import tree as t

# ---- modifiers -----------------------------------------------------------------------------------


def amend_modifiers(draft: Draft, modifiers: list[m.Modifier]) -> None:
    """Replaces factors of modifiers in place; charges are amended by `amend_charge`."""
    for layer, statement in draft.statements(t.Amend):
        if statement.name.text in draft.meter_index:
            continue
        index = draft.modifier(statement.name)
        for line in statement.lines if index is not None else ():
            draft.only(line.endings, SCOPED | WORDS, "a line of `amend`")
            scope = draft.scope(line.endings, layer)
            if not isinstance(line.effect, t.Factors):
                draft.fault("unit", f"`{statement.name.text}` is amended by factors", line.span)
                continue
            for factor in line.effect.factors:
                amended = _amend_factor(draft, modifiers[index or 0], factor, scope, line)
                modifiers[index or 0] = amended


def _amend_factor(
    draft: Draft, modifier: m.Modifier, factor: t.FactorClause, scope: m.Scope, line: t.AmendLine
) -> m.Modifier:
    """The modifier with a factor replaced in a scope, which splits each line that it meets."""
    meters = set(draft.meter_set(factor.meters))
    if factor.replaced is None:
        draft.fault(
            "instead_of",
            "an amended factor must say which factor it replaces",
            factor.span,
            _replacing(modifier, factor, scope, meters),
        )
        return modifier
    check_factors(draft, factor)
    draft.no_zero("a factor", factor.factor)
    old, new = factor.replaced.value, factor.factor.value
    whole = draft.space.everything()
    lines: list[m.ModifierLine] = []
    replaced: list[m.ModifierLine] = []
    for known in modifier.lines:
        shared = meet(known.scope, scope)
        if shared is None or not any(meter in meters for meter, _ in known.factors):
            lines.append(known)
            continue
        replaced.append(known)
        factors = tuple(
            (meter, new if meter in meters and value == old else value)
            for meter, value in known.factors
        )
        origin = draft.origin(line.span, line.endings)
        lines.append(evolve(known, scope=draft.trim(shared), factors=factors, origin=origin))
        for rest in subtract(meet(whole, known.scope) or (), scope):
            if meet(whole, rest) is not None:
                lines.append(evolve(known, scope=draft.trim(rest)))
    _check_replaced(draft, modifier, factor, meters, replaced)
    return evolve(modifier, lines=tuple(lines))


def _replacing(
    modifier: m.Modifier, factor: t.FactorClause, scope: m.Scope, meters: set[int]
) -> str:
    """The line that an amended factor means which does not say what it replaces."""
    there = {
        value
        for line in modifier.lines
        for meter, value in line.factors
        if meter in meters and meet(line.scope, scope) is not None
    }
    old = _named(there.pop(), factor.off) if len(there) == 1 else "0.5"
    new = f"{factor.number.written} off" if factor.off else f"x {factor.number.written}"
    names = ", ".join(name.text for name in factor.meters)
    return f"write `{new} instead of {old}{'' if factor.off else ' on'} {names}`"


def _check_replaced(
    draft: Draft,
    modifier: m.Modifier,
    factor: t.FactorClause,
    meters: set[int],
    replaced: list[m.ModifierLine],
) -> None:
    """Reports an amended factor that does not stand instead of what it says."""
    written = factor.replaced or factor.factor
    factors = [
        (line, {meter: value for meter, value in line.factors if meter in meters})
        for line in replaced
    ]
    missing = meters.difference(*(of for _, of in factors))
    different = [
        (line, values)
        for line, of in factors
        if (values := {value for value in of.values() if value != written.value})
    ]
    if different:
        there = sorted(set[Fraction]().union(*(v for _, v in different)))
        named = " or ".join(_named(value, factor.off) for value in there)
        partly = any(written.value in of.values() for _, of in factors)
        draft.fault(
            "stale_instead_of",
            f"the line replaces the factor {written.written}, but the factor there is "
            f"{'in part ' if partly else ''}{named}",
            factor.span,
            "narrow the line with `for`, `when`, `from` or `before`"
            if partly
            else f"check the factor and write `instead of {named}`",
            *((span_of(line.origin), f"{named} comes from here") for line, _ in different[:2]),
        )
    elif missing:
        names = ", ".join(f"`{draft.meters[meter].name}`" for meter in sorted(missing))
        message = f"no line of `{modifier.name}` has a factor on {names} here"
        other = (span_of(modifier.origin), "the modifier")
        draft.fault("stale_instead_of", message, factor.span, None, other)


def _named(value: Fraction, off: bool) -> str:
    """A factor as the line that amends it writes factors."""
    return f"{grouped(100 * (1 - value))}% off" if off and value < 1 else grouped(value)


# ---- what is allowed -----------------------------------------------------------------------------


def allow_values(draft: Draft) -> None:
    """Adds the values that contracts allow to the offers of their dimensions."""
    for layer, allow in draft.statements(t.AllowValue):
        _check_allow(draft, allow)
        index = draft.dimension_index.get(allow.dimension.text)
        if index is None:
            draft.unknown("dimension", allow.dimension, draft.dimension_index)
            continue
        known, name = draft.value_index[index], allow.value.text
        if name not in known:
            draft.unknown("value", allow.value, known, f" of `{allow.dimension.text}`")
            continue
        scope = draft.scope(allow.endings, layer)
        dimensions = list(draft.space.dimensions)
        values = list(dimensions[index].values)
        value = values[known[name]]
        if any(meet(scope, offer.scope) == scope for offer in value.offers):
            _loosens_nothing(draft, f"`{name}` is offered there already", allow)
        offer = m.Offer(scope, draft.origin(allow.span, allow.endings))
        values[known[name]] = evolve(value, offers=(*value.offers, offer))
        dimensions[index] = evolve(dimensions[index], values=tuple(values))
        draft.space = evolve(draft.space, dimensions=tuple(dimensions))


def allow_pairs(draft: Draft, modifiers: list[m.Modifier], exclusions: list[m.Exclusion]) -> None:
    """Adds the pairs of modifiers that contracts allow to the exclusions that forbid them."""
    names = [modifier.name for modifier in modifiers]
    for layer, allow in draft.statements(t.AllowPair):
        _check_allow(draft, allow)
        pair = {allow.left.text, allow.right.text}
        lifted = [
            number
            for number, exclusion in enumerate(exclusions)
            if exclusion.right is not None
            and {names[exclusion.left], names[exclusion.right]} == pair
        ]
        for number in lifted:
            scope, origin = (
                draft.scope(allow.endings, layer),
                draft.origin(allow.span, allow.endings),
            )
            allowed = (*exclusions[number].allowed, m.Offer(scope, origin))
            exclusions[number] = evolve(exclusions[number], allowed=allowed)
        known = [draft.modifier(name) is not None for name in (allow.left, allow.right)]
        if not lifted and all(known):
            message = f"nothing excludes `{allow.left.text}` with `{allow.right.text}`"
            _loosens_nothing(draft, message, allow)


def _check_allow(draft: Draft, allow: t.AllowPair | t.AllowValue) -> None:
    draft.only(allow.endings, SCOPED | WORDS, "`allow`")
    draft.needs_reason("what a contract allows", allow.span, allow.endings)


def _loosens_nothing(draft: Draft, message: str, allow: t.AllowPair | t.AllowValue) -> None:
    draft.fault("loosens_nothing", message, allow.span, severity="warning")
