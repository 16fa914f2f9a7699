"""`pricelang new`: a small book to begin with."""

from __future__ import annotations

import os
import re
from pathlib import Path

import click

from pricelang.apps.new_book import new_book
from pricelang.cli.failures import Failure, UnusableBook
from pricelang.model.instants import today
from pricelang.present.terminal import say
from pricelang.syntax.diagnostics import BookError


@click.command(
    epilog="Exit codes: 0 written; 2 wrong usage, no such book, or the file is there already."
)
@click.argument("name")
@click.option(
    "--extends",
    "base",
    metavar="BOOK",
    help="Write a contract over another book, by its name or its path.",
)
@click.option(
    "-o", "target", metavar="FILE", help="The file to write; `-` prints it. Default: NAME.price."
)
def command(name: str, base: str | None, target: str | None) -> None:
    """Write a small book that checks, with a model, a discount, an example and a claim.

    \b
    Examples:
      pricelang new shop
      pricelang new acme --extends anthropic
    """
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", name):
        raise Failure("bad_name", f"`{name}` is no name for a book", "letters, digits, `_` and `-`")
    path = Path(target or f"{name}.price")
    text = new_book(name, today(), base and _written(base, path.parent))
    if target == "-":
        click.echo(text, nl=False)
        return
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise Failure(
            "exists", f"`{path}` is there already", "name another file: `-o FILE`"
        ) from None
    except OSError as error:
        raise Failure("bad_output", f"`{path}` cannot be written: {error.strerror}") from None
    if base is not None:
        _check_base(path)
    then = f"test {path}" if base is None else f"audit {path} --contract"
    say(f"wrote {path}: now `pricelang check {path}`, and `pricelang {then}`")


def _written(base: str, folder: Path) -> str:
    """The book below as a header has it: a name, or its path as seen from the contract."""
    if "/" not in base and not base.endswith(".price"):
        return base
    return f'"{Path(os.path.relpath(base, folder)).as_posix()}"'


def _check_base(path: Path) -> None:
    """Takes a contract away again whose book below cannot be read, and says why."""
    from pricelang.check.files import read_layers

    try:
        read_layers(path)
    except BookError as error:
        path.unlink()
        raise UnusableBook(error, str(path)) from None
