"""What a workload costs in a month:
requests a day at the prices of each day, with the free pools used up in order.

Every day has the same requests, priced at its first instant (UTC): a price that changes within the
month changes the days behind it. Pools, tiers, floors and caps of accounts are applied from the
first day on, within a day in the order of the requests; the account has no other usage.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from pricelang.apps.quote.mixes import Mix
from pricelang.apps.quote.model import LEVELS, NOTHING, Options, Quote, Range
from pricelang.apps.quote.pricing import quote
from pricelang.apps.quote.workload_cost import DayCost, MixCost, Workload, month_of
from pricelang.apps.quote.workload_files import plan_from
from pricelang.apps.quote.workload_run import WorkloadRun
from pricelang.model.errors import BadRequest

if TYPE_CHECKING:
    from pricelang.apps.price_book import PriceBook
    from pricelang.apps.quote.scenarios import RequestBody


def workload(
    book: PriceBook,
    requests: object,
    per_day: Fraction | None = None,
    month: str | None = None,
    model: str | None = None,
    dimensions: Mapping[str, str] | None = None,
    otherwise: str | None = None,
    unknown_counters: str = "refuse",
) -> Workload:
    """The cost of a workload in any form that `plan_from` takes,
    in `month`, its own month, or the one `otherwise`.

    Request bodies are quoted on the first day of the month;
    `unknown_counters` is for records, as `read_paths` takes it. Raises `PriceError`.
    """

    def quoter(
        request: RequestBody, own: str | None, name: str | None, values: Mapping[str, str]
    ) -> Quote:
        year, number = month_of(month or own or otherwise)
        options = Options(
            at=f"{year:04}-{number:02}-01", model=name or model, output=request.output
        )
        return quote(book, request.body, options, {**(dimensions or {}), **values})

    plan = plan_from(requests, per_day, model, dimensions, quoter, unknown_counters)
    return expected_cost(book, plan.mixes, month or plan.month or otherwise)


def expected_cost(book: PriceBook, mixes: Sequence[Mix], month: str | None = None) -> Workload:
    """What some mixes cost in a month, day by day.

    Raises `PriceError`: what no request of a day may do, `bad_workload` for a workload without
    requests, `range` for a request without one amount, `mixed_currencies`, and `rounded_account` as
    `charge_alike`.
    """
    if not mixes:
        raise BadRequest("bad_workload", "the workload has no requests", help="name at least one")
    days = _days_of(month)
    runs = [WorkloadRun(book, mixes, level, days) for level in range(len(LEVELS))]
    together, found = NOTHING, []
    for index, day in enumerate(days):
        amount = _ordered([run.days[index] for run in runs])
        together += amount
        found.append(DayCost(day, amount, together))
    costs = tuple(
        MixCost(
            mix.name,
            mix.per_day,
            _ordered([run.first[index] for run in runs]),
            _ordered([run.by_mix[index] for run in runs]),
        )
        for index, mix in enumerate(mixes)
    )
    middle = runs[1]
    return Workload(
        days[0][:7],
        middle.currency or book.currency,
        costs,
        tuple(found),
        tuple(middle.pools()),
        _ordered([run.plain for run in runs]),
        _ordered([run.settled() for run in runs]),
        tuple(middle.notes),
        tuple(middle.tiers.values()),
    )


def _days_of(month: str | None) -> list[str]:
    """The days of a month. Raises `BadRequest` (`bad_date`)."""
    year, number = month_of(month)
    last = calendar.monthrange(year, number)[1]
    return [f"{year:04}-{number:02}-{day:02}" for day in range(1, last + 1)]


def _ordered(ends: Sequence[Fraction]) -> Range:
    """Three amounts as a range:
    more usage may cost less where a rule says so, and then the ends change places.
    """
    return Range(min(ends), ends[1], max(ends))
