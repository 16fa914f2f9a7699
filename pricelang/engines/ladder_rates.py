"""The rates of a book at every tier of its ladders: what one request has at each, beside those that
are no matter of ladders.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from functools import partial
from itertools import product
from math import prod

from attrs import evolve, frozen

from pricelang.engines.join_keys import Quantity
from pricelang.evaluate.billing_periods import Term, term_for
from pricelang.evaluate.rate_table.snapshots import RateSnapshots
from pricelang.evaluate.rate_table.unit_prices import UnitPrices
from pricelang.model import book as m
from pricelang.model.errors import BadRequest

Tiers = tuple[int, ...]
"""A tier of each ladder, in their order."""
TieredCard = dict[Tiers, UnitPrices]
"""The rates of a request at each of the tiers that it may have."""


@frozen(eq=False)
class RatedLadder:
    """A ladder on which rates turn: `index` is that of its dimension, `meters` are the numbers of
    those that it counts, `starts` where its tiers begin, as their quantities are counted.
    """

    index: int
    name: str
    per: str
    all_units: bool
    meters: tuple[int, ...]
    starts: tuple[int, ...]
    term: Term
    scope: m.Scope


def ladders_of(book: m.Book) -> dict[str, int]:
    """The dimensions that ladders set, with their indices."""
    return {x.name: n for n, x in enumerate(book.dimensions) if x.ladder is not None}


def first_tiers(book: m.Book) -> dict[str, str]:
    """The first tier of each ladder, which is what a price of one row has."""
    found = (book.dimensions[n] for n in ladders_of(book).values())
    return {one.name: one.values[one.default].name for one in found}


def without_ladders(
    ladders: Collection[str], rates: RateSnapshots
) -> tuple[RateSnapshots, tuple[str, ...], tuple[TieredCard, ...]]:
    """The rates without the dimensions of ladders, those of them on which rates turn, and the rates
    at every tier of these for each card. Raises `BadRequest` (`not_linear`) for too many
    combinations of values.
    """
    places = [n for n, (name, _) in enumerate(rates.dimensions) if name in ladders]
    if not places:
        return rates, (), tuple({(): card} for card in rates.cards)
    if rates.fold:
        raise BadRequest(
            "not_linear",
            "the dimensions have too many combinations of values for tiers that accounts reach",
            help="name the dimensions that have columns",
        )
    others = [n for n in range(len(rates.dimensions)) if n not in places]
    keys = tuple(dict.fromkeys(tuple(key[n] for n in others) for key in rates.keys))
    every = [*product(*(range(len(rates.dimensions[n][1])) for n in places))]
    numbers = {full: n for n, full in enumerate(rates.keys)}
    numbered = [[numbers.get(_full_key(rates, key, places, x)) for x in every] for key in keys]
    cards: dict[tuple[int | None, ...], int] = {}
    found = [
        None if at[0] is None else cards.setdefault(at, len(cards))
        for at in _at_every_tier(rates, numbered)
    ]
    tiered = tuple(
        {tiers: rates.cards[x] for tiers, x in zip(every, at, strict=True) if x is not None}
        for at in cards
    )
    slimmer = evolve(
        rates,
        dimensions=tuple(rates.dimensions[n] for n in others),
        keys=keys,
        cards=tuple(one[every[0]] for one in tiered),
        places=found,
    )
    turning = [i for i in range(len(places)) if any(map(partial(_turns, i), tiered))]
    names = tuple(rates.dimensions[places[i]][0] for i in turning)
    return slimmer, names, tuple(_at_tiers(card, turning) for card in tiered)


def _turns(ladder: int, card: TieredCard) -> bool:
    """Decides whether anything turns on the tier of a ladder."""
    return any(
        found is not card[*tiers[:ladder], 0, *tiers[ladder + 1 :]] for tiers, found in card.items()
    )


def _at_tiers(card: TieredCard, ladders: Sequence[int]) -> TieredCard:
    """The rates at the tiers of some ladders, and at the first of the others."""
    return {
        tuple(tiers[i] for i in ladders): found
        for tiers, found in card.items()
        if not any(tier for i, tier in enumerate(tiers) if i not in ladders)
    }


def _full_key(
    rates: RateSnapshots, key: Sequence[str], places: Sequence[int], tiers: Tiers
) -> tuple[str, ...]:
    """The key with the values of ladders in their places."""
    found = [*key]
    for place, tier in zip(places, tiers, strict=True):
        found.insert(place, rates.dimensions[place][1][tier])
    return (*found,)


def _at_every_tier(
    rates: RateSnapshots, keys: Sequence[Sequence[int | None]]
) -> Iterator[tuple[int | None, ...]]:
    """The card at each tier, for each version, key, point of the clock and side."""
    size = rates.axes.clocks * prod(rates.axes.sides)
    for version in range(len(rates.models)):
        for numbers in keys:
            for n in range(size):
                yield tuple(
                    None if x is None else rates.places[(version * len(rates.keys) + x) * size + n]
                    for x in numbers
                )


def rated_ladders(
    book: m.Book, names: Sequence[str], quantities: Sequence[Quantity]
) -> Iterator[RatedLadder]:
    """The ladders of some dimensions. Raises `BadRequest` (`not_linear`) for one that SQL cannot
    say.
    """
    for name in names:
        index = ladders_of(book)[name]
        ladder = book.dimensions[index].ladder
        assert ladder is not None
        if ladder.spend:
            raise BadRequest(
                "not_linear",
                f"SQL cannot say the tiers of `{name}`, which count what is spent",
                help="leave their meters out, or apply them with `pricelang invoice`",
            )
        counted = _counted(book, name, ladder, quantities)
        unit = _unit(book, name, [quantities[n] for n in counted])
        starts = [start / unit for start in ladder.starts]
        if any(start.denominator != 1 for start in starts):
            raise BadRequest(
                "not_linear",
                f"SQL cannot say a tier of `{name}`, which ends within a unit that is counted",
                help="apply its tiers with `pricelang invoice`",
            )
        yield RatedLadder(
            index,
            name,
            ladder.account,
            ladder.all_units,
            tuple(counted),
            tuple(int(start) for start in starts),
            term_for(book, ladder.account, ladder.scope),
            ladder.scope,
        )


def _counted(
    book: m.Book, name: str, ladder: m.Ladder, quantities: Sequence[Quantity]
) -> list[int]:
    """The meters that a ladder counts."""
    here = {quantity.meter: n for n, quantity in enumerate(quantities)}
    meters = [book.meters[meter].name for meter in ladder.counts]
    absent = [meter for meter in meters if meter not in here]
    if absent:
        raise BadRequest(
            "not_linear",
            f"the tiers of `{name}` count `{absent[0]}` too, which has no column",
            help=f"name all that they count: {', '.join(meters)}",
        )
    return sorted(here[meter] for meter in meters)


def _unit(book: m.Book, name: str, counted: Sequence[Quantity]) -> Fraction:
    """How many units of its kind each of the whole numbers is that a ladder counts."""
    sizes = {meter.name: meter.size for meter in book.meters}
    units = {sizes[quantity.meter] / int(10**quantity.scale) for quantity in counted}
    if len(units) > 1:
        raise BadRequest(
            "not_linear",
            f"SQL cannot say the tiers of `{name}`, which count meters of several units",
            help="apply its tiers with `pricelang invoice`",
        )
    return units.pop()
