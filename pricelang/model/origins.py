"""Where figures and rules stand in a book, and where they are from."""

from __future__ import annotations

from attrs import frozen


@frozen
class Origin:
    """Where a figure or rule stands, where it is from, and what is doubtful about it."""

    file: str
    line: int
    column: int
    width: int
    source: str | None = None
    unsure: str | None = None
    because: str | None = None

    @property
    def place(self) -> str:
        """`file:line`."""
        return f"{self.file}:{self.line}"


@frozen(eq=False, repr=False)
class Source:
    """Where figures come from, and on which day (UTC seconds) it was read; one that is alive is
    read `every` so many days.
    """

    name: str
    address: str
    read: int
    every: int | None = None
