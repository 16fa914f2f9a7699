"""Why a request has no price: one class for each kind, all with a code, a rule, a place and a help."""

from __future__ import annotations

from pricelang.book.model import Origin


class PriceError(Exception):
    """A request that has no price.

    `code` is stable and meant for programs, `message` one sentence, `rule` the rule that decided (or None), `location`
    its `file:line` (or None), `help` what to do next (or None).
    """

    def __init__(
        self, code: str, message: str, *, rule: str | None = None, origin: Origin | None = None, help: str | None = None
    ) -> None:
        self.code, self.message, self.rule, self.help = code, message, rule, help
        self.location = origin.place if origin is not None else None
        super().__init__(message)

    def __reduce__(self) -> tuple[object, ...]:
        # made without its `__init__`, whose arguments are not its `args`
        return type(self).__new__, (type(self), *self.args), self.__dict__

    def to_dict(self) -> dict[str, str | None]:
        """The error as `pricelang price --json` prints it."""
        return {
            "code": self.code, "message": self.message, "rule": self.rule, "location": self.location, "help": self.help,
        }  # fmt: skip


class UnknownName(PriceError):
    """A model, dimension, value or meter that the book does not know (codes `unknown_…`)."""


class NotOffered(PriceError):
    """A model, value or meter that is not offered on that day or to that request (code `not_offered`)."""


class Refused(PriceError):
    """A request that cannot exist (codes `refused` and `excluded`)."""


class BadRequest(PriceError):
    """A date or quantity that cannot be read (codes `bad_date`, `bad_quantity`, `bad_record`)."""
