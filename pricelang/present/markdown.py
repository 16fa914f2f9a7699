"""Markdown that shows a text as it is, whoever wrote it."""

from __future__ import annotations

import re

from pricelang.present.table import Table
from pricelang.present.text import printable

_MARKS = re.compile(r"[\\`*\[\]<>|~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|&(?=[#A-Za-z])")
_CODE = re.compile(r"(`[^`|]+`)")
_BEGINS = re.compile(r"(?:[#+=-]|\d+[.)])(?=\s|$)|-{2,}|={2,}")


class Markdown(str):
    """Text that is Markdown already, as a cell may be."""

    __slots__ = ()


def table_lines(table: Table) -> list[str]:
    """The lines of a table; its title is a heading."""
    lines = [f"## {quoted(table.title)}", ""] if table.title else []
    lines.append(_row(table.headers))
    marks = [
        " ---: " if number in table.numbers else " --- " for number in range(len(table.headers))
    ]
    return [*lines, f"|{'|'.join(marks)}|", *map(_row, table.rows)]


def _row(cells: tuple[str, ...]) -> str:
    shown = (cell if isinstance(cell, Markdown) else quoted(cell) for cell in cells)
    return f"| {' | '.join(shown)} |"


def quoted(text: str) -> str:
    """A text within a line or a cell, in which no table, link, picture or HTML begins;
    words between backticks are code.

    >>> print(quoted("a|b <img> cache_read _x_"))
    a\\|b \\<img\\> cache_read \\_x\\_
    """
    parts = _CODE.split(printable(text))
    return "".join(
        part if number % 2 else _MARKS.sub(r"\\\g<0>", part) for number, part in enumerate(parts)
    )


def line(text: str) -> str:
    """A text that a line of its own or an item begins with."""
    shown = quoted(text)
    found = _BEGINS.match(shown)
    if found is None:
        return shown
    at = found.end() - 1 if shown[0].isdigit() else 0
    return f"{shown[:at]}\\{shown[at:]}"


def code(text: str) -> Markdown:
    """A text as code; where that has no form, in a table or around backticks, as itself."""
    shown = printable(text)
    plain = not shown.strip() or set(shown) & set("`|")
    return Markdown(quoted(text) if plain else f"`{shown}`")
