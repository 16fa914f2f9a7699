"""New prices where the book derives others: each says what it stands instead of."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pricelang.apps.additions.edited_book import EditedBook, TextEdit
from pricelang.apps.additions.price_lines import NewPrices, derivations
from pricelang.apps.additions.table_rows import cell_of, rate_rows
from pricelang.evaluate.line_rates import Rate
from pricelang.evaluate.rate_card import RateCard
from pricelang.model.errors import PriceError
from pricelang.model.instants import seconds_of
from pricelang.present.decimals import money
from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import BookError


def say_instead_of(book: EditedBook, new: NewPrices, currency: str) -> None:
    """Writes `$0.50 instead of $0.20` where a new price of a derived meter is not what is derived.
    What cannot be worked out is left as it is: then the book has a fault that says why.
    """
    if not any(fault.code == "figure_differs" for fault in book.checked().faults):
        return
    figures = list(_figures(book, new))
    written = dict(book.texts)
    try:
        book.apply(TextEdit.instead(cell.span, "derived") for _, cell in figures)
        prices = _derived_prices(book, new)
    except (BookError, PriceError):
        prices = {}
    book.texts = written
    book.apply(
        TextEdit.after(cell.span, f" instead of {money(prices[meter], currency)}")
        for meter, cell in figures
        if meter in prices and isinstance(cell.value, t.Money) and cell.value.value != prices[meter]
    )


def _figures(book: EditedBook, new: NewPrices) -> Iterator[tuple[str, t.Cell]]:
    """The cells of the new prices of meters that are derived."""
    meters = [meter for meter in derivations(book) if meter in new.amounts]
    for statement, row, start in rate_rows(book, new.model):
        for meter in meters if start == seconds_of(new.start) else ():
            cell = cell_of(statement.table, row, meter)
            if cell is not None and cell.kind == "money" and cell.instead_of is None:
                yield meter, cell


def _derived_prices(book: EditedBook, new: NewPrices) -> dict[str, Fraction]:
    """The prices of the meters of a model on the first day, each for the unit of its table. Raises
    `BookError` and `PriceError`.
    """
    request = RateCard(book.compiled()).request(new.model, new.start, {}, {}, held=False)
    return {
        meter: rate.list_price * rate.size
        for meter, rate in request.basis.cell.rates.items()
        if isinstance(rate, Rate)
    }
