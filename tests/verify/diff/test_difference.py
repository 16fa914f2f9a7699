"""What `diff` says: the sentences of each kind of change,
what is no difference, and the command with its sources.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

import pricelang
from pricelang.model import book as m
from pricelang.verify.diff.change import KINDS
from pricelang.verify.diff.difference import compare
from pricelang.verify.diff.phrases import percent
from tests.cli.helpers import ROOT, run
from tests.verify import checked

SPECIMENS = ROOT / "tests" / "specimens"
TOKENS = "input, output, cache_write_5m, cache_read, cache_write_1h"

SMALL = """book small in USD
unit MTok is 1,000,000 tokens
dimension tier default standard
  standard, batch, flex
dimension geo default global
  global
  us from 2026-02-01
meter input, output, cache in tokens
meter calls in requests
meter time in hours
group both is input, output
models
  | model | released   |
  | m-1   | 2026-01-01 |
  | m-2   | 2026-02-01 |
  | m-3   | 2026-03-01 |
  | m-4   | 2026-04-01 |
alias latest is m-3 before 2026-04-01
alias latest is m-4 from 2026-04-01
rates per MTok
  | model | from       | input | output | cache   |
  | m-1   | 2026-01-01 | $1    | $4     | derived |
  | m-2   | 2026-02-01 | $2    | $8     | derived |
  | m-3   | 2026-03-01 | $3    | $12    | derived |
  | m-4   | 2026-04-01 | $4    | $16    | derived |
derive cache is 0.1 x input
charge calls
  $10 per 1,000 requests
charge time
  $0.60 per hour
  at least 5 minutes per use
  first 50 hours free per organization per month
multiplier half
  when tier is batch
  x 0.5 on both
multiplier six
  when geo is us
  x 6 on input for m-3, m-4
  otherwise no effect because "so it is"
