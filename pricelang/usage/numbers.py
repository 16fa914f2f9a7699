"""Numbers in records, as numbers or as texts that write one."""

from __future__ import annotations

import re
from decimal import Decimal

NUMBER = re.compile(r"\s*\+?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*\Z", re.ASCII)


def is_counter(value: object) -> bool:
    """Whether a value counts something: a number above zero, or a text that writes one."""
    if isinstance(value, str):
        # The mantissa alone says whether it is zero; no huge exponent is ever worked out.
        return (
            len(value) < 400
            and NUMBER.match(value) is not None
            and bool(value.strip().lower().partition("e")[0].strip("+0."))
        )
    if isinstance(value, bool):
        return False
    if isinstance(value, Decimal):
        return not value.is_nan() and value > 0
    return isinstance(value, int | float) and value > 0
