"""Zip archives as folders of files, which are unpacked as they are read and never to a disk.

A file in an archive has a path: that of the archive, and its own behind it
(`export.zip/logs/usage.jsonl`).
"""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterator
from lzma import LZMAError
from typing import IO

from pricelang.usage.io.file_trees import is_hidden
from pricelang.usage.io.files import BadArchive, unpacked

_FAULTS = (zipfile.BadZipFile, zlib.error, LZMAError)


class Archive:
    """A zip archive that stands open. Raises `BadArchive`."""

    def __init__(self, path: str, stream: IO[bytes]) -> None:
        self._before = f"{path}/"
        try:
            self._zip = zipfile.ZipFile(stream)
        except (*_FAULTS, NotImplementedError) as error:
            raise _damaged(error) from None
        files = [info for info in self._zip.infolist() if not info.is_dir()]
        names = [info.filename for info in files]
        self._names = frozenset(names)
        if len(self._names) < len(names):
            raise _bad("has two files of one name")
        if sum(info.compress_size for info in files) > stream.seek(0, os.SEEK_END):
            raise _bad("is damaged: its files overlap")  # a bomb
        self._folders = {
            name[:end] for name in names for end, letter in enumerate(name) if letter == "/"
        }

    def files(self) -> Iterator[str]:
        """The paths of all files that are not hidden, below the folder that holds all of them."""
        parts = {name: name.split("/") for name in self._names}
        folders = [inner[:-1] for inner in parts.values()]
        levels = enumerate(zip(*folders, strict=False))
        least = min(map(len, folders), default=0)
        top = next((level for level, names in levels if len(set(names)) > 1), least)
        for name, inner in parts.items():
            if not any(map(is_hidden, inner[top:])):
                yield self._before + name

    def open(self, path: str) -> IO[bytes]:
        """The bytes of a file, unpacked as they are read. Raises `BadArchive`, then or later."""
        info = self._zip.getinfo(path.removeprefix(self._before))
        try:
            stream = self._zip.open(info)
        except (*_FAULTS, NotImplementedError) as error:
            raise _damaged(error) from None
        except RuntimeError:
            raise _bad("is locked by a password") from None
        return unpacked(stream.read, lambda: info.compress_size, _FAULTS)

    def packed_size(self, path: str) -> int:
        """How many bytes of the archive a file takes."""
        return self._zip.getinfo(path.removeprefix(self._before)).compress_size

    def is_folder(self, path: str) -> bool:
        """Decides whether a folder of this path is in it."""
        return path.removeprefix(self._before) in self._folders

    def is_file(self, path: str) -> bool:
        """Decides whether a file of this path is in it."""
        return path.removeprefix(self._before) in self._names


def _damaged(error: Exception) -> BadArchive:
    return _bad(f"is damaged: {str(error)[:100]}")


def _bad(what: str) -> BadArchive:
    return BadArchive("bad_archive", f"the archive {what}", "unpack it, and give the folder")
