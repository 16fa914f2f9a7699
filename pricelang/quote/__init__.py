"""What a request will cost before it is sent: its tokens counted or estimated, and priced as a range."""

from pricelang.quote.model import Call, Limits, Options, Overhead, Quote, QuoteError, QuoteLine, Range
from pricelang.quote.pricing import quote

__all__ = ["Call", "Limits", "Options", "Overhead", "Quote", "QuoteError", "QuoteLine", "Range", "quote"]
