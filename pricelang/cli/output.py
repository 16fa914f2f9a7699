"""The forms in which commands answer, and the printing of tables and lines as text or Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeVar, get_args

import click

from pricelang.present.markdown import quoted
from pricelang.present.markdown import table_lines as markdown_lines
from pricelang.present.table import Table
from pricelang.present.terminal import say, show_table

Form = Literal["text", "json", "csv", "markdown"]
Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def form_options(**helps: str) -> Callable[[Decorated], Decorated]:
    """Adds those of `--json`, `--csv` and `--markdown` that have a help; `form_of` reads them."""

    def add(function: Decorated) -> Decorated:
        for name in reversed(get_args(Form)):
            if name in helps:
                function = click.option(f"--{name}", f"as_{name}", is_flag=True, help=helps[name])(
                    function
                )
        return function

    return add


def form_of(ctx: click.Context, params: dict[str, Any], chart: bool = False) -> Form:
    """The form that is asked for, taken out of the parameters.
    Raises a usage error for two, and for a `chart` in a form for programs.
    """
    given: list[Form] = [form for form in get_args(Form) if params.pop(f"as_{form}", False)]
    flags = [*given, *(["chart"] if chart and given != ["markdown"] else [])]
    if len(flags) > 1:
        ctx.fail(f"`--{flags[0]}` and `--{flags[1]}` cannot be combined; choose one")
    return given[0] if given else "text"


def show(table: Table, as_markdown: bool) -> None:
    """Prints a table as Markdown, or as it fits the terminal."""
    if as_markdown:
        click.echo("\n".join(markdown_lines(table)))
    else:
        show_table(table)


def show_tables(tables: Iterable[Table], as_markdown: bool) -> None:
    """Prints tables one below the other."""
    for number, table in enumerate(tables):
        if number:
            say()
        show(table, as_markdown)


def show_lines(lines: Iterable[str], as_markdown: bool, mark: str = "") -> None:
    """Prints lines of text, which Markdown quotes behind a `mark` such as `- `."""
    for line in lines:
        say(f"{mark}{quoted(line)}" if as_markdown else line, whole=as_markdown)


def show_blocks(blocks: Iterable[str | Table], as_markdown: bool = False) -> None:
    """Prints lines of text or of Markdown, and the tables among them."""
    for block in blocks:
        if isinstance(block, Table):
            show(block, as_markdown)
        else:
            say(block, whole=as_markdown)
