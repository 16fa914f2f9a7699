"""The ids of a source that a book knows, each with its model and what a request for it says."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from pricelang.apps.drift.source_data import SourceDate, SourceName, SourcePrice
from pricelang.model import book as m

Row = SourceName | SourcePrice | SourceDate
Key = tuple[str, ...]
_OF_IDS = ("platform", "endpoint")


@frozen(eq=False)
class AskedModel:
    """The model of an id, and the dimensions of a request for it."""

    model: m.Model
    dimensions: Mapping[str, str]


Known = Mapping[Key, AskedModel]
"""The ids that a book knows, by `key_of`."""


def said_of_id(row: Row) -> dict[str, str]:
    """What is said of an id as such, and not of one of its prices."""
    return {key: row.said[key] for key in _OF_IDS if key in row.said}


def key_of(row: Row) -> Key:
    """An id with the platform that is said beside it: one id may be sold in several places."""
    return (row.id, *(value for pair in sorted(said_of_id(row).items()) for value in pair))
