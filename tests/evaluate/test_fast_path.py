"""The short way of a request says what the full way says:
to the digit, to the word of an error, in any context and cache.
"""

from __future__ import annotations

import decimal
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import pytest
from attrs import evolve
from attrs.exceptions import FrozenInstanceError
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

import pricelang
from pricelang.evaluate import combination as cells
from pricelang.evaluate import rated_context
from pricelang.evaluate.bill_lines import Line
from pricelang.evaluate.fast_path import MAX_METERS, functions
from pricelang.evaluate.quantities import PLAIN
from pricelang.present.decimals import NARROW, divide, scaled, to_decimal
from tests.generators import books
from tests.oracle import read_texts
from tests.oracle_requests import Ask, asks, share, vocabulary
from tests.test_agreement import SHIPPED, both, checked_texts

MODEL, DAY = "claude-sonnet-4-5", "2026-02-10"
TOKENS = ("input", "output", "cache_read", "cache_write_5m")
RECORD = {"input": 12_000, "output": 1_500, "cache_read": 80_000, "cache_write_5m": 4_000}


class Count(int):
    """A whole number that is not quite an `int`, such as other libraries have."""


class Liar(int):
    """A whole number that claims to be another one in any sum."""

    def __mul__(self, other: object) -> int:
        return 0

    __rmul__ = __or__ = __ror__ = __mul__


class Index:
    """What can stand for a whole number, and is none."""

    def __repr__(self) -> str:
        return "Index"

    def __index__(self) -> int:
        return 7


HOSTILE: list[Any] = [
    True,
    False,
    -1,
    -(10**30),
    PLAIN - 1,
    PLAIN,
    PLAIN + 1,
    10**15,
    10**30,
    10**39,
    10**41,
    1.5,
    2.0,
    float("nan"),
    None,
    "12",
    "12.5",
    "90 minutes",
    "-3",
    "",
    b"5",
    Decimal(12),
    Decimal("12.50"),
    Decimal("NaN"),
    Decimal("1E+30"),
    Fraction(3),
    Fraction(1, 3),
    Count(12),
    Count(-1),
    Count(PLAIN),
    Liar(12),
    Index(),
    1j,
    [],
    [5],
    [5, True],
    (1, 2, 3),
    [Fraction(1, 2)],
    {},
    int,
]
CONTEXTS = [
    decimal.Context(prec=28),
    decimal.Context(prec=1, rounding=decimal.ROUND_UP),
    decimal.Context(prec=5, traps=[decimal.Inexact, decimal.Rounded, decimal.FloatOperation]),
    decimal.Context(
        prec=3,
        Emin=0,
        Emax=0,
        traps=[decimal.Overflow, decimal.Subnormal, decimal.Clamped],
        clamp=1,
    ),
]


def said(call: Callable[[], object]) -> object:
    """What a call returns, or all that its error says."""
    try:
        return call()
    except pricelang.PriceError as error:
        return type(error), error.code, error.message, error.rule, error.help, str(error)


def whole(bill: pricelang.Bill) -> object:
    """All of a bill."""
    return (
        bill.exact_total,
        bill.total,
        str(bill.total),
        bill.parts[0].amount,
        bill.parts[0].total,
        bill.to_dict(),
        bill.explain(),
        repr(bill),
        bill.lines,
        [hash(line) for line in bill.lines],
        bill.notes,
        bill.parts[0].usage,
        [str(number) for line in bill.lines for number in (line.quantity, line.amount)],
    )


def compare(
    book: pricelang.Book, model: str, at: Any, usage: Mapping[Any, Any], dimensions: dict[str, str]
) -> bool:
    """Compares the ways of one request, in several contexts;
    returns whether there is a short one.
    """
    rates = book.rates
    rates.shortcuts.clear()
    full = said(lambda: rates.request(model, at, usage, dimensions).total)
    amount = str(to_decimal(full)) if isinstance(full, Fraction) else full
    rates.shortcuts.clear()
    bill = said(lambda: whole(book.price(model=model, at=at, usage=usage, **dimensions)))
    # Plain quantities of the same meters leave a shortcut behind,
    # which the ones in question then come to.
    said(lambda: book.total(model=model, at=at, usage=dict.fromkeys(usage, 1), **dimensions))
    for context in CONTEXTS:
        with decimal.localcontext(context):
            totals = [
                said(lambda: book.total(model=model, at=at, usage=usage, **dimensions)),
                said(lambda: rates.amount(model, at, usage, dimensions)),
                said(lambda: book.price(model=model, at=at, usage=usage, **dimensions).total),
            ]
            again = said(lambda: book.price(model=model, at=at, usage=usage, **dimensions).lines)
        for total in totals:
            assert (str(total) if isinstance(total, Decimal) else total) == amount
        if isinstance(bill, tuple) and isinstance(full, Fraction):
            assert again == bill[8]
    assert said(lambda: whole(book.price(model=model, at=at, usage=usage, **dimensions))) == bill
    return bool(rates.shortcuts)


