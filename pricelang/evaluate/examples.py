"""The examples of a book and their results: what each one expects, what the book gives, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Protocol, assert_never

from attrs import frozen

from pricelang.evaluate.bill import Bill
from pricelang.evaluate.rate_card import RateCard
from pricelang.model import book as m
from pricelang.model.errors import NotOffered, PriceError, Refused
from pricelang.model.instants import with_time
from pricelang.present.decimals import money


class RatedBook(Protocol):
    """What examples run on: a loaded `pricelang.Book`."""

    @property
    def checked(self) -> m.Book:
        """The checked book."""

    @property
    def rates(self) -> RateCard:
        """Its compiled rates."""


@frozen
class Result:
    """An example that was run: `expected` and `got` in words,
    and in `why` the explanation or the whole error.
    """

    example: m.Example
    passed: bool
    expected: str
    got: str
    why: str


def run_examples(book: RatedBook, select: Iterable[m.Example] | None = None) -> list[Result]:
    """The results of the examples of a book in their order, or of those in `select`.
    Raises nothing for a failing one.

    >>> import pricelang
    >>> all(result.passed for result in run_examples(pricelang.load()))
    True
    """
    # not the rates of `book`, which hold what anybody asks for against more
    return [*run_checked(book.checked, book.checked.examples if select is None else select)]


def run_checked(book: m.Book, examples: Iterable[m.Example]) -> Iterator[Result]:
    """The results of some examples of a checked book, one after another, as `run_examples`."""
    rates = RateCard(book)
    return (run_example(rates, example) for example in examples)


def run_example(rates: RateCard, example: m.Example) -> Result:
    """The result of an example at some rates. Raises nothing for a failing one."""
    try:
        bill = _bill(rates, example)
    except PriceError as error:
        return Result(
            example,
            _is_expected(example, error),
            _expected(example),
            _kind(error),
            _error_text(error),
        )
    low, high = bill.bounds if bill.bounds is not None else (bill.exact_total, bill.exact_total)
    passed = (
        example.expect == "cost"
        and (low, high) == (example.low, example.high)
        and bill.currency == example.currency
    )
    return Result(
        example,
        passed,
        _expected(example),
        f"costs {_span(low, high, bill.currency)}",
        bill.explain(),
    )


def _bill(rates: RateCard, example: m.Example) -> Bill:
    """The bill of an example's request, priced as `Book.price` prices it. Raises `PriceError`."""
    at, dimensions, usage = with_time(example.at), dict(example.dimensions), dict(example.usage)
    if example.record == "single":
        return Bill((rates.request(example.model, at, usage, dimensions),))
    found = rates.bounds(example.model, at, usage, dimensions, dict(example.sides))
    low, high = found[0].total, found[-1].total
    return Bill((found[0],), (), (low, high) if low != high else None)


def _is_expected(example: m.Example, error: PriceError) -> bool:
    match example.expect:
        case "cost":
            return False
        case "not_offered":
            return isinstance(error, NotOffered)
        case "refused":
            return isinstance(error, Refused) and (
                not example.rule or _modifiers(example.rule) == _modifiers(error.rule or "")
            )
        case _:
            assert_never(example.expect)


def _modifiers(rule: str) -> list[str]:
    """The names in a rule's: `A with B` is the same exclusion as `B with A`."""
    return sorted(rule.split(" with "))


def _expected(example: m.Example) -> str:
    match example.expect:
        case "cost":
            return f"costs {_span(example.low, example.high, example.currency)}"
        case "refused":
            return f"refused by {example.rule}" if example.rule else "refused"
        case "not_offered":
            return "not offered"
        case _:
            assert_never(example.expect)


def _kind(error: PriceError) -> str:
    if isinstance(error, Refused):
        return f"refused by {error.rule}" if error.rule else "refused"
    return "not offered" if isinstance(error, NotOffered) else f"an error ({error.code})"


def _error_text(error: PriceError) -> str:
    place = f" [{error.location}]" if error.location else ""
    return f"{error.message}{place}" + (f"\nhelp: {error.help}" if error.help else "")


def _span(low: Fraction, high: Fraction, currency: str) -> str:
    return (
        money(low, currency)
        if low == high
        else f"{money(low, currency)} to {money(high, currency)}"
    )
