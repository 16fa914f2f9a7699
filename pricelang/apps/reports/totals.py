"""What a report says: totals by group, what has no price,
and the counts that add up to what was read.
"""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen

from pricelang.model.notes import Note
from pricelang.present.decimals import to_decimal
from pricelang.present.notebook import InNotebook

ROWS, RECORDS = "rows", "records"


@frozen
class Total:
    """What the rows or records of one group cost: the values grouped by, how many they are,
    the quantity of each meter in its unit, and the exact amount in a currency.

    `high` is the most that the group can cost, where it has sums of requests
    that may lie on either side of a threshold; then `amount` is the least.
    """

    by: tuple[object, ...]
    rows: int
    quantities: tuple[tuple[str, Fraction], ...]
    amount: Fraction
    currency: str
    high: Fraction | None = None

    @property
    def most(self) -> Fraction:
        """The most that the group can cost."""
        return self.amount if self.high is None else self.high


@frozen
class Unpriced:
    """Rows or records without a price, for one reason: their number, the reason's code and
    sentence, what to do about it, and the places of the first of them, where records have places.
    """

    rows: int
    code: str
    reason: str
    help: str | None = None
    places: tuple[str, ...] = ()


@frozen
class Counts:
    """What became of records: `priced + free + skipped + refused + outside` is what was read.

    `outside` are those before or after the period asked for;
    `broken` of the skipped are malformed or cut lines; `warned` have an amount in doubt.
    """

    priced: int = 0
    free: int = 0
    skipped: int = 0
    refused: int = 0
    outside: int = 0
    broken: int = 0
    warned: int = 0

    @property
    def read(self) -> int:
        """How many were read."""
        return self.priced + self.free + self.skipped + self.refused + self.outside


@frozen
class UsageReport(InNotebook):
    """Totals by group, in order of the group, and what has no price. `read` is the sum of both, and
    of what `counts` says of records besides. `noun` says what was counted, `whole` is each
    currency's total where groups may share a record, and `notes` how many records each note is of.
    """

    by: tuple[str, ...]
    totals: tuple[Total, ...]
    unpriced: tuple[Unpriced, ...]
    read: int
    noun: str = ROWS
    counts: Counts | None = None
    whole: tuple[Total, ...] = ()
    notes: tuple[tuple[Note, int], ...] = ()


def as_record(report: UsageReport, total: Total) -> dict[str, object]:
    """A total as JSON has it: numbers are decimal strings;
    of two bounds, `amount` is null and `low` and `high` stand.
    """
    used = {name: format(to_decimal(quantity), "f") for name, quantity in total.quantities}
    found: dict[str, object] = {
        **dict(zip(report.by, total.by, strict=True)),
        RECORDS: total.rows,
        "usage": used,
    }
    if total.high is None:
        return {
            **found,
            "amount": format(to_decimal(total.amount), "f"),
            "currency": total.currency,
        }
    bounds = {
        "low": format(to_decimal(total.amount), "f"),
        "high": format(to_decimal(total.high), "f"),
    }
    return {**found, "amount": None, **bounds, "currency": total.currency}
