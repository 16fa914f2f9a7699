"""What a request pays for a meter in its account's periods, and what each allowance and each ladder
makes of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from attrs import field, frozen

from pricelang.evaluate.account_items import ZERO, ItemPlace, LineItem
from pricelang.evaluate.account_keys import Holder
from pricelang.evaluate.combination import Combination
from pricelang.evaluate.pieces import Counter
from pricelang.evaluate.stack.numbers import rounded_by

Pieces = Sequence[tuple[Fraction, ItemPlace]]


@frozen
class LadderChange:
    """What the tiers of a ladder make of a line item, in the currency of the bill; `tier` is the
    last that it met, by its index. `counted` is how many of the units that the ladder counts are
    beyond its first tier, None where it counts what is spent. `weight` is what the item costs at
    the first tier, where the ladder changes that at all.
    """

    name: str
    counter: Counter
    end: int
    tier: int
    counted: Fraction | None
    weight: Fraction
    amount: Fraction

    @property
    def holder(self) -> Holder:
        """Whose usage the ladder counts."""
        return self.counter[0]

    @property
    def per(self) -> str:
        """The key and the period of the count."""
        return self.counter[1]

    @property
    def start(self) -> int:
        """The start of the period (UTC seconds)."""
        return self.counter[-1]


@frozen
class AccountLine:
    """What a request pays for a meter in its account's period, which begins at `start` and ends at
    `end` (UTC seconds): units billed, how many of them were `free` and how many `later` than the
    first tier of its charge, and the amount. `alone` is the amount at the first price, without pool
    and tiers; `tiered` has the tiers of the charge, and no pool and no ladder. `ladders` are what
    each ladder changes; `allowed` is what the pool takes off after all of them. Nobody has pool or
    tiers where `per` is empty.
    """

    meter: str
    quantity: Fraction
    free: Fraction
    amount: Fraction
    later: Fraction
    alone: Fraction
    tiered: Fraction
    start: int
    per: str
    holder: Holder = ""
    end: int = 0
    ladders: tuple[LadderChange, ...] = field(default=())

    @property
    def allowed(self) -> Fraction:
        """What the free units would have cost, negative."""
        return self.amount - self.tiered - sum((one.amount for one in self.ladders), ZERO)


def account_line(
    cell: Combination, item: LineItem, pieces: Pieces, alone: Fraction
) -> tuple[AccountLine, Fraction]:
    """The line of an item that is in pieces, which costs `alone` by itself; and what it costs in
    the book's currency.
    """
    rate = cell.conversion.rate if cell.conversion is not None else Fraction(1)
    stages = _stages(cell, pieces, len(item.ladders))
    cost = rounded_by(cell.line_rounding, sum((n * at.price for n, at in pieces), ZERO))
    own = pieces[0][1].own
    holder, per, *_, start = own.advances[0].counter if own.advances else ("", "", 0)
    line = AccountLine(
        item.meter,
        sum((length for length, _ in pieces), ZERO),
        sum((length for length, at in pieces if at.own.is_free), ZERO),
        cost * rate,
        sum((length for length, at in pieces if at.own.tier), ZERO),
        alone,
        stages[0] * rate,
        start,
        per,
        holder,
        own.end,
        tuple(_changes(item, pieces, [stage * rate for stage in stages])),
    )
    return line, cost


def _stages(cell: Combination, pieces: Pieces, ladders: int) -> list[Fraction]:
    """What an item costs with the tiers of its charge, and with each ladder in turn."""
    return [
        rounded_by(cell.line_rounding, sum((n * at.prices[stage] for n, at in pieces), ZERO))
        for stage in range(1, ladders + 2)
    ]


def _changes(item: LineItem, pieces: Pieces, stages: Sequence[Fraction]) -> Iterator[LadderChange]:
    for place, (one, counter) in enumerate(zip(item.ladders, item.counters, strict=True)):
        by = one.moves.get(item.meter, ZERO)
        beyond = (length * by for length, at in pieces if at.values[place])
        yield LadderChange(
            one.name,
            counter,
            one.end(counter),
            max(at.values[place] for _, at in pieces),
            None if one.ladder.spend else sum(beyond, ZERO),
            stages[0] if item.terms.changes(item.point, one, item.meter) else ZERO,
            stages[place + 1] - stages[place],
        )
