"""`pricelang test`: the examples of a book, run."""

from __future__ import annotations

import json

import click

from pricelang.api import DEFAULT_BOOK
from pricelang.cli.options import open_book
from pricelang.cli.output import DONE, SOME_FAILED, paths_of
from pricelang.rating.examples import Result, run_examples
from pricelang.wording import printable


@click.command(epilog="Exit codes: 0 all examples come out as written; 1 at least one does not; 2 wrong usage, or a book with faults.")
@click.argument("path", default=DEFAULT_BOOK, metavar="[PATH|NAME]")
@click.option("-k", "text", default="", metavar="TEXT", help="Only examples whose title holds this text.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object an example, on one line each.")
@click.pass_context
def command(ctx: click.Context, /, path: str, text: str, as_json: bool) -> None:
    """The examples of a book, run. A failing one is shown with its place, what it expects, what came of it, and why.

    \b
    Example:
      pricelang test my-contract.price -k "fast"
    """
    book = open_book(path)
    selected = [example for example in book.checked.examples if text.lower() in example.title.lower()]
    if text and not selected:
        ctx.fail(f"no example has `{printable(text)}` in its title")
    results, names = run_examples(book, selected), paths_of(path)
    failed = [result for result in results if not result.passed]
    if as_json:
        for result in results:
            click.echo(json.dumps(_as_data(result, names)))
    else:
        for result in failed:
            click.echo(_failure(result, names) + "\n")
        number = f"{len(results):,} example{'' if len(results) == 1 else 's'}"
        click.echo(f"{number}, {f'{len(failed):,} not as written' if failed else 'all as written'}")
    ctx.exit(SOME_FAILED if failed else DONE)


def _failure(result: Result, names: dict[str, str]) -> str:
    lines = [f'failed: "{result.example.title}"', f"  --> {_place(result, names)}"]
    lines += [f"  expected: {result.expected}", f"  got:      {result.got}", "  why:"]
    return "\n".join([*lines, *(f"    {line}" for line in result.why.splitlines())])


def _place(result: Result, names: dict[str, str]) -> str:
    origin = result.example.origin
    return f"{names.get(origin.file, origin.file)}:{origin.line}"


def _as_data(result: Result, names: dict[str, str]) -> dict[str, object]:
    origin = result.example.origin
    return {
        "title": result.example.title, "file": names.get(origin.file, origin.file), "line": origin.line, "passed": result.passed,
        "expected": result.expected, "got": result.got, "why": None if result.passed else result.why,
    }  # fmt: skip
