"""What a compiled book says beside its rules, so that who evaluates it looks up and multiplies: the
same that `price` asks, written down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from pricelang.evaluate.combination_notes import model_notes, notes_of
from pricelang.evaluate.left_out import left_out_of
from pricelang.evaluate.limits import (
    ANSWER,
    PROMPT,
    WINDOW,
    ModelLimits,
    RequestLimits,
    Wider,
    limits_of,
    too_long_text,
)
from pricelang.evaluate.refusals import refusals_of
from pricelang.evaluate.scopes import all_sides
from pricelang.model import book as m
from pricelang.model import worked_out as w
from pricelang.model.ages import beyond_reading
from pricelang.model.families import family_rank, regex_of
from pricelang.model.notes import TEXTS
from pricelang.model.space import axis_of
from pricelang.model.time_of_day import week_of, zone_of
from pricelang.model.units import plural


def worked_out(book: m.Book, unsaid: Mapping[str, tuple[str, ...]]) -> w.WorkedOut:
    """What follows from the rest of a book; `unsaid` has the dimensions that a platform leaves
    unsaid though prices depend on them.
    """
    return w.WorkedOut(
        refusals=refusals_of(book),
        model_notes=tuple(model_notes(book, index) for index in range(len(book.models))),
        notes=notes_of(book),
        left_out=left_out_of(book),
        request_limits=(*_request_limits(book, limits_of(book)),),
        unsaid=(*_unsaid(book, unsaid),),
        families=(*_families(book),),
        words=tuple(_words(book).items()),
        sides=tuple((text, *side) for text, side in all_sides(book).items()),
        weeks=tuple(
            w.Week(index, zone_of(dimension), week_of(dimension))
            for index, dimension in enumerate(book.dimensions)
            if dimension.clocked
        ),
        beyond_reading=beyond_reading(book),
        texts=tuple(TEXTS.items()),
    )


def _families(book: m.Book) -> list[w.Family]:
    """The families of ids, those that win first."""
    patterns = ((alias.name, alias.model) for alias in book.aliases if alias.pattern)
    found = [w.Family(regex_of(name), family_rank(name), model) for name, model in patterns]
    return sorted(found, key=lambda family: -family.rank)


def _words(book: m.Book) -> dict[str, int]:
    """The unit of each spelling, by its index; the first unit of a spelling has it."""
    found: dict[str, int] = {}
    for index, unit in enumerate(book.units):
        for word in (unit.name, plural(unit.name)):
            found.setdefault(word, index)
    return found


def _unsaid(book: m.Book, unsaid: Mapping[str, tuple[str, ...]]) -> Iterator[w.UnsaidNeed]:
    dimensions = {dimension.name: dimension for dimension in book.dimensions}
    if "platform" not in dimensions:
        return
    for value in dimensions["platform"].values:
        for name in unsaid.get(value.name, ()):
            if name in dimensions:
                yield w.UnsaidNeed("platform", value.name, name)


# ---- how long one request may be -----------------------------------------------------------------


def _request_limits(book: m.Book, limits: RequestLimits) -> Iterator[w.ListedLimits]:
    """Those of prompts, with each value of the window, and those of answers."""
    names = [meter.name for meter in book.meters]
    every = range(len(book.models))
    if limits.prompt_rows:
        meters = tuple(names.index(name) for name in limits.prompt)
        models = tuple((*_prompts(book, limits, model),) for model in every)
        yield w.ListedLimits(meters, too_long_text(PROMPT), models)
    if limits.answer_rows:
        models = tuple((*_answers(book, limits, model),) for model in every)
        yield w.ListedLimits((names.index(ANSWER),), too_long_text(ANSWER), models)


def _prompts(book: m.Book, limits: RequestLimits, model: int) -> Iterator[w.LongestRequest]:
    assert limits.axis is not None
    for row, end in _rows(limits.prompt_rows, model):
        wider = _wider(limits.wider(model, row.start))
        for number, value in enumerate(book.dimensions[limits.axis].values):
            figure = row.columns.get(value.name) or row.largest
            yield _longest(book, row, end, {limits.axis: number}, figure, wider)


def _wider(found: Wider | None) -> w.OnlyWindow | None:
    if found is None:
        return None
    return w.OnlyWindow(WINDOW, found.window, Fraction(found.over), Fraction(found.up_to))


def _answers(book: m.Book, limits: RequestLimits, model: int) -> Iterator[w.LongestRequest]:
    """Some values have limits of their own; the largest that holds comes first."""
    for row, end in _rows(limits.answer_rows, model):
        for name, figure in sorted(row.columns.items(), key=lambda item: -item[1].value):
            scopes = [{axis: number} for axis, number in limits.named.get(name, ())]
            for values in scopes if name in limits.named else [{}]:
                yield _longest(book, row, end, values, figure, None)


def _rows(
    rows: Mapping[int, list[ModelLimits]], model: int
) -> Iterator[tuple[ModelLimits, int | None]]:
    """The rows of a model, each with the instant at which it ends."""
    own = rows.get(model, [])
    yield from zip(own, (*(row.start for row in own[1:]), None), strict=True)


def _longest(
    book: m.Book,
    row: ModelLimits,
    end: int | None,
    values: Mapping[int, int],
    figure: m.Figure,
    wider: w.OnlyWindow | None,
) -> w.LongestRequest:
    scope = tuple((axis_of(axis), 1 << number) for axis, number in values.items())
    place = book.figures.index(figure)
    return w.LongestRequest(row.start, end, scope, Fraction(int(figure.value)), place, wider)
