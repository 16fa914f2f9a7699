"""Properties that every price has, on random requests of the shipped book and the specimens."""

from __future__ import annotations

import functools
import itertools
import json
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import pricelang
from pricelang.present.decimals import exact
from tests.oracle import read_book
from tests.oracle_requests import Ask, Use, asks, share, vocabulary
from tests.test_agreement import SHIPPED

TOKENS = ("input", "output", "cache_write_5m", "cache_write_1h", "cache_read")
MILLION = 1_000_000


@functools.cache
def book(name: str = "anthropic") -> pricelang.Book:
    """One of the shipped books."""
    return pricelang.load(SHIPPED[name])


@functools.cache
def requests(name: str = "anthropic") -> st.SearchStrategy[Ask]:
    """Requests of one of the shipped books."""
    return asks(vocabulary(read_book(SHIPPED[name])))


def bill_of(
    ask: Ask, usage: dict[str, Any] | None = None, name: str = "anthropic"
) -> pricelang.Bill:
    """The bill of a request; examples that have none are passed over."""
    try:
        return book(name).price(
            model=ask.model,
            at=ask.instant,
            usage=ask.usage if usage is None else usage,
            **ask.dimensions,
        )
    except pricelang.PriceError:
        assume(False)
        raise


def total_of(ask: Ask, usage: dict[str, Any] | None = None, name: str = "anthropic") -> Fraction:
    return bill_of(ask, usage, name).exact_total


# ---- what adds up --------------------------------------------------------------------------------


