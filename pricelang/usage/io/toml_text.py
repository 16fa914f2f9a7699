"""TOML and JSON of settings, such as maps of models:
files of bounded length and depth, every fault one sentence.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from pricelang.present.text import shown
from pricelang.usage.io.json_text import Decoder, JsonFault

MAX_SIZE = 2**22
MAX_DOTS = 1_000
"""Dots of a line: as many parts may a key have,
and each of them is looked at again for every further one.
"""


class BadText(Exception):
    """A text that is no settings; the message says why."""


def read_settings(path: str | Path) -> dict[str, object]:
    """The object in a TOML or JSON file. Raises `BadText`."""
    try:
        with open(path, "rb") as stream:
            data = stream.read(MAX_SIZE + 1)
    except OSError as error:
        raise BadText((error.strerror or str(error)).lower()) from None
    if len(data) > MAX_SIZE:
        raise BadText(f"it is longer than {MAX_SIZE:,} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadText("it is not UTF-8") from None
    return parsed_json(text) if str(path).endswith(".json") else parsed_toml(text)


def parsed_json(text: str) -> dict[str, object]:
    """The object in a JSON text. Raises `BadText`."""
    try:
        value = Decoder().value(text)
    except JsonFault as fault:
        raise BadText(f"line {fault.line}: {fault.message}") from None
    if not isinstance(value, dict):
        raise BadText("it is not an object")
    return value


def parsed_toml(text: str, parse_float: Callable[[str], object] = Decimal) -> dict[str, object]:
    """The table in a TOML text. Raises `BadText`."""
    if any(line.count(".") > MAX_DOTS for line in text.splitlines()):
        raise BadText(f"a line has more than {MAX_DOTS:,} dots")
    try:
        return tomllib.loads(text, parse_float=parse_float)
    except RecursionError:
        raise BadText("it is nested too deeply") from None
    except (tomllib.TOMLDecodeError, ValueError) as error:
        raise BadText(shown(str(error)[:1].lower() + str(error)[1:], 150)) from None
