"""What counters of accounts a book has: whose usage each counts, and in which period."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, TypeAlias, get_args

from attrs import frozen

from pricelang.engines.warehouse_plan import Plan
from pricelang.evaluate.account_keys import key_of
from pricelang.evaluate.allowance_terms import AllowanceTerms, SpendLimit
from pricelang.model.book import Scope
from pricelang.model.charges import PERIODS
from pricelang.model.errors import BadRequest

Kind: TypeAlias = Literal["pool", "tiers"]


@frozen(order=True)
class Counter:
    """A counter of a meter: `per` which key and period, and the scope of the usage that it
    counts.
    """

    per: str
    scope: Scope


@frozen
class Counted:
    """What counters of a kind count: the units of a meter. The rates say which counter of them has
    a row, by its number from 1 on; 0 is none.
    """

    meter: int
    kind: Kind

    def number(self, plan: Plan) -> str:
        """The number of the counter of a row."""
        return f"r.{plan.dialect.quote(f'{self.kind}_counter_{self.meter}')}"

    def numbers(self, plan: Plan, per: str) -> str:
        """The numbers of the counters per one key and period."""
        each = enumerate(counters(plan, self), 1)
        return ", ".join(str(n) for n, counter in each if counter.per == per)


def counter_of(terms: AllowanceTerms | None, kind: Kind) -> Counter | None:
    """The counter of an account's terms; None where they have no pool, or no later tier."""
    if terms is None or not (terms.pool if kind == "pool" else len(terms.tiers) > 1):
        return None
    return Counter(terms.per, terms.pool_scope if kind == "pool" else terms.tier_scope)


@lru_cache(maxsize=64)
def counters(plan: Plan, counted: Counted) -> tuple[Counter, ...]:
    """The counters of a kind, in the order of their numbers."""
    terms = [row.terms[counted.meter] for row in plan.rates.cards if row.terms]
    found = {counter_of(each, counted.kind) for each in terms}
    return tuple(sorted(each for each in found if each is not None))


@lru_cache(maxsize=8)
def is_orderless(plan: Plan) -> bool:
    """Decides whether the order of an account's rows changes no sum of what they cost: all that one
    counter counts has the same tiers and pools.
    """
    found: dict[tuple[Counted, Counter], AllowanceTerms] = {}
    for row in plan.rates.cards:
        for n, terms in enumerate(row.terms):
            for kind in get_args(Kind):
                counter = counter_of(terms, kind)
                if counter is not None and terms is not None:
                    if found.setdefault((Counted(n, kind), counter), terms) != terms:
                        return False
    return True


@lru_cache(maxsize=8)
def bounds(plan: Plan) -> tuple[SpendLimit, ...]:
    """The floors and caps of accounts that hold anywhere."""
    found = {bound.number: bound for row in plan.rates.cards for bound in row.bounds}
    return tuple(found[number] for number in sorted(found))


def counted_per(plan: Plan) -> tuple[str, ...]:
    """Each key and period, such as `project per month`, by which accounts are counted; a month of
    each key that has a column and no rule. Raises `BadRequest` for a key that has no column
    (`mixed_accounts`), and for a floor or cap of what is converted (`bad_book`).
    """
    rules = {terms.per for row in plan.rates.cards for terms in row.terms if terms is not None}
    rules |= {bound.per for bound in bounds(plan)}
    named = [key for key, _ in plan.accounts]
    for per in sorted(rules):
        if key_of(per) not in named:
            raise BadRequest(
                "mixed_accounts",
                f"the book counts usage per {per}, and no column of accounts is of the key "
                f"`{key_of(per)}`",
                help=f"name the column of its values as `{key_of(per)}=COLUMN`",
            )
    if bounds(plan) and plan.rates.currency != plan.book.currency:
        raise BadRequest(
            "bad_book", f"`{bounds(plan)[0].name}` bounds what is converted into another currency"
        )
    held = {key_of(per) for per in rules}
    return tuple(sorted(rules | {f"{key} per month" for key in named if key not in held}))


def period_of(per: str) -> str:
    """The period of a key and a period.

    >>> period_of("project per month")
    'month'
    """
    return per.rpartition(" ")[2]


def periods_of(plan: Plan) -> list[str]:
    """The periods in which anything is counted, the shortest first."""
    return [each for each in PERIODS if each in map(period_of, counted_per(plan))]
