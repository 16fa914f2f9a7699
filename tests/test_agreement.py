"""The product and the second evaluator agree:
on the shipped book, on the specimens, and on generated books.
"""

from __future__ import annotations

import datetime
import decimal
import functools
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import Phase, event, example, find, given, note, settings
from hypothesis import strategies as st

import pricelang
from pricelang.check.book_files import Layer, TextFile
from pricelang.compile.book import Checked, check_layers
from pricelang.present.decimals import exact, rounded
from pricelang.syntax import tree as t
from pricelang.syntax.words import beginnings
from tests.generators import books, clashing_books, write_book
from tests.oracle import MODES, Case, NotOffered, Oracle, Priced, Refused, read_book, read_texts
from tests.oracle.amounts import price
from tests.oracle.rules import dimension_values, fitting_lines
from tests.oracle.scopes import meets
from tests.oracle_requests import Ask, Use, Vocabulary, asks, by_book, by_oracle, share, vocabulary
from tests.test_oracle import ACME, CLAUDE, EXTRAS, shown, when

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = {
    "anthropic": ROOT / "rules" / "anthropic" / "book.price",
    **{path.stem: path for path in sorted((ROOT / "tests" / "specimens").glob("*.price"))},
}


@functools.cache
def both(name: str) -> tuple[pricelang.Book, Oracle, Vocabulary]:
    """A shipped book for the product and for the second evaluator, and its words."""
    oracle = read_book(SHIPPED[name])
    return pricelang.load(SHIPPED[name]), oracle, vocabulary(oracle)


def agree(book: pricelang.Book, oracle: Oracle, ask: Ask) -> str:
    """Compares everything that both say of one request; returns the kind of the answer."""
    expected, found = by_oracle(oracle, ask), by_book(book, ask)
    note(f"{ask}\nbook: {found}\noracle: {expected}")
    if isinstance(expected, Priced):
        assert isinstance(found, Priced)
        assert needed_lines(found, ask) == needed_lines(expected, ask)
        compare_totals(book, ask, expected.total)
    else:
        # A request that a rule refuses and that uses a meter
        # which is not offered may be answered either way.
        either = isinstance(expected, NotOffered) and expected.refused
        assert type(found) is type(expected) or (either and isinstance(found, Refused))
        raised = total_or_error(book, ask)
        assert isinstance(raised, pricelang.PriceError)
        assert raised.code in BEYOND_ORACLE or isinstance(raised, pricelang.Refused) == isinstance(
            found, Refused
        )
    return type(expected).__name__


def needed_lines(priced: Priced, ask: Ask) -> Priced:
    """The answer without additions of nothing.

    A surcharge of nothing needs no line, one that a rounding makes nothing may have one.
    """
    lines = {name: amount for name, amount in priced.lines.items() if amount or name in ask.usage}
    return evolve(priced, lines=lines)


# What the second evaluator does not know:
# windows and output limits, and what a platform leaves unsaid.
BEYOND_ORACLE = {"too_long", "unsaid"}


def total_or_error(book: pricelang.Book, ask: Ask) -> Decimal | pricelang.PriceError:
    """The total alone of a request, or why it has none."""
    try:
        return book.total(model=ask.model, at=ask.instant, usage=ask.usage, **ask.dimensions)
    except pricelang.PriceError as error:
        return error


def compare_totals(book: pricelang.Book, ask: Ask, expected: Fraction) -> None:
    """`total` alone, cold or warm and in any decimal context, is the total of the bill."""
    for precision in (28, 3, 3):
        with decimal.localcontext() as context:
            context.prec = precision
            total = total_or_error(book, ask)
            if isinstance(total, pricelang.PriceError):
                with pytest.raises(type(total)) as raised:
                    book.price(model=ask.model, at=ask.instant, usage=ask.usage, **ask.dimensions)
                assert raised.value.code == total.code
                assert total.code in BEYOND_ORACLE
                continue
            bill = book.price(model=ask.model, at=ask.instant, usage=ask.usage, **ask.dimensions)
            assert bill.total is not None
            assert (total, str(total)) == (bill.total, str(bill.total))
            if any(note.code == "long_window" for note in bill.notes):
                continue  # priced with the only window in which it fits
            if exact(expected) is not None:
                assert Fraction(total) == expected
            else:  # shown to 20 places
                assert abs(Fraction(total) - expected) <= Fraction(1, 2 * 10**20)
            for line, amount in zip(bill.lines, bill.parts[0].amounts, strict=True):
                assert abs(Fraction(line.amount) - amount.amount) <= Fraction(1, 2 * 10**20)


