"""Rates as rows of whole numbers: a request that is placed among them has a row with its price,
or it pays what no row says, or it has no price at all.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from attrs import evolve, frozen
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

import pricelang
from pricelang.evaluate.limits import WINDOW, limits_of
from pricelang.evaluate.rate_table.asked import RatesAsked
from pricelang.evaluate.rate_table.axes import Axes
from pricelang.evaluate.rate_table.request_limits import Each, most_of
from pricelang.evaluate.rate_table.scale import MAX_PLACES, ends_everywhere, most_places
from pricelang.evaluate.rate_table.slim import slim
from pricelang.evaluate.rate_table.snapshots import RateSnapshots, rate_snapshots
from pricelang.evaluate.rate_table.table import RateKey, rate_table
from pricelang.evaluate.rate_table.unit_prices import UnitPrices, finite_price
from pricelang.evaluate.rate_table.versions import dated
from pricelang.evaluate.rate_table.walk import Walk
from pricelang.model import book as m
from pricelang.model.time_of_day import setting_at
from pricelang.present.decimals import power_of_ten
from pricelang.usage.platform_names import LEAVES_UNSAID
from tests.generators import books
from tests.oracle import read_texts
from tests.oracle_requests import Ask, asks, share, vocabulary
from tests.test_agreement import SHIPPED, both, checked_texts

GENERATED = settings(share(0.4), phases=[Phase.explicit, Phase.generate])


@frozen
class Placed:
    """The point of each axis at which a request is."""

    version: int
    clock: int
    sides: tuple[int, ...]


def placed(book: m.Book, axes: Axes, ask: Ask) -> Placed:
    clock = axes.clock.settings.index(setting_at(book, ask.at)) if axes.clock is not None else 0
    sums = [
        sum((Fraction(ask.usage.get(meter, 0)) for meter in threshold.meters), Fraction(0))
        for threshold in axes.thresholds
    ]
    sides = (
        sum(total > limit for limit in threshold.limits)
        for threshold, total in zip(axes.thresholds, sums, strict=True)
    )
    return Placed(bisect_right(axes.cuts, ask.at), clock, tuple(sides))


def single_uses(ask: Ask) -> Ask:
    """The request with one use of each meter, as a row of a table has."""
    usage = {
        meter: sum(map(Fraction, uses)) if isinstance(uses, list) else uses
        for meter, uses in ask.usage.items()
    }
    return evolve(ask, usage=usage)


def priced_alone(book: pricelang.Book, ask: Ask, held: bool) -> pricelang.Bill | None:
    try:
        found = book.rates.request(ask.model, ask.instant, ask.usage, ask.dimensions, held=held)
    except pricelang.PriceError:
        return None
    return pricelang.Bill((found,))


def said_by(
    meters: tuple[str, ...],
    places: int,
    prices: UnitPrices | None,
    ask: Ask,
    alone: pricelang.Bill | None,
) -> str:
    """Compares a row with what is found for the request alone; returns what the row says."""
    cell = None if alone is None else alone.parts[0].cell
    if prices is None:
        assert alone is None or cell is None or cell.coefficients is None or is_wider(alone)
        return "no row"
    total = Fraction(0)
    for meter, quantity in ask.usage.items():
        price = prices.atoms[meters.index(meter)]
        least = prices.least[meters.index(meter)]
        if price is None:
            assert cell is None or finite_price(cell, meter) is None
            return "no price"
        if least is not None and 0 < quantity < least:
            assert alone is not None
            assert alone.exact_total >= total + price * Fraction(quantity) / 10**places
            return "less than a minimum"
        total += price * Fraction(quantity) / 10**places
    assert alone is not None
    assert cell is not None
    assert (alone.exact_total, alone.currency) == (total, prices.currency)
    assert cell.model.name == prices.model
    return "a price"


def is_wider(alone: pricelang.Bill) -> bool:
    """Whether a prompt is priced with the only window in which it fits, which it did not name."""
    return any(note.code == "long_window" for note in alone.notes)


# ---- a table of some combinations ----------------------------------------------------------------


def by_table(book: pricelang.Book, ask: Ask, named: bool, bounded: bool) -> str:
    """What the table of one request says of it: its values `named` or fixed, and with a period and
    the largest quantities or without.
    """
    meters = tuple(meter.name for meter in book.checked.meters)
    names = tuple(ask.dimensions) if named else ()
    values = tuple(ask.dimensions[name] for name in names)
    largest = {meter: math.ceil(quantity) for meter, quantity in ask.usage.items()}
    table = rate_table(
        book.rates,
        names,
        [(ask.model, values)],
        meters,
        (ask.at - 1, ask.at) if bounded else (None, None),
        {} if named else ask.dimensions,
        Each(largest={**dict.fromkeys(meters, 0), **largest} if bounded else {}),
    )
    at = placed(book.checked, table.axes, ask)
    prices = table.rows.get(RateKey(ask.model, at.version, values, at.clock, at.sides))
    return said_by(meters, table.places, prices, ask, priced_alone(book, ask, held=True))


@pytest.mark.parametrize("name", SHIPPED)
def test_a_table_of_a_shipped_book(name: str) -> None:
    book, _, words = both(name)
    seen: Counter[str] = Counter()

    @share(0.5)
    @given(asks(words), st.booleans(), st.booleans())
    def check(ask: Ask, named: bool, bounded: bool) -> None:
        seen[by_table(book, with_defaults(book, single_uses(ask)), named, bounded)] += 1

    check()
    # `extras` and its contract round their totals: no request of theirs is a sum of prices
    assert (seen["a price"] > 0.1 * seen.total()) == (not name.startswith("extras")), seen


def test_a_row_ends_where_one_request_ends() -> None:
    """On either side of every limit of a request, with the default window and with the other."""
    book, _, words = both("anthropic")
    seen: Counter[str] = Counter()
    for meters, steps in limits_of(book.checked).every.items():
        for model, most, dimensions in itertools.product(
            ("claude-opus-4-6", "claude-sonnet-4-5", "claude-haiku-5-5"),
            [step + more for step in steps for more in (0, 1)],
            ({}, {WINDOW: "long"}),
        ):
            ask = Ask(model, words.dates[-1], dimensions, {meters[0]: most})
            seen[by_table(book, ask, named=True, bounded=bool(most % 2))] += 1
    assert min(seen["a price"], seen["no row"]) > 10, seen


def test_what_requests_have_at_most_is_told_period_by_period() -> None:
    """Whatever the instant: what the period around it says is what holds on it."""
    book, _, words = both("anthropic")
    limits = limits_of(book.checked)
    names = ("claude-opus-4-6", "claude-sonnet-4-5", "claude-haiku-5-5", "claude-2.1")
    told = [*most_of(book.rates, names)]
    for name, day, more in itertools.product(names, words.dates, (-1, 0)):
        at = day + more
        point = dated(book.rates, name, at)
        holds = (None, None, None) if point is None else limits.of_all(point[0], at)
        around = [
            (one.answer, one.windows, one.wider)
            for one in told
            if one.name == name
            and (one.start is None or one.start <= at)
            and (one.end is None or at < one.end)
        ]
        assert around == ([holds] if holds[0] or holds[1] else [])


def with_defaults(book: pricelang.Book, ask: Ask) -> Ask:
    """The request with the defaults of what its platform leaves unsaid."""
    left = LEAVES_UNSAID.get(ask.dimensions.get("platform", ""), ())
    defaults = {
        one.name: one.values[one.default].name
        for one in book.checked.dimensions
        if one.name in left
    }
    return evolve(ask, dimensions={**defaults, **ask.dimensions})


Judge = Callable[[pricelang.Book, Ask, st.DataObject], str]


def on_generated_books(judge: Judge) -> Counter[str]:
    """What is said of requests of generated books."""
    seen: Counter[str] = Counter()

    @GENERATED
    @given(books(), st.data())
    def check(texts: tuple[str, ...], data: st.DataObject) -> None:
        checked = checked_texts(texts).book
        if checked is None:
            return
        note("\n".join(texts))
        book = pricelang.Book(checked)
        drawn = asks(vocabulary(read_texts(*texts)))
        for ask in data.draw(st.lists(drawn, min_size=6, max_size=6)):
            seen[judge(book, single_uses(ask), data)] += 1

    check()
    return seen


def test_a_table_of_a_generated_book() -> None:
    def judge(book: pricelang.Book, ask: Ask, data: st.DataObject) -> str:
        return by_table(book, ask, data.draw(st.booleans()), data.draw(st.booleans()))

    assert on_generated_books(judge)["a price"] > 0


# ---- the rates of a whole book -------------------------------------------------------------------


def by_snapshots(book: pricelang.Book, found: RateSnapshots, ask: Ask) -> str:
    """What the rates of a whole book say of a request."""
    at, number = placed(book.checked, found.axes, ask), key_of(found, ask)
    version = dict(found.names).get(ask.model, (None,) * (len(found.axes.cuts) + 1))[at.version]
    prices = None
    if version is not None and number is not None:
        place = (version * len(found.keys) + number) * found.axes.clocks + at.clock
        for side, count in zip(at.sides, found.axes.sides, strict=True):
            place = place * count + side
        card = found.places[place]
        prices = None if card is None else found.cards[card]
        assert prices is None or prices.model == found.models[version]
    return said_by(found.meters, found.decimals, prices, ask, priced_alone(book, ask, held=False))


def key_of(found: RateSnapshots, ask: Ask) -> int | None:
    """The number of the key of a request's values, or of their class."""
    values = [ask.dimensions.get(name, there[0]) for name, there in found.dimensions]
    if not found.fold:
        key = tuple(values)
        return found.keys.index(key) if key in found.keys else None
    number: int | None = 0
    for arms, value, (name, there) in zip(found.fold, values, found.dimensions, strict=True):
        assert number is not None
        number = arms[number * len(there) + in_the_book(found, name, value)]
        if number is None:
            return None
    return found.keys.index((str(number),))


