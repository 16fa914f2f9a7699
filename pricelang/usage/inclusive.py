"""Counters that include what others count apart: the prompt's cache reads and writes taken out of its input."""

from __future__ import annotations

from pricelang.notes import Note

from .counters import Counters
from .fields import shown
from .records import UsageError


def inclusive(path: str, *, input: int, output: int, read: int, written: int, write_1h: int = 0, split: bool = False) -> Counters:
    """Disjoint counters out of an `input` that includes `read` and `written`.

    Raises `UsageError` where these are more than the input: then it does not include them, and a guess would be a price.
    """
    if read + written > input:
        raise UsageError(
            "bad_counts", f"`{path}` is {shown(input)}, less than the {shown(read + written)} of its cache reads and writes",
            "this format counts them inside the input; `--format NAME` says another format",
        )  # fmt: skip
    return Counters(input - read - written, output, read, written, min(write_1h, written), split)


def no_lifetime(counters: Counters, notes: list[Note]) -> None:
    """Note that cache writes came without their lifetimes."""
    if counters.written and not counters.split:
        notes.append(Note("cache_lifetime", "the lifetime of the cache writes is not known: priced as 5-minute writes"))
