"""A bill that was written as data, read back: its lines and notes, its amounts and currency."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from pricelang.evaluate.bill_lines import Factor, Line, LineTerms
from pricelang.model.errors import BadRequest
from pricelang.model.notes import MEANINGS, Note

Fields = tuple[tuple[Line, ...], tuple[Note, ...], tuple[Fraction, Fraction], str]


def bill_fields(data: Mapping[str, Any]) -> Fields:
    """The lines, the notes, the least and the most, and the currency of a bill.
    Raises `BadRequest` (`bad_bill`).
    """
    try:
        total = data["total"]
        low, high = (total, total) if total is not None else (data["low"], data["high"])
        return (
            tuple(_line(line) for line in data["lines"]),
            tuple(_note(note) for note in data["notes"]),
            (Fraction(_number(low)), Fraction(_number(high))),
            _text(data["currency"]),
        )
    except (KeyError, TypeError, AttributeError, InvalidOperation, ValueError) as error:
        lacks = f": it has no {error}" if isinstance(error, KeyError) else ""
        raise BadRequest(
            "bad_bill",
            f"this is no bill{lacks}",
            help="a bill is what `bill.to_dict()` gives, or a line of `pricelang price --json`",
        ) from None


def _number(value: object) -> Decimal:
    if not isinstance(value, str):
        raise TypeError
    number = Decimal(value)
    if not number.is_finite() or abs(number.adjusted()) > 100:
        raise ValueError
    return number


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _line(data: Mapping[str, Any]) -> Line:
    terms = LineTerms(
        _text(data["meter"]),
        _text(data["unit"]),
        _number(data["unit_price"]),
        tuple(_factor(factor) for factor in data["factors"]),
        _text(data["model"]),
        _number(data["list_price"]),
        data["source"],
        _text(data["location"]),
        data.get("free"),
        tuple((_text(name), _text(tier)) for name, tier in data.get("tiers", {}).items()),
    )
    return Line(terms, _number(data["quantity"]), _number(data["amount"]), data.get("part", ""))


def _factor(data: Mapping[str, Any]) -> Factor:
    return Factor(
        _text(data["rule"]), _number(data["factor"]), data["source"], data.get("location", "")
    )


def _note(data: Mapping[str, Any]) -> Note:
    if data["code"] not in MEANINGS:
        raise ValueError
    return Note(data["code"], _text(data["text"]))
