"""The words of a difference: whom it is for, when it holds, amounts with their change in percent,
outcomes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import assert_never

from attrs import define, field

from pricelang.model import book as m
from pricelang.model.instants import written
from pricelang.model.space import axis_of, first_sum
from pricelang.model.units import plural
from pricelang.present.decimals import exact, grouped, money, plain
from pricelang.solver.axis_parts import positions
from pricelang.verify.diff.align import LimitEffect, Listed, ModifierOutcome, RoundingEffect
from pricelang.verify.diff.book_view import BookView
from pricelang.verify.diff.boxes import ChangeBox
from pricelang.verify.diff.counted_usage import WITHIN_A_PERIOD, Counted

MAX_NAMES = 12
"""Names of models in one sentence; `Change.models` has them all."""


@define(eq=False, repr=False)
class Phrasebook:
    """What sentences about two books need: their names, dates,
    and the unit in which each meter is mostly priced.
    """

    old: BookView
    new: BookView
    _per: dict[str, tuple[str, Fraction]] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        for side in (self.new, self.old):
            for name, found in usual_units(side.book).items():
                self._per.setdefault(name, found)

    # ---- who and when ----

    def who(self, box: ChangeBox) -> str:
        """The models of a box: empty for all."""
        joint = self.new.joint
        full, mine, most = joint.full(m.MODELS), box.masks[m.MODELS], box.models
        names = self.names(mine)
        if mine == full or (most == full and len(names) > 1):
            return ""
        if len(names) < 3:
            return " and ".join(f"`{name}`" for name in names)
        days = joint.released
        low = min(days[n] for n in positions(mine))
        high = max(days[n] for n in positions(mine))
        span = sum(1 << n for n, day in enumerate(days) if low <= day <= high)
        if not span & ~most:
            later = [day for n, day in enumerate(days) if day > high and not most >> n & 1]
            earlier = [day for n, day in enumerate(days) if day < low and not most >> n & 1]
            if not later:
                return f"models released since {written(low)}"
            if not earlier:
                return f"models released before {written(min(day for day in days if day > high))}"
            return f"models released from {written(low)} to {written(high)}"
        rest = self.names(full & ~most)
        if len(rest) <= 3 < len(names):
            return "all models but " + ", ".join(f"`{name}`" for name in rest)
        shown = ", ".join(f"`{name}`" for name in names[:MAX_NAMES])
        return (
            shown
            if len(names) <= MAX_NAMES
            else f"{shown} and {len(names) - MAX_NAMES:,} more models"
        )

    def names(self, mask: int) -> tuple[str, ...]:
        """The models of a mask, in order of release."""
        joint = self.new.joint
        return tuple(
            joint.models[n] for n in sorted(positions(mask), key=lambda n: (joint.released[n], n))
        )

    def when(self, box: ChangeBox) -> str:
        """The days and the values of a box: empty for always."""
        joint = self.new.joint
        parts = [self.days(box.masks[m.DATES])]
        for place, dimension in enumerate(joint.dimensions):
            mask, full = box.masks[axis_of(place)], joint.full(axis_of(place))
            if mask != full:
                inside, outside = (
                    [dimension.values[n] for n in positions(part)] for part in (mask, full & ~mask)
                )
                if len(inside) > 3 and len(outside) < 3:
                    parts.append(f"{dimension.name} other than {' and '.join(outside)}")
                else:
                    parts.append(f"{dimension.name} {' or '.join(inside)}")
        for place, summed in enumerate(joint.sums, first_sum(joint.dimensions)):
            if box.masks[place] != joint.full(place):
                sides = []
                for start, end in _runs(box.masks[place]):
                    over = f"over {grouped(summed.limits[start - 1])}" if start else ""
                    up_to = (
                        f"up to {grouped(summed.limits[end - 1])}"
                        if end <= len(summed.limits)
                        else ""
                    )
                    sides.append(f"{over} {up_to}".strip())
                parts.append(f"{summed.label} {' or '.join(sides)}")
        return ", ".join(part for part in parts if part)

    def days(self, mask: int) -> str:
        """The stretches of time of a mask: `from 2026-08-08`,
        `before 2026-08-08`, both, or empty for always.
        """
        days = self.new.joint.boundaries
        parts = []
        for start, end in _runs(mask):
            first = f"from {written(days[start - 1])}" if start else ""
            last = f"before {written(days[end - 1])}" if end <= len(days) else ""
            parts.append(f"{first} {last}".strip())
        return " and ".join(part for part in parts if part)

    def whose(self, counted: Counted) -> str:
        """Whose usage an account counts: `all requests`, `requests with tier batch`."""
        joint = self.new.joint
        masks = {axis: joint.full(axis) for axis in range(len(joint.sizes))} | {
            axis: mask for axis, mask in counted if axis in range(len(joint.sizes))
        }
        box = ChangeBox(tuple(masks.values()), joint.full(m.MODELS), ())
        breaks = [written(instant) for axis, instant in counted if axis == WITHIN_A_PERIOD]
        with_, of = self.when(box), self.who(box)
        found = "requests" + (f" of {of}" if of else "") + (f" with {with_}" if with_ else "")
        found = found if found != "requests" else "all requests"
        return found + (f", anew from {' and '.join(breaks)}" if breaks else "")

    # ---- amounts ----

    def per(self, meter: str) -> str:
        """The unit in which a meter is mostly priced, such as `MTok` or `1,000 searches`."""
        return self._per.get(meter, ("unit", Fraction(1)))[0]

    def amount(self, value: Fraction, meter: str, side: BookView) -> str:
        """An amount per base unit of a meter, in the unit in which it is mostly priced: `$5`."""
        return shown_money(value * self._per.get(meter, ("", Fraction(1)))[1], side.book.currency)

    def listed(self, price: Listed, meter: str, side: BookView) -> str:
        """A price before any modifier: `$5`, `free`, `not offered`."""
        match price.kind:
            case "price" | "derived":
                return self.amount(price.amount, meter, side)
            case "free":
                return "free"
            case "none":
                return "not offered"
            case _:
                assert_never(price.kind)

    def quantity(self, value: Fraction, meter: str, side: BookView) -> str:
        """A quantity in base units as the book counts the meter,
        or in a smaller unit that makes it whole.
        """
        own = next(found for found in side.book.meters if found.name == meter)
        units = [
            unit for unit in side.book.units if unit.kind == own.kind and unit.size <= own.size
        ]
        for size, name in [
            (own.size, own.unit),
            *sorted(((unit.size, unit.name) for unit in units), reverse=True),
        ]:
            if (value / size).denominator == 1:
                return f"{grouped(value / size)} {name if value == size else plural(name)}"
        return f"{grouped(value / own.size)} {plural(own.unit)}"

    # ---- outcomes ----

    def effect(self, outcome: ModifierOutcome, side: BookView) -> str:
        """What a modifier does, in words:
        `x 2 on input and x 1.5 on output`, `refused`, `no effect`.
        """
        match outcome.kind:
            case "refuse":
                return "refused"
            case "none":
                return "no effect"
            case "effect":
                return self._effect(outcome, side)
            case _:
                assert_never(outcome.kind)

    def _effect(self, outcome: ModifierOutcome, side: BookView) -> str:
        order = {meter.name: number for number, meter in enumerate(side.book.meters)}
        factors: dict[Fraction, list[str]] = {}
        for name, factor in sorted(outcome.factors, key=lambda x: order[x[0]]):
            factors.setdefault(factor, []).append(name)
        added: dict[tuple[str, str], list[str]] = {}
        for name, amount in sorted(outcome.adds, key=lambda x: order[x[0]]):
            added.setdefault((self.amount(amount, name, side), self.per(name)), []).append(name)
        return " and ".join(
            [
                *(f"x {fraction(value)} on {', '.join(names)}" for value, names in factors.items()),
                *(
                    f"+ {amount} per {per} on {', '.join(names)}"
                    for (amount, per), names in added.items()
                ),
                *(
                    f"+ {shown_money(amount, side.book.currency)} per request"
                    for amount in outcome.extras
                ),
            ]
        )

    def bounds(self, bounds: Sequence[LimitEffect], side: BookView) -> str:
        """The lines of a limit: `at least $1 per MTok on output`, `none`."""
        return " and ".join(self._bound(bound, side) for bound in bounds) or "none"

    def _bound(self, bound: LimitEffect, side: BookView) -> str:
        word = "at least" if bound.at_least else "at most"
        match bound.target:
            case "unit_price":
                amount = self.amount(bound.amount, bound.about, side)
                return f"{word} {amount} per {self.per(bound.about)} on {bound.about}"
            case "request" | "account":
                amount = f"{shown_money(bound.amount, side.book.currency)} per {bound.about}"
                amount += f" on {', '.join(bound.meters)}" if bound.meters else ""
                return f"{word} {amount}" if bound.kind == "limit" else amount
            case _:
                assert_never(bound.target)

    @staticmethod
    def rounding(rounding: RoundingEffect | None) -> str:
        """A rounding: `to $0.01 half_even`, `none`."""
        return (
            "none"
            if rounding is None
            else f"to {shown_money(rounding.step, rounding.currency)} {rounding.mode}"
        )


def fraction(value: Fraction) -> str:
    """A number, as a quotient where it has no finite decimal."""
    return grouped(value) if exact(value) is not None else str(value)


def shown_money(value: Fraction, currency: str) -> str:
    """An amount, with as few digits as the book would write: `$5`, `$0.50`, `$1/3`."""
    return (
        money(value, currency)
        if exact(value) is not None
        else money(Fraction(0), currency).replace("0", str(value))
    )


def percent(old: Fraction, new: Fraction) -> str:
    """The change from one amount to another: `+20%`, `-8.33%`;
    empty from zero, and between amounts of the same size.

    >>> percent(Fraction(3), Fraction(4)), percent(Fraction(100000), Fraction(100001))
    ('+33.33%', '+0.001%')
    """
    if not old or old == new:
        return ""
    change = (new - old) * 100 / old
    places = 2
    while not round(change, places):
        places += 1
    return ("+" if change > 0 else "-") + plain(abs(Fraction(round(change, places)))) + "%"


def sentence(when: str, body: str, who: str = "") -> str:
    """A sentence: when, what, for whom."""
    return (f"{when}: " if when else "") + body + (f", {who}" if who else "")


def usual_units(book: m.Book) -> dict[str, tuple[str, Fraction]]:
    """The unit in which most prices of each meter are written, and how many base units that is."""
    counts: dict[str, Counter[tuple[str, Fraction]]] = {}
    rows: Iterable[tuple[int, str, Fraction]] = [
        *((price.meter, price.per, price.size) for price in book.prices if price.kind != "absent"),
        *(
            (charge.meter, price.per, price.size)
            for charge in book.charges
            for price in charge.prices
        ),
    ]
    for index, per, size in rows:
        meter = book.meters[index]
        counts.setdefault(meter.name, Counter())[per, size * meter.size] += 1
    return {name: max(found, key=lambda unit: found[unit]) for name, found in counts.items()}


def _runs(mask: int) -> list[tuple[int, int]]:
    """The runs of points of a mask, as half-open pairs."""
    found: list[tuple[int, int]] = []
    for point in positions(mask):
        if found and found[-1][1] == point:
            found[-1] = (found[-1][0], point + 1)
        else:
            found.append((point, point + 1))
    return found
