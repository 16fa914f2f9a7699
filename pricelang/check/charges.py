"""Fourth pass: what is priced by itself: prices, graduated tiers, minimums per use, free pools."""

from __future__ import annotations

import datetime
from fractions import Fraction

from attrs import evolve

from pricelang.check.draft import SCOPED, WORDS, Draft, span_of
from pricelang.model import book as m
from pricelang.model.space import meet, subtract, undated
from pricelang.present.decimals import money
from pricelang.syntax import tree as t

PERIODS = ("day", "month", "year")
HOLDERS = ("organization",)


def read_charges(draft: Draft, rated: dict[int, m.Origin]) -> list[m.Charge]:
    """All charges; `rated` are the meters that have models' rates,
    and so none of these, with one such place.
    """
    found: dict[int, m.Charge] = {}
    for layer, statement in draft.statements(t.Charge):
        draft.only(statement.endings, WORDS, "the first line of a charge")
        meter = draft.meter(statement.name)
        if meter is None or not draft.declare("charge", statement.name):
            continue
        if meter in rated:
            draft.fault(
                "overlap",
                f"`{statement.name.text}` has rates of models and a charge",
                statement.name.span,
                None,
                (span_of(rated[meter]), "a rate of a model"),
            )
        found[meter] = _charge(draft, layer, statement, meter)
    for layer, amend in draft.statements(t.Amend):
        amended = draft.meter_index.get(amend.name.text)
        if amended in found:
            found[amended] = _amend(draft, layer, amend, found[amended])
        elif amended is not None:
            draft.fault(
                "unknown_charge",
                f"`{amend.name.text}` has no charge to amend",
                amend.name.span,
                "rates of models are replaced in a table, with `instead of`",
            )
    return list(found.values())


def _charge(draft: Draft, layer: int, statement: t.Charge, meter: int) -> m.Charge:
    prices: list[m.ChargePrice] = []
    minimums: list[m.ChargeQuantity] = []
    pools: list[m.ChargeQuantity] = []
    free: list[m.Offer] = []
    for line in statement.lines:
        draft.only(line.endings, SCOPED | WORDS, "a line of a charge")
        scope, origin = (
            draft.scope(line.endings, layer),
            draft.origin(line.span, line.endings, statement.endings),
        )
        written = (
            f"{line.number.written} {line.unit.text}"
            if isinstance(line, t.ChargeMinimum | t.ChargePool)
            else ""
        )
        if isinstance(line, t.ChargePrice):
            prices.append(_price(draft, line, meter, scope, origin, 2 * layer))
        elif isinstance(line, t.ChargeMinimum):
            if line.each.text != "use":
                draft.fault("unit", "a minimum is per use", line.each.span)
            minimums.append(
                m.ChargeQuantity(
                    scope, _quantity(draft, line.number, line.unit, meter), written, "", origin
                )
            )
        elif isinstance(line, t.ChargePool):
            pools.append(
                m.ChargeQuantity(
                    scope,
                    _quantity(draft, line.number, line.unit, meter),
                    written,
                    account_of(draft, line.account),
                    origin,
                )
            )
            _check_turn(draft, line)
        else:
            if line.endings.because is None and statement.endings.because is None:
                draft.fault("no_reason", "what is free says why", line.span, 'add `because "..."`')
            free.append(m.Offer(scope, origin))
    title = statement.title.text if statement.title is not None else statement.name.text
    origin = draft.origin(statement.name.span, statement.endings)
    charge = m.Charge(
        meter, title, tuple(prices), tuple(minimums), tuple(pools), tuple(free), origin
    )
    _check_overlaps(draft, charge)
    _check_ladders(draft, charge)
    _check_accounts(draft, charge)
    return charge


def _price(
    draft: Draft, line: t.ChargePrice, meter: int, scope: m.Scope, origin: m.Origin, rank: int
) -> m.ChargePrice:
    size, per = draft.per_size(line.per, meter, line.per.span)
    after = None
    if line.after is not None and line.after_unit is not None:
        after = _quantity(draft, line.after, line.after_unit, meter)
    account = account_of(draft, line.account) if line.account is not None else ""
    if not line.money.value:
        draft.fault(
            "zero",
            "a price of zero makes things free without saying so",
            line.money.span,
            'write `free because "..."`',
        )
    if line.instead_of is not None:
        draft.fault(
            "instead_of",
            "`instead of` has no meaning here",
            line.span,
            "a contract writes it in `amend`",
        )
    return m.ChargePrice(
        scope, rank, draft.money(line.money), None, size, per, after, account, origin
    )


def _quantity(draft: Draft, number: t.Number, unit: t.Name, meter: int) -> Fraction:
    size, _ = draft.per_size(t.Per(None, unit, span=unit.span), meter, unit.span)
    return number.value * size


def account_of(draft: Draft, account: t.Account) -> str:
    """The holder and the period of what belongs to an account.
    An invoice tells no other holders apart.
    """
    if account.holder.text not in HOLDERS:
        draft.fault(
            "unknown_holder",
            f"no invoice tells one `{account.holder.text}` from another",
            account.holder.span,
            f"write `per {HOLDERS[0]} per month`, which counts all that the invoice is of",
        )
    if account.period.text not in PERIODS:
        draft.unknown("period", account.period, PERIODS)
    return f"{account.holder.text} per {account.period.text}"


