"""A book compiled for a dialect and a table of usage: its rates, and which column says what."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from attrs import frozen

from pricelang.apps.price_book import PriceBook
from pricelang.engines.dialects.base import Dialect
from pricelang.engines.join_keys import Quantity
from pricelang.engines.ladder_rates import RatedLadder, TieredCard
from pricelang.engines.plan import scale_up
from pricelang.evaluate.rate_table.snapshots import RateSnapshots

VERSIONS, RATES = "pricelang_versions", "pricelang_rates"


@frozen(eq=False, repr=False)
class Plan:
    """A book compiled for a dialect: its rates, and which column of the usage says what.

    `columns` are those of the usage `u` by the names of the book, as SQL; `quantities` are in the
    order of the meters of the rates. `since` is in UTC seconds; `assumed` are the values that hold
    for every row; `of_some` says that models were named, and others have no rates. `accounts` are
    the keys of accounts, each with the column of its values, `ladders` what sets tiers by what they
    have used, and `tiered` the cards of the rates at all tiers of those.
    """

    book: PriceBook
    dialect: Dialect
    rates: RateSnapshots
    columns: Mapping[str, str]
    quantities: tuple[Quantity, ...]
    extra: int
    since: int | None
    assumed: tuple[tuple[str, str], ...]
    of_some: bool
    table: tuple[str, ...] = ("usage",)
    instants: str = "plain"
    schema: tuple[str, ...] = ()
    tie: str | None = None
    accounts: tuple[tuple[str, str], ...] = ()
    ladders: tuple[RatedLadder, ...] = ()
    tiered: tuple[TieredCard, ...] = ()

    @property
    def places(self) -> int:
        """The decimals of an amount."""
        return self.rates.decimals + self.extra

    @property
    def at(self) -> str:
        """The column of instants."""
        return self.columns["at"]

    @property
    def read_at(self) -> str:
        """The instant of a row, as it is compared."""
        return self.dialect.clock(self.instants).read(self.at)

    def name(self, *parts: str) -> str:
        """A name of parts, quoted."""
        return ".".join(map(self.dialect.quote, parts))

    def own(self, table: str) -> str:
        """A table of ours."""
        return self.name(*self.schema, table)


def largest_amount(plan: Plan) -> int:
    """The most that a request may cost, in atoms:
    the bound that no product and no sum of a row reaches.
    """
    most = 0
    for n, quantity in enumerate(plan.quantities):
        every = [*plan.rates.cards, *(card for one in plan.tiered for card in one.values())]
        price = max((card.atoms[n] or 0 for card in every), default=0)
        most += price * (quantity.largest or 0) * scale_up(quantity, plan.extra)
    return most


@lru_cache(maxsize=64)
def has_least(plan: Plan, meter: int) -> bool:
    """Whether a use of a meter may cost more than its quantity, since there is a minimum."""
    return any(row.least[meter] for row in plan.rates.cards)
