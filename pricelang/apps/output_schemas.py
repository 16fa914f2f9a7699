"""The JSON Schemas of what commands print with `--json`; beside amounts, no number is a float."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

SCHEMAS = (
    "audit",
    "breakeven",
    "check",
    "compare",
    "diff",
    "drift",
    "figures",
    "focus-check",
    "invoice",
    "models",
    "price",
    "quote",
    "reconcile",
    "report",
    "table",
    "test",
    "workload",
)
"""The commands that have a schema, of the whole output or of each of its lines."""


SHARED = "common.schema.json#/$defs/"
"""What a reference to a definition that schemas share begins with."""
_HERE = "#/$defs/"


def schema_of(command: str) -> dict[str, Any]:
    """The schema of what a command prints. It stands alone: what it shares with those of other
    commands is among its `$defs`.

    >>> schema_of("price")["title"]
    'a record with its price, a line of `pricelang price --json`'
    """
    return standing_alone(_read(command))


def standing_alone(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema with the shared definitions that it refers to among its own.

    >>> one = standing_alone({"$ref": "common.schema.json#/$defs/currency"})
    >>> one["$ref"], one["$defs"]
    ('#/$defs/currency', {'currency': {'type': 'string', 'pattern': '^[A-Z]{3}$'}})
    """
    shared = _read("common")["$defs"]
    found = dict(_referring(schema, SHARED))
    own, wanted = dict(found.pop("$defs", {})), set(_names(schema, SHARED))
    while wanted:
        name = wanted.pop()
        own[name] = shared[name]
        wanted |= set(_names(shared[name], _HERE)) - own.keys()
    return {**found, "$defs": dict(sorted(own.items()))} if own else found


def _names(part: Any, prefix: str) -> Iterator[str]:
    """The definitions that a part of a schema refers to."""
    if isinstance(part, Mapping):
        if str(part.get("$ref", "")).startswith(prefix):
            yield part["$ref"].removeprefix(prefix)
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            yield from _names(one, prefix)


def _referring(part: Any, prefix: str) -> Any:
    """A part of a schema whose references with a prefix are to definitions beside it."""
    if isinstance(part, Mapping):
        return {
            key: _HERE + one.removeprefix(prefix)
            if key == "$ref" and one.startswith(prefix)
            else _referring(one, prefix)
            for key, one in part.items()
        }
    return [_referring(one, prefix) for one in part] if isinstance(part, list) else part


def _read(name: str) -> dict[str, Any]:
    place = files("pricelang").joinpath("schemas", f"{name}.schema.json")
    found: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return found
