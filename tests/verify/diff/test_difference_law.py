"""`diff` is silent exactly where no request tells two books apart:
requests are priced by both, whatever they are written like.

Both books are asked for whole bills, at every hour that a clock of either turns at.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from pricelang.evaluate.rate_card import RateCard
from pricelang.model import book as m
from pricelang.model.errors import PriceError
from pricelang.verify.diff.difference import compare
from tests.verify import checked

HEAD = """book b in USD
unit MTok is 1,000,000 tokens
"""
BODY = """meter input, output in tokens
meter calls in requests
models
  | model | released   |
  | m-1   | 2026-01-01 |
  | m-2   | 2026-02-01 |
"""
RATES = """rates per MTok
  | model | from       | input | output |
  | m-1   | 2026-01-01 | $1    | $4     |
  | m-2   | 2026-02-01 | $2    | $8     |
"""
CALLS = "charge calls\n  $10 per 1,000 requests\n"
TIER = "dimension tier default standard\n  standard, batch\n"
NIGHT = "dimension hours default peak\n  peak\n  night  from 22:00 before 06:00\n"
DAYTIME = "dimension hours default night\n  night\n  peak  from 06:00 before 22:00\n"
SHIFT = "dimension shift default late\n  late\n  early  from 06:00 before 22:00\n"
THREE = "dimension shift default late\n  late\n  early  from 06:00 before 12:00\n  noon  from 12:00 before 22:00\n"
MINIMUM = "limit minimum\n  at least $50 per organization per month\n"
MAXIMUM = "limit maximum\n  at most $20 per organization per month\n"
FEE = "surcharge fee\n  $0.03 per request when tier is batch\n"
DOUBLE = "multiplier late_hours\n  x 2 on input, output when hours is night\n"


def book(dimensions: str = "", rules: str = "", rates: str = RATES, meters: str = BODY) -> str:
    return HEAD + dimensions + meters + rates + CALLS + rules


PRICED_AT_NIGHT = (
    RATES + "rates per MTok when hours is night\n  | model | from | input | output |\n"
    "  | m-1 | 2026-01-01 | $2 instead of $1 | $8 instead of $4 |\n  | m-2 | 2026-02-01 | $4 instead of $2 | $16 instead of $8 |\n"
)
TWICE = (
    RATES.replace("$8 ", "$16").replace("$4 ", "$8 ").replace("$2 ", "$4 ").replace("$1 ", "$2 ")
)
HALF_BY_DAY = "multiplier by_day\n  x 0.5 on input, output when hours is peak\n"

ALIKE = {
    "a clock that prices nothing": (book(), book(NIGHT)),
    "a price of an hour, as a factor and as a price": (
        book(NIGHT, DOUBLE),
        book(NIGHT, rates=PRICED_AT_NIGHT),
    ),
    "hours of three names": (
        book(NIGHT, DOUBLE),
        book(THREE, HALF_BY_DAY.replace("hours is peak", "shift is early or noon"), rates=TWICE),
    ),
    "the night as the default": (book(NIGHT, DOUBLE), book(DAYTIME, HALF_BY_DAY, rates=TWICE)),
    "the clock by another name": (
        book(NIGHT, DOUBLE),
        book(SHIFT, HALF_BY_DAY.replace("hours is peak", "shift is early"), rates=TWICE),
    ),
    "one night in two parts": (
        book(NIGHT, DOUBLE),
        book(
            "dimension hours default day\n  day\n  evening  from 22:00 before 00:00\n  morning  from 00:00 before 06:00\n",
            DOUBLE.replace("hours is night", "hours is evening or morning"),
        ),
    ),
    "two clocks": (
        book(NIGHT, DOUBLE),
        book(
            NIGHT + SHIFT,
            "multiplier one\n  x 4 on input, output when hours is night and shift is late\n"
            "multiplier two\n  x 0.5 on input, output when shift is late\n",
        ),
    ),
    "a fee in two parts": (
        book(TIER, FEE + "surcharge other\n  $0.01 per request\nstack fee, other\n"),
        book(
            TIER,
            FEE.replace("$0.03", "$0.01").replace(" when tier is batch", "")
            + "surcharge own\n  $0.03 per request when tier is batch\nstack own, fee\n",
        ),
    ),
    "a floor by another name": (
        book(rules="limit least_bill\n  at least $0.01 per request\n"),
        book(rules="limit floor\n  at least $0.01 per request\n"),
    ),
    "a floor on prices by another name": (
        book(rules="limit one\n  at least $3 per MTok on input\nstack one\n"),
        book(rules="limit two\n  at least $3 per MTok on input\nstack two\n"),
    ),
    "a minimum a month by another name": (
        book(rules="limit one\n  at least $50 per organization per month\n"),
        book(rules="limit two\n  at least $50 per organization per month\n"),
    ),
    "a surcharge in the price": (
        book(rules="surcharge fee\n  $1 per MTok on input\nstack fee\n"),
        book(rates=RATES.replace("$2 ", "$3 ").replace("$1 ", "$2 ")),
    ),
    "a value that is refused, and one that is not offered": (
        book(TIER, 'refuse when tier is batch before 2026-04-01 because "later"\n'),
        book(TIER.replace("standard, batch", "standard\n  batch from 2026-04-01")),
    ),
    "a refused value that is not offered yet": (
        book(TIER, 'refuse when tier is batch because "no"\n'),
        book(
            TIER.replace("standard, batch", "standard\n  batch from 2027-01-01"),
            'refuse when tier is batch because "no"\n',
        ),
    ),
    "a refusal by an exclusion, and none offered": (
        book(
            TIER,
            'multiplier a\n  x 2 on input when tier is batch\nmultiplier b\n  x 3 on input\nstack a, b\nexclude a with b because "one"\n',
        ),
        book(
            TIER.replace("standard, batch", "standard\n  batch from 2030-01-01"),
            'refuse when tier is batch because "no"\nmultiplier b\n  x 3 on input when tier is standard\n',
        ),
    ),
    "limits of an account in another order": (
        book(rules=MINIMUM + MAXIMUM.replace("$20", "$70")),
        book(rules=MAXIMUM.replace("$20", "$70") + MINIMUM),
    ),
    "thresholds that no request is between": (
        book(rules="multiplier long\n  x 2 on output when input over 100\n"),
        book(
            rules="multiplier long\n  x 2 on output when input over 100\nmultiplier beyond\n  x 3 on output when input over 500 and input + output up to 300\n"
        ),
    ),
}

APART = {
    "a clock that doubles the night": (book(), book(NIGHT, DOUBLE)),
    "another hour": (book(NIGHT, DOUBLE), book(NIGHT.replace("22:00", "23:00"), DOUBLE)),
    "another half of the day": (
        book(NIGHT, DOUBLE),
        book(DAYTIME, DOUBLE.replace("is night", "is peak")),
    ),
    "a night that is offered later": (
        book(NIGHT, DOUBLE),
        book(NIGHT.replace("06:00", "06:00 from 2026-04-01"), DOUBLE),
    ),
    "a free night": (book(), book(NIGHT, 'free when hours is night because "quiet"\n')),
    "a night that is refused": (
        book(),
        book(NIGHT, 'refuse when hours is night because "closed"\n'),
    ),
    "a floor at night": (
        book(),
        book(NIGHT, "limit least_bill\n  at least $0.01 per request when hours is night\n"),
    ),
    "a fee at night": (
        book(),
        book(NIGHT, "surcharge fee\n  $0.01 per request when hours is night\nstack fee\n"),
    ),
    "a charge at night": (
        book(),
        book(NIGHT).replace(
            "  $10 per 1,000 requests\n",
            "  $10 per 1,000 requests when hours is peak\n  $20 per 1,000 requests when hours is night\n",
        ),
    ),
    "a rounding at night": (book(), book(NIGHT, "round line to $0.01 up when hours is night\n")),
    "a dimension of one book": (book(), book(TIER)),
    "a rise and a fall that do not cancel": (
        book(NIGHT, DOUBLE),
        book(DAYTIME, HALF_BY_DAY.replace("0.5", "0.4"), rates=TWICE),
    ),
}


def made(text: str) -> m.Book:
    found = checked((text,))
    assert found.book is not None, ([fault.message for fault in found.faults], text)
    return found.book


def requests(*books: m.Book) -> Iterator[tuple[str, str, dict[str, int], dict[str, str]]]:
    """Requests at each boundary and each turn of a clock,
    with every value that either book takes and plain quantities.
    """
    turns = {
        0,
        *(
            minute
            for b in books
            for d in b.dimensions
            for v in d.values
            for clock in v.clocks
            for window in clock.windows
            for minute in window
        ),
    }
    starts = sorted({start - start % 86_400 for b in books for start in b.boundaries})
    instants = [
        datetime.fromtimestamp(start + 60 * turn, UTC).isoformat()
        for start in starts
        for turn in sorted(turns)
    ]
    values: dict[str, set[str]] = {}
    for one in books:
        for dimension in one.dimensions:
            if not dimension.clocked:
                values.setdefault(dimension.name, set()).update(
                    value.name for value in dimension.values
                )
    models = sorted({model.name for b in books for model in b.models})
    usages = [
        {"input": 1},
        {"output": 400},
        {"input": 600, "output": 7},
        {"calls": 3},
        {"input": 150, "output": 10**7, "calls": 1},
    ]
    sets = [
        {name: value for name, value in zip(values, held, strict=True) if value}
        for held in itertools.product(*({"", *x} for x in values.values()))
    ]
    yield from itertools.product(models, instants, usages, sets)  # type: ignore[misc]


def answer(card: RateCard, request: tuple[str, str, dict[str, int], dict[str, str]]) -> object:
    model, at, usage, dimensions = request
    known = {meter.name for meter in card.book.meters}
    try:
        priced = card.request(
            model, at, {name: n for name, n in usage.items() if name in known}, dimensions
        )
        lines = [line for line in priced.amounts if line.amount or line.rate is None]
        texts = (one.text for one in priced.cell.left_out if one.meter is None)
        left_out = sorted(text.partition(": ")[2] for text in texts)
        return priced.total, priced.currency, sorted(line.amount for line in lines), left_out
    except PriceError:
        return "no price"


def told(old: m.Book, new: m.Book) -> object:
    """The first request that tells two books apart."""
    cards = RateCard(old), RateCard(new)
    return next((x for x in requests(old, new) if answer(cards[0], x) != answer(cards[1], x)), None)


@pytest.mark.parametrize("name", ALIKE)
def test_books_of_one_meaning(name: str) -> None:
    for old, new in (ALIKE[name], ALIKE[name][::-1]):
        assert told(made(old), made(new)) is None
        assert [change.text for change in compare(made(old), made(new))] == []


@pytest.mark.parametrize("name", APART)
def test_books_that_a_request_tells_apart(name: str) -> None:
    for old, new in (APART[name], APART[name][::-1]):
        assert told(made(old), made(new)) is not None
        assert compare(made(old), made(new)) != ()


def test_a_contract_that_doubles_the_night() -> None:
    below = book().replace("book b", "book list")
    contract = (
        "book deal extends list from 2026-06-01 before 2027-06-01\n"
        + NIGHT
        + DOUBLE
        + "stack late_hours\n"
    )
    upper = checked((below, contract)).book
    assert upper is not None
    texts = [change.text for change in compare(made(below), upper, "2026-07-01")]
    assert texts == ["hours night: new `late_hours`: x 2 on input, output"]
    assert compare(made(below), upper, "2026-07-01 12:00") == ()
    assert [
        change.text for change in compare(upper, upper, "2026-07-01 12:00", "2026-07-01 23:00")
    ] == ["`late_hours` had no effect, now x 2 on input, output"]


PARTS = {
    "clock": [
        "",
        NIGHT,
        NIGHT.replace("22:00", "23:00"),
        DAYTIME,
        NIGHT.replace("06:00", "06:00 from 2026-03-01"),
    ],
    "late": [
        "",
        "multiplier a\n  x {n} on {meters} when hours is night\n",
        "multiplier b\n  x {n} on {meters} when hours is peak\n",
    ],
    "more": [
        "",
        "limit x\n  at least $0.01 per request when hours is night\n",
        "surcharge fee\n  $0.02 per request when hours is peak\nstack fee{others}\n",
        'refuse for m-1 when hours is night because "shut"\n',
        'free when hours is night because "quiet"\n',
    ],
    "rates": [RATES, TWICE],
}


def written(chance: random.Random) -> m.Book | None:
    clock = chance.choice(PARTS["clock"])
    rules = [chance.choice(PARTS[name]) for name in ("late", "late", "more")] if clock else [""]
    rules = list(dict.fromkeys(rules))
    named = "".join(f", {name}" for name in ("a", "b") if f"multiplier {name}\n" in "".join(rules))
    numbers = {
        "others": named,
        "n": chance.choice(["2", "0.5"]),
        "meters": chance.choice(["input, output", "input, output", "input"]),
    }
    text = book(
        clock,
        "".join(rule.format(**numbers) for rule in rules),
        rates=chance.choice(PARTS["rates"]),
    )
    return checked((text,)).book


@pytest.mark.parametrize("part", range(2))
def test_generated_pairs(part: int) -> None:
    same = other = 0
    for seed in range(part * 1_000, part * 1_000 + 60):
        chance = random.Random(seed)
        old, new = written(chance), written(chance)
        if old is None or new is None:
            continue
        witness, changes = told(old, new), compare(old, new)
        assert bool(changes) == (witness is not None), (
            seed,
            witness,
            [change.text for change in changes],
        )
        same, other = same + (witness is None), other + (witness is not None)
    assert same
    assert other
