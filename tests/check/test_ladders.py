"""What the tiers, commitments and credits of a book come to in its model."""

from __future__ import annotations

from fractions import Fraction

from pricelang.model import book as m
from pricelang.model.ladder_words import ladder_words
from pricelang.model.space import term_of
from tests.engines.usage import checked_texts

HEAD = """book small in USD
account project
unit MTok is 1,000,000 tokens
dimension region default us
  us, eu
meter input, output in tokens
meter runtime in hours
models
  | model | released   |
  | alpha | 2026-01-01 |
rates per MTok
  | model | from       | input | output |
  | alpha | 2026-01-01 | $1    | $5     |
charge runtime
  $0.50 per hour
"""
TIERS = """tiers volume when region is us from 2026-02-01 before 2027-02-01
  counts tokens per project per term
  standard
  gold  after 2,000 MTok
multiplier discount
  5% off tokens when volume is gold
"""
HOURS = """tiers hours_used
  counts runtime per organization per day, all units
  low
  mid   after 90 minutes
  high  after 4 hours
"""
SPENT = """tiers spent
  counts spend on input per organization per year
  low
  high  after $1,000
"""


def read(text: str) -> m.Book:
    checked = checked_texts((HEAD + text,))
    assert checked.book is not None, [fault.message for fault in checked.faults]
    return checked.book


def ladder(book: m.Book, name: str) -> tuple[m.Dimension, m.Ladder]:
    dimension = next(found for found in book.dimensions if found.name == name)
    assert dimension.ladder is not None
    return dimension, dimension.ladder


def test_later_tiers_are_offered_in_the_scope_of_their_ladder() -> None:
    book = read(TIERS)
    dimension, found = ladder(book, "volume")
    assert (dimension.default, dimension.clocked) == (0, False)
    first, gold = ([offer.scope for offer in value.offers] for value in dimension.values)
    assert (first, gold) == ([()], [found.scope])
    days = term_of(book.boundaries, found.scope)
    assert days == (1_769_904_000, 1_801_440_000)  # 2026-02-01 and 2027-02-01


def test_thresholds_are_in_units_that_all_counted_meters_convert_to() -> None:
    book = read(TIERS + HOURS + SPENT)
    _, volume = ladder(book, "volume")
    assert [book.meters[meter].name for meter in volume.counts] == ["input", "output"]
    assert volume.starts == (0, Fraction(2_000_000_000))
    _, hours = ladder(book, "hours_used")
    assert hours.starts == (0, 5_400, 14_400)  # seconds
    assert (hours.all_units, volume.all_units) == (True, False)
    _, spent = ladder(book, "spent")
    assert (spent.spend, spent.starts, spent.account) == (True, (0, 1_000), "organization per year")


def test_a_ladder_is_told_in_the_units_of_its_book() -> None:
    book = read(TIERS + HOURS + SPENT)
    assert [
        ladder_words(book, *ladder(book, name)) for name in ("volume", "hours_used", "spent")
    ] == [
        "gold after 2,000 MTok of input, output per project per term",
        "mid after 1.5 hours, high after 4 hours of runtime per organization per day, all units",
        "high after $1,000 spent on input per organization per year",
    ]


def test_commitments_and_credits_are_limits_of_their_kind() -> None:
    book = read(
        "limit floor\n  at least $1 per project per month\n"
        "credit launch\n  $5 per project per month on input\n"
        "commitment annual\n  $9 per organization per year\n"
    )
    kinds = [
        (limit.name, limit.kind, line.target, line.at_least, line.meters, line.per)
        for limit in book.limits
        for line in limit.lines
    ]
    assert kinds == [
        ("floor", "limit", "account", True, (), "project per month"),
        ("annual", "commitment", "account", True, (), "organization per year"),
        ("launch", "credit", "account", False, (0,), "project per month"),
    ]


def test_a_scope_without_days_has_no_term() -> None:
    assert term_of((10, 20), ()) == (None, None)
    assert term_of((10, 20), ((m.DATES, 0b010),)) == (10, 20)
    assert term_of((10, 20), ((m.DATES, 0b100),)) == (20, None)
    assert term_of((10, 20), ((m.DATES, 0b001),)) == (None, 10)
