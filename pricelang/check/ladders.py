"""Tiers by what an account has used or spent: dimensions with a ladder, and their thresholds."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attrs import evolve

from pricelang.check.axes import no_record_key
from pricelang.check.charges import account_of, check_term, title_of
from pricelang.check.draft import SCOPED, WORDS, Draft
from pricelang.model import book as m
from pricelang.model.units import plural
from pricelang.syntax import tree as t

WAYS = {"graduated": False, "all units": True}
"""How units are priced: each in the tier of its own place, or all in the one that is reached."""


def declare_ladders(draft: Draft) -> Iterator[m.Dimension]:
    """The dimensions of all `tiers`, after those of `declare_dimensions`; `fill_ladders` says what
    each counts, and where its later tiers are offered.
    """
    for _, statement in draft.statements(t.Tiers):
        draft.only(statement.endings, SCOPED | WORDS, "the first line of tiers")
        name = statement.name
        if not draft.declare("dimension", name):
            continue
        no_record_key(draft, name)
        values: dict[str, int] = {}
        for tier in statement.tiers:
            draft.only(tier.endings, WORDS, "a tier")
            if tier.name.text in values:
                draft.fault("twice", f"`{tier.name.text}` is a tier already", tier.name.span)
            values.setdefault(tier.name.text, len(values))
        if len(statement.tiers) == 1:
            message = "tiers with one step change no price"
            draft.fault("tiers", message, statement.tiers[0].span, "add a line with `after`")
        draft.dimension_index[name.text] = len(draft.value_index)
        draft.value_index.append(values)
        origin = draft.origin(name.span, statement.endings)
        unoffered = tuple(m.Value(value, (), ()) for value in values)
        yield m.Dimension(name.text, 0, unoffered, False, origin)


def fill_ladders(draft: Draft) -> None:
    """Adds what ladders count and where their tiers are offered, now that scopes can be made."""
    dimensions = list(draft.space.dimensions)
    for layer, statement in draft.statements(t.Tiers):
        name = statement.name
        if draft.places.get(("dimension", name.text)) == name.span:
            index = draft.dimension_index[name.text]
            dimensions[index] = _filled(draft, layer, statement, dimensions[index])
    draft.space = evolve(draft.space, dimensions=tuple(dimensions))


def _filled(draft: Draft, layer: int, statement: t.Tiers, dimension: m.Dimension) -> m.Dimension:
    """A dimension with its ladder. Every request has the first tier at least."""
    scope, counting = draft.scope(statement.endings, layer), statement.counting
    counts, account = draft.meter_set(counting.meters), account_of(draft, counting.account)
    check_term(draft, counting.account, scope)
    if len({draft.meters[meter].kind for meter in counts}) > 1 and not counting.spend:
        draft.fault("unit", "tiers count meters of one unit", counting.span)
    starts = _starts(draft, statement, counts)
    everywhere = draft.scope(t.Endings(), 0)
    offers: dict[str, m.Offer] = {}
    for number, tier in enumerate(statement.tiers):
        origin = draft.origin(tier.name.span, tier.endings, statement.endings)
        offers.setdefault(tier.name.text, m.Offer(scope if number else everywhere, origin))
    values = tuple(evolve(value, offers=(offers[value.name],)) for value in dimension.values)
    ladder = m.Ladder(
        title_of(statement),
        counts,
        counting.spend,
        account,
        _all_units(draft, counting),
        scope,
        tuple(starts),
        dimension.origin,
    )
    return evolve(dimension, values=values, ladder=ladder)


def _all_units(draft: Draft, counting: t.Counting) -> bool:
    """Decides whether the tier that is reached holds for all units."""
    written = " ".join(word.text for word in counting.way)
    if counting.way and written not in WAYS:
        whole = t.Name(written, span=counting.way[0].span)
        draft.unknown("way of tiers", whole, WAYS)
    return WAYS.get(written, False)


def _starts(draft: Draft, statement: t.Tiers, counts: tuple[int, ...]) -> list[Fraction]:
    """What must have been counted before each tier begins, ascending from nothing."""
    starts: list[Fraction] = []
    for tier in statement.tiers:
        start = _start(draft, statement.counting, tier, counts, first=not starts)
        if start is not None and starts and start <= starts[-1]:
            draft.fault(
                "tiers",
                f"`{tier.name.text}` begins where the tier before it does, or earlier",
                tier.after.span if tier.after is not None else tier.span,
                "write the tiers in ascending order",
            )
        starts.append(starts[-1] if start is None and starts else start or Fraction(0))
    return starts


def _start(
    draft: Draft, counting: t.Counting, tier: t.TierLine, counts: tuple[int, ...], first: bool
) -> Fraction | None:
    """What must have been counted before a tier begins; None after a fault."""
    name, after = tier.name.text, tier.after
    if first and after is not None:
        message = "the first tier begins with nothing used, and has no `after`"
        draft.fault(
            "tiers",
            message,
            after.span,
            f"write `{name}` alone, or a tier before it that has no `after`",
        )
        return None
    if after is None:
        if not first:
            message = f"`{name}` does not say where it begins"
            draft.fault("tiers", message, tier.span, "add `after` and a quantity")
        return Fraction(0) if first else None
    if isinstance(after, t.Money):
        if not counting.spend:
            message = f"`{name}` begins after an amount, but usage is counted"
            draft.fault("unit", message, after.span, "write `counts spend`, or a quantity")
            return None
        return draft.money(after)
    if counting.spend or tier.unit is None:
        message = f"`{name}` begins after a quantity, but what is spent is counted"
        draft.fault("unit", message, after.span, "write an amount of money")
        return None
    return _quantity(draft, after, tier.unit, counts)


def _quantity(
    draft: Draft, number: t.Number, written: t.Name, counts: tuple[int, ...]
) -> Fraction | None:
    """A number of some unit, in the unit that all like the counted meters convert to."""
    unit = draft.unit(written)
    if unit is None or not counts:
        return None
    meter = draft.meters[counts[0]]
    if unit.kind != meter.kind:
        message = f"tiers that count {plural(meter.kind)} begin after a number of them"
        draft.fault("unit", message, written.span, f"`{written.text}` is another unit")
        return None
    return number.value * unit.size
