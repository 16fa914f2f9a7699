"""Another name of a model, a source, and a day of a model."""

from __future__ import annotations

import re

from pricelang.apps.additions.edited_book import AdditionFault, EditedBook, TextEdit
from pricelang.apps.additions.table_rows import (
    UNSURE,
    cell_of,
    quoted_text,
    row_instead,
    rows_of,
)
from pricelang.model.instants import seconds_of
from pricelang.syntax import tree as t


def alias_lines(
    book: EditedBook, name: str, model: str, start: str = "", unsure: str = "", see: str = ""
) -> list[TextEdit]:
    """Another name of a model: below its other names, or below all. A name that stands for another
    model is moved from a day on. Raises `AdditionFault`.
    """
    text = f"alias {name} is {model}"
    text += f" from {start}" if start else ""
    text += f" unsure {quoted_text(unsure)}" if unsure else ""
    text += f" see {see}" if see else ""
    places = [each for each in book.statements() if isinstance(each, t.Alias)]
    before = [each for each in places if each.name.text == name]
    if before and not start:
        raise AdditionFault(
            f"the book has an alias `{name}`", "say with `--from` when it begins to mean another"
        )
    ended = [_ended(each, start) for each in before if _holds(each, seconds_of(start))]
    own = [each for each in places if each.model.text == model]
    tables = [each for each in book.statements() if isinstance(each, t.Models)]
    for place in (before[-1:], own[-1:], places[-1:]):
        if place:
            return [*ended, TextEdit.below(place[0].span, text)]
    if not tables:
        raise AdditionFault("the book has no table of models")
    return [TextEdit.below(tables[-1].span, f"\n{text}")]


def _holds(alias: t.Alias, at: int) -> bool:
    """Decides whether a name that began before an instant holds at it."""
    start, end = alias.endings.start, alias.endings.end
    return (start is None or start.seconds < at) and (end is None or end.seconds > at)


def _ended(alias: t.Alias, day: str) -> TextEdit:
    """The end of a name from a day on, in the place where the language has it."""
    if alias.endings.end is not None:
        return TextEdit.instead(alias.endings.end.span, day)
    last = alias.endings.start if alias.endings.start is not None else alias.model
    return TextEdit.after(last.span, f" before {day}")


def source_line(book: EditedBook, name: str, address: str, day: str) -> tuple[str, list[TextEdit]]:
    """A source as it was read on a day: the name under which the book has it, and its line where it
    has none. A name that is taken gets the day behind it.
    """
    known = [each for each in book.statements() if isinstance(each, t.Source)]
    for source in known:
        if source.address.text == address and source.read.written == day:
            return source.name.text, []
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "source"
    if any(source.name.text == plain for source in known):
        plain = f"{plain}_{day.replace('-', '_')}"
    text = f"source {plain} {quoted_text(address)} read {day}"
    if known:
        return plain, [TextEdit.below(known[-1].span, text)]
    header = next(each for each in book.statements() if isinstance(each, t.BookHeader))
    return plain, [TextEdit.below(header.span, f"\n{text}")]


def date_edits(
    book: EditedBook, model: str, kind: str, day: str, unsure: str = ""
) -> list[TextEdit]:
    """A day of a model (`released`, `deprecated`, `retired`) in its row; a doubt where the row has
    none yet. Raises `AdditionFault`.
    """
    for statement in book.statements():
        for row in rows_of(statement.table, model) if isinstance(statement, t.Models) else ():
            assert isinstance(statement, t.Models)
            cell = cell_of(statement.table, row, kind)
            if cell is None:
                continue
            doubt = cell_of(statement.table, row, UNSURE)
            cells = {kind: day}
            if unsure and doubt is not None and doubt.kind == "blank":
                cells[UNSURE] = quoted_text(unsure)
            return [row_instead(book, statement.table, row, cells)]
    raise AdditionFault(f"no table of models has a row of `{model}` with a column `{kind}`")