@st.composite
def mostly_offered(draw: st.DrawFn, oracle: Oracle, words: Vocabulary) -> Ask:
    """Requests of which most exist: one that is not offered is drawn again, twice at most."""
    for _ in range(2):
        ask = draw(asks(words))
        if not isinstance(by_oracle(oracle, ask), NotOffered):
            return ask
    return draw(asks(words))


def one_answered(oracle: Oracle, words: Vocabulary, kind: type) -> Ask:
    """A request that the second evaluator answers so."""
    return find(
        asks(words),
        lambda ask: isinstance(by_oracle(oracle, ask), kind),
        settings=settings(max_examples=5000, phases=[Phase.generate]),
    )


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_books_and_specimens(name: str) -> None:
    book, oracle, words = both(name)
    seen: Counter[str] = Counter()

    # A refusal is rare: whatever the seed, one of each kind of answer is looked at.
    @example(one_answered(oracle, words, Priced))
    @example(one_answered(oracle, words, NotOffered))
    @example(one_answered(oracle, words, Refused))
    @given(mostly_offered(oracle, words))
    def check(ask: Ask) -> None:
        seen[agree(book, oracle, ask)] += 1

    check()
    assert set(seen) == {"Priced", "NotOffered", "Refused"}
    assert seen["Priced"] > 0.3 * seen.total()


BY_HAND = [
    (name, *case)
    for name, cases in (("claude", CLAUDE), ("acme", ACME), ("extras", EXTRAS))
    for case in cases
    if "hours" not in case[3]
]


@pytest.mark.parametrize(("name", "model", "at", "usage", "dimensions", "expected"), BY_HAND)
def test_figures_worked_out_by_hand(
    name: str, model: str, at: str, usage: str, dimensions: dict[str, str], expected: str
) -> None:
    """The figures that the second evaluator is checked by hold for the product too."""
    uses: dict[str, Use | list[Use]] = {
        meter: [Fraction(use) for use in found]
        for meter, *found in map(str.split, usage.split(","))
    }
    found = by_book(both(name)[0], Ask(model, when(at), dimensions, uses))
    assert shown(found) == expected or (
        isinstance(found, Refused) and expected == f"refused by {found.rule}"
    )


@given(
    st.sampled_from(sorted(MODES)),
    st.integers(0, 10**6),
    st.fractions(0, 1),
    st.sampled_from(["0.01", "0.05", "3"]),
)
def test_rounding(mode: str, whole: int, part: Fraction, step: str) -> None:
    """Every mode, at a tie, at a whole number of steps, and at random."""
    for rest in (
        part,
        Fraction(0),
        Fraction(1, 2),
        Fraction(1, 2) - Fraction(1, 10**9),
        Fraction(1, 2) + Fraction(1, 10**9),
    ):
        value = (whole + rest) * Fraction(step)
        assert rounded(value, Fraction(step), mode) == MODES[mode](
            value / Fraction(step)
        ) * Fraction(step)


def checked_texts(texts: tuple[str, ...]) -> Checked:
    names = [f"{number}.price" for number in range(len(texts))]
    return check_layers(
        tuple(
            Layer((TextFile(name, Path(name), text),))
            for name, text in zip(names, texts, strict=True)
        )
    )


LIST = """book list in USD
unit MTok is 1,000,000 tokens
dimension tier default standard
  standard, batch
meter input, output in tokens
meter calls in requests
models
  | model | released   |
  | a-1   | 2026-01-01 |
  | b-1   | 2026-01-01 |
rates per MTok
  | model | from       | input | output |
  | a-1   | 2026-01-01 | $1    | $4     |
  | b-1   | 2026-01-01 | $2    | $8     |
charge calls
  $10 per 10 requests
multiplier half
  x 0.5 on tokens
multiplier treble
  x 3 on tokens
stack half, treble
"""
DEAL = """book deal extends list from 2026-02-01 before 2026-03-01
surcharge extra
  $4 per MTok on tokens
stack extra after half
amend calls
  $0.80 instead of $10 per 10 requests  for a-1  when tier is batch
"""
CONTRACT = [
    # In the term (1 x 0.5 + 4) x 3: the surcharge stands between the two, and on every token.
    ("a-1", "2026-02-01", "input", "standard", "13.5"),
    ("a-1", "2026-02-01", "output", "standard", "18"),
    ("b-1", "2026-02-28", "output", "batch", "24"),
    ("b-1", "2026-03-01", "output", "batch", "12"),
    # A call costs less for that model and that tier, and for no other.
    ("a-1", "2026-02-01", "calls", "batch", "80000"),
    ("a-1", "2026-02-01", "calls", "standard", "1000000"),
    ("b-1", "2026-02-01", "calls", "batch", "1000000"),
    ("b-1", "2026-02-01", "calls", "standard", "1000000"),
    ("a-1", "2026-01-31", "calls", "batch", "1000000"),
]


