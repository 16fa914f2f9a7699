"""The options that commands share: where records come from, a request given by flags, and the
book.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click
from attrs import field, frozen

from pricelang.api import Book, load
from pricelang.cli.book_flags import dimension_flags, given_by_flags, meter_flags, opened_book
from pricelang.cli.output import Failure, UnusableBook
from pricelang.model.errors import PriceError
from pricelang.model.instants import seconds_of
from pricelang.present.text import printable
from pricelang.syntax.diagnostics import BookError
from pricelang.usage.io.files import STDIN
from pricelang.usage.request_flags import DEFAULT_BOOK, quantity

if TYPE_CHECKING:
    from pricelang.usage.model_mapping import Meant

ACROSS = ("refuse", "bounds")
POLICIES = ("refuse", "warn")
Decorated = TypeVar("Decorated", bound=Callable[..., Any])


@frozen(eq=False, repr=False)
class Input:
    """What a command is asked to price:
    files (`-` is standard input), or the `usage` of one request.

    `model`, `at` and `dimensions` hold where a record says nothing. `models` are ids of one's own
    and what they stand for; `across` says whether a sum that is priced differently on both sides of
    a threshold is refused, or has bounds; `strict` refuses each amount in doubt, and
    `unknown_counters` says whether a record with a counter that is not known is refused.
    """

    files: tuple[str, ...]
    format: str | None
    book: str
    model: str | None
    at: str | None
    dimensions: dict[str, str]
    usage: dict[str, object]
    verbose: bool
    models: dict[str, Meant] = field(factory=dict)
    across: str = "refuse"
    strict: bool = False
    is_sum: bool = False
    unknown_counters: str = "refuse"


class _BookName(click.ParamType):  # type: ignore[type-arg]
    """A book by its path or its name."""

    name = "book"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The name as it is: whether there is such a book is said when it is opened."""
        return value


BOOK = _BookName()


def book_option(function: Decorated) -> Decorated:
    """Adds `--book`."""
    return click.option(
        "--book",
        type=BOOK,
        default=DEFAULT_BOOK,
        show_default=True,
        metavar="PATH|NAME",
        help="A book file, a folder with a `book.price`, or a bundled book.",
    )(function)


def at_option(function: Decorated) -> Decorated:
    """Adds `--at`, checked."""
    return click.option(
        "--at",
        metavar="DATE",
        callback=lambda _ctx, _param, value: checked_instant(value),
        help="A day such as 2026-04-17, or an instant in UTC. Default: now.",
    )(function)


