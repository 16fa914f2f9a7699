"""The items of an array that is too large to be held, one at a time."""

from __future__ import annotations

from collections.abc import Iterator

from pricelang.usage.formats.sse import Value
from pricelang.usage.io.json_text import Decoder, JsonFault, skip_space
from pricelang.usage.io.lines import Line

MAX_ITEM = 64 * 2**20


def large_array(lines: Iterator[Line], decoder: Decoder) -> Iterator[Value]:
    """The items of an array over many lines;
    only the lines of the item at hand are held, up to `MAX_ITEM`.

    Where an item is broken, what follows is given up with a fault:
    where the next one begins is not known.
    """
    held = _Held(decoder)
    for at, line in lines:
        if isinstance(line, JsonFault):
            yield at, None, line, line.raw
            return
        if held.add(at, line):
            yield from held.items()
            if held.broken:
                return
    yield from held.items()
    rest = held.text.strip()
    if rest != "]" and not held.broken:
        what = "more text after the array" if rest.startswith("]") else "the array is not closed"
        yield held.number, None, JsonFault("bad_json", f"not JSON: {what}", syntax=True), rest


class _Held:
    """The text of an array that is not read yet, and the line on which it begins."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._lines: list[str] = []
        self._wait = self._item = self._last = 0
        self._opened = self._drained = self.broken = False
        self.text, self.number = "", 0

    def add(self, at: int, line: str) -> bool:
        """Takes a line in; whether it is time to look for items.
        An item is tried again when its lines have doubled.
        """
        if not self._opened:
            line, self._opened, self.number = line.lstrip().removeprefix("["), True, at
            self._last = at - 1
        # Blank lines were left out; put back, they keep the numbers of the lines true.
        self._lines += [""] * max(0, at - self._last - 1) + [line]
        self._last = at
        return len(self._lines) > self._wait

    def items(self) -> Iterator[Value]:
        """The items that the text holds whole; what is left of it stays."""
        self.text = "\n".join([self.text, *self._lines] if self._drained else self._lines)
        self._lines, self._drained = [], True
        start = end = 0
        while True:
            start = skip_space(self.text, end)
            if self.text[start : start + 1] == "," and self._item:
                start = skip_space(self.text, start + 1)
            # Lines are counted on, for many items may stand on one.
            self.number += self.text.count("\n", end, start)
            if self.text[start : start + 1] in ("", "]"):
                break
            try:
                value, end, fault = self._decoder.value_at(self.text, start)
            except JsonFault as broken:
                self.broken = len(self.text) - start > MAX_ITEM or not _cut(broken, self.text)
                if self.broken:
                    yield self.number, None, broken, self.text[start:]
                break
            self._item += 1
            yield self.number, self._item, fault or value, self.text[start:end]
            self.number += self.text.count("\n", start, end)
        self.text = self.text[start:]
        self._wait = self.text.count("\n")


def _cut(fault: JsonFault, text: str) -> bool:
    """Decides whether a text breaks off where it ends, so that more of it may mend it."""
    return "unterminated" in fault.message or not text[fault.index :].strip()
