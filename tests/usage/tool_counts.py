"""What the tests of the formats of tools share: counts of any size, what each tool may write in the
place of a count, and the outcomes that must come of it.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from pricelang.usage.records import Outcome, Record, Rejected, Skipped

from .helpers import outcomes

COUNT = st.integers(0, 10**7)
COUNTS = st.fixed_dictionaries(
    {"input": COUNT, "output": COUNT, "read": COUNT, "short": COUNT, "long": COUNT}
)
"""The counts of one request, all apart."""
HOSTILE: list[Any] = [
    None,
    True,
    False,
    -1,
    1.5,
    10**30,
    "",
    " ",
    "x",
    "x" * 5000,
    "12",
    "-1",
    "\u202e\x00",
    [],
    {},
    [None],
    {"": {}},
    [[1]],
    "{",
    "[",
    "{}",
    '{"a": NaN}',
    0,
]


def meters(counts: dict[str, int]) -> dict[str, object]:
    """The meters that a reader gives for counts that are all apart."""
    named = {"cache_write_5m": "short", "cache_write_1h": "long", "cache_read": "read"}
    found: dict[str, object] = {"input": counts["input"], "output": counts["output"]}
    return found | {meter: counts[name] for meter, name in named.items() if counts[name]}


def used(value: object, format: str | None = None) -> list[dict[str, object]]:
    """The usage of each request in a value, in order."""
    found = outcomes(value, format)
    assert not [one for one in found if isinstance(one, Rejected)], found
    return [dict(part.usage) for one in found if isinstance(one, Record) for part in one.parts]


def counted_once(value: object) -> bool:
    """Decides whether a value that is told twice, on two lines, counts as often as once."""
    line = json.dumps(value)
    return used(f"{line}\n{line}") == used(value)


def is_named(found: list[Outcome]) -> bool:
    """Decides whether each outcome is a record, a skip, or a fault with a code and a sentence."""
    return all(
        isinstance(one, Record | Skipped)
        or (one.code.isidentifier() and one.code != "internal" and one.message.isprintable())
        for one in found
    )


def changes(value: Any) -> list[Any]:
    """A value with something hostile in each of its places in turn, and without each."""
    found: list[Any] = []
    if isinstance(value, dict):
        for key, inner in value.items():
            rest = {name: one for name, one in value.items() if name != key}
            found.append(rest)
            found += [{**rest, key: bad} for bad in (*HOSTILE, *changes(inner))]
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += [
                [*value[:index], bad, *value[index + 1 :]] for bad in (*HOSTILE, *changes(inner))
            ]
    return found