exclude half with six for m-4 because "never both"
refuse for m-1 when geo is us from 2026-05-01 because "not in the US"
free when tier is flex because "a trial"
stack half, six
round line to $0.01 half_even from 2026-06-01
"""


def book(*texts: str) -> m.Book:
    found = checked(texts)
    assert found.book is not None, [(fault.message, fault.span.line) for fault in found.faults]
    return found.book


def changed(old: str, new: str, text: str = SMALL) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)


def said(old: str, new: str, old_at: str | None = None, new_at: str | None = None) -> list[str]:
    return [change.text for change in compare(book(old), book(new), old_at, new_at)]


# ---- one change, one sentence --------------------------------------------------------------------

CHANGES = [
    ("| $4     | derived |", "| $5     | derived |", ["output of `m-1`: $4 -> $5 per MTok (+25%)"]),
    # What is derived follows, and what changed alike stands together.
    ("| $1    |", "| $2    |", ["input, cache of `m-1`: $1, $0.10 -> $2, $0.20 per MTok (+100%)"]),
    (
        "| $12    | derived |",
        "| $12    | not offered |",
        ["cache of `m-3`: $0.30 -> not offered per MTok"],
    ),
    (
        "0.1 x input",
        "0.1 x input\n  except 0.2 x input for m-2 from 2026-03-01",
        ["from 2026-03-01: cache of `m-2`: $0.20 -> $0.40 per MTok (+100%)"],
    ),
    (
        "0.1 x input",
        "0.2 x input",
        [f"cache of `m-{n}`: $0.{n}0 -> $0.{2 * n}0 per MTok (+100%)" for n in (1, 2, 3, 4)],
    ),
    (
        "$10 per 1,000 requests",
        "$12 per 1,000 requests",
        ["calls: $10 -> $12 per 1,000 requests (+20%)"],
    ),
    (
        "$10 per 1,000 requests",
        "$10 per 1,000 requests before 2026-03-01\n  $9 per 1,000 requests from 2026-03-01",
        ["from 2026-03-01: calls: $10 -> $9 per 1,000 requests (-10%)"],
    ),
    (
        "  at least 5 minutes",
        '  free when geo is us because "paid elsewhere"\n  at least 5 minutes',
        ["geo us: time: $0.60 -> free per hour"],
    ),
    (
        "at least 5 minutes",
        "at least 10 minutes",
        ["time, minimum per use: 5 minutes -> 10 minutes"],
    ),
    (
        "first 50 hours",
        "first 60 hours",
        [
            "time, free: the first 50 hours per organization per month -> the first 60 hours per organization per month"
        ],
    ),
    ("  at least 5 minutes per use\n", "", ["time, minimum per use: 5 minutes -> none"]),
    (
        "  $0.60 per hour\n",
        "  $0.60 per hour\n  $0.50 per hour after 100 hours per organization per month\n",
        ["time, tiers: none -> $0.50 per hour after 100 hours per organization per month"],
    ),
    (
        "x 0.5 on both",
        "x 0.4 on both",
        ["tier batch: `half` was x 0.5 on input, output, now x 0.4 on input, output"],
    ),
    # Of a line only what differs is said.
    (
        "x 0.5 on both",
        "x 0.5 on input and x 0.4 on output",
        ["tier batch: `half` was x 0.5 on output, now x 0.4 on output"],
    ),
    (
        "x 6 on input for m-3, m-4",
        "x 6 on input for m-4",
        ["geo us: `six` was x 6 on input, now no effect, `m-3`"],
    ),
    (
        "x 6 on input for m-3, m-4",
        "x 6 on input for m-2, m-3, m-4",
        ["geo us: `six` had no effect, now x 6 on input, `m-2`"],
    ),
    (
        "x 6 on input for m-3, m-4",
        "x 6 on input from 2026-04-01",
        [
            "from 2026-04-01, geo us: `six` had no effect, now x 6 on input, `m-1` and `m-2`",
            "before 2026-04-01, geo us: `six` was x 6 on input, now no effect, `m-3`",
        ],
    ),
    (
        'otherwise no effect because "so it is"',
        'otherwise refuse because "not there"',
        ["geo us: `six` had no effect, now refused (“not there”), `m-1` and `m-2`"],
    ),
    (
        'for m-4 because "never both"',
        'because "never both"',
        ["tier batch, geo us: `half` with `six` was allowed, now refused (“never both”), `m-3`"],
    ),
    (
        'exclude half with six for m-4 because "never both"\n',
        "",
        ["tier batch, geo us: `half` with `six` was refused, now allowed, `m-4`"],
    ),
    (
        'from 2026-05-01 because "not in the US"',
        'from 2026-06-01 because "not in the US"',
        ["from 2026-05-01 before 2026-06-01, geo us: requests were refused, now accepted, `m-1`"],
    ),
    (
        "us from 2026-02-01",
        "us from 2026-03-01",
        ["from 2026-02-01 before 2026-03-01: geo us was offered, now not offered"],
    ),
    (
        "us from 2026-02-01",
        "us, eu from 2026-02-01",
        ["from 2026-02-01: geo eu was not offered, now offered"],
    ),
    (
        "standard, batch, flex",
        "standard, batch, flex, slow, night",
        ["tier slow or night was not offered, now offered"],
    ),
    ('free when tier is flex because "a trial"', "", ["tier flex: requests were free, now billed"]),
    (
        "to $0.01 half_even from",
        "to $0.01 half_up from",
        ["from 2026-06-01: rounding of the line: to $0.01 half_even -> to $0.01 half_up"],
    ),
    (
        "stack half, six\n",
        "stack half, six\nconvert to EUR at 0.9 from 2026-07-01\n",
        ["from 2026-07-01: bills are converted: none -> EUR at 0.9"],
    ),
    (
        "latest is m-3 before",
        "latest is m-2 before",
        [
            "before 2026-03-01: alias `latest`: no model -> `m-2`",
            "from 2026-03-01 before 2026-04-01: alias `latest`: `m-3` -> `m-2`",
        ],
    ),
    ("default standard\n", "default batch\n", ["default of tier: standard -> batch"]),
    (
        "in hours",
        "in hours counts session_time",
        ["time counts time, session_time, no longer time"],
    ),
    ("in hours", "in minutes", ["time is counted in minutes, no longer in hours"]),
    ("unit MTok", "unit kTok is 1,000 tokens\nunit MTok", ["unit `kTok`: unknown -> 1,000 tokens"]),
    (
        "stack half, six\n",
        "stack half, six\nlimit bill\n  at least $0.50 per request for m-2\n",
        ["limit `bill`: none -> at least $0.50 per request, `m-2`"],
    ),
    (
        "stack half, six\n",
        "limit cap\n  at most $3 per MTok on input\nstack half, six, cap\n",
        ["limit `cap`: none -> at most $3 per MTok on input"],
    ),
    (
        "stack half, six\n",
        "surcharge fee\n  $0.01 per request when tier is batch\nstack half, six, fee\n",
        ["tier batch: new `fee`: + $0.01 per request"],
    ),
    (
        "stack half, six\n",
        "surcharge fee\n  $1 per MTok on output\nstack half, six, fee\n",
        ["new `fee`: + $1 per MTok on output"],
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), CHANGES)
def test_one_change(old: str, new: str, expected: list[str]) -> None:
    assert said(SMALL, changed(old, new)) == expected


@pytest.mark.parametrize(("old", "new", "expected"), CHANGES)
def test_the_way_back_is_as_long(old: str, new: str, expected: list[str]) -> None:
    assert len(said(changed(old, new), SMALL)) == len(expected)
    assert said(changed(old, new), changed(old, new)) == []


def test_models_come_and_go() -> None:
    fifth = changed(
        "| m-4   | 2026-04-01 |\n", "| m-4   | 2026-04-01 |\n  | m-5   | 2026-05-01 |\n"
    )
    fifth = changed(
        "derive cache", "  | m-5   | 2026-05-01 | $5    | $20    | derived |\nderive cache", fifth
    )
    assert said(SMALL, fifth) == [
        "new model `m-5`, released 2026-05-01: input $5, output $20, cache $0.50 per MTok"
    ]
    assert said(fifth, SMALL) == ["model `m-5` is gone"]
    # On two days a release is news, whatever the books are.
    assert (
        said(fifth, fifth, "2026-04-30", "2026-05-01")[0]
        == "new model `m-5`, released 2026-05-01: input $5, output $20, cache $0.50 per MTok"
    )


def test_dates_of_models() -> None:
    retired = SMALL.replace("| released   |", "| released   | retired    |").replace(
        "-01 |\n", "-01 | |\n"
    )
    retired = changed("| m-1   | 2026-01-01 | |", "| m-1   | 2026-01-01 | 2026-08-01 |", retired)
    assert said(SMALL, retired) == ["`m-1` retired: never -> 2026-08-01"]
    assert said(retired, retired, "2026-07-31", "2026-08-01") == ["`m-1` was retired on 2026-08-01"]
    later = SMALL.replace("| m-2   | 2026-02-01", "| m-2   | 2026-02-10")
    assert said(SMALL, later) == ["`m-2` released: 2026-02-01 -> 2026-02-10"]


def test_of_two_days_only_what_holds_on_them() -> None:
    dearer = changed(
        "derive cache", "  | m-1   | 2026-07-01 | $2    | $4     | derived |\nderive cache"
    )
    assert said(SMALL, dearer) == [
        "from 2026-07-01: input, cache of `m-1`: $1, $0.10 -> $2, $0.20 per MTok (+100%)"
    ]
    assert said(SMALL, dearer, "2026-06-30", "2026-06-30") == []
    assert said(SMALL, dearer, "2026-06-30", "2026-07-01") == [
        "input, cache of `m-1`: $1, $0.10 -> $2, $0.20 per MTok (+100%)"
    ]
    assert said(dearer, dearer, "2026-05-31", "2026-06-01") == [
        "rounding of the line: none -> to $0.01 half_even"
    ]
    # One day alone holds for both.
    assert (
        compare(book(SMALL), book(dearer), "2026-06-30")
        == compare(book(SMALL), book(dearer), None, "2026-06-30")
        == ()
    )


def test_figures_and_announcements() -> None:
    more = SMALL + (
        "rates per MTok announced 2026-03-01 withdrawn 2026-03-10\n  | model | from | input |\n  | m-3 | 2026-09-01 | $9 |\n"
        "figures prompt in tokens\n  | model | from | small | large |\n  | m-1 | 2026-01-01 | 10 | 20 |\n  | m-2 | 2026-02-01 | 10 | 20 |\n"
    )
    assert said(SMALL, more) == [
        "from 2026-01-01: prompt small of `m-1`: none -> 10 tokens",
        "from 2026-01-01: prompt large of `m-1`: none -> 20 tokens",
        "from 2026-02-01: prompt small of `m-2`: none -> 10 tokens",
        "from 2026-02-01: prompt large of `m-2`: none -> 20 tokens",
        "announced for 2026-09-01: input of `m-3`: none -> 9 USD per MTok, announced 2026-03-01, withdrawn 2026-03-10",
    ]
    row = "  | m-2 | 2026-02-01 | 10 | 20 |\n"
    again = changed(
        row, row + "  | m-2 | 2026-03-01 | 10 | 20 |\n  | m-1 | 2026-04-01 | 11 | 20 |\n", more
    )
    assert said(more, again) == ["from 2026-04-01: prompt small of `m-1`: 10 tokens -> 11 tokens"]


def test_who_and_when_are_read_over_what_cannot_be_seen() -> None:
    """Models of later releases, values that are not offered, requests that are refused:
    a sentence does not cut around them.
    """
    old = changed("x 6 on input for m-3, m-4", "x 6 on input for m-4")
    new = changed("x 6 on input for m-3, m-4", "x 6 on input for m-2, m-3, m-4 from 2026-03-15")
    assert said(old, new) == [
        "from 2026-03-15, geo us: `six` had no effect, now x 6 on input, `m-2` and `m-3`",
    ]
    wide = changed("x 6 on input for m-3, m-4", "x 6 on input for m-2, m-3, m-4 before 2026-06-01")
    none = changed("x 6 on input for m-3, m-4", "x 6 on input for m-4 from 2026-06-01")
    assert said(none, wide) == [
        "before 2026-06-01, tier batch, geo us: `half` with `six` was allowed, now refused (“never both”), `m-4`",
        "from 2026-06-01, tier batch, geo us: `half` with `six` was refused, now allowed, `m-4`",
        "before 2026-06-01, geo us: `six` had no effect, now x 6 on input, models released since 2026-02-01",
        "from 2026-06-01, geo us: `six` was x 6 on input, now no effect, `m-4`",
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("3", "4", "+33.33%"),
        ("4", "3", "-25%"),
        ("100000", "100001", "+0.001%"),
        ("0", "1", ""),
        ("2", "2", ""),
        ("8", "1", "-87.5%"),
    ],
)
def test_percent(old: str, new: str, expected: str) -> None:
    from fractions import Fraction

    assert percent(Fraction(old), Fraction(new)) == expected


# ---- what is no difference -----------------------------------------------------------------------

SAME = {
    "rows in another order": lambda text: swapped(
        text, "  | m-1   | 2026-01-01 | $1", "  | m-3   | 2026-03-01 | $3"
    ),
    "models in another order": lambda text: swapped(
        text, "  | m-1   | 2026-01-01 |\n", "  | m-4   | 2026-04-01 |\n"
    ),
    "values in another order": lambda text: changed(
        "standard, batch, flex", "flex, standard, batch", text
    ),
    "dimensions in another order": lambda text: moved(
        text, "dimension tier default standard\n  standard, batch, flex\n", "meter input"
    ),
    "meters in another order": lambda text: changed(
        "input, output, cache in", "cache, output, input in", text
    ),
    "a group spelled out": lambda text: changed("x 0.5 on both", "x 0.5 on input, output", text),
    "another group": lambda text: changed("group both is", "group pair is", text).replace(
        "on both", "on pair"
    ),
    "a line split by meters": lambda text: changed(
        "x 0.5 on both", "x 0.5 on input\n  x 0.5 on output", text
    ),
    "a line split by models": lambda text: changed(
        "x 6 on input for m-3, m-4", "x 6 on input for m-3\n  x 6 on input for m-4", text
    ),
    "a line split by dates": lambda text: changed(
        "x 0.5 on both", "x 0.5 on both before 2026-05-05\n  x 0.5 on both from 2026-05-05", text
    ),
    "another name": lambda text: re.sub(r"\bhalf\b", "batch_discount", text),
    "another order of factors": lambda text: changed("stack half, six", "stack six, half", text),
    "six as two and three": lambda text: changed(
        "exclude half",
        'multiplier three\n  when geo is us\n  x 3 on input for m-3, m-4\n  otherwise no effect because "so"\nexclude half',
        changed("x 6 on input", "x 2 on input", text),
    ).replace("stack half, six", "stack half, six, three"),
    "another reason": lambda text: changed("so it is", "it is so", text),
    "a source": lambda text: changed(
        "stack half", 'source page "https://example.com" read 2026-01-01\nstack half', text
    ),
    "the same price again": lambda text: changed(
        "derive cache", "  | m-1   | 2026-07-01 | $1    | $4     | derived |\nderive cache", text
    ),
    "a price spelled out": lambda text: changed("| $4     | derived |", "| $4     | $0.10 |", text),
    "per request": lambda text: changed("$10 per 1,000 requests", "$0.01 per request", text),
    "a date that changes nothing": lambda text: changed(
        "otherwise no effect",
        'otherwise no effect before 2026-06-06 because "so"\n  otherwise no effect from 2026-06-06',
        text,
    ),
    "a factor on what has no price": lambda text: changed(
        "x 6 on input for",
        "x 6 on input and x 7 on cache for",
        changed(
            "$12    | derived",
            "$12    | not offered",
            changed("$16    | derived", "$16    | not offered", text),
        ),
    ),
    "an outcome that is refused anyway": lambda text: changed(
        "otherwise no effect because",
        'otherwise refuse from 2026-05-01 because "so"\n  no effect for m-2 because "so"\n  otherwise no effect before 2026-05-01 because',
        text,
    ),
    "a threshold that decides nothing": lambda text: changed(
        "x 0.5 on both",
        "x 0.5 on both when input over 500\n  x 0.5 on both when input up to 500",
        text,
    ),
}


def swapped(text: str, first: str, second: str) -> str:
    rows = text.splitlines(keepends=True)
    places = [
        next(
            n
            for n, row in enumerate(rows)
            if row.startswith(start.rstrip("\n")) and (row == start or not start.endswith("\n"))
        )
        for start in (first, second)
    ]
    rows[places[0]], rows[places[1]] = rows[places[1]], rows[places[0]]
    return "".join(rows)


def moved(text: str, part: str, before: str) -> str:
    return changed(before, part + before, changed(part, "", text))


@pytest.mark.parametrize("how", SAME)
def test_written_differently(how: str) -> None:
    other = SAME[how](SMALL)
    assert other != SMALL
    base = SMALL
    if how == "a factor on what has no price":
        base = changed(
            "$12    | derived",
            "$12    | not offered",
            changed("$16    | derived", "$16    | not offered"),
        )
    assert said(base, other) == []
    assert said(other, base) == []


def test_the_shipped_book_with_its_rows_turned_round(tmp_path: Path) -> None:
    """Every table from bottom to top, every group of models spelled out,
    all in one file, under other names of files.
    """
    folder = ROOT / "rules" / "anthropic"
    names = re.findall(r'^include "(.*)"', (folder / "book.price").read_text(), re.MULTILINE)
    texts = [re.sub(r"^include .*\n", "", (folder / "book.price").read_text(), flags=re.MULTILINE)]
    texts += [
        (folder / name).read_text() for name in names if not name.startswith(("examples", "claims"))
    ]
    table = re.compile(r"((?:^  \|.*\n)+)", re.MULTILINE)
    turned = table.sub(
        lambda found: "".join(
            [(rows := found[1].splitlines(keepends=True))[0], *reversed(rows[1:])]
        ),
        "".join(texts),
    )
    shipped = pricelang.load().checked
    spelled = ", ".join(model.name for model in shipped.models if model.released >= 1769904000)
    turned = re.sub(
        r"group residency_models is models released from 2026-02-01",
        f"group residency_models is {spelled}",
        turned,
    )
    (tmp_path / "turned.price").write_text(turned)
    other = pricelang.load(tmp_path / "turned.price")
    assert other.checked.models[0].name != shipped.models[0].name
    assert other.diff(pricelang.load()) == ()


def test_the_order_of_a_stack_where_it_shows() -> None:
    fee = changed(
        "stack half, six\n",
        "surcharge fee\n  $1 per MTok on output for m-1\nstack half, six, fee\n",
    )
    turned = changed("stack half, six, fee", "stack fee, half, six", fee)
    assert said(fee, turned) == [
        "tier batch: the order of the stack changes the price of output: half, six, fee -> fee, half, six, `m-1`"
    ]
    assert said(fee, changed("stack half, six, fee", "stack six, half, fee", fee)) == []


def test_prices_that_round_to_the_same_are_the_same() -> None:
    rounded = changed(
        "round line to $0.01 half_even from 2026-06-01", "round unit_price to $1 half_up"
    )
    assert (
        said(rounded, changed("x 0.5 on both", "x 0.51 on output and x 0.5 on input", rounded))
        == []
    )
    assert said(
        rounded, changed("x 0.5 on both", "x 0.4 on output and x 0.5 on input", rounded)
    ) == [
        "tier batch: `half` was x 0.5 on output, now x 0.4 on output",
    ]


def test_factors_that_do_not_cancel_everywhere() -> None:
    """Twice and three times instead of six times, but three times for one model only."""
    text = changed("x 6 on input", "x 2 on input")
    three = 'multiplier three\n  when geo is us\n  x 3 on input for m-3\n  otherwise no effect because "so"\nexclude half'
    text = changed(
        "stack half, six", "stack half, six, three", changed("exclude half", three, text)
    )
    assert said(SMALL, text) == ["geo us: `six` was x 6 on input, now x 2 on input, `m-4`"]


# ---- the shipped books ---------------------------------------------------------------------------

OLD_AND_NEW = f"""\
platform google_cloud was not offered, now offered, `claude-sonnet-4-5-20250929`, `claude-haiku-4-5-20251001`, `claude-opus-4-5-20251101`, `claude-opus-4-6`, `claude-sonnet-4-6`, `claude-opus-4-7`
platform foundry: endpoint us_data_zone was not offered, now offered
platform aws: surface managed_agents was not offered, now offered
platform aws: inference_geo us was not offered, now offered
service_tier batch, speed fast: `batch` with `fast` was refused, now allowed, `claude-opus-4-6`
surface messages, service_tier priority, speed fast: `fast` was refused, now allowed, `claude-opus-4-6`
surface messages, context_window long, prompt over 200,000: `long_context` was x 2 on input, cache_write_5m, cache_read, cache_write_1h and x 1.5 on output, now refused (“over 200,000 is an error”), `claude-sonnet-4-20250514` and `claude-sonnet-4-5-20250929`
surface managed_agents, speed fast: `fast` had no effect, now refused (“fast mode is not offered for this model on that day”), all models but `claude-opus-4-6`
surface messages, speed fast: `fast` was x 6 on {TOKENS}, now no effect, `claude-opus-4-6`
inference_geo us: `residency` had no effect, now refused (“this model does not support inference_geo”), models released before 2026-02-05
surface managed_agents, inference_geo us: `residency` had no effect, now x 1.1 on {TOKENS}, models released since 2026-02-05
platform api, outcome refused_before_output, refusal_category other or general_harms: requests were billed, now free
the note “retirement is scheduled for 2026-11-30” was not told, now told, `claude-sonnet-4-5-20250929`
platform bedrock: the note “still served on Amazon Bedrock” was not told, now told, `claude-sonnet-4-20250514` and `claude-opus-4-1-20250805`
platform vertex: the note “still served on Google Cloud” was not told, now told, models released from 2025-05-22 to 2025-08-05
"""


def test_two_days_of_the_shipped_book() -> None:
    book = pricelang.load()
    found = book.diff(book, "2026-04-17", "2026-11-22")
    assert [x.text for x in found if x.kind not in ("model", "figure")] == OLD_AND_NEW.splitlines()
    models = [x for x in found if x.kind == "model"]
    assert models[-1].text == (
        "new model `claude-mythos-5-2`, released 2026-11-09: input $8, output $40, cache_write_5m $10, cache_read $0.20, cache_write_1h $16 per MTok"
    )
    assert "`claude-sonnet-4-20250514` was retired on 2026-06-15" in {x.text for x in models}
    assert len([x for x in models if x.text.startswith("new")]) == 12
    residency = next(x for x in found if x.subject == "residency" and "managed" in x.when)
    assert residency.who == "models released since 2026-02-05"
    assert residency.models[0] == "claude-opus-4-6"
    assert residency.old == "no effect"


def test_a_contract_against_its_list() -> None:
    claude, acme = (pricelang.load(SPECIMENS / name) for name in ("claude.price", "acme.price"))
    during = "from 2026-06-01 before 2027-06-01"
    assert [x.text for x in claude.diff(acme)] == [
        f"{during}, platform api: new `negotiated`: x 0.85 on {TOKENS}, `claude-opus-4-7`",
        f"{during}: {TOKENS} of `claude-sonnet-4-6`: $3, $15, $3.75, $0.30, $6 -> $2.70, $13.50, $3.375, $0.27, $5.40 per MTok (-10%)",
    ]
    assert claude.diff(acme, "2026-05-31") == ()
    extras, europe = (
        pricelang.load(SPECIMENS / name) for name in ("extras.price", "extras_acme.price")
    )
    during = "from 2026-04-01 before 2027-04-01"
    assert [x.text for x in extras.diff(europe)] == [
        f"{during}, platform reseller: service_tier priority was not offered, now offered",
        f"{during}, platform reseller, service_tier batch, hours off_peak: `batch` with `night` was refused, now allowed",
        f"{during}, service_tier batch: `batch` was x 0.5 on input, output, now x 0.4 on input, output",
    ]


# ---- the command ---------------------------------------------------------------------------------


def write(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_exit_codes_and_text(tmp_path: Path) -> None:
    one, two = (
        write(tmp_path / "one.price", SMALL),
        write(tmp_path / "two.price", changed("x 0.5", "x 0.4")),
    )
    same = run("diff", one, one)
    assert (same.exit_code, same.output) == (0, f"{one} -> {one}\n\nno difference\n")
    other = run("diff", one, two)
    assert other.exit_code == 1
    assert other.output == (
        f"{one} -> {two}\n\nModifiers\n  tier batch: `half` was x 0.5 on input, output, now x 0.4 on input, output\n\n1 change\n"
    )
    assert run("diff", one, two, "--markdown").output == (
        f"# {one} -> {two}\n\n## Modifiers\n\n- tier batch: `half` was x 0.5 on input, output, now x 0.4 on input, output\n\n1 change\n"
    )
    data = json.loads(run("diff", one, two, "--json").output)
    assert data["changes"] == [
        {
            "kind": "modifier",
            "subject": "half",
            "who": "",
            "when": "tier batch",
            "old": "x 0.5 on input, output",
            "new": "x 0.4 on input, output",
            "text": "tier batch: `half` was x 0.5 on input, output, now x 0.4 on input, output",
            "models": ["m-1", "m-2", "m-3", "m-4"],
        }
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("antropic", "anthropic"), "did you mean `anthropic`?"),
        (("anthropic@2026-13-01", "anthropic"), "error[bad_date]"),
        (("no-such-revision:rules/anthropic", "anthropic"), "error[no_revision]"),
        (("HEAD:rules/nothing", "anthropic"), "the revision `HEAD` has no `rules/nothing`"),
        (("-x:rules", "anthropic"), "No such option"),
        (("anthropic",), "Missing argument"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], words: str) -> None:
    result = run("diff", *arguments)
    assert (result.exit_code, words in result.output) == (2, True), result.output


def test_days_of_a_book() -> None:
    result = run("diff", "anthropic@2026-10-06", "anthropic@2026-10-07")
    assert result.exit_code == 1
    assert result.output.startswith("anthropic on 2026-10-06 -> anthropic on 2026-10-07\n")
    assert "  cache_read of `claude-sonnet-5-5`: $0.20 -> $0.10 per MTok (-50%)\n" in result.output
    assert run("diff", "anthropic@2026-10-05", "anthropic@2026-10-06").exit_code == 0


def git(folder: Path, *words: str) -> None:
    settings = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *settings, *words], cwd=folder, check=True, capture_output=True)


def test_revisions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file, a file with its book below, and a folder with includes,
    as they were and as they are.
    """
    git(tmp_path, "init", "-q")
    folder = tmp_path / "prices"
    deal = "book deal extends small from 2026-05-01 before 2026-06-01\namend half\n  x 0.3 instead of 0.5 on both\n"
    write(folder / "small.price", SMALL)
    write(folder / "deal.price", deal)
    write(
        folder / "wide" / "book.price", SMALL.replace("stack half, six\n", 'include "more.price"\n')
    )
    write(folder / "wide" / "more.price", "stack half, six\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "one")
    write(folder / "small.price", SMALL.replace("0.5", "0.4"))
    write(folder / "deal.price", deal.replace("0.5", "0.4"))
    write(folder / "wide" / "more.price", 'stack half, six\nfree for m-1 because "a trial"\n')
    monkeypatch.chdir(folder)
    was = "tier batch: `half` was x 0.5 on input, output, now x 0.4 on input, output"
    assert was in run("diff", "HEAD:prices/small.price", "small.price").output
    assert was in run("diff", "HEAD:./small.price", "small.price").output
    assert was in run("diff", "HEAD:small.price@2026-03-03", "small.price").output
    below = run("diff", "HEAD:deal.price", "deal.price").output
    assert "before 2026-05-01 and from 2026-06-01, tier batch: `half` was x 0.5" in below
    assert "requests were billed, now free, `m-1`" in run("diff", "HEAD:prices/wide", "wide").output
    assert run("diff", "HEAD:prices/wide", "HEAD:prices/wide/book.price").exit_code == 0
    git(tmp_path, "rm", "-q", "-f", "-r", "prices/wide")
    git(tmp_path, "commit", "-q", "-m", "two")
    assert run("diff", "HEAD~1:prices/wide", "HEAD:prices/wide").exit_code == 2


def test_a_revision_with_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init", "-q")
    write(
        tmp_path / "small.price", SMALL.replace("$10 per 1,000 requests", "$10 per 1,000 reqests")
    )
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "one")
    monkeypatch.chdir(tmp_path)
    result = run("diff", "HEAD:small.price", "anthropic")
    assert result.exit_code == 2
    assert "reqests" in result.output
    assert str(tmp_path) not in result.output


