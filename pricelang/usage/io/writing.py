"""Files that are written: whole or not at all, with the mode they had, and never over what is read.

A draft beside the target takes its place in one step. What is no regular file (a device,
a pipe, standard output) is written through and never replaced.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
import sys
import time
from collections.abc import Iterator
from typing import IO, TextIO

from attrs import define, field

from pricelang.usage.io.targets import descriptor_of, is_stream, nearest_folder

try:
    import fcntl
except ImportError:  # a system without such locks
    fcntl = None  # type: ignore[assignment]

PREFIX = ".pricelang-"
LOCK = "lock"
YOUNG, ABANDONED = 60, 86_400
"""Seconds for which a draft may be about to be locked,
and after which one counts as left where there are no locks.
"""


@contextlib.contextmanager
def scratch(parent: str | None = None) -> Iterator[str]:
    """A folder for drafts inside another (that of temporary files unless given),
    which is gone afterwards. Folders that a killed process left there are swept.
    """
    import shutil
    import tempfile

    parent = parent or tempfile.gettempdir()
    sweep(parent)
    with contextlib.ExitStack() as stack:
        folder = tempfile.mkdtemp(prefix=PREFIX, dir=parent)
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        lock = stack.enter_context(open(os.path.join(folder, LOCK), "w"))
        if fcntl is not None:
            with contextlib.suppress(OSError):  # a file system without locks
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield folder


def sweep(parent: str) -> None:
    """Removes the folders of drafts that nobody works in any more."""
    import shutil

    with contextlib.suppress(OSError), os.scandir(parent) as entries:
        for entry in entries:
            if (
                entry.name.startswith(PREFIX)
                and entry.is_dir(follow_symlinks=False)
                and _is_left(entry.path)
            ):
                shutil.rmtree(entry.path, ignore_errors=True)


def _is_left(folder: str) -> bool:
    age = time.time() - os.stat(folder).st_mtime
    if age < YOUNG:
        return False
    if fcntl is None:
        return age > ABANDONED
    try:
        with open(os.path.join(folder, LOCK)) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except FileNotFoundError:
        return age > ABANDONED
    except OSError:
        return False


@define
class _Draft:
    """A draft and where it goes."""

    path: str
    target: str


@define(eq=False)
class Drafts:
    """Several files that are written together: all of them take their places, or none does."""

    _stack: contextlib.ExitStack = field(factory=contextlib.ExitStack)
    _folders: dict[str, str] = field(factory=dict)
    _drafts: list[_Draft] = field(factory=list)

    def __enter__(self) -> Drafts:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def of(self, target: str) -> str:
        """The path of a new draft for a target."""
        import tempfile

        parent = (
            tempfile.gettempdir()
            if is_stream(target)
            else nearest_folder(os.path.dirname(os.path.realpath(target)))
        )
        if parent not in self._folders:
            with _named(target):
                self._folders[parent] = self._stack.enter_context(scratch(parent))
        draft = _Draft(os.path.join(self._folders[parent], f"draft-{len(self._drafts)}"), target)
        self._drafts.append(draft)
        return draft.path

    def place(self) -> None:
        """Puts every draft in its place. Raises `OSError`,
        and then each target is what it was before.
        """
        from shutil import copyfileobj

        for draft in self._drafts:
            if is_stream(draft.target):
                with (
                    open(draft.path, "rb") as made,
                    _named(draft.target),
                    _through(draft.target) as stream,
                ):
                    copyfileobj(made, stream)
        undo: list[tuple[str, str | None]] = []
        try:
            for draft in self._drafts:
                if not is_stream(draft.target):
                    with _named(draft.target):
                        undo.append(_replace(draft.path, os.path.realpath(draft.target)))
        except OSError:
            for target, old in reversed(undo):
                with contextlib.suppress(OSError):
                    os.unlink(target) if old is None else os.replace(old, target)
            raise


def _replace(draft: str, target: str) -> tuple[str, str | None]:
    """Puts a draft in the place of a file, with its mode and owner;
    returns the place, and where the old file is kept.
    """
    os.makedirs(os.path.dirname(target), exist_ok=True)
    old = None
    if os.path.lexists(target):
        if not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), target)
        before, now = os.stat(target), os.stat(draft)
        if hasattr(os, "chown") and (before.st_uid, before.st_gid) != (now.st_uid, now.st_gid):
            with contextlib.suppress(OSError):
                os.chown(draft, before.st_uid, before.st_gid)
        os.chmod(draft, stat.S_IMODE(before.st_mode))
        with contextlib.suppress(OSError):  # a file system without links: then there is no way back
            os.link(target, f"{draft}.old")
            old = f"{draft}.old"
    os.replace(draft, target)
    return target, old


@contextlib.contextmanager
def _named(target: str) -> Iterator[None]:
    """Errors of the system that name no file, or a draft, name the target."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.filename is not None and PREFIX not in str(error.filename):
            raise
        raise type(error)(error.errno, error.strerror or str(error), target) from None


@contextlib.contextmanager
def _through(target: str) -> Iterator[IO[bytes]]:
    """A stream that is written as it is: standard output in the order of what else goes there."""
    number = descriptor_of(target)
    if number == 1 and hasattr(sys.stdout, "buffer"):
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    opened = os.open(target, os.O_WRONLY) if number is None else os.dup(number)
    with open(opened, "wb") as stream:
        yield stream


# ---- texts ---------------------------------------------------------------------------------------


@contextlib.contextmanager
def text_file(target: str) -> Iterator[TextIO]:
    """A text file to write, in UTF-8 and with `\\n`.
    It is there when the block ends, whole, and not where it fails.
    """
    if is_stream(target):
        with _named(target), _through(target) as stream:
            text = io.TextIOWrapper(
                stream, "utf-8", "backslashreplace", newline="", write_through=True
            )
            try:
                yield text
            finally:
                text.detach()
        return
    with Drafts() as drafts:
        with (
            _named(target),
            open(drafts.of(target), "w", -1, "utf-8", "backslashreplace", newline="") as made,
        ):
            yield made
        drafts.place()


def write_text(target: str, text: str) -> None:
    """Writes a text, whole or not at all."""
    with text_file(target) as stream:
        stream.write(text)
