"""A fix mends its fault: the text with its edits has that fault no more."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from attrs import evolve

from pricelang.check.book_files import Layer, TextFile
from pricelang.check.files import read_layers
from pricelang.compile.book import check_layers
from pricelang.editor.fixes import Edit, apply_edits, fixes_of
from pricelang.editor.mending import certain_edits
from pricelang.syntax.diagnostics import BookError

HEAD = """book b "B" in USD
unit MTok is 1,000,000 tokens
source page "https://example.com/page" read 2026-01-01
dimension tier default standard
  standard, batch
meter input in tokens
meter session in hours
models
  | model | released   |
  | alpha | 2026-01-01 |
rates per MTok
  | model | from       | input |
  | alpha | 2026-01-01 | $1    |
charge session
  $1 per hour
"""
MISTAKES = {
    "a name": ('note "x" for alpa', 'note "x" for alpha'),
    "a word": ("multipler batch\n  x 0.5 on input", "multiplier batch\n  x 0.5 on input"),
    "a comma": (
        "surcharge s\n  $0,06 per hour on session",
        "surcharge s\n  $0.06 per hour on session",
    ),
    "a dash": ('note "x" from 2026–02–01', 'note "x" from 2026-02-01'),
    "a suffix": ("unit lot is 2k tokens", "unit lot is 2,000 tokens"),
    "a mark": ("unit lot is 2 tokens;", "unit lot is 2 tokens"),
    "a sign": ("multiplier m\n  × 0.5 on input", "multiplier m\n  x 0.5 on input"),
    "a comment": ("// more", "# more"),
    "an order": (
        'note "x" see page for alpha',
        'note "x" for alpha see page',
    ),
    "an indent": (
        "multiplier batch\nwhen tier is batch\n  x 0.5 on input",
        "multiplier batch\n  when tier is batch\n  x 0.5 on input",
    ),
    "no currency in a table": (
        "rates per MTok\n  | model | from | input |\n  | alpha | 2026-02-01 | 0.90 |",
        "rates per MTok\n  | model | from | input |\n  | alpha | 2026-02-01 | $0.90 |",
    ),
    "no currency": (
        "surcharge s\n  0.06 per hour on session",
        "surcharge s\n  $0.06 per hour on session",
    ),
}


@pytest.mark.parametrize(("wrong", "right"), MISTAKES.values(), ids=MISTAKES)
def test_the_certain_fix_writes_what_was_meant(wrong: str, right: str) -> None:
    text = HEAD + wrong + "\n"
    checked = check_layers((Layer((TextFile("b.price", Path("b.price"), text),)),))
    certain = [
        fix for fault in checked.faults for fix in fixes_of(fault, checked.texts) if fix.certain
    ]
    assert certain
    assert apply_edits(text, certain[0].edits) == HEAD + right + "\n"


MEANT = {
    "a claim in words": (
        "claim input is never above input for alpha",
        "claim input costs at most input for alpha",
    ),
    "a day": ('note "x" from 1 Feb 2026', 'note "x" from 2026-02-01'),
    "a period": (
        'note "x" from 2026-02-01 to 2026-02-28',
        'note "x" from 2026-02-01 before 2026-03-01',
    ),
    "a zone": ('note "x" from 2026-02-01T00:30+01:00', 'note "x" from 2026-01-31 23:30'),
    "a list of values": (
        "multiplier m\n  x 0.5 on input when tier in (batch, standard)",
        "multiplier m\n  x 0.5 on input when tier is batch or standard",
    ),
    "another and": (
        "multiplier m\n  x 0.5 on input when tier is batch && input over 5",
        "multiplier m\n  x 0.5 on input when tier is batch and input over 5",
    ),
    "a threshold": (
        "multiplier m\n  x 0.5 on input when input >= 200k tokens",
        "multiplier m\n  x 0.5 on input when input over 199,999",
    ),
    "a currency behind": (
        "surcharge s\n  5 USD per hour on session",
        "surcharge s\n  $5 per hour on session",
    ),
    "a unit behind": (
        'example "x"\n  given alpha at 2026-02-01\n  uses 5 session minutes\n  costs $1',
        'example "x"\n  given alpha at 2026-02-01\n  uses 5 minutes session\n  costs $1',
    ),
}
UNSURE = (
    "alias gamma is alpha1",
    "unit lot is 5 hous",
    "alias latest is alpha from 2026-01-01 to 2026-02-01",
    "claim every price is below $40",
    "multiplier m\n  50% discount",
    "multiplier m\n  x 25% on input",
    "multiplier m\n  x 2 on input when input between 1 and 5",
    "multiplier m\n  x 2 on input when batch",
    "surcharge s\n  12,50 per hour on session",
)


@pytest.mark.parametrize(("wrong", "right"), MEANT.values(), ids=MEANT)
def test_what_is_meant_in_other_words_is_written(wrong: str, right: str) -> None:
    test_the_certain_fix_writes_what_was_meant(wrong, right)


@pytest.mark.parametrize("wrong", UNSURE)
def test_what_may_mean_two_things_is_left_to_its_author(wrong: str) -> None:
    checked = check_layers((Layer((TextFile("b.price", Path("b.price"), HEAD + wrong + "\n"),)),))
    assert checked.faults
    assert certain_edits(checked.faults, checked.texts) == {}


def test_an_amount_without_a_currency_is_in_dollars_only_in_such_a_book() -> None:
    text = HEAD.replace("in USD", "in EUR").replace("$", "EUR ") + "surcharge s\n  5 per hour\n"
    checked = check_layers((Layer((TextFile("b.price", Path("b.price"), text),)),))
    assert [fault.code for fault in checked.faults] == ["syntax"]
    assert certain_edits(checked.faults, checked.texts) == {}


BAD = Path(__file__).parents[1] / "corpus" / "bad"
BOOKS = sorted([*BAD.glob("*.price"), *(path.parent for path in BAD.glob("*/book.price"))])


def _with(layers: tuple[Layer, ...], edits: Sequence[Edit]) -> tuple[Layer, ...]:
    """The files of a book after some edits of one of them."""
    return tuple(
        Layer(
            tuple(
                evolve(file, text=apply_edits(file.text, edits))
                if file.name == edits[0].span.file
                else file
                for file in layer.files
            )
        )
        for layer in layers
    )


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_a_certain_fix_takes_its_fault_away_and_brings_none_that_cannot_be_read(
    path: Path,
) -> None:
    try:
        layers = read_layers(path)
    except BookError:
        return
    checked = check_layers(layers)
    for fault in checked.faults:
        for fix in (one for one in fixes_of(fault, checked.texts) if one.certain):
            line = fault.span.line
            after = check_layers(_with(layers, fix.edits)).faults
            here = [x for x in after if (x.span.file, x.span.line) == (fault.span.file, line)]
            assert (fault.code, fault.message) not in [(x.code, x.message) for x in here]
            known = [x for x in checked.faults if x.code == "syntax" and x.span.line == line]
            new = [x for x in here if x.code == "syntax"]
            assert len(new) <= len(known)
            end = max(edit.span.column + len(edit.text) for edit in fix.edits)
            assert all(x.span.column >= min(end, fault.span.column + 1) for x in new)


@pytest.mark.parametrize(
    ("wrong", "code", "title"),
    [
        ('note "x" for zzz', "unknown_model", "write `alpha`"),
        (
            "models\n  | model | released   |\n  | beta  | 2026-02-01 |\n"
            "rates per MTok\n  | model | from       | input |\n  | beta  | 2026-02-01 | $1    |\n"
            'example "alpha"\n  given alpha at 2026-01-01\n  uses 1,000,000 input\n  costs $1',
            "no_example",
            "add an example",
        ),
        (
            "models\n  | model | released   |\n  | beta  | 2026-02-01 |\n"
            "rates per MTok\n  | model | from       | input |\n  | beta  | 2026-02-01 | $1    |\n"
            "figures window in tokens\n  | model | from       | most | see  |\n"
            "  | alpha | 2026-01-01 | 5    | page |",
            "no_figure",
            "add a row",
        ),
    ],
)
def test_a_fix_that_its_author_completes_mends_the_fault(wrong: str, code: str, title: str) -> None:
    text = HEAD + wrong + "\n"
    for attempt in range(2):
        checked = check_layers((Layer((TextFile("b.price", Path("b.price"), text),)),))
        found = [fault for fault in checked.faults if fault.code == code]
        assert len(found) == 1 - attempt
        for fault in found:
            (fix,) = (one for one in fixes_of(fault, checked.texts) if one.title == title)
            assert not fix.certain
            text = apply_edits(text, fix.edits)
