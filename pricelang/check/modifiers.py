"""Third pass: multipliers, surcharges, limits, exclusions and the stack,
with what a contract amends and allows.
"""

from __future__ import annotations

from fractions import Fraction

from attrs import evolve

from pricelang.check.charges import account_of
from pricelang.check.draft import SCOPED, WORDS, Draft, span_of
from pricelang.check.names import modifiers_in_order
from pricelang.check.percents import check_factor
from pricelang.model import book as m
from pricelang.model.space import meet, subtract
from pricelang.present.decimals import grouped
from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import Span


def read_modifiers(draft: Draft) -> list[m.Modifier]:
    """All multipliers and surcharges, in the order of `draft.modifier_index`,
    amended by contracts.
    """
    found = []
    for layer, statement in modifiers_in_order(draft):
        kind: m.ModifierKind = "multiplier" if isinstance(statement, t.Multiplier) else "surcharge"
        draft.only(statement.endings, WORDS, f"the first line of a {kind}")
        when = draft.condition(statement.when)
        within = meet(when, draft.term(layer))
        lines: list[m.ModifierLine] = []
        for line in statement.lines:
            lines += _lines(draft, layer, statement, line, within or ())
        title = statement.title.text if statement.title is not None else statement.name.text
        origin = draft.origin(statement.name.span, statement.endings)
        found.append(
            m.Modifier(
                statement.name.text,
                title,
                kind,
                draft.trim(within or ()),
                bool(statement.when),
                tuple(lines),
                origin,
            )
        )
    _amend(draft, found)
    return found


def _lines(
    draft: Draft,
    layer: int,
    statement: t.Multiplier | t.Surcharge,
    line: t.ModifierLine,
    when: m.Scope,
) -> list[m.ModifierLine]:
    draft.only(line.endings, SCOPED | WORDS | {"then"}, "a line of a modifier")
    scope = draft.scope(line.endings, layer, when)
    effect = line.effect
    because = () if line.endings.then is not None else (line.endings,)
    own = evolve(line.endings, because=None) if not because else line.endings
    blank = m.ModifierLine(
        scope,
        line.otherwise,
        "refuse",
        (),
        None,
        Fraction(1),
        "",
        (),
        draft.origin(line.span, own, statement.endings),
    )
    if isinstance(effect, t.Outcome):
        lines = [evolve(blank, outcome=effect.kind)]
        if effect.kind == "refuse" and (
            line.endings.because is None or line.endings.then is not None
        ):
            draft.fault("no_reason", "a refusal says why", line.span, 'add `because "..."`')
    elif isinstance(effect, t.Factors):
        lines = [evolve(blank, outcome="factor", factors=_factors(draft, effect))]
    else:
        lines = [_addition(draft, effect, blank)]
    if line.endings.then is not None:
        if line.endings.end is None:
            draft.fault(
                "then",
                "`then` follows the day on which the line ends",
                line.endings.then.span,
                "write `before` and the day",
            )
        else:
            after = evolve(line.endings, start=line.endings.end, end=None, then=None)
            origin = draft.origin(line.endings.then.span, line.endings, statement.endings)
            lines.append(
                evolve(
                    blank,
                    scope=draft.scope(after, layer, when),
                    outcome=line.endings.then.kind,
                    origin=origin,
                )
            )
            if line.endings.then.kind == "refuse" and line.endings.because is None:
                lines[-1] = evolve(lines[-1], origin=evolve(origin, because="no longer offered"))
    return lines


def _factors(draft: Draft, effect: t.Factors) -> tuple[tuple[int, Fraction], ...]:
    found: dict[int, Fraction] = {}
    for factor in effect.factors:
        if factor.instead_of is not None:
            draft.fault(
                "instead_of",
                "`instead of` has no meaning here",
                factor.span,
                "a contract writes it in `amend`",
            )
        check_factor(draft, factor.number)
        if not factor.number.value:
            draft.fault(
                "zero",
                "a factor of zero makes things free without saying so",
                factor.number.span,
                'write `free when ... because "..."` as a statement of its own',
            )
        for meter in draft.meter_set(factor.meters):
            if meter in found:
                draft.fault(
                    "overlap",
                    f"two factors of one line meet on `{draft.meters[meter].name}`",
                    factor.span,
                )
            found[meter] = factor.number.value
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
                "add `on` and the meters",
            )
        return evolve(blank, outcome="add", amount=amount, per="request")
    sizes = {draft.per_size(effect.per, meter, effect.per.span) for meter in meters}
    size, per = min(sizes) if sizes else (Fraction(1), "")
    return evolve(blank, outcome="add", amount=amount, size=size, per=per, meters=meters)


