"""Decides whether a rate of requests fits the limits that the book gives by usage tier."""

from __future__ import annotations

import re
from fractions import Fraction

from pricelang.apps.quote.figures import Found, ModelFigures
from pricelang.apps.quote.model import Limits, QuoteError
from pricelang.usage.fields import shown

_RATE = re.compile(
    r"([0-9][0-9,]{0,11}(?:\.[0-9]{1,6})?)\s*/\s*(s|sec|second|min|minute|h|hour|day)\Z", re.ASCII
)
_MINUTES = {
    "s": Fraction(1, 60),
    "sec": Fraction(1, 60),
    "second": Fraction(1, 60),
    "min": Fraction(1),
    "minute": Fraction(1),
    "h": Fraction(60),
    "hour": Fraction(60),
    "day": Fraction(1440),
}


def rate_of(text: str) -> Fraction:
    """Requests a minute, out of `3000/min`, `50/s`, `1,000/h` or `20000/day`. Raises `QuoteError`.

    >>> rate_of("50/s"), rate_of("90/h")
    (Fraction(3000, 1), Fraction(3, 2))
    """
    match = _RATE.match(text.strip())
    if match is None:
        raise QuoteError(
            "bad_rate",
            f"{shown(text)} is not a rate",
            help="write it as `3000/min`, `50/s`, `1000/h` or `20000/day`",
        )
    return Fraction(match[1].replace(",", "")) / _MINUTES[match[2]]


def limits_of(figures: ModelFigures, rate: Fraction, tier: int | None) -> Limits:
    """The limits on counting tokens against a rate in requests a minute.
    Raises `QuoteError` for an unknown tier.
    """
    rows = {int(label.removeprefix("tier_")): row for label, row in _rows(figures).items()}
    if not rows:
        raise QuoteError("no_figures", "this book has no limits by usage tier")
    tiers = tuple(sorted((number, int(row["per_minute"])) for number, row in rows.items()))
    if tier is not None and tier not in rows:
        raise QuoteError(
            "unknown_tier",
            f"there is no usage tier {tier}",
            help="tiers: " + ", ".join(str(number) for number, _ in tiers),
        )
    least = next((number for number, most in tiers if rate <= most), None)
    per_minute = dict(tiers)[tier] if tier is not None else None
    place = rows[tier if tier is not None else least if least is not None else tiers[-1][0]].place
    return Limits(
        rate,
        tier,
        per_minute,
        None if per_minute is None else rate <= per_minute,
        least,
        tiers,
        place,
    )


def _rows(figures: ModelFigures) -> dict[str, Found]:
    labels = {
        figure.row
        for figure in figures.book.figures
        if figure.table == "count_tokens" and figure.row.startswith("tier_")
    }
    return {
        label: row
        for label in labels
        if (row := figures.row_or_first("count_tokens", label)) is not None
    }
