"""The JSON values of files, folders, standard input and memory, each with its name."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from pricelang.usage.fields import shown
from pricelang.usage.io.documents import values_of
from pricelang.usage.io.files import STDIN, opened, standard_input
from pricelang.usage.io.json_text import Decoder, JsonFault
from pricelang.usage.io.lines import lines_of
from pricelang.usage.records import UsageError


def documents(source: object, stdin: IO[bytes] | None = None) -> Iterator[tuple[str, object]]:
    """The JSON values of a source, each with its name:
    a path (a folder is read whole), `-`, a value, or a list of these.

    `stdin` is read for `-`, the program's own unless given.

    Raises `UsageError` for text that is no JSON and for a file that cannot be read.
    """
    if isinstance(source, Mapping):
        yield "(memory)", source
    elif isinstance(source, str | os.PathLike):
        for path in _files(str(os.fspath(source))):
            yield from _values(path, stdin)
    elif isinstance(source, Sequence):
        for number, item in enumerate(source, 1):
            if isinstance(item, Mapping):
                yield f"(memory, item {number})", item
            else:
                yield from documents(item)
    else:
        raise UsageError(
            "wrong_type",
            f"a report of the Python type `{type(source).__name__}` cannot be read",
            "give a path or the pages as dicts",
        )


def _files(path: str) -> list[str]:
    if path == STDIN or not os.path.isdir(path):
        return [path]
    found = sorted(
        str(file)
        for file in Path(path).rglob("*")
        if file.name.removesuffix(".gz").removesuffix(".zst").endswith((".json", ".jsonl"))
    )
    if not found:
        raise UsageError("unreadable_file", f"the folder {shown(path)} has no .json or .jsonl file")
    return found


def _values(path: str, stdin: IO[bytes] | None) -> Iterator[tuple[str, object]]:
    try:
        # closed below
        stream = (stdin or standard_input()) if path == STDIN else open(path, "rb")  # noqa: SIM115
    except (OSError, ValueError) as error:
        raise UsageError(
            "unreadable_file",
            f"{shown(path)} cannot be read: {getattr(error, 'strerror', None) or error}",
        ) from None
    try:
        for line, item, value, _ in values_of(lines_of(opened(stream)), Decoder()):
            name = path if line == 1 and item is None else f"{path}:{line}"
            if isinstance(value, JsonFault):
                raise UsageError(value.code, f"{shown(name)}: {value.message}", value.help)
            yield name, value
    except OSError as error:
        raise UsageError(
            "unreadable_file",
            f"{shown(path)} cannot be read: {error.strerror or error}",
            getattr(error, "help", None),
        ) from None
    finally:
        if path != STDIN:
            stream.close()
