"""What an assistant may ask of a book: plain functions whose answers are JSON, small enough to
read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import asdict, frozen

from pricelang.api import Book, load
from pricelang.apps.audit_report.sections import as_data
from pricelang.check.files import read_layers
from pricelang.compile.book import check_layers
from pricelang.editor.fault_data import fault_data
from pricelang.evaluate.bill import Bill
from pricelang.model.errors import BadRequest
from pricelang.syntax.diagnostics import BookError

Data = dict[str, Any]
MOST = 40
"""Rows of one answer: a model reads them all, and asks more narrowly for others."""


@frozen(eq=False)
class Tools:
    """The tools over one book. What they raise is answered as an error."""

    book: Book

    def price(
        self,
        model: str,
        usage: Mapping[str, int | float | str],
        at: str | None = None,
        dimensions: Mapping[str, str] | None = None,
        strict: bool = False,
    ) -> Data:
        """The exact cost of one request, with a line for each meter, its rules, and notes."""
        return self._bill(model, usage, at, dimensions, strict).to_dict()

    def explain(
        self,
        model: str,
        usage: Mapping[str, int | float | str],
        at: str | None = None,
        dimensions: Mapping[str, str] | None = None,
    ) -> Data:
        """Each amount as its formula, with the file and line of each rule."""
        return {"explanation": self._bill(model, usage, at, dimensions, False).explain()}

    def quote(self, request: Data, at: str | None = None, output: int | None = None) -> Data:
        """What a request body costs before it is sent: low, expected and high."""
        found: Data = self.book.quote(request, at=at, output=output).to_dict()
        return found

    def models(self, at: str | None = None, named: str = "") -> Data:
        """The models with a part of a name, the newest first, with dates and aliases."""
        found = [
            {
                name: value
                for name, value in asdict(model).items()
                if name not in ("source", "location")
            }
            for model in reversed(self.book.models(at))
            if any(named in name for name in (model.name, *model.aliases))
        ]
        return _first("models", found)

    def check(self, text: str) -> Data:
        """Everything that is wrong with the text of a book."""
        try:
            checked = check_layers(read_layers(text + "\n"))
            faults, texts = checked.faults, checked.texts
        except BookError as error:
            faults, texts = error.faults, error.texts
        return _first("faults", [fault_data(fault, texts) for fault in faults])

    def audit(self, text: str | None = None) -> Data:
        """How many claims are proven, and the others with the request that breaks them."""
        claims = as_data(self._book(text).audit, ["claims"])["claims"]
        others = [claim for claim in claims if not claim["holds"]]
        return {"proven": len(claims) - len(others), **_first("claims", others)}

    def diff(
        self,
        text: str | None = None,
        at: str | None = None,
        other_at: str | None = None,
        model: str | None = None,
    ) -> Data:
        """What changes for whom, from the book to a text, or from one day to another."""
        if text is None and (at is None or other_at is None):
            raise BadRequest("missing_key", "give `text`, or both `at` and `other_at`")
        found = [
            {"kind": one.kind, "text": one.text}
            for one in self.book.diff(self._book(text), at, other_at)
            if model is None or model in one.models or not (one.models or one.who)
        ]
        return _first("changes", found)

    def _book(self, text: str | None) -> Book:
        return self.book if text is None else load(text + "\n")

    def _bill(
        self,
        model: str,
        usage: Mapping[str, int | float | str],
        at: str | None,
        dimensions: Mapping[str, str] | None,
        strict: bool,
    ) -> Bill:
        # a number of JSON is what it is written as: money never meets a float
        said = {meter: _written(quantity) for meter, quantity in usage.items()}
        return self.book.price(
            model=model, usage=said, at=at, strict=strict, **_dimensions(dimensions)
        )


def _dimensions(said: Mapping[str, str] | None) -> dict[str, Any]:
    """The dimensions that are said; names of other arguments are none."""
    taken = {"model", "usage", "at", "record", "each", "strict", "position"}
    for name in (said or {}).keys() & taken:
        raise BadRequest("unknown_dimension", f"`{name}` is no dimension")
    return {**(said or {})}


def _written(quantity: int | float | str) -> int | str:
    return repr(quantity) if isinstance(quantity, float) else quantity


def _first(name: str, rows: Sequence[Data]) -> Data:
    """The first rows, and how many more there are."""
    return {name: list(rows[:MOST]), "more": max(0, len(rows) - MOST)}
