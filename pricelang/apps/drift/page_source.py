"""What a saved page says: the prices and days of its tables by their headings, and the models that
its release notes name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from attrs import field, frozen

from pricelang.apps.drift.release_notes import notes_of
from pricelang.apps.drift.saved_page import Block, PageHeading, PageTable, PageText, blocks_of
from pricelang.apps.drift.source_data import (
    OTHER_KIND,
    DateKind,
    SourceCharge,
    SourceData,
    SourceDate,
    SourceFault,
    SourceName,
    SourcePrice,
)
from pricelang.apps.drift.written_days import day_in
from pricelang.apps.drift.written_prices import price_in, why_unread
from pricelang.apps.price_page.page import HEADERS
from pricelang.model import book as m

# Words of headings and of columns that say a dimension, beside a condition in parentheses.
_MODES = {"batch": ("service_tier", "batch"), "fast": ("speed", "fast")}
_DAYS: Mapping[str, DateKind] = {
    "retire": "retired",
    "end of life": "retired",
    "deprecat": "deprecated",
    "release": "released",
    "launch": "released",
}
_ABOVE = re.compile(r"(?:over|above|>)\s*(?P<count>[0-9][0-9,]*)(?P<kilo>[Kk]?)\b")


@frozen
class PageReader:
    """What a page is read by: the meters, charges and dimensions of a book."""

    book: m.Book
    kin: frozenset[str]
    name: str
    data: SourceData = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "data", SourceData(self.name, self.book.currency))

    def read(self, text: str, is_markdown: bool) -> SourceData:
        """All that a page says. Raises `SourceFault` for a page that says nothing of the book's
        models.
        """
        heading, blocks = "", list(blocks_of(text, is_markdown))
        for block in blocks:
            match block:
                case PageHeading(words):
                    heading = words
                case PageTable():
                    self._table(heading, block)
                case PageText():
                    pass
        self._notes(blocks)
        self.data.whole = bool(self.data.prices)
        if not (self.data.names or self.data.prices):
            raise SourceFault("the page has no table of prices or days, and names no model")
        return self.data

    def _notes(self, blocks: Sequence[Block]) -> None:
        names, dates = notes_of(blocks, self.kin)
        self.data.names += names
        self.data.dates += dates

    # ---- tables ----

    def _table(self, heading: str, table: PageTable) -> None:
        columns = {n: meter for n, head in enumerate(table.heads) if (meter := self._meter(head))}
        days = {n: kind for n, head in enumerate(table.heads) if (kind := _day_kind(head))}
        charges = {charge.title for charge in self.book.charges}
        found, others = False, 0
        for row in table.rows:
            id = self._id(row[0]) if row else None
            if id is not None and (columns or days):
                found = True
                self.data.names.append(SourceName(id, heading))
                self.data.prices += self._prices(id, heading, table.heads, row, columns)
                self.data.dates += _dates(id, heading, row, days)
            elif len(row) > 1 and row[0] in charges:
                found = True
                self.data.charges.append(SourceCharge(row[0], row[1], heading))
            elif columns:
                others += 1
        if not found:
            self.data.passed_over[f"the table `{heading}` has no column that is known"] += 1
        elif others:
            self.data.passed_over[OTHER_KIND] += others

    def _id(self, cell: str) -> str | None:
        """The id that a cell names: itself, or the words of a name with `-` between them."""
        bare = re.sub(r"\s*\(.*\)\s*$", "", cell).strip()
        id = re.sub(r"\s+", "-", bare.lower())
        return id if any(word in id for word in self.kin) else None

    def _meter(self, head: str) -> str | None:
        """The meter of a column: by the head that price pages give it, or by its last word."""
        names = {meter.name for meter in self.book.meters}
        for meter, usual in HEADERS.items():
            if head.lower() == usual.lower() and meter in names:
                return meter
        last = head.lower().replace(" tokens", "").split()[-1:]
        return last[0] if last and last[0] in names else None

    def _prices(
        self,
        id: str,
        heading: str,
        heads: Sequence[str],
        row: Sequence[str],
        columns: Mapping[int, str],
    ) -> Iterator[SourcePrice]:
        for n, meter in columns.items():
            cell = row[n] if n < len(row) else ""
            amount = price_in(cell, self.book.currency)
            unread = why_unread(cell, self.book.currency)
            if unread is not None:
                self.data.passed_over[unread] += 1
            elif amount is not None:
                said, above = self._conditions(f"{heading} {heads[n]}", heading)
                yield SourcePrice(id, meter, amount, f"{heading}, {heads[n]}", said, above)

    def _conditions(self, words: str, heading: str) -> tuple[dict[str, str], int]:
        """What a table says of its prices: a condition in parentheses as the language has it, or a
        word that stands for one.
        """
        said: dict[str, str] = {}
        names = {each.name for each in self.book.dimensions}
        inside = re.search(r"\(([^()]*)\)\s*$", heading)
        for part in inside[1].split(",") if inside else ():
            name, _, value = part.strip().partition(" ")
            if name in names:
                said[name] = value.strip()
        for word, (name, value) in _MODES.items():
            if not said and name in names and re.search(rf"\b{word}", words, re.IGNORECASE):
                said[name] = value
        above = _ABOVE.search(words)
        count = int(above["count"].replace(",", "")) if above else 0
        return said, count * (1_000 if above and above["kilo"] else 1)


def _day_kind(head: str) -> DateKind | None:
    return next((kind for word, kind in _DAYS.items() if word in head.lower()), None)


def _dates(
    id: str, heading: str, row: Sequence[str], days: Mapping[int, DateKind]
) -> Iterator[SourceDate]:
    for n, kind in days.items():
        day = day_in(row[n]) if n < len(row) else ""
        if day:
            yield SourceDate(id, kind, day, heading)
