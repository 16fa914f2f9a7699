"""The JSON Schema of compiled books, made of the types of the model."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import attrs

from pricelang.compile.artefact import FORMAT, KINDS, LANGUAGE, VERSION
from pricelang.compile.typed_data import NUMBER, fields_of, without_none
from pricelang.model import book as m
from pricelang.model.worked_out import WorkedOut

PATH = Path(__file__).with_name("compiled_book.schema.json")
_RANGES = {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}
_DEFINED: dict[str, Any] = {
    "number": {"type": "string", "pattern": f"^{NUMBER.pattern}$"},
    "scope": {
        "type": "object",
        "patternProperties": {"^[0-9]+$": _RANGES},
        "additionalProperties": False,
    },
    "nodes": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "axis": {"type": "integer"},
                "to": {"type": "array", "items": {"type": "integer"}},
            },
            "required": ["axis", "to"],
            "additionalProperties": False,
        },
    },
}
_PLAIN = {str: "string", int: "integer", bool: "boolean"}


def book_schema() -> dict[str, Any]:
    """The schema of a compiled book."""
    defined = dict(_DEFINED)
    text = {"type": "string"}
    properties: dict[str, Any] = {
        "format": {"const": FORMAT},
        "version": {"const": VERSION},
        "language": {"const": LANGUAGE},
        "digest": text,
        "checksum": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "kinds": {"type": "array", "items": {"enum": sorted(KINDS)}},
    }
    required = [*properties]
    for kind in (m.Book, m.Sayings):
        found = _object(kind, defined)
        properties |= found["properties"]
        required += found["required"]
    properties |= {"below": {"$ref": "#"}, "worked_out": _schema(WorkedOut, defined)}
    required.append("worked_out")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": FORMAT,
        "type": "object",
        "properties": properties,
        "required": sorted(required),
        "additionalProperties": False,
        "$defs": defined,
    }


def _object(kind: type, defined: dict[str, Any]) -> dict[str, Any]:
    fields = fields_of(kind)
    return {
        "type": "object",
        "properties": {name: _schema(without_none(hint)[0], defined) for name, hint in fields},
        "required": sorted(name for name, hint in fields if not without_none(hint)[1]),
        "additionalProperties": False,
    }


def _schema(hint: Any, defined: dict[str, Any]) -> dict[str, Any]:
    own, optional = without_none(hint)
    if optional:
        return {"anyOf": [_schema(own, defined), {"type": "null"}]}
    origin = get_origin(hint)
    if origin is Annotated:
        return {"$ref": f"#/$defs/{get_args(hint)[1]}"}
    if origin is Literal:
        return {"enum": [*get_args(hint)]}
    if hint is Fraction:
        return {"$ref": "#/$defs/number"}
    if origin is tuple:
        return _list(get_args(hint), defined)
    if attrs.has(hint):
        if hint.__name__ not in defined:
            defined[hint.__name__] = {}  # a class may hold itself
            defined[hint.__name__] = _object(hint, defined)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    return {"type": _PLAIN[hint]}


def _list(parts: tuple[Any, ...], defined: dict[str, Any]) -> dict[str, Any]:
    if len(parts) == 2 and parts[1] is Ellipsis:
        return {"type": "array", "items": _schema(parts[0], defined)}
    items = [_schema(part, defined) for part in parts]
    count = len(items)
    return {"type": "array", "prefixItems": items, "minItems": count, "maxItems": count}


def schema_text() -> str:
    """The text of the schema."""
    return json.dumps(book_schema(), indent=1, sort_keys=True) + "\n"
