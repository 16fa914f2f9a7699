"""The tables of quotes: the lines of one quote, what is added to its prompt, and a row for each of
many quotes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import partial

from pricelang.apps.quote.model import Call, Limits, Quote, QuoteLine, Range
from pricelang.model import book as m
from pricelang.model.units import plural
from pricelang.present.decimals import grouped, money
from pricelang.present.readable import readable_amount, readable_quantity
from pricelang.present.table import Table
from pricelang.present.text import MAX_ID, shown
from pricelang.usage.records import Place

_COUNTED = {"estimate": "estimated", "given": "given", "api": "counted by the API"}


def quote_tables(quote: Quote, book: m.Book) -> Iterator[Table]:
    """The tables of one quote:
    the first call, each later one where the request caches, and what was added.
    """
    said = "".join(f", {name} {value}" for name, value in quote.dimensions.items())
    title = (
        f"{quote.model} at {quote.at}{said}: {_span(quote.prompt)} tokens of prompt, "
        f"{_COUNTED[quote.counted]}"
    )
    yield _call_table(quote, quote, book, title)
    if quote.later is not None:
        later = "each later call, while the cache is warm"
        yield _call_table(quote, quote.later, book, later)
    if quote.overheads:
        rows = tuple(
            (extra.name, _span(extra.tokens), extra.source or "") for extra in quote.overheads
        )
        yield Table(("added to the prompt", "tokens", "figure"), rows, frozenset({1}))


def _call_table(
    quote: Quote, call: Quote | Call, book: m.Book, title: str, places: bool = True
) -> Table:
    """The lines of a call, with the place of each price or without it."""
    rows = [_row(line, quote.currency, book, places) for line in call.lines]
    amounts = tuple(
        readable_amount(Fraction(value), quote.currency)
        for value in (call.low, call.expected, call.high)
    )
    rows.append(("total", *([""] * (5 if places else 4)), *amounts))
    headers = (
        "meter",
        "quantity",
        "unit",
        "unit price",
        "rules",
        *(["price of"] if places else []),
        "low",
        "expected",
        "high",
    )
    last = len(headers)
    return Table(
        headers,
        tuple(rows),
        frozenset({1, last - 3, last - 2, last - 1}),
        1,
        title,
        narrower=(partial(_call_table, quote, call, book, title, False),) if places else (),
    )


def _row(line: QuoteLine, currency: str, book: m.Book, places: bool) -> tuple[str, ...]:
    per, size = _per(line, book)
    price = f"{money(Fraction(line.unit_price) * size, currency)} / {per}"
    rules = (
        "free"
        if line.free is not None
        else ", ".join(
            f"{factor.rule} x {grouped(Fraction(factor.factor))}" for factor in line.factors
        )
    )
    amounts = (
        readable_amount(Fraction(value), currency) for value in (line.low, line.expected, line.high)
    )
    unit = line.unit if line.quantity.low == line.quantity.high == 1 else plural(line.unit)
    return (
        line.meter,
        _span(line.quantity),
        unit,
        price,
        rules,
        *([line.location] if places else []),
        *amounts,
    )


def _per(line: QuoteLine, book: m.Book) -> tuple[str, Fraction]:
    """The largest unit that the book itself has for what the line counts,
    and how many of the line's it is.
    """
    own = max(
        (unit for unit in book.units if unit.kind == line.unit),
        key=lambda unit: unit.size,
        default=None,
    )
    return (own.name, own.size) if own is not None else (line.unit, Fraction(1))


def _span(tokens: Range) -> str:
    if tokens.low == tokens.high:
        return readable_quantity(Fraction(tokens.low))
    return (
        f"{readable_quantity(Fraction(tokens.low))} to {readable_quantity(Fraction(tokens.high))}"
    )


def limit_lines(limits: Limits) -> Iterator[str]:
    """Says whether a rate fits, in a sentence or two."""
    rate = f"counting the tokens of {grouped(limits.rate)} requests a minute"
    if limits.tier is not None and limits.per_minute is not None:
        word = "fits" if limits.fits else "does not fit"
        yield (
            f"limit: {rate} {word} usage tier {limits.tier}, which allows {limits.per_minute:,} "
            f"({limits.source})"
        )
    if limits.least is None:
        tier, most = max(limits.tiers, key=lambda pair: pair[1])
        yield f"limit: no usage tier allows {rate}; tier {tier} allows {most:,}"
    elif not limits.fits:
        yield (
            f"limit: the least tier that allows it is {limits.least}, with "
            f"{dict(limits.tiers)[limits.least]:,} a minute"
        )
    yield "limit: limits on the messages themselves are apart from these, and not in the book"


def quotes_table(quotes: Sequence[tuple[Place, Quote]]) -> Table:
    """A row for each request, and their sum."""
    rows = [
        (
            str(place.line or ""),
            shown(place.id or "", MAX_ID),
            quote.model,
            _span(quote.prompt),
            *(
                readable_amount(Fraction(value), quote.currency)
                for value in (quote.low, quote.expected, quote.high)
            ),
        )
        for place, quote in quotes
    ]
    for currency in dict.fromkeys(quote.currency for _, quote in quotes):
        same = [quote for _, quote in quotes if quote.currency == currency]
        sums = (
            sum((Fraction(getattr(quote, level)) for quote in same), Fraction(0))
            for level in ("low", "expected", "high")
        )
        rows.append(("total", "", "", "", *(readable_amount(value, currency) for value in sums)))
    totals = len(rows) - len(quotes)
    days = dict.fromkeys(quote.at for _, quote in quotes)
    return Table(
        ("line", "id", "model", "prompt", "low", "expected", "high"),
        tuple(rows),
        frozenset({3, 4, 5, 6}),
        totals,
        f"at {', '.join(days)}",
    )
