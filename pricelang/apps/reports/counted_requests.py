"""The requests that free allowances and tiers count, in order of instant: in little memory, since
their order is known only once all have come.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from operator import itemgetter
from typing import Any, TypeAlias, TypeVar

from attrs import frozen

from pricelang.apps.reports.adjustments import group_order
from pricelang.apps.reports.holders import Holders
from pricelang.evaluate.combination import Combination
from pricelang.evaluate.line_items import Basis, Priced
from pricelang.evaluate.offers import Point
from pricelang.files.sorted_runs import SortedRuns
from pricelang.model import book as m

T = TypeVar("T", bound=Hashable)
_Order: TypeAlias = tuple[int, Point, tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]
"""The place of a request among others: by instant, then by what it says, so that the order of
the input does not matter.
"""


@frozen(eq=False)
class CountedRequest:
    """A request that is counted: whose it is by each key, the `group` that it is in, and whether
    the invoice bills it.
    """

    priced: Priced
    billed: bool
    holders: Holders
    group: tuple[object, ...] = ()


class CountedRequests:
    """Requests that go in in any order and come out in order of instant, as often as they are
    asked for. (A plain class: it grows.)
    """

    def __init__(self, book: m.Book) -> None:
        self._book = book
        self._cells: dict[Point, Combination] = {}
        self._same: dict[Hashable, Any] = {}
        self._kept = SortedRuns[tuple[_Order, tuple[object, ...], bool]](itemgetter(0))

    def add(self, request: CountedRequest) -> None:
        """Takes in a request."""
        priced, cell = request.priced, request.priced.cell
        point = self._one(cell.point)
        self._cells.setdefault(point, cell)
        usage = tuple(
            (self._one(name), uses) for name, uses in sorted(priced.usage.items()) if any(uses)
        )
        holders = self._one(
            tuple((key, who is None, who or "") for key, who in sorted(request.holders.items()))
        )
        order = priced.at, point, usage, holders, self._one(group_order(request.group))
        self._kept.add((order, self._one(request.group), request.billed))

    def _one(self, value: T) -> T:
        """The value that stands for all equal ones: it is kept, and written, once."""
        found: T = self._same.setdefault(value, value)
        return found

    def __iter__(self) -> Iterator[CountedRequest]:
        for (at, point, usage, holders, _), group, billed in self._kept:
            priced = Priced(Basis(self._book, self._cells[point], at, ()), dict(usage))
            whose = {key: None if is_none else who for key, is_none, who in holders}
            yield CountedRequest(priced, billed, whose, group)