# ---- the functions -------------------------------------------------------------------------------

coefficients = st.integers(-(10**6), 10**6) | st.integers(0, 10**24)


@given(
    st.lists(st.tuples(coefficients, st.integers(0, PLAIN - 1)), min_size=1, max_size=MAX_METERS),
    st.integers(0, 30),
)
def test_functions_are_exact_sums(terms: list[tuple[int, int]], places: int) -> None:
    units, amount = functions(tuple(coefficient for coefficient, _ in terms), places)
    quantities = [quantity for _, quantity in terms]
    expected = sum(coefficient * quantity for coefficient, quantity in terms)
    assert units(quantities) == units(dict(enumerate(quantities)).values()) == expected
    assert str(amount(quantities)) == str(scaled(expected, places))
    assert Fraction(amount(quantities)) == Fraction(expected, 10**places)
    for count in (quantities[:-1], [*quantities, 0]):
        for function in (units, amount):
            with pytest.raises(ValueError, match=r"unpack|^$"):
                function(count)


@pytest.mark.parametrize("count", range(1, 6))
@pytest.mark.parametrize(
    "value", [x for x in HOSTILE if type(x) is not int or not 0 <= x < PLAIN], ids=repr
)
def test_functions_take_plain_numbers_only(value: object, count: int) -> None:
    for place in range(count):
        quantities = [3 if other != place else value for other in range(count)]
        for function in functions(tuple(range(2, 2 + count)), 6):
            with pytest.raises(ValueError, match=r"^$"):
                function(quantities)


def test_limits() -> None:
    """The numbers that decide which way a request goes:
    no amount depends on them, so they are written down here.
    """
    assert (PLAIN, NARROW, MAX_METERS) == (2**50, 57, 16)


def test_the_largest_plain_number() -> None:
    units, amount = functions((1, 1), 0)
    assert units([PLAIN - 1, PLAIN - 1]) == amount([PLAIN - 1, PLAIN - 1]) == 2 * (PLAIN - 1)


@given(
    st.integers(-(10**NARROW) + 1, 10**NARROW - 1)
    | st.integers(-(10**6), 10**6).map(lambda n: n * 10**9),
    st.integers(0, 80),
)
def test_one_division_is_the_decimal(integer: int, places: int) -> None:
    for context in CONTEXTS:
        with decimal.localcontext(context):
            found = divide(integer, Decimal(10**places))
        assert str(found) == str(scaled(integer, places))
        assert Fraction(found) == Fraction(integer, 10**places)


def test_a_division_is_exact_or_an_error() -> None:
    assert divide(10**NARROW - 1, Decimal(1)) == Decimal(10**NARROW - 1)
    with pytest.raises(decimal.Inexact):
        divide(10**NARROW + 1, Decimal(1))


