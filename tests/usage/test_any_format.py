"""What holds for every format: any harm gives a named error and never a traceback;
order and files change no total.
"""

from __future__ import annotations

import json
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pricelang
from pricelang.model.errors import PriceError
from pricelang.usage.formats.known_formats import ALIASES, FORMATS
from pricelang.usage.formats.registry import format_of
from pricelang.usage.io import lines
from pricelang.usage.reading import read, read_paths
from pricelang.usage.records import Outcome, Record, Rejected, Skipped
from pricelang.usage.response_ids import response_ids

from .helpers import RECORDS, SAMPLES, as_data, outcomes, records, sample_values

OF_SPANS = ("02_otlp_json_trace.json", "02_span_v5.json", "13_usage_as_json.jsonl")
"""Samples whose spans are known by their own ids."""
BOOK = pricelang.load()
FILES = [path for path in RECORDS if path.parent.name != "request_bodies"]  # not sent yet
STATEFUL = ("admin", "claude_code", "reconcile", "sse", "refused", "tools")
SIMPLE = [
    path
    for path in FILES
    if path.suffix != ".sse"
    and path.relative_to(SAMPLES).parts[0] not in STATEFUL
    and "claude_code_metrics" not in path.name
    and "clickhouse" not in path.name
]


def total(found: list[Outcome]) -> Counter[str]:
    """What the records cost, and how many of each kind there were; an error counts by its code."""
    sums: Counter[str] = Counter()
    for one in found:
        if isinstance(one, Record):
            try:
                bill = BOOK.price_record(
                    one, model="claude-opus-5", at="2026-10-20", dimensions={"endpoint": "global"}
                )
                low, high = bill.bounds or (bill.exact_total, bill.exact_total)
                sums["low"] += low  # type: ignore[assignment]
                sums["high"] += high  # type: ignore[assignment]
                sums["priced"] += 1
            except PriceError as error:
                sums[error.code] += 1
        else:
            sums["skipped" if isinstance(one, Skipped) else one.code] += 1
    return sums


