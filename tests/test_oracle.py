"""The oracle against figures worked out by hand, so that it can be trusted to check the product."""

from __future__ import annotations

import datetime
import functools
from fractions import Fraction
from pathlib import Path

import pytest

from pricelang.syntax import tree as t
from tests.oracle import (
    MODES,
    Case,
    NotOffered,
    Oracle,
    Priced,
    Refused,
    Result,
    in_meter_unit,
    of_kind,
    read_book,
)

SPECIMENS = Path(__file__).parent / "specimens"
MILLION = Fraction(1_000_000)
TINY = """
book tiny in USD
unit MTok is 1,000,000 tokens
dimension tier default standard
  standard, batch
  priority  from 2026-03-01
meter input, output, cache in tokens
meter calls in requests
meter time in hours
group both is input, output
models
  | model | released   |
  | a-1   | 2026-01-01 |
  | b-1   | 2026-02-01 |
rates per MTok
  | model | from       | input | output |
  | a-1   | 2026-01-01 | $1    | $4     |
  | b-1   | 2026-02-01 | $2    | $8     |
"""


@functools.cache
def specimen(name: str) -> Oracle:
    return read_book(SPECIMENS / f"{name}.price")


def when(written: str) -> int:
    return int(datetime.datetime.fromisoformat(written).replace(tzinfo=datetime.UTC).timestamp())


def book(folder: Path, text: str, name: str = "tiny") -> Oracle:
    (folder / f"{name}.price").write_text(text, encoding="utf-8")
    return read_book(folder / f"{name}.price")


def ask(oracle: Oracle, model: str, at: str, usage: str, **dimensions: str) -> Result:
    """`usage` is like `input 1000000, time 0.5 0.25`: a meter and its uses."""
    parts = [part.split() for part in usage.split(",")]
    return oracle.price(
        model,
        when(at),
        dimensions,
        {name: [Fraction(use) for use in uses] for name, *uses in parts},
    )


def cost(oracle: Oracle, model: str, at: str, usage: str, **dimensions: str) -> Fraction:
    result = ask(oracle, model, at, usage, **dimensions)
    assert isinstance(result, Priced), result
    return result.total


def shown(result: Result) -> str:
    if isinstance(result, Refused):
        return f"refused by {result.rule}"
    return "not offered" if isinstance(result, NotOffered) else str(result.total)


def example_cases() -> list[tuple[str, t.Example]]:
    names = ("claude", "acme", "extras", "extras_acme")
    books = {name: specimen(name).layers[-1][1] for name in names}
    found = [
        (name, example)
        for name, statements in books.items()
        for example in of_kind(statements, t.Example)
    ]
    return [(name, example) for name, example in found if not of_a_sum(example)]


def of_a_sum(example: t.Example) -> bool:
    """Whether an example is of a record that adds up requests,
    which have bounds and not a price.
    """
    facts = [fact for line in example.lines if isinstance(line, t.Given) for fact in line.facts]
    return any(isinstance(fact, t.Fact) and fact.dimension.text == "record" for fact in facts)


@pytest.mark.parametrize(
    ("name", "example"), example_cases(), ids=lambda x: x if isinstance(x, str) else x.title.text
)
def test_examples_of_the_specimens(name: str, example: t.Example) -> None:
    oracle = specimen(name)
    given = next(line for line in example.lines if isinstance(line, t.Given))
    facts = {
        fact.dimension.text: fact.value.text for fact in given.facts if isinstance(fact, t.Fact)
    }
    units = Case(tuple(statements for _, statements in oracle.layers), given.at.seconds)
    usage: dict[str, Fraction | list[Fraction]] = {}
    for use in (use for line in example.lines if isinstance(line, t.Uses) for use in line.uses):
        meter = use.meter.text
        usage[meter] = (
            in_meter_unit(units, use.number, use.unit, meter) if use.unit else use.number.value
        )
    result = oracle.price(given.model.text, given.at.seconds, facts, usage)
    expected = example.lines[-1]
    if isinstance(expected, t.ExpectCost):
        assert isinstance(result, Priced)
        assert (result.total, result.currency) == (expected.low.value, expected.low.currency)
    elif isinstance(expected, t.ExpectRefused):
        assert expected.left
        assert expected.right
        assert result == Refused(f"{expected.left.text} with {expected.right.text}", "exclude")
    else:
        assert isinstance(result, NotOffered)


