"""Break-even points: the exact figures of the shipped book,
and every number found again by pricing request after request.
"""

from __future__ import annotations

import itertools
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pricelang
from pricelang.apps.break_even.caches import CacheBreakEven, costs, reads_to_pay
from pricelang.model.errors import BadRequest, NotOffered, PriceError, UnknownName
from pricelang.model.instants import written
from pricelang.present.readable import readable_percent
from tests.cli.helpers import ROOT, SHOP, objects, run

SPECIMENS = ROOT / "tests" / "specimens"
DATES = ("2026-04-17", "2026-11-22")


def first_reads(
    book: pricelang.Book, cache: CacheBreakEven, at: str, tokens: int, **dimensions: str
) -> int | None:
    """The number of reads by trying one after the other, each priced as a request of its own.
    Raises `PriceError`.
    """
    write, read, base = (
        book.total(model=cache.model, at=at, usage={meter: tokens}, **dimensions)
        for meter in (cache.write, cache.read, cache.base)
    )
    return next((n for n in range(200) if write + n * read < (n + 1) * base), None)


# ---- the shipped book ----------------------------------------------------------------------------

PRICES = [
    ("2026-04-17", "claude-opus-4-7", "6.25", "10", "0.50", "5"),
    ("2026-04-17", "claude-haiku-4-5-20251001", "1.25", "2", "0.10", "1"),
    # its own prices: the derivation would give 0.3125 and 0.025
    ("2026-04-17", "claude-3-haiku-20240307", "0.30", "0.50", "0.03", "0.25"),
    ("2026-11-22", "claude-opus-5-5", "5", "8", "0.20", "4"),
    ("2026-11-22", "claude-fable-5-1", "12.50", "20", "0.25", "10"),
    ("2026-11-22", "claude-haiku-5-5", "0.125", "0.20", "0.01", "0.10"),
]


@pytest.mark.parametrize(("at", "model", "short", "long", "read", "base"), PRICES)
def test_the_shipped_book(at: str, model: str, short: str, long: str, read: str, base: str) -> None:
    five, hour = (cache for cache in pricelang.load().break_even(at).caches if cache.model == model)
    assert (five.write, hour.write, five.read, five.base) == (
        "cache_write_5m",
        "cache_write_1h",
        "cache_read",
        "input",
    )
    assert (five.write_price, hour.write_price) == (Fraction(short), Fraction(long))
    assert {five.read_price, hour.read_price} == {Fraction(read)}
    assert {five.base_price, hour.base_price} == {Fraction(base)}
    assert (five.reads, hour.reads) == (1, 2)
    assert five.everywhere
    assert hour.everywhere
    assert (five.per, five.currency, five.stack, five.given) == ("MTok", "USD", (), "")


STACKS: list[dict[str, str]] = [
    {},
    {"service_tier": "batch"},
    {"speed": "fast"},
    {"inference_geo": "us"},
    {"inference_geo": "us", "service_tier": "batch"},
    {"inference_geo": "us", "speed": "fast"},
    {"platform": "bedrock", "endpoint": "regional"},
    {"platform": "vertex", "endpoint": "multi_region", "service_tier": "batch"},
    {"context_window": "long"},
    {"context_window": "long", "service_tier": "batch", "inference_geo": "us"},
    {"surface": "managed_agents"},
]


@pytest.mark.parametrize("at", [*DATES, "2026-02-10"])
def test_every_stack_of_the_shipped_book_by_trying(at: str) -> None:
    book, tried = pricelang.load(), 0
    for cache in book.break_even(at, retired=True).caches:
        for stack, tokens in itertools.product(STACKS, (1_000, 150_000, 300_000)):
            try:
                assert first_reads(book, cache, at, tokens, **stack) == cache.reads, (
                    cache,
                    stack,
                    tokens,
                )
                tried += 1
            except PriceError:
                continue
    assert tried > 300


