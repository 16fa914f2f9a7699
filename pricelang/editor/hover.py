"""What an editor shows of a name or a figure: what it is, where it is from, and what it was
before.
"""

from __future__ import annotations

from collections.abc import Iterator

from pricelang.editor.names import Key
from pricelang.editor.open_books import OpenBook
from pricelang.model import book as m
from pricelang.model.rates import Price
from pricelang.model.space import day, first_stretch, undated
from pricelang.present.decimals import money, plain
from pricelang.present.text import how_many

MAX_LINES = 12
"""So many lines of a declaration are shown."""


def about_name(opened: OpenBook, key: Key) -> str:
    """A name in Markdown: its declaration, and how often it is used."""
    declared = opened.names.declaration(key)
    kind, dimension, name = key
    of = f" of `{dimension}`" if dimension else ""
    parts = [f"{kind} `{name}`{of}"]
    if declared is None:
        return f"{parts[0]}: a unit of the language, or that meters are counted in"
    statement = next(
        (
            one
            for one in opened.statements
            if one.span.file == declared.span.file
            and one.span.line <= declared.span.line <= one.span.end_line
        ),
        None,
    )
    if statement is not None:
        rows = opened.texts[declared.span.file].split("\n")
        is_row = kind == "model" or kind == "value"
        first = declared.span.line if is_row else statement.span.line
        last = first if is_row else min(statement.span.end_line, first + MAX_LINES - 1)
        parts.append("```pricelang\n" + "\n".join(rows[first - 1 : last]) + "\n```")
    uses = [one for one in opened.names.uses.get(key, ()) if not one.declares]
    parts.append(f"used {how_many(len(uses), 'time')}" if uses else "not used")
    if kind == "source" and opened.book is not None:
        parts += [
            f"{source.address}, read {day(source.read)}"
            for source in opened.book.sources
            if source.name == name
        ]
    return "\n\n".join(parts)


def about_figure(opened: OpenBook, file: str, line: int, column: int) -> str | None:
    """A price of a table in Markdown: since when, from which page, how it is derived, how sure it
    is, and what it was before; None where no price stands at the place.
    """
    book = opened.book
    if book is None:
        return None
    for price in book.prices:
        origin = price.origin
        inside = origin.column <= column < origin.column + max(1, origin.width)
        if (origin.file, origin.line) == (file, line) and inside:
            return "\n\n".join(_price(book, price))
    return None


def _price(book: m.Book, price: Price) -> Iterator[str]:
    model, meter = book.models[price.model].name, book.meters[price.meter].name
    yield f"`{meter}` of `{model}` from {_since(book, price)}: {_amount(book, price)}"
    derived = [line for line in book.derivations if line.meter == price.meter]
    if price.kind == "derived" and derived:
        of = derived[0]
        yield f"derived: {plain(of.factor)} x `{book.meters[of.of].name}`, {of.origin.place}"
    source = next((one for one in book.sources if one.name == price.origin.source), None)
    if source is not None:
        yield f"source `{source.name}`: {source.address}, read {day(source.read)}"
    if price.origin.unsure:
        yield f"unsure: {price.origin.unsure}"
    alike = [
        other
        for other in book.prices
        if (other.model, other.meter, other.rank) == (price.model, price.meter, price.rank)
        and undated(other.scope) == undated(price.scope)
    ]
    earlier = [other for other in alike if first_stretch(other.scope) < first_stretch(price.scope)]
    if earlier:
        before = max(earlier, key=lambda one: first_stretch(one.scope))
        yield f"before: {_amount(book, before)} from {_since(book, before)}, {before.origin.place}"
    later = [other for other in alike if first_stretch(other.scope) > first_stretch(price.scope)]
    if later:
        after = min(later, key=lambda one: first_stretch(one.scope))
        yield f"then: {_amount(book, after)} from {_since(book, after)}, {after.origin.place}"


def _amount(book: m.Book, price: Price) -> str:
    if price.kind == "absent":
        return "not offered"
    if price.amount is None:
        return "derived"
    return f"{money(price.amount, book.currency)} per {price.per}"


def _since(book: m.Book, price: Price) -> str:
    start = first_stretch(price.scope)
    return day(book.boundaries[start - 1]) if start else "the beginning"