def test_every_specimen_example_is_looked_at() -> None:
    assert [name for name, _ in example_cases()] == ["claude"] * 4 + ["acme"] + ["extras"] * 2


COLUMNS = ("model", "at", "usage", "dimensions", "expected")
CLAUDE = [
    # a threshold is crossed by strictly more,
    # counts the whole prompt and multiplies every token of the request
    ("claude-sonnet-4-5", "2026-01-01", "input 200000", {"context_window": "long"}, "3/5"),
    (
        "claude-sonnet-4-5",
        "2026-01-01",
        "input 200000, output 9000000",
        {"context_window": "long"},
        "678/5",
    ),
    (
        "claude-sonnet-4-5",
        "2026-01-01",
        "input 200000, cache_read 1000000, output 2000000",
        {"context_window": "long"},
        "234/5",
    ),  # 6 x 0.2 + 0.6 + 22.5 x 2
    ("claude-sonnet-4-5", "2026-01-01", "input 300000", {}, "9/10"),
    (
        "claude-sonnet-4-5",
        "2026-04-30",
        "input 300000",
        {"context_window": "long"},
        "refused by long_context",
    ),
    ("claude-sonnet-4-5", "2026-04-30", "input 200000", {"context_window": "long"}, "3/5"),
    ("claude-opus-4-6", "2026-03-12", "input 300000", {"context_window": "long"}, "3"),
    (
        "claude-opus-4-6",
        "2026-03-12",
        "input 300000",
        {"context_window": "long", "speed": "fast"},
        "9",
    ),
    ("claude-opus-4-6", "2026-03-13", "input 300000", {"context_window": "long"}, "3/2"),
    ("claude-haiku-5-5", "2026-10-07", "input 100000", {}, "1/100"),
    (
        "claude-haiku-5-5",
        "2026-10-07",
        "input 100000, cache_read 100000",
        {},
        "11/200",
    ),  # 0.5 x 0.1 + 0.05 x 0.1
    # fast mode, its periods, and what refuses it
    ("claude-opus-4-6", "2026-04-17", "input 1000000, cache_read 1000000", {"speed": "fast"}, "33"),
    ("claude-opus-4-6", "2026-06-29", "input 1000000", {"speed": "fast"}, "5"),
    ("claude-opus-4-7", "2026-05-11", "input 1000000", {"speed": "fast"}, "refused by fast"),
    ("claude-opus-4-7", "2026-07-23T23:59:59", "input 1000000", {"speed": "fast"}, "30"),
    ("claude-opus-4-7", "2026-07-24", "input 1000000", {"speed": "fast"}, "refused by fast"),
    (
        "claude-opus-4-7",
        "2026-07-24",
        "input 1000000",
        {"speed": "fast", "surface": "managed_agents"},
        "5",
    ),
    (
        "claude-opus-4-6",
        "2026-04-17",
        "input 1",
        {"speed": "fast", "service_tier": "priority"},
        "refused by fast",
    ),
    (
        "claude-opus-4-6",
        "2026-07-01",
        "input 1000000",
        {"speed": "fast", "service_tier": "priority"},
        "5",
    ),
    (
        "claude-opus-4-6",
        "2026-04-17",
        "web_search 1000",
        {"speed": "fast", "service_tier": "batch"},
        "refused by fast with batch",
    ),
    (
        "claude-opus-4-6",
        "2026-04-17",
        "input 1",
        {"speed": "fast", "platform": "aws"},
        "not offered",
    ),
    # batch, residency, regional
    (
        "claude-opus-4-7",
        "2026-04-17",
        "input 1000000, web_search 100",
        {"service_tier": "batch", "inference_geo": "us"},
        "15/4",
    ),  # 5 x 0.5 x 1.1 + 1
    (
        "claude-opus-4-7",
        "2026-04-17",
        "input 1",
        {"service_tier": "batch", "surface": "managed_agents"},
        "refused by batch",
    ),
    ("claude-sonnet-4-5", "2026-07-24", "input 1000000", {"inference_geo": "us"}, "3"),
    (
        "claude-sonnet-4-5",
        "2026-07-25",
        "input 1000000",
        {"inference_geo": "us"},
        "refused by residency",
    ),
    (
        "claude-opus-4-7",
        "2026-07-24",
        "input 1",
        {"inference_geo": "us", "platform": "aws"},
        "not offered",
    ),
    (
        "claude-opus-4-7",
        "2026-07-25",
        "input 1000000",
        {"inference_geo": "us", "platform": "aws"},
        "11/2",
    ),
    (
        "claude-sonnet-4-0",
        "2026-04-17",
        "input 1000000",
        {"platform": "bedrock", "endpoint": "regional"},
        "3",
    ),
    (
        "claude-sonnet-4-5",
        "2026-04-17",
        "input 1000000",
        {"platform": "bedrock", "endpoint": "regional"},
        "33/10",
    ),
    (
        "claude-sonnet-4-5",
        "2026-04-17",
        "input 1",
        {"platform": "bedrock", "endpoint": "multi_region"},
        "not offered",
    ),
    # published and derived prices, and what holds on the day of a change
    (
        "claude-3-haiku-20240307",
        "2026-04-17",
        "cache_write_5m 1000000, cache_read 1000000",
        {},
        "33/100",
    ),
    ("claude-3-5-haiku-latest", "2024-12-02", "input 1000000, cache_write_1h 0", {}, "1"),
    ("claude-3-5-haiku-latest", "2024-12-02", "cache_read 1000000", {}, "1/10"),
    ("claude-3-5-haiku-latest", "2024-12-03", "cache_read 1000000", {}, "2/25"),
    ("claude-sonnet-5-5", "2026-10-06", "cache_read 1000000", {}, "1/5"),
    ("claude-sonnet-5-5", "2026-10-07", "cache_read 1000000", {}, "1/10"),
    ("claude-haiku-5-5", "2026-10-07", "cache_write_1h 50000", {}, "1/100"),
    ("claude-sonnet-5", "2026-09-02", "input 1000000", {}, "2"),  # the announced 3 was withdrawn
    # what is there, and since when
    ("claude-opus-4-7", "2026-04-15T23:59:59", "input 1", {}, "not offered"),
    ("claude-opus-4", "2026-04-17", "input 1", {}, "not offered"),
    ("claude-3-haiku-20240307", "2024-08-13", "cache_read 1", {}, "not offered"),
    ("claude-opus-4-7", "2026-04-17", "session_time 1", {}, "not offered"),
    ("claude-opus-4-7", "2026-04-17", "input 1", {"colour": "red"}, "not offered"),
    ("claude-opus-4-7", "2026-04-17", "thoughts 1", {}, "not offered"),
    # charges
    ("claude-opus-4-7", "2026-04-17", "web_search 1", {}, "1/100"),
    ("claude-opus-4-7", "2026-04-17", "code_execution 1/60 10/60 0", {}, "1/80"),  # 5 + 10 minutes
    ("claude-opus-4-7", "2026-04-17", "code_execution 1", {"web_tools": "basic"}, "1/20"),
    (
        "claude-opus-4-7",
        "2026-04-17",
        "code_execution 1, input 1000000",
        {"web_tools": "filtering"},
        "5",
    ),
    ("claude-opus-4-7", "2026-09-23", "input 1000000", {"outcome": "refused_before_output"}, "0"),
    ("claude-opus-4-7", "2026-09-24", "input 1000000", {"outcome": "refused_before_output"}, "5"),
    ("claude-opus-4-7", "2026-09-24", "web_search 7", {"outcome": "expired"}, "0"),
]


