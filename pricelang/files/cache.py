"""The user's own cache folder: files that are whole and the user's own, read as text;
nothing in them is ever run.

It stands on the way of every cold start: what it imports costs a fraction of a millisecond.
"""

from __future__ import annotations

import os
import stat
import sys
from functools import cache
from typing import TYPE_CHECKING

from pricelang.files.bundled import OUTSIDE, PACKAGE, folder_of
from pricelang.files.shipped import CODE, shipped

if TYPE_CHECKING:
    from hashlib import sha256
else:
    # `hashlib` loads OpenSSL, which takes longer than hashing a book does.
    try:
        from _sha2 import sha256
    except ImportError:
        try:
            from _sha256 import sha256
        except ImportError:
            from hashlib import sha256

ROOT = 0
"""The user whose files an image holds: who runs as another can read them, and not write them."""


def digest(data: bytes) -> str:
    """The SHA-256 of some bytes as hex digits."""
    return str(sha256(data).hexdigest())


@cache
def fingerprint(*folders: str) -> str:
    """A word that changes whenever the code in some folders of the package changes: a digest of
    what it is, not of when it was written. An installed package has one word for all of its code.
    """
    built = shipped(CODE)
    if built is not None:
        return built
    parts = []
    for folder in folders:
        place = folder_of(folder) if folder in OUTSIDE else os.path.join(PACKAGE, folder)
        with os.scandir(str(place)) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.name.endswith((".py", ".lark", ".json")):
                    with open(entry.path, "rb") as stream:
                        parts.append(f"{folder}/{entry.name}:{digest(stream.read())}")
    return digest(";".join(parts).encode())


def cache_folder() -> str | None:
    """The folder, whether it exists or not: `PRICELANG_CACHE`, or the user's usual one;
    None where that is empty.
    """
    named = os.environ.get("PRICELANG_CACHE")
    if named is not None:
        return named or None
    if (
        sys.platform == "linux"
    ):  # as `platformdirs` has it, which takes longer to import than all of this
        base = os.environ.get("XDG_CACHE_HOME", "")
        return os.path.join(base if base.strip() else os.path.expanduser("~/.cache"), "pricelang")
    from platformdirs import user_cache_dir

    return user_cache_dir("pricelang", appauthor=False)


def is_own(found: os.stat_result) -> bool:
    """Decides whether a file is the user's own, or the system's, and nobody else's to write."""
    if not hasattr(os, "getuid"):
        # a cache folder under the user's profile is the user's own on systems without owners
        return True
    own = found.st_uid in (os.getuid(), ROOT)
    return own and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def read_own(path: str) -> str | None:
    """The text of a file of the cache, or None for one that is not there or not whole,
    or that somebody else owns or could write, itself or its folder.
    """
    try:
        if not is_own(os.stat(os.path.dirname(path) or ".")):
            return None
        handle = os.open(
            path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        )
        with open(handle, "rb") as stream:
            found = os.fstat(handle)
            if not is_own(found) or not stat.S_ISREG(found.st_mode):
                return None
            data = stream.read()
    except (OSError, ValueError):
        return None
    mark, _, body = data.partition(b"\n")
    if digest(body).encode() != mark:
        return None
    return body.decode("ascii", "replace")


def keep(path: str, text: str) -> None:
    """Writes a file of the cache whole or not at all;
    a cache that cannot be written is no fault.
    """
    body = text.encode("ascii")
    folder = os.path.dirname(path) or "."
    part = f"{path}.{os.getpid()}-{os.urandom(6).hex()}"
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        if not is_own(os.stat(folder)) or os.path.isdir(path):
            return
        flags = (
            os.O_WRONLY
            | os.O_CREAT
            | os.O_EXCL
            | getattr(os, "O_NOFOLLOW", 0)
            | getattr(os, "O_BINARY", 0)
        )
        handle = os.open(part, flags, 0o600)
    except (OSError, ValueError):
        return
    try:
        with open(handle, "wb") as stream:
            stream.write(digest(body).encode() + b"\n" + body)
        os.replace(part, path)
    except OSError:
        os.unlink(part)
