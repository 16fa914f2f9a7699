"""How far a book is from the world: the differences of several sources, parted into those that are
new and those that are accepted with a reason.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from pricelang.apps.drift.accepted import Accepted, sorted_by
from pricelang.apps.drift.comparison import SourceComparison, compared
from pricelang.apps.drift.difference import Difference
from pricelang.apps.drift.source_data import SourceData
from pricelang.apps.price_book import PriceBook


@frozen
class DriftReport:
    """The comparisons of a day, and their differences by whether somebody accepted them. `unused`
    are accepted lines that no difference meets any more.
    """

    book: str
    at: str
    compared: tuple[SourceComparison, ...]
    new: tuple[Difference, ...]
    accepted: tuple[tuple[Difference, Accepted], ...]
    unused: tuple[Accepted, ...]


def drift_report(
    book: PriceBook, sources: Sequence[SourceData], at: str, lines: Sequence[Accepted] = ()
) -> DriftReport:
    """Compares a book with sources on a day, which is that of the prices that are asked for."""
    found = tuple(compared(book, source, at) for source in sources)
    parted = sorted_by(
        lines,
        (each for one in found for each in one.differences),
        [one.source for one in found],
        at,
    )
    return DriftReport(
        book.name, at, found, tuple(parted.new), tuple(parted.accepted), tuple(parted.unused)
    )
