"""What decides nothing is a fault, whatever kind of line it is;
and nothing is decided by the order of a file.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import pricelang
from pricelang.check.book_files import Layer, TextFile
from pricelang.compile.book import Checked, check_layers

HEAD = """book b in USD
unit MTok is 1,000,000 tokens
dimension tier default standard
  standard, batch
dimension speed default standard
  standard, fast
models
  | model | released   |
  | m     | 2025-01-01 |
  | n     | 2025-06-01 |
meter input, output in tokens
meter calls in calls
charge calls
  $1 per call
rates per MTok
  | model | from       | input | output  |
  | m     | 2025-01-01 | $5    | derived |
  | n     | 2025-06-01 | $4    | derived |
derive output is 5 x input
"""
FAST = "multiplier fast\n  when speed is fast\n"
BATCH = "multiplier batch\n  when tier is batch\n  x 0.5 on tokens\n"


def checked(*texts: str) -> Checked:
    names = [f"b{number}.price" for number in range(len(texts))]
    return check_layers(
        tuple(
            Layer((TextFile(name, Path(name), text),))
            for name, text in zip(names, texts, strict=True)
        )
    )


def codes(*texts: str) -> list[str]:
    return [fault.code for fault in checked(*texts).faults]


NEVER = [
    'rates per MTok when tier is batch\n  | model | from | input |\n  | m | 2025-03-01 | $4 instead of $5 |\nrefuse when tier is batch from 2025-02-01 because "gone"\n',
    'free for n when tier is batch before 2025-06-01 because "early"\n',
    'note "early" for n before 2025-06-01\n',
    'refuse for n before 2025-06-01 because "early"\n',
    "alias a is n before 2025-06-01\n",
    "limit floor\n  at least $1 per request for n before 2025-06-01\n",
]
REASONS = [
    FAST
    + '  refuse for m because "one"\n  refuse when tier is batch because "two"\n  otherwise no effect\n',
    FAST
    + '  no effect for m because "one"\n  no effect when tier is batch because "two"\n  otherwise x 2 on tokens\n',
    FAST
    + '  x 2 on tokens for m\n  otherwise no effect when tier is batch because "one"\n  otherwise no effect because "two"\n',
    'refuse for m from 2026-01-01 because "one"\nrefuse when tier is batch from 2026-01-01 because "two"\n',
    'free for m from 2026-01-01 because "one"\nfree when tier is batch because "two"\n',
    FAST
    + "  x 2 on tokens\n"
    + BATCH
    + 'exclude fast with batch because "one"\nexclude batch with fast because "two"\n',
    FAST
    + "  x 2 on tokens\n"
    + 'exclude fast for m because "one"\nexclude fast when tier is batch because "two"\n',
]
FINE = [
    'note "late" for n from 2025-06-01 before 2025-07-01\n',
    "alias a is n before 2025-06-02\n",
    'free for m before 2025-06-01 because "one"\nfree for m from 2025-06-01 because "two"\n',
    'refuse for m when tier is batch because "one"\nrefuse when speed is fast because "one"\n',
    FAST + '  refuse for m because "one"\n  refuse for n because "two"\n',
    FAST
    + "  x 2 on tokens\n"
    + BATCH
    + 'exclude fast with batch before 2026-01-01 because "one"\nexclude fast with batch from 2026-01-01 because "two"\n',
    FAST
    + '  refuse for m because "one"\n  otherwise x 2 on tokens\nrefuse when tier is batch because "two"\n',
    FAST
    + '  x 2 on tokens for m\n  otherwise no effect from 2025-09-01 because "two"\n  otherwise no effect before 2025-09-01 because "one"\n',
]


@pytest.mark.parametrize("text", NEVER, ids=lambda text: text[:40])
def test_a_line_that_decides_nothing(text: str) -> None:
    assert codes(HEAD + text) == ["never_decides"]


@pytest.mark.parametrize(
    "text",
    [
        "dimension hours default day\n  day\n  off from 13:00 before 14:00\n"
        'note "off" when hours is off from 2026-02-01 before 2026-02-01 12:00\n',
        'note "odd" when input over 1,000 and input + output up to 100\n',
    ],
)
def test_a_line_that_no_hours_and_quantities_reach_is_a_warning(text: str) -> None:
    found = checked(HEAD + text)
    (fault,) = found.faults
    assert (fault.code, fault.severity) == ("never_decides", "warning")
    assert fault.message.endswith("no hours and quantities put a request in its scope")
    assert found.book is not None


def test_lines_that_meet_where_no_request_is_do_not_overlap() -> None:
    lines = (
        FAST
        + "  x 2 on input when input over 1,000\n  x 3 on input when input + output up to 100\n"
    )
    rest = "  otherwise no effect\n"
    assert codes(HEAD + lines + rest) == []
    assert codes(HEAD + lines.replace("up to 100", "up to 2,000") + rest) == ["overlap"]


@pytest.mark.parametrize("text", REASONS, ids=lambda text: text[:60])
def test_two_reasons_for_one_request(text: str) -> None:
    (fault,) = checked(HEAD + text).faults
    assert (fault.code, len(fault.others)) == ("overlap", 1)
    assert fault.help is not None
    assert fault.help.startswith("such a request: ")


@pytest.mark.parametrize("text", FINE, ids=lambda text: text[:60])
def test_lines_that_part(text: str) -> None:
    assert codes(HEAD + text) == []


def test_a_row_before_the_release() -> None:
    text = HEAD.replace(
        "  | n     | 2025-06-01 | $4",
        "  | n     | 2025-03-01 | $3    | derived |\n  | n     | 2025-06-01 | $4",
    )
    (fault,) = checked(text).faults
    assert (fault.code, fault.span.line) == ("never_decides", 18)
    assert fault.others[0][1] == "released on 2025-06-01"
    # one that still holds on that day decides
    assert codes(HEAD.replace("  | n     | 2025-06-01 | $4", "  | n     | 2025-03-01 | $4")) == []


def test_values_that_are_offered_already() -> None:
    assert codes(HEAD.replace("  standard, fast\n", "  standard, fast, fast\n")) == [
        "never_decides"
    ]
    twice = "  standard\n  fast from 2025-02-01\n  fast from 2025-03-01\n"
    assert codes(HEAD.replace("  standard, fast\n", twice)) == ["never_decides"]
    assert (
        codes(HEAD.replace("  standard, fast\n", twice.replace("02-01", "02-01 before 2025-03-01")))
        == []
    )
    # a value may be there to be refused with a reason
    assert codes(HEAD + 'refuse when speed is fast because "no such thing"\n') == []


def test_a_charge_that_is_free_twice() -> None:
    lines = (
        '  free when speed is fast because "one"\n  free for m when speed is fast because "%s"\n'
    )
    assert codes(HEAD.replace("  $1 per call\n", "  $1 per call\n" + lines % "one")) == [
        "never_decides"
    ]
    assert codes(HEAD.replace("  $1 per call\n", "  $1 per call\n" + lines % "two")) == ["overlap"]


def test_what_a_contract_refuses_or_amends_is_no_fault_of_the_list() -> None:
    listed = (
        HEAD
        + FAST
        + "  x 2 on tokens\n"
        + BATCH
        + 'free for n when tier is batch from 2025-08-01 because "a gift"\n'
    )
    deal = "book deal extends b from 2025-04-01 before 2025-09-01\n"
    assert (
        codes(
            listed,
            deal
            + 'refuse when tier is batch because "not with us"\nrefuse for n because "not with us"\n',
        )
        == []
    )
    # what is left of an amended line before the contract begins is before the release of n:
    # the line decides elsewhere
    assert codes(listed, deal + "amend batch\n  x 0.4 instead of 0.5 on tokens for n\n") == []
    assert (
        codes(listed, deal + "amend fast\n  x 3 instead of 2 on tokens for n from 2025-06-01\n")
        == []
    )
    assert codes(
        listed, deal + 'free for n from 2025-05-01 before 2025-06-01 because "early"\n'
    ) == ["never_decides"]


def test_the_order_of_a_file_decides_nothing() -> None:
    lines = [
        FAST + '  no effect for n because "one"\n  otherwise x 2 on tokens\n',
        BATCH,
        "multiplier all\n  x 2 on tokens  before 2026-01-01\n",
        'exclude fast with batch because "fast, batch"\n',
        'exclude batch with all because "batch, all"\n',
        'exclude fast with all because "fast, all"\n',
        'refuse for n when tier is batch because "no"\n',
        "stack all, fast, batch\n",
    ]
    answers = set()
    for seed in range(12):
        shuffled = random.Random(seed).sample(lines, len(lines))
        book = checked(HEAD + "".join(shuffled)).book
        assert book is not None
        with pytest.raises(pricelang.PriceError) as raised:
            pricelang.Book(book).price(
                model="m", at="2025-07-01", tier="batch", speed="fast", usage={"input": 1}
            )
        answers.add((raised.value.message, raised.value.rule))
    assert answers == {("fast, all", "fast with all")}


PARTS = """book parts in USD
unit MTok is 1,000,000 tokens
meter input in tokens
meter time, work in hours
models
  | model | released   |
  | m-1   | 2026-01-01 |
