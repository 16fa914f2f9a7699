"""Tables of a report as data: every cell knows the rule that it comes from."""

from __future__ import annotations

from attrs import frozen


@frozen
class SheetCell:
    """A text, the rule behind it as `file:line` (or empty),
    a remark on the side, and what is doubtful about it.
    """

    text: str
    place: str = ""
    note: str = ""
    doubt: str = ""


@frozen
class Sheet:
    """A table whose first column names the row.

    `numbers` are the columns (from 0) that hold figures; a `folded` sheet opens on demand.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[SheetCell, ...], ...]
    numbers: frozenset[int] = frozenset()
    note: str = ""
    folded: bool = False
