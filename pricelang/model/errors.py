"""Why a request has no price: one class for each kind,
all with a code, a rule, a place and a help.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any

from pricelang.model.book import Origin
from pricelang.model.notes import Note
from pricelang.present.explained import ExplainedError, Help
from pricelang.present.text import shown


class PriceError(ExplainedError):
    """A request that has no price.

    `code` is stable and meant for programs, `message` one sentence, `rule` the rule that decided
    (or None), `location` its `file:line` (or None), `help` what to do next (or None).
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        rule: str | None = None,
        origin: Origin | None = None,
        help: Help = None,
    ) -> None:
        super().__init__(code, message, help)
        self.rule = rule
        self.location = origin.place if origin is not None else None


class UnknownName(PriceError):
    """A model, dimension, value or meter that the book does not know (codes `unknown_…`)."""


def ambiguous(id: str, models: Sequence[str]) -> UnknownName:
    """The error of an id that belongs to the families of several models."""
    named = " and ".join(f"`{model}`" for model in models[:3])
    return UnknownName(
        "ambiguous_model",
        f"`{shown(id, 200)}` may be {named}",
        help="name the model, or map the id to it with `--models`",
    )


class NotOffered(PriceError):
    """A model, value or meter that is not offered on
    that day or to that request (code `not_offered`).
    """


class Refused(PriceError):
    """A request that cannot exist (codes `refused` and `excluded`)."""


class Doubtful(PriceError):
    """An amount in doubt, which `strict` refuses (code `doubtful`); `notes` say why."""

    def __init__(self, notes: Sequence[Note]) -> None:
        more = f", and {len(notes) - 1} more warnings" if len(notes) > 1 else ""
        super().__init__(
            "doubtful",
            f"the amount is in doubt: {notes[0]}{more}",
            help="leave `strict` out to have the amount with its warnings",
        )
        self.notes = tuple(notes)


def check_certain(notes: Iterable[Note]) -> None:
    """Raises `Doubtful` where a note says that the amount beside it may be wrong."""
    doubts = [note for note in notes if note.doubtful]
    if doubts:
        raise Doubtful(doubts)


class BadRequest(PriceError):
    """A date or quantity that cannot be read (codes `bad_date`, `bad_quantity`, `bad_record`)."""


class MissingExtra(PriceError):
    """A library that an answer needs and that is not installed (code `missing_extra`);
    `extra` is the extra of pricelang that brings it.
    """

    def __init__(self, extra: str, what: str) -> None:
        super().__init__(
            "missing_extra",
            f"{what}, which is not installed",
            help=f"pip install 'pricelang[{extra}]'",
        )
        self.extra = extra


def needed(module: str, extra: str, what: str) -> Any:
    """A library, imported now. Raises `MissingExtra` where it is not installed.

    >>> needed("json", "nothing", "texts are read by json").__name__
    'json'
    """
    try:
        return import_module(module)
    except ImportError:
        raise MissingExtra(extra, what) from None


class _Belt:
    """Turns what nobody foresaw into a `PriceError` (`internal`) of the one record at hand,
    so that it stops no other.
    """

    def __enter__(self) -> None:
        """Nothing: the belt holds no state."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> None:
        if not isinstance(error, Exception) or isinstance(error, PriceError | MemoryError):
            return
        raise PriceError(
            "internal",
            f"a fault of the pricing: `{type(error).__name__}` on this record",
            help="please report it with the record, its counts and texts replaced",
        ) from error


BELT = _Belt()
"""`with BELT:` around the pricing of each record."""
