"""`pricelang test`: the examples of a book, and the rules that they exercise."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING

import click

from pricelang.cli.exit_codes import DONE, SOME_FAILED
from pricelang.cli.options import open_book
from pricelang.cli.output import paths_in, show_table
from pricelang.evaluate.examples import Result, run_examples
from pricelang.present.table import Table
from pricelang.present.text import printable
from pricelang.usage.request_flags import DEFAULT_BOOK

if TYPE_CHECKING:
    from pricelang.verify.coverage import Coverage, CoveredRule, FileCoverage

Texts = dict[str, list[str]]
"""The lines of the files of a book."""


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
    from pricelang.check.files import read_layers

    book = open_book(path)
    selected = [
        example for example in book.checked.examples if text.lower() in example.title.lower()
    ]
    if text and not selected:
        ctx.fail(f"no example has `{printable(text)}` in its title")
    layers = read_layers(path)
    results, names = run_examples(book, selected), paths_in(layers)
    failed = [result for result in results if not result.passed]
    if as_json:
        for result in results:
            click.echo(json.dumps(_as_data(result, names)))
    else:
        for result in failed:
            click.echo(_failure(result, names) + "\n")
        number = f"{len(results):,} example{'' if len(results) == 1 else 's'}"
        click.echo(f"{number}, {f'{len(failed):,} not as written' if failed else 'all as written'}")
    short = False
    if coverage or fail_under is not None:
        # a book below has examples of its own, which are not among these
        own = {file.name: file.text.split("\n") for file in layers[-1].files}
        found = book.coverage(selected, files=own)
        short = fail_under is not None and found.total.percent < fail_under
        if as_json:
            click.echo(json.dumps({"coverage": _coverage_data(found, names, own)}))
        else:
            _show_coverage(found, names, own)
            if short and fail_under is not None:
                click.echo(f"\n{_shown(found.total)} is under {_plain(fail_under)}%")
    ctx.exit(SOME_FAILED if failed or short else DONE)


# ---- examples ------------------------------------------------------------------------------------


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


def _show_coverage(found: Coverage, names: dict[str, str], texts: Texts) -> None:
    rows = [
        (names.get(x.file, x.file), f"{x.rules:,}", f"{x.exercised:,}", _shown(x))
        for x in (*found.files, found.total)
    ]
    rows[-1] = ("total", *rows[-1][1:])
    click.echo()
    show_table(
        Table(("file", "rules", "exercised", "percent"), tuple(rows), frozenset({1, 2, 3}), 1)
    )
    for title, rules in (
        ("not exercised by any example", found.missed),
        ("not reachable by an example", found.unreachable),
    ):
        if rules:
            click.echo(f"\n{title}:")
        for place, what, text in _lines(rules, names, texts):
            click.echo(f"{printable(place)}: {printable(what)}\n    {printable(text)}")


def _lines(
    rules: Iterable[CoveredRule], names: dict[str, str], texts: Texts
) -> Iterator[tuple[str, str, str]]:
    """Rules by the line on which they stand: its place, what of it is meant, and its text."""
    for (file, line, kind, why), group in itertools.groupby(
        rules, lambda x: (x.origin.file, x.origin.line, x.kind, x.unreachable)
    ):
        names_of = list(dict.fromkeys(rule.name for rule in group))
        # the cells of a row are all of one model
        ends = {name.partition(" of ")[2] for name in names_of} if kind == "price" else set()
        what = (
            f"{kind} {', '.join(name.partition(' of ')[0] for name in names_of)} of {ends.pop()}"
            if len(ends) == 1
            else f"{kind} {', '.join(names_of)}"
        )
        yield (
            f"{names.get(file, file)}:{line}",
            what + (f" ({why})" if why else ""),
            _text(texts, file, line),
        )


def _text(texts: Texts, file: str, line: int) -> str:
    return " ".join(texts[file][line - 1].split())


def _shown(found: FileCoverage) -> str:
    """The percentage with one decimal, cut and not rounded, so that only a whole is 100%."""
    return f"{int(found.percent * 10) // 10}.{int(found.percent * 10) % 10}%"


def _plain(value: Fraction) -> str:
    from pricelang.present.decimals import plain

    return plain(value)


def _coverage_data(found: Coverage, names: dict[str, str], texts: Texts) -> dict[str, object]:
    def of(part: FileCoverage) -> dict[str, object]:
        return {
            "rules": part.rules,
            "exercised": part.exercised,
            "percent": _shown(part).removesuffix("%"),
        }

    return {
        **of(found.total),
        "examples": found.examples,
        "files": [{"file": names.get(part.file, part.file), **of(part)} for part in found.files],
        "lines": [
            {
                "file": names.get(rule.origin.file, rule.origin.file),
                "line": rule.origin.line,
                "column": rule.origin.column,
                "kind": rule.kind,
                "name": rule.name,
                "examples": rule.examples,
                "unreachable": rule.unreachable,
                "text": _text(texts, rule.origin.file, rule.origin.line),
            }
            for rule in found.rules
        ],
    }
