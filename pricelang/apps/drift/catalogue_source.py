"""What a catalogue in CSV says: a row a model, with its ids on platforms and its prices per million
tokens, by the names of the columns. They are dollars where neither a sign nor a column says more.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction

from pricelang.apps.drift.source_data import (
    DOLLARS,
    OTHER_KIND,
    SourceData,
    SourceFault,
    SourceName,
    SourcePrice,
)
from pricelang.model import book as m
from pricelang.present.text import shown
from pricelang.syntax.build_values import SYMBOLS
from pricelang.usage.platform_names import named_platform

_ID = ("id", "model", "name")
_OF_BOOK = ("first_party", "gateway", "api")
"""Columns with the id of the platform whose list prices a book has."""
_AMOUNT = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,20})?|\.[0-9]{1,20}")
_CURRENCY = "currency"
_PER = 1_000_000
MAX_LINE = 100_000
"""A line of a catalogue has no more characters."""


def catalogue_data(text: str, book: m.Book, kin: frozenset[str], name: str) -> SourceData:
    """The rows with an id of the book's kind, and prices of its meters that count tokens. Raises
    `SourceFault`.
    """
    meters = {meter.name for meter in book.meters if meter.kind == "token"}
    lines = text.splitlines()
    if any(len(line) > MAX_LINE for line in lines):
        raise SourceFault(f"cannot be read as CSV: a line has more than {MAX_LINE:,} characters")
    reader = csv.DictReader(lines)
    columns = list(reader.fieldnames or ())
    key = next((column for column in _ID if column in columns), None)
    priced = [column for column in columns if column in meters]
    if key is None or not priced:
        raise SourceFault(
            "a catalogue has a column `id` or `model`, and columns with the names of meters, such "
            "as `input`"
        )
    data = SourceData(name, book.currency)
    platforms = {column: _platform(column) for column in columns if _platform(column) is not None}
    unread = [column for column in columns if column not in {key, *priced, *platforms, _CURRENCY}]
    for number, row in enumerate(reader, 2):
        id = row[key] or ""
        if not any(word in id.lower() for word in kin):
            data.passed_over[OTHER_KIND] += 1
            continue
        place = f"line {number}"
        names = {(one.id, *one.said.values()): one for one in _names(id, place, row, platforms)}
        data.names += names.values()
        for one in names.values():
            data.prices += _prices(one, row, priced, data)
        for column in unread:
            if row.get(column):
                data.passed_over[f"the column `{column}` is no price"] += 1
    return data


def _platform(column: str) -> str | None:
    """The platform of a column of ids: empty for the one whose prices a book has."""
    return "" if column in _OF_BOOK else named_platform(column)


def _names(
    id: str, place: str, row: Mapping[str, str | None], platforms: Mapping[str, str | None]
) -> Iterator[SourceName]:
    yield SourceName(id, place)
    for column, platform in platforms.items():
        other = row.get(column)
        if other:
            yield SourceName(other, place, {"platform": platform} if platform else {})


def _prices(
    name: SourceName, row: Mapping[str, str | None], priced: list[str], data: SourceData
) -> list[SourcePrice]:
    """The prices of a row under one of its ids; those of a list are the global ones. What is in
    another currency than the source is passed over.
    """
    if name.said.get("platform") or "." in name.id or "@" in name.id:
        return []
    found = []
    for column in priced:
        written = (row.get(column) or "").strip()
        if not written:
            continue
        sign = written[0] if written[0] in SYMBOLS else ""
        text, said = written.removeprefix(sign), (row.get(_CURRENCY) or "").strip()
        currency = SYMBOLS[sign] if sign else said or DOLLARS
        if currency != data.currency:
            data.passed_over[f"a price in {shown(currency)}, not in {data.currency}"] += 1
            continue
        if not _AMOUNT.fullmatch(text):
            raise SourceFault(f"{name.place}: `{shown(text)}` in `{column}` is no price")
        amount = Fraction(text) / _PER
        found.append(SourcePrice(name.id, column, amount, f"{name.place}, {column}"))
    return found
