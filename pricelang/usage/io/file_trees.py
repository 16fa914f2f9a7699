"""Folders on a disk, and what else is walked and opened as they are: a tree of files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import IO, Protocol

Open = Callable[[str], IO[bytes]]


class FileTree(Protocol):
    """What is asked of a folder and of an archive."""

    def files(self) -> Iterator[str]:
        """The paths of all files in it and below that are not hidden."""
        ...

    def open(self, path: str) -> IO[bytes]:
        """The bytes of a file. Raises `OSError`."""
        ...

    def is_folder(self, path: str) -> bool:
        """Decides whether a folder of this path is in it."""
        ...

    def is_file(self, path: str) -> bool:
        """Decides whether a file of this path is in it."""
        ...


class Folder:
    """A folder on a disk."""

    def __init__(self, path: str) -> None:
        self._path = path

    def files(self) -> Iterator[str]:
        """The paths of all files in it and below that are not hidden."""
        for place, inner, names in os.walk(self._path):
            inner[:] = [name for name in inner if not is_hidden(name)]
            yield from (os.path.join(place, name) for name in names if not is_hidden(name))

    def open(self, path: str) -> IO[bytes]:
        """The bytes of a file. Raises `OSError`."""
        return opened_file(path)

    def is_folder(self, path: str) -> bool:
        """Decides whether a folder is at this path."""
        return os.path.isdir(path)

    def is_file(self, path: str) -> bool:
        """Decides whether a file is at this path."""
        return os.path.isfile(path)


def opened_file(path: str) -> IO[bytes]:
    """The bytes of a file on a disk. Raises `OSError`, and `ValueError` for what is no name."""
    return open(path, "rb")


def is_hidden(name: str) -> bool:
    """Decides whether a name is that of a hidden file or folder."""
    return name.startswith(".")


__all__ = ["FileTree", "Folder", "Open", "is_hidden", "opened_file"]
