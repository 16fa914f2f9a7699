"""What a quote is: ranges of tokens and money, what was added,
the limits, and the fault of a request that cannot be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from attrs import field, frozen

from pricelang.evaluate.bill_lines import Factor
from pricelang.model.errors import PriceError
from pricelang.model.notes import Note
from pricelang.present.decimals import plain

CountedBy: TypeAlias = Literal["estimate", "given", "api"]
"""Where the number of a prompt's tokens is from."""


class QuoteError(PriceError):
    """A request body that cannot be quoted. The message names the block (`messages[2].content[1]`);
    `code` is stable.
    """


LEVELS = ("low", "expected", "high")
"""The figures of a range."""


@frozen
class Range:
    """A number that is known only between two: `low <= expected <= high`. Tokens or uses, exact."""

    low: Fraction | int
    expected: Fraction | int
    high: Fraction | int

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.expected + other.expected, self.high + other.high)

    @property
    def known(self) -> bool:
        """Decides whether there is nothing between the two."""
        return self.low == self.high

    def to_dict(self) -> dict[str, object]:
        """The three numbers as JSON: whole ones as integers, others as decimal strings."""
        return {name: _number(getattr(self, name)) for name in ("low", "expected", "high")}


NOTHING = Range(0, 0, 0)


def same(number: Fraction | int) -> Range:
    """The range of a number that is known."""
    return Range(number, number, number)


@frozen
class Options:
    """What is asked beside the request.

    `at` is the day (today unless given), `model` one instead of the request's. `output` is the
    length of the answer in tokens, `tokens` that of the prompt; `count="api"` asks the count_tokens
    endpoint instead. `usage` has quantities of other meters (`{"web_search": 3, "code_execution":
    "10 minutes"}`), `fetched` what the web-fetch tool will read: rows of `fetched_content` or sizes
    such as `30kB`, with how many of each. `cache` is `none`, `5m` or `1h` instead of the request's
    own TTLs. `image_size` and `pdf_pages` hold for images and PDFs that are not in the request.
    `rate` is in requests a minute, `tier` the usage tier.
    """

    at: str | None = None
    model: str | None = None
    output: int | None = None
    tokens: int | None = None
    count: str | None = None
    usage: Mapping[str, object] = field(factory=dict)
    fetched: tuple[tuple[str, int], ...] = ()
    cache: str | None = None
    image_size: tuple[int, int] | None = None
    pdf_pages: int | None = None
    rate: Fraction | None = None
    tier: int | None = None


@frozen
class Overhead:
    """Tokens that a request has beside its own text.
    `source` is the `file:line` of the figure, or None where no figure says.
    """

    name: str
    tokens: Range
    source: str | None

    def to_dict(self) -> dict[str, object]:
        """The overhead as `--json` prints it:
        `tokens` is one number where it is known, else its range.
        """
        tokens = _number(self.tokens.low) if self.tokens.known else self.tokens.to_dict()
        return {"name": self.name, "tokens": tokens, "source": self.source}


@frozen
class QuoteLine:
    """One meter of a quote, in its `unit`; amounts are in the currency of the quote.

    `unit_price`, `list_price` and `factors` are those of the expected call, or of the dearest one
    where that uses none of the meter. `location` is the `file:line` of the price, `free` why it
    costs nothing.
    """

    meter: str
    unit: str
    quantity: Range
    low: Decimal
    expected: Decimal
    high: Decimal
    unit_price: Decimal
    list_price: Decimal
    factors: tuple[Factor, ...]
    source: str | None
    location: str
    free: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The line as `--json` prints it: money in decimal strings."""
        found: dict[str, Any] = {
            "meter": self.meter,
            "unit": self.unit,
            "quantity": self.quantity.to_dict(),
            "amount": {
                "low": plain(self.low),
                "expected": plain(self.expected),
                "high": plain(self.high),
            },
            "unit_price": plain(self.unit_price),
            "list_price": plain(self.list_price),
            "factors": [
                {"rule": f.rule, "factor": plain(f.factor), "source": f.source}
                for f in self.factors
            ],
            "source": self.source,
            "location": self.location,
        }
        if self.free is not None:
            found["free"] = self.free
        return found


@frozen
class Call:
    """What one call costs: `tokens` maps each meter that counts tokens to its range."""

    low: Decimal
    expected: Decimal
    high: Decimal
    tokens: Mapping[str, Range]
    lines: tuple[QuoteLine, ...]

    def to_dict(self) -> dict[str, Any]:
        """The call as `--json` prints it."""
        return {
            "low": plain(self.low),
            "expected": plain(self.expected),
            "high": plain(self.high),
            "tokens": {meter: tokens.to_dict() for meter, tokens in self.tokens.items()},
            "lines": [line.to_dict() for line in self.lines],
        }


@frozen
class Limits:
    """Decides whether a rate fits the limit on counting tokens:
    `per_minute` is what the tier allows, None where none was named.

    `rate` is in requests a minute, `least` the lowest tier that allows it, None where none does;
    `tiers` are all of them.
    """

    rate: Fraction
    tier: int | None
    per_minute: int | None
    fits: bool | None
    least: int | None
    tiers: tuple[tuple[int, int], ...]
    source: str

    def to_dict(self) -> dict[str, Any]:
        """The limits as `--json` prints them."""
        return {
            "of": "count_tokens",
            "rate_per_minute": _number(self.rate),
            "tier": self.tier,
            "per_minute": self.per_minute,
            "fits": self.fits,
            "least_tier": self.least,
            "source": self.source,
        }


@frozen
class Quote:
    """What a request will cost:
    `low <= expected <= high` for the call that is sent first, in `currency`.

    `tokens` maps the meters that count tokens to ranges, `prompt` is their input side together.
    `counted` says where the prompt's tokens are from: `estimate`, `given` or `api`. `overheads` are
    inside of `tokens`. `later` is each later call that finds the cache warm, None where the request
    caches nothing. `notes` say what is unknown or left out.
    """

    model: str
    at: str
    low: Decimal
    expected: Decimal
    high: Decimal
    currency: str
    prompt: Range
    tokens: Mapping[str, Range]
    counted: CountedBy
    overheads: tuple[Overhead, ...]
    lines: tuple[QuoteLine, ...]
    notes: tuple[Note, ...] = ()
    later: Call | None = None
    limits: Limits | None = None
    dimensions: Mapping[str, str] = field(factory=dict)
    id: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The quote as `pricelang quote --json` prints it:
        money in decimal strings, tokens as integers.
        """
        found: dict[str, Any] = {
            "low": plain(self.low),
            "expected": plain(self.expected),
            "high": plain(self.high),
            "currency": self.currency,
            "tokens": {meter: tokens.to_dict() for meter, tokens in self.tokens.items()},
            "overheads": [overhead.to_dict() for overhead in self.overheads],
            "lines": [line.to_dict() for line in self.lines],
            "notes": [note.to_dict() for note in self.notes],
            "model": self.model,
            "at": self.at,
            "prompt": self.prompt.to_dict(),
            "counted": self.counted,
            "dimensions": dict(self.dimensions),
            "later_call": None if self.later is None else self.later.to_dict(),
        }
        if self.limits is not None:
            found["limits"] = self.limits.to_dict()
        return found


def _number(value: Fraction | int) -> int | str:
    return int(value) if value == int(value) else plain(Fraction(value))
