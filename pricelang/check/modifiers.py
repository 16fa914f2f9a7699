"""Third pass: multipliers, surcharges and limits; contracts amend them afterwards."""

from __future__ import annotations

from fractions import Fraction

from attrs import evolve

from pricelang.check.agreed import read_agreed
from pricelang.check.amendments import amend_modifiers
from pricelang.check.charges import account_of, check_term, title_of
from pricelang.check.draft import SCOPED, WORDS, Draft
from pricelang.check.names import modifiers_in_order
from pricelang.check.percents import check_factors
from pricelang.model import book as m
from pricelang.model.charges import PERIODS
from pricelang.model.space import meet
from pricelang.model.units import singular
from pricelang.syntax import tree as t


def read_modifiers(draft: Draft) -> list[m.Modifier]:
    """All multipliers and surcharges, in the order of `draft.modifier_index`."""
    found = []
    for layer, statement in modifiers_in_order(draft):
        kind: m.ModifierKind = "multiplier" if isinstance(statement, t.Multiplier) else "surcharge"
        draft.only(statement.endings, WORDS, f"the first line of a {kind}")
        when = meet(draft.condition(statement.when), draft.term(layer)) or ()
        lines = [
            part for line in statement.lines for part in _lines(draft, layer, statement, line, when)
        ]
        found.append(
            m.Modifier(
                statement.name.text,
                title_of(statement),
                kind,
                draft.trim(when),
                bool(statement.when),
                tuple(lines),
                draft.origin(statement.name.span, statement.endings),
            )
        )
    amend_modifiers(draft, found)
    return found


def _lines(
    draft: Draft,
    layer: int,
    statement: t.Multiplier | t.Surcharge,
    line: t.ModifierLine,
    when: m.Scope,
) -> list[m.ModifierLine]:
    """A line as rules: one for its effect, and one for what `then` says of the days after it."""
    draft.only(line.endings, SCOPED | WORDS | {"then"}, "a line of a modifier")
    effect, then, because = line.effect, line.endings.then, line.endings.because
    own = line.endings if then is None else evolve(line.endings, because=None)
    scope, origin = draft.scope(own, layer, when), draft.origin(line.span, own, statement.endings)
    blank = m.ModifierLine(scope, line.otherwise, "refuse", (), None, Fraction(1), "", (), origin)
    if isinstance(effect, t.Factors):
        rule = evolve(blank, outcome="factor", factors=_factors(draft, effect))
    elif isinstance(effect, t.Addition):
        rule = _addition(draft, effect, blank)
    else:
        rule = evolve(blank, outcome=effect.kind)
        if effect.kind == "refuse":
            draft.needs_reason("a refusal", line.span, own)
    if then is None:
        return [rule]
    if line.endings.end is None:
        message = "`then` follows the day on which the line ends"
        draft.fault("then", message, then.span, "write `before` and the day")
        return [rule]
    after = evolve(line.endings, start=line.endings.end, end=None, then=None)
    origin = draft.origin(then.span, line.endings, statement.endings)
    if then.kind == "refuse" and because is None:
        origin = evolve(origin, because="no longer offered")
    scope = draft.scope(after, layer, when)
    return [rule, evolve(blank, scope=scope, outcome=then.kind, origin=origin)]


def _factors(draft: Draft, effect: t.Factors) -> tuple[tuple[int, Fraction], ...]:
    found: dict[int, Fraction] = {}
    for factor in effect.factors:
        if factor.instead_of is not None:
            message, help = "`instead of` has no meaning here", "a contract writes it in `amend`"
            draft.fault("instead_of", message, factor.span, help)
        check_factors(draft, factor)
        draft.no_zero(
            "a factor",
            factor.factor,
            'write `free when ... because "..."` as a statement of its own',
        )
        for meter in draft.meter_set(factor.meters):
            if meter in found:
                message = f"two factors of one line meet on `{draft.meters[meter].name}`"
                draft.fault("overlap", message, factor.span)
            found[meter] = factor.factor.value
    return tuple(sorted(found.items()))


def _addition(draft: Draft, effect: t.Addition, blank: m.ModifierLine) -> m.ModifierLine:
    amount = draft.money(effect.money)
    if not amount:
        draft.fault(
            "zero", "an addition of zero changes nothing", effect.money.span, "write `no effect`"
        )
    meters = draft.meter_set(effect.meters)
    if not effect.meters:
        if effect.per.unit.text != "request" or effect.per.number is not None:
            draft.fault(
                "unit",
                "an addition without meters is `per request`",
                effect.per.span,
                "write `per request`"
                if singular(effect.per.unit.text) == "request"
                else "add `on` and the meters",
            )
        return evolve(blank, outcome="add", amount=amount, per="request")
    sizes = {draft.per_size(effect.per, meter, effect.per.span) for meter in meters}
    size, per = min(sizes) if sizes else (Fraction(1), "")
    return evolve(blank, outcome="add", amount=amount, size=size, per=per, meters=meters)


# ---- limits --------------------------------------------------------------------------------------


def read_limits(draft: Draft) -> list[m.Limit]:
    """All floors and caps, then commitments and credits."""
    found = []
    for layer, statement in draft.statements(t.Limit):
        draft.only(statement.endings, WORDS, "the first line of a limit")
        lines = [_limit_line(draft, layer, statement, line) for line in statement.lines]
        origin = draft.origin(statement.name.span, statement.endings)
        found.append(m.Limit(statement.name.text, title_of(statement), tuple(lines), origin))
    return [*found, *read_agreed(draft)]


def _limit_line(draft: Draft, layer: int, statement: t.Limit, line: t.LimitLine) -> m.LimitLine:
    draft.only(line.endings, SCOPED | WORDS, "a line of a limit")
    scope, amount = draft.scope(line.endings, layer), draft.money(line.money)
    origin = draft.origin(line.span, line.endings, statement.endings)
    if line.account is not None:
        per = account_of(draft, line.account)
        check_term(draft, line.account, scope)
        return m.LimitLine(scope, line.at_least, amount, "account", (), Fraction(1), per, origin)
    meters = draft.meter_set(line.meters)
    if not line.meters or line.per is None:
        if line.per is None or line.per.unit.text != "request" or line.per.number is not None:
            draft.fault(
                "unit",
                "a limit is per request, per account and period, or per unit on meters",
                line.span,
                _limit_help(line.per),
            )
        return m.LimitLine(
            scope, line.at_least, amount, "request", (), Fraction(1), "request", origin
        )
    sizes = {draft.per_size(line.per, meter, line.per.span) for meter in meters}
    size, per = min(sizes) if sizes else (Fraction(1), "")
    return m.LimitLine(scope, line.at_least, amount, "unit_price", meters, size, per, origin)


def _limit_help(per: t.Per | None) -> str:
    """What a limit is said to be per, where that is none of the three."""
    if per is not None and per.unit.text in PERIODS:
        return f"say whose usage counts: `per organization per {per.unit.text}`"
    if per is None or singular(per.unit.text) == "request":
        return "write `per request`"
    return f"write `per request`, or name the meters: `per {per.unit.text} on output`"
