"""Bills and the prices of a day in the formats of others:
cost rows, and price lists with what those cannot say.

>>> import pricelang
>>> from pricelang import export
>>> found = export.litellm(pricelang.load(), at="2026-04-17")
>>> found.entries["claude-opus-4-7"]["input_cost_per_token"]
Decimal('0.000005')
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pricelang.apps.exports.prices import Exported
    from pricelang.apps.price_book import PriceBook
    from pricelang.model.instants import Instant


def litellm(book: PriceBook, at: Instant | None = None, *, provider: str | None = None) -> Exported:
    """Entries of LiteLLM's `model_prices_and_context_window.json`
    for the models of a book on a day (today unless given).

    `provider` is the `litellm_provider` of all of them, the book's name unless given. `entries` are
    dicts whose prices are `Decimal`s, `text` is the file, and `unsaid` what the format cannot say.
    Raises `BadRequest` (`bad_date`).
    """
    from pricelang.apps.exports.litellm_map import exported

    return exported(book, at, provider or book.name)


def genai_prices(
    book: PriceBook, at: Instant | None = None, *, provider: str | None = None
) -> Exported:
    """A provider of genai-prices in the form of its YAML files;
    arguments, result and errors are those of `litellm`.
    """
    from pricelang.apps.exports.genai_yaml import exported

    return exported(book, at, provider or book.name)


__all__ = ["genai_prices", "litellm"]
