"""How a command ends: its exit codes, and its last words to a reader that went away or a disk that is full."""

from __future__ import annotations

import os
import sys

from pricelang.wording import printable

DONE, SOME_FAILED, WRONG_USAGE = 0, 1, 2
INTERRUPTED, BROKEN_PIPE = 130, 141
"""As a shell reports a program that a signal ended."""


def error_line(code: str, message: str, start: str = "", stop: str = "") -> str:
    """The first line of an error: `error[code]: message`; `start` and `stop` colour its head."""
    return f"{start}error[{code}]{stop}: {printable(message)}"


def system_error(error: OSError) -> str:
    """What a command says of a stream that it cannot write."""
    return error_line("system", f"{error.strerror or error}".lower())


def lenient(*streams: object) -> None:
    """What the encoding of a stream cannot write is shown as an escape."""
    for stream in streams:
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")


def forget_stdout() -> None:
    """Points standard output at nothing, for else the interpreter would complain when it closes it."""
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())
        os.close(nothing)
    except (OSError, ValueError):
        pass  # a stream without a file behind it needs no care
