"""A fix mends its fault: the text with its edits has that fault no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from pricelang.check.book_files import Layer, TextFile
from pricelang.compile.book import check_layers
from pricelang.editor.fixes import apply_edits, fixes_of

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
