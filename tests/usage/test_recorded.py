"""Usage objects of recorded responses, each with the amount that was worked out by hand.

The file is not part of the repository. `PRICELANG_RECORDED` names it: a line each, with `model`,
`usage` and `amount`, at the list price of 2026-11-28.
"""

from __future__ import annotations

import json
import os
import warnings
from decimal import Decimal
from pathlib import Path

import pytest

import pricelang
from pricelang.usage.reading import record_of

VARIABLE = "PRICELANG_RECORDED"


def test_every_recorded_amount_is_met() -> None:
    name = os.environ.get(VARIABLE)
    if not name:
        warnings.warn(f"no recorded responses: `{VARIABLE}` names no file", stacklevel=1)
        pytest.skip(f"`{VARIABLE}` names no file of recorded responses")
    book = pricelang.load()
    lines = Path(name).read_text(encoding="utf-8").splitlines()
    assert lines
    wrong = []
    for number, line in enumerate(lines, 1):
        value = json.loads(line)
        record = record_of({"model": value["model"], "usage": value["usage"]})
        bill = book.price_record(record, at="2026-11-28")
        if bill.total != Decimal(value["amount"]):
            wrong.append((number, value["source"], value["amount"], bill.total))
    assert wrong == []
