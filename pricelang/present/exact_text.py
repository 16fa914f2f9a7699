"""JSON and YAML out of dicts with `Decimal`s:
every number as its exact digits, never by way of a float.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal

from pricelang.present.decimals import plain


def json_text(value: object, indent: str = "") -> str:
    """JSON with numbers as they are.

    >>> print(json_text({"a": Decimal("0.0000001"), "b": [True]}))
    {
      "a": 0.0000001,
      "b": [
        true
      ]
    }
    """
    if isinstance(value, Decimal):
        return plain(value)
    inner = indent + "  "
    if isinstance(value, Mapping) and value:
        rows = (
            f"{inner}{json.dumps(str(key), ensure_ascii=False)}: {json_text(part, inner)}"
            for key, part in value.items()
        )
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(inner + json_text(part, inner) for part in value) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False)


def yaml_text(value: object) -> str:
    """YAML in block style; strings are quoted as in JSON, which YAML reads.

    >>> print(yaml_text({"id": "a", "models": [{"id": "b", "price": Decimal("0.10")}]}), end="")
    id: "a"
    models:
      - id: "b"
        price: 0.10
    """
    return "".join(line + "\n" for line in _yaml(value))


def _yaml(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            if isinstance(part, Mapping | list) and part:
                yield f"{key}:"
                yield from ("  " + line for line in _yaml(part))
            else:
                yield f"{key}: {json_text(part)}"
    elif isinstance(value, list):
        for part in value:
            lines = list(_yaml(part)) if isinstance(part, Mapping | list) else [json_text(part)]
            yield "- " + lines[0]
            yield from ("  " + line for line in lines[1:])