def paths_in(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to each value inside a value."""
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in items:
        yield (*path, key)
        yield from paths_in(inner, (*path, key))


def changed(value: Any, path: tuple[Any, ...], new: object) -> Any:
    """A copy of a value with another one at the end of a way."""
    copy = json.loads(json.dumps(value))
    holder = copy
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = new
    return copy


def nested(depth: int) -> Any:
    """Lists in lists."""
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


HOSTILE: list[Any] = [
    None,
    True,
    -1,
    1.5,
    10**30,
    "",
    "x" * 5000,
    "\u202e\x00",
    [],
    {},
    [None],
    {"": {}},
    [[1]],
    nested(300),
    {"amount": {"a": [{}]}},
    0,
    "1",
    "-1e9",
]


def fine(found: list[Outcome]) -> None:
    """Every outcome has its kind, and a refused one a code,
    a sentence and a place that can be printed.
    """
    for one in found:
        assert isinstance(one, Record | Skipped | Rejected)
        assert str(one.place).isprintable()
        if isinstance(one, Rejected):
            assert one.code.isidentifier()
            assert one.message
            assert (one.message + (one.help or "")).isprintable()
            assert len(one.message) < 1000
    total(found)


@given(st.data())
@settings(max_examples=300)
def test_any_value_in_any_place_of_any_sample_is_read_or_refused_by_name(
    data: st.DataObject,
) -> None:
    path = data.draw(st.sampled_from([file for file in FILES if file.suffix != ".sse"]), "file")
    value = data.draw(st.sampled_from(sample_values(path)))
    for _ in range(data.draw(st.integers(1, 2))):
        ways = list(paths_in(value))
        if ways:
            value = changed(
                value, data.draw(st.sampled_from(ways)), data.draw(st.sampled_from(HOSTILE))
            )
    fine(outcomes(value))


@given(st.data())
@settings(max_examples=100)
def test_any_sample_as_any_format_is_read_or_refused_by_name(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(FILES))
    found = list(read(path.read_bytes(), "x", data.draw(st.sampled_from(FORMATS))))
    fine(found)


@given(st.data())
@settings(max_examples=100)
def test_any_sample_cut_or_with_bytes_that_are_no_text_is_read_or_refused_by_name(
    data: st.DataObject,
) -> None:
    whole = data.draw(st.sampled_from(FILES)).read_bytes()
    at = data.draw(st.integers(0, len(whole)))
    fine(list(read(whole[:at], "x")))
    fine(list(read(whole[:at] + b"\xff\xfe" + whole[at:], "x")))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SAMPLES).as_posix())
def test_a_line_too_long_is_refused_in_bounded_memory_and_hides_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "MAX_LINE", 2**16)
    if path.suffix == ".sse":
        pytest.skip("a stream is not put behind a line")
    text = "\n".join(json.dumps(value) for value in sample_values(path))
    plain = total(list(read(text, "x")))
    long = total(list(read('{"x": "' + "y" * 2**20 + '"}\n' + text, "x")))
    refused = (
        long["line_too_long"] or long["skipped"] - plain["skipped"]
    )  # the line of a transcript that is no JSON is skipped
    assert refused == 1
    assert {
        key: value for key, value in long.items() if key not in ("line_too_long", "skipped")
    } == {k: v for k, v in plain.items() if k != "skipped"}


@pytest.mark.usefixtures("collected")
def test_a_gigabyte_on_one_line_needs_little_memory() -> None:
    class Endless:
        left = 2**30

        def readline(self, limit: int, /) -> bytes:
            size = min(limit, self.left)
            self.left -= size
            return b"x" * size

    tracemalloc.start()
    (found,) = read(Endless(), "x")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(found, Rejected)
    assert found.code == "line_too_long"
    assert peak < 80 * 2**20


@given(st.data())
@settings(max_examples=60)
def test_order_files_and_arrays_change_no_total(data: st.DataObject) -> None:
    every = [
        value
        for path in SIMPLE
        if path.parent.name != "otel"
        for value in sample_values(path)
        if not (isinstance(value, dict) and str(value.get("id", "")).startswith(("sesn_", "drm_")))
    ]
    chosen = data.draw(st.lists(st.sampled_from(every), min_size=1, max_size=8, unique_by=id))
    shuffled = data.draw(st.permutations(chosen))
    split = data.draw(st.integers(0, len(shuffled)))
    plain = total(outcomes(chosen))
    assert total(list(read("\n".join(map(json.dumps, shuffled)), "x"))) == plain
    halves = [list(read(json.dumps(half), "x")) for half in (shuffled[:split], shuffled[split:])]
    assert total(halves[0] + halves[1]) == plain


@pytest.mark.parametrize("path", SIMPLE, ids=lambda path: path.relative_to(SAMPLES).as_posix())
def test_twice_the_record_is_twice_the_price_unless_it_is_a_copy_by_its_id(path: Path) -> None:
    once, twice = outcomes(sample_values(path)), outcomes(sample_values(path) * 2)
    named = [
        response_ids(format_of(value), value)
        for value in sample_values(path)
        if isinstance(value, dict)
    ]
    is_named = any(named) or any(one.ids for one in records(once))
    if path.parent.name == "managed_agents" or path.name in OF_SPANS or is_named:
        assert total(twice)["low"] == total(once)["low"]
        assert len(twice) == 2 * len(once)
    else:
        assert total(twice) == Counter({key: 2 * value for key, value in total(once).items()})


def test_a_folder_of_every_sample_adds_up_and_every_true_amount_is_met() -> None:
    found = list(read_paths([str(path) for path in FILES]))
    kinds = Counter(type(one).__name__ for one in found)
    assert kinds["Record"] + kinds["Skipped"] + kinds["Rejected"] == len(found)
    # a report of two days counts more than the transcripts, and one of blocks may count the same
    assert [as_data(one)["code"] for one in found if isinstance(one, Rejected)] == [
        "missing_key",
        "counted_twice",
        "counted_twice",
        "overlapping_reports",
    ]
    assert {one.format for one in records(found)} == set(FORMATS) - {
        one.name for one in ALIASES
    } - {"admin-cost", "ccusage"}


def test_the_costs_that_claude_code_states_are_met() -> None:
    met = 0
    for name in ("10_result_oracles.jsonl", "11_result_full_verbatim.json"):
        path = SAMPLES / "claude_code" / name
        for value, record in zip(
            sample_values(path), records(list(read_paths([str(path)]))), strict=True
        ):
            for part, (model, entry) in zip(record.parts, value["modelUsage"].items(), strict=True):
                alone = BOOK.price_record(
                    Record((part,), record.place, record.format), at="2026-08-20"
                )
                assert alone.total == Decimal(str(entry["costUSD"])), model
                met += 1
    assert met == 9


@pytest.mark.parametrize(
    ("name", "amount"),
    [
        (
            "openai_compat/03_litellm_model_response.json",
            "0.03564",
        ),  # 0.02564 as its cost breakdown has it, and a search
        ("openai_compat/06_langfuse_observation.json", "0.02564"),
        ("vertex/01_global.json", "0.02564"),
        ("otel/01_anthropic_sdk_spans.jsonl", "0.830304"),
        ("bedrock/05_model_invocation_log.jsonl", "0.0030921"),
    ],
)
def test_amounts_worked_out_by_hand(name: str, amount: str) -> None:
    found = records(list(read_paths([str(SAMPLES / name)])))
    prices, refused = [], []
    for record in found:
        try:
            prices.append(BOOK.price_record(record, at="2026-10-20").exact_total)
        except PriceError as error:
            refused.append(error.code)
    assert refused == (["opaque_model"] if name.startswith("bedrock") else [])
    assert sum(prices) == Fraction(amount)