def _amend(draft: Draft, modifiers: list[m.Modifier]) -> None:
    for layer, statement in draft.statements(t.Amend):
        if statement.name.text in draft.meter_index:
            continue  # a charge: see charges
        index = draft.modifier_index.get(statement.name.text)
        if index is None or index >= len(modifiers):
            draft.unknown("modifier", statement.name, draft.modifier_index)
            continue
        for line in statement.lines:
            draft.only(line.endings, SCOPED | WORDS, "a line of `amend`")
            scope = draft.scope(line.endings, layer)
            if not isinstance(line.effect, t.Factors):
                draft.fault("unit", f"`{statement.name.text}` is amended by factors", line.span)
                continue
            for factor in line.effect.factors:
                modifiers[index] = _amend_factor(draft, modifiers[index], factor, scope, line)


def _amend_factor(
    draft: Draft, modifier: m.Modifier, factor: t.FactorClause, scope: m.Scope, line: t.AmendLine
) -> m.Modifier:
    """The modifier with a factor replaced in a scope:
    each line it stands against is split in two.
    """
    meters = set(draft.meter_set(factor.meters))
    if factor.instead_of is None:
        draft.fault(
            "instead_of",
            "an amended factor says what it stands instead of",
            factor.span,
            "write `x 0.4 instead of 0.5 on ...`",
        )
        return modifier
    for number in (factor.number, factor.instead_of):
        check_factor(draft, number)
    if not factor.number.value:
        draft.fault(
            "zero", "a factor of zero makes things free without saying so", factor.number.span
        )
    lines: list[m.ModifierLine] = []
    stands: set[int] = set()
    other: list[m.ModifierLine] = []
    any_hit = False
    for old in modifier.lines:
        shared = meet(old.scope, scope)
        against = {meter: value for meter, value in old.factors if meter in meters}
        hit = {meter for meter, value in against.items() if value == factor.instead_of.value}
        if shared is None or not against:
            lines.append(old)
            continue
        any_hit = any_hit or bool(hit)
        if len(hit) < len(against):
            other.append(old)
        stands |= set(against)
        changed = tuple(
            (meter, factor.number.value if meter in hit else value) for meter, value in old.factors
        )
        lines.append(
            evolve(
                old,
                scope=draft.trim(shared),
                factors=changed,
                origin=draft.origin(line.span, line.endings),
            )
        )
        lines += [
            evolve(old, scope=draft.trim(rest))
            for rest in subtract(_whole(draft, old.scope), scope)
            if _real(draft, rest)
        ]
    written = factor.instead_of.written
    if other:
        held = {
            value
            for old in other
            for meter, value in old.factors
            if meter in meters and value != factor.instead_of.value
        }
        named = " or ".join(grouped(value) for value in sorted(held))
        part = "in part " if any_hit else ""
        help = (
            "narrow the line with `for`, `when`, `from` or `before`"
            if any_hit
            else f"check the factor and write `instead of {named}`"
        )
        draft.fault(
            "stale_instead_of",
            f"the factor stands instead of {written}, but what it stands against is {part}{named}",
            factor.span,
            help,
            *((span_of(old.origin), f"{named} comes from here") for old in other[:2]),
        )
    elif stands != meters:
        missing = ", ".join(f"`{draft.meters[meter].name}`" for meter in sorted(meters - stands))
        draft.fault(
            "stale_instead_of",
            f"no line of `{modifier.name}` has a factor on {missing} here",
            factor.span,
            None,
            (span_of(modifier.origin), "the modifier"),
        )
    return evolve(modifier, lines=tuple(lines))


def _whole(draft: Draft, scope: m.Scope) -> m.Scope:
    return meet(draft.space.everything(), scope) or ()


def _real(draft: Draft, scope: m.Scope) -> bool:
    return meet(draft.space.everything(), scope) is not None


# ---- limits --------------------------------------------------------------------------------------


