"""A request body to its quote: read, counted, split by the cache,
and priced by the book in every case that may be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, assert_never

from attrs import evolve, frozen

from pricelang.apps.quote.body import read_body
from pricelang.apps.quote.caching import Split, breakpoints_of, least_cacheable, notes_of, splits
from pricelang.apps.quote.counting import Prompt, estimate, given_tokens
from pricelang.apps.quote.fees import fetched_pieces, output_of, uses_of
from pricelang.apps.quote.figures import ModelFigures
from pricelang.apps.quote.limits import limits_of
from pricelang.apps.quote.model import Call, CountedBy, Options, Quote, QuoteError, QuoteLine, Range
from pricelang.apps.quote.parts import Body, KnownSizes, fault
from pricelang.evaluate.bill import Bill
from pricelang.evaluate.bill_lines import Line
from pricelang.evaluate.days import asked
from pricelang.model.instants import seconds_of, written
from pricelang.model.notes import Note
from pricelang.present.decimals import to_decimal
from pricelang.usage.fields import shown

if TYPE_CHECKING:
    from pricelang.apps.price_book import PriceBook

_INDEX = {"low": 0, "expected": 1, "high": 2}
CACHES = ("none", "5m", "1h")


def quote(
    book: PriceBook,
    request: object,
    options: Options = Options(),  # noqa: B008
    dimensions: Mapping[str, str] | None = None,
) -> Quote:
    """What a Messages API request body, or an item of a batch, will cost.
    `dimensions` stand instead of the request's own.

    Raises `QuoteError` for a body that cannot be read or has no end,
    and the `PriceError` of what the book refuses.

    >>> import pricelang
    >>> body = {
    ...     "model": "claude-opus-4-7",
    ...     "max_tokens": 500,
    ...     "messages": [{"role": "user", "content": "Hello, Claude"}],
    ... }
    >>> found = quote(pricelang.load(), body, Options(at="2026-04-17", tokens=50_000, output=300))
    >>> found.low, found.high, found.counted
    (Decimal('0.2575'), Decimal('0.2575'), 'given')
    """
    body = read_body(request, KnownSizes(options.image_size, options.pdf_pages))
    return _quoted(book, body, options, {**body.dimensions, **(dimensions or {})})


def _quoted(book: PriceBook, body: Body, options: Options, values: Mapping[str, str]) -> Quote:
    """The quote of a body that was read, with its dimensions."""
    at = asked(book.checked, options.at)
    seconds, name = seconds_of(at), _model_of(body, options)
    figures = ModelFigures(book.checked, book.rates.model_index(name, seconds), seconds)
    notes: list[Note] = list(body.notes)
    output = output_of(body, options.output, notes)
    prompt, counted = _prompt(body, figures, name, options, notes)
    uses = uses_of(body, options, book.checked, notes)
    points = breakpoints_of(prompt, options.cache)
    least, place = least_cacheable(figures)
    cases = list(splits(prompt, points, least))
    common = _Common(book, name, at, output, uses, values)
    bills = [_bill(common, split, split.first) for split in cases]
    first, later = _call(book, bills), None
    if any("cache_read" in split.later for split in cases):
        later = _call(book, [_bill(common, split, split.later) for split in cases])
    model = book.checked.models[figures.model].name
    notes += [*prompt.notes, *notes_of(points, least, place, model), *_of_estimates(counted)]
    notes += bills[0].notes
    return Quote(
        model,
        written(seconds),
        first.low,
        first.expected,
        first.high,
        bills[0].currency,
        prompt.total,
        first.tokens,
        counted,
        prompt.overheads,
        first.lines,
        tuple(dict.fromkeys(notes)),
        later,
        limits_of(figures, options.rate, options.tier) if options.rate is not None else None,
        values,
        body.id,
    )


def _model_of(body: Body, options: Options) -> str:
    """The name of the model that is asked for. Raises `QuoteError` for options that are none."""
    name = options.model if options.model is not None else body.model
    if name is None:
        raise fault("missing_key", "model", "is missing", "name one with `--model`")
    if options.cache is not None and options.cache not in CACHES:
        raise QuoteError(
            "bad_cache", f"{shown(options.cache)} is not a cache", help="one of `none`, `5m`, `1h`"
        )
    return name


def _prompt(
    body: Body, figures: ModelFigures, name: str, options: Options, notes: list[Note]
) -> tuple[Prompt, CountedBy]:
    """The prompt with what is fetched into it, and where its count is from."""
    prompt, counted = _counted(body, figures, name, options)
    fetched = list(fetched_pieces(body, options, figures, notes))
    pieces = (*prompt.pieces, *(piece for piece, _ in fetched))
    overheads = (*prompt.overheads, *(extra for _, extra in fetched))
    return evolve(prompt, pieces=pieces, overheads=overheads), counted


def _counted(
    body: Body, figures: ModelFigures, name: str, options: Options
) -> tuple[Prompt, CountedBy]:
    """The prompt with its tokens, and where they are from:
    given, counted by the API, or estimated.
    """
    if options.tokens is not None:
        if options.tokens < 0:
            raise QuoteError("bad_tokens", "a prompt has no negative number of tokens")
        return given_tokens(estimate(body, figures), options.tokens), "given"
    if options.count is None:
        return estimate(body, figures), "estimate"
    if options.count != "api":
        raise QuoteError(
            "bad_count", f"{shown(options.count)} counts no tokens", help="only `api` does"
        )
    from pricelang.apps.quote.api_count import count_tokens

    found = count_tokens(body.raw, name)
    prompt = given_tokens(estimate(body, figures), found.tokens)
    return evolve(prompt, notes=(*prompt.notes, *found.notes)), "api"


def _of_estimates(counted: CountedBy) -> Sequence[Note]:
    match counted:
        case "estimate":
            text = (
                "the tokens of the prompt are an estimate; `--count api` counts them, "
                "`--tokens` takes a number that is known"
            )
        case "api":
            text = "the count is the API's own estimate: what is billed may differ by a few tokens"
        case "given":
            return ()
        case _:
            assert_never(counted)
    return (Note("assumed", text),)


@frozen
class _Common:
    """What all calls of a request have in common."""

    book: PriceBook
    model: str
    at: str
    output: Range
    uses: Mapping[str, tuple[object, object, object]]
    dimensions: Mapping[str, str]


def _bill(call: _Common, split: Split, tokens: Mapping[str, int]) -> Bill:
    index = _INDEX[split.level]
    usage: dict[str, object] = {**tokens, "output": int(getattr(call.output, split.level))}
    usage |= {meter: value for meter, values in call.uses.items() if (value := values[index]) != 0}
    return call.book.price(
        model=call.model,
        usage=usage,
        at=call.at,
        strict=False,
        position=None,
        **call.dimensions,
    )


# ---- bills to a call -----------------------------------------------------------------------------


def _call(book: PriceBook, bills: Sequence[Bill]) -> Call:
    """The first bill is the expected one; the others bound it, in all and meter by meter."""
    totals = [bill.exact_total for bill in bills]
    order = [meter.name for meter in book.checked.meters]
    meters = {line.meter for bill in bills for line in bill.lines}
    lines = tuple(
        _line(meter, bills)
        for meter in sorted(
            meters, key=lambda name: order.index(name) if name in order else len(order)
        )
    )
    tokens = {line.meter: line.quantity for line in lines if line.unit == "token"}
    return Call(
        to_decimal(min(totals)), to_decimal(totals[0]), to_decimal(max(totals)), tokens, lines
    )


def _line(meter: str, bills: Sequence[Bill]) -> QuoteLine:
    sums = [_sums(bill, meter) for bill in bills]
    quantities, amounts = [quantity for quantity, _ in sums], [amount for _, amount in sums]
    shown = _most_telling([[line for line in bill.lines if line.meter == meter] for bill in bills])
    low, expected, high = (to_decimal(value) for value in (min(amounts), amounts[0], max(amounts)))
    return QuoteLine(
        meter,
        shown.unit,
        Range(min(quantities), quantities[0], max(quantities)),
        low,
        expected,
        high,
        shown.unit_price,
        shown.list_price,
        shown.factors,
        shown.source,
        shown.location,
        shown.free,
    )


def _sums(bill: Bill, meter: str) -> tuple[Fraction, Fraction]:
    """What a bill counts of a meter and what that costs, exactly."""
    found = [
        (Fraction(line.billed), line.amount)
        for part in bill.parts
        for line in part.amounts
        if meter
        == (
            line.rate.meter.name
            if line.rate is not None
            else line.step.rule
            if line.step is not None
            else ""
        )
    ]
    return sum((quantity for quantity, _ in found), Fraction(0)), sum(
        (amount for _, amount in found), Fraction(0)
    )


def _most_telling(found: Sequence[Sequence[Line]]) -> Line:
    """The line of the expected call, or else the dearest."""
    if found[0]:
        return found[0][0]
    return max((line for lines in found for line in lines), key=_amount)


def _amount(line: Line) -> Decimal:
    return line.amount