@pytest.mark.parametrize(COLUMNS, CLAUDE)
def test_the_list_book(
    model: str, at: str, usage: str, dimensions: dict[str, str], expected: str
) -> None:
    assert shown(ask(specimen("claude"), model, at, usage, **dimensions)) == expected


ACME = [
    ("claude-sonnet-4-6", "2026-05-31", "input 1000000, cache_write_5m 1000000", {}, "27/4"),
    (
        "claude-sonnet-4-6",
        "2026-06-01",
        "input 1000000, cache_write_5m 1000000",
        {},
        "243/40",
    ),  # 2.7 x 2.25
    ("claude-sonnet-4-6", "2027-06-01", "output 1000000", {}, "15"),
    (
        "claude-opus-4-7",
        "2026-06-01",
        "cache_read 1000000",
        {"service_tier": "batch"},
        "17/80",
    ),  # 0.5 x 0.5 x 0.85
    ("claude-opus-4-7", "2026-06-01", "cache_read 1000000", {"platform": "vertex"}, "1/2"),
    ("claude-opus-4-7", "2026-05-31", "cache_read 1000000", {}, "1/2"),
    ("claude-sonnet-4-5", "2026-06-01", "input 1000000", {}, "3"),
]


@pytest.mark.parametrize(COLUMNS, ACME)
def test_a_contract_over_the_list(
    model: str, at: str, usage: str, dimensions: dict[str, str], expected: str
) -> None:
    assert shown(ask(specimen("acme"), model, at, usage, **dimensions)) == expected


