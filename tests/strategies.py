"""Hypothesis strategies:
trees of every statement as a parse could give them, and books with random damage.
"""

from __future__ import annotations

import functools
import re
from fractions import Fraction
from random import Random
from typing import TypeVar, get_type_hints

from attrs import evolve
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from pricelang.syntax import tree as t
from pricelang.syntax.words import reserved

Some = TypeVar("Some")

# What the lexer reads as a number where a number or a name may stand, and names of that beginning.
_LETTER = re.compile(r"[A-Za-z_]")
_NEAR_WORDS = [
    "models-x",
    "from_here",
    "x6",
    "in.2",
    "at/least",
    "to:x",
    "no_",
    "per@day",
    "x-x",
    "3.5-x",
    "Refuse",
    "FOR",
    "0.:A",
    "7.-b",
]
_COMMON = [
    "input",
    "output",
    "cache_read",
    "alpha-1",
    "batch",
    "claude-3-5-haiku-20241022",
    "3-5x",
    "USD",
    "_",
    "a",
]


def _is_name(text: str) -> bool:
    return (
        text[0] not in ".:@/-"
        and text[-1] not in ".:@/-"
        and text not in reserved()
        and _LETTER.search(text) is not None
    )


@functools.cache
def name_texts() -> SearchStrategy[str]:
    """Names that the grammar admits: no reserved word,
    nothing that reads as a number, a date or a time.
    """
    drawn = st.text("abxzAZ019_.:@/-", min_size=1, max_size=6).filter(_is_name)
    return st.one_of(st.sampled_from(_COMMON + _NEAR_WORDS), drawn)


@functools.cache
def names() -> SearchStrategy[t.Name]:
    """One name."""
    return st.builds(t.Name, name_texts())


def name_lists(most: int = 2) -> SearchStrategy[tuple[t.Name, ...]]:
    """One to `most` names."""
    return st.lists(names(), min_size=1, max_size=most).map(tuple)


@functools.cache
def texts() -> SearchStrategy[t.Text]:
    """Strings, often with the characters that a string
    must escape or that mean something outside of one.
    """
    return st.builds(t.Text, st.text('"\\# |,$aé\U0001f600', max_size=6))


@functools.cache
def fractions() -> SearchStrategy[Fraction]:
    """Finite decimals that are not negative, of at most 24 digits."""
    whole = st.one_of(st.integers(0, 12), st.integers(0, 10**14))
    return st.builds(lambda number, places: Fraction(number, 10**places), whole, st.integers(0, 10))


@functools.cache
def numbers() -> SearchStrategy[t.Number]:
    """Numbers that were never written."""
    return st.builds(t.Number, fractions())


@functools.cache
def money() -> SearchStrategy[t.Money]:
    """Amounts that were never written."""
    return st.builds(
        t.Money, fractions(), st.sampled_from(["USD", "EUR", "GBP", "JPY", "CHF", "XXX"])
    )


@functools.cache
def dates() -> SearchStrategy[t.Date]:
    """Instants that were never written, from the year 1 to 9999;
    every other one is the start of a day.
    """
    days = st.integers(-719_162, 2_932_896).map(lambda day: day * 86_400)
    return st.builds(t.Date, st.one_of(days, st.integers(-62_135_596_800, 253_402_300_799)))


@functools.cache
def clocks() -> SearchStrategy[t.Clock]:
    """When the clock sets a value: windows, or days, or both."""
    windows = st.lists(st.builds(t.Window, times(), times()), min_size=1, max_size=3).map(tuple)
    days, zone = st.just(()) | name_lists(), st.none() | names()
    return st.builds(t.Clock, windows, days, zone) | st.builds(
        t.Clock, st.just(()), name_lists(), zone
    )


def times() -> SearchStrategy[t.TimeOfDay]:
    """Times of day."""
    return st.builds(t.TimeOfDay, st.integers(0, 1439))


@functools.cache
def thresholds() -> SearchStrategy[t.Threshold]:
    """`meter + meter over N` and `up to N`."""
    return st.builds(t.Threshold, name_lists(), st.booleans(), numbers())


