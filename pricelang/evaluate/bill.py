"""The bill of a record: the line items of its requests, their sum, and a reason for every cent."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from attrs import frozen

from pricelang.evaluate.bill_lines import Line
from pricelang.evaluate.line_items import Priced
from pricelang.model.errors import PriceError
from pricelang.model.notes import Note, told
from pricelang.present.decimals import exact, money, plain, to_decimal


@frozen
class RestoredBill:
    """What a bill says that was made in another process, or written as data and read back."""

    lines: tuple[Line, ...]
    notes: tuple[Note, ...]
    exact_total: Fraction
    explanation: str | None = None


@frozen(eq=False, repr=False, slots=False)  # as `Priced`
class Bill:
    """What one record costs: the sum of its requests, with a reason for every cent.

    A record that adds up several requests may fall on either side of a threshold: then `low` and
    `high` differ, there is no `total`, and the lines are those of the low figure. `bounds` is None
    for any other record.

    Bills are equal where they say the same. One that was pickled, or that `from_dict` read, says
    what it said before, and has no `parts`: those hold the book.

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
    restored: RestoredBill | None = None

    @cached_property
    def exact_total(self) -> Fraction:
        """The amount as an exact fraction; of a record that has bounds, the low one."""
        if self.restored is not None:
            return self.restored.exact_total
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
        found: tuple[Line, ...] | None = self.__dict__.get("_lines")
        if found is None:
            parts = self.parts
            if self.restored is not None:
                found = self.restored.lines
            elif len(parts) == 1:
                found = parts[0].lines()
            else:
                found = tuple(line for part in parts for line in part.lines())
            self.__dict__["_lines"] = found
        return found

    @property
    def notes(self) -> tuple[Note, ...]:
        """What a reader should know of these amounts."""
        if self.restored is not None:
            return self.restored.notes
        found = [*self.more_notes, *(note for part in self.parts for note in part.notes)]
        if self.bounds is not None:
            found.append(told("bounds"))
        elif exact(self.exact_total) is None:
            found.append(told("inexact_decimal", total=self.exact_total))
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

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Bill:
        """The bill that `to_dict` wrote, or a line of `pricelang price --json`.

        Raises `BadRequest` (`bad_bill`) for anything else.

        >>> import pricelang
        >>> bill = pricelang.load().price(
        ...     model="claude-opus-4-7", at="2026-04-17", usage={"input": 50_000}
        ... )
        >>> pricelang.Bill.from_dict(bill.to_dict()) == bill
        True
        """
        from pricelang.evaluate.bill_data import bill_fields  # only where it is asked for

        lines, notes, (low, high), currency = bill_fields(data)
        bounds = None if data.get("total") is not None else (low, high)
        return cls((), (), bounds, currency, RestoredBill(lines, notes, low))

    def _said(self) -> tuple[object, ...]:
        """What tells a bill from others: all that it says."""
        notes = tuple((note.code, note.text) for note in self.notes)
        return self.low, self.high, self.bounds is None, self.currency, self.lines, notes

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Bill) and self._said() == other._said())

    def __hash__(self) -> int:
        return hash(self._said())

    def __reduce__(self) -> tuple[object, ...]:
        # What it says, and not the book that its parts hold, which is a hundred times as large.
        said = RestoredBill(
            self.lines,
            tuple(Note(note.code, note.text) for note in self.notes),
            self.exact_total,
            self._explanation(),
        )
        return Bill, ((), (), self.bounds, self.currency, said)

    def _explanation(self) -> str | None:
        return self.explain() if self.restored is None else self.restored.explanation

    def _repr_html_(self) -> str:
        """The bill as a table, for notebooks."""
        from pricelang.evaluate.bill_table import lines_table
        from pricelang.present.notebook import notebook_html

        table = lines_table(self.lines, self._total_text(), self.currency)
        return notebook_html([table], [f"{note.level}: {note}" for note in self.notes])

    def explain(self) -> str:
        """Each amount as its formula, with the rule's file and line under it.

        Raises `PriceError` (`no_workings`) for a bill that was read from data, which has none.
        """
        if self.restored is not None:
            if self.restored.explanation is None:
                raise PriceError(
                    "no_workings",
                    "a bill that was read from data does not hold its workings",
                    help="explain it where it was priced, or price the record again",
                )
            return self.restored.explanation
        from pricelang.evaluate.explain import explained  # only where it is asked for

        return explained(self.parts, self._total_text(), self.notes)

    def _total_text(self) -> str:
        amounts = self.bounds if self.bounds is not None else (self.exact_total,)
        return " to ".join(money(amount, self.currency) for amount in amounts)


def open_of(bill: Bill) -> str:
    """What the amount of a sum that has bounds only turns on, of each of its requests."""
    books = [priced.book for priced in bill.parts]
    has_sides = any(book.sums for book in books)
    has_hours = any(dimension.clocked for book in books for dimension in book.dimensions)
    if has_hours:
        return "the side of a threshold, or the hour," if has_sides else "the hour"
    return "the side of a threshold"


def help_with_bounds(bill: Bill, sides: str) -> str:
    """How a sum that has bounds only gets one amount; `sides` is how its thresholds are said."""
    return {
        "the hour": "give its requests one by one, each with its instant",
        "the side of a threshold": sides,
    }.get(open_of(bill), f"{sides}; or give its requests one by one, each with its instant")
