"""`pricelang new`: a small book to begin with."""

from __future__ import annotations

import re
from pathlib import Path

import click

from pricelang.apps.new_book import new_book
from pricelang.cli.failures import Failure
from pricelang.model.instants import today
from pricelang.present.terminal import say


@click.command(epilog="Exit codes: 0 written; 2 wrong usage, or the file is there already.")
@click.argument("name")
@click.option(
    "--extends", "base", metavar="BOOK", help="Write a contract over another book, by its name."
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
    text = new_book(name, today(), base)
    if target == "-":
        click.echo(text, nl=False)
        return
    path = Path(target or f"{name}.price")
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise Failure(
            "exists", f"`{path}` is there already", "name another file: `-o FILE`"
        ) from None
    say(f"wrote {path}: now `pricelang check {path}`, and `pricelang test {path}`")
