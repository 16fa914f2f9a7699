"""The model and the dimensions of a record as a book knows them: ids of platforms, names of one's own, what is left unsaid."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from pathlib import Path

from attrs import evolve, field, frozen

from pricelang.book import model as m
from pricelang.rating.errors import BadRequest
from pricelang.usage.platforms import named
from pricelang.usage.records import Part, Record
from pricelang.wording import shown

_MAX_SIZE = 2**24


@frozen
class Meant:
    """What an id of one's own stands for: a model, and values of dimensions."""

    model: str
    dimensions: Mapping[str, str] = field(factory=dict)


def requested(book: m.Book, known: Container[str], part: Part, model: str | None, dimensions: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The model and the dimensions of a part. `known` are the names of the book; `model` and `dimensions` hold where the
    part says nothing.

    Raises `BadRequest`: `no_model`, `opaque_model` for an id that does not say its model, `unsaid` for a dimension that the
    record cannot say.
    """
    name = part.model if part.model is not None else model
    if name is None:
        raise BadRequest("no_model", "the record names no model", help="name one with `--model`, or `model=` in Python")
    said: dict[str, str] = {}
    unsaid = list(part.unsaid)
    found = named(name) if name not in known else None
    if found is not None:
        said, name = dict(found.dimensions), found.model or ""
        unsaid += found.unsaid
    if not name or ("model" in unsaid and name not in known):
        if model is None:
            raise BadRequest(
                "opaque_model", f"`{shown(part.model, 200)}` does not say which model it is",
                help=f"name it with `--model`, or map it: `--models '{shown(part.model, 200)}=MODEL'` or a file of them",
            )  # fmt: skip
        inner = named(model) if model not in known else None
        name, said = (inner.model or model, {**inner.dimensions, **said}) if inner is not None else (model, said)
    names = {dimension.name: dimension for dimension in book.dimensions}
    values = {**dimensions, **{key: value for key, value in said.items() if key in names}, **part.dimensions}
    for dimension in unsaid:
        if dimension in names and dimension not in values:
            choices = "|".join(value.name for value in names[dimension].values)
            raise BadRequest(
                "unsaid", f"the record does not say its `{dimension}`, and its price may depend on it",
                help=f"say it: `--{dimension.replace('_', '-')} {choices}`, or for a model's id in a file for `--models`",
            )  # fmt: skip
    return name, values


def mapped(record: Record, models: Mapping[str, Meant]) -> Record:
    """A record whose ids are replaced by what they stand for. What the record says of itself wins over the map."""
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
    import tomllib

    try:
        text = Path(path).read_bytes()[: _MAX_SIZE + 1].decode("utf-8")
        value = json.loads(text) if str(path).endswith(".json") else tomllib.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise BadRequest("bad_models", f"`{shown(path)}` cannot be read as a map of models: {shown(error, 200)}") from None
    if isinstance(value, dict) and isinstance(value.get("models"), dict):
        value = value["models"]
    found = {}
    for id, meant in value.items() if isinstance(value, dict) else ():
        table = {"model": meant} if isinstance(meant, str) else meant
        if not isinstance(table, dict) or not isinstance(table.get("model"), str) or not all(isinstance(text, str) for text in table.values()):
            raise BadRequest(
                "bad_models", f"`{shown(id)}` in `{shown(path)}` is no model",
                help='write `"ID" = "MODEL"`, or `"ID" = { model = "MODEL", endpoint = "regional" }`',
            )  # fmt: skip
        found[id] = Meant(table["model"], {key: text for key, text in table.items() if key != "model"})
    if not found:
        raise BadRequest("bad_models", f"`{shown(path)}` maps no id to a model", help='write lines such as `"my-deployment" = "claude-opus-5"`')
    return found