@functools.cache
def conditions() -> SearchStrategy[tuple[t.Test, ...]]:
    """A condition of one or two tests."""
    test = st.one_of(st.builds(t.IsTest, names(), name_lists()), thresholds())
    return st.lists(test, min_size=1, max_size=2).map(tuple)


@functools.cache
def outcomes() -> SearchStrategy[t.Outcome]:
    """`no effect` and `refuse`."""
    return st.builds(t.Outcome, st.sampled_from(["no_effect", "refuse"]))


def _maybe(strategy: SearchStrategy[Some]) -> SearchStrategy[Some | None]:
    return st.one_of(st.none(), strategy)


def _maybe_many(strategy: SearchStrategy[tuple[Some, ...]]) -> SearchStrategy[tuple[Some, ...]]:
    return st.one_of(st.just(()), strategy)


@st.composite
def some_endings(draw: st.DrawFn) -> t.Endings:
    """Any endings of a line, none among them; a period has a beginning before its end."""
    start, end = draw(_maybe(dates())), draw(_maybe(dates()))
    if isinstance(start, t.Date) and isinstance(end, t.Date) and start.seconds >= end.seconds:
        start = None
    return t.Endings(
        draw(_maybe_many(name_lists())),
        draw(_maybe_many(name_lists())),
        draw(_maybe_many(conditions())),
        start,
        end,
        draw(_maybe(outcomes())),
        draw(_maybe(texts())),
        draw(_maybe(texts())),
        draw(_maybe(names())),
    )


@functools.cache
def endings() -> SearchStrategy[t.Endings]:
    """Endings of a line, none in every other case."""
    return st.one_of(st.just(t.Endings()), some_endings())


# ---- parts of statements -------------------------------------------------------------------------


@functools.cache
def per() -> SearchStrategy[t.Per]:
    """`per MTok` and `per 1,000 searches`."""
    return st.builds(t.Per, _maybe(numbers()), names())


@functools.cache
def accounts() -> SearchStrategy[t.Account]:
    """`per organization per month`."""
    return st.builds(t.Account, names(), names())


@functools.cache
def cells() -> SearchStrategy[t.Cell]:
    """Cells of every kind."""
    return st.one_of(
        st.builds(t.Cell, st.just("name"), names()),
        st.builds(t.Cell, st.just("money"), money(), _maybe(money())),
        st.builds(t.Cell, st.just("date"), dates()),
        st.builds(t.Cell, st.just("number"), numbers()),
        st.builds(t.Cell, st.just("string"), texts()),
        st.builds(t.Cell, st.sampled_from(["derived", "not_offered", "any", "blank"])),
    )


@st.composite
def tables(draw: st.DrawFn) -> t.TableOfCells:
    """Tables of one to four columns and one to three rows, all of one length."""
    width = draw(st.integers(1, 4))
    columns = st.one_of(
        st.sampled_from(["model", "from", "released", "see", "unsure"]).map(t.Name), names()
    )
    header = draw(
        st.lists(st.builds(t.Cell, st.just("name"), columns), min_size=width, max_size=width)
    )
    rows = draw(st.lists(st.lists(cells(), min_size=width, max_size=width), min_size=1, max_size=3))
    return t.TableOfCells(t.Row(tuple(header)), tuple(t.Row(tuple(row)) for row in rows))


@functools.cache
def factors() -> SearchStrategy[t.Factors]:
    """One or two factors joined by `and`."""
    return st.builds(t.Factors, st.lists(_factor(), min_size=1, max_size=2).map(tuple))


@functools.cache
def _factor() -> SearchStrategy[t.FactorClause]:
    times = st.builds(t.FactorClause, numbers(), _maybe(numbers()), name_lists())
    parts = st.integers(0, 10**6).map(lambda part: t.Number(Fraction(part, 10**6)))
    off = st.builds(t.FactorClause, parts, _maybe(parts), name_lists(), st.just(True))
    return st.one_of(times, off)


def _several(strategy: SearchStrategy[t.Node]) -> SearchStrategy[tuple[t.Node, ...]]:
    return st.lists(strategy, min_size=1, max_size=2).map(tuple)


def _modifier_lines(effect: SearchStrategy[t.Effect]) -> SearchStrategy[tuple[t.Node, ...]]:
    return _several(
        st.builds(t.ModifierLine, st.booleans(), st.one_of(effect, outcomes()), endings())
    )


