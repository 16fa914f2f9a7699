"""What a contract changes in the charges of the book below it: their prices, the least that a use
counts as, and what an account has free.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fractions import Fraction
from typing import assert_never

from attrs import evolve

from pricelang.check.charges import (
    account_of,
    charge_quantity,
    check_lines,
    check_term,
    check_turn,
    quantity_of,
)
from pricelang.check.draft import SCOPED, WORDS, Draft, span_of
from pricelang.model import book as m
from pricelang.model.charges import TERM, period_word
from pricelang.model.space import meet, subtract, undated
from pricelang.present.decimals import money
from pricelang.syntax import tree as t


def amend_charges(
    draft: Draft, charges: list[m.Charge], derived: Collection[int]
) -> list[m.Charge]:
    """The charges as contracts amend them; `derived` are the meters that are amended elsewhere."""
    found = {charge.meter: charge for charge in charges}
    sound = not draft.broken
    for layer, amend in draft.statements(t.Amend):
        meter = draft.meter_index.get(amend.name.text)
        if meter in found:
            for line in amend.lines:
                found[meter] = _amended(draft, layer, amend, line, found[meter])
        elif meter is not None and meter not in derived:
            draft.fault(
                "unknown_charge",
                f"`{amend.name.text}` has no charge to amend",
                amend.name.span,
                "rates of models are replaced in a table, with `instead of`",
            )
    for before in charges if sound else ():
        if found[before.meter] is not before:
            check_lines(draft, found[before.meter])
    return list(found.values())


def _amended(
    draft: Draft, layer: int, amend: t.Amend, line: t.AmendLine, charge: m.Charge
) -> m.Charge:
    draft.only(line.endings, SCOPED | WORDS, "a line of `amend`")
    match line.effect:
        case t.ChargePrice():
            return _amend_price(draft, layer, line, line.effect, charge)
        case t.ChargeMinimum():
            minimums = _amend_quantity(draft, layer, line, line.effect, charge)
            return evolve(charge, minimums=minimums)
        case t.ChargePool():
            return evolve(charge, pools=_amend_quantity(draft, layer, line, line.effect, charge))
        case t.Factors() | t.DerivedFactor():
            draft.fault(
                "unit",
                f"`{amend.name.text}` is amended by a price",
                line.span,
                "write `$8 instead of $10 per ...`",
            )
            return charge
        case _:
            assert_never(line.effect)


def _amend_quantity(
    draft: Draft,
    layer: int,
    line: t.AmendLine,
    effect: t.ChargeMinimum | t.ChargePool,
    charge: m.Charge,
) -> tuple[m.ChargeQuantity, ...]:
    """The minimums or the allowances of a charge, one of them replaced or a new one added."""
    scope, account, known = draft.scope(line.endings, layer), "", charge.minimums
    if isinstance(effect, t.ChargePool):
        account, known = account_of(draft, effect.account), charge.pools
        check_term(draft, effect.account, scope)
        _check_turns(draft, layer, line, effect)
    elif effect.each.text != "use":
        draft.fault("unit", "a minimum is per use", effect.each.span)
    origin = draft.origin(line.span, line.endings)
    new = charge_quantity(draft, effect, charge.meter, scope, account, origin)
    replaced = [old for old in known if meet(old.scope, scope) is not None]
    if effect.instead_of is None:
        if not replaced:
            return (*known, new)
        message = "an amended quantity must say which one it replaces"
        help = f"write `{effect.number.written} instead of {replaced[0].written}`"
        draft.fault("instead_of", message, effect.span, help)
        return known
    instead = quantity_of(draft, effect.instead_of, effect.unit, charge.meter)
    stale = [old for old in replaced if (old.quantity, old.account) != (instead, account)]
    if stale or not replaced:
        accounts = (f" per {old.account}" if old.account else "" for old in stale)
        said = (old.written + per for old, per in zip(stale, accounts, strict=True))
        there = " or ".join(dict.fromkeys(said)) or "nothing"
        draft.fault(
            "stale_instead_of",
            f"the line replaces {effect.instead_of.written} {effect.unit.text}, "
            f"but there it says {there}",
            effect.span,
            None,
            *((span_of(old.origin), "it replaces this one") for old in stale[:2]),
        )
    return tuple(x for old in known for x in _replaced(draft, old, new, line))


def _replaced(
    draft: Draft, old: m.ChargeQuantity, new: m.ChargeQuantity, line: t.AmendLine
) -> Iterator[m.ChargeQuantity]:
    """A quantity where a new one does not hold, and the new one where it takes its place."""
    shared, whole = meet(old.scope, new.scope), draft.space.everything()
    if shared is None:
        yield old
        return
    parts = draft.trim(shared), draft.trim(old.scope)
    of_term = period_word(old.account) == TERM
    if old.account and not of_term:
        parts = undated(parts[0]), undated(parts[1])
    if old.account and parts[0] != parts[1]:
        message = "a free allowance is shared by all that it counts, and amended as a whole"
        help = "give the line the `for` and `when` of the allowance"
        help += ", and the days of its term" if of_term else ""
        draft.fault(
            "clause_not_here", message, line.span, help, (span_of(old.origin), "it is here")
        )
    yield evolve(new, scope=draft.trim(shared))
    for rest in subtract(meet(whole, old.scope) or (), new.scope):
        yield evolve(old, scope=draft.trim(rest))


def _check_turns(draft: Draft, layer: int, line: t.AmendLine, pool: t.ChargePool) -> None:
    """Reports an allowance that changes within its period, at the ends of the term too."""
    own, term = line.endings, draft.layers[layer].header.endings
    ends = evolve(own, start=own.start or term.start, end=own.end or term.end)
    check_turn(draft, evolve(pool, endings=ends))


def _amend_price(
    draft: Draft, layer: int, line: t.AmendLine, price: t.ChargePrice, charge: m.Charge
) -> m.Charge:
    scope = draft.scope(line.endings, layer)
    size, per = draft.per_size(price.per, charge.meter, price.per.span)
    amount = draft.money(price.money)
    if price.instead_of is None:
        draft.fault("instead_of", "an amended price must say which price it replaces", price.span)
        return charge
    instead = draft.money(price.instead_of)
    draft.no_zero(
        "a price", price.money, 'write `free for ... because "..."` as a statement of its own'
    )
    prices: list[m.ChargePrice] = []
    replaced: list[m.ChargePrice] = []
    for old in charge.prices:
        shared = meet(old.scope, scope)
        if shared is None or old.after is not None:
            prices.append(old)
            continue
        replaced.append(old)
        new = evolve(
            old,
            scope=draft.trim(shared),
            rank=2 * layer,
            amount=amount,
            instead_of=instead,
            size=size,
            per=per,
            origin=draft.origin(line.span, line.endings),
        )
        whole = meet(draft.space.everything(), old.scope) or ()
        rests = subtract(whole, scope)
        prices += [new, *(evolve(old, scope=draft.trim(rest)) for rest in rests)]
    _check_old_price(draft, price, instead / size, replaced)
    return evolve(charge, prices=tuple(prices))


def _check_old_price(
    draft: Draft, price: t.ChargePrice, instead: Fraction, replaced: list[m.ChargePrice]
) -> None:
    """Reports an amended price that does not stand instead of what it says, per unit."""
    stale = [old for old in replaced if old.amount / old.size != instead]
    if stale or not replaced:
        costs = {money(old.amount, draft.currency) + f" per {old.per}" for old in replaced}
        written = (price.instead_of or price.money).written
        draft.fault(
            "stale_instead_of",
            f"the price replaces {written}, but the price there is another",
            price.span,
            "there it costs " + " or ".join(sorted(costs)) if costs else None,
            *((span_of(old.origin), "it replaces this one") for old in stale[:2]),
        )
