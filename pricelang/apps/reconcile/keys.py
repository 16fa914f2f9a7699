"""The data of a reconciliation:
quantities that were used, amounts that were billed, and the key on which the two meet.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from attrs import evolve, field, frozen

from pricelang.evaluate.line_items import Priced
from pricelang.model.book import Book
from pricelang.model.errors import PriceError
from pricelang.model.space import sides_of

FIELDS = (
    "day",
    "workspace",
    "cost_type",
    "model",
    "service_tier",
    "context_window",
    "inference_geo",
    "endpoint",
    "token_type",
)
"""The fields of the join, in the order in which lines are listed."""

TOKENS = "tokens"
WEB_SEARCH = "web_search"
METERS = {
    "uncached_input_tokens": "input",
    "output_tokens": "output",
    "cache_creation.ephemeral_5m_input_tokens": "cache_write_5m",
    "cache_creation.ephemeral_1h_input_tokens": "cache_write_1h",
    "cache_read_input_tokens": "cache_read",
}
"""The meter of each token type of the Admin API."""

TOKEN_TYPES = {meter: name for name, meter in METERS.items()}
COST_TYPES = {
    "web_search": WEB_SEARCH,
    "session_time": "session_usage",
    "code_execution": "code_execution",
}
"""The cost type of each meter that is no token meter."""


LONG = "200k-1M"
"""What the Admin API calls the long context window."""
SHORT = "0-200k"
"""What it calls the other one."""
PLAIN_TIER = "standard"
GLOBAL = "global"
REGIONAL = "regional"
"""What bills of platforms say of an endpoint: every one that is not global is regional to them."""
WINDOW = Fraction(200_000)
"""The tokens of a prompt that part the two context windows."""


@frozen(order=False, cache_hash=True)
class Key:
    """Where a line belongs: the UTC day, and the dimensions of a cost report.
    None is a dimension that is not stated.
    """

    day: str | None = None
    workspace: str | None = None
    cost_type: str | None = None
    model: str | None = None
    service_tier: str | None = None
    context_window: str | None = None
    inference_geo: str | None = None
    token_type: str | None = None
    endpoint: str | None = None

    def values(self) -> tuple[str | None, ...]:
        """The values in the order of `FIELDS`."""
        return tuple(getattr(self, name) for name in FIELDS)

    def only(self, fields: frozenset[str]) -> Key:
        """The key without the fields that are not compared."""
        return evolve(self, **{name: None for name in FIELDS if name not in fields})

    def sorting(self) -> tuple[tuple[bool, str], ...]:
        """What lines are sorted by: fields that are not stated stand last."""
        return tuple((value is None, value or "") for value in self.values())


@frozen
class Request:
    """What prices a quantity: a model, an instant, values of dimensions,
    a meter, and the sides of thresholds that are open, by index.
    """

    model: str
    at: str
    dimensions: Mapping[str, str]
    meter: str
    sides: Mapping[int, tuple[int, ...]] = field(factory=dict)


@frozen(eq=False)
class Used:
    """A quantity that was used and what it comes to.

    `low` and `high` differ where a sum over requests may lie on either side of a threshold.
    `error` says why it has no price; then both are zero.
    """

    key: Key
    request: Request
    quantity: Fraction
    place: str
    low: Fraction = Fraction(0)
    high: Fraction = Fraction(0)
    currency: str = ""
    priced: Priced | None = None
    error: PriceError | None = None
    carried: Mapping[str, str] = field(factory=dict)
    """What its record carries, such as its project."""
    tiers: Fraction = Fraction(0)
    """What of `low` and `high` is from tiers by usage."""


@frozen(eq=False)
class BilledAmount:
    """An amount that was billed, in `currency`;
    `quantity` is the one that the bill states, if it states one. `account` is the kind of a row
    that is of the account and of no usage, such as `credit` or `tax`.
    """

    key: Key
    amount: Fraction
    currency: str
    place: str
    description: str = ""
    quantity: Fraction | None = None
    account: str = ""
    list_amount: Fraction | None = None
    """What it was before discounts, where the bill says so."""


@frozen(eq=False)
class Unread:
    """A row that cannot be read: its place, and why."""

    place: str
    code: str
    message: str
    help: str | None = None


@frozen(eq=False)
class Side:
    """What was read of one side:
    `rows` in number, the first day and the day behind the last, and what to know of it.

    `stated` are the fields that some row states;
    a report that is not grouped by a field states it nowhere. `blank_is_any` says that a row
    without a value may be of any; in an Admin report it is of a value of its own.
    """

    name: str
    kind: str
    rows: int
    start: str | None
    end: str | None
    stated: frozenset[str]
    notes: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()
    blank_is_any: bool = False


def endpoint_of(value: str | None) -> str | None:
    """An endpoint as a bill says it."""
    return value if value in (None, GLOBAL) else REGIONAL


def stated_by(keys: list[Key]) -> frozenset[str]:
    """The fields that some key states; those of tokens are judged by the lines of tokens alone."""
    return frozenset(name for name in FIELDS for key in keys if getattr(key, name) is not None)


def window_sides(book: Book, long: bool) -> dict[int, tuple[int, ...]]:
    """The sides of the threshold of 200,000 tokens on which all requests of a context window lie,
    by the index of the sum.
    """
    return {
        index: sides_of(summed.limits, WINDOW, long)
        for index, summed in enumerate(book.sums)
        if WINDOW in summed.limits
    }


def window_of(
    long_sides: Mapping[int, tuple[int, ...]], sides: Mapping[int, tuple[int, ...]]
) -> str | None:
    """The context window of requests on some sides of the thresholds, where these decide it;
    `long_sides` are those of the long one (see `window_sides`).
    """
    for index, long in long_sides.items():
        own = sides.get(index)
        if own:
            inside = [side in long for side in own]
            return LONG if all(inside) else SHORT if not any(inside) else None
    return None


def meter_of(key: Key) -> str:
    """What is counted under a key: the book's meter, or the cost type."""
    if key.token_type is not None:
        return METERS.get(key.token_type, key.token_type)
    kind = key.cost_type
    if kind is None or kind == TOKENS:
        return "all"
    return next((meter for meter, name in COST_TYPES.items() if name == kind), kind)
