"""The option `--watch`: a command that runs again whenever a file of its book changes."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from pricelang.cli.failures import Failure, UnusableBook, failures
from pricelang.model.errors import needed
from pricelang.present.terminal import say
from pricelang.syntax.diagnostics import BookError
from pricelang.usage.io.files import STDIN

SUFFIX = ".price"
_WAIT = 100
"""Milliseconds after which the watch says that nothing has changed."""


def watched(run: Callable[..., Any]) -> Callable[..., Any]:
    """A command on the book `path`, with the option `--watch`."""

    @click.option("--watch", is_flag=True, help="Run again whenever a file of the book changes.")
    @functools.wraps(run)
    def command(ctx: click.Context, /, watch: bool, **arguments: Any) -> Any:
        if not watch:
            return run(ctx, **arguments)
        with failures():
            watchfiles = needed("watchfiles", "watch", "changes are told by watchfiles")
        source = str(arguments["path"])
        if source == STDIN:
            raise Failure("no_file", "what is watched is a file, not standard input")
        try:
            folders = _folders(source)
        except BookError as error:
            raise UnusableBook(error, source) from None
        for turn, _ in enumerate(_turns(watchfiles, source, folders)):
            if turn:
                click.clear()
            _run(ctx, run, arguments)
        return None

    return command


def _turns(watchfiles: Any, source: str, folders: set[Path]) -> Iterator[None]:
    """Once when some folders are watched, and again whenever a file in those of the book changes.
    Where the book lies in other folders since, the watch begins anew.
    """
    while True:
        changes = watchfiles.watch(
            *folders,
            watch_filter=lambda _, path: path.endswith(SUFFIX),
            rust_timeout=_WAIT,
            yield_on_timeout=True,
        )
        with contextlib.closing(changes):
            next(changes)  # the watch begins before a run, which may take longer than a save
            yield
            before = folders
            while folders == before:
                if next(changes):
                    with contextlib.suppress(BookError):  # which the run tells
                        folders = _folders(source)
                    if folders == before:
                        yield


def _run(ctx: click.Context, run: Callable[..., Any], arguments: dict[str, Any]) -> None:
    """Runs the command once; what would end it is shown."""
    try:
        run(ctx, **arguments)
    except click.exceptions.Exit:
        pass
    except click.ClickException as error:
        error.show()
    say("watching; end it with Ctrl-C", err=True)


def _folders(source: str) -> set[Path]:
    """The folders of the files of a book and of those below it, or that of its entry where they
    cannot be read. Raises `BookError` where there is no such book.
    """
    from pricelang.check.entries import entry_of
    from pricelang.check.files import read_layers

    entry = entry_of(source).file
    try:
        paths = [file.path for layer in read_layers(source) for file in layer.files]
    except BookError:
        paths = []
    return {path.parent for path in (*paths, Path(str(entry))) if path.parent.is_dir()}