def test_rates_too_large_for_a_division_are_no_integers() -> None:
    """The largest sum of plain quantities has `NARROW` digits at most,
    or the cell has no integer rates.
    """
    book = pricelang.load(SHIPPED["claude"])
    part = book.price(model="claude-opus-4-6", at="2026-04-17", usage={"input": 1}).parts[0]
    plain = evolve(part.cell, coefficients=None, places=0)
    for most, there in ((10**NARROW // PLAIN - 1, True), (10**NARROW // PLAIN, False)):
        rate = part.cell.rates["input"]
        assert not isinstance(rate, pricelang.PriceError)
        found = cells._with_integers(
            evolve(plain, rates={"input": evolve(rate, unit_price=Fraction(most))})
        )
        assert found.coefficients == ({"input": most} if there else None)
    many = """book many in USD
meter input in tokens
models
  | model | released   |
  | m-1   | 2026-01-01 |
rates per token
  | model | from       | input |
  | m-1   | 2026-01-01 | $1    |
multiplier one
  x 1.00000000000000000000000000000000001 on input
multiplier other
  x 1.00000000000000000000000000000000003 on input
stack one, other
"""
    checked = checked_texts((many,))
    assert checked.book is not None, checked.faults
    assert not compare(pricelang.Book(checked.book), "m-1", "2026-02-01", {"input": 1234}, {})


# ---- shipped and generated books -----------------------------------------------------------------


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
def test_hostile_quantities(value: object) -> None:
    book = both("anthropic")[0]
    for place in RECORD:
        compare(book, MODEL, DAY, {**RECORD, place: value}, {})
    compare(book, MODEL, DAY, {"input": value}, {"service_tier": "batch"})
    compare(book, MODEL, DAY, {"input": 5, "code_execution": value}, {})


def with_tokens(ask: Ask) -> st.SearchStrategy[tuple[Ask, dict[str, Any]]]:
    """A request of the meters drawn, or of tokens, which most models and values offer."""
    tokens = st.lists(st.sampled_from(TOKENS), min_size=1, unique=True).map(
        lambda names: dict.fromkeys(names, 1)
    )
    return st.tuples(st.just(ask), st.one_of(st.just(ask.usage), tokens, tokens).flatmap(hostile))


def hostile(usage: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """The same meters, one of them now and then with what is no plain number."""
    if not usage:
        return st.just({})
    odd = st.builds(
        lambda name, value: {**usage, name: value},
        st.sampled_from(sorted(usage)),
        st.sampled_from(HOSTILE),
    )
    plain = st.fixed_dictionaries({name: st.integers(0, 10**7) | st.just(0) for name in usage})
    return st.one_of(st.just(dict(usage)), plain, plain, odd)


def compare_ask(book: pricelang.Book, ask: Ask, usage: dict[str, Any]) -> bool:
    note(f"{ask}\n{usage}")
    return compare(book, ask.model, ask.instant, usage, ask.dimensions)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_books(name: str) -> None:
    book, _, words = both(name)
    seen: Counter[bool] = Counter()

    @share(0.6)
    @given(asks(words).flatmap(with_tokens))
    def check(found: tuple[Ask, dict[str, Any]]) -> None:
        seen[compare_ask(book, *found)] += 1

    check()
    # The others round each line, or have a minimum.
    assert name not in ("anthropic", "claude") or seen[True] > 0.03 * seen.total()


def test_generated_books() -> None:
    seen: Counter[bool] = Counter()

    @settings(
        share(0.4), phases=[Phase.explicit, Phase.generate]
    )  # a book comes from a seed, which does not shrink
    @given(books(), st.data())
    def check(texts: tuple[str, ...], data: st.DataObject) -> None:
        checked = checked_texts(texts)
        if checked.book is None:
            return
        note("\n".join(texts))
        book = pricelang.Book(checked.book)
        for ask in data.draw(
            st.lists(asks(vocabulary(read_texts(*texts))), min_size=5, max_size=5)
        ):
            seen[compare_ask(book, ask, data.draw(hostile(ask.usage)))] += 1

    check()
    assert seen[True] > 0


def test_figures_by_the_short_way() -> None:
    """Figures worked out by hand, the second time that they are asked for."""
    book = both("anthropic")[0]
    for _ in range(2):
        assert str(book.total(model=MODEL, at=DAY, usage=RECORD)) == "0.0975"
        # 12,000 x $5 + 1,500 x $25 + 80,000 x $0.50 + 4,000 x $6.25 = $0.1625, x 0.5 x 1.1
        batch = {"service_tier": "batch", "inference_geo": "us"}
        assert (
            str(book.total(model="claude-opus-4-7", at="2026-04-17", usage=RECORD, **batch))
            == "0.089375"
        )
        assert str(book.total(model=MODEL, at=DAY, usage={"input": 10**5})) == "0.3"
        assert str(book.total(model=MODEL, at=DAY, usage={"input": 0})) == "0"
        assert str(book.at(DAY).total(model=MODEL, usage=RECORD)) == "0.0975"


# ---- names ---------------------------------------------------------------------------------------


class Sorted(dict[str, int]):
    """A mapping that lists its names in another order than its values."""

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(super().__iter__()))


@pytest.mark.parametrize("kind", [dict, OrderedDict, Counter, MappingProxyType, Sorted])
def test_mappings_of_all_kinds(kind: Callable[[dict[str, int]], Mapping[str, int]]) -> None:
    book = both("anthropic")[0]
    for usage in (dict(sorted(RECORD.items())), RECORD, dict(reversed(RECORD.items()))):
        assert book.total(model=MODEL, at=DAY, usage=usage) == Decimal(
            "0.0975"
        )  # there are shortcuts of these orders
        for _ in range(2):
            assert book.total(model=MODEL, at=DAY, usage=kind(usage)) == Decimal("0.0975")
            assert book.price(model=MODEL, at=DAY, usage=kind(usage)).total == Decimal("0.0975")


@pytest.mark.parametrize(
    ("usage", "dimensions"),
    [
        ({"input": 5, ("service_tier", "batch"): 5}, {}),
        ({("service_tier", "batch"): 5, "input": 5}, {}),
        ({"input": 5, "service_tier": 5}, {}),
        ({"input": 5, "service_tier": 5, "batch": 5}, {}),
        ({"output": 5}, {"input": "batch"}),
        ({}, {"service_tier": "batch"}),
        (["input"], {"service_tier": "batch"}),
        ("input", {}),
        (None, {}),
        ({"input": 5}, {"service_tier": "Batch"}),
        ({"input": 5}, {"service_tier": ["batch"]}),
        ({"inputs": 5}, {"service_tier": "batch"}),
    ],
)
def test_names_of_other_things(usage: Any, dimensions: dict[str, Any]) -> None:
    """What takes a name for another thing finds no shortcut of that one."""
    book = pricelang.Book(both("anthropic")[0].checked)
    fresh = said(lambda: book.total(model=MODEL, at=DAY, usage=usage, **dimensions))
    for known in ({"input": 1}, {"input": 1, "output": 1}):
        for tier in ({}, {"service_tier": "batch"}):
            book.total(model=MODEL, at=DAY, usage=known, **tier)
    assert said(lambda: book.total(model=MODEL, at=DAY, usage=usage, **dimensions)) == fresh
    assert said(lambda: book.price(model=MODEL, at=DAY, usage=usage, **dimensions).total) == fresh
    assert isinstance(fresh, tuple) or fresh == 0


def many_meters(count: int) -> pricelang.Book:
    names = [f"t-{number}" for number in range(count)]
    prices = " | ".join(f"${number + 1}" for number in range(count))
    checked = checked_texts(
        (
            f"""book many in USD
unit MTok is 1,000,000 tokens
meter {", ".join(names)} in tokens
models
  | model | released   |
  | m-1   | 2026-01-01 |
rates per MTok
  | model | from       | {" | ".join(names)} |
  | m-1   | 2026-01-01 | {prices} |
""",
        )
    )
    assert checked.book is not None, checked.faults
    return pricelang.Book(checked.book)


@pytest.mark.parametrize("count", [1, 2, MAX_METERS, MAX_METERS + 1, 40])
def test_many_meters(count: int) -> None:
    book = many_meters(count)
    usage = {f"t-{number}": 1_000_000 * (number + 2) for number in range(count)}
    assert compare(book, "m-1", DAY, usage, {}) == (count <= MAX_METERS)
    assert book.total(model="m-1", at=DAY, usage=usage) == sum(
        (n + 1) * (n + 2) for n in range(count)
    )


def test_sides_of_a_threshold() -> None:
    """Where a threshold matters, no shortcut of one side is taken for the other."""
    checked = checked_texts(
        (
            """book sides in USD
unit MTok is 1,000,000 tokens
meter input, output in tokens
models
  | model | released   |
  | m-1   | 2026-01-01 |
rates per MTok
  | model | from       | input | output |
  | m-1   | 2026-01-01 | $1    | $2     |
multiplier long
  when input over 200,000
  x 2 on input
  otherwise no effect because "it is short"
stack long
""",
        )
    )
    assert checked.book is not None, checked.faults
    for order in ((100_000, 200_000, 200_001, 400_000), (400_000, 200_001, 200_000, 100_000)):
        book = pricelang.Book(checked.book)
        for quantity in order * 2:
            expected = Decimal(quantity * (2 if quantity > 200_000 else 1)) / 10**6
            assert book.total(model="m-1", at=DAY, usage={"input": quantity}) == expected
            assert book.price(model="m-1", at=DAY, usage={"input": quantity}).total == expected


# ---- caches, threads, and what users hold --------------------------------------------------------


def test_full_caches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    book, _, words = both("anthropic")
    small = pricelang.Book(book.checked)
    monkeypatch.setattr(rated_context, "MAX_ENTRIES", 2)

    @share(0.5)
    @given(st.lists(asks(words), min_size=4, max_size=4))
    def check(found: list[Ask]) -> None:
        for ask in found * 2:
            calls = [
                said(
                    lambda found=found, ask=ask: found.total(
                        model=ask.model, at=ask.instant, usage=ask.usage, **ask.dimensions
                    )
                )  # type: ignore[misc]
                for found in (book, small, small)
            ]
            assert calls[0] == calls[1] == calls[2]
            assert len(small.rates.shortcuts) <= 2
        for usage in (RECORD, dict(reversed(RECORD.items()))):
            assert small.total(model=MODEL, at=DAY, usage=usage) == Decimal("0.0975")

    check()
    assert small.rates.shortcuts


def test_shortcuts_of_an_error_are_not_kept() -> None:
    book = pricelang.Book(both("anthropic")[0].checked)
    for usage in ({"inputs": 1}, {"input": -1}, {"input": True}):
        assert isinstance(
            said(lambda usage=usage: book.total(model=MODEL, at=DAY, usage=usage)), tuple
        )  # type: ignore[misc]
    said(lambda: book.total(model=MODEL, at="2020-01-01", usage=RECORD))
    assert not book.rates.shortcuts


def test_threads_with_contexts_of_their_own() -> None:
    book = pricelang.Book(both("anthropic")[0].checked)
    found: set[tuple[str, object]] = set()

    def work(precision: int) -> None:
        decimal.getcontext().prec = precision
        decimal.getcontext().traps[decimal.Inexact] = True
        for _ in range(300):
            bill = book.price(model=MODEL, at=DAY, usage=RECORD)
            found.add((str(book.total(model=MODEL, at=DAY, usage=RECORD)), bill.lines))

    threads = [threading.Thread(target=work, args=(precision,)) for precision in (1, 2, 5, 28)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 1


def test_lines_are_frozen_values() -> None:
    book = both("anthropic")[0]
    for _ in range(2):
        bill = book.price(model=MODEL, at=DAY, usage=RECORD)
        line = bill.lines[0]
        made = Line(line.terms, Decimal(12000), Decimal("0.036"), "")
        assert type(line) is Line
        assert line == made == evolve(line)
        assert len({line, made}) == 1
        assert repr(line) == repr(made)
        assert line != bill.lines[1]
        for name in ("terms", "quantity", "amount", "label", "other"):
            with pytest.raises((FrozenInstanceError, AttributeError)):
                setattr(line, name, Decimal(0))
        with pytest.raises(FrozenInstanceError):
            del line.amount


def test_a_bill_keeps_what_it_was_made_of() -> None:
    book = both("anthropic")[0]
    usage = dict(RECORD)
    bills = [book.price(model=MODEL, at=DAY, usage=usage) for _ in range(2)]
    usage["input"] = 0
    usage.pop("output")
    for bill in bills:
        assert (str(bill.total), len(bill.lines), bill.exact_total) == (
            "0.0975",
            4,
            Fraction(975, 10_000),
        )
        assert bill.parts[0].usage == {name: (quantity,) for name, quantity in RECORD.items()}


def test_a_request_without_a_date_says_so_each_time() -> None:
    book = both("anthropic")[0]
    usage = {"input": 5}
    notes = [book.price(model="claude-opus-4-7", usage=usage).notes for _ in range(3)]
    dated = book.price(
        model="claude-opus-4-7", at=pricelang.model.instants.today(), usage=usage
    ).notes
    assert all("no date is given" in found[0].text for found in notes)
    assert not any("no date" in text for text in dated)