EXTRAS = [
    ("alpha-latest", "2026-01-31T08:00", "input 1000000", {}, "1"),
    ("alpha-latest", "2026-02-01T08:00", "input 1000000", {}, "2"),
    ("alpha-latest", "2026-01-31T23:59:59", "input 1000000", {}, "1/2"),  # 1 x 0.5: by night
    ("alpha-latest", "2026-02-01T00:00:00", "input 1000000", {}, "1"),  # 2 x 0.5
    ("alpha-1", "2026-02-28T08:00", "input 1", {"platform": "reseller"}, "not offered"),
    (
        "alpha-1",
        "2026-03-01T08:00",
        "input 1000000, cache_read 1000000",
        {"platform": "reseller"},
        "33/25",
    ),
    ("beta-1", "2026-03-01T08:00", "input 1000000", {"platform": "reseller"}, "2"),
    ("alpha-1", "2026-09-01T08:00", "input 1", {}, "refused by retired on the direct platform"),
    ("alpha-1", "2026-09-01T08:00", "input 1000000", {"platform": "reseller"}, "6/5"),
    ("alpha-1", "2026-02-01T16:29:59", "input 1000000", {}, "1"),
    ("alpha-1", "2026-02-01T16:30:00", "input 1000000", {}, "1/2"),
    ("alpha-1", "2026-02-01T00:29:59", "input 1000000", {}, "1/2"),
    ("alpha-1", "2026-02-01T00:30:00", "input 1000000", {}, "1"),
    ("alpha-1", "2026-02-01T08:00", "input 1", {"hours": "off_peak"}, "not offered"),
    ("alpha-1", "2026-02-01T08:00", "output 1000000", {"service_tier": "priority"}, "17/4"),
    (
        "alpha-1",
        "2026-02-01T17:00",
        "output 1000000",
        {"service_tier": "priority"},
        "9/4",
    ),  # 4 x 0.5 + 0.25
    ("alpha-1", "2026-02-01T17:00", "output 1000000", {"service_tier": "batch"}, "1"),
    ("alpha-1", "2026-02-01T08:00", "storage 1001", {}, "1001/10"),  # tiers belong to an account
    (
        "alpha-1",
        "2026-02-01T08:00",
        "container 1/60 1",
        {},
        "1/20",
    ),  # 0.05 x 65 minutes = 0.0542, in whole cents
    ("alpha-1", "2026-07-15T08:00", "container 10", {}, "3/5"),
    ("alpha-1", "2026-02-01T08:00", "requests 100", {}, "1/100"),
    ("alpha-1", "2026-02-01T08:00", "requests 150", {}, "1/50"),  # 1.5 cents to the even cent
    ("alpha-1", "2026-02-01T08:00", "requests 250", {}, "1/50"),
    (
        "alpha-1",
        "2026-02-01T08:00",
        "requests 10",
        {},
        "1/2000",
    ),  # a line of no cents, raised to the minimum
    ("alpha-1", "2026-04-01T08:00", "input 1000000", {}, "23/25"),
    ("alpha-1", "2026-04-01T08:00", "requests 10", {}, "23/50000"),
]


