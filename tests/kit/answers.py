"""What a book answers to a request of the kit, as data."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pricelang
from pricelang.api import Book
from pricelang.apps.price_records import price_sum
from pricelang.evaluate.bill import Bill
from pricelang.evaluate.bill_lines import Line
from pricelang.evaluate.rate_card import RateCard
from pricelang.present.decimals import plain
from tests.kit.draws import Request


def answer(book: Book, request: Request) -> dict[str, Any]:
    """The amount, lines and codes of notes, or the code of the error."""
    try:
        bill = bill_of(book, request)
    except pricelang.PriceError as error:
        return {"error": error.code} | ({"rule": error.rule} if error.rule else {})
    found: dict[str, Any] = {}
    if bill.bounds is None:
        found["amount"] = exact_text(bill.exact_total)
    else:
        found["low"], found["high"] = map(exact_text, bill.bounds)
    return found | {
        "currency": bill.currency,
        "lines": [_line(line) for line in bill.lines],
        "notes": [note.code for note in bill.notes],
    }


def exact_text(number: Fraction) -> str:
    """A number as a fraction in lowest terms: `3/200`, or `7` for a whole one."""
    return str(number)


def bill_of(book: Book, request: Request) -> Bill:
    """The bill of a request. Without `limits` the rules of the book alone decide, as for its
    examples. Raises `PriceError`.
    """
    asked = dict(request)
    dimensions = asked.pop("dimensions", {})
    if asked.pop("limits", True):
        return book.price(**asked, **dimensions)
    rates = RateCard(book.checked)
    model, at, usage = asked["model"], asked["at"], asked["usage"]
    if asked.get("record") == "sum":
        return price_sum(rates, model, at, usage, dimensions, tuple(asked.get("each", ())))
    return Bill((rates.request(model, at, usage, dimensions),))


def _line(line: Line) -> dict[str, Any]:
    """A line of a bill, without what is as usual: a list price that is paid, no factors."""
    found: dict[str, Any] = {
        "meter": line.meter,
        "quantity": plain(line.quantity),
        "unit_price": plain(line.unit_price),
        "amount": plain(line.amount),
    }
    if line.list_price != line.unit_price:
        found["list_price"] = plain(line.list_price)
    if line.factors:
        found["factors"] = [[factor.rule, plain(factor.factor)] for factor in line.factors]
    if line.free is not None:
        found["free"] = line.free
    if line.tiers:
        found["tiers"] = line.tiers
    return found
