"""Fourth pass: charges: prices, graduated tiers, minimums per use, free allowances."""

from __future__ import annotations

import datetime
from fractions import Fraction
from functools import partial

from pricelang.check.draft import SCOPED, WORDS, Draft, span_of
from pricelang.check.draft_faults import AMEND
from pricelang.model import book as m
from pricelang.model.charges import CALENDAR_PERIODS, PERIODS, TERM, period_word
from pricelang.model.space import meet, term_of, undated
from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import Fault, Mend

STEPS = (
    "tell them apart with `for`, `when` or days, or begin one with `after` a quantity of its own"
)


def read_charges(draft: Draft, rated: dict[int, m.Origin]) -> list[m.Charge]:
    """All charges; `rated` has the place of a rate for each meter with rates of models."""
    found: dict[int, m.Charge] = {}
    for layer, statement in draft.statements(t.Charge):
        draft.only(statement.endings, WORDS, "the first line of a charge")
        meter = draft.meter(statement.name)
        if meter is None or not draft.declare("charge", statement.name, AMEND):
            continue
        if meter in rated:
            message = f"`{statement.name.text}` has rates of models and a charge"
            other = (span_of(rated[meter]), "a rate of a model")
            draft.fault("overlap", message, statement.name.span, None, other)
        found[meter] = _charge(draft, layer, statement, meter)
    return list(found.values())


def _charge(draft: Draft, layer: int, statement: t.Charge, meter: int) -> m.Charge:
    prices: list[m.ChargePrice] = []
    minimums: list[m.ChargeQuantity] = []
    pools: list[m.ChargeQuantity] = []
    free: list[m.Offer] = []
    for line in statement.lines:
        draft.only(line.endings, SCOPED | WORDS, "a line of a charge")
        scope = draft.scope(line.endings, layer)
        origin = draft.origin(line.span, line.endings, statement.endings)
        if isinstance(line, t.ChargePrice):
            prices.append(_price(draft, line, meter, scope, origin, 2 * layer))
        elif isinstance(line, t.ChargeMinimum):
            if line.each.text != "use":
                draft.fault("unit", "a minimum is per use", line.each.span)
            _no_instead_of(draft, line)
            minimums.append(charge_quantity(draft, line, meter, scope, "", origin))
        elif isinstance(line, t.ChargePool):
            _no_instead_of(draft, line)
            account = account_of(draft, line.account)
            pools.append(charge_quantity(draft, line, meter, scope, account, origin))
            check_term(draft, line.account, scope)
            check_turn(draft, line)
        else:
            draft.needs_reason("what is free", line.span, line.endings, statement.endings)
            free.append(m.Offer(scope, origin))
    origin = draft.origin(statement.name.span, statement.endings)
    charge = m.Charge(
        meter,
        title_of(statement),
        tuple(prices),
        tuple(minimums),
        tuple(pools),
        tuple(free),
        origin,
    )
    check_lines(draft, charge)
    return charge


def check_lines(draft: Draft, charge: m.Charge) -> None:
    """Reports lines of a charge that hold together and must not."""
    _check_overlaps(draft, charge)
    _check_ladders(draft, charge)
    _check_accounts(draft, charge)


def title_of(
    statement: t.Charge | t.Multiplier | t.Surcharge | t.Limit | t.Tiers | t.Commitment | t.Credit,
) -> str:
    """The title of a statement, or its name where it has none."""
    return statement.title.text if statement.title is not None else statement.name.text


def _price(
    draft: Draft, line: t.ChargePrice, meter: int, scope: m.Scope, origin: m.Origin, rank: int
) -> m.ChargePrice:
    size, per = draft.per_size(line.per, meter, line.per.span)
    after = None
    if line.after is not None and line.after_unit is not None:
        after = quantity_of(draft, line.after, line.after_unit, meter)
    account = ""
    if line.account is not None:
        account = account_of(draft, line.account)
        check_term(draft, line.account, scope)
    draft.no_zero("a price", line.money, 'write `free because "..."`')
    _no_instead_of(draft, line)
    amount = draft.money(line.money)
    return m.ChargePrice(scope, rank, amount, None, size, per, after, account, origin)


def _no_instead_of(draft: Draft, line: t.ChargePrice | t.ChargeMinimum | t.ChargePool) -> None:
    if line.instead_of is not None:
        message, help = "`instead of` has no meaning here", "a contract writes it in `amend`"
        draft.fault("instead_of", message, line.span, help)


def charge_quantity(
    draft: Draft,
    line: t.ChargeMinimum | t.ChargePool,
    meter: int,
    scope: m.Scope,
    account: str,
    origin: m.Origin,
) -> m.ChargeQuantity:
    """A minimum or an allowance in the meter's unit."""
    quantity = quantity_of(draft, line.number, line.unit, meter)
    written = f"{line.number.written} {line.unit.text}"
    return m.ChargeQuantity(scope, quantity, written, account, origin)


def quantity_of(draft: Draft, number: t.Number, unit: t.Name, meter: int) -> Fraction:
    """A number of some unit in the meter's unit."""
    size, _ = draft.per_size(t.Per(None, unit, span=unit.span), meter, unit.span)
    return number.value * size