def read_limits(draft: Draft) -> list[m.Limit]:
    """All floors and caps."""
    found = []
    for layer, statement in draft.statements(t.Limit):
        draft.only(statement.endings, WORDS, "the first line of a limit")
        lines = [_limit_line(draft, layer, statement, line) for line in statement.lines]
        title = statement.title.text if statement.title is not None else statement.name.text
        found.append(
            m.Limit(
                statement.name.text,
                title,
                tuple(lines),
                draft.origin(statement.name.span, statement.endings),
            )
        )
    return found


def _limit_line(draft: Draft, layer: int, statement: t.Limit, line: t.LimitLine) -> m.LimitLine:
    draft.only(line.endings, SCOPED | WORDS, "a line of a limit")
    scope, amount = draft.scope(line.endings, layer), draft.money(line.money)
    origin = draft.origin(line.span, line.endings, statement.endings)
    if line.account is not None:
        per = account_of(draft, line.account)
        return m.LimitLine(scope, line.at_least, amount, "account", (), Fraction(1), per, origin)
    meters = draft.meter_set(line.meters)
    if not line.meters or line.per is None:
        if line.per is None or line.per.unit.text != "request" or line.per.number is not None:
            draft.fault(
                "unit",
                "a limit is per request, per account and period, or per unit on meters",
                line.span,
            )
        return m.LimitLine(
            scope, line.at_least, amount, "request", (), Fraction(1), "request", origin
        )
    sizes = {draft.per_size(line.per, meter, line.per.span) for meter in meters}
    size, per = min(sizes) if sizes else (Fraction(1), "")
    return m.LimitLine(scope, line.at_least, amount, "unit_price", meters, size, per, origin)


# ---- exclusions and the stack --------------------------------------------------------------------


def read_exclusions(draft: Draft, modifiers: list[m.Modifier]) -> list[m.Exclusion]:
    """All exclusions, with what contracts allow again."""
    found: list[m.Exclusion] = []
    for layer, statement in draft.statements(t.Exclude):
        draft.only(statement.endings, SCOPED | WORDS, "an exclusion")
        indices = []
        for name in (statement.left, statement.right):
            if name is not None and name.text not in draft.modifier_index:
                draft.unknown("modifier", name, draft.modifier_index)
            elif name is not None:
                indices.append(draft.modifier_index[name.text])
        if len(indices) == 2 and indices[0] == indices[1]:
            draft.fault(
                "never_decides", f"`{statement.left.text}` is excluded with itself", statement.span
            )
        if statement.endings.because is None:
            draft.fault("no_reason", "an exclusion says why", statement.span, 'add `because "..."`')
        if len(indices) == (2 if statement.right is not None else 1):
            scope = draft.scope(statement.endings, layer)
            origin = draft.origin(statement.span, statement.endings)
            found.append(
                m.Exclusion(indices[0], indices[1] if len(indices) > 1 else None, scope, (), origin)
            )
    for layer, allow in draft.statements(t.AllowPair):
        draft.only(allow.endings, SCOPED | WORDS, "`allow`")
        _need_reason(draft, allow)
        pair = {allow.left.text, allow.right.text}
        names = [modifier.name for modifier in modifiers]
        lifted = False
        for number, exclusion in enumerate(found):
            if (
                exclusion.right is not None
                and {names[exclusion.left], names[exclusion.right]} == pair
            ):
                offer = m.Offer(
                    draft.scope(allow.endings, layer), draft.origin(allow.span, allow.endings)
                )
                found[number] = evolve(exclusion, allowed=(*exclusion.allowed, offer))
                lifted = True
        for name in (allow.left, allow.right):
            if name.text not in draft.modifier_index:
                draft.unknown("modifier", name, draft.modifier_index)
        if not lifted and pair <= draft.modifier_index.keys():
            draft.fault(
                "loosens_nothing",
                f"nothing keeps `{allow.left.text}` from `{allow.right.text}`",
                allow.span,
                severity="warning",
            )
    return found


def in_order(exclusions: list[m.Exclusion], stack: list[m.Member]) -> list[m.Exclusion]:
    """Exclusions in the order of the stack, in which the first that holds refuses:
    the order of the file decides nothing.
    """
    places = {index: place for place, (kind, index) in enumerate(stack) if kind == "modifier"}

    def key(exclusion: m.Exclusion) -> tuple[int, ...]:
        right = (
            places.get(exclusion.right, 0) if exclusion.right is not None else len(stack)
        )  # pairs come first
        return tuple(sorted((places.get(exclusion.left, 0), right)))

    return sorted(exclusions, key=key)


