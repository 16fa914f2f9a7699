"""What a workload costs in a month:
requests a day at the prices of each day, with the free pools used up in order.

Every day has the same requests, priced at its first instant (UTC): a price that changes within the
month changes the days behind it. Pools, tiers, floors and caps of accounts are applied from the
first day on, within a day in the order of the requests; the account has no other usage.
"""

from __future__ import annotations

import calendar
import datetime
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from pricelang.apps.quote.mixes import LEVELS, Mix, Share
from pricelang.apps.quote.model import NOTHING, Options, Quote, Range
from pricelang.apps.quote.pricing import quote
from pricelang.apps.quote.workload_files import plan_from
from pricelang.evaluate.allowance_terms import SpendLimit, bounded, bounds_of, terms_of
from pricelang.evaluate.allowances import Counter, charge_alike
from pricelang.evaluate.billing_periods import turn_of
from pricelang.evaluate.line_items import Priced
from pricelang.evaluate.line_rates import Rate
from pricelang.model.errors import BadRequest, PriceError
from pricelang.model.instants import Instant, seconds_of, today
from pricelang.model.notes import Note
from pricelang.model.units import plural
from pricelang.present.text import shown
from pricelang.usage.records import SUM, Part

if TYPE_CHECKING:
    from pricelang.apps.price_book import PriceBook
    from pricelang.apps.quote.scenarios import RequestBody

ACCOUNT = "workload"


@frozen
class MixCost:
    """What a mix costs: one `request` on average, on the first day and without pools,
    and the `month` with them.
    """

    name: str
    per_day: Fraction
    request: Range
    month: Range


@frozen
class DayCost:
    """What a day (`YYYY-MM-DD`) costs with pools, and the days up to it together."""

    date: str
    amount: Range
    together: Range


@frozen
class PoolUse:
    """A free pool of a meter, as it is expected to be used: `used` units of `quantity` (in `unit`)
    a month, `free` of them without a price, which saves `saved`. `ends` is the first day on which
    something beyond it is paid, or None.
    """

    meter: str
    unit: str
    per: str
    quantity: Fraction
    used: Fraction
    free: Fraction
    saved: Fraction
    ends: str | None


@frozen
class Workload:
    """The expected cost of a calendar month (`YYYY-MM`), in `currency`; amounts are exact.

    `without_pools` is the month as if each request stood alone,
    `settled` what floors and caps of the account add or take.
    """

    month: str
    currency: str
    mixes: tuple[MixCost, ...]
    days: tuple[DayCost, ...]
    pools: tuple[PoolUse, ...]
    without_pools: Range
    settled: Range
    notes: tuple[Note, ...] = field(default=())

    @property
    def total(self) -> Range:
        """What the month costs."""
        return self.days[-1].together + self.settled

    @property
    def average_day(self) -> Range:
        """What a day of the month costs on average."""
        return Range(*(Fraction(getattr(self.total, level)) / len(self.days) for level in LEVELS))


def month_of(text: str | None) -> tuple[int, int]:
    """The year and the month of `2026-11`, of a day or an instant, or of today.
    Raises `BadRequest` (`bad_date`).

    >>> month_of("2026-11"), month_of("2026-02-28T12:00:00Z")
    ((2026, 11), (2026, 2))
    """
    day: Instant = today() if text is None else text if len(text) != 7 else text + "-01"
    try:
        instant = datetime.datetime.fromtimestamp(seconds_of(day), datetime.UTC)
    except BadRequest as error:
        raise BadRequest(
            error.code, f"`{shown(text)}` is not a month", help="write a month such as `2026-11`"
        ) from None
    return instant.year, instant.month


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
    year, number = month_of(month)
    days = [
        f"{year:04}-{number:02}-{day:02}"
        for day in range(1, calendar.monthrange(year, number)[1] + 1)
    ]
    runs = [_Run(book, mixes, level, days) for level in range(len(LEVELS))]
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
    )


def _ordered(ends: Sequence[Fraction]) -> Range:
    """Three amounts as a range:
    more usage may cost less where a rule says so, and then the ends change places.
    """
    return Range(min(ends), ends[1], max(ends))