@pytest.mark.campaign
def test_the_break_even_claims_hold_for_every_model_since_the_first_cache() -> None:
    book = pricelang.load()
    days = sorted(
        {model.released for model in book.checked.models if written(model.released) > "2025-05-01"}
    )
    expected = {"cache_write_5m": 1, "cache_write_1h": 2}
    for day in [*(written(day) for day in days), "2026-10-07"]:
        caches = book.break_even(day, retired=True).caches
        assert caches
        assert all(cache.everywhere and cache.reads == expected[cache.write] for cache in caches), (
            day
        )
        for cache in caches:
            written_once, read, base = cache.write_price, cache.read_price, cache.base_price
            short = cache.write == "cache_write_5m"
            assert written_once + read < 2 * base if short else written_once + read >= 2 * base
            assert short or written_once + 2 * read < 3 * base


def test_models_are_listed_as_on_the_price_page() -> None:
    book = pricelang.load()
    listed = [cache.model for cache in book.break_even("2026-11-22").caches]
    assert "claude-3-haiku-20240307" not in listed
    assert listed[0] == "claude-fable-5-2"
    assert "claude-3-haiku-20240307" in [
        cache.model for cache in book.break_even("2026-11-22", retired=True).caches
    ]
    one = book.break_even("2026-11-22", models=["claude-3-haiku-20240307", "claude-2"])
    assert [cache.model for cache in one.caches] == ["claude-3-haiku-20240307"] * 2
    assert one.without == ("claude-2.0",)


def test_the_pool_of_the_shipped_book() -> None:
    (pool,) = pricelang.load().break_even("2026-04-17").pools
    assert (pool.meter, pool.quantity, pool.unit, pool.account) == (
        "code_execution",
        Fraction(1550),
        "hours",
        "organization per month",
    )
    assert (pool.price, pool.per, pool.currency) == (Fraction(5, 100), "hour", "USD")
    assert (pool.uses, pool.least) == (18_600, "5 minutes")
    at: dict[str, str] = {"model": "claude-opus-4-7", "at": "2026-04-17"}
    assert pricelang.load().total(**at, usage={"code_execution": "1 hour"}) == Decimal("0.05")


# ---- shares of output ----------------------------------------------------------------------------


def test_a_share_at_which_two_models_cost_the_same() -> None:
    book = pricelang.load()
    (found,) = book.break_even(
        "2026-04-17", models=["claude-opus-4-7"], against="claude-2.0"
    ).shares
    assert found.share == Fraction(3, 4)
    assert (found.below, found.above) == ("claude-opus-4-7", "claude-2.0")
    left, right = (
        [
            book.total(model=model, at="2026-04-17", usage={"input": 100 - out, "output": out})
            for out in (74, 75, 76)
        ]
        for model in ("claude-opus-4-7", "claude-2.0")
    )
    assert left[0] < right[0]
    assert left[1] == right[1]
    assert left[2] > right[2]


def test_a_model_that_is_always_the_cheaper_one() -> None:
    (found,) = (
        pricelang.load()
        .break_even("2026-04-17", models=["claude-opus-4-7"], against="claude-sonnet-4-6")
        .shares
    )
    assert (found.share, found.below, found.above) == (
        None,
        "claude-sonnet-4-6",
        "claude-sonnet-4-6",
    )


@pytest.mark.parametrize("at", DATES)
@pytest.mark.parametrize(
    "against", ["claude-sonnet-4-6", "claude-2.0", "claude-instant-1.2", "claude-opus-4-5"]
)
def test_shares_by_pricing_both_sides(at: str, against: str) -> None:
    book = pricelang.load()
    kinds = set()
    for found in book.break_even(at, against=against, retired=True).shares:
        share = found.share if found.share is not None else Fraction(1, 2)
        for side in (
            Fraction(0),
            share - Fraction(1, 100),
            share,
            share + Fraction(1, 100),
            Fraction(1),
        ):
            if not 0 <= side <= 1:
                continue
            # few enough that no prompt and no answer is too long, and whole numbers of tokens
            total = side.denominator * 10
            usage = {"input": int(total * (1 - side)), "output": int(total * side)}
            left, right = (
                book.total(model=model, at=at, usage=usage)
                for model in (found.model, found.against)
            )
            cheaper = found.model if left < right else found.against if right < left else None
            if found.share is None or side != found.share:
                expected = found.below if found.share is None or side < found.share else found.above
            else:
                expected = None
            assert cheaper == expected, (found, side)
        kinds.add(found.share is None)
    assert True in kinds