@pytest.mark.parametrize(COLUMNS, EXTRAS)
def test_constructs_beyond_the_list(
    model: str, at: str, usage: str, dimensions: dict[str, str], expected: str
) -> None:
    assert shown(ask(specimen("extras"), model, at, usage, **dimensions)) == expected


def test_converted_lines_and_currency() -> None:
    result = ask(specimen("extras"), "alpha-1", "2026-04-01T08:00", "input 1004000, output 1000000")
    assert result == Priced(
        Fraction("4.60"), {"input": Fraction("0.92"), "output": Fraction("3.68")}, "EUR"
    )


def test_an_amended_factor_within_its_term() -> None:
    oracle = specimen("extras_acme")
    assert cost(oracle, "beta-1", "2026-03-31T08:00", "output 1000000", service_tier="batch") == 4
    assert cost(
        oracle, "beta-1", "2026-07-01T08:00", "output 1000000", service_tier="batch"
    ) == Fraction("3.2")
    assert cost(oracle, "beta-1", "2027-04-01T08:00", "output 1000000", service_tier="batch") == 4


def test_the_order_of_the_stack_moves_cents(tmp_path: Path) -> None:
    rules = "multiplier half\n  x 0.5 on both\nsurcharge fee\n  $1 per MTok on input\n"
    rules += "limit cap\n  at most $3 per MTok on both\n"
    usage = "input 1000000, output 2000000"
    orders = [("half, fee, cap", "5.5"), ("fee, half, cap", "5"), ("cap, half, fee", "4.5")]
    orders += [("half", "5.5"), ("fee", "4")]  # the rest follows by name
    for stack, expected in orders:
        oracle = book(tmp_path, TINY + rules + f"stack {stack}\n")
        assert cost(oracle, "a-1", "2026-02-01", usage) == Fraction(expected), stack


def test_a_contract_inserts_into_the_stack(tmp_path: Path) -> None:
    rules = "surcharge fee\n  $1 per MTok on input\nmultiplier half\n  x 0.5 on tokens\n"
    book(tmp_path, TINY + rules + "multiplier treble\n  x 3 on tokens\nstack fee, half, treble\n")
    text = "book deal extends tiny from 2026-02-01 before 2026-03-01\nsurcharge extra\n  $4 per MTok on both\n"
    deal = book(tmp_path, text + "stack extra after half\n", "deal")
    assert cost(deal, "a-1", "2026-02-28", "input 1000000") == 15
    assert cost(deal, "a-1", "2026-03-01", "input 1000000") == 3