class _Run:
    """A month at the least, the expected or the most usage. (A plain class: it grows.)"""

    def __init__(
        self, book: PriceBook, mixes: Sequence[Mix], level: int, days: Sequence[str]
    ) -> None:
        self.book, self.level = book, level
        self.currency: str | None = None
        self.used: dict[Counter, Fraction] = {}
        self.bounds: dict[tuple[SpendLimit, int], Fraction] = {}
        self.notes: dict[Note, None] = {}
        self.by_mix = [Fraction(0)] * len(mixes)
        self.first: list[Fraction] = []
        self.days: list[Fraction] = []
        self.plain = Fraction(0)
        self._pools: dict[str, PoolUse] = {}
        self._stretches: dict[tuple[int, int], _Stretch] = {}
        for day in days:
            amounts = [self._day(index, mix, day) for index, mix in enumerate(mixes)]
            self.days.append(sum(amounts, Fraction(0)))
            self.by_mix = [
                before + amount for before, amount in zip(self.by_mix, amounts, strict=True)
            ]

    def _day(self, index: int, mix: Mix, day: str) -> Fraction:
        """What a mix costs on a day."""
        seconds = seconds_of(day)
        stretch = self._stretch(index, mix, day, seconds)
        amount = stretch.plain * mix.per_day
        for priced, weight in stretch.accounts:
            charged, lines = charge_alike(
                self.book.checked, ACCOUNT, _at(priced, seconds), weight * mix.per_day, self.used
            )
            amount += charged
            for line in lines:
                self._use(priced, line.meter, line.quantity, line.free, day)
        for bound, cost in stretch.bounds:
            key = bound, turn_of(seconds, bound.per)
            self.bounds[key] = self.bounds.get(key, Fraction(0)) + cost * mix.per_day
        self.plain += stretch.alone * mix.per_day
        return amount

    def _stretch(self, index: int, mix: Mix, day: str, seconds: int) -> _Stretch:
        """The prices of a mix on a day;
        those of days between two changes of the book are the same.
        """
        key = index, bisect_right(self.book.checked.boundaries, seconds)
        found = self._stretches.get(key)
        if found is None:
            found = self._stretches[key] = _Stretch()
            for share in mix.shares:
                try:
                    self._add(found, share, day)
                except PriceError as error:
                    raise _in_mix(error, mix, day) from None
            if len(self.first) == index:
                self.first.append(found.alone)
        return found

    def _add(self, stretch: _Stretch, share: Share, day: str) -> None:
        priced = self._price(share.ends[self.level], day)
        if (self.currency or priced.currency) != priced.currency:
            raise BadRequest(
                "mixed_currencies",
                f"billed in {priced.currency} and in {self.currency}",
                help="take a month with one currency",
            )
        self.currency = priced.currency
        book, cell = self.book.checked, priced.cell
        drawn = any(
            amount.rate is not None and terms_of(book, cell, amount.rate.meter.name) is not None
            for amount in priced.amounts
        )
        if drawn:
            stretch.accounts.append((priced, share.weight))
        else:
            stretch.plain += priced.total * share.weight
        stretch.alone += priced.total * share.weight
        for bound in bounds_of(book, cell):
            if drawn or cell.conversion is not None:
                raise BadRequest(
                    "bad_book", f"`{bound.name}` bounds what a pool or another currency changes"
                )
            stretch.bounds.append((bound, priced.total * share.weight))
        for note in priced.notes:
            if note.code != "account":
                self.notes[note] = None

    def _price(self, part: Part, day: str) -> Priced:
        if part.model is None:
            raise BadRequest(
                "no_model",
                "a request names no model",
                help="name one with `--model`, or `model` in the workload",
            )
        rates = self.book.rates
        if part.kind != SUM:
            return rates.request(part.model, day, part.usage, part.dimensions, part.label)
        bill = self.book.price(
            model=part.model,
            usage=part.usage,
            at=day,
            record=SUM,
            each=part.sides,
            strict=False,
            **part.dimensions,
        )
        if bill.bounds is not None:
            raise BadRequest(
                "range",
                "a sum of requests may be on either side of a threshold and has no single amount",
                help="say on which side its requests are, with `each`",
            )
        return bill.parts[0]

    def _use(
        self, priced: Priced, meter: str, quantity: Fraction, free: Fraction, day: str
    ) -> None:
        rate = priced.cell.rates[meter]
        terms = terms_of(self.book.checked, priced.cell, meter)
        if not isinstance(rate, Rate) or terms is None:
            return
        before = self._pools.get(meter) or PoolUse(
            meter,
            plural(rate.meter.unit),
            terms.per,
            terms.pool,
            Fraction(0),
            Fraction(0),
            Fraction(0),
            None,
        )
        conversion = (
            priced.cell.conversion.rate if priced.cell.conversion is not None else Fraction(1)
        )
        self._pools[meter] = evolve(
            before,
            used=before.used + quantity,
            free=before.free + free,
            saved=before.saved + free * rate.unit_price * conversion,
            ends=before.ends or (day if free < quantity else None),
        )

    def pools(self) -> list[PoolUse]:
        """How the pools were used."""
        return [pool for pool in self._pools.values() if pool.quantity]

    def settled(self) -> Fraction:
        """What floors and caps of the account add or take."""
        return sum(
            (bounded(bound, cost) - cost for (bound, _), cost in self.bounds.items()), Fraction(0)
        )


class _Stretch:
    """One request of a mix on average: what it costs beside pools,
    the requests that draw on pools, and alone. (It grows.)
    """

    def __init__(self) -> None:
        self.plain = self.alone = Fraction(0)
        self.accounts: list[tuple[Priced, Fraction]] = []
        self.bounds: list[tuple[SpendLimit, Fraction]] = []


def _in_mix(error: PriceError, mix: Mix, day: str) -> PriceError:
    """The error of a request, with its mix and its day in the message."""
    help = error.help or ("take a month in which it is" if error.code == "not_offered" else None)
    found = type(error)(
        error.code, f"`{shown(mix.name)}` on {day}: {error.message}", rule=error.rule, help=help
    )
    found.location = error.location
    return found


def _at(priced: Priced, seconds: int) -> Priced:
    """The same request at another instant of the same prices."""
    return Priced(evolve(priced.basis, at=seconds), priced.given, priced.units, priced.label)