def small_usage(most: int = 20_000) -> st.SearchStrategy[dict[str, Use]]:
    """Tokens, searches and hours that stay below every threshold, even ten times over."""
    drawn: dict[str, st.SearchStrategy[Any]] = {
        meter: st.integers(0, most // 10) for meter in TOKENS
    }
    drawn |= {
        "web_search": st.integers(0, 50),
        "session_time": st.fractions(0, 9, max_denominator=7200),
    }
    return st.fixed_dictionaries({}, optional=drawn)


@share(0.5)
@given(requests(), small_usage(), small_usage())
def test_amounts_add_up_over_records(ask: Ask, left: dict[str, Use], right: dict[str, Use]) -> None:
    """Below the thresholds, and without a minimum or rounding,
    two records cost what their sum costs.
    """
    both = {meter: left.get(meter, 0) + right.get(meter, 0) for meter in left | right}
    assert total_of(ask, left) + total_of(ask, right) == total_of(ask, both)


@share(0.5)
@given(requests(), small_usage())
def test_amounts_add_up_over_meters(ask: Ask, usage: dict[str, Use]) -> None:
    """A bill is the sum of the bills of its meters, and its lines are their totals."""
    bill = bill_of(ask, usage)
    alone = {meter: total_of(ask, {meter: quantity}) for meter, quantity in usage.items()}
    assert bill.exact_total == sum(alone.values())
    assert {
        line.meter: Fraction(line.amount) for line in bill.lines if exact(alone[line.meter])
    } == {meter: amount for meter, amount in alone.items() if usage[meter] and exact(amount)}


@share(0.5)
@given(requests(), st.lists(st.fractions(0, 2, max_denominator=3600), max_size=5))
def test_a_minimum_is_for_each_use(ask: Ask, uses: list[Fraction]) -> None:
    """Code execution bills five minutes for each use at least, and nothing for a use of nothing."""
    assume(
        "web_tools" not in ask.dimensions
        and "surface" not in ask.dimensions
        and "outcome" not in ask.dimensions
    )
    billed = sum(max(use, Fraction(5, 60)) for use in uses if use)
    assert total_of(ask, {"code_execution": uses}) == billed * Fraction("0.05")
    assert total_of(ask, {"code_execution": [*uses, 0]}) == billed * Fraction("0.05")


# ---- what the book promises ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["anthropic", "claude"])
def test_the_order_of_factors_moves_no_cent(name: str, tmp_path: Path) -> None:
    """The stack of the list book in reverse, and half turned, gives the same bills."""
    source = SHIPPED[name].parent if name == "anthropic" else SHIPPED[name]
    text = (
        {
            path.relative_to(SHIPPED[name].parent): path.read_text()
            for path in source.rglob("*.price")
        }
        if source.is_dir()
        else {Path(source.name): source.read_text()}
    )
    stack = next(
        re.search(r"^stack (.*)$", body, re.M) for body in text.values() if "\nstack " in body
    )
    assert stack is not None
    members = [member.strip() for member in stack[1].split(",")]
    others = []
    for number, order in enumerate((members[::-1], members[3:] + members[:3])):
        for path, body in text.items():
            (tmp_path / str(number) / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / str(number) / path).write_text(
                body.replace(stack[0], "stack " + ", ".join(order))
            )
        others.append(pricelang.load(tmp_path / str(number) / SHIPPED[name].name))

    @share(0.5)
    @given(requests(name))
    def check(ask: Ask) -> None:
        bill = bill_of(ask, name=name)
        for other in others:
            again = other.price(model=ask.model, at=ask.instant, usage=ask.usage, **ask.dimensions)
            assert again.exact_total == bill.exact_total
            assert [line.amount for line in again.lines] == [line.amount for line in bill.lines]

    check()


def stacks() -> list[dict[str, str]]:
    """Every combination of the values that multipliers look at, by platform."""
    api = {
        "service_tier": ("standard", "batch", "priority"),
        "speed": ("standard", "fast"),
        "inference_geo": ("global", "us"),
        "context_window": ("standard", "long"),
        "surface": ("messages", "managed_agents"),
    }
    bedrock = {
        "platform": ("bedrock",),
        "endpoint": ("global", "regional"),
        "service_tier": ("standard", "batch"),
        "context_window": ("standard", "long"),
    }
    foundry = {
        "platform": ("foundry",),
        "inference_geo": ("global", "us"),
        "service_tier": ("standard", "batch"),
    }
    return [
        dict(zip(axes, values, strict=True))
        for axes in (api, bedrock, foundry)
        for values in itertools.product(*axes.values())
    ]


# The rate of a cache read as a part of the input price, where it is not a tenth,
# and of the writes of Haiku 3, which prints its own: with the changeover of Sonnet 5.5.
READS = {
    "claude-3-haiku-20240307": "0.12", "claude-opus-5-5": "0.05", "claude-fable-5-1": "0.025",
    "claude-mythos-5-1": "0.025",
    "claude-fable-5-2": "0.025", "claude-mythos-5-2": "0.025", "claude-sonnet-5-5": "0.05",
}  # fmt: skip


def cache_days(model: pricelang.ModelInfo) -> list[str]:
    days = [max(model.released, "2025-05-01"), "2026-03-12", "2026-05-13", "2026-10-08"]
    return [day for day in days if day >= model.released]


def test_a_cache_pays_back_after_one_and_two_reads() -> None:
    """On each model, day and admitted stack:
    a 5-minute cache after 1 read, a 1-hour cache after 2, and none before.

    Small and large prompts: with the latter the multipliers of long prompts apply.
    """
    seen = 0
    for model in book().models():
        for day, dimensions, size in itertools.product(
            cache_days(model), stacks(), (10_000, 250_000)
        ):

            def cost(
                day: str = day,
                dimensions: dict[str, str] = dimensions,
                name: str = model.name,
                size: int = size,
                **parts: int,
            ) -> Fraction:
                usage = {meter: size * count for meter, count in parts.items()}
                return Fraction(book().total(model=name, at=day, usage=usage, **dimensions))

            try:
                uncached = cost(input=1)
                rates = [
                    cost(cache_write_5m=1) / uncached,
                    cost(cache_write_1h=1) / uncached,
                    cost(cache_read=1) / uncached,
                ]
            except pricelang.PriceError:
                continue
            seen += 1
            later = model.name != "claude-sonnet-5-5" or day >= "2026-10-07"
            read = Fraction(READS.get(model.name, "0.1") if later else "0.1")
            write = Fraction("1.2") if model.name == "claude-3-haiku-20240307" else Fraction("1.25")
            assert rates == [write, 2, read], (model.name, day, dimensions)
            for kind, pays_after in ((rates[0], 1), (rates[1], 2)):
                for reads in range(4):
                    # `reads` uses after the first: cached, or as input each time
                    assert (kind + reads * rates[2] < 1 + reads) == (reads >= pays_after), (
                        model.name,
                        day,
                        dimensions,
                    )
    assert seen > 2000, seen


@share(0.5)
@given(requests(), st.sampled_from(TOKENS), st.integers(1, 10**9))
def test_batch_is_half_on_tokens_and_nothing_on_fees(ask: Ask, meter: str, quantity: int) -> None:
    assume(ask.dimensions.get("outcome", "served") == "served")
    values = {name: value for name, value in ask.dimensions.items() if name != "service_tier"}
    plain, batch = (
        Ask(ask.model, ask.at, values | {"service_tier": tier}, {})
        for tier in ("standard", "batch")
    )
    assert total_of(batch, {meter: quantity}) * 2 == total_of(plain, {meter: quantity})
    assert total_of(plain, {meter: quantity}) > 0
    assert total_of(batch, {"web_search": quantity}) == Fraction(quantity, 100)
    assert total_of(batch, {"code_execution": 2}) in (0, Fraction("0.1"))
    assert total_of(batch, {"code_execution": 2}) == total_of(plain, {"code_execution": 2})


@pytest.mark.parametrize("name", SHIPPED)
def test_never_negative_and_more_never_costs_less(name: str) -> None:
    """One more token of a meter, or a million, never costs less:
    no rule of these books is crossed downwards.
    """

    @share(0.5)
    @given(requests(name), st.data())
    def check(ask: Ask, data: st.DataObject) -> None:
        bill = bill_of(ask, name=name)
        assert bill.exact_total >= 0
        assert all(
            line.amount >= 0 and line.unit_price >= 0 and line.list_price >= 0
            for line in bill.lines
        )
        whole = sorted(meter for meter, uses in ask.usage.items() if isinstance(uses, int))
        assume(whole)
        meter, more = (
            data.draw(st.sampled_from(whole)),
            data.draw(st.sampled_from([1, 2, 100_000, 10**6])),
        )
        usage = ask.usage | {meter: int(ask.usage[meter]) + more}  # type: ignore[arg-type]
        assert total_of(ask, usage, name) >= bill.exact_total

    check()


DOWNWARDS = """book thrift in USD
meter input in tokens
models
  | model | released   |
  | a-1   | 2026-01-01 |
rates per 100 tokens
  | model | from       | input |
  | a-1   | 2026-01-01 | $1    |
multiplier bulk "More for less"
  x 0.5 on input  when input over 1,000
"""


@given(st.integers(0, 3000), st.integers(1, 3000))
def test_more_costs_less_only_across_a_threshold_downwards(tokens: int, more: int) -> None:
    thrift = thrift_book()
    less, dearer = (
        thrift.price(model="a-1", at="2026-01-01", usage={"input": n}).exact_total
        for n in (tokens, tokens + more)
    )
    if dearer < less:
        assert tokens <= 1000 < tokens + more < 2 * tokens
    else:
        assert not tokens <= 1000 < tokens + more < 2 * tokens


@functools.cache
def thrift_book() -> pricelang.Book:
    from pricelang.check.book_files import Layer, TextFile
    from pricelang.compile.book import book_of_layers

    return pricelang.Book(
        book_of_layers((Layer((TextFile("thrift.price", Path("thrift.price"), DOWNWARDS),)),))
    )


@share(0.5)
@given(requests())
def test_an_alias_costs_what_its_model_costs(ask: Ask) -> None:
    bill = bill_of(ask)
    for info in book().at(ask.instant).models():
        if ask.model in (info.name, *info.aliases):
            assert bill.parts[0].cell.model.name == info.name
            for name in (info.name, *info.aliases):
                again = book().price(model=name, at=ask.instant, usage=ask.usage, **ask.dimensions)
                assert (again.exact_total, again.lines) == (bill.exact_total, bill.lines)
            return
    raise AssertionError(f"{ask.model} is priced and stands for no model")


CHANGES: list[tuple[str, str, dict[str, str], str, str | None, str | None]] = [
    # model, first second of the change, dimensions, meter,
    # dollars for a million before and after (None: an error)
    ("claude-3-5-haiku-20241022", "2024-12-03", {}, "input", "1", "0.8"),
    ("claude-sonnet-5-5", "2026-10-07", {}, "cache_read", "0.2", "0.1"),
    ("claude-opus-4-6", "2026-02-05", {}, "input", None, "5"),
    ("claude-opus-4-6", "2026-06-29", {"speed": "fast"}, "output", "150", "25"),
    ("claude-opus-4-6", "2026-02-07", {"speed": "fast"}, "output", None, "150"),
    ("claude-opus-4-7", "2026-05-12", {"speed": "fast"}, "input", None, "30"),
    ("claude-opus-4-7", "2026-07-24", {"speed": "fast"}, "input", "30", None),
    ("claude-opus-4-6", "2026-03-13", {"context_window": "long"}, "input", "10", "5"),
    ("claude-sonnet-4-5", "2026-04-30", {"context_window": "long"}, "output", "15", "15"),
    ("claude-sonnet-4-5", "2026-07-25", {"inference_geo": "us"}, "input", "3", None),
    (
        "claude-opus-4-7",
        "2026-07-25",
        {"inference_geo": "us", "platform": "aws"},
        "input",
        None,
        "5.5",
    ),
    ("claude-3-haiku-20240307", "2024-08-14", {}, "cache_read", None, "0.03"),
    ("claude-3-haiku-20240307", "2024-10-08", {"service_tier": "batch"}, "input", None, "0.125"),
    ("claude-2.0", "2023-11-21", {}, "output", "32.68", "24"),
    ("claude-opus-4-8", "2026-11-30", {"speed": "fast"}, "input", "10", None),
    ("claude-opus-4-7", "2026-09-24", {"outcome": "refused_before_output"}, "input", "0", "0"),
    (
        "claude-opus-4-7",
        "2026-09-24",
        {"outcome": "refused_before_output", "refusal_category": "bio"},
        "input",
        "0",
        "5",
    ),
]


@pytest.mark.parametrize(("model", "day", "dimensions", "meter", "before", "after"), CHANGES)
def test_a_change_begins_with_the_first_second_of_its_day(
    model: str,
    day: str,
    dimensions: dict[str, str],
    meter: str,
    before: str | None,
    after: str | None,
) -> None:
    from datetime import UTC, datetime, timedelta

    def a_million(at: str | datetime) -> Decimal:
        """What a million costs, whether or not one request has so many."""
        return book().rates.request(model, at, {meter: MILLION}, dimensions, held=False).amount

    first = datetime.fromisoformat(day).replace(tzinfo=UTC)
    last = first - timedelta(seconds=1)
    for instants, expected in (
        ((last, last.isoformat(), last + timedelta(microseconds=999_999)), before),
        ((first, day), after),
    ):
        for at in instants:
            if expected is None:
                with pytest.raises((pricelang.NotOffered, pricelang.Refused)):
                    a_million(at)
            else:
                assert a_million(at) == Decimal(expected)


@share(0.5)
@given(requests())
def test_a_price_changes_only_at_a_date_of_the_book(ask: Ask) -> None:
    """Between two dates that the book names, every second costs the same."""
    later = Ask(ask.model, ask.at + 1, ask.dimensions, ask.usage)
    assume(later.at not in shipped_dates())
    assert total_of(ask) == total_of(later)


@functools.cache
def shipped_dates() -> frozenset[int]:
    return frozenset(vocabulary(read_book(SHIPPED["anthropic"])).dates)


# ---- bills and their lines -----------------------------------------------------------------------


def near(left: Fraction, right: Fraction, quantity: Fraction = Fraction(1)) -> bool:
    """Equal, or as near as decimals with 20 places allow for so many units."""
    return left == right or abs(left - right) <= max(quantity, Fraction(1)) / 10**20


@pytest.mark.parametrize("name", SHIPPED)
def test_the_parts_of_a_bill_fit_together(name: str) -> None:
    @share(0.5)
    @given(requests(name))
    def check(ask: Ask) -> None:
        bill = bill_of(ask, name=name)
        part = bill.parts[0]
        assert bill.total is not None
        assert near(
            Fraction(bill.total), sum((amount.amount for amount in part.amounts), Fraction(0))
        )
        assert near(
            Fraction(bill.total),
            sum((Fraction(line.amount) for line in bill.lines), Fraction(0)),
            Fraction(9),
        )
        for line, amount in zip(bill.lines, part.amounts, strict=True):
            if amount.rate is None:
                continue
            quantity, price = Fraction(line.quantity), Fraction(line.unit_price)
            if not amount.residue:
                assert near(quantity * price, Fraction(line.amount), quantity)
            if line.free is not None:
                assert line.amount == line.unit_price == 0
            elif all(step.kind == "factor" for step in amount.rate.steps):
                product = Fraction(line.list_price)
                for factor in line.factors:
                    product *= Fraction(factor.factor)
                assert near(product, price)
            used = ask.usage[line.meter]
            total = sum(
                (Fraction(use) for use in (used if isinstance(used, list) else [used])), Fraction(0)
            )
            assert near(quantity, total) or (amount.rate.minimum is not None and quantity >= total)

    check()


NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?\Z")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_bill_survives_json(name: str) -> None:
    """Amounts are decimal strings without an exponent:
    nothing is a float, and nothing is lost on the way.
    """

    @share(0.5)
    @given(requests(name))
    def check(ask: Ask) -> None:
        bill = bill_of(ask, name=name)
        text = json.dumps(bill.to_dict(), allow_nan=False)
        again = json.loads(text, parse_float=pytest.fail, parse_int=pytest.fail)
        assert NUMBER.match(again["total"])
        assert Decimal(again["total"]) == bill.total
        assert again["currency"] == bill.currency
        assert again["notes"] == [note.to_dict() for note in bill.notes]
        for line, found in zip(bill.lines, again["lines"], strict=True):
            for key in ("quantity", "unit_price", "amount", "list_price"):
                assert NUMBER.match(found[key]), found[key]
                assert Decimal(found[key]) == getattr(line, key)
            assert [(f["rule"], Decimal(f["factor"])) for f in found["factors"]] == [
                (f.rule, f.factor) for f in line.factors
            ]

    check()


@share(0.5)
@given(requests())
def test_an_explanation_shows_every_line_and_the_total(ask: Ask) -> None:
    bill = bill_of(ask)
    text = bill.explain()
    for line in bill.lines:
        assert f"  {line.meter} " in text
    assert bill.total is not None
    assert re.search(rf"^total \${int(bill.total):,}(?![0-9,])", text, re.M)
