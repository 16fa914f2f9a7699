"""From which share of output another model is the cheaper one."""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen

from pricelang.apps.break_even.figures import unit_price
from pricelang.apps.break_even.meters import meter_index
from pricelang.evaluate.rate_card import RateCard


@frozen
class OutputShare:
    """From which share of output (in tokens, the rest is input) another model is the cheaper one.

    `below` and `above` name the model that costs less below and above `share` (from 0 to 1), None
    where both cost the same. Without a share, one model is always the cheaper one, or both always
    cost the same.
    """

    model: str
    against: str
    share: Fraction | None
    below: str | None
    above: str | None


def output_share(rates: RateCard, day: str, model: int, other: int, base: int) -> OutputShare:
    """Two lines over the share of output: where they cross, and who is below."""
    book = rates.book
    name, against = book.models[model].name, book.models[other].name
    left, right = (rates.request(one, day, {}, {}).cell for one in (name, against))
    at_none, at_all = (
        unit_price(book, left, meter) - unit_price(book, right, meter)
        for meter in (base, meter_index(book, "output"))
    )
    below, above = (name if gap < 0 else against if gap > 0 else None for gap in (at_none, at_all))
    crossing = None if at_none == at_all or at_none * at_all > 0 else at_none / (at_none - at_all)
    return OutputShare(name, against, crossing, below, above)