def input_options(function: Decorated) -> Decorated:
    """Adds the files and everything that says what to price; `input_of` reads them."""
    options = [
        click.argument("files", nargs=-1, metavar="[FILES…|-]", callback=_found),
        click.option(
            "--format",
            "format_",
            metavar="NAME",
            help="The format of the records. Default: known by their shape.",
        ),
        book_option,
        at_option,
        click.option(
            "--model",
            metavar="ID",
            help="The model of a request by flags, or of records that name none.",
        ),
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
    ]
    options += [
        meter_flags,
        unknown_counters_option,
        dimension_options,
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
        click.option("--verbose", is_flag=True, help="List what was skipped, with the reasons."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def _found(ctx: click.Context, param: click.Parameter, files: tuple[str, ...]) -> tuple[str, ...]:
    """Files that are there;
    what an engine other than this process reads may be a glob, or stand elsewhere.
    """
    if ctx.params.get("engine", "duckdb") == "duckdb":
        kind = click.Path(exists=True, allow_dash=True)
        return tuple(
            file if is_remote_table(file) else str(kind.convert(file, param, ctx)) for file in files
        )
    return files


def is_remote_table(file: str) -> bool:
    """Whether a file is a table that is not on this machine: it is looked for where it is read."""
    if "://" not in file:
        return False
    from pricelang.usage.io.folders import is_table
    from pricelang.usage.io.offline import scheme_of

    return scheme_of(file) is not None and is_table(file)


def unknown_counters_option(function: Decorated) -> Decorated:
    """Adds `--unknown-counters`."""
    return click.option(
        "--unknown-counters",
        type=click.Choice(POLICIES),
        default="refuse",
        show_default=True,
        help="What to do with a record that has an unknown counter above zero: refuse it, or price "
        "the rest with a warning.",
    )(function)


def strict_option(function: Decorated) -> Decorated:
    """Adds `--strict`."""
    return click.option("--strict", is_flag=True, help="Refuse every amount with a warning.")(
        function
    )


def dimension_options(function: Decorated) -> Decorated:
    """Adds a flag for each dimension of the book, and `--set`; `dimensions_of` reads them."""
    setting = click.option(
        "--set",
        "settings",
        multiple=True,
        metavar="DIMENSION=VALUE",
        help="The value of any dimension of the book.",
    )
    return dimension_flags(setting(function))


def input_of(ctx: click.Context, params: dict[str, Any]) -> Input:
    """What the options ask for.
    Raises a usage error where they ask for nothing, or for two things.
    """
    usage = _usage(ctx, params)
    files: tuple[str, ...] = params["files"]
    if params.get("is_sum") and not usage:
        ctx.fail(
            "`--sum` is for quantities given by flags and for tables; a record says itself "
            "that it is a sum"
        )
    if files and usage:
        ctx.fail("quantities are flags of a single request; give them or files, not both")
    if not files and not usage:
        if sys.stdin is None or sys.stdin.isatty():
            ctx.fail(
                "nothing to price: name files, `-` for standard input, or quantities such as "
                "`--input 50k`"
            )
        if (params["model"] or dimensions_of(ctx, params)) and _is_empty(sys.stdin):
            ctx.fail(
                "nothing to price: a request by flags needs a quantity, such as `--input "
                "50k`, and standard input is empty"
            )
        files = (STDIN,)
    return Input(
        tuple(record_files(ctx, files)),
        params["format_"],
        params["book"],
        params["model"],
        params["at"],
        dimensions_of(ctx, params),
        usage,
        params["verbose"],
        models_of(ctx, params["model_names"]),
        params["across"],
        params.get("strict", False),
        params.get("is_sum", False),
        params["unknown_counters"],
    )


def _is_empty(stream: TextIO) -> bool:
    """Whether nothing comes from a stream, which is looked at and not read."""
    peek = getattr(stream.buffer, "peek", None)
    return peek is not None and not peek(1)


def open_book(source: str) -> Book:
    """The book of a path or a name. Raises `UnusableBook`, which shows its faults."""
    try:
        return opened_book(source) or load(source)
    except BookError as error:
        raise UnusableBook(error, source) from None


def checked_instant(at: str | None) -> str | None:
    """`at` if it is a day or an instant, or None. Raises `Failure`."""
    try:
        if at is not None:
            seconds_of(at)
        return at
    except PriceError as error:
        raise Failure(error.code, error.message, error.help) from None


def _usage(ctx: click.Context, params: dict[str, Any]) -> dict[str, object]:
    given = {
        name: [quantity(text) for text in texts]
        for name, texts in given_by_flags(ctx, params, "meters").items()
    }
    for name, text in pairs(ctx, params["use"], "--use", "METER=QUANTITY"):
        given.setdefault(name, []).append(quantity(text))
    return {name: texts[0] if len(texts) == 1 else texts for name, texts in given.items()}


def dimensions_of(ctx: click.Context, params: dict[str, Any]) -> dict[str, str]:
    """The values that flags give to dimensions.
    Raises a usage error for one that is given twice.
    """
    found: dict[str, str] = given_by_flags(ctx, params, "dimensions")
    for name, value in pairs(ctx, params["settings"], "--set", "DIMENSION=VALUE"):
        if found.setdefault(name, value) != value:
            ctx.fail(
                f"`{printable(name)}` is given as `{printable(found[name])}` and as "
                f"`{printable(value)}`"
            )
    return found


def models_of(ctx: click.Context, given: tuple[str, ...]) -> dict[str, Meant]:
    """What `--models` says. Raises a usage error for what is neither a pair nor a file,
    `Failure` for a file of another form.
    """
    if not given:
        return {}
    from pricelang.usage.model_mapping import Meant, read_models

    found: dict[str, Meant] = {}
    for text in given:
        id, equals, model = text.rpartition("=")
        if os.path.isfile(text):
            try:
                found |= read_models(text)
            except PriceError as error:
                raise Failure(error.code, error.message, error.help) from None
        elif not equals or not id.strip() or not model.strip():
            ctx.fail(f"`--models` takes ID=MODEL or a file of them, not `{printable(text)}`")
        else:
            found[id.strip()] = Meant(model.strip())
    return found


def pairs(
    ctx: click.Context, texts: tuple[str, ...], name_of_flag: str, form: str
) -> Iterator[tuple[str, str]]:
    """The two sides of texts such as `NAME=VALUE`.
    Raises a usage error for any other text, which says the `form`.
    """
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            ctx.fail(f"`{name_of_flag}` takes {form}, not `{printable(text)}`")
        yield name.strip(), value.strip()


def record_files(ctx: click.Context, paths: tuple[str, ...]) -> Iterator[str]:
    """The files themselves, and for a folder all record files in it and below, sorted;
    hidden ones are left out.
    """
    from pricelang.usage.io.folders import RECORD_FILES  # what flags alone ask for needs none
    from pricelang.usage.io.folders import record_files as files_in

    for path in paths:
        if path == STDIN or not os.path.isdir(path):
            yield path
            continue
        found = files_in(path)
        if not found:
            ctx.fail(
                f"the folder `{printable(path)}` has no {', '.join(RECORD_FILES[:-1])} or "
                f"{RECORD_FILES[-1]} file"
            )
        yield from found