def allow_values(draft: Draft) -> None:
    """Adds to the offers of values what contracts allow."""
    dimensions = list(draft.space.dimensions)
    for layer, allow in draft.statements(t.AllowValue):
        draft.only(allow.endings, SCOPED | WORDS, "`allow`")
        _need_reason(draft, allow)
        index = draft.dimension_index.get(allow.dimension.text)
        if index is None:
            draft.unknown("dimension", allow.dimension, draft.dimension_index)
            continue
        number = draft.value_index[index].get(allow.value.text)
        if number is None:
            draft.unknown(
                "value", allow.value, draft.value_index[index], f" of `{allow.dimension.text}`"
            )
            continue
        values = list(dimensions[index].values)
        scope = draft.scope(allow.endings, layer)
        if any(meet(scope, offer.scope) == scope for offer in values[number].offers):
            draft.fault(
                "loosens_nothing",
                f"`{allow.value.text}` is offered there already",
                allow.span,
                severity="warning",
            )
        offer = m.Offer(scope, draft.origin(allow.span, allow.endings))
        values[number] = evolve(values[number], offers=(*values[number].offers, offer))
        dimensions[index] = evolve(dimensions[index], values=tuple(values))
    draft.space = evolve(draft.space, dimensions=tuple(dimensions))


def _need_reason(draft: Draft, allow: t.AllowPair | t.AllowValue) -> None:
    if allow.endings.because is None:
        draft.fault("no_reason", "what is loosened says why", allow.span, 'add `because "..."`')


def read_stack(draft: Draft, modifiers: list[m.Modifier], limits: list[m.Limit]) -> list[m.Member]:
    """The order of multipliers, surcharges and limits on unit prices,
    as (`modifier` or `limit`, index).

    What no stack names comes after what one names, in order of name;
    that is a fault unless everything is a factor.
    """
    on_price = [
        n
        for n, limit in enumerate(limits)
        if any(line.target == "unit_price" for line in limit.lines)
    ]
    order: list[str] = []
    spans: list[Span] = []
    for _, statement in draft.statements(t.Stack):
        spans.append(statement.span)
        place = len(order)
        if statement.after is not None:
            if statement.after.text in order:
                place = order.index(statement.after.text) + 1
            elif (
                statement.after.text in draft.modifier_index
                or statement.after.text in draft.limit_index
            ):
                draft.fault(
                    "stack",
                    f"`{statement.after.text}` stands in no stack before this one",
                    statement.after.span,
                )
            else:
                draft.unknown("modifier", statement.after, order)
        for name in statement.names:
            limit = draft.limit_index.get(name.text)
            if name.text in order:
                draft.fault("twice", f"`{name.text}` stands twice in the stack", name.span)
            elif limit is not None and limit not in on_price:
                draft.fault(
                    "stack",
                    f"`{name.text}` limits no unit price and has no place in the stack",
                    name.span,
                )
            elif name.text not in draft.modifier_index and limit is None:
                draft.unknown("modifier", name, [*draft.modifier_index, *draft.limit_index])
            else:
                order.insert(place, name.text)
                place += 1
    rest = sorted({x.name for x in modifiers} - set(order)) + sorted(
        {limits[n].name for n in on_price} - set(order)
    )
    plain = not on_price and all(x.kind == "multiplier" for x in modifiers)
    if rest and not plain:
        origins = [modifier.origin for modifier in modifiers] + [limit.origin for limit in limits]
        span = spans[0] if spans else span_of(origins[0])
        missing = ", ".join(f"`{name}`" for name in rest)
        draft.fault(
            "stack",
            f"the order matters here, and the stack does not name {missing}",
            span,
            "write the whole order, such as `stack " + ", ".join(order + rest) + "`",
        )
    found: list[m.Member] = []
    for member in order + rest:
        if member in draft.modifier_index and draft.modifier_index[member] < len(modifiers):
            found.append(("modifier", draft.modifier_index[member]))
        elif member in draft.limit_index:
            found.append(("limit", draft.limit_index[member]))
    return found
