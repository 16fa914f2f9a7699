"""What every error says: a code, a sentence, and what to do next, in the words of who reads it."""

from __future__ import annotations

from collections.abc import Callable

from pricelang.present.arguments import said_to_caller

Help = str | Callable[[], str | None] | None
"""What to do next: a text, or what gives one when it is asked for."""


class ExplainedError(Exception):
    """An error with a `code` for programs, a `message` of one sentence, and a `help`. `rule` is the
    rule that decided, `location` its `file:line`; None where none did.
    """

    rule: str | None = None
    location: str | None = None

    def __init__(self, code: str, message: str, help: Help) -> None:
        message = said_to_caller(message)
        super().__init__(message)
        self.code, self.message, self._help = code, message, help

    @property
    def help(self) -> str | None:
        """What to do next, or None. It is worked out when it is first asked for:
        the nearest known name takes far longer to find than a request to price.
        """
        if callable(self._help):
            self._help = self._help()
        return said_to_caller(self._help) if self._help is not None else None

    def to_dict(self) -> dict[str, str | None]:
        """The error as `pricelang price --json` prints it."""
        return {
            "code": self.code,
            "message": self.message,
            "rule": self.rule,
            "location": self.location,
            "help": self.help,
        }

    def __reduce__(self) -> tuple[object, ...]:
        # made without its `__init__`, whose arguments are not its `args`
        state = {**self.__dict__, "_help": self.help}
        return type(self).__new__, (type(self), *self.args), state
