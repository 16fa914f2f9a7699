"""The end of a command: its exit codes, and its last words to a reader that went away or a disk
that is full.
"""

from __future__ import annotations

import errno
import os
import sys

from pricelang.present.text import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

DONE, SOME_FAILED, WRONG_USAGE = 0, 1, 2
UNREADABLE = ("bad_quantity", "bad_date", "bad_record", "no_model")
"""The codes of a request that cannot be read: given by flags, it is wrong usage."""
INTERRUPTED, BROKEN_PIPE = 130, 141
"""As a shell reports a program that a signal ended."""


def error_line(code: str, message: str, start: str = "", stop: str = "") -> str:
    """The first line of an error: `error[code]: message`; `start` and `stop` colour its head."""
    return f"{start}error[{code}]{stop}: {printable(message)}"


def system_error(error: OSError) -> str:
    """What a command says of a file or a stream that it cannot read or write."""
    if error.errno == errno.EBADF and error.filename is None:
        return error_line("system", "there is no standard output")
    reason = f"{error.strerror or error}".lower()
    return error_line(
        "system", f"`{error.filename}`: {reason}" if isinstance(error.filename, str) else reason
    )


def last_words(error: OSError) -> int:
    """Says why a command ends, where anything can be said, and returns the exit code."""
    try:
        print(system_error(error), file=sys.stderr, flush=True)
    except OSError:
        _forget(sys.stderr)
    forget_stdout()
    return WRONG_USAGE


def settle_streams() -> None:
    """Gives a standard stream that is closed its number back,
    which the next file to be opened would get. What is written to such an output is an error.
    """
    for number, way in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, way)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)


def lenient(*streams: object) -> None:
    """What the encoding of a stream cannot write is shown as an escape."""
    for stream in streams:
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")


def forget_stdout() -> None:
    """Points standard output at nothing,
    for else the interpreter would complain when it closes it.
    """
    _forget(sys.stdout)


def _forget(stream: TextIO) -> None:
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())
        os.close(nothing)
    except (OSError, ValueError):
        pass  # a stream without a file behind it needs no care
