"""The law for what a reader does not know:
a counter above zero that it cannot name may be billed, and refuses its record.

A reader gives `note_unknown` each object of counters with the names that it knows in it. What is
left is a counter where it is a number above zero, as a number or as text, at any depth; zero, null,
false and what is empty are nothing. A counter becomes an `UnknownCounter` among the notes of the
record; any other unknown key is an ordinary note. `unknown_policy` decides whether a record with
such a counter is refused or priced without it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias

from attrs import field, frozen

from pricelang.model.notes import Note
from pricelang.usage.fields import is_object, shown
from pricelang.usage.numbers import NUMBER, is_counter
from pricelang.usage.several import REQUESTS

Known: TypeAlias = "Mapping[str, Known | None]"
"""The names that an object may have: None for a counter or a word,
a `Known` for an object or a list of objects.
"""
ANYTHING: Known = {"": None}
"""What is never looked into:
it holds no counter that could be billed, such as the parts of a cost.
"""
_COSTS = (
    "cost",
    "cost_details",
    "cost_usd",
    "costUSD",
    "total_cost",
    "input_cost",
    "output_cost",
    "estimated_cost",
    "response_cost",
    "spend",
)
_TIMES = (
    "latency",
    "latency_ms",
    "latencyMs",
    "duration",
    "duration_ms",
    "durationMs",
    "queue_time",
    "prompt_time",
    "completion_time",
    "total_time",
)
_SCALARS = frozenset((int, str, type(None), Decimal, bool, float))
_NOTHING: Known = {}
_MISSING: Known = {"": None}
_MOST = 100
_MANY = 40
_MAX_TEXT = 100_000


@frozen
class UnknownCounter(Note):
    """The note of a counter that is not known, with the names that are known beside it."""

    known: tuple[str, ...] = field(default=(), eq=False, repr=False)


def known_names(*names: str, **inner: Known) -> Known:
    """The names of an object of counters, and of the objects inside it;
    costs, times and numbers of requests are known everywhere.

    >>> sorted(set(known_names("input", details=known_names("reasoning"))) - set(known_names()))
    ['details', 'input']
    """
    return {
        **dict.fromkeys((*names, *REQUESTS, *_TIMES)),
        **dict.fromkeys(_COSTS, ANYTHING),
        **inner,
    }


def note_unknown(
    holder: Mapping[str, object], known: Known | Collection[str], path: str, notes: list[Note]
) -> None:
    """Note what of `holder`, which stands at `path`, is not in `known`:
    each counter above zero, and any other key that says something.

    `known` is made by `known_names`, or is a collection of names.

    >>> notes: list[Note] = []
    >>> note_unknown({"input": 3, "input_image": 2, "input_audio": 0}, ["input"], "usage", notes)
    >>> [str(note) for note in notes]
    ['unknown_counter: `usage.input_image` is 2, and this counter is not known: it may be billed']
    """
    names: Known = known if isinstance(known, dict) else dict.fromkeys(known)
    for key, value in holder.items():
        inner = names.get(key, _MISSING)
        if inner is None:
            if type(value) not in _SCALARS:
                _note_inside(value, _NOTHING, f"{path}.{key}", notes)
        elif not value or inner is ANYTHING:
            continue
        elif inner is _MISSING:
            note_key(f"{path}.{key}", value, names, notes)
        else:
            _note_inside(value, inner, f"{path}.{key}", notes)


def _note_inside(value: object, known: Known, path: str, notes: list[Note]) -> None:
    if is_object(value):
        note_unknown(value, known, path, notes)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _note_inside(item, known, f"{path}[{index}]", notes)
    elif known is not _NOTHING or is_counter(value):
        note_key(path, value, known, notes)


def note_key(path: str, value: object, known: Collection[str], notes: list[Note]) -> None:
    """Note the value of a key that is not known: the counters in it,
    or else that it was left out; nothing where it says nothing.

    `known` are the names that the help lists.
    """
    if len(notes) >= _MOST:
        return
    found = list(_counters_in(value, path))
    names = tuple(sorted(set(known) - set(known_names()))) if found else ()
    if len(names) > _MANY:
        names = _some(found[0][0], names)
    for spot, number in found[:_MOST]:
        text = (
            f"{shown(spot, 120)} is {_digits(number)}, and this counter is not known: it may be "
            "billed"
        )
        notes.append(UnknownCounter("unknown_counter", text, names))
    if not found and _says(value):
        notes.append(Note("unknown_key", f"{shown(path, 120)} is not known: left out"))


@lru_cache(maxsize=256)
def _some(spot: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names nearest to what stands at `spot`, of more than anybody reads."""
    import difflib  # only needed where something is wrong

    return (*(difflib.get_close_matches(spot[: _MANY * 2], names, n=3) or names[:3]), "…")


def _digits(number: object) -> str:
    # Python refuses to write very long integers.
    return (
        "more than 40 digits" if type(number) is int and number >= 10**40 else shown(number)[1:-1]
    )


def _counters_in(value: object, path: str) -> Iterator[tuple[str, object]]:
    if is_object(value):
        for key, inner in value.items():
            yield from _counters_in(inner, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _counters_in(inner, f"{path}[{index}]")
    elif isinstance(value, str) and value.startswith(("{", "[")):
        # Attributes of spans hold objects as texts.
        yield from _counters_in(_json(value), path)
    elif is_counter(value):
        yield path, value


def _json(text: str) -> object:
    try:
        return json.loads(text, parse_float=Decimal) if len(text) < _MAX_TEXT else None
    except (ValueError, ArithmeticError, RecursionError):
        return None


def _says(value: object) -> bool:
    if is_object(value):
        return any(map(_says, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_says, value))
    if isinstance(value, str):
        return bool(value.strip()) and NUMBER.match(value) is None
    return bool(value)
