"""Samples of every format with harm done to them: what nobody foresaw is nowhere.

A few thousand in each run, the same ones;
`PRICELANG_MUTANTS=100000` is the long campaign, and `PRICELANG_MUTANTS_SEED` another one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any, NoReturn

import pytest

import pricelang
from pricelang.apps.answers import RecordDefaults
from pricelang.apps.reports.invoice import make_invoice
from pricelang.apps.reports.period import between
from pricelang.apps.reports.report import report_records
from pricelang.model.errors import PriceError
from pricelang.usage import reading
from pricelang.usage.formats.known_formats import FORMATS
from pricelang.usage.live import usage_of
from pricelang.usage.records import Outcome, Record, Rejected, Skipped

from .helpers import RECORDS, sample_values

MUTANTS = int(os.environ.get("PRICELANG_MUTANTS", "3000"))
SEED = int(os.environ.get("PRICELANG_MUTANTS_SEED", "13"))
BOOK = pricelang.load()
GIVEN = RecordDefaults("claude-opus-5", "2026-10-20", {"endpoint": "global"})
Way = tuple[Any, ...]


SEEDS = [sample_values(path) for path in RECORDS]
SEEDS += [
    [
        {"type": "system", "subtype": "task_notification", "usage": {"total_tokens": 5}},
        {"type": "error", "error": {"type": "x"}},
    ],
    [
        {"messageStart": {"role": "assistant"}},
        {"metadata": {"usage": {"inputTokens": 1, "outputTokens": 2}}},
    ],
    [
        {
            "type": "progress",
            "data": {
                "message": {
                    "requestId": "r",
                    "message": {"id": "m", "usage": {"input_tokens": 1, "output_tokens": 1}},
                }
            },
        }
    ],
    [
        {
            "type": "assistant",
            "session_id": "s",
            "message": {"id": "m", "usage": {"input_tokens": 1, "output_tokens": 1}},
        }
    ],
    [
        {
            "object": "chat.completion.chunk",
            "id": "c",
            "choices": [{}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1},
        }
    ],
]
PIECES = [piece for seed in SEEDS for value in seed for piece in value.values()] if SEEDS else []
WORDS: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    -1,
    2,
    10**17,
    10**18,
    2**63 - 1,
    10**400,
    1.5,
    1e308,
    -0.0,
    "",
    " ",
    "0",
    "1",
    "-1",
    "1e9",
    "NaN",
    "2026-13-45",
    "2026-10-20T99:00:00Z",
    "claude-opus-5",
    "\ud800",
    "\u202e\x00",
    "é" * 300,
    "x" * 5000,
    [],
    {},
    [None],
    [[]],
    {"": None},
    {"id": [1]},
    {"input_tokens": "5"},
    [{"type": "text"}],
    "msg_",
    "arn:aws:bedrock:x",
    "us.anthropic.claude",
    "2^63",
    "١٢",
]


def ways(value: object, way: Way = ()) -> Iterator[Way]:
    """The way to each value inside a value."""
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in items:
        yield (*way, key)
        yield from ways(inner, (*way, key))


def _other(random: Random, _: Any) -> Any:
    return random.choice(WORDS) if random.random() < 0.8 else random.choice(PIECES)


def _deeper(random: Random, value: Any) -> Any:
    return random.choice(
        ([value], {"value": value}, [value, value], {"id": value, "type": value}, [[value]] * 3)
    )


def _shallower(random: Random, value: Any) -> Any:
    inner = list(value.values()) if isinstance(value, dict) else value
    return random.choice(inner) if isinstance(inner, list) and inner else _other(random, value)


def _larger(random: Random, value: Any) -> Any:
    if isinstance(value, int | float):
        small = value if abs(value) < 10**15 else 7
        return random.choice(
            (small * 10**15, -value, small + 0.5, str(value), 10**40, int(small) * 10**300)
        )
    return value * 50 if isinstance(value, str) else _other(random, value)


def _more(random: Random, value: Any) -> Any:
    if isinstance(value, dict):
        key = random.choice(
            [
                *value,
                "usage",
                "type",
                "id",
                "message",
                "model",
                "result",
                "extra",
                "request",
                "response",
                "\ud83d",
            ]
        )
        return {**value, key: _other(random, value)}
    return [*value, _other(random, value)] if isinstance(value, list) else _other(random, value)


def _less(random: Random, value: Any) -> Any:
    if isinstance(value, dict) and value:
        gone = random.choice(list(value))
        return {key: inner for key, inner in value.items() if key != gone}
    return value[1:] if isinstance(value, list | str) else None


HARM: list[Callable[[Random, Any], Any]] = [
    _other,
    _other,
    _deeper,
    _shallower,
    _larger,
    _more,
    _less,
]


def harmed(random: Random, seed: list[Any]) -> list[Any]:
    """Values with harm done in one to three places, now and then twice or in another order."""
    found = deepcopy(seed)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        way = random.choice(list(ways(found)))
        holder = found
        for key in way[:-1]:
            holder = holder[key]
        holder[way[-1]] = deepcopy(random.choice(HARM)(random, holder[way[-1]]))
    if random.random() < 0.1:
        found += deepcopy(random.choice(SEEDS))
    if random.random() < 0.1:
        random.shuffle(found)
    return found


def written(random: Random, found: list[Any]) -> bytes:
    """Values as a file has them: lines, an array, a document over lines, events of a server;
    now and then cut or torn.
    """
    form = random.random()
    if form < 0.6:
        text = "\n".join(map(json.dumps, found))
    elif form < 0.8:
        text = json.dumps(found)
    elif form < 0.9:
        text = "\n".join(json.dumps(value, indent=1, ensure_ascii=True) for value in found)
    else:
        text = "".join(f"event: x\ndata: {json.dumps(value)}\n\n" for value in found)
    data = text.encode()
    if random.random() < 0.05:
        at = random.randrange(len(data) + 1)
        data = data[:at] + random.choice((b"", b"\xff", b'"', b"{", b"\x00", data[at + 5 :]))
    return data


def unforeseen(error: Exception) -> NoReturn:
    raise AssertionError(f"unforeseen: {type(error).__name__}: {error}") from error


def priced(found: list[Outcome]) -> None:
    """Each outcome is one of three, and a record has a price or a named reason."""
    for one in found:
        assert isinstance(one, Record | Skipped | Rejected)
        assert str(one.place).isprintable()
        if isinstance(one, Rejected):
            assert one.code.isidentifier()
            assert (one.message + (one.help or "")).isprintable()
        if isinstance(one, Record):
            try:
                BOOK.price_record(one, model=GIVEN.model, at=GIVEN.at, dimensions=GIVEN.dimensions)
            except PriceError as error:
                if error.code == "internal":
                    raise AssertionError(
                        f"unforeseen: {error.__cause__!r} in {one.format}"
                    ) from error.__cause__


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.name)
def test_a_name_that_nobody_can_print_is_shown_by_another_sign(path: Path) -> None:
    """In each object of each sample in turn, for what is no object, no count and no name."""
    values = sample_values(path)
    for way in list(ways(values)):
        found = deepcopy(values)
        place = found
        for key in way:
            place = place[key]
        if isinstance(place, dict):
            for value in ("claude-opus-5", -1, {"tokens": "1"}):
                place["\ud83d"] = value
                priced(list(reading.read(json.dumps(found).encode(), "mutant.json")))


@pytest.mark.parametrize("part", range(10))
def test_harm_to_any_sample_is_a_record_or_a_named_fault(
    part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage_of, "internal", unforeseen)
    random = Random(f"{SEED} {part}")
    period = between("2026", None)
    for number in range(MUTANTS // 10):
        data = written(random, harmed(random, random.choice(SEEDS)))
        format = random.choice(FORMATS) if random.random() < 0.1 else None
        try:
            found = list(reading.read(data, "mutant.json", format))
            priced(found)
            if number % 10 == 0:
                reports = (
                    report_records(BOOK, found, ["model", "day"], GIVEN, period),
                    make_invoice(BOOK, found, period),
                )
                assert not any(
                    one.code == "internal" for report in reports for one in report.unpriced
                )
        except Exception:
            print(data)
            raise
