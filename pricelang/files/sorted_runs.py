"""Items in order of their keys, however many there are: what memory does not hold lies in a
temporary file.
"""

from __future__ import annotations

import heapq
import pickle
import tempfile
from collections.abc import Callable, Iterator
from typing import IO, Any, Generic, TypeVar

from attrs import frozen

Item = TypeVar("Item")

MEMORY = 20_000
"""Items that are kept in memory."""
BLOCK = 200
"""Items that are read from the file at once, for each of its runs."""


@frozen
class _Run:
    """Sorted items of the file: the places at which their blocks begin, and how many they are."""

    blocks: tuple[int, ...]
    count: int


class SortedRuns(Generic[Item]):
    """Items that go in in any order and come out sorted by `key`, as often as they are asked for.

    Up to `memory` items (`MEMORY`, unless given) stay in memory; so many at a time are sorted and
    written behind one
    another to one temporary file, which goes with this object. Items are plain tuples, numbers and
    texts. (A plain class: it grows.)

    >>> runs = SortedRuns[int](lambda item: item, memory=2)
    >>> for item in (3, 1, 2, 5, 4):
    ...     runs.add(item)
    >>> list(runs), list(runs)
    ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5])
    """

    def __init__(self, key: Callable[[Item], Any], memory: int | None = None) -> None:
        self._key, self._memory = key, MEMORY if memory is None else memory
        self._items: list[Item] = []
        self._file: IO[bytes] | None = None
        self._runs: list[_Run] = []

    def add(self, item: Item) -> None:
        """Takes in an item."""
        self._items.append(item)
        if len(self._items) >= self._memory:
            self._write()

    def __len__(self) -> int:
        return len(self._items) + sum(run.count for run in self._runs)

    def __iter__(self) -> Iterator[Item]:
        last = sorted(self._items, key=self._key)
        if not self._runs:
            return iter(last)
        written = (self._read(run) for run in self._runs)
        return heapq.merge(*written, last, key=self._key)

    def _write(self) -> None:
        """Writes the items in memory as a run."""
        if self._file is None:
            # It is closed with the object that holds it, which outlives each reading of it.
            self._file = tempfile.TemporaryFile()  # noqa: SIM115
        file, blocks = self._file, []
        file.seek(0, 2)
        self._items.sort(key=self._key)
        for first in range(0, len(self._items), BLOCK):
            blocks.append(file.tell())
            pickle.dump(self._items[first : first + BLOCK], file, pickle.HIGHEST_PROTOCOL)
        self._runs.append(_Run(tuple(blocks), len(self._items)))
        self._items = []

    def _read(self, run: _Run) -> Iterator[Item]:
        """The items of a run. Several readers share the file: each looks for its own place."""
        assert self._file is not None
        for start in run.blocks:
            self._file.seek(start)
            yield from pickle.load(self._file)
