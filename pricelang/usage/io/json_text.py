"""JSON from strangers: exact decimals, no NaN, no key twice, no deep nesting;
every fault is a `JsonFault`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from pricelang.usage.fields import shown

MAX_DEPTH = 256
_SPACE = " \t\n\r"


class JsonFault(Exception):
    """A text that is not acceptable JSON.

    `syntax` tells a text that ends too early or breaks the grammar (where the rest cannot be
    trusted) from a complete value that is refused. `line` counts from 1 inside the text; `index` is
    where the text breaks off, `raw` the text itself where it is known.
    """

    def __init__(
        self,
        code: str,
        message: str,
        help: str | None = None,
        *,
        syntax: bool = False,
        line: int = 1,
        index: int = 0,
        raw: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.help = help
        self.syntax = syntax
        self.line = line
        self.index = index
        self.raw = raw


class Decoder:
    """Reads JSON values out of a text, one after another.

    Numbers with a fraction or an exponent become `Decimal`, never float. A NaN, an Infinity or a
    key given twice is remembered while the value is read to its end, so that the values after it
    are still found.
    """

    def __init__(self) -> None:
        self._fault: JsonFault | None = None
        self._raw = self._decoder(Decimal, int).raw_decode

    def value(self, text: str) -> object:
        """The one value that `text` holds. Raises `JsonFault`."""
        value, end, fault = self.value_at(text, 0 if text.startswith("{") else skip_space(text, 0))
        if end < len(text) and (end := skip_space(text, end)) < len(text):
            raise JsonFault(
                "bad_json", f"not JSON: more text after the value, at column {end + 1}", syntax=True
            )
        if fault is not None:
            raise fault
        return value

    def value_at(self, text: str, start: int) -> tuple[object, int, JsonFault | None]:
        """The value that begins at `start`, the index after it, and what is wrong with the value.

        Raises a `JsonFault` of syntax when no complete value begins there.
        """
        self._fault = None
        try:
            value, end = self._scanned(text, start)
        except json.JSONDecodeError as error:
            # The decoder's own position counts from the start of the text;
            # the line matters to a reader, so keep it.
            raise JsonFault(
                "bad_json",
                f"not JSON: {_lower(error.msg)}, at column {error.colno}",
                syntax=True,
                line=error.lineno,
                index=error.pos,
            ) from None
        except RecursionError:
            raise _too_deep() from None
        return value, end, _too_deep() if _is_deep(text, start, end) else self._fault

    def _decoder(
        self, real: Callable[[str], object], whole: Callable[[str], object]
    ) -> json.JSONDecoder:
        return json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_float=real,
            parse_int=whole,
            parse_constant=self._constant,
        )

    def _scanned(self, text: str, start: int) -> tuple[object, int]:
        try:
            return self._raw(text, start)
        except json.JSONDecodeError:
            raise
        except (ValueError, InvalidOperation):
            # A number out of range. Python refuses integers of thousands of digits, too;
            # a Decimal holds them, and is checked later.
            return self._decoder(self._real, Decimal).raw_decode(text, start)

    def _object(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        result = dict(pairs)
        if len(result) != len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    self._fault = JsonFault(
                        "duplicate_key", f"the key {shown(key)} appears twice in one object"
                    )
                    break
                seen.add(key)
        return result

    def _real(self, text: str) -> Decimal:
        try:
            return Decimal(text)
        except InvalidOperation:
            self._fault = JsonFault(
                "bad_number", f"{shown(text, 40)} is out of the range of numbers"
            )
            return Decimal(0)

    def _constant(self, text: str) -> None:
        self._fault = JsonFault("bad_number", f"`{text}` is not a number that JSON has")


def skip_space(text: str, index: int) -> int:
    """The index of the first character from `index` on that is not JSON white space."""
    length = len(text)
    while index < length and text[index] in _SPACE:
        index += 1
    return index


def _is_deep(text: str, start: int, end: int) -> bool:
    """Decides whether the value in `text[start:end]` nests deeper than `MAX_DEPTH`."""
    if text.count("[", start, end) + text.count("{", start, end) <= MAX_DEPTH:
        return False
    depth = 0
    # Brackets inside strings do not count:
    # without escapes, every second piece between quotes is outside of a string.
    for outside in text[start:end].replace("\\\\", "").replace('\\"', "").split('"')[::2]:
        for letter in outside:
            if letter in "[{":
                depth += 1
                if depth > MAX_DEPTH:
                    return True
            elif letter in "]}":
                depth -= 1
    return False


def _too_deep() -> JsonFault:
    return JsonFault("too_deep", f"objects and lists are nested more than {MAX_DEPTH} deep")


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]


def written(value: object) -> str:
    """A value that was read as one line of JSON again, its decimals as they are."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{json.dumps(key)}: {written(item)}" for key, item in value.items())
            + "}"
        )
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(written, value)) + "]"
    return json.dumps(value)
