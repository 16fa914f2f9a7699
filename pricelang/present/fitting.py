"""Tables and lines of text that keep to a width: in a narrower form, folded, or in parts one below
the other. Nothing is cut, and a figure is never broken.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator

from attrs import evolve

from pricelang.present.table import Table
from pricelang.present.text_tables import padded, table_lines, width_of

GAP = 3
"""What the drawing puts between two columns."""
LOW, HIGH = 3, 12
"""Lines of a row: where folding makes them more than the first, a narrower form is looked for, and
where it makes them more than the second, the table is shown in parts.
"""
LEAST = 16
"""A column of longer words than that is folded anywhere in parts that have no room."""
SET_IN = "  "
"""What stands before the further lines of a folded one, beyond its own beginning."""
_FACTOR, _FACTOR_KEPT = re.compile(r"\bx (?=[0-9])"), re.compile("\\bx\u00a0(?=[0-9])")
_AT_SPACES = re.compile(r"([ \n]+)")
_AT_MARKS = re.compile(
    r"([ \n]+)|(?<=[A-Za-z][-/_@])(?=\w)|(?<=\w{4}-)(?=\w)(?!\d\d-\d\d)|(?<=,)(?=[A-Za-z])"
)
"""Where a text may be folded: between words, and behind the marks of a name, but of no date."""


def fitted(table: Table, width: int) -> Iterator[Table]:
    """A table as one or several that fit: the widest form that does so as it is or folded between
    words, else within names, else in parts.
    """
    forms = [table, *(make() for make in table.narrower)]
    shown = _widest(forms, width)
    for part in [shown] if shown else _parts(forms[-1], width):
        yield part if fits(part, width) else _folded(part, width, _AT_MARKS, LEAST) or part


def _widest(forms: list[Table], width: int) -> Table | None:
    """The widest form that is low where it is folded, else the narrowest one if it is not too high;
    names are broken only where no form has room for them.
    """
    for marks in (_AT_SPACES, _AT_MARKS):
        for form, most in (*((form, LOW) for form in forms), (forms[-1], HIGH)):
            folded = _folded(form, width, marks)
            if folded is not None and _height(folded) <= most:
                return folded
    return None


def left_out(table: Table, parts: Iterable[Table]) -> list[str]:
    """The columns that a narrower form does not have."""
    shown = {" ".join(header.split()) for part in parts for header in part.headers}
    return [header for header in table.headers if header not in shown]


def lines_of(table: Table, width: int | None) -> Iterator[str]:
    """The lines of a table as plain text, within a width if there is one."""
    for number, part in enumerate([table] if width is None else fitted(table, width)):
        yield from [""] if number else []
        yield from table_lines(part)


def within(text: str, width: int | None) -> list[str]:
    """The lines of a text, folded where there is a width."""
    return [text] if width is None else folded_lines(text, width)


def fits(table: Table, width: int) -> bool:
    """Decides whether a table can be drawn in so many columns."""
    titled = all(len(line) <= width for line in table.title.split("\n"))
    return titled and _drawn(_widths(table)) <= width


def _widths(table: Table) -> list[int]:
    return [max(map(width_of, column)) for column in padded(table)]


def _drawn(widths: Iterable[int]) -> int:
    return sum(width + GAP for width in widths)


def _height(table: Table) -> int:
    return max((cell.count("\n") + 1 for row in table.rows for cell in row), default=1)


def _parts(table: Table, width: int) -> Iterator[Table]:
    """A table in parts: each has the first column, and as many others as there is room for, one at
    least. Where that column does not tell the rows apart, they are numbered.
    """
    names = [row[0] for row in table.rows[: len(table.rows) - table.totals]]
    first = 1
    if len(set(names)) < len(names):
        table, first = _with_row_numbers(table, len(names)), 2
    widths, rest = _widths(table), list(range(first, len(table.headers)))
    begun = False
    while rest or not begun:
        taken = [*range(first), *rest[:1]]
        del rest[:1]
        while rest and _drawn(widths[n] for n in (*taken, rest[0])) <= width:
            taken.append(rest.pop(0))
        yield table.only(taken, "" if begun else table.title)
        begun = True


def _with_row_numbers(table: Table, many: int) -> Table:
    rows = tuple(
        (f"{number}" if number <= many else "", *row) for number, row in enumerate(table.rows, 1)
    )
    numbers = frozenset((0, *(number + 1 for number in table.numbers)))
    return evolve(table, headers=("#", *table.headers), rows=rows, numbers=numbers)


def _folded(
    table: Table, width: int, marks: re.Pattern[str], least_word: int | None = None
) -> Table | None:
    """The table with the texts of its cells on several lines, or None where there is no room for
    its figures and its longest words; of those, `least_word` letters are kept together at least.
    """
    if fits(table, width):
        return table
    wide = _widths(table)
    least = [
        size if number in table.numbers else _longest(table, number, marks, least_word)
        for number, size in enumerate(wide)
    ]
    room = width - _drawn(least)
    if room < 0:
        return None
    sizes = list(least)
    # a column that needs little gets it whole, so that the longest shares what is left
    order = sorted(range(len(wide)), key=lambda number: wide[number] - least[number])
    for place, number in enumerate(order):
        more = min(wide[number] - least[number], room // (len(order) - place))
        sizes[number] += more
        room -= more
    rows = tuple(
        tuple(
            cell if number in table.numbers else _fold(cell, sizes[number], marks)
            for number, cell in enumerate(row)
        )
        for row in (table.headers, *table.rows)
    )
    title = "\n".join(folded_lines(table.title, width))
    return evolve(table, headers=rows[0], rows=rows[1:], title=title, narrower=())


def _longest(table: Table, number: int, marks: re.Pattern[str], most: int | None) -> int:
    """The fewest columns for a column of text: those of its longest word."""
    cells = (table.headers[number], *(row[number] for row in table.rows))
    longest = max((len(word) for cell in cells for word in _words(cell, marks)), default=0)
    return longest if most is None else min(longest, most)


def _words(text: str, marks: re.Pattern[str]) -> Iterator[str]:
    text = _FACTOR.sub("x\u00a0", text)
    return (word for word in marks.split(text) if word and word.strip(" \n"))


def _fold(cell: str, size: int, marks: re.Pattern[str]) -> str:
    if width_of(cell) <= size:
        return cell
    return "\n".join(
        line for text in cell.split("\n") for line in _wrapped(text, size, "", marks) or [""]
    )


def folded_lines(text: str, width: int) -> list[str]:
    """The lines of a text, a long one folded between its words and set in below its beginning.

    >>> folded_lines("  a word and another", 11)
    ['  a word', '    and', '    another']
    """
    return [
        part
        for line in text.split("\n")
        for part in ([line] if len(line) <= width else _wrapped(line, width, SET_IN))
    ]


def _wrapped(line: str, width: int, more: str, marks: re.Pattern[str] = _AT_SPACES) -> list[str]:
    indent = line[: len(line) - len(line.lstrip())]
    indent = indent if len(indent) < width // 2 else ""
    wrapper = _Wrapper(
        max(width, len(indent + more) + 1), initial_indent=indent, subsequent_indent=indent + more
    )
    wrapper.marks = marks
    return [_FACTOR_KEPT.sub("x ", part) for part in wrapper.wrap(line.strip())]


class _Wrapper(textwrap.TextWrapper):
    """Folds a text at marks; a factor such as `x 1.1` stays whole."""

    marks = _AT_SPACES

    def _split(self, text: str) -> list[str]:
        kept = _FACTOR.sub("x\u00a0", text)
        return [chunk for chunk in self.marks.split(kept) if chunk]