@pytest.mark.parametrize(("model", "at", "meter", "tier", "expected"), CONTRACT)
def test_a_contract_worked_out_by_hand(
    model: str, at: str, meter: str, tier: str, expected: str
) -> None:
    checked = checked_texts((LIST, DEAL))
    assert checked.book is not None
    ask = Ask(model, when(at), {"tier": tier}, {meter: 1_000_000})
    for found in (
        by_book(pricelang.Book(checked.book), ask),
        by_oracle(read_texts(LIST, DEAL), ask),
    ):
        assert isinstance(found, Priced)
        assert found.total == Fraction(expected)


PRICELESS = {"include", "source", "note", "figures", "example", "claim"}
"""Statements that price nothing: no generated book needs one."""


def test_every_statement_that_prices_is_generated() -> None:
    lines = (line for seed in range(300) for text in write_book(seed) for line in text.split("\n"))
    written = {line.split()[0] for line in lines if line and not line.startswith(" ")}
    assert {*beginnings()} - written == PRICELESS


def test_generated_books() -> None:
    seen: Counter[str] = Counter()

    @settings(
        share(0.9), phases=[Phase.explicit, Phase.generate]
    )  # a book comes from a seed, which does not shrink
    @given(books(), st.data())
    def check(texts: tuple[str, ...], data: st.DataObject) -> None:
        checked = checked_texts(texts)
        seen["books"] += 1
        assert (checked.book is None) == any(fault.severity == "error" for fault in checked.faults)
        if checked.book is None:
            return
        seen["accepted"] += 1
        seen["contracts"] += len(texts) > 1
        book, oracle = pricelang.Book(checked.book), read_texts(*texts)
        note("\n".join(texts))
        found = data.draw(st.lists(asks(vocabulary(oracle)), min_size=6, max_size=6))
        for ask in found:
            seen[agree(book, oracle, ask)] += 1

    check()
    print(dict(seen))
    assert seen["accepted"] > 0.4 * seen["books"]
    assert min(seen["contracts"], seen["Refused"]) > 0
    assert seen["Priced"] > 2 * seen["accepted"]


@share(0.6)
@given(clashing_books())
def test_a_witness_is_such_a_request(text: str) -> None:
    """The request that a fault of `gap` or `overlap` shows exists,
    and no line or two lines decide it.

    Left out are requests over a threshold, whose quantities the help does not say.
    """
    for fault in checked_texts((text,)).faults:
        if fault.code in ("gap", "overlap") and fault.help and " over " not in fault.help:
            name = fault.message.split("`")[1]
            case = witness_case(read_texts(text), fault.help)
            assert not isinstance(price(case, case.model, given_values(case), "USD"), NotOffered)
            multiplier = next(x for x in case.all(t.Multiplier) if x.name.text == name)
            lines = fitting_lines(case, multiplier)
            assert meets(case, multiplier.when)
            assert len(lines) == 0 if fault.code == "gap" else len(lines) > 1
            event(fault.code)


def given_values(case: Case) -> dict[str, str]:
    """What a caller says: everything but what the clock sets."""
    return {name: value for name, value in case.values.items() if name != "hours"}


def witness_case(oracle: Oracle, help: str) -> Case:
    """The request in a help: `not settled: m-1 at 2026-02-01, tier batch; add …`."""
    head, *facts = help.split(": ", 1)[1].split("; ")[0].split(", ")
    model, day = head.split(" at ")
    at = int(datetime.datetime.fromisoformat(day).replace(tzinfo=datetime.UTC).timestamp())
    case = Case(oracle.holding(at), at, model)
    given = {name: value for name, _, value in (fact.partition(" ") for fact in facts)}
    return evolve(case, values=dimension_values(case, given))
