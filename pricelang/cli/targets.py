"""The files that a command writes, and the check that it reads none of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from pricelang.cli.failures import Failure
from pricelang.cli.options import BOOK
from pricelang.model.errors import BadRequest
from pricelang.syntax.diagnostics import BookError
from pricelang.usage.io.files import STDIN

if TYPE_CHECKING:
    from pricelang.usage.io.targets import Target


class TargetFile(click.ParamType):  # type: ignore[type-arg]
    """A file that a command writes;
    every option of this kind is checked, and tried by the tests.
    """

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path as it is."""
        return value


class TargetFolder(TargetFile):
    """A folder in which a command writes files that it names itself to `check_outputs`."""

    name = "folder"


TARGET, FOLDER = TargetFile(), TargetFolder()


def check_outputs(ctx: click.Context, *more: Target, read: tuple[str, ...] = ()) -> None:
    """Raises `Failure` where a file that the command would write is read by it,
    or is written twice, or cannot be; `more` and `read` are those that its parameters do not name.
    """
    named = [
        (f"`{param.opts[-1]}`", ctx.params[param.name])
        for param in ctx.command.params
        if param.type is TARGET
        and param.name is not None
        and ctx.params.get(param.name) is not None
    ]
    if not named and not more:
        return
    from pricelang.usage.io.targets import Target, check_targets  # what writes no file needs none

    try:
        check_targets([*(Target(*one) for one in named), *more], [*_inputs(ctx), *read])
    except BadRequest as error:
        raise Failure(error.code, error.message, error.help) from None


def _inputs(ctx: click.Context) -> Iterator[str]:
    """Every file that a parameter of the command names,
    alone, as a folder, by a pattern, or as a book.
    """
    for param in ctx.command.params:
        if isinstance(param.type, TargetFile) or param.name is None:
            continue
        for text in _texts(ctx.params.get(param.name)):
            if param.type is BOOK:
                yield from book_files(text)
            elif os.path.isdir(text):
                yield from _files_in(text)
            elif text == STDIN or os.path.exists(text):
                yield text
            else:
                import glob

                if glob.has_magic(text):
                    yield from glob.glob(text, recursive=True)
    yield STDIN


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _texts(item)


def _files_in(folder: str) -> Iterator[str]:
    from pathlib import Path

    from pricelang.usage.io.folders import record_files

    yield from record_files(folder)
    for path in Path(folder).rglob("*"):
        if path.suffix in (".price", ".csv", ".parquet"):
            yield str(path)


def book_files(source: str) -> list[str]:
    """The files of a book and of those that it extends; none where it cannot be read."""
    from pricelang.check.entries import entry_of
    from pricelang.check.files import compiled_in, read_layers
    from pricelang.files.sources import sources_of

    try:
        return [
            str(path)
            for one in sources_of(source)
            for path in (
                [entry_of(one).file]
                if compiled_in(one)
                else [file.path for layer in read_layers(one) for file in layer.files]
            )
        ]
    except BookError:
        return []
