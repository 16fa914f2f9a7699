"""A month of a workload, day by day, at the least, the expected or the most usage."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from pricelang.apps.quote.mixes import Mix, Share
from pricelang.apps.quote.workload_cost import PoolUse, TierUse
from pricelang.evaluate.account_items import Reached
from pricelang.evaluate.account_lines import AccountLine, LadderChange
from pricelang.evaluate.allowance_terms import (
    SpendLimit,
    bounded,
    bounds_of,
    commitments_of,
    credits_of,
    terms_of,
)
from pricelang.evaluate.allowances import counts_twice, line_items
from pricelang.evaluate.billing_periods import turn_of
from pricelang.evaluate.charge_alike import charge_alike
from pricelang.evaluate.ladders import LadderTerms
from pricelang.evaluate.line_items import Priced
from pricelang.evaluate.line_rates import Rate
from pricelang.evaluate.pieces import Counts
from pricelang.model import book as m
from pricelang.model.charges import period_word
from pricelang.model.errors import BadRequest, PriceError
from pricelang.model.instants import seconds_of
from pricelang.model.notes import Note
from pricelang.model.units import plural
from pricelang.present.text import shown
from pricelang.usage.records import Part, Place, Record

if TYPE_CHECKING:
    from pricelang.apps.price_book import PriceBook

ACCOUNT = "workload"
WITHIN_A_MONTH = ("day", "month")


class WorkloadRun:
    """A month at the least, the expected or the most usage. (A plain class: it grows.)"""

    def __init__(
        self, book: PriceBook, mixes: Sequence[Mix], level: int, days: Sequence[str]
    ) -> None:
        self.book, self.level = book, level
        self.currency: str | None = None
        self.used: Counts = {}
        self.tiers: dict[str, TierUse] = {}
        self._terms = LadderTerms(book.checked, may_say=True)
        self._reached: Reached = {}
        self.bounds: dict[tuple[SpendLimit, int], Fraction] = {}
        self.notes: dict[Note, None] = {}
        self.by_mix = [Fraction(0)] * len(mixes)
        self.first: list[Fraction] = []
        self.days: list[Fraction] = []
        self.plain = Fraction(0)
        self._pools: dict[str, PoolUse] = {}
        self._highest: dict[str, int] = {}
        self._stretches: dict[tuple[int, int], _Stretch] = {}
        self._reached = self._reached_in(mixes, days)
        for day in days:
            amounts = [self._day(index, mix, day) for index, mix in enumerate(mixes)]
            self.days.append(sum(amounts, Fraction(0)))
            self.by_mix = [
                before + amount for before, amount in zip(self.by_mix, amounts, strict=True)
            ]

    def _reached_in(self, mixes: Sequence[Mix], days: Sequence[str]) -> Reached:
        """The tiers of ladders of all units that the month reaches, of periods within it."""
        if not counts_twice(self.book.checked):
            return {}
        used: Counts = {}
        for day in days:
            for index, mix in enumerate(mixes):
                list(self._charge(self._stretch(index, mix, day, seconds_of(day)), mix, day, used))
        reached = {}
        for one in self._terms.reached(used):
            if period_word(one.counter[1]) in WITHIN_A_MONTH:
                reached[one.counter] = one.tier
            else:
                text = f"`{one.name}`: what a longer period than a month reaches is left out"
                self.notes[Note("not_counted", text)] = None
        return reached

    def _charge(
        self, stretch: _Stretch, mix: Mix, day: str, used: Counts
    ) -> Iterator[tuple[_Drawn, Fraction, tuple[AccountLine, ...]]]:
        """What the requests of a day that accounts have terms for cost, and their lines."""
        for drawn in stretch.accounts:
            count, priced = drawn.weight * mix.per_day, _at(drawn.priced, seconds_of(day))
            charged, lines = charge_alike(self._terms, ACCOUNT, priced, count, used, self._reached)
            yield drawn, charged, lines

    def _day(self, index: int, mix: Mix, day: str) -> Fraction:
        """What a mix costs on a day."""
        seconds = seconds_of(day)
        stretch = self._stretch(index, mix, day, seconds)
        amount = stretch.plain * mix.per_day
        bounds = [(bound, cost * mix.per_day) for bound, cost in stretch.bounds]
        for drawn, charged, lines in self._charge(stretch, mix, day, self.used):
            amount += charged
            bounds += [(bound, charged) for bound in drawn.bounds]
            for line in lines:
                self._use(drawn.priced, line.meter, line.quantity, line.free, day)
                for one in line.ladders:
                    self._tier(one, day)
        for bound, cost in bounds:
            key = bound, turn_of(seconds, bound.per, bound.term)
            self.bounds[key] = self.bounds.get(key, Fraction(0)) + cost
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
        bounds = bounds_of(book, cell)
        if bounds and cell.conversion is not None:
            raise BadRequest("bad_book", f"`{bounds[0].name}` bounds what is converted")
        if any(line_items(self._terms, ACCOUNT, priced)):
            stretch.accounts.append(_Drawn(priced, share.weight, bounds))
        else:
            stretch.plain += priced.total * share.weight
            stretch.bounds += [(bound, priced.total * share.weight) for bound in bounds]
        stretch.alone += priced.total * share.weight
        for note in (*priced.notes, *_left_out(book, priced)):
            if note.code != "account":
                self.notes[note] = None

    def _price(self, part: Part, day: str) -> Priced:
        if part.model is None:
            raise BadRequest(
                "no_model",
                "a request names no model",
                help="name one with `--model`, or `model` in the workload",
            )
        bill = self.book.price_record(Record((evolve(part, at=day),), Place(""), ""))
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

    def _tier(self, one: LadderChange, day: str) -> None:
        """Adds what the tiers of a ladder change."""
        dimension = next(x for x in self.book.checked.dimensions if x.name == one.name)
        tier, before = dimension.values[one.tier].name, self.tiers.get(one.name)
        if before is None:
            before = TierUse(one.name, one.per, tier, day, Fraction(0))
        elif self._highest.get(one.name, 0) < one.tier:
            before = evolve(before, tier=tier, since=day)
        self._highest[one.name] = max(one.tier, self._highest.get(one.name, 0))
        self.tiers[one.name] = evolve(before, amount=before.amount + one.amount)

    def pools(self) -> list[PoolUse]:
        """How the pools were used."""
        return [pool for pool in self._pools.values() if pool.quantity]

    def settled(self) -> Fraction:
        """What floors and caps of the account add or take."""
        return sum(
            (bounded(bound, cost) - cost for (bound, _), cost in self.bounds.items()), Fraction(0)
        )


@frozen(eq=False)
class _Drawn:
    """A request that accounts have terms for, how often there is one on average, and the floors and
    caps of accounts that hold for it.
    """

    priced: Priced
    weight: Fraction
    bounds: tuple[SpendLimit, ...]


class _Stretch:
    """One request of a mix on average: what it costs beside pools,
    the requests that draw on pools, and alone. (It grows.)
    """

    def __init__(self) -> None:
        self.plain = self.alone = Fraction(0)
        self.accounts: list[_Drawn] = []
        self.bounds: list[tuple[SpendLimit, Fraction]] = []


def _left_out(book: m.Book, priced: Priced) -> Iterator[Note]:
    """What of the account a month by itself does not say."""
    for one in (*commitments_of(book, priced.cell), *credits_of(book, priced.cell)):
        text = f"not in the estimate of a month: the {one.kind} `{one.name}` per {one.per}"
        yield Note("not_counted", text)


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