@functools.cache
def _limit_lines() -> SearchStrategy[tuple[t.Node, ...]]:
    on_price = st.builds(
        t.LimitLine,
        st.booleans(),
        money(),
        per(),
        _maybe_many(name_lists()),
        st.none(),
        endings=endings(),
    )
    on_account = st.builds(
        t.LimitLine, st.booleans(), money(), st.none(), st.just(()), accounts(), endings()
    )
    return _several(st.one_of(on_price, on_account))


def _charge_prices(after: bool = True) -> SearchStrategy[t.ChargePrice]:
    none = st.none()
    plain = st.builds(t.ChargePrice, money(), _maybe(money()), per(), none, none, none, endings())
    tier = st.builds(
        t.ChargePrice, money(), _maybe(money()), per(), numbers(), names(), accounts(), endings()
    )
    return st.one_of(plain, tier) if after else plain


def _quantities(ends: SearchStrategy[t.Endings]) -> list[SearchStrategy[t.Node]]:
    return [
        st.builds(t.ChargeMinimum, numbers(), names(), names(), ends, _maybe(numbers())),
        st.builds(t.ChargePool, numbers(), names(), accounts(), ends, _maybe(numbers())),
    ]


@functools.cache
def _charge_lines() -> SearchStrategy[tuple[t.Node, ...]]:
    return _several(
        st.one_of(
            _charge_prices(),
            *_quantities(endings()),
            st.builds(t.ChargeFree, endings()),
        )
    )


@functools.cache
def _amend_lines() -> SearchStrategy[tuple[t.Node, ...]]:
    of_factors = st.builds(t.AmendLine, factors(), endings())
    of_price = st.builds(
        t.AmendLine,
        _charge_prices(after=False).map(lambda price: evolve(price, endings=t.Endings())),
        endings(),
    )
    others = st.one_of(
        *_quantities(st.just(t.Endings())),
        st.builds(t.DerivedFactor, numbers(), _maybe(numbers()), names()),
    )
    of_others = st.builds(t.AmendLine, others, endings())
    return _several(st.one_of(of_factors, of_price, of_others))


@functools.cache
def _sums() -> SearchStrategy[tuple[t.Node, ...]]:
    return _several(st.builds(t.Term, _maybe(numbers()), names()))


@functools.cache
def _claim_bodies() -> SearchStrategy[t.ClaimBody]:
    relations = st.sampled_from(["equal", "less", "at_least", "at_most"])
    return st.one_of(
        st.builds(t.ClaimCosts, _sums(), relations, _sums()),
        st.builds(t.ClaimCostsAmount, _sums(), relations, money(), per()),
        st.builds(t.ClaimIs, names(), _factor()),
        st.builds(t.ClaimNeverMeets, names(), names()),
        st.builds(t.ClaimCommute, name_lists()),
        st.builds(t.ClaimPrices, name_lists()),
        st.builds(t.ClaimAbove, money(), _maybe(per())),
        st.builds(t.ClaimAtMost, money(), _maybe(per())),
        st.builds(t.ClaimMonotone),
        st.builds(t.ClaimAgrees, names()),
    )


@functools.cache
def _example_lines() -> SearchStrategy[tuple[t.Node, ...]]:
    facts = st.lists(st.one_of(st.builds(t.Fact, names(), names()), thresholds()), max_size=2).map(
        tuple
    )
    by_one, by_two = (
        st.builds(t.ExpectRefused, names(), st.none()),
        st.builds(t.ExpectRefused, names(), names()),
    )
    return _several(
        st.one_of(
            st.builds(t.Given, names(), dates(), facts),
            st.builds(t.Uses, _several(st.builds(t.Use, numbers(), _maybe(names()), names()))),
            st.builds(t.ExpectCost, money(), _maybe(money())),
            st.one_of(st.just(t.ExpectRefused(None, None)), by_one, by_two),
            st.builds(t.ExpectNotOffered),
        )
    )


@functools.cache
def _value_lines() -> SearchStrategy[tuple[t.Node, ...]]:
    return _several(
        st.builds(t.ValueLine, name_lists(), _maybe(clocks()), endings())
        | st.builds(t.ValueLine, name_lists(), st.none(), endings(), st.just(True))
    )


