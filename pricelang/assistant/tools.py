"""What an assistant may ask of a book: plain functions whose answers are JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from attrs import asdict, frozen

from pricelang.api import Book, load
from pricelang.apps.audit_report.sections import as_data
from pricelang.check.files import read_layers
from pricelang.compile.book import check_layers
from pricelang.model.errors import BadRequest, PriceError
from pricelang.syntax.diagnostics import BookError, Fault, render_fault
from pricelang.usage.records import UsageError

Data = dict[str, Any]


@frozen(eq=False)
class Tools:
    """The tools over one book. Each docstring is what the assistant reads."""

    book: Book

    def functions(self) -> tuple[Callable[..., Data], ...]:
        """The tools, in the order in which they are listed."""
        return (
            self.price,
            self.explain,
            self.quote,
            self.models,
            self.check,
            self.audit,
            self.diff,
        )

    def price(
        self,
        model: str,
        usage: dict[str, int | float | str],
        at: str | None = None,
        dimensions: dict[str, str] | None = None,
        strict: bool = False,
    ) -> Data:
        """The exact cost of one request, with a line for each meter, the rules behind it and notes.

        `usage` maps meters to quantities, such as {"input": 1200, "output": 300}; `at` is a day or
        an instant in UTC, today unless given; `dimensions` are such as {"service_tier": "batch"}.
        Amounts are decimal strings. What cannot be priced is an `error` with a code and a help.
        """
        return _answered(lambda: self._bill(model, usage, at, dimensions, strict).to_dict())

    def explain(
        self,
        model: str,
        usage: dict[str, int | float | str],
        at: str | None = None,
        dimensions: dict[str, str] | None = None,
    ) -> Data:
        """Why a request costs what it does: each amount as its formula, with the file and line of
        each rule and the page that it is from. Arguments as in `price`.
        """
        return _answered(
            lambda: {"explanation": self._bill(model, usage, at, dimensions, False).explain()}
        )

    def quote(self, request: dict[str, Any], at: str | None = None) -> Data:
        """What a request body of the Messages API will cost before it is sent: low, expected and
        high, with what each part adds. Nothing is sent anywhere.
        """
        return _answered(lambda: self.book.quote(request, at=at).to_dict())

    def check(self, text: str) -> Data:
        """Everything that is wrong with the text of a book of rules: `faults` with code, place,
        message and help, and the same as text with the lines. No faults: the book can be used.
        """
        return _answered(lambda: _checked(text))

    def audit(self, text: str | None = None) -> Data:
        """The verdict on each claim of a book, over every request that it admits: proven, broken
        with a request that breaks it, or undecided. Without a `text` of rules, of the book served.
        """
        return _answered(lambda: as_data(self._book(text).audit, ["claims"]))

    def diff(
        self,
        text: str | None = None,
        at: str | None = None,
        other_at: str | None = None,
    ) -> Data:
        """What changes for whom: from the book served to the rules in `text`, or, with `at` and
        `other_at`, from one day to another. Every request is compared.
        """
        return _answered(
            lambda: {
                "changes": [
                    {"kind": one.kind, "text": one.text, "old": one.old, "new": one.new}
                    for one in self.book.diff(self._book(text), at, other_at)
                ]
            }
        )

    def models(self) -> Data:
        """The models of the book, with their dates and aliases."""
        return {"models": [asdict(model) for model in self.book.models()]}

    def _book(self, text: str | None) -> Book:
        return self.book if text is None else load(text + "\n")

    def _bill(
        self,
        model: str,
        usage: dict[str, int | float | str],
        at: str | None,
        dimensions: dict[str, str] | None,
        strict: bool,
    ) -> Any:
        # a number of JSON is what it is written as: money never meets a float
        said = {meter: _written(quantity) for meter, quantity in usage.items()}
        return self.book.price(
            model=model, usage=said, at=at, strict=strict, **_dimensions(dimensions)
        )


def _dimensions(said: dict[str, str] | None) -> dict[str, Any]:
    """The dimensions that are said; names of other arguments are none."""
    taken = {"model", "usage", "at", "record", "each", "strict", "position"}
    for name in (said or {}).keys() & taken:
        raise BadRequest("unknown_dimension", f"`{name}` is no dimension")
    return {**(said or {})}


def _written(quantity: int | float | str) -> int | str:
    return repr(quantity) if isinstance(quantity, float) else quantity


def _answered(ask: Callable[[], Data]) -> Data:
    """An answer, or the error that stands in its place."""
    try:
        return ask()
    except PriceError as error:
        return {"error": error.to_dict()}
    except UsageError as error:
        return {"error": {"code": error.code, "message": error.message, "help": error.help}}
    except BookError as error:
        return {"error": {"code": error.code, "message": str(error), "help": error.help}}


def _checked(text: str) -> Data:
    try:
        checked = check_layers(read_layers(text + "\n"))
        faults, texts = checked.faults, checked.texts
    except BookError as error:
        faults, texts = error.faults, error.texts
    return {
        "faults": list(_faults(faults)),
        "text": "\n".join(render_fault(fault, texts) for fault in faults) or "no faults",
    }


def _faults(faults: tuple[Fault, ...]) -> Iterator[Data]:
    for fault in faults:
        yield {
            "code": fault.code,
            "severity": fault.severity,
            "line": fault.span.line,
            "column": fault.span.column,
            "message": fault.message,
            "help": fault.help,
        }
