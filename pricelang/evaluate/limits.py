"""The limits of one request: the context windows and output limits that a book gives as figures.

Two tables of figures are held against requests. The columns of `context_window` are values of the
dimension of that name, and say how long the prompt of a request with that value may be (the group
`prompt`). The columns of `max_output` say how long an answer may be: one that is named as a value
of a dimension holds for requests with that value alone, any other for all, and the largest counts.
A book without such a table has no such limit, and a sum of requests is held against none.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache

from attrs import frozen

from pricelang.model import book as m
from pricelang.model.errors import Refused
from pricelang.model.notes import Note, told
from pricelang.model.space import value_at
from pricelang.present.decimals import grouped

Number = Fraction | int
Longest = tuple[int | None, tuple[tuple[str, str, int], ...]]
"""The most of an answer, and with values of dimensions (each with its
name) that have more of their own, the largest first.
"""
WINDOW, PROMPT = "context_window", "prompt"
ANSWERS, ANSWER = "max_output", "output"
HELD_AGAINST = (WINDOW, ANSWERS)
"""The tables of figures that requests are held against."""


@frozen(eq=False, repr=False)
class RequestLimit:
    """The most of some meters that one request can have; `label` is what they are together."""

    label: str
    meters: tuple[str, ...]
    most: int
    origin: m.Origin

    def amount(self, uses: Mapping[str, Sequence[Number]]) -> Number:
        """How much of it a request has."""
        return sum(sum(uses[name]) for name in self.meters if name in uses)


@frozen
class Wider:
    """The only `window` that holds a prompt `over` one length and `up_to` another."""

    window: str
    over: int
    up_to: int

    def holds(self, amount: Number) -> bool:
        """Decides whether it alone holds a prompt of so many tokens."""
        return self.over < amount <= self.up_to


@frozen(eq=False, repr=False)
class ModelLimits:
    """The figures of one model from a day on."""

    start: int
    columns: Mapping[str, m.Figure]

    @property
    def largest(self) -> m.Figure:
        """The largest figure."""
        return max(self.columns.values(), key=lambda figure: figure.value)


class RequestLimits:
    """The limits of a book by model and instant."""

    def __init__(self, book: m.Book) -> None:
        self._book = book
        self.axis = next(
            (index for index, dimension in enumerate(book.dimensions) if dimension.name == WINDOW),
            None,
        )
        groups = dict(book.groups)
        self.prompt = tuple(book.meters[index].name for index in groups.get(PROMPT, ()))
        self.prompt_rows = _rows(book, WINDOW) if self.axis is not None and self.prompt else {}
        self.answer_rows = (
            _rows(book, ANSWERS) if any(meter.name == ANSWER for meter in book.meters) else {}
        )
        columns = {
            column for rows in self.answer_rows.values() for row in rows for column in row.columns
        }
        self.named: dict[str, list[tuple[int, int]]] = {}
        for axis, dimension in enumerate(book.dimensions):
            for index, value in enumerate(dimension.values):
                if value.name in columns:
                    self.named.setdefault(value.name, []).append((axis, index))

    def at(self, point: Sequence[int], seconds: int) -> tuple[RequestLimit, ...]:
        """The limits on a request at a point of the space and at an instant."""
        found = []
        model = point[m.MODELS]
        window, answer = (
            _holding(self.prompt_rows, model, seconds),
            _holding(self.answer_rows, model, seconds),
        )
        if window is not None and self.axis is not None:
            value = self._book.dimensions[self.axis].values[value_at(point, self.axis)].name
            figure = window.columns.get(value) or window.largest
            found.append(RequestLimit(PROMPT, self.prompt, int(figure.value), figure.origin))
        if answer is not None:
            own = {
                name: figure for name, figure in answer.columns.items() if self._holds(name, point)
            }
            if own:
                figure = ModelLimits(answer.start, own).largest
                found.append(RequestLimit(ANSWER, (ANSWER,), int(figure.value), figure.origin))
        return tuple(found)

    def _holds(self, column: str, point: Sequence[int]) -> bool:
        """Decides whether a column of answers holds for requests at a point."""
        named = self.named.get(column)
        return named is None or any(value_at(point, axis) == index for axis, index in named)

    @property
    def every(self) -> dict[tuple[str, ...], tuple[int, ...]]:
        """All limits that there are on sums of meters, for whatever model and day."""
        kinds = ((self.prompt, self.prompt_rows), ((ANSWER,), self.answer_rows))
        found = {
            meters: sorted(
                {
                    int(figure.value)
                    for held in rows.values()
                    for row in held
                    for figure in row.columns.values()
                }
            )
            for meters, rows in kinds
        }
        return {meters: tuple(most) for meters, most in found.items() if most}

    @property
    def days(self) -> frozenset[int]:
        """The instants (UTC seconds) from which a row of limits holds."""
        found = (*self.prompt_rows.values(), *self.answer_rows.values())
        return frozenset(row.start for rows in found for row in rows)

    def of_all(
        self, model: int, seconds: int
    ) -> tuple[Longest | None, tuple[int, ...] | None, Wider | None]:
        """The most of an answer, and of a prompt in each value of the window (the default first);
        and the wider window.
        """
        answer, window = (
            _holding(self.answer_rows, model, seconds),
            _holding(self.prompt_rows, model, seconds),
        )
        longest: Longest | None = None
        if answer is not None:
            plain = [
                int(figure.value)
                for name, figure in answer.columns.items()
                if name not in self.named
            ]
            most = max(plain, default=None)
            named = sorted(
                self.answers(model, seconds).items(), key=lambda item: (-item[1], item[0])
            )
            longest = (
                most,
                tuple((*where, length) for where, length in named if most is None or length > most),
            )
        if window is None or self.axis is None:
            return longest, None, None
        dimension = self._book.dimensions[self.axis]
        values = (
            dimension.default,
            *(n for n in range(len(dimension.values)) if n != dimension.default),
        )
        names = [dimension.values[n].name for n in values]
        each = tuple(int((window.columns.get(name) or window.largest).value) for name in names)
        return longest, each, self.wider(model, seconds)

    def wider(self, model: int, seconds: int) -> Wider | None:
        """The window that a long prompt of a request which says none can only have been in."""
        window = _holding(self.prompt_rows, model, seconds)
        if window is None or self.axis is None:
            return None
        dimension = self._book.dimensions[self.axis]
        default = window.columns.get(dimension.values[dimension.default].name) or window.largest
        *others, (up_to, name) = sorted(
            (int(figure.value), name) for name, figure in window.columns.items()
        )
        over = max([int(default.value), *(length for length, _ in others)])
        return Wider(name, over, up_to) if up_to > over else None

    def windows(self, model: int, seconds: int) -> dict[tuple[str, str], int]:
        """How long a prompt may be with each value of the window."""
        window = _holding(self.prompt_rows, model, seconds)
        return (
            {(WINDOW, name): int(figure.value) for name, figure in window.columns.items()}
            if window is not None
            else {}
        )

    def answers(self, model: int, seconds: int) -> dict[tuple[str, str], int]:
        """How long an answer may be with each value of a dimension that has a limit of its own."""
        answer = _holding(self.answer_rows, model, seconds)
        named = answer.columns.items() if answer is not None else ()
        return {
            (self._book.dimensions[axis].name, name): int(figure.value)
            for name, figure in named
            for axis, _ in self.named.get(name, ())
        }


def too_long(
    model: str, limit: RequestLimit, amount: Number, wider: Mapping[tuple[str, str], int]
) -> Refused:
    """The error of a request that is beyond a limit;
    `wider` are the values of dimensions with which it would fit.
    """
    others = "".join(
        f"; {most:,} with `{dimension}` `{name}`" for (dimension, name), most in wider.items()
    )
    return Refused(
        "too_long",
        too_long_text(limit.label).format(
            model=model, amount=grouped(amount), most=f"{limit.most:,}"
        )
        + others,
        origin=limit.origin,
        help='several requests together are a sum: `--sum`, or `record="sum"` in Python and in '
        "records",
    )


def too_long_text(label: str) -> str:
    """The message of a request that is beyond a limit, but for its model and amounts."""
    what = "a prompt" if label == PROMPT else "an answer"
    return (
        f"a request to `{{model}}` cannot have {what} of {{amount}} tokens: the limit is {{most}}"
    )


def long_window(value: str, limit: RequestLimit, amount: Number) -> Note:
    """What is to be known of a request that is priced with the only window in which it fits."""
    most = f"{limit.most:,}"
    return told("long_window", amount=grouped(amount), most=most, dimension=WINDOW, value=value)


def _rows(book: m.Book, table: str) -> dict[int, list[ModelLimits]]:
    """The rows of a table of models, by model and in order of their days."""
    columns: dict[tuple[int, int], dict[str, m.Figure]] = {}
    for figure in book.figures:
        if figure.table == table and figure.model is not None:
            columns.setdefault((figure.model, figure.start), {})[figure.column] = figure
    found: dict[int, list[ModelLimits]] = {}
    for (model, start), held in sorted(columns.items(), key=lambda item: item[0]):
        found.setdefault(model, []).append(ModelLimits(start, held))
    return found


def _holding(rows: Mapping[int, list[ModelLimits]], model: int, seconds: int) -> ModelLimits | None:
    held = rows.get(model, ())
    place = bisect_right([row.start for row in held], seconds)
    return held[place - 1] if place else None


@lru_cache(maxsize=16)
def limits_of(book: m.Book) -> RequestLimits:
    """The limits of a book, worked out once."""
    return RequestLimits(book)
