"""The JSON values of a file and the line of each:
one document over many lines, several in a row, a value a line, or a row of a CSV.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from itertools import chain

from attrs import frozen

from pricelang.usage.fields import is_object
from pricelang.usage.formats.sse import STREAM, Value, events_of
from pricelang.usage.io.arrays import large_array
from pricelang.usage.io.csv_records import csv_values, header_of
from pricelang.usage.io.json_text import Decoder, JsonFault, skip_space
from pricelang.usage.io.lines import Line
from pricelang.usage.shapes import is_empty_result, is_result

MAX_DOCUMENT = 64 * 2**20
MAX_FAULTS = 1000
_COLUMN_1 = re.compile(r"\n[\[{]")


@frozen
class RunEvent:
    """An event in the array of a `claude -p` run whose result is in the same array."""

    value: Mapping[str, object]


def values_of(lines: Iterator[Line], decoder: Decoder) -> Iterator[Value]:
    """The values of a file:
    of its lines when the first one is complete by itself, else of the whole document.

    An array gives its items. Lines are read one by one; a document over several lines is held, up
    to `MAX_DOCUMENT`; of an array over several lines that is larger, only the item at hand is.
    Server-sent events give the value of each, and a CSV with a header of usage gives its rows.
    """
    first = next(lines, None)
    if first is None:
        return
    if isinstance(first[1], str):
        if first[1].startswith(STREAM):
            yield from events_of(chain([first], lines), decoder)
            return
        if header_of(first[1]) is not None:
            yield from csv_values(first, lines)
            return
        try:
            decoder.value(first[1])
        except JsonFault as fault:
            if fault.syntax:
                yield from _document_or_lines(first, lines, decoder)
                return
    yield from _line_values(chain([first], lines), decoder)


def _line_values(lines: Iterable[Line], decoder: Decoder) -> Iterator[Value]:
    for number, text in lines:
        if isinstance(text, JsonFault):
            yield number, None, text, text.raw
        elif text.lstrip().startswith("["):
            yield from _without_counted_events(
                [(number, item, value, raw) for _, item, value, raw in _document(text, decoder)]
            )
        else:
            try:
                yield number, None, decoder.value(text), text
            except JsonFault as fault:
                yield number, None, fault, text


def _document_or_lines(first: Line, lines: Iterator[Line], decoder: Decoder) -> Iterator[Value]:
    """A file whose first line is not complete:
    a document over several lines, or lines with a bad one in front.
    """
    gathered = [first]
    size = 0
    for line in lines:
        gathered.append(line)
        size += len(line[1]) if isinstance(line[1], str) else 0
        if size > MAX_DOCUMENT:
            # Too large to be held: an array is read item by item,
            # and anything else as lines, each refused by itself.
            if str(gathered[0][1]).lstrip().startswith("["):
                yield from large_array(chain(gathered, lines), decoder)
            else:
                yield from _line_values(chain(gathered, lines), decoder)
            return
    faults: list[Value] = [
        (number, None, text, text.raw) for number, text in gathered if isinstance(text, JsonFault)
    ]
    values = faults or list(_document(_joined(gathered), decoder))
    broken = any(
        isinstance(value, JsonFault) and (value.syntax or faults) for _, _, value, _ in values
    )
    if broken and _looks_like_lines(gathered, decoder):
        yield from _line_values(gathered, decoder)
    else:
        yield from _without_counted_events(values)


def _joined(gathered: list[Line]) -> str:
    # Blank lines were left out; put back, they keep the numbers of the lines true.
    texts: list[str] = []
    for number, text in gathered:
        texts.extend([""] * (number - 1 - len(texts)))
        texts.append(str(text))
    return "\n".join(texts)


def _looks_like_lines(gathered: list[Line], decoder: Decoder) -> bool:
    """Decides whether text that is no document has records of its own on its lines:
    they stand in column 1.
    """
    texts = [text.rstrip() for _, text in gathered if isinstance(text, str)]
    if not texts or texts[0].lstrip().startswith("["):
        return False
    if all(text.startswith("{") and len(text) > 1 for text in texts):
        return True
    for text in texts:
        if text.startswith("{") and text.endswith("}") and len(text) > 2:
            try:
                decoder.value(text)
            except JsonFault as fault:
                if fault.syntax:
                    continue
            return True
    return False


def _document(text: str, decoder: Decoder) -> Iterator[Value]:
    """The values of a text, one behind another.

    What breaks off is a fault at its line, and reading goes on at the next `{` or `[` in column 1;
    the commas and brackets of a broken array are passed over from then on.
    """
    line_at = _line_counter(text)
    faults = 0
    index = skip_space(text, 0)
    while index < len(text):
        start = index
        try:
            if faults and text[index] in ",]":
                index += 1
            elif text[index] == "[":
                index = yield from _items(text, index, decoder, line_at)
            elif text[index] == "{":
                value, index, fault = decoder.value_at(text, index)
                yield line_at(start), None, fault or value, text[start:index]
            else:
                message, line = "not JSON: no object or array begins here", line_at(index)
                raise JsonFault("bad_json", message, syntax=True, line=line, index=index)
        except JsonFault as fault:
            faults += 1
            begin = max(fault.index - 1, start)
            again = _COLUMN_1.search(text, begin)
            end = again.start() if again is not None else len(text)
            raw = text[begin if text[start] == "[" else start : end]
            yield fault.line if fault.syntax else line_at(start), None, fault, raw
            if again is None or not fault.syntax:
                return
            if faults >= MAX_FAULTS:
                message = f"{MAX_FAULTS:,} faults in one document: the rest of it is not read"
                rest = JsonFault("too_many_faults", message)
                yield line_at(end + 1), None, rest, text[end:]
                return
            index = end
        index = skip_space(text, index)


def _items(
    text: str, index: int, decoder: Decoder, line_at: Callable[[int], int]
) -> Generator[Value, None, int]:
    """The items of the array at `index`; returns the index behind it.
    Raises `JsonFault` where it breaks off.
    """
    index = skip_space(text, index + 1)
    if text[index : index + 1] == "]":
        return index + 1
    item = 0
    while True:
        item += 1
        start = index
        try:
            value, index, fault = decoder.value_at(text, index)
        except JsonFault as broken:
            # The items behind a broken one may have been taken for a part of it.
            broken.index = start + 1
            raise
        yield line_at(start), item, fault or value, text[start:index]
        index = skip_space(text, index)
        mark = text[index : index + 1]
        if mark == "]":
            return index + 1
        if mark != ",":
            what = "the array is not closed" if not mark else "no comma behind an item of the array"
            raise JsonFault(
                "bad_json", f"not JSON: {what}", syntax=True, line=line_at(index), index=index
            )
        index = skip_space(text, index + 1)


def _line_counter(text: str) -> Callable[[int], int]:
    """A function from an index to its line, for indices that grow."""
    position, line = 0, 1

    def line_at(index: int) -> int:
        nonlocal position, line
        line += text.count("\n", position, index)
        position = max(position, index)
        return line

    return line_at


def _without_counted_events(values: list[Value]) -> Iterator[Value]:
    """Of an array that holds the result of a run, mark the other events of the run:
    the result counts them.
    """
    results = (
        value
        for _, item, value, _ in values
        if item is not None and is_object(value) and is_result(value)
    )
    in_run = not all(map(is_empty_result, results))
    for line, item, value, raw in values:
        counted = (
            in_run
            and item is not None
            and not is_result(value)
            and not isinstance(value, JsonFault)
        )
        yield (
            line,
            item,
            RunEvent(value if isinstance(value, dict) else {}) if counted else value,
            raw,
        )
