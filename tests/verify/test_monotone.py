"""That more usage never costs less, where bills are more than quantities times prices:
by hand, and against many bills.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from pricelang.verify.analysis import Analysis
from pricelang.verify.claims import Verdict
from tests.verify import checked, decide_claims
from tests.verify.enumerated import Enumerated
from tests.verify.test_brute_force import TINY, judge

CLAIM = "\nclaim more usage never costs less\n"


def verdict_on(text: str) -> tuple[Enumerated, Verdict]:
    book = checked((text,)).book
    assert book is not None, checked((text,)).faults
    (verdict,) = decide_claims(Analysis(book))
    return Enumerated(book), verdict


@pytest.mark.parametrize(
    ("rules", "holds"),
    [
        # after rounding both prices are nothing, and one side is free
        ('free when output over 1,000 because "so it is"\nround unit_price to $1,000 down\n', True),
        ('free when output over 1,000 because "so it is"\nround unit_price to $1.50 down\n', False),
        ("round total to $0.01 down when input over 1,000", False),
        ("round line to $0.01 down when input over 1,000", False),
        ("round total to $0.01 up when input over 1,000", True),
        ("round total to $0.01 up when input up to 1,000", False),
        ("round total to $0.01 down when input up to 1,000", True),
        # a cap that both sides reach, and one that only dear requests do
        (
            "limit bill\n  at most $9 per request\nmultiplier half\n  x 0.5 on tokens when calls over 100",
            True,
        ),
        (
            "limit bill\n  at most $900 per request\nmultiplier half\n  x 0.5 on tokens when calls over 100",
            False,
        ),
        (
            "limit bill\n  at least $900 per request\nmultiplier half\n  x 0.5 on input when input over 100",
            False,
        ),
        ("limit bill\n  at least $900 per request when calls up to 100", False),
        (
            "limit bill\n  at most $9 per request when calls over 5\n  at most $5 per request when calls up to 5",
            True,
        ),
        (
            "limit bill\n  at most $5 per request when calls over 5\n  at most $9 per request when calls up to 5",
            False,
        ),
        # a lower price that even all that the threshold lets through does not make less of
        ("multiplier bit\n  x 0.9 on calls when calls over 5", True),
        ("multiplier bit\n  x 0.8 on calls when calls over 5", False),
        # both thresholds are crossed by one step, and nothing can be asked between them
        (
            'multiplier half\n  x 0.5 on tokens when input over 1,000 and both over 1,000\nrefuse when both over 1,000 and input up to 1,000 because "no"',
            False,
        ),
    ],
)
def test_by_hand(rules: str, holds: bool) -> None:
    found, verdict = verdict_on(f"{TINY}{rules}{CLAIM}")
    assert (verdict.holds, verdict.undecided) == (holds, False), (verdict.why, str(verdict.witness))
    judge(found, verdict)


def test_a_witness_meets_every_sum_at_once() -> None:
    text = (
        f"{TINY.replace('| $2 |', '| $1 |')}multiplier half\n  x 0.5 on input when both over 1,000\n"
        'free when input over 1,000 because "so it is"\nclaim input costs output\n'
    )
    found, verdict = verdict_on(text)
    judge(found, verdict)
    assert verdict.witness is not None
    usage = dict(verdict.witness.usage)
    assert usage["input"] <= 1_000 < usage["input"] + usage["output"]


@pytest.mark.parametrize("factor", ["0.5", "0.9", "0.99", "0.999"])
def test_a_fall_that_only_much_usage_shows_is_found(factor: str) -> None:
    """One call more costs $1, and output is so little cheaper then that it takes much of it."""
    _, verdict = verdict_on(
        f"{TINY}multiplier bit\n  x {factor} on output when calls over 5{CLAIM}"
    )
    assert (verdict.holds, verdict.undecided) == (False, False)
    assert verdict.witness is not None
    saved = 2 * (1 - Fraction(factor))
    assert dict(verdict.witness.usage)["output"] * saved > 1_000_000
