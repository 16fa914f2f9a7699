"""Figures that are written where another price is derived."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from attrs import frozen

from pricelang.check.checked_rates import CheckedRates
from pricelang.check.draft import Draft, span_of
from pricelang.model import book as m
from pricelang.model.space import day, first_stretch
from pricelang.present.decimals import money


@frozen
class WrongFigure:
    """A price as it is written, and another that is derived for a part of its scope."""

    price: m.Price
    piece: m.Scope
    derived: Fraction
    origin: m.Origin


def wrong_figures(rates: CheckedRates, price: m.Price) -> Iterator[WrongFigure]:
    """The first part of a figure's scope in which another price is derived."""
    for piece, amount, origin in rates.price_pieces(price, price.scope, price.rank):
        if amount is not None and amount * price.size != price.amount:
            yield WrongFigure(price, piece, amount * price.size, origin)
            return


def check_figures(draft: Draft, rates: CheckedRates, figures: Sequence[WrongFigure]) -> None:
    """Reports figures that differ from what they are derived from: where all of a row differ by
    one ratio, the one price that they are derived from.
    """
    rows: dict[tuple[str, int, int], list[WrongFigure]] = {}
    for figure in figures:
        origin = figure.price.origin
        rows.setdefault((origin.file, origin.line, figure.price.model), []).append(figure)
    for own in rows.values():
        ratios = {(figure.price.amount or 0) / figure.derived for figure in own if figure.derived}
        base = _common_base(rates, own) if len(own) > 1 and len(ratios) == 1 else None
        if base is not None and base.amount is not None:
            _report_base(draft, base, base.amount * ratios.pop(), own)
        else:
            for figure in own:
                _report_figure(draft, figure)


def _common_base(rates: CheckedRates, figures: Sequence[WrongFigure]) -> m.Price | None:
    """The price of the same row from which all figures are derived, where it is written."""
    row = figures[0].price.origin
    bases = {
        line.of for figure in figures for line in rates.derivations.get(figure.price.meter, ())
    }
    found = [
        price
        for base in bases
        for price in rates.prices.get((figures[0].price.model, base), ())
        if (price.origin.file, price.origin.line) == (row.file, row.line) and price.kind == "amount"
    ]
    return found[0] if len(bases) == 1 and len(found) == 1 else None


def _report_base(
    draft: Draft, base: m.Price, meant: Fraction, figures: Sequence[WrongFigure]
) -> None:
    meter = draft.meters[base.meter].name
    written, other = (money(each, draft.currency) for each in (base.amount or Fraction(0), meant))
    draft.fault(
        "figure_differs",
        f"`{meter}` is {written}, but {len(figures)} figures of its row are derived from {other}",
        span_of(base.origin),
        f"is it {other}? If {written} is right, the figures of the row follow from it",
        *((span_of(figure.price.origin), f"derived from {other}") for figure in figures),
    )


def _report_figure(draft: Draft, figure: WrongFigure) -> None:
    price = figure.price
    derived = money(figure.derived, draft.currency)
    written = money(price.amount or Fraction(0), draft.currency)
    model, meter = draft.space.models[price.model].name, draft.meters[price.meter].name
    later = begins_later(draft, price.scope, figure.piece)
    help = f"write `derived`, or, if the page prints it, `{written} instead of {derived}`"
    if later:
        help = (
            f"add a row from {later} in which `{meter}` is `derived`, since the price that "
            "it is derived from changes then"
        )
    draft.fault(
        "figure_differs",
        f"the figure is {written}, but {derived} is derived for `{meter}` of `{model}`"
        + (f" from {later}" if later else ""),
        span_of(price.origin),
        help,
        (span_of(figure.origin), "derived here"),
    )


def begins_later(draft: Draft, scope: m.Scope, piece: m.Scope) -> str | None:
    """The day on which a part of a row's scope begins, where that is later than the row."""
    start = first_stretch(piece)
    return day(draft.space.instant(start)) if start > first_stretch(scope) else None