def test_rounding_stages_and_modes(tmp_path: Path) -> None:
    rules = "multiplier odd\n  x 1.125 on input\n  x 0.28375 on output\n"  # $1.125 and $1.135
    modes = [
        ("half_up", "1.13", "1.14"),
        ("half_down", "1.12", "1.13"),
        ("half_even", "1.12", "1.14"),
    ]
    for mode, first, second in [*modes, ("down", "1.12", "1.13")]:
        for stage in ("unit_price", "line", "total"):
            oracle = book(tmp_path, TINY + rules + f"round {stage} to $0.01 {mode}\n")
            assert cost(oracle, "a-1", "2026-02-01", "input 1000000") == Fraction(first), (
                mode,
                stage,
            )
            assert cost(oracle, "a-1", "2026-02-01", "output 1000000") == Fraction(second), (
                mode,
                stage,
            )
    up = MODES["up"]  # `up` is a word of the language, so that no book can write this mode today
    assert (up(Fraction("112.01")), up(Fraction(112))) == (113, 112)
    usage = "input 2000000, output 1000"
    for stage, expected in [("unit_price", "2.24113"), ("line", "2.25"), ("total", "2.25")]:
        oracle = book(tmp_path, TINY + rules + f"round {stage} to $0.01 down\n")
        assert cost(oracle, "a-1", "2026-02-01", usage) == Fraction(expected), stage


def test_outcomes_of_one_multiplier(tmp_path: Path) -> None:
    rules = (
        "multiplier m\n  when tier is batch or priority\n"
        "  x 2 on input  for a-1  before 2026-02-01  then no effect\n"
        "  refuse when tier is priority and input up to 10\n"
        "  otherwise x 3 on input  before 2026-05-01  then refuse\n"
    )
    oracle = book(tmp_path, TINY + rules)
    assert cost(oracle, "a-1", "2026-01-31", "input 1000000", tier="batch") == 2
    assert cost(oracle, "a-1", "2026-06-01", "input 1000000", tier="batch") == 1
    assert cost(oracle, "b-1", "2026-04-30", "input 1000000", tier="batch") == 6
    assert ask(oracle, "b-1", "2026-05-01", "input 1000000", tier="batch") == Refused(
        "m", "multiplier"
    )
    assert cost(oracle, "b-1", "2026-05-01", "input 1000000") == 2
    assert ask(oracle, "a-1", "2026-04-01", "input 10", tier="priority") == Refused(
        "m", "multiplier"
    )
    assert cost(oracle, "a-1", "2026-04-01", "input 11", tier="priority") == 11 / MILLION
    assert ask(oracle, "a-1", "2026-02-28", "input 11", tier="priority") == NotOffered(
        "tier priority"
    )


def test_exclusions_and_what_lifts_them(tmp_path: Path) -> None:
    rules = (
        "multiplier x1\n  when tier is batch\n  x 2 on input\nmultiplier x2\n  x 3 on output  when tier is batch\n"
        "exclude x1 with x2  from 2026-02-01\nexclude x2 when calls over 5\n"
    )
    base = book(tmp_path, TINY + "charge calls\n  $1 per request\n" + rules)
    assert cost(base, "a-1", "2026-01-31", "input 1000000", tier="batch") == 2
    assert ask(base, "a-1", "2026-02-01", "time 0", tier="batch") == Refused(
        "x1 with x2", "exclude"
    )
    assert ask(base, "a-1", "2026-01-31", "calls 6", tier="batch") == Refused("x2", "exclude")
    assert cost(base, "a-1", "2026-01-31", "calls 5", tier="batch") == 5
    text = 'book deal extends tiny from 2026-02-01 before 2026-03-01\nallow x2 with x1  for a-1  because "agreed"\n'
    deal = book(tmp_path, text, "deal")
    assert cost(deal, "a-1", "2026-02-28", "input 1000000", tier="batch") == 2
    assert ask(deal, "b-1", "2026-02-28", "input 1000000", tier="batch") == Refused(
        "x1 with x2", "exclude"
    )
    assert ask(deal, "a-1", "2026-03-01", "input 1000000", tier="batch") == Refused(
        "x1 with x2", "exclude"
    )
    assert ask(deal, "a-1", "2026-02-28", "calls 6", tier="batch") == Refused("x2", "exclude")


