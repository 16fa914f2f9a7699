"""What `pricelang add` adds: a model like another, a price from a day, another name; each with its
examples, and checked.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pricelang.apps.additions.edited_book import AdditionFault, EditedBook
from pricelang.apps.additions.examples import example_lines
from pricelang.apps.additions.model_lines import NewModel, model_lines
from pricelang.apps.additions.other_lines import alias_line, source_line
from pricelang.apps.additions.price_lines import NewPrices, price_lines
from pricelang.present.text import did_you_mean
from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import BookError


def add_model(book: EditedBook, new: NewModel, aliases: Iterable[str] = ()) -> None:
    """Adds a model like another, with other names for it.
    Raises `AdditionFault`, and `BookError` where the lines do not make a book.
    """
    book.apply(model_lines(book, new, currency_of(book)))
    for name in aliases:
        book.apply([alias_line(book, name, new.name)])
    _add_examples(book, new.name, new.prices.start)


def add_price(book: EditedBook, new: NewPrices) -> None:
    """Adds a price of a model from a day. Raises as `add_model` does."""
    if not new.amounts:
        raise AdditionFault("no price is given; write it as `input=$5`")
    _known(book, "model", new.model)
    for meter in new.amounts:
        _known(book, "meter", meter)
    book.apply(price_lines(book, new, new.model, currency_of(book)))
    _add_examples(book, new.model, new.start)


def add_alias(book: EditedBook, name: str, model: str, start: str, unsure: str, see: str) -> None:
    """Adds another name of a model. Raises as `add_model` does."""
    _known(book, "model", model)
    book.apply([alias_line(book, name, model, start, unsure, see)])


def add_source(book: EditedBook, name: str, address: str, day: str) -> str:
    """Adds a source as it was read on a day, where the book has none; returns its name."""
    found, edits = source_line(book, name, address, day)
    book.apply(edits)
    return found


def currency_of(book: EditedBook) -> str:
    """The currency in which the book writes its prices."""
    for statement in book.statements():
        if isinstance(statement, t.BookHeader) and statement.currency is not None:
            return statement.currency.text
    return book.compiled().currency


def _known(book: EditedBook, kind: Literal["model", "meter"], name: str) -> None:
    """Raises `AdditionFault` for a name that the book does not have."""
    compiled = book.compiled()
    known = [each.name for each in (compiled.models if kind == "model" else compiled.meters)]
    if name not in known:
        raise AdditionFault(f"the book has no {kind} `{name}`", did_you_mean(name, known))


def _add_examples(book: EditedBook, model: str, day: str) -> None:
    """The examples, where the book prices with its new lines; else what is wrong is remarked."""
    try:
        book.apply(example_lines(book, model, day))
    except BookError as error:
        book.remarks += [
            f"{fault.span}: {fault.message}" for fault in error.faults if fault.severity == "error"
        ]