@functools.cache
def _countings() -> SearchStrategy[t.Counting]:
    way = st.lists(names(), max_size=2).map(tuple)
    units = st.builds(t.Counting, name_lists(), st.just(False), accounts(), way)
    spend = st.builds(t.Counting, _maybe_many(name_lists()), st.just(True), accounts(), way)
    return units | spend


@functools.cache
def _tiers() -> SearchStrategy[tuple[t.Node, ...]]:
    first = st.builds(t.TierLine, names(), st.none(), st.none(), endings())
    after = st.builds(t.TierLine, names(), numbers(), names(), endings())
    spent = st.builds(t.TierLine, names(), money(), st.none(), endings())
    return _several(first | after | spent)


@functools.cache
def _agreed_lines() -> SearchStrategy[tuple[t.Node, ...]]:
    of = _maybe_many(name_lists())
    return _several(st.builds(t.AgreedLine, money(), accounts(), of, endings()))


# ---- statements ----------------------------------------------------------------------------------


def _statement_kinds() -> dict[type[t.Statement], SearchStrategy[t.Statement]]:
    """What each statement is drawn from: those with lines of their own, and the rest by what their
    fields hold.
    """
    tail = {"endings": endings()}
    title = _maybe(texts())
    when = _maybe_many(conditions())
    additions = st.builds(t.Addition, money(), per(), _maybe_many(name_lists()))
    of_models = st.builds(
        t.Group, names(), st.none(), endings=some_endings().filter(lambda e: e != t.Endings())
    )
    undated = st.builds(t.Rates, per(), st.none(), st.none(), tables(), **tail)
    announced = st.builds(t.Rates, per(), dates(), _maybe(dates()), tables(), **tail)
    exceptions = _maybe_many(_several(st.builds(t.DeriveLine, numbers(), names(), endings())))
    with_lines: dict[type[t.Statement], SearchStrategy[t.Statement]] = {
        t.Dimension: st.builds(t.Dimension, names(), names(), _value_lines(), **tail),
        t.Alias: st.builds(t.Alias, st.one_of(names(), texts()), names(), **tail),
        t.Meter: st.builds(t.Meter, name_lists(), names(), _maybe_many(name_lists()), **tail),
        t.Group: st.one_of(st.builds(t.Group, names(), name_lists()), of_models),
        t.Rates: st.one_of(undated, announced),
        t.Derive: st.builds(t.Derive, names(), numbers(), names(), exceptions, **tail),
        t.Multiplier: st.builds(
            t.Multiplier, names(), title, when, _modifier_lines(factors()), **tail
        ),
        t.Surcharge: st.builds(
            t.Surcharge, names(), title, when, _modifier_lines(additions), **tail
        ),
        t.Limit: st.builds(t.Limit, names(), title, _limit_lines(), **tail),
        t.Charge: st.builds(t.Charge, names(), title, _charge_lines(), **tail),
        t.Tiers: st.builds(t.Tiers, names(), title, _countings(), _tiers(), **tail),
        t.Commitment: st.builds(t.Commitment, names(), title, _agreed_lines(), **tail),
        t.Credit: st.builds(t.Credit, names(), title, _agreed_lines(), **tail),
        t.Amend: st.builds(t.Amend, names(), _amend_lines(), **tail),
        t.Claim: st.builds(t.Claim, _claim_bodies(), **tail),
        t.Example: st.builds(t.Example, texts(), _example_lines(), **tail),
        # these take no endings
        t.Accounts: st.builds(t.Accounts, name_lists()),
        t.Include: st.builds(t.Include, texts()),
        t.Source: st.builds(t.Source, names(), texts(), dates()),
        t.Unit: st.builds(t.Unit, names(), numbers(), names()),
        t.Stack: st.builds(t.Stack, name_lists(), _maybe(names())),
    }
    known = [one for one in vars(t).values() if isinstance(one, type)]
    statements = [kind for kind in known if issubclass(kind, t.Statement) and kind != t.Statement]
    rest = (kind for kind in statements if kind not in with_lines)
    return with_lines | {kind: _by_fields(kind) for kind in rest}