def in_the_book(found: RateSnapshots, name: str, value: str) -> int:
    return next(there for one, there in found.dimensions if one == name).index(value)


def asked_for(ask: Ask, meters: tuple[str, ...], data: st.DataObject) -> RatesAsked:
    """Ways to ask for rates in which a request is found."""
    some = frozenset(data.draw(st.lists(st.sampled_from(meters)))) | ask.usage.keys()
    return RatesAsked(
        dimensions=data.draw(st.sampled_from([None, tuple(ask.dimensions)])),
        meters=tuple(sorted(some)) if data.draw(st.booleans()) else None,
        models=data.draw(st.sampled_from([None, [ask.model]])),
        period=data.draw(st.sampled_from([(None, None), (ask.at - 10, None), (ask.at, ask.at)])),
        widest=data.draw(st.sampled_from([None, 1])),
    )


def test_the_rates_of_a_generated_book() -> None:
    def judge(book: pricelang.Book, ask: Ask, data: st.DataObject) -> str:
        asked = asked_for(ask, tuple(meter.name for meter in book.checked.meters), data)
        note(str(asked))
        try:
            found = rate_snapshots(book.rates, asked)
        except pricelang.PriceError as error:
            assert error.code in ("bad_book", "unknown_model")  # noqa: PT017
            return error.code
        if data.draw(st.booleans()):
            found = slim(found)
        return by_snapshots(book, found, ask)

    assert on_generated_books(judge)["a price"] > 0