rates per MTok
  | model | from       | input |
  | m-1   | 2026-01-01 | $1    |
charge time
  $1 per hour
charge work
  $1 per hour
multiplier short
  x 2 on input when time over OVER
  x 3 on input when time + work up to UP_TO
  otherwise no effect because "so it is"
stack short
"""


@pytest.mark.parametrize(("over", "up_to"), [("0.5", "1"), ("1", "1.2"), ("0.5", "2")])
def test_lines_that_meet_within_an_hour(over: str, up_to: str) -> None:
    """What is measured is over a limit by any part: an hour more is not the least."""
    found = checked(PARTS.replace("OVER", over).replace("UP_TO", up_to))
    assert [fault.message for fault in found.faults] == [
        "two lines of `short` hold for one request"
    ]
    found = checked(PARTS.replace("OVER", "1").replace("UP_TO", "1"))
    assert found.faults == ()


def test_each_included_file_with_a_header_is_said() -> None:
    texts = {"a.price": HEAD, "b.price": 'book c\nnote "b"\n', "c.price": 'book d\nnote "c"\n'}
    files = tuple(TextFile(name, Path(name), text) for name, text in texts.items())
    faults = [fault for fault in check_layers((Layer(files),)).faults if fault.code == "twice"]
    assert [fault.span.file for fault in faults] == ["b.price", "c.price"]