def test_a_contract_allows_a_value_and_amends_a_charge(tmp_path: Path) -> None:
    base = (
        TINY
        + "charge calls\n  $10 per 1,000 requests\n  $20 per 1,000 requests when tier is batch\n"
    )
    book(tmp_path, base)
    text = "book deal extends tiny from 2026-02-01 before 2026-04-01\n"
    text += 'allow tier priority  when input up to 0  because "agreed"\n'
    deal = book(tmp_path, text + "amend calls\n  $8 instead of $10 per 1,000 requests\n", "deal")
    assert cost(deal, "a-1", "2026-02-01", "calls 500", tier="priority") == 4
    assert cost(deal, "a-1", "2026-02-01", "calls 500", tier="batch") == 10
    assert cost(deal, "a-1", "2026-01-31", "calls 500") == 5
    assert ask(deal, "a-1", "2026-02-01", "calls 500, input 1", tier="priority") == NotOffered(
        "tier priority"
    )
    assert ask(deal, "a-1", "2026-01-31", "calls 500", tier="priority") == NotOffered(
        "tier priority"
    )


def test_charges_by_time_minimums_and_free_lines(tmp_path: Path) -> None:
    rules = "charge time\n  $0.60 per 30 minutes\n  at least 90 seconds per use\n  free when tier is batch\n"
    rules += "surcharge late\n  $1 per hour on time  from 2026-04-01\n"
    oracle = book(tmp_path, TINY + rules)
    assert cost(oracle, "a-1", "2026-02-01", "time 1") == Fraction("1.2")
    assert cost(oracle, "a-1", "2026-02-01", "time 0.01 0.02 0.5 0") == Fraction(
        "0.66"
    )  # 90 + 90 + 1,800 seconds
    assert cost(oracle, "a-1", "2026-02-01", "time 1", tier="batch") == 0
    assert cost(oracle, "a-1", "2026-04-01", "time 1") == Fraction("2.2")
    assert cost(oracle, "a-1", "2026-04-01", "time 1", tier="batch") == 0
    assert ask(oracle, "a-1", "2026-02-01", "calls 1") == NotOffered(
        "calls"
    )  # it exists, and has no price
    assert cost(oracle, "a-1", "2026-02-01", "calls 0, time 1") == Fraction("1.2")


def test_an_amendment_replaces_only_what_it_names(tmp_path: Path) -> None:
    book(tmp_path, TINY + "multiplier m\n  x 0.5 on input and x 0.6 on output\n")
    text = "book deal extends tiny from 2026-02-01 before 2026-03-01\n"
    deal = book(tmp_path, text + "amend m\n  x 0.4 instead of 0.5 on tokens  for a-1\n", "deal")
    assert cost(deal, "a-1", "2026-02-01", "input 1000000, output 1000000") == Fraction("2.8")
    assert cost(deal, "b-1", "2026-02-01", "input 1000000, output 1000000") == Fraction("5.8")


def test_a_clock_within_a_day_and_a_table_that_ends(tmp_path: Path) -> None:
    rules = (
        "dimension hours default rest\n  rest\n  noon  from 10:00 before 14:00  from 2026-02-02\n"
        "multiplier m\n  x 3 on input  when hours is noon\n"
        "rates per MTok when tier is batch before 2026-02-03\n"
        "  | model | from | input |\n  | a-1 | 2026-02-01 | $0.40 instead of $1 |\n"
    )
    oracle = book(tmp_path, TINY + rules)
    for at, expected in [
        ("02T09:59:59", 1),
        ("02T10:00", 3),
        ("02T13:59:59", 3),
        ("02T14:00", 1),
        ("01T12:00", 1),
    ]:
        assert cost(oracle, "a-1", f"2026-02-{at}", "input 1000000") == expected, at
    assert cost(oracle, "a-1", "2026-02-02", "input 1000000", tier="batch") == Fraction("0.4")
    assert cost(oracle, "a-1", "2026-02-03", "input 1000000", tier="batch") == 1


