"""The JSON Schemas of what commands print with `--json`; beside amounts, no number is a float."""

from __future__ import annotations

import json
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


def schema_of(command: str) -> dict[str, Any]:
    """The schema of what a command prints.

    >>> schema_of("price")["title"]
    'a record with its price, a line of `pricelang price --json`'
    """
    place = files("pricelang").joinpath("schemas", f"{command}.schema.json")
    found: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return found
