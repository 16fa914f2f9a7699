"""What a compiled book says beside its rules, so that who evaluates it need not work it out: the
limits of one request by model and day, where announced prices are told, and what is left out of
one request, in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pricelang.evaluate.announced import would_hold
from pricelang.evaluate.left_out import (
    ladder_left_out,
    limit_left_out,
    pool_left_out,
    tier_left_out,
)
from pricelang.evaluate.limits import ANSWER, PROMPT, ModelLimits, RequestLimits, limits_of
from pricelang.model import book as m
from pricelang.model.space import axis_of


def worked_out(book: m.Book) -> dict[str, list[dict[str, Any]]]:
    """What follows from the rest of a book, as data."""
    return {
        "request_limits": [*_prompts(book, limits_of(book)), *_answers(book, limits_of(book))],
        "announced": [*_announced(book)],
        "left_out": [*_left_out(book)],
    }


def _prompts(book: m.Book, limits: RequestLimits) -> Iterator[dict[str, Any]]:
    """How long prompts may be, with each value of the window."""
    if limits.axis is None:
        return
    values = book.dimensions[limits.axis].values
    for model, row in _rows(limits.prompt_rows):
        choices = [
            _choice(book, {limits.axis: number}, row.columns.get(value.name) or row.largest)
            for number, value in enumerate(values)
        ]
        found = _limit(book, PROMPT, limits.prompt, model, row.start) | {"choices": choices}
        wider = limits.wider(model, row.start)
        if wider is not None:
            names = [value.name for value in values]
            found["wider"] = {
                "dimension": limits.axis,
                "value": names.index(wider.window),
                "over": str(wider.over),
                "up_to": str(wider.up_to),
            }
        yield found


def _answers(book: m.Book, limits: RequestLimits) -> Iterator[dict[str, Any]]:
    """How long answers may be; some values have limits of their own."""
    for model, row in _rows(limits.answer_rows):
        choices = [
            _choice(book, values, figure)
            for name, figure in row.columns.items()
            for values in (
                [{axis: number} for axis, number in limits.named[name]]
                if name in limits.named
                else [{}]
            )
        ]
        yield _limit(book, ANSWER, (ANSWER,), model, row.start) | {"choices": choices}


def _rows(rows: Mapping[int, list[ModelLimits]]) -> Iterator[tuple[int, ModelLimits]]:
    for model, held in sorted(rows.items()):
        yield from ((model, row) for row in held)


def _limit(
    book: m.Book, label: str, meters: tuple[str, ...], model: int, start: int
) -> dict[str, Any]:
    names = [meter.name for meter in book.meters]
    numbers = [names.index(name) for name in meters]
    return {"label": label, "meters": numbers, "model": model, "start": start}


def _choice(book: m.Book, values: Mapping[int, int], figure: m.Figure) -> dict[str, Any]:
    scope = {str(axis_of(axis)): [[number, number]] for axis, number in values.items()}
    place = book.figures.index(figure)
    return {"scope": scope, "most": str(int(figure.value)), "figure": place}


def _announced(book: m.Book) -> Iterator[dict[str, Any]]:
    """The stretches of time in which an announced price would have held."""
    for number, one in enumerate(book.announcements):
        told = [at for at in range(len(book.boundaries) + 1) if would_hold(book, one, at)]
        if told:
            scope = {str(m.MODELS): [[one.model] * 2], str(m.DATES): [[told[0], told[-1]]]}
            yield {"announcement": number, "scope": scope}


def _left_out(book: m.Book) -> Iterator[dict[str, Any]]:
    """The lines that belong to an account and a period, in words."""
    for index, limit in enumerate(book.limits):
        for number, line in enumerate(limit.lines):
            if line.target == "account":
                yield _text("limit", index, number, limit_left_out(book, limit, line))
    for index, charge in enumerate(book.charges):
        meter = book.meters[charge.meter]
        for number, pool in enumerate(charge.pools):
            yield _text("pool", index, number, pool_left_out(meter, pool))
        for number, price in enumerate(charge.prices):
            if price.after is not None:
                yield _text("price", index, number, tier_left_out(meter, price))
    for index, dimension in enumerate(book.dimensions):
        if dimension.ladder is not None:
            text = ladder_left_out(book, dimension, dimension.ladder)
            yield _text("tiers", index, 0, text)


def _text(of: str, index: int, line: int, text: str) -> dict[str, Any]:
    return {"of": of, "index": index, "line": line, "text": text}