def test_what_a_change_costs(tmp_path: Path) -> None:
    one, two = (
        write(tmp_path / "one.price", SMALL),
        write(tmp_path / "two.price", changed("x 0.5", "x 0.4")),
    )
    usage = write(
        tmp_path / "usage.jsonl",
        "".join(
            json.dumps(record) + "\n"
            for record in (
                {
                    "model": "m-1",
                    "at": "2026-02-01",
                    "tier": "batch",
                    "usage": {"input": 1_000_000, "output": 2_000_000},
                },
                {"model": "m-1", "at": "2026-02-01", "usage": {"input": 1_000_000}},
                {
                    "model": "m-2",
                    "at": "2026-02-01",
                    "tier": "batch",
                    "usage": {"input": 3_000_000},
                },
                {"model": "m-9", "at": "2026-02-01", "usage": {"input": 1}},
                {"model": 3},
            )
        ),
    )
    result = run("diff", one, two, "--usage", usage)
    assert result.exit_code == 1
    shown = [row.split() for row in result.output.splitlines()[-9:]]
    # m-1: 9 x 0.5 + 1 and 9 x 0.4 + 1; m-2: 6 x 0.5 and 6 x 0.4
    assert ["m-1", "2", "$5.50", "$4.60", "-$0.90", "-16.36%"] in shown
    assert ["m-2", "1", "$3.00", "$2.40", "-$0.60", "-20%"] in shown
    assert ["total", "3", "$8.50", "$7.00", "-$1.50", "-17.65%"] in shown
    assert "without a price under" in result.output
    assert "1 record that cannot be read" in result.output
    data = json.loads(run("diff", one, two, "--usage", usage, "--json").output)["usage"]
    assert data["totals"][0]["difference"] == "-1.5"
    assert (data["refused_old"], data["refused_new"], data["unread"]) == (1, 1, 1)
    # On two days the records are priced as of those days.
    days = json.loads(
        run("diff", f"{one}@2026-05-31", f"{one}@2026-06-01", "--usage", usage, "--json").output
    )
    assert [row["difference"] for row in days["usage"]["totals"]] == ["0"]
    assert (
        "| total | 3 | $8.50 | $7.00 | -$1.50 | -17.65% |"
        in run("diff", one, two, "--usage", usage, "--markdown").output
    )


def test_every_kind_has_a_heading() -> None:
    small = book(SMALL)
    kinds = {
        change.kind for old, new, _ in CHANGES for change in compare(small, book(changed(old, new)))
    }
    assert kinds <= set(KINDS)
    assert {
        "price",
        "modifier",
        "offer",
        "refusal",
        "exclusion",
        "free",
        "alias",
        "charge",
        "limit",
        "rounding",
        "conversion",
    } <= kinds
