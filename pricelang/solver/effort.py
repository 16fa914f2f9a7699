"""The bound on how much work questions about one book may make."""

from __future__ import annotations

from attrs import define, field

MAX_EFFORT = 1_500_000
"""How many parts are looked at in questions about one book:
some seconds, however it is written.
"""


class TooManyPieces(Exception):
    """A question that falls into more pieces than are worth deciding here."""


@define(eq=False)
class Effort:
    """The work that is left for questions about a book:
    counted while it is done, so that no question outgrows it.
    """

    left: int = field(factory=lambda: MAX_EFFORT)

    def spend(self, work: int) -> None:
        """Counts some work. Raises `TooManyPieces` where none is left."""
        self.left -= work
        if self.left < 0:
            raise TooManyPieces
