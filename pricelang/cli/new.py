"""`pricelang new`: a small book to begin with."""

from __future__ import annotations

import os
from pathlib import Path

import click

from pricelang.apps.new_book import NAME, checked_new, new_book, seen_from
from pricelang.cli.failures import Failure, UnusableBook
from pricelang.cli.targets import TARGET, check_outputs
from pricelang.model.instants import today
from pricelang.present.terminal import say
from pricelang.syntax.diagnostics import BookError
from pricelang.usage.io.targets import Target, is_stream
from pricelang.usage.io.writing import write_text


@click.command(
    epilog="Exit codes: 0 written; 2 wrong usage, the file is there already, or the book would not "
    "be read."
)
@click.argument("name")
@click.option(
    "--extends",
    "base",
    metavar="BOOK",
    help="Write a contract over another book, by its name or its path.",
)
@click.option(
    "-o",
    "given",
    type=TARGET,
    metavar="FILE",
    help="The file to write; `-` prints it. Default: NAME.price.",
)
@click.pass_context
def command(ctx: click.Context, /, name: str, base: str | None, given: str | None) -> None:
    """Write a small book that checks, with a model, a discount, an example and a claim.

    \b
    Examples:
      pricelang new shop
      pricelang new acme --extends anthropic
    """
    if not NAME.fullmatch(name):
        help = "letters, digits, `_` and `-`"
        if NAME.fullmatch(plain := "_".join(name.split())):
            help = f"a name has no spaces: `{plain}`"
        raise Failure("bad_name", f"`{name}` is no name for a book", help)
    target = f"{name}.price" if given is None else given
    path = Path(f"{name}.price" if is_stream(target) else target)
    day = today()
    text = new_book(name, day, None if base is None else seen_from(base, path))
    try:
        text = checked_new(text, path, day)
    except BookError as error:
        raise UnusableBook(error, target) from None
    if os.path.lexists(target) and not is_stream(target):
        raise Failure("exists", f"`{target}` is there already", "name another file: `-o FILE`")
    check_outputs(ctx, *([Target("`-o`", target)] if given is None else []))
    write_text(target, text)
    if not is_stream(target):
        then = f"test {target}" if base is None else f"audit {target} --contract"
        say(f"wrote {target}: now `pricelang check {target}`, and `pricelang {then}`")