# ---- whole numbers -------------------------------------------------------------------------------

TENS = """book tens in USD
unit MTok is 1,000,000 tokens
meter input, output in tokens
meter calls in requests
models
  | model | released   |
  | m-1   | 2026-01-01 |
rates per token
  | model | from       | input | output  |
  | m-1   | 2026-01-01 | $1    | derived |
derive output is 2 x input
charge calls
  $1 per request
"""


def tens(*changes: tuple[str, str]) -> pricelang.Book:
    text = TENS
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    checked = checked_texts((text,))
    assert checked.book is not None, checked.faults
    return pricelang.Book(checked.book)


HALF = "multiplier half\n  x 0.5 on output\n"
FEE = "surcharge fee\n  $0.0125 per token on output\n"
CAP = "limit cap\n  at most $0.00125 per token on output\n"


@pytest.mark.parametrize(
    ("decimals", "changes"),
    [
        (0, ()),
        (2, [("$1    |", "$0.25 |")]),
        (3, [("$1 per request", "$5 per 1,000 requests")]),
        (1, [("2 x input", "0.5 x input")]),
        (3, [("2 x input", "0.5 x input"), ("$1    |", "$0.25 |")]),
        (1, [("charge calls", f"{HALF}stack half\ncharge calls")]),
        (4, [("charge calls", f"{FEE}stack fee\ncharge calls")]),
        (5, [("charge calls", f"{CAP}stack cap\ncharge calls")]),
        # What comes first in the stack is multiplied by what comes after it.
        (5, [("charge calls", f"{FEE}{HALF}stack fee, half\ncharge calls")]),
        (4, [("charge calls", f"{FEE}{HALF}stack half, fee\ncharge calls")]),
        # The larger of two: of prices and additions, and of the meters.
        (6, [("charge calls", f"{FEE}stack fee\ncharge calls"), ("$1    |", "$0.000001 |")]),
        (2, [("charge calls", "convert to EUR at 0.92\ncharge calls")]),
        (5, [("charge calls", f"convert to EUR at 0.5\n{FEE}stack fee\ncharge calls")]),
    ],
)
def test_the_decimals_of_unit_prices(decimals: int, changes: list[tuple[str, str]]) -> None:
    book = tens(*changes)
    assert most_places(book.checked) == decimals
    assert ends_everywhere(book.checked)
    # the same for all tables of a book, whatever its rows need
    assert rate_table(book.rates, (), [("m-1", ())], ("calls",)).places == decimals


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("$1    |", "$0.0000000000000000001 |"),  # 19 decimals
        ("$1 per request", "$1 per 3 requests"),
        ("charge calls", f"{FEE}stack fee\ncharge calls".replace("per token", "per 7 tokens")),
        ("charge calls", f"{CAP}stack cap\ncharge calls".replace("per token", "per 7 tokens")),
    ],
)
def test_prices_that_are_no_whole_numbers(old: str, new: str) -> None:
    book = tens((old, new))
    assert not ends_everywhere(book.checked)
    # where the figures of a book are out of reach, only what its rows need counts
    assert rate_table(book.rates, (), [("m-1", ())], ()).places <= MAX_PLACES


def test_no_unit_price_has_more_decimals_than_the_book_says() -> None:
    @GENERATED
    @given(books(), st.randoms(use_true_random=False))
    def check(texts: tuple[str, ...], random: Any) -> None:
        checked = checked_texts(texts).book
        if checked is None or checked.roundings:
            return
        note("\n".join(texts))
        sizes = [len(dimension.values) for dimension in checked.dimensions]
        sides = [len(total.limits) + 1 for total in checked.sums]
        walk, most = Walk(checked), most_places(checked)
        for _ in range(50):
            point = random.randrange(len(checked.models)), random.randrange(len(checked.boundaries))
            values, side = (tuple(map(random.randrange, found)) for found in (sizes, sides))
            cell = walk.cell(walk.start(point), point, values, side)
            for meter in checked.meters if cell is not None else ():
                price = finite_price(cell, meter.name)
                assert price is None or (power_of_ten(price.denominator) or 0) <= most

    check()
