"""What counters of accounts a book has: whose usage each counts, and in which period."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Literal, TypeAlias

from attrs import frozen

from pricelang.engines.warehouse_plan import Plan
from pricelang.evaluate.account_keys import key_of
from pricelang.evaluate.allowance_terms import AllowanceTerms, SpendLimit
from pricelang.evaluate.billing_periods import Term
from pricelang.evaluate.rate_table.unit_prices import UnitPrices
from pricelang.model.book import Scope
from pricelang.model.charges import CALENDAR_PERIODS, period_word
from pricelang.model.errors import BadRequest

Kind: TypeAlias = Literal["pool", "tiers", "ladder", "whole"]
"""What counts: the pool or the tiers of a meter's own charge, a ladder that gives each unit the
tier
of its place, and one that gives all units that of the whole period.
"""


@frozen(order=True)
class KeyPeriod:
    """A period of a key: `per` such as `project per month`, with the `term` where it is one."""

    per: str
    term: Term = None

    @property
    def key(self) -> str:
        """Whose usage it is of."""
        return key_of(self.per)

    @property
    def period(self) -> str:
        """The name of its period, another for each term."""
        return period_word(self.per) if self.term is None else f"term_{self.term[0]}_{self.term[1]}"


@frozen(order=True)
class AccountCounter:
    """A counter: the span, and the scope of the usage that it counts."""

    span: KeyPeriod
    scope: Scope


@frozen
class Counted:
    """What the counters of a kind count: the units of a meter, or those of a ladder of the plan.
    The rates say which of these counters has a row, by its number from 1 on; 0 is none.
    """

    kind: Kind
    index: int

    @property
    def name(self) -> str:
        """A name of ours."""
        return f"{self.kind}_{self.index}"

    @property
    def is_ladder(self) -> bool:
        """Decides whether it is one of a book's ladders."""
        return self.kind in ("ladder", "whole")

    def number(self, plan: Plan) -> str:
        """The number of the counter of a row."""
        return f"r.{plan.dialect.quote(f'{self.name}_counter')}"

    def numbers(self, plan: Plan, span: KeyPeriod) -> str:
        """The numbers of the counters of one span."""
        each = enumerate(counters(plan, self), 1)
        return ", ".join(str(n) for n, counter in each if counter.span == span)

    def spans(self, plan: Plan) -> list[KeyPeriod]:
        """The spans of its counters."""
        return sorted({counter.span for counter in counters(plan, self)})

    def units(self, plan: Plan, billed: Callable[[int], str], before: int | None = None) -> str:
        """The units that a row moves it by: those of all its meters, or of the ones that come
        `before` one of them.
        """
        if not self.is_ladder:
            return billed(self.index)
        found = [
            f"case when r.{plan.dialect.quote(f'{self.name}_counts_{n}')} = 1 then {billed(n)} "
            f"else 0 end"
            for n in plan.ladders[self.index].meters
            if before is None or n < before
        ]
        return f"({' + '.join(found)})" if found else plan.dialect.cast("0", plan.dialect.number)


def counter_of(plan: Plan, number: int, counted: Counted) -> AccountCounter | None:
    """The counter that counts the requests of a card, by its number; None where there is none."""
    if counted.is_ladder:
        # later tiers are offered to those requests alone that the ladder counts
        ladder, held = (
            plan.ladders[counted.index],
            any(x[counted.index] for x in plan.tiered[number]),
        )
        return AccountCounter(KeyPeriod(ladder.per, ladder.term), ()) if held else None
    terms = plan.rates.cards[number].terms
    return _own_counter(terms[counted.index], counted.kind) if terms else None


def _own_counter(terms: AllowanceTerms | None, kind: Kind) -> AccountCounter | None:
    if terms is None or not (terms.pool if kind == "pool" else len(terms.tiers) > 1):
        return None
    if kind == "pool":
        return AccountCounter(KeyPeriod(terms.per, terms.pool_term), terms.pool_scope)
    return AccountCounter(KeyPeriod(terms.per, terms.tier_term), terms.tier_scope)


@lru_cache(maxsize=64)
def counters(plan: Plan, counted: Counted) -> tuple[AccountCounter, ...]:
    """The counters of a kind, in the order of their numbers."""
    found = {counter_of(plan, n, counted) for n in range(len(plan.rates.cards))}
    return tuple(sorted(each for each in found if each is not None))


def counted_of(plan: Plan, meter: int) -> list[Counted]:
    """The pool and the tiers of a meter's own charge, where it has any."""
    return [x for x in (Counted("pool", meter), Counted("tiers", meter)) if counters(plan, x)]


def ladders_counted(plan: Plan) -> list[Counted]:
    """The ladders on which rates turn."""
    return [Counted("whole" if x.all_units else "ladder", n) for n, x in enumerate(plan.ladders)]


def bounds_at(card: UnitPrices) -> tuple[SpendLimit, ...]:
    """Those that hold for the requests of a card."""
    return () if card.account is None else (*card.account.bounds, *card.account.credits)


@lru_cache(maxsize=8)
def bounds(plan: Plan) -> tuple[SpendLimit, ...]:
    """The floors, caps and commitments of accounts that hold anywhere, and credits."""
    found = {bound.number: bound for card in plan.rates.cards for bound in bounds_at(card)}
    return tuple(found[number] for number in sorted(found))


def spans_of(plan: Plan) -> tuple[KeyPeriod, ...]:
    """Each key and period, such as `project per month`, by which accounts are counted; a month of
    each key that has a column and no rule. Raises `BadRequest` for a key that has no column
    (`mixed_accounts`), and for a floor or cap of what is converted (`bad_book`).
    """
    every = [counted for n in range(len(plan.quantities)) for counted in counted_of(plan, n)]
    every += ladders_counted(plan)
    rules = {counter.span for counted in every for counter in counters(plan, counted)}
    rules |= {KeyPeriod(bound.per, bound.term) for bound in bounds(plan)}
    named = [key for key, _ in plan.accounts]
    for span in sorted(rules):
        if span.key not in named:
            raise BadRequest(
                "mixed_accounts",
                f"the book counts usage per {span.per}, and no column of accounts is of the key "
                f"`{span.key}`",
                help=f"name the column of its values as `{span.key}=COLUMN`",
            )
    if bounds(plan) and plan.rates.currency != plan.book.currency:
        raise BadRequest(
            "bad_book", f"`{bounds(plan)[0].name}` bounds what is converted into another currency"
        )
    held = {span.key for span in rules}
    return tuple(
        sorted(rules | {KeyPeriod(f"{key} per month") for key in named if key not in held})
    )


def periods_of(plan: Plan) -> list[KeyPeriod]:
    """A span of each period in which anything is counted: those of the calendar, the shortest
    first, then terms.
    """
    found = {span.period: span for span in spans_of(plan)}
    calendar = [found[each] for each in CALENDAR_PERIODS if each in found]
    return calendar + [span for span in found.values() if span.term is not None]
