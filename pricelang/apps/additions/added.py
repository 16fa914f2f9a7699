"""What `pricelang add` adds: a model like another, a price from a day, another name; each with its
examples, and checked.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pricelang.apps.additions.differing_figures import say_instead_of
from pricelang.apps.additions.edited_book import AdditionFault, EditedBook
from pricelang.apps.additions.examples import example_lines, fallen_examples
from pricelang.apps.additions.model_lines import NewModel, model_lines
from pricelang.apps.additions.other_lines import alias_lines, source_line
from pricelang.apps.additions.price_lines import NewPrices, price_lines
from pricelang.present.text import did_you_mean, shown
from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import BookError
from pricelang.syntax.words import is_name


def add_model(book: EditedBook, new: NewModel, aliases: Iterable[str] = ()) -> None:
    """Adds a model like another, with other names for it.
    Raises `AdditionFault`, and `BookError` where the lines do not make a book.
    """
    for name in (new.name, *(others := list(aliases))):
        _check_name(name)
    _check_prices(book, new.prices)
    book.apply(model_lines(book, new, currency_of(book)))
    say_instead_of(book, new.prices, currency_of(book))
    for name in others:
        book.apply(alias_lines(book, name, new.name))
    _add_examples(book, new.name, new.prices.start)


def add_price(book: EditedBook, new: NewPrices) -> None:
    """Adds a price of a model from a day. Raises as `add_model` does."""
    if not new.amounts:
        raise AdditionFault("no price is given; write it as `input=$5`")
    _known(book, "model", new.model)
    _check_prices(book, new)
    book.apply(price_lines(book, new, new.model, currency_of(book)))
    say_instead_of(book, new, currency_of(book))
    _add_examples(book, new.model, new.start)


def add_alias(book: EditedBook, name: str, model: str, start: str, unsure: str, see: str) -> None:
    """Adds another name of a model. Raises as `add_model` does."""
    _check_name(name)
    _known(book, "model", model)
    if see:
        _known(book, "source", see)
    book.apply(alias_lines(book, name, model, start, unsure, see))


def add_source(book: EditedBook, name: str, address: str, day: str) -> str:
    """Adds a source as it was read on a day, where the book has none; returns its name. Raises
    `AdditionFault`.
    """
    found, edits = source_line(book, name, address, day)
    if not edits:
        book.remarks.append(f"the book has this source, read {day}, as `{found}`")
    book.apply(edits)
    return found


def currency_of(book: EditedBook) -> str:
    """The currency in which the book writes its prices."""
    for statement in book.statements():
        if isinstance(statement, t.BookHeader) and statement.currency is not None:
            return statement.currency.text
    return book.compiled().currency


def _check_name(name: str) -> None:
    """Raises `AdditionFault` for what no name can be."""
    if not is_name(name):
        help = "a name has letters, digits and `_ . : @ / -`, and is no word of the language"
        raise AdditionFault(f"`{shown(name)}` is no name", help)


def _check_prices(book: EditedBook, new: NewPrices) -> None:
    """Raises `AdditionFault` for a meter or a source that the book does not have."""
    for meter in new.amounts:
        _known(book, "meter", meter)
    if new.see:
        _known(book, "source", new.see)


def _known(book: EditedBook, kind: Literal["model", "meter", "source"], name: str) -> None:
    """Raises `AdditionFault` for a name that the book does not have."""
    compiled = book.compiled()
    known = {
        "model": [model.name for model in compiled.models],
        "meter": [meter.name for meter in compiled.meters],
        "source": [source.name for source in compiled.sources],
    }[kind]
    if name in known:
        return
    help = did_you_mean(name, known)
    if kind == "model":
        meant = [alias.model for alias in compiled.aliases if alias.name == name]
        if meant:
            help = f"it is another name of `{compiled.models[meant[-1]].name}`"
    raise AdditionFault(f"the book has no {kind} `{shown(name)}`", help)


def _add_examples(book: EditedBook, model: str, day: str) -> None:
    """The examples, where the book prices with its new lines; else what is wrong is remarked, as
    are the examples that fall.
    """
    try:
        book.apply(example_lines(book, model, day))
        book.remarks += fallen_examples(book)
    except BookError as error:
        book.remarks += [
            f"{fault.span}: {fault.message}" for fault in error.faults if fault.severity == "error"
        ]