def _check_turn(draft: Draft, line: t.ChargePool) -> None:
    """A pool changes only at the turn of its period, or nobody could say how much of it is left."""
    for date in (line.endings.start, line.endings.end):
        if date is None:
            continue
        instant = datetime.datetime.fromtimestamp(date.seconds, datetime.UTC)
        midnight = instant.hour == instant.minute == instant.second == 0
        turn = {
            "day": midnight,
            "month": midnight and instant.day == 1,
            "year": midnight and instant.day == 1 and instant.month == 1,
        }
        if not turn.get(line.account.period.text, True):
            draft.fault(
                "mid_period",
                f"a pool per {line.account.period.text} changes only at the turn of a "
                f"{line.account.period.text}",
                date.span,
            )


def _check_overlaps(draft: Draft, charge: m.Charge) -> None:
    name = draft.meters[charge.meter].name
    groups: list[tuple[str, list[tuple[m.Scope, m.Origin]]]] = [
        ("minimums", [(x.scope, x.origin) for x in charge.minimums]),
        ("pools", [(x.scope, x.origin) for x in charge.pools]),
    ]
    for tier in {x.after for x in charge.prices}:
        groups.append(("prices", [(x.scope, x.origin) for x in charge.prices if x.after == tier]))
    for what, lines in groups:
        for number, (scope, origin) in enumerate(lines):
            for other, first in lines[:number]:
                shared = meet(scope, other)
                if shared is not None and draft.requests.request_in(shared) is not None:
                    draft.fault(
                        "overlap",
                        f"two {what} of `{name}` hold for the same requests",
                        span_of(origin),
                        None,
                        (span_of(first), "the other"),
                    )


def _check_ladders(draft: Draft, charge: m.Charge) -> None:
    """A request is on one ladder of tiers: the lines of one scope, which count its usage."""
    tiers = [price for price in charge.prices if price.after is not None]
    for number, tier in enumerate(tiers):
        for other in tiers[:number]:
            shared = (
                meet(tier.scope, other.scope)
                if undated(tier.scope) != undated(other.scope)
                else None
            )
            if (
                shared is not None
                and tier.after != other.after
                and draft.requests.request_in(shared) is not None
            ):
                name = draft.meters[charge.meter].name
                draft.fault(
                    "overlap",
                    f"two tiers of `{name}` hold for one request, and count different usage",
                    span_of(tier.origin),
                    "give the tiers of one ladder the same `for` and `when`",
                    (span_of(other.origin), "the other"),
                )
                break


def _check_accounts(draft: Draft, charge: m.Charge) -> None:
    """What one request counts towards is of one holder and one period,
    or no sum tells what is left of it.
    """
    tiers = [(price.scope, price.account, price.origin) for price in charge.prices if price.account]
    pools = [(pool.scope, pool.account, pool.origin) for pool in charge.pools]
    for number, (scope, account, origin) in enumerate((*tiers, *pools)):
        for other, theirs, first in tiers[:number]:
            shared = meet(scope, other) if account != theirs else None
            if shared is not None and draft.requests.request_in(shared) is not None:
                name = draft.meters[charge.meter].name
                draft.fault(
                    "overlap",
                    f"`{name}` is counted per {theirs} and per {account} for one request",
                    span_of(origin),
                    "give both the same period",
                    (span_of(first), "the other"),
                )
                break


def _amend(draft: Draft, layer: int, statement: t.Amend, charge: m.Charge) -> m.Charge:
    for line in statement.lines:
        draft.only(line.endings, SCOPED | WORDS, "a line of `amend`")
        if not isinstance(line.effect, t.ChargePrice):
            draft.fault(
                "unit",
                f"`{statement.name.text}` is amended by a price",
                line.span,
                "write `$8 instead of $10 per ...`",
            )
            continue
        charge = _amend_price(draft, layer, line, line.effect, charge)
    return charge


def _amend_price(
    draft: Draft, layer: int, line: t.AmendLine, price: t.ChargePrice, charge: m.Charge
) -> m.Charge:
    scope = draft.scope(line.endings, layer)
    size, per = draft.per_size(price.per, charge.meter, price.per.span)
    amount = draft.money(price.money)
    if price.instead_of is None:
        draft.fault("instead_of", "an amended price says what it stands instead of", price.span)
        return charge
    against = draft.money(price.instead_of)
    if not amount:
        draft.fault(
            "zero",
            "a price of zero makes things free without saying so",
            price.money.span,
            'write `free for ... because "..."` as a statement of its own',
        )
    prices: list[m.ChargePrice] = []
    against_all = [
        old for old in charge.prices if meet(old.scope, scope) is not None and old.after is None
    ]
    stale = [old for old in against_all if old.amount / old.size != against / size]
    for old in charge.prices:
        shared = meet(old.scope, scope)
        if shared is None or old.after is not None:
            prices.append(old)
            continue
        new = evolve(
            old,
            scope=draft.trim(shared),
            rank=2 * layer,
            amount=amount,
            instead_of=against,
            size=size,
            per=per,
        )
        prices.append(evolve(new, origin=draft.origin(line.span, line.endings)))
        whole = meet(draft.space.everything(), old.scope) or ()
        prices += [evolve(old, scope=draft.trim(rest)) for rest in subtract(whole, scope)]
    if stale or not against_all:
        held = sorted(
            {money(old.amount, draft.currency) + f" per {old.per}" for old in against_all}
        )
        places = tuple((span_of(old.origin), "it stands against this") for old in stale[:2])
        draft.fault(
            "stale_instead_of",
            f"the price stands instead of {price.instead_of.written}, but what it stands "
            "against is not that",
            price.span,
            "there it costs " + " or ".join(held) if held else None,
            *places,
        )
    return evolve(charge, prices=tuple(prices))
