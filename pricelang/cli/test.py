"""`pricelang test`: the examples of a book, and the rules that they exercise."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING

import click

from pricelang.cli.exit_codes import DONE, SOME_FAILED
from pricelang.cli.failures import paths_in
from pricelang.cli.inputs import open_book
from pricelang.cli.watching import watched
from pricelang.evaluate.examples import Result, run_examples
from pricelang.present.decimals import plain
from pricelang.present.terminal import say, show_table
from pricelang.present.text import how_many, printable
from pricelang.usage.request_flags import DEFAULT_BOOK

if TYPE_CHECKING:
    from pricelang.verify.coverage import Coverage


def _percent(ctx: click.Context, param: click.Parameter, value: str | None) -> Fraction | None:
    """A percentage as written, exactly."""
    try:
        number = None if value is None else Decimal(value.removesuffix("%"))
    except InvalidOperation:
        number = Decimal(-1)
    if number is not None and not (number.is_finite() and 0 <= number <= 100):
        raise click.BadParameter(
            f"`{printable(str(value))}` is not a percentage from 0 to 100", ctx, param
        )
    return None if number is None else Fraction(number)


@click.command(
    epilog="Exit codes: 0 all examples give what they expect; 1 at least one does not, or "
    "they exercise less than asked; 2 wrong usage, or a book with faults.",
)
@click.argument("path", default=DEFAULT_BOOK, metavar="[PATH|NAME]")
@click.option(
    "-k",
    "text",
    default="",
    metavar="TEXT",
    help="Run only examples whose title contains this text.",
)
@click.option(
    "--coverage",
    is_flag=True,
    help="Show which rules the examples exercise, and each line that none does.",
)
@click.option(
    "--fail-under",
    metavar="PERCENT",
    callback=_percent,
    help="Exit with 1 when the examples exercise less; implies --coverage.",
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print one JSON object for each example, one a line, and one for the coverage.",
)
@click.pass_context
@watched
def command(
    ctx: click.Context,
    /,
    path: str,
    text: str,
    coverage: bool,
    fail_under: Fraction | None,
    as_json: bool,
) -> None:
    """Run the examples of a book. One that fails is shown with its place, what it expects, what
    the book gives, and why.

    \b
    Examples:
      pricelang test my-contract.price -k "fast"
      pricelang test --coverage --fail-under 90
    """
    from pricelang.check.files import compiled_in, read_layers

    book = open_book(path)
    selected = [
        example for example in book.checked.examples if text.lower() in example.title.lower()
    ]
    if text and not selected:
        ctx.fail(f"no example has `{printable(text)}` in its title")
    layers = () if compiled_in(path) else read_layers(path)
    results, names = run_examples(book, selected), paths_in(layers)
    _show_results(results, names, as_json)
    short = False
    if (coverage or fail_under is not None) and not layers:
        ctx.fail(f"the coverage of lines needs the text of the book, and `{path}` is compiled")
    if coverage or fail_under is not None:
        # a book below has examples of its own, which are not among these
        own = {file.name: file.text.split("\n") for file in layers[-1].files}
        found = book.coverage(selected, files=own)
        short = fail_under is not None and found.total.percent < fail_under
        _show_coverage(found, names, own, fail_under, as_json)
    failed = any(not result.passed for result in results)
    ctx.exit(SOME_FAILED if failed or short else DONE)


# ---- examples ------------------------------------------------------------------------------------


def _show_results(results: Sequence[Result], names: dict[str, str], as_json: bool) -> None:
    failed = [result for result in results if not result.passed]
    if as_json:
        for result in results:
            click.echo(json.dumps(_as_data(result, names)))
        return
    for result in failed:
        say(_failure(result, names) + "\n")
    if not results:
        say("no examples: nothing was tested")
        return
    said = f"{len(failed):,} failed" if failed else "all pass"
    say(f"{how_many(len(results), 'example')}, {said}")


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
        "title": result.example.title,
        "file": names.get(origin.file, origin.file),
        "line": origin.line,
        "passed": result.passed,
        "expected": result.expected,
        "got": result.got,
        "why": None if result.passed else result.why,
    }


# ---- coverage ------------------------------------------------------------------------------------


def _show_coverage(
    found: Coverage,
    names: dict[str, str],
    texts: dict[str, list[str]],
    least: Fraction | None,
    as_json: bool,
) -> None:
    from pricelang.apps.tables.coverage import (
        coverage_data,
        coverage_lines,
        coverage_table,
        percent_of,
    )

    if as_json:
        click.echo(json.dumps({"coverage": coverage_data(found, names, texts)}))
        return
    say()
    show_table(coverage_table(found, names))
    for line in coverage_lines(found, names, texts):
        say(line)
    if least is not None and found.total.percent < least:
        say(f"\n{percent_of(found.total)} is under {plain(least)}%")
