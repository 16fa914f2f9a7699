"""What an importer says of a price list before it is text:
prices under conditions, and what could not be said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from attrs import Factory, asdict, define, frozen

from pricelang.model.clock import Clock
from pricelang.present.text import shown
from pricelang.syntax import tree as t
from pricelang.syntax.words import reserved

FIRST_DAY = "2020-01-01"
"""The day from which prices hold whose source names none."""

Condition = tuple[tuple[str, tuple[str, ...]], ...]
"""Dimensions and the values of each of which a price needs one."""

Band = tuple[int, int]
"""The lengths of prompts for which a price holds:
more than the first (0 for none), up to the second (0 for no end).
"""

WHOLE: Band = (0, 0)


NAMELESS = "(no name)"
"""The field of a figure whose name is empty, which that of a whole entry is."""

NO_PROMPT = "a price by the length of a prompt, and nothing of a prompt has a price"


class ImportFault(Exception):
    """A file that is no price data of the format that was named;
    the message says where it breaks off.
    """


@frozen
class Unsaid:
    """A figure or an entry of the source that is not in the book:
    whose, which, its value as text, and why.
    """

    model: str
    field: str
    value: str
    reason: str


def json_lines(unsaid: Iterable[Unsaid]) -> str:
    """What is not in a book as JSON Lines."""
    return "".join(json.dumps(asdict(each), ensure_ascii=False) + "\n" for each in unsaid)


@frozen
class DraftPrice:
    """The price of one meter of a model, per one of the meter's unit;
    None where it ends (`not offered`).
    """

    model: str
    meter: str
    amount: Fraction | None
    when: Condition = ()
    band: Band = WHOLE
    start: str = FIRST_DAY


@frozen
class DraftModel:
    """A model, the provider whose file it stands in,
    and the day on which it was or will be retired.
    """

    name: str
    provider: str
    retired: str | None = None


@frozen
class Axis:
    """A dimension of a drafted book; values with a clock
    are set by the instant. Values of `offered` are there for those models alone.
    """

    name: str
    default: str
    values: tuple[str, ...]
    clocks: Mapping[str, Clock] = Factory(dict)
    offered: Mapping[str, list[str]] = Factory(dict)

    def group(self, value: str) -> str:
        """The name of the group of models that have a value."""
        return re.sub("[^A-Za-z0-9_]", "_", f"{self.name}_{value}_models")


@frozen
class Measure:
    """A meter: its unit, and how many of them a price is written for,
    with the name of that many (`MTok`) or none.
    """

    name: str
    unit: str
    size: int = 1
    per: str = ""


@define
class Drafted:
    """A price list on its way to text. `extra` are statements that stand in `book.price`
    as they are, `offered` the models that alone have a meter which has a charge, `counts` the
    counters of records that a meter counts beside that of its own name.
    """

    name: str
    title: str
    address: str
    read: str
    measures: dict[str, Measure]
    prompt: tuple[str, ...]
    axes: list[Axis] = Factory(list)
    models: list[DraftModel] = Factory(list)
    prices: list[DraftPrice] = Factory(list)
    extra: list[t.Statement] = Factory(list)
    offered: dict[str, list[str]] = Factory(dict)
    counts: Mapping[str, tuple[str, ...]] = Factory(dict)


@define
class Imported:
    """A price list as a book: its files by name, and the account of what was read.

    `entries` and `figures` are what the source has; `aliases` and `models` of the entries and
    `said` of the figures are in the book, and what is not is in `listed`: entries once as a whole
    (without a field), figures one by one. `places` says for names of the book which entry they come
    from, `broken` which entries are not in the form of the others.
    """

    files: dict[str, str]
    listed: list[Unsaid]
    entries: int = 0
    models: int = 0
    aliases: int = 0
    figures: int = 0
    said: int = 0
    places: dict[str, int] = Factory(dict)
    broken: dict[int, str] = Factory(dict)

    @property
    def adds_up(self) -> bool:
        """Decides whether imported and listed are all that was read."""
        left_out = sum(not unsaid.field for unsaid in self.listed)
        return (
            self.entries == self.models + self.aliases + left_out
            and self.figures == self.said + len(self.listed) - left_out
        )


_LETTERS = re.compile(r"[^A-Za-z0-9_.:@/-]+")


def book_name(text: str) -> str:
    """A model's id as a name of the language:
    what no name may have becomes `-`, and `*` becomes `any`.

    >>> book_name("bedrock/*/claude-v1"), book_name("free")
    ('bedrock/any/claude-v1', 'free_1')
    """
    name = _LETTERS.sub("-", text.replace("*", "any")).strip("-.:@/")
    return name + "_1" if name in reserved() else name


def amount_of(value: object) -> Fraction:
    """A price as the source writes it. Raises `ValueError` with the reason for what is no price."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError(f"not a number: {shown(value, 40)}")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ValueError(f"not a number: {shown(value, 40)}") from None
    if not number.is_finite():
        raise ValueError("not a finite number")
    if number < 0:
        raise ValueError("a negative price")
    if number and not -30 <= number.adjusted() <= 15:
        raise ValueError("out of the range of prices")
    return Fraction(number)