def account_of(draft: Draft, account: t.Account) -> str:
    """The key and the period of an account; a key is declared, since records must carry it."""
    holder, period = account.holder, account.period
    if holder.text in PERIODS and period.text in draft.account_keys:
        said = f"{period.text} per {holder.text}"
        draft.faults.append(
            Fault(
                "unknown_account",
                f"`per {holder.text} per {period.text}` is the other way round",
                holder.span,
                f"write `per {said}`",
                mend=partial(Mend, holder.span.column, period.span.end_column, said),
            )
        )
        return said
    if holder.text not in draft.account_keys:
        known, key = ", ".join(draft.account_keys), holder.text
        draft.unknown(
            "account",
            holder,
            draft.account_keys,
            help=f"known: {known}; another key that records carry is declared: `account {key}`",
        )
    if period.text not in PERIODS:
        draft.unknown("period", period, PERIODS)
    return f"{holder.text} per {period.text}"


def check_term(draft: Draft, account: t.Account, scope: m.Scope) -> None:
    """Reports what is counted `per term` where the line that says so has no first or no last day;
    `scope` is that of the line.
    """
    if account.period.text != TERM or (m.MODELS, 0) in scope:
        return
    start, end = term_of(draft.space.boundaries, scope)
    if start is None or end is None:
        lacks, add = ("first", "from") if start is None else ("last", "before")
        draft.fault(
            "no_term",
            f"a term is from the first day of its line to the last, and this one has no {lacks} "
            "day",
            account.period.span,
            f"add `{add}` and the day, or say it in a contract that has a term",
        )


def check_turn(draft: Draft, line: t.ChargePool) -> None:
    """Reports an allowance that changes within its period, where what is left of it is unknown."""
    period = line.account.period.text
    for date in (line.endings.start, line.endings.end):
        if date is None or period not in CALENDAR_PERIODS:
            continue
        instant = datetime.datetime.fromtimestamp(date.seconds, datetime.UTC)
        turn = instant.hour == instant.minute == instant.second == 0
        turn = turn and (period == "day" or instant.day == 1)
        if not turn or (period == "year" and instant.month != 1):
            message = f"a free allowance per {period} changes only at the turn of a {period}"
            draft.fault("mid_period", message, date.span)


def _check_overlaps(draft: Draft, charge: m.Charge) -> None:
    name = draft.meters[charge.meter].name
    groups: list[tuple[str, list[tuple[m.Scope, m.Origin]]]] = [
        ("minimums", [(x.scope, x.origin) for x in charge.minimums]),
        ("free allowances", [(x.scope, x.origin) for x in charge.pools]),
    ]
    for tier in {x.after for x in charge.prices}:
        groups.append(("prices", [(x.scope, x.origin) for x in charge.prices if x.after == tier]))
    for what, lines in groups:
        for number, (scope, origin) in enumerate(lines):
            for other, first in lines[:number]:
                if _meet(draft, scope, other):
                    message = f"two {what} of `{name}` hold for the same requests"
                    help = STEPS if what == "prices" else None
                    draft.overlap(message, span_of(origin), span_of(first), help)


def _meet(draft: Draft, scope: m.Scope, other: m.Scope) -> bool:
    """Decides whether some request is in both scopes."""
    shared = meet(scope, other)
    return shared is not None and draft.requests.request_in(shared) is not None


def _check_ladders(draft: Draft, charge: m.Charge) -> None:
    """Reports tiers of one request that count different usage; a ladder has one scope."""
    tiers = [price for price in charge.prices if price.after is not None]
    for number, tier in enumerate(tiers):
        for other in tiers[:number]:
            if (
                undated(tier.scope) != undated(other.scope)
                and tier.after != other.after
                and _meet(draft, tier.scope, other.scope)
            ):
                name = draft.meters[charge.meter].name
                draft.overlap(
                    f"two tiers of `{name}` hold for one request, and count different usage",
                    span_of(tier.origin),
                    span_of(other.origin),
                    "give the tiers of one ladder the same `for` and `when`",
                )
                break


def _check_accounts(draft: Draft, charge: m.Charge) -> None:
    """Reports usage of one request that counts towards two periods or two holders."""
    tiers = [(price.scope, price.account, price.origin) for price in charge.prices if price.account]
    pools = [(pool.scope, pool.account, pool.origin) for pool in charge.pools]
    for number, (scope, account, origin) in enumerate((*tiers, *pools)):
        for other, theirs, first in tiers[:number]:
            same = account == theirs
            if same and (
                period_word(account) != TERM or _term(draft, scope) == _term(draft, other)
            ):
                continue
            if _meet(draft, scope, other):
                name = draft.meters[charge.meter].name
                draft.overlap(
                    f"`{name}` is counted in two terms for one request"
                    if same
                    else f"`{name}` is counted per {theirs} and per {account} for one request",
                    span_of(origin),
                    span_of(first),
                    "give both the same `from` and `before`"
                    if same
                    else "give both the same key and period",
                )
                break


def _term(draft: Draft, scope: m.Scope) -> tuple[int | None, int | None]:
    return term_of(draft.space.boundaries, scope)
