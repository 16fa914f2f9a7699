"""Points of the space of requests, in words."""

from __future__ import annotations

import itertools

from pricelang.model.space import space_of
from tests.test_agreement import checked_texts

BOOK = """book sides in USD
unit MTok is 1,000,000 tokens
dimension tier default standard
  standard, batch
meter input, output in tokens
models
  | model | released   |
  | m-1   | 2026-01-01 |
rates per MTok
  | model | from       | input | output |
  | m-1   | 2026-01-01 | $1    | $4     |
multiplier long
  x 2 on input  when input over 100 and input up to 2,000
  x 3 on input  when input over 2,000
multiplier wide
  x 2 on output when output over 50
stack long, wide
"""


def test_a_request_names_the_limit_that_each_sum_is_over() -> None:
    checked = checked_texts((BOOK,)).book
    assert checked is not None
    space = space_of(checked)
    inputs = ["", ", input over 100", ", input over 2,000"]
    outputs = ["", ", output over 50"]
    tiers = ["", ", tier batch"]
    for tier, n, k in itertools.product(range(2), range(3), range(2)):
        said = space.describe((0, 1, tier, n, k))
        assert said == "m-1 at 2026-01-01" + tiers[tier] + inputs[n] + outputs[k]
