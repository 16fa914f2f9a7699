"""Tables and lines of text that keep to a width: in a narrower form, folded, or in parts one below
the other. Nothing is cut, and a figure is never broken.
"""

from __future__ import annotations

import re
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
"""A column of longer words than that is folded within them where there is no room."""
_FACTOR, _FACTOR_KEPT = re.compile(r"\bx (?=[0-9])"), re.compile("\\bx\u00a0(?=[0-9])")
SET_IN = "  "
"""What stands before the further lines of a folded one, beyond its own beginning."""


def fitted(table: Table, width: int) -> Iterator[Table]:
    """A table as one or several that fit: the widest form that does so as it is, else folded, else
    in parts, each with the column that names the row.
    """
    forms = [table, *(make() for make in table.narrower)]
    shown = next((form for form in forms if fits(form, width)), None)
    for form, most in () if shown else (*((form, LOW) for form in forms), (forms[-1], HIGH)):
        shown = _folded(form, width)
        if shown is not None and _height(shown) <= most:
            break
        shown = None
    for part in [shown] if shown else _parts(forms[-1], width):
        yield part if fits(part, width) else _folded(part, width, anywhere=True) or part


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
    """A table in parts: each has the first column, which names the row, and as many others as there
    is room for, one at least.
    """
    widths = _widths(table)
    rest = list(range(1, len(widths)))
    first = True
    while rest or first:
        taken = [rest.pop(0)] if rest else []
        while rest and _drawn(widths[n] for n in (0, *taken, rest[0])) <= width:
            taken.append(rest.pop(0))
        yield table.only([0, *taken], table.title if first else "")
        first = False


def _folded(table: Table, width: int, anywhere: bool = False) -> Table | None:
    """The table with the texts of its cells on several lines, or None where there is no room for
    its figures and its longest words; these are broken where `anywhere` says so.
    """
    wide = _widths(table)
    least = [
        size if number in table.numbers else _least(table, number, anywhere)
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
            cell if number in table.numbers else _fold(cell, sizes[number])
            for number, cell in enumerate(row)
        )
        for row in (table.headers, *table.rows)
    )
    title = "\n".join(folded_lines(table.title, width))
    return evolve(table, headers=rows[0], rows=rows[1:], title=title, narrower=())


def _least(table: Table, number: int, anywhere: bool) -> int:
    """The fewest columns for a column of text: those of its longest word."""
    cells = (table.headers[number], *(row[number] for row in table.rows))
    longest = max((len(word) for cell in cells for word in cell.split()), default=0)
    return min(longest, LEAST) if anywhere else longest


def _fold(cell: str, size: int) -> str:
    if width_of(cell) <= size:
        return cell
    return "\n".join(line for text in cell.split("\n") for line in _wrapped(text, size, "") or [""])


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


def _wrapped(line: str, width: int, more: str) -> list[str]:
    indent = line[: len(line) - len(line.lstrip())]
    indent = indent if len(indent) < width // 2 else ""
    import textwrap  # only needed where something is too wide

    lines = textwrap.wrap(
        _FACTOR.sub("x\u00a0", line.strip()),  # a factor stays whole
        max(width, len(indent + more) + 1),
        initial_indent=indent,
        subsequent_indent=indent + more,
        break_on_hyphens=False,
    )
    return [_FACTOR_KEPT.sub("x ", part) for part in lines]