def test_percentages_have_two_decimals_or_as_many_as_say_something() -> None:
    shares = [Fraction(0), Fraction(3, 4), Fraction(1, 3), Fraction(1, 800_000), Fraction(1)]
    shown = [readable_percent(share) for share in shares]
    assert shown == ["0%", "75%", "33.33%", "0.0001%", "100%"]


# ---- other books ---------------------------------------------------------------------------------

BOOK = """book keep in USD
unit MTok is 1,000,000 tokens
dimension tier default plain
  plain, bulk, slow, gift
dimension place default home
  home, away
meter input, output, put, put_long, got in tokens
meter box in hours
models
  | model | released   |
  | m-1   | 2026-01-01 |
  | m-2   | 2026-01-02 |
rates per MTok
  | model | from       | input | output | put      | put_long | got      |
  | m-1   | 2026-01-01 | $1    | $4     | derived  | derived  | derived  |
  | m-2   | 2026-01-02 | $2    | $8     | derived  | derived  | $2 instead of $0.20 |
rates per MTok when place is away
  | model | from       | got |
  | m-1   | 2026-01-01 | $0.40 instead of $0.10 |
derive put is 1.25 x input
derive put_long is 2 x input
derive got is 0.1 x input
charge box
  $0.06 per hour
  first 10 hours free per organization per day
free when tier is gift because "a gift"
"""

PLAIN = (
    BOOK
    + """multiplier bulk
  when tier is bulk
  x 3 on put, put_long
  refuse for m-2 because "no"
multiplier all
  x 0.5 on tokens when place is away
multiplier slow
  x 2 on got when tier is slow
multiplier long
  x 4 on input when input over 1,000
exclude slow with all because "not both"
stack bulk, all, slow, long
"""
)

ADDED = (
    BOOK
    + """multiplier half
  x 0.5 on tokens when tier is bulk
surcharge fee
  $1 per MTok on put for m-1
limit least_price
  at least $0.30 per MTok on got
stack half, fee, least_price
round unit_price to $0.40 up for m-1
"""
)


def listed(
    book: pricelang.Book, model: str, write: str
) -> dict[tuple[tuple[str, ...], str], int | None]:
    caches = book.break_even("2026-03-01", models=[model]).caches
    return {(cache.stack, cache.given): cache.reads for cache in caches if cache.write == write}


def loaded(tmp_path: Path, text: str) -> pricelang.Book:
    (tmp_path / "keep.price").write_text(text, encoding="utf-8")
    return pricelang.load(tmp_path / "keep.price")


def tried(book: pricelang.Book, model: str, write: str) -> set[int | None]:
    """The numbers of reads of all values and of prompts on either side of the threshold."""
    nothing = Fraction(0)
    cache = CacheBreakEven(
        model, write, "got", "input", 0, True, (), "", nothing, nothing, nothing, "", ""
    )
    found = set()
    for tier, place, tokens in itertools.product(
        ("plain", "bulk", "slow"), ("home", "away"), (1_000, 1_001)
    ):
        try:
            found.add(
                first_reads(
                    book,
                    cache,
                    "2026-03-01",
                    tokens * 1000 if tokens > 1000 else tokens,
                    tier=tier,
                    place=place,
                )
            )
        except PriceError:
            continue
    return found


@pytest.mark.parametrize("text", [PLAIN, ADDED], ids=["factors", "surcharge, floor and rounding"])
@pytest.mark.parametrize(
    ("model", "write"), [("m-1", "put"), ("m-1", "put_long"), ("m-2", "put"), ("m-2", "put_long")]
)
def test_every_stack_is_listed_and_no_other(
    text: str, model: str, write: str, tmp_path: Path
) -> None:
    book = loaded(tmp_path, text)
    found = [
        cache
        for cache in book.break_even("2026-03-01", models=[model]).caches
        if cache.write == write
    ]
    assert {cache.reads for cache in found} == tried(book, model, write)
    assert [cache.everywhere for cache in found] == [len(found) == 1] * len(found)


