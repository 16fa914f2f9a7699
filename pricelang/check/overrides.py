"""Checks each written figure against what it must be: what is derived, or what it replaces."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from attrs import evolve

from pricelang.check.checked_rates import CheckedRates
from pricelang.check.derived_figures import WrongFigure, begins_later, check_figures, wrong_figures
from pricelang.check.draft import Draft, span_of
from pricelang.model import book as m
from pricelang.model.space import meet
from pricelang.present.decimals import money
from pricelang.syntax.diagnostics import Span


def check_overrides(draft: Draft, rates: CheckedRates) -> None:
    """Reports prices that overlap, and figures that differ from what they are derived from."""
    figures: list[WrongFigure] = []
    for (_, meter), prices in rates.prices.items():
        for number, price in enumerate(prices):
            span = span_of(price.origin)
            rates.effort.spend(number)
            for other in prices[:number]:
                if other.rank == price.rank and meet(other.scope, price.scope) is not None:
                    name = draft.meters[meter].name
                    message = f"two prices of `{name}` hold for the same requests"
                    draft.overlap(message, span, span_of(other.origin))
            if price.kind == "derived" and price.amount is not None:
                figures += wrong_figures(rates, price)
            elif price.kind == "amount":
                _check_instead(draft, rates, price, span)
    check_figures(draft, rates, figures)


def _check_instead(draft: Draft, rates: CheckedRates, price: m.Price, span: Span) -> None:
    below = list(rates.pieces(price.model, price.meter, price.scope, price.rank - 1))
    if not below and price.meter in rates.derivations:
        below = list(rates.price_pieces(evolve(price, kind="derived"), price.scope, price.rank))
    offered = [
        (piece, amount * price.size, origin)
        for piece, amount, origin in below
        if amount is not None
    ]
    if price.instead_of is not None:
        _check_replaced(draft, price, span, offered)
    elif offered:
        _, amount, origin = offered[0]
        shown = money(amount, draft.currency)
        draft.fault(
            "overrides",
            f"the price replaces {shown} without saying so",
            span,
            f"write `instead of {shown}`",
            (span_of(origin), "the price that it replaces"),
        )


def _check_replaced(
    draft: Draft,
    price: m.Price,
    span: Span,
    offered: Sequence[tuple[m.Scope, Fraction, m.Origin]],
) -> None:
    """Reports an `instead of` with another amount than the price that it replaces."""
    if not offered:
        message = "there is no price for this one to replace"
        help = "drop the `instead of`: a row ends the one before it from its day on"
        draft.fault("stale_instead_of", message, span, help)
    different = [found for found in offered if found[1] != price.instead_of]
    if different:
        piece, amount, origin = different[0]
        shown = money(amount, draft.currency)
        written = money(price.instead_of or Fraction(0), draft.currency)
        later = begins_later(draft, price.scope, piece)
        draft.fault(
            "stale_instead_of",
            f"the price replaces {written}, but the price there is {shown}"
            + (f" from {later}" if later else ""),
            span,
            f"add a row from {later}, since the price that it replaces changes then"
            if later
            else f"check the price and write `instead of {shown}`",
            (span_of(origin), f"{shown} comes from here"),
        )
