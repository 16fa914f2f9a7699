"""Rows that no table of rates prices, one by one: their amount, or why they have none, as a text
that SQL can take apart.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from attrs import define, field

from pricelang.apps.price_book import PriceBook
from pricelang.apps.price_records import price_sum
from pricelang.engines.counts import counted_use
from pricelang.evaluate.bill import help_with_bounds, open_of
from pricelang.evaluate.line_items import Priced
from pricelang.model.errors import BadRequest, PriceError
from pricelang.present.decimals import exact, plain

DIGITS = 20
"""Decimals of an amount that the table of rates does not hold:
an amount with none that end is rounded to them half even.
"""


@define
class Single:
    """Prices rows that come as JSON: `model`, `at`, `d` (dimensions) and `u` (usage), as texts;
    a number is taken as its text. `counts` says what is to be taken from uses.

    With `sums` a row adds up several requests: it is held against no limit of one, and has no price
    where that depends on how they were parted. `refused` counts what had no price, by its sentence,
    and keeps the first row of each. An amount of more than `whole_digits` before the point has
    none, where they are given: its column does not hold it.
    """

    book: PriceBook
    sums: bool = False
    whole_digits: int | None = None
    refused: dict[str, str] = field(factory=dict)
    _known: dict[str, str] = field(factory=dict)

    def answer(self, row: str) -> str:
        """JSON with the total `t`, the currency `c` and the lines `l` by meter;
        or with the code `k` and the reason `e`.
        """
        found = self._known.get(row)
        if found is None:
            if len(self._known) >= 10_000:
                self._known.clear()
            found = self._known[row] = json.dumps(self._answer(row))
        return found

    def priced(self, row: str) -> Priced:
        """A row, priced. Raises `PriceError`."""
        asked = json.loads(row, parse_float=str, parse_int=str)
        if asked["model"] is None:
            raise BadRequest("no_model", "the row names no model")
        if asked["at"] is None:
            raise BadRequest("bad_date", "the row has no instant")
        usage = {name: value for name, value in asked["u"].items() if value not in (None, "")}
        for name, count in asked.get("counts", {}).items():
            usage[name] = self._counted(name, usage.get(name), count)
        dimensions = {
            name: value
            for name, value in asked["d"].items()
            if value is not None and str(value).strip()
        }
        if not self.sums:
            return self.book.rates.request(asked["model"], asked["at"], usage, dimensions)
        bill = price_sum(self.book.rates, asked["model"], asked["at"], usage, dimensions, ())
        if bill.bounds is not None:
            low, high = map(plain, bill.bounds)
            raise BadRequest(
                "across_threshold",
                "the row adds up several requests, and what they cost depends on "
                f"{open_of(bill)} of each: {low} to {high} {bill.currency}",
                help=help_with_bounds(bill, "add up the requests on each side of it by themselves"),
            )
        return bill.parts[0]

    def _counted(self, name: str, whole: object, count: dict[str, list[object]]) -> Fraction:
        """A use less what it includes."""

        def total(values: Iterable[object]) -> Fraction:
            given = [{name: value} for value in values if value not in (None, "")]
            return sum(
                (Fraction(use) for one in given for use in self.book.rates.uses(one)[name]),
                Fraction(0),
            )

        stated = total(count["total"]) if count["total"] else None
        return counted_use(
            name, total([whole]), total(count["less"]), total(count["beside"]), stated
        )

    def _answer(self, row: str) -> dict[str, Any]:
        try:
            priced = self.priced(row)
            lines: dict[str, Fraction] = {}
            for amount in priced.amounts:
                if amount.rate is not None:
                    name = amount.rate.meter.name
                    lines[name] = lines.get(name, Fraction(0)) + amount.amount
            return {
                "t": self._shown(priced.total),
                "c": priced.currency,
                "m": priced.cell.model.name,
                "l": {name: self._shown(amount) for name, amount in lines.items()},
            }
        except PriceError as error:
            self.refused.setdefault(error.message, row)
            return {"k": error.code, "e": error.message}

    def _shown(self, amount: Fraction) -> str:
        """The amount with the digits that a column has for it.
        Raises `BadRequest` (`too_fine`, `too_large`).
        """
        found = exact(amount)
        if found is not None and -int(found.as_tuple().exponent) > DIGITS:
            raise BadRequest(
                "too_fine",
                f"the amount has more than {DIGITS} decimals",
                help="price this record by itself",
            )
        if self.whole_digits is not None and abs(amount) >= 10**self.whole_digits:
            raise BadRequest(
                "too_large",
                f"the amount has more than {self.whole_digits} digits before the point",
                help="price this record by itself",
            )
        return plain(amount)