def test_the_stacks_that_change_the_number_are_named(tmp_path: Path) -> None:
    found = listed(loaded(tmp_path, PLAIN), "m-1", "put")
    # 1.25 + n x 0.1 < n + 1; a bulk write costs 3.75 and a read away 0.4;
    # what is over the threshold pays 4 without a cache
    assert found == {
        ((), ""): 1,
        (("slow",), "tier slow"): 1,
        (("long",), "input over 1,000"): 0,
        (("slow", "long"), "tier slow, input over 1,000"): 0,
        (("bulk",), "tier bulk"): 4,
        (("bulk",), "tier bulk, place away"): 5,
        (("bulk", "long"), "tier bulk, input over 1,000"): 0,
    }


def test_a_cache_that_never_pays(tmp_path: Path) -> None:
    book = loaded(tmp_path, BOOK)
    (cache,) = (
        cache
        for cache in book.break_even("2026-03-01", models=["m-2"]).caches
        if cache.write == "put"
    )
    assert (cache.reads, cache.everywhere) == (None, True)
    assert (
        "never"
        in run("breakeven", "--book", str(tmp_path / "keep.price"), "--at", "2026-03-01").stdout
    )


def test_a_pool_without_a_minimum_and_one_that_changes(tmp_path: Path) -> None:
    (pool,) = loaded(tmp_path, BOOK).break_even("2026-03-01").pools
    assert (str(pool.quantity), pool.account, pool.uses, pool.least) == (
        "10",
        "organization per day",
        None,
        None,
    )
    extras = pricelang.load(SPECIMENS / "extras.price")
    ends = [
        pool
        for day in ("2026-05-01", "2026-07-31", "2026-08-01")
        for pool in extras.break_even(day).pools
    ]
    assert [(pool.quantity, pool.price, pool.currency) for pool in ends] == [
        (Fraction(50), Fraction(46, 1000), "EUR"),
        (Fraction(50), Fraction(6, 100), "USD"),
        (Fraction(1550), Fraction(6, 100), "USD"),
    ]


def test_meters_that_are_named(tmp_path: Path) -> None:
    book = loaded(tmp_path, BOOK)
    found = book.break_even(
        "2026-03-01", models=["m-1"], write="output", read="got", base="input"
    ).caches
    assert [(cache.write, cache.reads, cache.given) for cache in found] == [
        ("output", 4, ""),
        ("output", 6, "place away"),
    ]
    assert book.break_even("2026-03-01", models=["m-1"], write="put").caches[0].read == "got"


@pytest.mark.parametrize(
    ("wrong", "kind", "words"),
    [
        ({"models": ["m-3"]}, UnknownName, "unknown model `m-3`"),
        ({"against": "m-3"}, UnknownName, "unknown model `m-3`"),
        (
            {"at": "2026-01-01", "models": ["m-2"]},
            NotOffered,
            "`m-2` is not offered before 2026-01-02",
        ),
        ({"at": "2025-12-31"}, NotOffered, "no model is offered on 2025-12-31"),
        ({"models": ["m-1"], "against": "m-1"}, BadRequest, "`m-1` is the model itself"),
        ({"at": "yesterday"}, BadRequest, "`yesterday` is not a day"),
        ({"read": "gott"}, UnknownName, "unknown meter `gott`"),
        ({"write": "got"}, BadRequest, "`got` cannot break even with itself"),
        ({"write": "input"}, BadRequest, "`input` cannot break even with itself"),
        ({"write": "box"}, BadRequest, "`box` and `input` are counted in different units"),
        ({"base": "output"}, BadRequest, "does not say which meters"),
    ],
)
def test_what_cannot_be_asked(
    wrong: dict[str, object], kind: type[PriceError], words: str, tmp_path: Path
) -> None:
    book = loaded(tmp_path, BOOK)
    with pytest.raises(kind, match=words):
        book.break_even(**{"at": "2026-03-01", **wrong})  # type: ignore[arg-type]


amounts = st.fractions(min_value=Fraction(1, 50), max_value=20, max_denominator=50)


