"""`pricelang explain`: each amount as its formula, with the rules behind it."""

from __future__ import annotations

from typing import Any

import click

from pricelang.apps.answers import answers_of
from pricelang.cli.answers import Skips, outcomes_of, show_refused, sized, where
from pricelang.cli.book_flags import BookCommand
from pricelang.cli.exit_codes import DONE, SOME_FAILED
from pricelang.cli.inputs import input_of, open_book
from pricelang.cli.options import input_options, strict_option
from pricelang.cli.progress import with_progress
from pricelang.present.terminal import say
from pricelang.present.text import printable
from pricelang.usage.records import Skipped


@click.command(
    cls=BookCommand,
    epilog="Exit codes: 0 all records were priced; 1 some were refused; 2 wrong usage, or a book "
    "that cannot be used.",
)
@input_options
@strict_option
@click.pass_context
def command(ctx: click.Context, /, **params: Any) -> None:
    """Explain each amount: its formula with the values, and the rules with their file and line,
    also those without effect and why. The input is that of `pricelang price`.

    \b
    Example:
      pricelang explain --model claude-opus-4-6 --speed fast --output 10k --at 2026-04-17
    """
    given = input_of(ctx, params)
    progress = sized(given.files)
    outcomes = outcomes_of(given, progress=progress)
    bounds = given.across == "bounds"
    book = open_book(given.book)
    answers = answers_of(book, outcomes, given.defaults, given.models, bounds)
    code, first, skips = DONE, True, Skips()
    for answer in with_progress(answers, shares_terminal=True, source=progress):
        if isinstance(answer, Skipped):
            if given.verbose or answer.broken:
                skips.show(answer)
            continue
        if not first:
            say()
        first = False
        if answer.bill is not None:
            if where(answer.place):
                say(f"# {printable(where(answer.place))}")
            for line in answer.bill.explain().split("\n"):
                say(printable(line))
        else:
            code = SOME_FAILED
            # Among records a refusal is the explanation of its own;
            # of a single request it is the command's error.
            show_refused(answer, err=not answer.place.file)
    skips.close()
    ctx.exit(code)
