"""The bill of a record: the line items of its requests, their sum, and a reason for every cent."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from attrs import define, field

from pricelang.evaluate.bill_lines import Line
from pricelang.evaluate.line_items import Priced
from pricelang.model.errors import PriceError
from pricelang.model.notes import Note
from pricelang.present.decimals import exact, money, plain, to_decimal

_BOUNDS = Note(
    "bounds",
    "the record adds up several requests: each may be on either side of a threshold, or at "
    "any hour; "
    "the lines are those of the low figure",
)


@define(eq=False, repr=False, slots=False)  # as `Priced`
class Bill:
    """What one record costs: the sum of its requests, with a reason for every cent.

    A record that adds up several requests may fall on either side of a threshold: then `low` and
    `high` differ, there is no `total`, and the lines are those of the low figure. `bounds` is None
    for any other record.

    >>> import pricelang
    >>> bill = pricelang.load().price(
    ...     model="claude-opus-4-7", at="2026-04-17", usage={"input": 50_000}
    ... )
    >>> bill.total, bill.currency
    (Decimal('0.25'), 'USD')
    """

    parts: tuple[Priced, ...]
    more_notes: tuple[Note, ...] = ()
    bounds: tuple[Fraction, Fraction] | None = None
    base_currency: str = "USD"
    _lines: tuple[Line, ...] | None = field(default=None, init=False)

    @cached_property
    def exact_total(self) -> Fraction:
        """The amount as an exact fraction; of a record that has bounds, the low one."""
        return sum((part.total for part in self.parts), Fraction(0))

    @property
    def total(self) -> Decimal:
        """The amount:
        exact, or rounded half even to 20 places where it has no finite decimal (a note says so).

        Raises `PriceError` (`range`) for a record that has only bounds: see `low` and `high`.
        """
        if self.bounds is not None:
            raise PriceError(
                "range", "the record has no single amount", help="ask for `low` and `high`"
            )
        return self.parts[0].amount if len(self.parts) == 1 else to_decimal(self.exact_total)

    @property
    def low(self) -> Decimal:
        """The least that the record can cost."""
        return to_decimal(self.bounds[0] if self.bounds is not None else self.exact_total)

    @property
    def high(self) -> Decimal:
        """The most that the record can cost."""
        return to_decimal(self.bounds[1] if self.bounds is not None else self.exact_total)

    @property
    def currency(self) -> str:
        """The ISO 4217 code of the amounts."""
        return self.parts[0].currency if self.parts else self.base_currency

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines of all requests, in order; made when they are first asked for."""
        if self._lines is None:
            parts = self.parts
            self._lines = (
                parts[0].lines()
                if len(parts) == 1
                else tuple(line for part in parts for line in part.lines())
            )
        return self._lines

    @property
    def notes(self) -> tuple[Note, ...]:
        """What a reader should know of these amounts."""
        found = [*self.more_notes, *(note for part in self.parts for note in part.notes)]
        if self.bounds is not None:
            found.append(_BOUNDS)
        elif exact(self.exact_total) is None:
            found.append(
                Note(
                    "inexact_decimal",
                    f"the total is {self.exact_total}, which has no finite decimal: shown to "
                    "20 places",
                )
            )
        return tuple(dict.fromkeys(found))

    def __repr__(self) -> str:
        amount = (
            plain(self.total) if self.bounds is None else f"{plain(self.low)} to {plain(self.high)}"
        )
        return f"<pricelang.Bill {amount} {self.currency}, {len(self.lines)} lines>"

    def to_dict(self) -> dict[str, Any]:
        """The bill as `pricelang price --json` prints it."""
        total = plain(self.total) if self.bounds is None else None
        found: dict[str, Any] = {"total": total, "currency": self.currency}
        if total is None:
            found |= {"low": plain(self.low), "high": plain(self.high)}
        return found | {
            "lines": [line.to_dict() for line in self.lines],
            "notes": [note.to_dict() for note in self.notes],
        }

    def explain(self) -> str:
        """Each amount as its formula, with the rule's file and line under it."""
        from pricelang.evaluate.explain import explained  # only where it is asked for

        total = money(self.exact_total, self.currency)
        if self.bounds is not None:
            total = " to ".join(money(bound, self.currency) for bound in self.bounds)
        return explained(self.parts, total, self.notes)
