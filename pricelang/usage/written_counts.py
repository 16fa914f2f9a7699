"""Counts as cells of a CSV and attributes of telemetry write them: as numbers, or as the digits of
one.
"""

from __future__ import annotations

import re

from pricelang.usage.fields import count, shown
from pricelang.usage.records import UsageError

_WHOLE = re.compile(r"([0-9]{1,40})(?:\.0)?\Z", re.ASCII)
_NOTHING = ("", "\\N")
"""What a cell without a value holds; ClickHouse writes the second."""


def count_of(value: object, path: str) -> int | None:
    """The count that a value is or writes, None where it says nothing.

    A text is digits alone: with marks of thousands, `1.200` is two numbers.

    >>> count_of("1200", "input"), count_of(" ", "input"), count_of(7, "input")
    (1200, None, 7)

    Raises `UsageError` for any other text, and as `fields.count` does.
    """
    if isinstance(value, str):
        text = value.strip()
        if text in _NOTHING:
            return None
        found = _WHOLE.match(text)
        if found is None:
            raise UsageError(
                "bad_count",
                f"`{path}` is {shown(text)}, no whole number in digits",
                "write counts without marks of thousands, signs and fractions",
            )
        value = int(found[1])
    return None if value is None else count(value, path)
