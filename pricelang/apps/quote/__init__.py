"""What requests will cost:
one before it is sent, the same under other models and modes, and many of them over a month.
"""

from pricelang.apps.quote.model import (
    Call,
    Limits,
    Options,
    Overhead,
    Quote,
    QuoteError,
    QuoteLine,
    Range,
)
from pricelang.apps.quote.pricing import quote

__all__ = [
    "Call",
    "Limits",
    "Options",
    "Overhead",
    "Quote",
    "QuoteError",
    "QuoteLine",
    "Range",
    "quote",
]
