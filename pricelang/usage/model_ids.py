"""One way from a model id, as anybody writes it, to a model of a book,
with the dimensions that the id says.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from pricelang.model import book as m
from pricelang.model.errors import BadRequest, UnknownName, ambiguous
from pricelang.model.families import families_of
from pricelang.model.instants import seconds_of, today
from pricelang.model.notes import Note
from pricelang.present.arguments import spoken
from pricelang.present.text import help_for, shown
from pricelang.usage.bedrock_ids import Named
from pricelang.usage.fields import mark_note, without_mark
from pricelang.usage.model_errors import opaque, priced_elsewhere
from pricelang.usage.platform_names import DEPLOYMENTS, LEAVES_UNSAID
from pricelang.usage.platforms import FAST, named
from pricelang.usage.stated import PLAIN

if TYPE_CHECKING:
    from pricelang.usage.model_spelling import Spellings

_MAX_KEPT = 10_000
# Aliases of Claude Code, each with the families among which it moves;
# `opusplan` plans with one and works with another.
_MOVING = {
    "opus": ("opus",),
    "sonnet": ("sonnet",),
    "haiku": ("haiku",),
    "fable": ("fable",),
    "mythos": ("mythos",),
    "best": ("fable", "opus"),
    "opusplan": ("opus", "sonnet"),
    "default": ("opus", "sonnet"),
}


@frozen
class ModelReading:
    """What an id is in a book: `model` as the book names it, or None where the id does not say; the
    dimensions that it says; what it is taken for unless somebody says otherwise, the first of these
    values that the book has; and what is to be known about it.
    """

    model: str | None
    dimensions: Mapping[str, str] = field(factory=dict)
    likely: Mapping[str, tuple[str, ...]] = field(factory=dict)
    notes: tuple[Note, ...] = ()


class ModelIds:
    """Reads model ids for one book.
    Names of the book are what they are, whatever they look like.
    """

    def __init__(self, book: m.Book) -> None:
        self.names = frozenset(
            {model.name for model in book.models}
            | {alias.name for alias in book.aliases if not alias.pattern}
        )
        self.values = {
            dimension.name: frozenset(value.name for value in dimension.values)
            for dimension in book.dimensions
        }
        self._book, self._families = book, families_of(book)
        self._kept: dict[tuple[str, str | None], ModelReading] = {}

    @cached_property
    def _spellings(self) -> Spellings:
        from pricelang.usage.model_spelling import Spellings

        return Spellings(self._book)

    @cached_property
    def has_providers(self) -> bool:
        """Decides whether names of the book have a provider in front."""
        return any("/" in name for name in self.names)

    def is_name(self, id: str) -> bool:
        """Decides whether an id is a name of the book, or one of a family of it, as it stands."""
        return id in self.names or len(self._families.models_of(id)) == 1

    def knows(self, id: str, platform: str | None = None) -> bool:
        """Decides whether an id is a model of the book, however it is written."""
        try:
            return self.meaning(id, platform).model in self.names
        except UnknownName:
            return False

    def meaning(self, id: str, platform: str | None = None) -> ModelReading:
        """What an id means; `platform` is where the request went, as far as something else says it.

        A name of which nothing is known comes back as it is. Raises `UnknownName` for an id that
        has a piece which is not known, a seller with prices of its own, or no fixed model.
        """
        if id in self.names:
            return ModelReading(id)
        key = (id, platform)
        found = self._kept.get(key)
        if found is None:
            found = self._read(id, platform)
            if len(self._kept) >= _MAX_KEPT:
                self._kept.clear()
            self._kept[key] = found
        return found

    def name_of(self, id: str) -> str:
        """The model of an id by the book's name; the id itself where nothing is known of it.
        Raises as `asked` does.
        """
        found = self.meaning(id).model
        if found is None:
            raise opaque(id)
        return found

    def asked(
        self, model: str, dimensions: Mapping[str, str]
    ) -> tuple[str, Mapping[str, str], tuple[Note, ...]]:
        """The model of one request by the book's name,
        and its dimensions with those that the id says.

        Raises `UnknownName` as `meaning` does, and `BadRequest`:
        `opaque_model`, `contradiction`, `unsaid`.
        """
        if model in self.names and "platform" not in dimensions:
            return model, dimensions, ()
        meaning = self.meaning(model, _text(dimensions.get("platform")))
        if meaning.model is None:
            raise opaque(model)
        return meaning.model, self.settled(model, meaning, {}, dimensions), meaning.notes

    def settled(
        self,
        id: str,
        meaning: ModelReading,
        defaults: Mapping[str, str],
        said: Mapping[str, str],
        unsaid: tuple[str, ...] = (),
    ) -> dict[str, str]:
        """The dimensions of a request: what it says of itself, what its id says, then the defaults.

        Raises `BadRequest`: `contradiction` where the request and its id differ, `unsaid` for a
        dimension that prices of its platform, or `unsaid`, need and nobody says.
        """
        for name, value in meaning.dimensions.items():
            if name in self.values and said.get(name, value) != value:
                message = f"the id `{shown(id, 200)}` says {name} `{value}`"
                message += f", and the request says `{shown(said[name])}`"
                raise BadRequest("contradiction", message, help="leave one of the two out")
        likely = {
            name: next(value for value in choices if value in self.values[name])
            for name, choices in meaning.likely.items()
            if self.values.get(name, frozenset()) & set(choices)
        }
        own = {name: value for name, value in meaning.dimensions.items() if name in self.values}
        values = {**likely, **defaults, **own, **said}
        for name, plain in PLAIN.items():
            # A book without a word for what is plain has no other price for it.
            if said.get(name) == plain and plain not in self.values.get(name, ()):
                del values[name]
        for name in (*unsaid, *LEAVES_UNSAID.get(_text(values.get("platform")) or "", ())):
            if name in self.values and name not in values:
                raise _unsaid(name, self._choices(name, values))
        return values

    def _choices(self, name: str, values: Mapping[str, str]) -> str:
        """The values of a dimension that are offered on the platform of a request, on some day."""
        dimensions = self._book.dimensions
        dimension = next(each for each in dimensions if each.name == name)
        place = next((n for n, each in enumerate(dimensions) if each.name == "platform"), 0)
        platform = next(
            (
                n
                for n, value in enumerate(dimensions[place].values)
                if value.name == values.get("platform")
            ),
            0,
        )
        offered = [
            value.name
            for value in dimension.values
            if any(
                all(mask >> platform & 1 for axis, mask in offer.scope if axis == 2 + place)
                for offer in value.offers
            )
        ]
        return "|".join(offered)

    # ---- reading ----

    def _read(self, id: str, platform: str | None) -> ModelReading:
        plain = without_mark(id)
        notes = () if plain == id else (mark_note(id),)
        if plain in self.names:
            return ModelReading(plain, notes=notes)
        family = self._families.models_of(plain)
        if len(family) > 1:
            raise ambiguous(plain, family)
        if family:
            return ModelReading(family[0], notes=notes)
        if plain in _MOVING:
            raise self._moving(id, plain)
        said = named(plain)
        if said.model is None:
            return ModelReading(None, said.dimensions)
        model, said = self._model(said, platform)
        if model is None and said.dimensions.get("platform", platform) in DEPLOYMENTS:
            return ModelReading(None, said.dimensions)
        if model is None:
            self._explain(id, said)
            return ModelReading(id)
        if said.odd or said.seller:
            raise priced_elsewhere(id, said, model)
        return ModelReading(model, said.dimensions, said.likely, notes)

    def _model(self, said: Named, platform: str | None) -> tuple[str | None, Named]:
        """The model of a name, by the book's name; a deployment that is named so is fast."""
        name = said.model or ""
        model = name if name in self.names else self._spellings.known(name)
        if model is None and len(family := self._families.models_of(name)) == 1:
            model = family[0]
        if (
            model is None
            and name.endswith(FAST)
            and said.dimensions.get("platform", platform) in DEPLOYMENTS
        ):
            model = self._spellings.known(name.removesuffix(FAST))
            said = evolve(said, dimensions={**said.dimensions, "speed": "fast"})
        return model, said

    def _explain(self, id: str, said: Named) -> None:
        """Raises for a name that is nearly one of the book's."""
        name = said.model or ""
        if name.endswith(FAST):
            model = self._spellings.known(name.removesuffix(FAST))
            if model is not None:
                raise UnknownName(
                    "unknown_model",
                    f"unknown model `{shown(id, 200)}`: fast mode is not a model but a dimension",
                    help=f"name `{model}` with `speed` `fast`; a deployment of Foundry that is "
                    "named so needs `platform` `foundry`",
                )
        near = self._spellings.undated(name)
        if near is not None:
            raise UnknownName(
                "unknown_model",
                f"unknown model `{shown(id, 200)}`: no version of that day is known",
                help=f"did you mean `{near}`?",
            )
        if said.dimensions:
            raise UnknownName(
                "unknown_model",
                f"unknown model `{shown(id, 200)}`",
                help=help_for(name, self.names),
            )

    def _moving(self, id: str, name: str) -> UnknownName:
        day = today()
        newest = [self._spellings.newest(family, seconds_of(day)) for family in _MOVING[name]]
        models = " or ".join(f"`{model}`" for model in newest if model is not None)
        return UnknownName(
            "unknown_model",
            f"unknown model `{shown(id, 200)}`: an alias of Claude Code, which moves from "
            "model to model",
            help=f"name the model that was used; on {day} it stands for {models} on the Claude API"
            if models
            else None,
        )


def _unsaid(name: str, choices: str) -> BadRequest:
    flag = f"--{name.replace('_', '-')} {choices}"
    return BadRequest(
        "unsaid",
        f"the request does not say its `{name}`, and its price may depend on it",
        help=spoken(
            f"say it: `{flag}`, or for a model's id in a file for `--models`",
            f"say it: `{name}=`, one of {choices}",
        ),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


@lru_cache(maxsize=16)
def model_ids_of(book: m.Book) -> ModelIds:
    """The ids of a book: one reader as long as it is in use,
    so that what it has read serves all.
    """
    return ModelIds(book)
