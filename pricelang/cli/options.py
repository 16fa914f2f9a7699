"""The options that commands share: where records come from, a request given by flags, and the
book.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from pricelang.cli.book_flags import dimension_flags, meter_flags
from pricelang.cli.failures import failures
from pricelang.model.instants import seconds_of
from pricelang.present.text import printable
from pricelang.usage.io.files import STDIN
from pricelang.usage.request_flags import DEFAULT_BOOK

ACROSS = ("refuse", "bounds")
POLICIES = ("refuse", "warn")
Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class _BookName(click.ParamType):  # type: ignore[type-arg]
    """A book by its path or its name."""

    name = "book"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The name as it is: whether there is such a book is said when it is opened."""
        return value


BOOK = _BookName()


def option_group(*options: Callable[[Any], Any]) -> Callable[[Decorated], Decorated]:
    """Options that belong together as one decorator, in their order."""

    def add(function: Decorated) -> Decorated:
        for option in reversed(options):
            function = option(function)
        return function

    return add


def checked_instant(at: str | None) -> str | None:
    """`at` if it is a day or an instant, or None. Raises `Failure`."""
    with failures():
        if at is not None:
            seconds_of(at)
        return at


def _found(ctx: click.Context, param: click.Parameter, files: tuple[str, ...]) -> tuple[str, ...]:
    """Files that are there;
    what an engine other than this process reads may be a glob, or stand elsewhere.
    """
    if ctx.params.get("engine", "duckdb") == "duckdb":
        kind = click.Path(exists=True, allow_dash=True)
        for file in files:
            _no_record(ctx, file)
        return tuple(
            file if _is_remote_table(file) else str(kind.convert(file, param, ctx))
            for file in files
        )
    return files


def _no_record(ctx: click.Context, file: str) -> None:
    """Raises a usage error for what is given as a file of records: a book, or a model."""
    if file.endswith(".price"):
        ctx.fail(f"`{printable(file)}` is a book: give it by `--book {printable(file)}`")
    if (
        file != STDIN
        and not os.path.exists(file)
        and not os.path.splitext(file)[1]
        and "/" not in file
    ):
        known = "a model is given by `--model`, and a book by `--book`"
        ctx.fail(f"there is no file or folder `{printable(file)}`; {known}")


def _is_remote_table(file: str) -> bool:
    """Says whether a file is a table that is not on this machine:
    it is looked for where it is read.
    """
    if "://" not in file:
        return False
    from pricelang.usage.io.folders import is_table
    from pricelang.usage.io.offline import scheme_of

    return scheme_of(file) is not None and is_table(file)


book_option = click.option(
    "--book",
    type=BOOK,
    default=DEFAULT_BOOK,
    show_default=True,
    metavar="PATH|NAME",
    help="A book file, a folder with a `book.price`, or a book by name: anthropic, litellm, "
    "genai-prices. Of several with commas between them the first that knows a model prices it.",
)
at_option = click.option(
    "--at",
    metavar="DATE",
    callback=lambda _ctx, _param, value: checked_instant(value),
    help="A day such as 2026-04-17, or an instant in UTC. Default: now.",
)
format_option = click.option(
    "--format",
    "format_",
    metavar="NAME",
    help="The format of the records. Default: known by their shape.",
)
strict_option = click.option("--strict", is_flag=True, help="Refuse every amount with a warning.")
unknown_counters_option = click.option(
    "--unknown-counters",
    type=click.Choice(POLICIES),
    default="refuse",
    show_default=True,
    help="What to do with a record that has an unknown counter above zero: refuse it, or price "
    "the rest with a warning.",
)
dimension_options = option_group(
    dimension_flags,
    click.option(
        "--set",
        "settings",
        multiple=True,
        metavar="DIMENSION=VALUE",
        help="The value of any dimension of the book.",
    ),
)
"""A flag for each dimension of the book, and `--set`; `dimensions_of` reads them."""

_mapping_options = option_group(
    click.option(
        "--models",
        "model_names",
        multiple=True,
        metavar="ID=MODEL|FILE",
        help="The model behind a deployment or an inference profile of yours; or a TOML or "
        "JSON file of such names, which may say the endpoint too.",
    ),
    click.option(
        "--across",
        type=click.Choice(ACROSS),
        default="refuse",
        show_default=True,
        help="What to do with a sum of requests that a threshold prices differently: refuse "
        "it, or give the least and the most that it can cost.",
    ),
)
_quantity_options = option_group(
    click.option(
        "--sum",
        "is_sum",
        is_flag=True,
        help="Take the quantities, or each row of a table, as a sum of several requests.",
    ),
    click.option(
        "--use",
        multiple=True,
        metavar="METER=QUANTITY",
        help="The quantity of any meter of the book.",
    ),
)
input_options = option_group(
    click.argument("files", nargs=-1, metavar="[FILES…|-]", callback=_found),
    format_option,
    book_option,
    at_option,
    click.option(
        "--model",
        metavar="ID",
        help="The model of a request by flags, or of records that name none.",
    ),
    _mapping_options,
    meter_flags,
    unknown_counters_option,
    dimension_options,
    _quantity_options,
    click.option(
        "--verbose",
        is_flag=True,
        help="List what was skipped, with the reasons, and to which day the book was read.",
    ),
)
"""The files and everything that says what to price; `input_of` reads them."""

record_options = option_group(
    book_option,
    at_option,
    click.option("--model", metavar="ID", help="The model of rows or records that name none."),
    format_option,
    unknown_counters_option,
    dimension_options,
    strict_option,
)
"""How records are read and what holds where they say nothing; `records_in` reads them."""
