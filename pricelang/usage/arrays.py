"""The items of an array that is too large to be held, one at a time."""

from __future__ import annotations

from collections.abc import Iterator

from .json_text import Decoder, JsonFault, skip_space
from .lines import Line
from .sse import Value

MAX_ITEM = 64 * 2**20


def large_array(lines: Iterator[Line], decoder: Decoder) -> Iterator[Value]:
    """The items of an array over many lines; only the lines of the item at hand are held, up to `MAX_ITEM`.

    Where an item is broken, what follows is given up with a fault: where the next one begins is not known.
    """
    number, text = 0, ""  # the line on which `text` begins, and what is not yet read of it
    opened, item = False, 0
    tries = 0  # lines to gather before an item is tried again, so that a long one is not read once a line
    for at, line in lines:
        if isinstance(line, JsonFault):
            yield at, None, line, line.raw
            return
        text, number = (f"{text}\n{line}", number) if text else (line, at)
        if not opened:
            text, opened = text.lstrip().removeprefix("["), True
        tries -= 1
        if tries > 0:
            continue
        held = text.count("\n")
        while True:
            start = skip_space(text, 0)
            if text[start : start + 1] == "," and item:
                start = skip_space(text, start + 1)
            if text[start : start + 1] in ("", "]"):
                break
            begins = number + text.count("\n", 0, start)
            try:
                value, end, fault = decoder.value_at(text, start)
            except JsonFault as broken:
                if len(text) > MAX_ITEM or not _cut(broken, text):
                    yield begins, None, broken, text[start:]
                    return
                break
            item += 1
            yield begins, item, fault or value, text[start:end]
            number, text = number + text.count("\n", 0, end), text[end:]
            held = 0
        tries = held // 2
    rest = text.strip().lstrip(",").strip()
    if rest != "]":
        fault = JsonFault("bad_json", "not JSON: the array is not closed" if not rest.startswith("]") else "not JSON: more text after the array", syntax=True)
        yield number, None, fault, rest


def _cut(fault: JsonFault, text: str) -> bool:
    """Whether a text breaks off where it ends, so that more of it may mend it."""
    return "unterminated" in fault.message or not text[fault.index :].strip()
