"""The rows of a CSV of usage as objects: the names of its header, and each cell as its text.

A file is a CSV where its first line is a header with a column that counts tokens, or that holds
what a log says of a call or what was answered. Columns stand between commas, semicolons or tabs,
and cells may be
quoted. A row is a value like a line of JSON: what is wrong with it is its own fault.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from pricelang.usage.fields import shown
from pricelang.usage.formats.sse import Value
from pricelang.usage.io.csv_lines import MAX_CELL
from pricelang.usage.io.json_text import JsonFault
from pricelang.usage.io.lines import Line

_DELIMITERS = (",", ";", "\t")
_MAX_HEADER = 2**16
_MAX_NAME = 100
_NAME = re.compile(r"(?:\*\.)?[^\W\d][\w .:()/#$%€≤>&'+*-]*\Z")
_SIGN = re.compile(
    r"tokens?(?![a-z])|(?:log|span)attributes\Z|metricname\Z|input \(w|cache read"
    r"|usage_?details\Z|(?:\*\.)?properties\Z",
    re.IGNORECASE,
)

_ANSWERED = frozenset(("request", "response", "status"))
"""The columns of what a batch job writes to a table."""


def header_of(text: str) -> tuple[str, list[str]] | None:
    """The delimiter and the names of a header of usage, None for any other text.

    >>> header_of("model,date,input_tokens,output_tokens")
    (',', ['model', 'date', 'input_tokens', 'output_tokens'])
    >>> header_of('{"input_tokens": 3}') is None
    True
    """
    if len(text) > _MAX_HEADER or text.lstrip()[:1] in ("", "{", "["):
        return None
    for delimiter in _DELIMITERS:
        if delimiter not in text:
            continue
        try:
            (names,) = csv.reader([text], delimiter=delimiter, strict=True)
        except (csv.Error, ValueError):
            continue
        names = [name.strip() for name in names]
        while names and not names[-1]:  # a delimiter behind the last column
            names.pop()
        if _is_header(names):
            return delimiter, names
    return None


def _is_header(names: list[str]) -> bool:
    return (
        len(names) > 1
        and len(set(names)) == len(names)
        and all(len(name) <= _MAX_NAME and _NAME.match(name) for name in names)
        and (any(_SIGN.search(name) for name in names) or _ANSWERED.issubset(names))
    )


def csv_values(first: Line, lines: Iterator[Line]) -> Iterator[Value]:
    """The rows behind the header in the first line, each with the line on which it begins."""
    found = header_of(str(first[1]))
    if found is None:
        raise ValueError("the first line is no header")
    delimiter, names = found
    csv.field_size_limit(MAX_CELL)
    taken = _Taken(chain(lines))
    reader = csv.reader(taken, delimiter=delimiter, strict=True)
    while True:
        taken.begin()
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield from taken.faults()
            fault = JsonFault("bad_csv", f"no row of a CSV: {str(error)[:100]}")
            yield taken.line, None, fault, taken.raw
            continue
        yield from taken.faults()
        if cells is None:
            return
        cells = [cell.strip() for cell in cells]
        while len(cells) > len(names) and not cells[-1]:
            cells.pop()
        if cells == names:
            continue  # files that were joined have their header again
        if len(cells) != len(names):
            message = f"the row has {len(cells):,} cells, and the header {len(names):,}"
            fault = JsonFault("bad_csv", message, "quote cells that hold " + shown(delimiter))
            yield taken.line, None, fault, taken.raw
        else:
            yield taken.line, None, dict(zip(names, cells, strict=True)), taken.raw


class _Taken:
    """Lines as a reader of CSV takes them; remembers those of the row at hand."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines = iter(lines)
        self._texts: list[str] = []
        self._faults: list[Value] = []
        self.line = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        for number, text in self._lines:
            if isinstance(text, JsonFault):
                self._faults.append((number, None, text, text.raw))
                continue
            if not self._texts:
                self.line = number
            self._texts.append(text)
            return text + "\n"
        raise StopIteration

    def begin(self) -> None:
        """Forgets the lines of the row before."""
        self._texts = []

    def faults(self) -> list[Value]:
        """The lines that could not be read, each once."""
        found, self._faults = self._faults, []
        return found

    @property
    def raw(self) -> str:
        """The text of the row at hand."""
        return "\n".join(self._texts)