@given(write=amounts, read=amounts, base=amounts)
def test_the_number_of_reads_is_the_smallest(
    write: Fraction, read: Fraction, base: Fraction
) -> None:
    found = reads_to_pay(write, read, base)
    assert found is None or write + found * read < (found + 1) * base
    assert all(
        write + n * read >= (n + 1) * base
        for n in range(100_000 if found is None else found)
        if n < 300
    )


def test_the_costs_of_a_chart_cross_where_the_cache_pays() -> None:
    for cache in pricelang.load().break_even("2026-04-17", models=["claude-opus-4-7"]).caches:
        cheaper = [kept < sent for sent, kept in costs(cache, 8)]
        assert cache.reads is not None
        assert cheaper == [False] * cache.reads + [True] * (8 - cache.reads)


# ---- the command ---------------------------------------------------------------------------------

CHOSEN = ("--at", "2026-04-17", "--model", "claude-opus-4-7")


def test_the_tables() -> None:
    rows = run(
        "breakeven", *CHOSEN, "--model", "claude-2.0", "--against", "claude-2.0"
    ).stdout.splitlines()
    cells = [row.split() for row in rows]
    assert [
        "claude-opus-4-7",
        "cache_write_5m",
        "$5",
        "$6.25",
        "$0.50",
        "1",
        "read",
        "every",
        "stack",
    ] in cells
    assert [
        "claude-opus-4-7",
        "cache_write_1h",
        "$5",
        "$10",
        "$0.50",
        "2",
        "reads",
        "every",
        "stack",
    ] in cells
    assert any(
        "1,550 hours per organization per month, or 18,600 uses of up to 5 minutes" in row
        for row in rows
    )
    assert any(
        row.endswith("claude-opus-4-7 below 75% of output (3/4), claude-2.0 above") for row in rows
    )
    assert rows[-1] == "no cache price: claude-2.0"


def test_json_and_markdown() -> None:
    (found,) = objects(run("breakeven", *CHOSEN, "--against", "claude-2.0", "--json").stdout)
    assert [
        (cache["write"], cache["reads"], cache["prices"]["write"]) for cache in found["caches"]
    ] == [
        ("cache_write_5m", 1, "6.25"),
        ("cache_write_1h", 2, "10"),
    ]
    assert (found["pools"][0]["quantity"], found["pools"][0]["price"]) == ("1550", "0.05")
    assert (found["shares"][0]["share"], found["shares"][0]["percent"]) == ("3/4", "75%")
    text = run("breakeven", *CHOSEN, "--markdown").stdout
    assert (
        "| claude-opus-4-7 | cache_write_5m | $5 | $6.25 | $0.50 | 1 read | every stack |" in text
    )
    assert run("breakeven", "--json", "--chart").exit_code == 2


def test_a_book_without_a_cache() -> None:
    done = run("breakeven", "--book", SHOP, "--at", "2026-02-01")
    assert done.exit_code == 0
    assert done.stdout.endswith("\nthe book names no cache: give --write, --read and --base\n")
    wrong = run("breakeven", "--book", SHOP, "--write", "inptu")
    assert wrong.exit_code == 2
    assert "did you mean `input`?" in wrong.stderr


def test_the_chart() -> None:
    pytest.importorskip("plotext")
    text = run("breakeven", *CHOSEN, "--chart").stdout
    assert "claude-opus-4-7: a prompt of one MTok" in text
    assert "\x1b" not in text
    rows = text.splitlines()
    assert all(
        any(label in row for row in rows)
        for label in ("$40.00┤", "$30.00┤", "$20.00┤", "$10.00┤", "cache_write_1h, then cache_read")
    )
    top = next(row for row in rows if row.startswith("$40.00┤"))
    assert top.rstrip("│").endswith("x")


def test_a_chart_without_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> object:
        raise ImportError

    monkeypatch.setattr("pricelang.cli.charts.import_module", missing)
    done = run("breakeven", *CHOSEN, "--chart")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "error[no_charts]: a chart needs plotext, which is not installed" in done.stderr
    assert run("breakeven", *CHOSEN).exit_code == 0
