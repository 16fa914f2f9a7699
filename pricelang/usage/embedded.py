"""What a column of a database or a cell of a CSV file holds as text: objects, lists and numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pricelang.usage.fields import is_object, wrong_type
from pricelang.usage.io.json_text import Decoder, JsonFault
from pricelang.usage.records import UsageError

_WHOLE = re.compile(r"(?:0|[1-9][0-9]{0,17})\Z", re.ASCII)
_WORDS = {"true": True, "false": False, "True": True, "False": False}


def row_of(value: Mapping[str, object]) -> Mapping[str, object]:
    """An object whose values are all texts, as a row of a CSV file is, with the numbers that they
    write and nothing where they are blank; any other object as it is.

    >>> row_of({"model": "claude-opus-5", "Prompt Tokens": "1200", "Tag": " "})
    {'model': 'claude-opus-5', 'Prompt Tokens': 1200, 'Tag': None}
    """
    if not all(isinstance(cell, str) for cell in value.values()):
        return value
    return {name: _cell(str(cell)) for name, cell in value.items()}


def _cell(text: str) -> object:
    plain = text.strip()
    if _WHOLE.match(plain):
        return int(plain)
    return _WORDS.get(plain, text) if plain else None


def embedded(value: object, path: str) -> object:
    """A value as it is, and of a text with an object or a list the value that it holds;
    None for a blank text. Raises `UsageError` for a text of JSON that is broken.

    >>> (
    ...     embedded('{"input": 3}', "usageDetails"),
    ...     embedded("claude-opus-5", "model"),
    ...     embedded("", ""),
    ... )
    ({'input': 3}, 'claude-opus-5', None)
    """
    if not isinstance(value, str):
        return value
    text = value.strip()
    if not text.startswith(("{", "[")):
        return value if text else None
    try:
        return Decoder().value(text)
    except JsonFault as fault:
        raise UsageError(fault.code, f"`{path}`: {fault.message}", fault.help) from None


def embedded_object(
    holder: Mapping[str, object], key: str, path: str = ""
) -> Mapping[str, object] | None:
    """The object under `key`, which may be written as JSON text; None where it is absent, null or
    blank. Raises `UsageError` for anything else.
    """
    value = holder.get(key)
    if value is None or is_object(value):  # nearly all
        return value
    spot = f"{path}.{key}" if path else key
    value = embedded(value, spot)
    if value is None or is_object(value):
        return value
    raise wrong_type(spot, value, "an object")
