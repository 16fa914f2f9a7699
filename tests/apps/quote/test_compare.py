"""Laws of comparisons: the given row is the price, ranks are sorted,
changes are exact, and nothing is dropped.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pricelang
from pricelang.apps.quote.alternatives import alternatives_of, caches_of
from pricelang.apps.quote.comparison import AlternativeComparison, AlternativeRow
from pricelang.apps.quote.model import Range, same
from pricelang.model.errors import BadRequest, NotOffered, PriceError, Refused, UnknownName
from pricelang.model.notes import Note
from tests.evaluate.test_ladders import book as tiered_book
from tests.evaluate.test_ladders import ladder

BOOK = pricelang.load()
AT = "2026-10-20"
TOKENS = st.integers(0, 250_000)
USAGE = st.fixed_dictionaries(
    {"input": TOKENS, "output": TOKENS},
    optional={
        "cache_write_5m": TOKENS,
        "cache_write_1h": TOKENS,
        "cache_read": TOKENS,
        "web_search": st.integers(0, 9),
        "code_execution": st.lists(
            st.sampled_from(["2 minutes", "90 minutes", "1 hour"]), max_size=3
        ),
    },
)
RECORD = st.fixed_dictionaries(
    {
        "model": st.sampled_from(
            [
                "claude-haiku-4-5",
                "claude-sonnet-4-6",
                "claude-opus-4-7",
                "claude-opus-5-5",
                "claude-haiku-5-5",
            ]
        ),
        "at": st.sampled_from(["2026-10-10", AT, "2026-11-20T12:30:00Z"]),
        "usage": USAGE,
    },
    optional={
        "service_tier": st.sampled_from(["standard", "batch", "priority"]),
        "speed": st.sampled_from(["standard", "fast"]),
        "inference_geo": st.just("us"),
        "platform": st.sampled_from(["api", "bedrock"]),
    },
)


def price(record: dict[str, Any]) -> Fraction:
    return BOOK.price(**record).exact_total


def row(found: AlternativeComparison, **changes: str) -> AlternativeRow:
    (one,) = [
        each for each in (*found.rows, *found.refused) if dict(each.alternative.changes) == changes
    ]
    return one


@settings(max_examples=15, deadline=None)
@given(st.lists(RECORD, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_laws(records: list[dict[str, Any]], shuffle: random.Random) -> None:
    found = BOOK.compare(records)
    amounts, unread = [], 0
    for record in records:
        try:
            amounts.append(price(record))
        except (NotOffered, Refused):
            continue
        except PriceError:
            unread += 1  # what does not say enough has no alternatives
    assert found.given.records == len(amounts)
    assert len(found.failures) == len(records) - len(amounts)
    if amounts:
        assert found.given.amount == same(sum(amounts))
        assert found.given in found.rows
    ranks = [each.amount.expected - each.as_given.expected for each in found.rows]
    assert ranks == sorted(ranks)
    for each in found.rows:
        assert each.amount.low <= each.amount.expected <= each.amount.high
        assert each.records + each.refused == len(records) - (0 if each == found.given else unread)
        if each.as_given.expected:
            assert each.change == each.amount.expected / each.as_given.expected - 1
        if not each.refused and not each.added:
            assert each.as_given == found.given.as_given
        check_sums(each, records)
    for each in found.refused:
        assert each.refusals
        assert all(refusal.message for refusal in each.refusals)
        assert all(refusal.location or refusal.code == "unsaid" for refusal in each.refusals)
    mixed = list(records)
    shuffle.shuffle(mixed)
    again = BOOK.compare(mixed)
    assert numbers(again) == numbers(found)


def check_sums(each: AlternativeRow, records: list[dict[str, Any]]) -> None:
    """Both amounts of a row hold the same records: those that have a price both ways."""
    changes = dict(each.alternative.changes)
    if {"model", "cache"} & changes.keys() or not each.as_given.expected:
        return
    amounts = [Fraction(0), Fraction(0)]
    for record in records:
        try:
            both = price(record), price({**record, **changes})
        except PriceError:
            continue
        amounts = [total + one for total, one in zip(amounts, both, strict=True)]
    assert [each.as_given, each.amount] == [same(total) for total in amounts]


def numbers(found: AlternativeComparison) -> list[Any]:
    """The rows without the order in which reasons and notes were met."""
    return [
        (
            each.alternative,
            each.amount,
            each.records,
            each.refused,
            each.changed,
            set(each.refusals),
        )
        for each in (*found.rows, *found.refused)
    ]


@settings(max_examples=15, deadline=None)
@given(RECORD)
def test_a_row_is_what_price_gives_to_the_changed_record(record: dict[str, Any]) -> None:
    found = BOOK.compare(record)
    for each in (*found.rows, *found.refused):
        changes = dict(each.alternative.changes)
        if "cache" in changes or "model" in changes:
            continue
        if each.amount is not None:
            assert each.amount == same(price({**record, **changes}))
        else:
            with pytest.raises(PriceError) as caught:
                price({**record, **changes})
            assert not changes or (each.refusals[0].message, each.refusals[0].rule) == (
                caught.value.message,
                caught.value.rule,
            )


@settings(max_examples=15, deadline=None)
@given(RECORD)
def test_what_if_of_the_present_changes_nothing(record: dict[str, Any]) -> None:
    present = [
        f"{name}={record.get(name, default)}"
        for name, default in [
            ("service_tier", "standard"),
            ("speed", "standard"),
            ("platform", "api"),
        ]
    ]
    present += [f"model={record['model']}", f"at={record['at']}"]
    found = BOOK.compare(record, what_if=present)
    for each in found.rows:
        assert (each.amount, each.changed) == (found.given.amount, 0)


@pytest.mark.parametrize(
    "usage", [{"input": 10, "output": 3}, {"input": 5, "cache_write_1h": 4, "cache_read": 30_000}]
)
def test_batch_is_half_where_it_applies_to_all(usage: dict[str, int]) -> None:
    records = [
        {"model": model, "at": AT, "usage": usage}
        for model in ("claude-opus-5", "claude-haiku-4-5")
    ]
    batch = row(BOOK.compare(records), service_tier="batch")
    given = BOOK.compare(records).given
    assert (batch.amount, batch.change, batch.refused) == (
        same(given.amount.high / 2),
        Fraction(-1, 2),
        0,
    )


def test_a_record_that_is_refused_is_left_out_on_both_sides_and_counted_with_its_rule() -> None:
    plain = {"model": "claude-opus-5", "at": AT, "usage": {"input": 1_000_000}}
    fast = {**plain, "speed": "fast"}
    batch = row(BOOK.compare([plain, plain, fast]), service_tier="batch")
    assert batch.amount == same(Fraction("2.5") * 2)
    assert batch.as_given == same(Fraction(5) * 2)
    assert batch.change == Fraction(-1, 2)
    (refusal,) = batch.refusals
    assert (batch.refused, refusal.rule, refusal.records) == (1, "fast with batch", 1)
    assert refusal.location is not None
    assert refusal.location.startswith("anthropic/modifiers.price:")


def test_what_is_refused_for_all_has_no_amount_and_is_not_dropped() -> None:
    found = BOOK.compare({"model": "claude-haiku-4-5", "at": AT, "usage": {"input": 1}})
    assert row(found, speed="fast").amount is None
    assert row(found, speed="fast") in found.refused
    assert (
        row(found, speed="fast").refusals[0].message
        == "fast mode is not offered for this model on that day"
    )


def test_a_request_that_is_refused_as_given_shows_what_would_do() -> None:
    record = {
        "model": "claude-opus-5",
        "at": AT,
        "speed": "fast",
        "service_tier": "batch",
        "usage": {"input": 1_000_000},
    }
    found = BOOK.compare(record)
    assert found.given.amount is None
    assert found.failures[0][1]["rule"] == "fast with batch"
    assert [
        (each.alternative.changes[0], each.amount.high, each.change) for each in found.rows
    ] == [
        (("model", "claude-opus-4-6"), Fraction("2.5"), None),
        (("speed", "standard"), Fraction("2.5"), None),
        (("service_tier", "standard"), Fraction(10), None),
    ]


# ---- models --------------------------------------------------------------------------------------


def test_models_are_those_in_use_on_the_day_of_the_record() -> None:
    day = "2026-04-17"
    found = BOOK.compare(
        {"model": "claude-opus-4-7", "at": day, "usage": {"input": 1}}, only=["models"]
    )
    names = {
        dict(each.alternative.changes).get("model", "claude-opus-4-7")
        for each in (*found.rows, *found.refused)
    }
    assert names == {
        model.name for model in BOOK.models(day) if model.retired is None or model.retired > day
    }


def test_a_newer_tokenizer_makes_more_of_the_same_text() -> None:
    old = {
        "model": "claude-opus-4-6",
        "at": AT,
        "usage": {"input": 100, "output": 10, "web_search": 1},
    }
    newer = row(BOOK.compare(old), model="claude-opus-4-7")
    search = Fraction(1, 100)
    amounts = [
        Fraction(tokens * 5 + output * 25, 10**6) + search
        for tokens, output in ((100, 10), (130, 13), (135, 14))
    ]
    assert newer.amount == Range(*amounts)
    back = row(BOOK.compare({**old, "model": "claude-opus-4-7"}), model="claude-opus-4-6")
    # 100 and 10 by 1.35, by 1.3 and as they are, begun tokens counted whole
    amounts = [
        Fraction(tokens * 5 + output * 25, 10**6) + search
        for tokens, output in ((75, 8), (77, 8), (100, 10))
    ]
    assert back.amount == Range(*amounts)
    alike = row(BOOK.compare({**old, "model": "claude-opus-4-7"}), model="claude-opus-5")
    assert alike.amount.known


def test_growth_may_take_a_prompt_over_a_threshold() -> None:
    record = {"model": "claude-sonnet-4-6", "at": AT, "usage": {"input": 80_000}}
    other = row(BOOK.compare(record), model="claude-haiku-5-5")
    rate = BOOK.price(model="claude-haiku-5-5", at=AT, usage={"input": 1}).exact_total
    assert other.amount == Range(80_000 * rate, 104_000 * 5 * rate, 108_000 * 5 * rate)


def test_what_a_sum_says_of_its_requests_no_longer_holds_when_they_grow() -> None:
    record = {
        "model": "claude-haiku-4-5",
        "at": AT,
        "record": "sum",
        "each": ["prompt up to 100000"],
        "usage": {"input": 900_000},
    }
    other = row(BOOK.compare(record), model="claude-haiku-5-5")
    rate = BOOK.price(model="claude-haiku-5-5", at=AT, usage={"input": 1}).exact_total
    assert other.amount == Range(900_000 * rate, 1_170_000 * 5 * rate, 1_215_000 * 5 * rate)


def test_what_a_sum_says_may_leave_two_prices() -> None:
    """A prompt up to 200,000 tokens may be on either side of the threshold of 100,000:
    the most is expected.
    """
    record = {
        "model": "claude-haiku-5-5",
        "at": AT,
        "record": "sum",
        "each": ["prompt up to 200000"],
        "usage": {"input": 1_000_000},
    }
    assert BOOK.compare(record).given.amount == Range(
        Fraction(1, 10), Fraction(1, 2), Fraction(1, 2)
    )
    sure = BOOK.compare({**record, "each": ["prompt up to 200000", "prompt over 100000"]})
    assert sure.given.amount == Range(Fraction(1, 2), Fraction(1, 2), Fraction(1, 2))


# ---- caches --------------------------------------------------------------------------------------


def test_other_ways_to_cache_move_what_was_written() -> None:
    record = {
        "model": "claude-sonnet-4-6",
        "at": AT,
        "usage": {"input": 1_000, "cache_write_5m": 10_000, "cache_read": 20_000},
    }
    found = BOOK.compare(record, only=["cache"])
    assert row(found, cache="1h").amount.high == price(
        {**record, "usage": {"input": 1_000, "cache_write_1h": 10_000, "cache_read": 20_000}}
    )
    assert row(found, cache="none").amount.high == price({**record, "usage": {"input": 31_000}})
    assert len(found.rows) == 3  # the 5-minute cache is the given one
    assert [answer.text for answer in found.caches] == [
        "claude-sonnet-4-6: a 5-minute cache pays from the first read; at your 2 reads it saves 51.67%",
        "claude-sonnet-4-6: a 1-hour cache pays from the second read; at your 2 reads it saves 26.67%",
    ]
    assert found.caches[1].saved == 1 - (Fraction(2) + 2 * Fraction("0.1")) / 3


def test_a_prompt_that_is_sent_again() -> None:
    record = {"model": "claude-opus-5-5", "at": AT, "usage": {"input": 10_000, "output": 500}}
    found = BOOK.compare(record, reads=5)
    assert found.given.amount.high == 6 * price(record)

    def with_input(meter: str, tokens: int = 10_000) -> Fraction:
        return price({**record, "usage": {"input": 10_000 - tokens, meter: tokens, "output": 500}})

    assert row(found, cache="1h").amount.high == with_input("cache_write_1h") + 5 * with_input(
        "cache_read"
    )
    assert row(found, service_tier="batch").change == Fraction(-1, 2)
    part = BOOK.compare(record, reads=5, cached=8_000)
    assert row(part, cache="5m").amount.high == with_input(
        "cache_write_5m", 8_000
    ) + 5 * with_input("cache_read", 8_000)
    # a write of twice the input price and five reads of a twentieth, against six prompts
    assert [answer.saved for answer in found.caches] == [
        1 - Fraction("1.5") / 6,
        1 - Fraction("2.25") / 6,
    ]
    assert (
        found.caches[1].text
        == "claude-opus-5-5: a 1-hour cache pays from the second read; at your 5 reads it saves 62.5%"
    )


def test_reads_pay_as_the_break_even_says() -> None:
    for cache in BOOK.break_even(AT).caches:
        if not cache.everywhere:
            continue
        record = {"model": cache.model, "at": AT, "usage": {"input": 50_000}}
        label = {meter: name for name, meter in caches_of(BOOK.checked).writes.items()}[cache.write]
        for reads in (cache.reads - 1, cache.reads):
            found = BOOK.compare(record, reads=reads, what_if=[f"cache={label}"])
            assert (row(found, cache=label).amount.high < found.given.amount.high) == (
                reads == cache.reads
            )
        assert {answer.pays for answer in found.caches if answer.cache == label} == {(cache.reads,)}


def test_a_prompt_too_short_to_cache_is_priced_without_and_says_so() -> None:
    record = {"model": "claude-haiku-4-5", "at": AT, "usage": {"input": 4_095}}
    short = row(BOOK.compare(record, reads=3), cache="1h")
    assert short.amount.high == 4 * price(record)
    assert short.notes == (
        Note(
            "assumed",
            "a prompt under 4,096 tokens is not cached by `claude-haiku-4-5-20251001`: priced without a cache",
        ),
    )
    assert row(
        BOOK.compare({**record, "usage": {"input": 4_096}}, reads=3), cache="1h"
    ).amount.high < 4 * price(record)


def test_what_a_record_says_was_cached_is_kept_as_diff_keeps_it() -> None:
    usage = {"input": 3, "cache_write_5m": 2_000, "cache_read": 900}
    record = {"model": "claude-sonnet-4-6", "at": AT, "usage": usage}
    other = row(BOOK.compare(record), model="claude-haiku-4-5-20251001")
    assert other.amount.high == price({**record, "model": "claude-haiku-4-5"})
    assert [note.text for note in other.notes] == [
        "a prompt under 4,096 tokens is not cached by `claude-haiku-4-5-20251001`: "
        "what records say was cached is kept"
    ]
    short = {**record, "usage": {"cache_read": 5}}
    later = row(BOOK.compare(short, what_if=["at=2026-11-20"]), at="2026-11-20")
    assert later.amount.high == price({**short, "at": "2026-11-20"})


# ---- what is asked for ---------------------------------------------------------------------------


def test_axes_come_from_the_book_and_none_says_how_a_request_ended() -> None:
    axes = {each.axis for each in alternatives_of(BOOK.checked)}
    assert axes == {
        "model",
        "platform",
        "endpoint",
        "surface",
        "service_tier",
        "speed",
        "inference_geo",
        "context_window",
        "web_tools",
        "cache",
    }
    assert {each.value for each in alternatives_of(BOOK.checked, ["service_tier"])} == {
        "standard",
        "priority",
        "batch",
    }
    assert {each.axis for each in alternatives_of(BOOK.checked, ["models"])} == {"model"}


def test_a_tier_is_no_alternative_and_may_be_asked_for() -> None:
    """What an account has used sets it, and nobody chooses it."""
    tiered = tiered_book(ladder(off=(50, 75)))
    record = {"model": "m-1", "at": "2026-05-01", "usage": {"input": 4}}
    assert "volume" not in {each.axis for each in alternatives_of(tiered.checked)}
    asked = row(tiered.compare(record, what_if=["volume=middle"]), volume="middle")
    assert asked.change == Fraction(-1, 2)


def test_crossed_axes() -> None:
    record = {"model": "claude-opus-5", "at": AT, "usage": {"input": 1_000}}
    found = BOOK.compare(record, cross=["model", "service_tier"])
    both = row(found, model="claude-haiku-4-5-20251001", service_tier="batch")
    assert both.amount.high == price(
        {**record, "model": "claude-haiku-4-5", "service_tier": "batch"}
    )
    # what is the given value already makes no combination of its own
    assert all(
        dict(each.alternative.changes).get("service_tier") != "standard"
        for each in (*found.rows, *found.refused)
    )
    assert found.cheapest.amount.high <= both.amount.high


@pytest.mark.parametrize(
    ("asked", "code", "words"),
    [
        ("service_tier", "bad_what_if", "is not AXIS=VALUE"),
        ("service_tier=", "bad_what_if", "is not AXIS=VALUE"),
        ("service_tier=batch,service_tier=standard", "bad_what_if", "given twice"),
        ("service_tier=bach", "unknown_value", "bach"),
        ("servicetier=batch", "unknown_axis", "servicetier"),
        ("model=claude-opus-47", "unknown_model", "claude-opus-47"),
        ("cache=2h", "unknown_value", "2h"),
        ("at=yesterday", "bad_date", "yesterday"),
        ("\x1b[31m=1", "unknown_axis", "\\x1b"),
        ("x" * 10_000 + "=1", "unknown_axis", "…"),
    ],
)
def test_a_what_if_that_says_nothing_to_the_book(asked: str, code: str, words: str) -> None:
    with pytest.raises(PriceError) as caught:
        BOOK.compare({"model": "claude-opus-5", "at": AT, "usage": {"input": 1}}, what_if=[asked])
    assert caught.value.code == code
    assert words in caught.value.message
    assert len(caught.value.message) < 300


def test_an_unknown_axis_names_the_nearest() -> None:
    with pytest.raises(UnknownName) as caught:
        BOOK.compare([], only=["model", "sped"])
    assert caught.value.help == "did you mean `speed`?"


@pytest.mark.parametrize(
    ("record", "reads", "cached", "code"),
    [
        ({"usage": {"input": 1}}, None, None, "no_model"),
        ({"model": "claude-opus-5", "usage": {"inputs": 1}}, None, None, "unknown_meter"),
        (
            {"model": "claude-opus-5", "at": "tomorrow", "usage": {"input": 1}},
            None,
            None,
            "bad_date",
        ),
        ({"model": "claude-opus-5", "at": AT, "usage": {"input": -1}}, None, None, "bad_quantity"),
        ({"model": "claude-opus-5", "at": AT, "usage": {"cache_read": 1}}, 2, None, "bad_reads"),
        ({"model": "claude-opus-5", "at": AT, "usage": {"input": 1}}, 2, 5, "bad_reads"),
        (
            {"model": "claude-opus-5", "at": AT, "record": "sum", "usage": {"input": 1}},
            2,
            None,
            "bad_reads",
        ),
    ],
)
def test_a_record_that_cannot_be_read_is_a_failure_and_has_no_alternatives(
    record: dict[str, Any], reads: int | None, cached: int | None, code: str
) -> None:
    found = BOOK.compare([record], reads=reads, cached=cached)
    assert [failure["code"] for _, failure in found.failures] == [code]
    assert (found.rows, found.refused) == ((), ())


def test_nothing_to_compare() -> None:
    found = BOOK.compare([])
    assert (found.rows, found.refused, found.given.records) == ((), (), 0)


def test_what_in_memory_is_no_record() -> None:
    for value in ({"model": "claude-opus-5"}, 3.5, b"x"):
        with pytest.raises(BadRequest):
            BOOK.compare(value)


# ---- requests that are not sent yet --------------------------------------------------------------

TEXT = "The quick brown fox jumps over the lazy dog, and then it sleeps. " * 400
BODY = {
    "model": "claude-opus-4-6",
    "max_tokens": 900,
    "system": TEXT,
    "messages": [{"role": "user", "content": "Who sleeps?"}],
}


def quoted(body: dict[str, Any], **more: Any) -> Range:
    found = BOOK.quote(body, at=AT, **more)
    return Range(*(Fraction(amount) for amount in (found.low, found.expected, found.high)))


def test_a_request_body_is_compared_by_its_quotes() -> None:
    found = BOOK.compare(BODY, at=AT, output=500)
    assert found.given.amount == quoted(BODY, output=500)
    assert row(found, service_tier="batch").amount == quoted(
        {**BODY, "model": "claude-opus-4-6"}, output=500, service_tier="batch"
    )
    assert row(found, service_tier="batch").change == Fraction(-1, 2)
    assert row(found, model="claude-haiku-5-5").amount == quoted(
        BODY, output=500, model="claude-haiku-5-5"
    )
    assert (
        row(found, model="claude-opus-5").amount.expected
        > row(found, model="claude-opus-4-5-20251101").amount.expected
    )
    refusal = row(
        BOOK.compare({**BODY, "model": "claude-haiku-4-5"}, at=AT), speed="fast"
    ).refusals[0]
    assert (refusal.rule, refusal.message) == (
        "fast",
        "fast mode is not offered for this model on that day",
    )
    assert [each.amount.expected for each in found.rows] == sorted(
        each.amount.expected for each in found.rows
    )


def test_a_request_body_that_is_sent_again() -> None:
    found = BOOK.compare(BODY, at=AT, reads=9, output=100)
    one = quoted(BODY, output=100)
    assert found.given.amount == Range(10 * one.low, 10 * one.expected, 10 * one.high)
    marked = BOOK.quote(
        {**BODY, "cache_control": {"type": "ephemeral", "ttl": "1h"}}, at=AT, output=100
    )
    assert marked.later is not None
    assert row(found, cache="1h").amount.expected == Fraction(marked.expected) + 9 * Fraction(
        marked.later.expected
    )
    assert [answer.text for answer in found.caches] == [
        "claude-opus-4-6: a 5-minute cache pays from the first read; at your 9 reads it saves 78.5%",
        "claude-opus-4-6: a 1-hour cache pays from the second read; at your 9 reads it saves 71%",
    ]
    kept = BOOK.compare(
        {**BODY, "cache_control": {"type": "ephemeral", "ttl": "1h"}}, at=AT, reads=9, output=100
    )
    assert kept.given.amount.expected == row(found, cache="1h").amount.expected
    assert row(kept, cache="none").amount == found.given.amount


def test_items_of_a_batch_are_what_they_are_and_may_be_standard() -> None:
    items = [{"custom_id": str(number), "params": BODY} for number in range(3)]
    found = BOOK.compare(items, at=AT, output=100)
    single = quoted(BODY, output=100)
    assert found.given.amount.expected == 3 * single.expected / 2
    assert row(found, service_tier="standard").change == 1


def test_what_if_of_the_present_changes_nothing_in_a_body() -> None:
    found = BOOK.compare(
        BODY,
        at=AT,
        what_if=["service_tier=standard", "model=claude-opus-4-6", f"at={AT}", "cache=none"],
    )
    assert [each.changed for each in found.rows] == [0] * 5


def test_a_body_that_cannot_be_read_names_the_block() -> None:
    found = BOOK.compare([{**BODY, "messages": [{"role": "robot", "content": "x"}]}, BODY], at=AT)
    assert found.given.records == 1
    assert "messages[0].role" in (found.failures[0][1]["message"] or "")
    with pytest.raises(BadRequest, match="says itself what is cached"):
        BOOK.compare(BODY, at=AT, reads=2, cached=10)