def _by_fields(kind: type[t.Statement]) -> SearchStrategy[t.Statement]:
    """A statement whose fields hold no lines of their own."""
    of_type: dict[object, SearchStrategy[object]] = {
        t.Name: names(),
        t.Name | None: _maybe(names()),
        t.Name | t.Text | None: st.one_of(st.none(), names(), texts()),
        tuple[t.Name, ...]: name_lists(),
        t.Text: texts(),
        t.Text | None: _maybe(texts()),
        t.Number: numbers(),
        t.Money: money(),
        t.Date: dates(),
        t.Per: per(),
        t.Account: accounts(),
        t.TableOfCells: tables(),
        t.Endings: endings(),
    }
    types = {name: of for name, of in get_type_hints(kind).items() if name != "span"}
    return st.builds(kind, **{name: of_type[of] for name, of in types.items()})


STATEMENTS = _statement_kinds()


@functools.cache
def statements() -> SearchStrategy[t.Statement]:
    """Statements of every kind, without places and without written values."""
    return st.one_of(*STATEMENTS.values())


# ---- texts ---------------------------------------------------------------------------------------


@st.composite
def damaged(draw: st.DrawFn, text: str) -> str:
    """The text after one to four random cuts, insertions, swaps of lines and repetitions."""
    pieces = st.one_of(
        st.text(max_size=4),
        st.sampled_from(
            [
                "\n",
                "\n  ",
                "#",
                '"',
                "\\",
                "|",
                ",",
                "$",
                "%",
                " and ",
                " from ",
                "at least",
                "2026-02-30",
                "1,00",
                "x",
                "\r\n",
                "\ufeff",
                "\x00",
                " see see ",
                "not offered",
                " when a over 1",
                "- ",
            ]
        ),
    )
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 30)))
        action = draw(st.sampled_from(["cut", "put", "replace", "repeat", "swap"]))
        if action == "swap":
            rows = text.split("\n")
            first, second = draw(st.integers(0, len(rows) - 1)), draw(st.integers(0, len(rows) - 1))
            rows[first], rows[second] = rows[second], rows[first]
            text = "\n".join(rows)
            continue
        middle = {
            "cut": "",
            "put": draw(pieces) + text[start:end],
            "replace": draw(pieces),
            "repeat": text[start:end] * 2,
        }
        text = text[:start] + middle[action] + text[end:]
    return text


# A row of a book: strings and comments whole, so that the white space between is free to change. An
# instant and an amount with a currency code hold a space that is part of the word, a number holds
# commas with no space after them.
_WORDS = re.compile(
    r'"(?:[^"\\]|\\.)*"|#.*|[0-9-]{10} [0-9]{2}:[0-9]{2}(?::[0-9]{2})?Z?|[A-Z]{3} [0-9][^ |]*|[|,+]'
    r'|[^ |,+"#\t]+(?:,[0-9]{3}[^ |,+"#\t]*)*'
)


@st.composite
def respaced(draw: st.DrawFn, text: str) -> str:
    """The same book with other white space, blank lines and added comments;
    the text must hold no `\\r`.

    Each row keeps its words; every added comment has a number of its own.
    """
    # One draw for all: hypothesis would give up on drawing each space of a book of 300 lines.
    random = Random(draw(st.integers(0, 2**32)))
    rows: list[str] = []
    for number, row in enumerate(text.split("\n")):
        for extra in range(random.choice([0, 0, 0, 1, 2])):
            rows.append(
                random.choice(
                    [
                        "",
                        "   ",
                        "\t",
                        f"# own {number}.{extra}",
                        f"      # own {number}.{extra} \"'",
                    ]
                )
            )
        words = _WORDS.findall(row)
        if not words:
            rows.append(row)
            continue
        indent = random.choice(["\t", " ", "     "]) if row[0] == " " else ""
        gaps = [random.choice([" ", " ", "   ", "\t "]) for _ in words]
        if "at" in words:
            gaps = [gap.replace("\t", " ") for gap in gaps]
        line = indent + "".join(word + gap for word, gap in zip(words, gaps, strict=True)).rstrip()
        if not words[-1].startswith("#") and random.random() < 0.2:
            line += random.choice(["#", "  # "]) + f'trailing {number} "'
        rows.append(line)
    return "\n".join(rows)
