"""The models of a book for a program: ids, other names on a day, dates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from attrs import frozen

from pricelang.model import book as m
from pricelang.model.instants import Instant, seconds_of, today, written
from pricelang.model.notes import Note


class Ids(Protocol):
    """What reads the ids of models as platforms and gateways write them,
    and knows what a platform leaves unsaid.
    """

    def name_of(self, id: str, /) -> str:
        """The book's name of a model."""

    def asked(
        self, model: str, dimensions: Mapping[str, str], /
    ) -> tuple[str, Mapping[str, str], tuple[Note, ...]]:
        """The book's name of the model of a request, all its dimensions,
        and what is to be known of the id.
        """


@frozen
class ModelInfo:
    """A model of a book: its id, its other names on the day asked for,
    and its dates (`YYYY-MM-DD`, or None).
    """

    name: str
    aliases: tuple[str, ...]
    released: str
    deprecated: str | None
    retired: str | None
    source: str | None
    location: str


def models_of(book: m.Book, at: Instant | None = None) -> tuple[ModelInfo, ...]:
    """The models of a book in order of release; with `at`, those released by then.
    Raises `BadRequest` (`bad_date`).
    """
    seconds = seconds_of(today() if at is None else at)
    found = []
    for index, model in enumerate(book.models):
        if at is not None and model.released > seconds:
            continue
        aliases = tuple(
            alias.name for alias in book.aliases if alias.model == index and alias.holds_at(seconds)
        )
        days = [None if day is None else written(day) for day in (model.deprecated, model.retired)]
        found.append(
            ModelInfo(
                model.name,
                aliases,
                written(model.released),
                days[0],
                days[1],
                model.origin.source,
                model.origin.place,
            )
        )
    return tuple(sorted(found, key=lambda model: model.released))
