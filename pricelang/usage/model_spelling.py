"""The names of a book's models in other people's spellings:
version before family, points, days, missing days.
"""

from __future__ import annotations

import re

from attrs import frozen

from pricelang.model import book as m
from pricelang.model.instants import written

_FIRST = "claude"
_DAY = re.compile(r"20[0-9]{6}\Z", re.ASCII)
_VERSION = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,2})*\Z", re.ASCII)
_CONTEXT = re.compile(r"[0-9]{2,3}k\Z", re.ASCII)
_WORD = re.compile(r"[a-z]+\Z", re.ASCII)
_LATEST = "latest"
# Names of Vertex AI that say a version in a way of their own.
_OWN = {"claude-3-5-sonnet-v2": "claude-3-5-sonnet-20241022"}


@frozen
class Spelled:
    """The parts of a name in whatever order they are written:
    its words, its version, its day, and whether it moves.
    """

    words: tuple[str, ...]
    version: tuple[int, ...]
    day: str = ""
    moves: bool = False


def spelled(name: str) -> Spelled | None:
    """The parts of a name, None where one of its pieces is none of them.
    The length of a context is no part of it.

    >>> spelled("claude-4.6-sonnet-20260217") == spelled("claude-sonnet-4-6-20260217")
    True
    >>> spelled("claude-3-haiku-48k-20240307").day, spelled("claude-opus-5-turbo9")
    ('20240307', None)
    """
    first, *pieces = _OWN.get(name, name).split("-")
    if first != _FIRST:
        return None
    words: list[str] = []
    version: list[int] = []
    day, moves = "", False
    for number, piece in enumerate(pieces):
        last = number == len(pieces) - 1
        if _DAY.match(piece) and last:
            day = piece
        elif piece == _LATEST and last:
            moves = True
        elif _VERSION.match(piece):
            version += map(int, piece.split("."))
        elif _WORD.match(piece):
            words.append(piece)
        elif not _CONTEXT.match(piece) or not words:
            return None
    return Spelled(tuple(words), tuple(version), day, moves)


class Spellings:
    """The models of a book by the parts of their names."""

    def __init__(self, book: m.Book) -> None:
        self._names: dict[Spelled, str] = {}
        self._undated: dict[tuple[tuple[str, ...], tuple[int, ...]], list[m.Model]] = {}
        for name in (
            *(model.name for model in book.models),
            *(alias.name for alias in book.aliases),
        ):
            parts = spelled(name)
            if parts is not None:
                self._names.setdefault(parts, name)
        for model in book.models:
            parts = spelled(model.name)
            if parts is not None:
                self._undated.setdefault((parts.words, parts.version), []).append(model)

    def known(self, name: str) -> str | None:
        """The name in the book's own spelling;
        None where the book has no such model, or more than one.

        A day behind a name without one is that of the model's release, or of no model.
        """
        parts = spelled(name)
        if parts is None:
            return None
        found = self._names.get(parts)
        if found is not None:
            return found
        models = self._undated.get((parts.words, parts.version), [])
        if parts.moves:
            return None
        if parts.day:
            return next(
                (
                    model.name
                    for model in models
                    if _day(model) == parts.day and not _dated(model.name)
                ),
                None,
            )
        if len(models) == 1:
            return models[0].name
        return self._names.get(Spelled(parts.words, parts.version, moves=True))

    def undated(self, name: str) -> str | None:
        """The name that the book knows of a name without its day."""
        parts = spelled(name)
        return (
            self.known("-".join(name.split("-")[:-1])) if parts is not None and parts.day else None
        )

    def newest(self, family: str, seconds: int) -> str | None:
        """The newest model of a family that is released by then and has a version."""
        models = [
            model
            for (words, version), held in self._undated.items()
            if words == (family,) and version
            for model in held
            if model.released <= seconds
        ]
        return max(models, key=lambda model: model.released).name if models else None


def _day(model: m.Model) -> str:
    return written(model.released)[:10].replace("-", "")


def _dated(name: str) -> bool:
    parts = spelled(name)
    return parts is not None and bool(parts.day)
