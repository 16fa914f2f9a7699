"""A proof that an amount never falls over a threshold is never contradicted by the bills.

Two combinations are made to differ in whatever a combination can have, each kind of step among it:
a new kind of step, or a new part of a combination, is drawn without a line here, or asked for.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any, get_args

import pytest
from attrs import evolve, fields

from pricelang.evaluate.combination import Combination, cell_at
from pricelang.evaluate.line_rates import Rate
from pricelang.evaluate.stack.operations import Kind, Step
from pricelang.model import book as m
from pricelang.present.decimals import RoundingMode
from pricelang.verify.crossings import Crossing, Pair, Usage
from pricelang.verify.fall_proofs import never_falls
from tests.verify import checked

TEXT = """book falls in USD
unit MTok is 1,000,000 tokens
meter input, output in tokens
meter calls in requests
meter runtime in hours
models
  | model | released   |
  | m-1   | 2026-01-01 |
rates per MTok
  | model | from       | input | output |
  | m-1   | 2026-01-01 | $4    | $20    |
charge calls
  $1 per request
charge runtime
  $2 per hour
  at least 3 hours per use
multiplier long
  x 2 on output when input over 10
multiplier many
  x 2 on output when calls over 5
stack long, many
"""
HERE = m.Origin("falls.price", 1, 1, 1)
AMOUNTS = [Fraction(n, 4) for n in (0, 1, 2, 3, 4, 6, 8, 20)]
PAIRS, USAGES = 500, 6


def the_book() -> m.Book:
    found = checked((TEXT,)).book
    assert found is not None, checked((TEXT,)).faults
    return found


BOOK = the_book()
CELL = cell_at(BOOK, (0, 1, 0, 0))
INPUT, OUTPUT, CALLS, RUNTIME = range(len(BOOK.meters))


# ---- what a combination can have -----------------------------------------------------------------


def some_steps(*kinds: Kind) -> Callable[[Random], tuple[Step, ...]]:
    """None to two steps of some kinds."""

    def drawn(random: Random) -> tuple[Step, ...]:
        return tuple(
            Step("rule", random.choice(kinds), random.choice(AMOUNTS), "request", Fraction(1), HERE)
            for _ in range(random.randint(0, 2))
        )

    return drawn


def a_rounding(stage: m.Stage) -> Callable[[Random], m.Rounding | None]:
    def drawn(random: Random) -> m.Rounding | None:
        mode: RoundingMode = random.choice(get_args(RoundingMode))
        made = m.Rounding(stage, (), Fraction(random.choice([1, 2, 4])), "USD", mode, HERE)
        return random.choice([None, made, made])

    return drawn


def some_rates(random: Random) -> dict[str, Any]:
    """The rates of the book at other prices, a use of some at least so much."""
    found: dict[str, Any] = {}
    for name, rate in CELL.rates.items():
        assert isinstance(rate, Rate), name
        least = rate.minimum if random.random() < 0.5 else None
        found[name] = evolve(rate, unit_price=random.choice(AMOUNTS), minimum=least)
    return found


def a_conversion(random: Random) -> m.Conversion | None:
    return random.choice([None, m.Conversion("EUR", (), Fraction(1, 2), HERE)])


def is_free(random: Random) -> m.Remark | None:
    return random.choice([None, m.Remark((), "a gift", HERE)])


VARIED: dict[str, Callable[[Random], Any]] = {
    "rates": some_rates,
    "extras": some_steps("add"),
    "floors": some_steps("at_least", "at_most"),
    "line_rounding": a_rounding("line"),
    "total_rounding": a_rounding("total"),
    "conversion": a_conversion,
    "free": is_free,
}
"""What an amount is made of, and how it is drawn."""
SAID = {"model", "silences", "notes", "left_out", "point"}
KEPT = {"coefficients", "places", "divisor", "terms"}
"""What no amount is made of: what is told, and what is kept of the rest."""


def test_each_part_of_a_combination_is_drawn() -> None:
    assert {one.name for one in fields(Combination)} == {*VARIED} | SAID | KEPT


def a_combination(
    random: Random, draw: dict[str, Callable[[Random], Any]], like: Combination, chance: float
) -> Combination:
    """A combination like another, but for some of its parts."""
    chosen = [name for name in draw if random.random() < chance and name != "conversion"]
    cell = evolve(like, coefficients=None, **{name: draw[name](random) for name in chosen})
    if cell.free is None:
        return cell
    rates = {name: evolve(rate, unit_price=Fraction(0)) for name, rate in cell.rates.items()}
    return evolve(cell, rates=rates)


def some_usage(random: Random, crossing: Crossing) -> Usage:
    """Quantities of which one more of the meter crosses the threshold."""
    much = [Fraction(n) for n in (0, 1, 2, 7, 100, 1_000_000)]
    found = {
        INPUT: Fraction(random.choice([0, 1, 9, 10])),
        OUTPUT: random.choice(much),
        CALLS: Fraction(random.choice([0, 1, 4, 5])),
        RUNTIME: random.choice([*much, Fraction(1, 3)]),
    }
    found[crossing.meter] = BOOK.sums[next(iter(crossing.crossed))].limits[0]
    return {meter: size for meter, size in found.items() if size}


def proven(draw: dict[str, Callable[[Random], Any]], seed: str) -> int:
    """How many of some pairs are proven never to fall. Fails where a bill contradicts it."""
    random, count = Random(seed), 0
    for _ in range(PAIRS):
        like = evolve(CELL, conversion=draw["conversion"](random))
        before = a_combination(random, draw, like, 0.9)
        after = a_combination(random, draw, before, 0.5)
        sum_ = random.randrange(len(BOOK.sums))
        crossing = Crossing(BOOK.sums[sum_].meters[0], frozenset([sum_]), (0, 0))
        pair = Pair.of(BOOK, before, after, crossing)
        if never_falls(pair):
            count += 1
            for _ in range(USAGES):
                usage = some_usage(random, crossing)
                was, now = pair.totals(usage)
                assert was <= now, (before, after, usage)
    return count


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("place", ["extras", "floors"])
def test_a_proof_holds_whatever_the_steps_of_a_request(place: str, kind: Kind) -> None:
    """Each kind alone, and beside what bounds a request."""
    for kinds in ((kind,), (kind, "at_least", "at_most")):
        assert proven({**VARIED, place: some_steps(*kinds)}, f"{place} {kinds}") > 3


@pytest.mark.parametrize("parts", [*itertools.combinations(VARIED, 2)], ids=" and ".join)
def test_a_proof_holds_whatever_two_parts_are(parts: tuple[str, ...]) -> None:
    draw = {name: VARIED[name] if name in parts else _same(name) for name in VARIED}
    assert proven(draw, " and ".join(parts)) > 3


def _same(name: str) -> Callable[[Random], Any]:
    return lambda random: getattr(CELL, name)


@pytest.mark.parametrize(
    ("price", "step", "before", "after"),
    [
        # two halves are two dollars when each is rounded, and more than both is one
        ("0", 1, {"extras": ["1/2", "1/2"]}, {"extras": ["5/4"]}),
        # the cap is over all that ten tokens cost, and not over what that is rounded to
        ("1/2", 8, {}, {"floors": ["7"]}),
    ],
)
def test_what_rounding_makes_of_lines_is_not_taken_for_their_sum(
    price: str, step: int, before: dict[str, list[str]], after: dict[str, list[str]]
) -> None:
    kinds: dict[str, Kind] = {"extras": "add", "floors": "at_most"}

    def cell(parts: dict[str, list[str]]) -> Combination:
        rates = {
            name: evolve(rate, unit_price=Fraction(price)) for name, rate in CELL.rates.items()
        }
        steps = {
            name: tuple(
                Step("rule", kinds[name], Fraction(x), "request", Fraction(1), HERE) for x in values
            )
            for name, values in parts.items()
        }
        rounding = m.Rounding("line", (), Fraction(step), "USD", "half_up", HERE)
        return evolve(CELL, coefficients=None, rates=rates, line_rounding=rounding, **steps)

    pair = Pair.of(BOOK, cell(before), cell(after), Crossing(INPUT, frozenset([0]), (0, 0)))
    was, now = pair.totals({INPUT: Fraction(10)})
    assert was > now
    assert not never_falls(pair)
