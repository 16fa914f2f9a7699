"""The model and the dimensions of a record as a book knows them:
ids of platforms, names of one's own, what is left unsaid.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from pricelang.model import book as m
from pricelang.model.errors import BadRequest
from pricelang.present.text import shown
from pricelang.usage.model_errors import opaque
from pricelang.usage.model_ids import model_ids_of
from pricelang.usage.records import Part, Record

if TYPE_CHECKING:
    from pathlib import Path


@frozen
class Meant:
    """What an id of one's own stands for: a model, and values of dimensions."""

    model: str
    dimensions: Mapping[str, str] = field(factory=dict)


def requested(
    book: m.Book, part: Part, model: str | None, dimensions: Mapping[str, str]
) -> tuple[str, dict[str, str]]:
    """The model and the dimensions of a part;
    `model` and `dimensions` hold where the part says nothing.

    Raises `UnknownName` for an id that has no price here, and `BadRequest`: `no_model`,
    `opaque_model` for an id that does not say its model, `contradiction`, `unsaid` for a dimension
    that the record cannot say.
    """
    ids = model_ids_of(book)
    name = part.model if part.model is not None else model
    if name is None:
        raise BadRequest(
            "no_model",
            "the record names no model",
            help="name one with `--model`, or `model=` in Python",
        )
    platform = part.dimensions.get("platform", dimensions.get("platform"))
    meaning = ids.meaning(name, platform)
    if meaning.model is None:
        if model is None or model == name:
            raise opaque(name)
        inner = ids.meaning(model, platform)
        if inner.model is None:
            raise opaque(model)
        name, meaning = model, evolve(inner, dimensions={**inner.dimensions, **meaning.dimensions})
    return name, ids.settled(name, meaning, dimensions, part.dimensions, part.unsaid)


def mapped(record: Record, models: Mapping[str, Meant]) -> Record:
    """A record whose ids are replaced by what they stand for.
    What the record says of itself wins over the map.
    """
    if not models or not any(part.model in models for part in record.parts):
        return record
    return evolve(record, parts=tuple(_mapped(part, models) for part in record.parts))


def _mapped(part: Part, models: Mapping[str, Meant]) -> Part:
    meant = models.get(part.model or "")
    if meant is None:
        return part
    return evolve(part, model=meant.model, dimensions={**meant.dimensions, **part.dimensions})


def read_models(path: str | Path) -> dict[str, Meant]:
    """The map in a TOML or JSON file: an id to a model, or to a table with `model` and dimensions.

    Raises `BadRequest` (`bad_models`) for a file of another form.
    """
    from pricelang.usage.io.toml_text import BadText, read_settings

    try:
        value = read_settings(path)
    except BadText as error:
        raise BadRequest(
            "bad_models", f"`{shown(path)}` cannot be read as a map of models: {shown(error, 200)}"
        ) from None
    inner = value.get("models")
    found = {}
    for id, meant in (inner if isinstance(inner, dict) else value).items():
        table = {"model": meant} if isinstance(meant, str) else meant
        if (
            not isinstance(table, dict)
            or not isinstance(table.get("model"), str)
            or not all(isinstance(text, str) for text in table.values())
        ):
            raise BadRequest(
                "bad_models",
                f"`{shown(id)}` in `{shown(path)}` is not a model",
                help='write `"ID" = "MODEL"`, or `"ID" = { model = "MODEL", endpoint = "regional" '
                "}`",
            )
        found[id] = Meant(
            table["model"], {key: text for key, text in table.items() if key != "model"}
        )
    if not found:
        raise BadRequest(
            "bad_models",
            f"`{shown(path)}` maps no id to a model",
            help='write lines such as `"my-deployment" = "claude-opus-5"`',
        )
    return found
