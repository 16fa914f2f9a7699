"""What commands print as JSON, held against the schemas that the package has of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from pricelang.apps.output_schemas import SCHEMAS, schema_of


@cache
def _validator(command: str) -> Draft202012Validator:
    schema = schema_of(command)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def hold_against_schema(args: Sequence[str], printed: str) -> None:
    """Holds what a command printed against its schema, where it was asked for JSON."""
    if not args or "--json" not in args or args[0] not in SCHEMAS or "--help" in args:
        return
    for found in _objects(printed):
        error = next(iter(_validator(args[0]).iter_errors(found)), None)
        assert error is None, f"{' '.join(args)}: {error}"


def _objects(printed: str) -> list[Any]:
    """One object, or one a line."""
    try:
        return [json.loads(printed)]
    except ValueError:
        pass
    try:
        return [json.loads(line) for line in printed.splitlines() if line]
    except ValueError:
        return []  # what was cut off, or is no JSON: other tests look at it