def test_a_fee_on_each_counted_request_is_no_fee_per_request(tmp_path: Path) -> None:
    oracle = book(
        tmp_path,
        TINY + "charge calls\n  $1 per request\nsurcharge fee\n  $2 per request on calls\n",
    )
    assert cost(oracle, "a-1", "2026-02-01", "calls 3, input 1000000") == 10


def test_surcharges_and_limits_per_request(tmp_path: Path) -> None:
    rules = "surcharge fee\n  when tier is batch\n  $0.50 per request\nlimit small\n  at least $2 per request\n"
    oracle = book(tmp_path, TINY + rules + "limit big\n  at most $9 per request\n")
    result = ask(oracle, "a-1", "2026-02-01", "input 3000000", tier="batch")
    assert result == Priced(Fraction("3.5"), {"input": Fraction(3), "fee": Fraction("0.5")}, "USD")
    assert cost(oracle, "a-1", "2026-02-01", "input 1000000") == 2
    assert cost(oracle, "a-1", "2026-02-01", "output 3000000") == 9
    free = book(tmp_path, TINY + rules + 'free when tier is batch because "gift"\n')
    assert cost(free, "a-1", "2026-02-01", "input 3000000", tier="batch") == 0


def test_rates_by_condition_and_by_layer(tmp_path: Path) -> None:
    rules = (
        "derive cache is 0.1 x input\n  except 0.2 x output  for b-1  from 2026-03-01\n"
        "rates per 1,000 tokens\n  | model | from | cache |\n"
        "  | a-1 | 2026-01-01 | derived |\n  | b-1 | 2026-01-01 | derived |\n"
        "rates per MTok when tier is batch\n  | model | from | input | output |\n"
        "  | a-1 | 2026-02-01 | $0.40 instead of $1 | |\n  | b-1 | 2026-02-01 | $3 instead of $2 | not offered |\n"
    )
    base = book(tmp_path, TINY + rules)
    assert cost(base, "a-1", "2026-02-01", "cache 1000000") == Fraction("0.1")
    assert cost(
        base, "a-1", "2026-02-01", "cache 1000000, output 1000000", tier="batch"
    ) == Fraction("4.04")
    assert cost(base, "a-1", "2026-01-31", "cache 1000000", tier="batch") == Fraction("0.1")
    assert cost(base, "b-1", "2026-03-01", "cache 1000000") == Fraction("1.6")
    assert ask(base, "b-1", "2026-03-01", "cache 1", tier="batch") == NotOffered("cache")
    assert ask(base, "b-1", "2026-03-01", "output 1", tier="batch") == NotOffered("output")
    text = "book deal extends tiny from 2026-02-01 before 2026-03-01\nrates per MTok\n  | model | from | input |\n"
    deal = book(tmp_path, text + "  | a-1 | 2026-02-10 | $0.50 instead of $1 |\n", "deal")
    assert cost(deal, "a-1", "2026-02-10", "input 1000000, cache 1000000") == Fraction("0.55")
    assert cost(deal, "a-1", "2026-02-10", "input 1000000", tier="batch") == Fraction("0.5")
    assert cost(deal, "a-1", "2026-02-09", "input 1000000") == 1
    assert cost(deal, "a-1", "2026-03-01", "input 1000000") == 1


def test_includes_stand_beside_their_file(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    part = "multiplier double\n  x 2 on input  except for b-1\n"
    (tmp_path / "parts" / "more.price").write_text(part, encoding="utf-8")
    oracle = book(tmp_path, TINY + 'include "parts/more.price"\n')
    assert cost(oracle, "a-1", "2026-02-01", "input 1000000") == 2
    assert cost(oracle, "b-1", "2026-02-01", "input 1000000") == 2
