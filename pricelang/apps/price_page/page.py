"""What a price page says, as data: tables of prices, multiples of prices, and charges."""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen

from pricelang.model.notes import Note

BASE, CONDITIONS, CACHE, CHARGES, ALL = "base", "conditions", "cache", "charges", "all"
# How price pages head the columns of the usual meters; other meters go by their names.
HEADERS = {
    "input": "Base Input Tokens",
    "cache_write_5m": "5m Cache Writes",
    "cache_write_1h": "1h Cache Writes",
    "cache_read": "Cache Hits & Refreshes",
    "output": "Output Tokens",
}


@frozen
class PageFigure:
    """An amount in a currency for `per`, such as `MTok` or `1,000 searches`."""

    amount: Fraction
    per: str
    currency: str


@frozen
class PageRow:
    """A model and its price of each meter of the table, None where it has none;
    `status` is deprecated, retired, unsure or empty, `when` the condition under which they hold.
    """

    model: str
    status: str
    prices: tuple[PageFigure | None, ...]
    when: str = ""


@frozen
class PriceTable:
    """The prices of models: `mode` is `base`, `conditions` (those that differ from the base under
    a condition) or a modifier, `given` what requests say beyond the defaults.
    """

    mode: str
    title: str
    given: tuple[str, ...]
    meters: tuple[str, ...]
    rows: tuple[PageRow, ...]


@frozen
class Multiple:
    """A meter whose price is a multiple of another's, for some models;
    for all others where `models` is empty.
    """

    meter: str
    factor: Fraction
    of: str
    models: tuple[str, ...]


@frozen
class Charged:
    """A meter that is priced by itself:
    its figure (None where it is free), and the conditions in words.
    """

    meter: str
    title: str
    price: PageFigure | None
    conditions: tuple[str, ...]


@frozen
class Page:
    """The tables of a day (UTC seconds). What was not asked for is empty.

    With all tables go the rules `beside` them: what holds that day and no table can show.
    """

    at: int
    tables: tuple[PriceTable, ...]
    multiples: tuple[Multiple, ...]
    charges: tuple[Charged, ...]
    notes: tuple[Note, ...] = ()
    beside: tuple[str, ...] = ()
