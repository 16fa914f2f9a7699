"""What the words of a request mean in a book: its model, the values of its dimensions, and its
quantities; or the error of a word that the book does not know.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import partial

from attrs import define, field

from pricelang.evaluate.line_items import Uses
from pricelang.evaluate.models import Ids
from pricelang.evaluate.quantities import PLAIN, read_uses
from pricelang.model import book as m
from pricelang.model.errors import BadRequest, NotOffered, UnknownName, ambiguous
from pricelang.model.families import families_of
from pricelang.model.instants import written
from pricelang.model.space import holds, in_clock
from pricelang.present.arguments import spoken
from pricelang.present.text import did_you_mean, shown


@define(eq=False, repr=False)
class RequestNames:
    """The names that requests to a book may use. `ids` reads ids of models as others write them."""

    book: m.Book
    ids: Ids | None
    models: dict[str, int] = field(init=False)
    meters: dict[str, m.Meter] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.models = {model.name: index for index, model in enumerate(self.book.models)}
        self.meters = {meter.name: meter for meter in self.book.meters}

    def uses(self, usage: Mapping[str, object]) -> dict[str, Uses]:
        """The quantities of a record, read and checked."""
        if not isinstance(usage, Mapping):
            raise BadRequest("bad_record", "`usage` is not a map of meters to quantities")
        found: dict[str, Uses] = {}
        for name, value in usage.items():
            meter = self.meters.get(name) if isinstance(name, str) else None
            if meter is None:
                raise unknown("meter", name, self.meters)
            if value is None:
                continue  # it is not said
            if type(value) is int and 0 <= value < PLAIN:
                found[name] = (value,)
            else:
                found[name] = read_uses(value, meter, self.book.units)
        if usage and not found:
            names = ", ".join(f"`{shown(name)}`" for name in usage)
            raise BadRequest(
                "bad_quantity",
                f"no quantity of `usage` says what was used: {names} "
                + ("is None" if len(usage) == 1 else "are None"),
                help="leave out what was not used, or write 0",
            )
        return found

    def model_index(self, name: object, seconds: int) -> int:
        """The model of an id or an alias on a day (UTC seconds)."""
        if name is None:
            raise BadRequest("bad_record", "the request names no model", help="give `model`")
        if not isinstance(name, str):
            raise unknown("model", name, ())
        index = self.models.get(name)
        if index is not None:
            return index
        if self.ids is not None:
            name = self.ids.name_of(name)
            if name in self.models:
                return self.models[name]
        named = [alias for alias in self.book.aliases if alias.name == name]
        for alias in named:
            if alias.holds_at(seconds):
                return alias.model
        if named:
            raise NotOffered(
                "not_offered",
                f"alias `{name}` stands for no model on {written(seconds)}",
                origin=named[0].origin,
                help=f"it stands for `{self.book.models[named[0].model].name}` at other times",
            )
        family = families_of(self.book).models_of(name)
        if len(family) == 1:
            return self.models[family[0]]
        if family:
            raise ambiguous(name, family)
        raise unknown("model", name, [*self.models, *(alias.name for alias in self.book.aliases)])

    def values_at(
        self, model: int, dimensions: Mapping[str, str], seconds: int, minute: int
    ) -> tuple[tuple[int, ...], tuple[tuple[str, str], ...]]:
        """The value of each dimension at a minute of the day,
        and those given or set by the clock that are no default.

        Raises `PriceError` for what the book does not know.
        """
        values = [dimension.default for dimension in self.book.dimensions]
        named = {dimension.name: index for index, dimension in enumerate(self.book.dimensions)}
        for name, value in dimensions.items():
            if name not in named:
                raise unknown("dimension", name, [*named, "model", "at", "usage"])
            known = {v.name: i for i, v in enumerate(self.book.dimensions[named[name]].values)}
            if not isinstance(value, str) or value not in known:
                raise unknown("value", value, known, f" of {name}")
            values[named[name]] = known[value]
        for index, dimension in enumerate(self.book.dimensions):
            if dimension.clocked:
                value_now = self._clock_value(model, index, values, seconds, minute)
                if dimension.name in dimensions and values[index] != value_now:
                    raise BadRequest(
                        "bad_record",
                        f"{dimension.name} is set by the time of day, not by the record",
                    )
                values[index] = value_now
        given = tuple(
            (dimension.name, dimension.values[value].name)
            for dimension, value in zip(self.book.dimensions, values, strict=True)
            if value != dimension.default
        )
        return tuple(values), given

    def _clock_value(
        self, model: int, index: int, values: Sequence[int], seconds: int, minute: int
    ) -> int:
        """The value that the clock sets, where it is offered; else the default."""
        dimension = self.book.dimensions[index]
        point = [model, bisect_right(self.book.boundaries, seconds), *values]
        for number, value in enumerate(dimension.values):
            if value.clock and in_clock(value.clock, minute):
                point[m.FIRST_DIMENSION + index] = number
                if any(holds(offer.scope, point) for offer in value.offers):
                    return number
        return dimension.default


def said(dimensions: Mapping[str, str]) -> Mapping[str, str]:
    """The values of a request that say something: None stands for a value that is not said."""
    if not any(value is None for value in dimensions.values()):
        return dimensions
    return {name: value for name, value in dimensions.items() if value is not None}


def unknown(
    kind: str, name: object, known: Sequence[str] | Mapping[str, object], of: str = ""
) -> UnknownName:
    """The error of a name that a book does not know, with the nearest that it knows."""
    if not isinstance(name, str):
        return UnknownName(
            f"unknown_{kind}",
            f"the {kind} `{shown(name, 100)}`{of} is not a text but a Python "
            f"`{type(name).__name__}`",
        )
    help = partial(_nearest, kind, shown(name), known)
    return UnknownName(f"unknown_{kind}", f"unknown {kind} `{shown(name, 100)}`{of}", help=help)


def _nearest(kind: str, name: str, known: Sequence[str] | Mapping[str, object]) -> str | None:
    """The known names nearest to one, or where to find them."""
    help = did_you_mean(name, known)
    if help is None and len(known) <= 12:
        return "known: " + ", ".join(known)
    if help is None and kind == "model":
        return spoken(
            "`pricelang models` lists those of the book, `book.models()` in Python",
            "`book.models()` lists those of the book",
        )
    return help
