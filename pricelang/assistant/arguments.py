"""The arguments of a tool held against its schema: what is wrong, in the words of an assistant."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped,unused-ignore]
from jsonschema.exceptions import (  # type: ignore[import-untyped,unused-ignore]
    ValidationError,
    best_match,
)

from pricelang.assistant.catalogue import BookTool
from pricelang.model.errors import BadRequest
from pricelang.present.text import help_for, shown


def check_arguments(tool: BookTool, arguments: dict[str, Any]) -> None:
    """Raises `BadRequest` for an argument that the tool does not take, for one that is missing,
    and for one of another type.
    """
    wrong = best_match(Draft202012Validator(tool.takes).iter_errors(arguments))
    if wrong is not None:
        raise _fault(tool, arguments, wrong)


def _fault(tool: BookTool, arguments: dict[str, Any], wrong: ValidationError) -> BadRequest:
    place = ".".join(map(str, wrong.absolute_path))
    match wrong.validator:
        case "additionalProperties":
            name = next(one for one in arguments if one not in tool.takes["properties"])
            return BadRequest(
                "unknown_argument",
                f"`{tool.name}` takes no `{shown(name, 100)}`",
                help=_where(tool, name) or help_for(name, tool.takes["properties"], "it takes"),
            )
        case "required":
            names = [one for one in tool.takes["required"] if one not in arguments]
            return BadRequest("missing_key", f"`{names[0]}` is missing")
        case "minProperties":
            return BadRequest("missing_key", f"`{place}` is empty", help="name what was used")
    wanted = wrong.schema["type"]
    types = " or ".join(wanted) if isinstance(wanted, list) else wanted
    if wrong.validator == "minimum":
        types = f"{wrong.validator_value} or more"
    said = shown(json.dumps(wrong.instance, ensure_ascii=False), 100)
    return BadRequest("wrong_type", f"`{shown(place, 100)}` is `{said}`: write {types}")


def _where(tool: BookTool, name: str) -> str | None:
    """Where a name belongs that stands among the arguments."""
    for inside, schema in tool.takes["properties"].items():
        if name in schema.get("properties", {}):
            return f"put it into `{inside}`"
    return None
