"""What flags of a request have in common: their names, and quantities such as `50k`."""

from __future__ import annotations

DEFAULT_BOOK = "anthropic"

_SCALES = {"k": 1_000, "K": 1_000, "M": 1_000_000}
_SCALED = r"(?as)\s*([0-9][0-9,]*(?:\.[0-9]+)?)([kKM])(?![A-Za-z0-9])(.*)"
_MAX_QUANTITY = 100


def flag(name: str) -> str:
    """The flag of a meter or a dimension: `--cache-read`."""
    return "--" + name.replace("_", "-")


def quantity(text: str) -> str:
    """A quantity with its `k` or `M` written out, exactly;
    everything else is left for the book to read.

    >>> quantity("50k"), quantity("1.5M"), quantity("90 minutes"), quantity("1.2345k")
    ('50000', '1500000', '90 minutes', '1234.5')
    """
    import re  # a price of records needs none

    match = re.fullmatch(_SCALED, text) if len(text) <= _MAX_QUANTITY else None
    if match is None:
        return text
    # By moving digits: a decimal context would round a long quantity.
    whole, _, part = match[1].replace(",", "").partition(".")
    zeros = len(str(_SCALES[match[2]])) - 1
    shifted = (whole + part[:zeros].ljust(zeros, "0")).lstrip("0") or "0"
    rest = part[zeros:].rstrip("0")
    return shifted + ("." + rest if rest else "") + match[3]
