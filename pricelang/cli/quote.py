"""`pricelang quote`: what requests will cost before they are sent."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from pricelang.api import Book
from pricelang.apps.tables.footnotes import note_line
from pricelang.cli.answers import place_data
from pricelang.cli.book_flags import BookCommand, charge_flags, given_by_flags
from pricelang.cli.exit_codes import DONE, SOME_FAILED
from pricelang.cli.failures import Failure, error_block, failures
from pricelang.cli.inputs import dimensions_of, open_book, pairs, whole_number
from pricelang.cli.options import at_option, book_option, dimension_options
from pricelang.cli.output import show_tables
from pricelang.cli.progress import with_progress
from pricelang.model.errors import PriceError
from pricelang.present.terminal import say, show_table
from pricelang.usage.io.files import STDIN
from pricelang.usage.request_flags import flag, quantity

if TYPE_CHECKING:
    from pricelang.apps.quote.model import Options, Quote
    from pricelang.usage.records import Place

    Found = tuple[Place, Quote | PriceError]

_SIZE = re.compile(r"([0-9]{1,5})\s*x\s*([0-9]{1,5})\Z", re.ASCII)
# What is wrong with a flag, and not with a request.
_FLAGS = frozenset(
    (
        "bad_tokens",
        "bad_rate",
        "unknown_tier",
        "unknown_content",
        "missing_extra",
        "bad_quantity",
        "bad_date",
    )
)


@click.command(
    cls=BookCommand,
    epilog="Nothing is sent anywhere without `--count api`. Exit codes: 0 done; 1 some requests "
    "were refused (named on standard "
    "error); 2 wrong usage, or a book that cannot be used.",
)
@click.argument(
    "files",
    nargs=-1,
    type=click.Path(exists=True, allow_dash=True, dir_okay=False),
    metavar="[REQUESTS…|-]",
)
@at_option
@click.option("--model", metavar="ID", help="A model to use instead of the request's.")
@click.option(
    "--output",
    metavar="TOKENS",
    help="The length of the answer, such as 800. Default: up to `max_tokens`.",
)
@click.option(
    "--tokens",
    metavar="TOKENS",
    help="The length of the prompt, where it is known. Default: an estimate.",
)
@click.option(
    "--count",
    type=click.Choice(["api"]),
    help="Ask the count_tokens endpoint (extra `api`; key from ANTHROPIC_API_KEY).",
)
@charge_flags
@click.option(
    "--fetch",
    "fetches",
    multiple=True,
    metavar="KIND[=N]",
    help="What web fetch reads: `web_page=3`, `research_paper`, `30kB`.",
)
@click.option(
    "--cache",
    type=click.Choice(["none", "5m", "1h"]),
    help="The lifetime to use instead of the request's `cache_control`.",
)
@click.option(
    "--image-size",
    metavar="WIDTHxHEIGHT",
    help="The size in pixels of images behind a URL or a file id.",
)
@click.option(
    "--pdf-pages",
    type=click.IntRange(1),
    metavar="N",
    help="The number of pages of PDFs behind a URL or a file id.",
)
@click.option(
    "--rate",
    metavar="N/min",
    help="The requests a minute (or /s, /h, /day), to see whether counting their tokens fits the "
    "limits.",
)
@click.option("--tier", type=click.IntRange(1), metavar="N", help="The usage tier for `--rate`.")
@dimension_options
@book_option
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print one JSON object for each request, one a line, in order.",
)
@click.pass_context
def command(ctx: click.Context, /, files: tuple[str, ...], as_json: bool, **params: Any) -> None:
    """Quote what Messages API requests will cost before they are sent: a low, an expected and a
    high amount, with the rule of each line. The input is a request body, an array of bodies, one
    body a line, or batches. The cache is used as the `cache_control` of the request says.

    \b
    Examples:
      pricelang quote samples/request_bodies/cached.json --output 200
      pricelang quote samples/request_bodies/batch.jsonl --at 2026-04-17 --json
      pricelang quote request.json --count api --rate 3000/min --tier 2
    """
    if not files:
        if sys.stdin is None or sys.stdin.isatty():
            ctx.fail("nothing to quote: name files with request bodies, or `-` for standard input")
        files = (STDIN,)
    if params["tier"] is not None and params["rate"] is None:
        ctx.fail("`--tier` needs a rate, such as `--rate 3000/min`")
    if params["tokens"] is not None and params["count"] is not None:
        ctx.fail("`--tokens` and `--count` both say how long the prompt is; give one")
    book = open_book(params["book"])
    with failures():
        options, dimensions = _options(ctx, params), dimensions_of(ctx, params)
    found = _quotes(book, files, options, dimensions)
    ctx.exit(
        _json_lines(with_progress(found, shares_terminal=True)) if as_json else _tables(book, found)
    )


def _options(ctx: click.Context, params: dict[str, Any]) -> Options:
    from pricelang.apps.quote.limits import rate_of
    from pricelang.apps.quote.model import Options

    usage = {
        name: texts[0] if len(texts) == 1 else texts
        for name, given in given_by_flags(ctx, params, "charges").items()
        if (texts := [quantity(text) for text in given])
    }
    fetched: Counter[str] = Counter()
    for text in params["fetches"]:
        kind, number = (
            next(pairs(ctx, (text,), "--fetch", "KIND=N")) if "=" in text else (text, "1")
        )
        fetched[kind] += whole_number(ctx, "--fetch", number)
    size = None
    if params["image_size"] is not None:
        match = _SIZE.match(params["image_size"].strip())
        if match is None:
            ctx.fail("`--image-size` takes WIDTHxHEIGHT in pixels, such as 1092x1092")
        size = int(match[1]), int(match[2])
    output, tokens = (
        None if params[name] is None else whole_number(ctx, flag(name), params[name])
        for name in ("output", "tokens")
    )
    rate = rate_of(params["rate"]) if params["rate"] is not None else None
    return Options(
        params["at"],
        params["model"],
        output,
        tokens,
        params["count"],
        usage,
        tuple(fetched.items()),
        params["cache"],
        size,
        params["pdf_pages"],
        rate,
        params["tier"],
    )


def _quotes(
    book: Book, files: tuple[str, ...], options: Options, dimensions: dict[str, str]
) -> Iterator[Found]:
    """A quote for each request, or the error that stands in its place."""
    from pricelang.apps.quote.pricing import quote
    from pricelang.apps.quote.reading import read_requests

    for place, request in read_requests(files):
        if isinstance(request, PriceError):
            yield place, request
            continue
        try:
            yield place, quote(book, request, options, dimensions)
        except PriceError as error:
            if error.code in _FLAGS:
                raise Failure(error.code, error.message, error.help) from None
            yield place, error


def _json_lines(found: Iterator[Found]) -> int:
    code = DONE
    for place, answer in found:
        if isinstance(answer, PriceError):
            code = SOME_FAILED
        data = {"error": answer.to_dict()} if isinstance(answer, PriceError) else answer.to_dict()
        click.echo(json.dumps(data | place_data(place)))
    return code


def _tables(book: Book, found: Iterator[Found]) -> int:
    from pricelang.apps.tables.quotes import limit_lines, quote_tables, quotes_table

    quotes, refused = [], []
    for place, answer in with_progress(found, shares_terminal=False):
        if isinstance(answer, PriceError):
            refused.append((place, answer))
        else:
            quotes.append((place, answer))
    if len(quotes) == 1:
        show_tables(quote_tables(quotes[0][1], book.checked), as_markdown=False)
    elif quotes:
        show_table(quotes_table(quotes))
    for line in limit_lines(quotes[0][1].limits) if quotes and quotes[0][1].limits else ():
        say(line)
    notes = Counter(note for _, answer in quotes for note in answer.notes)
    for note, number in notes.items():
        say(note_line(note, number if len(quotes) > 1 else None))
    sys.stdout.flush()
    for place, error in refused:
        click.echo(error_block(error.to_dict(), str(place), sys.stderr), err=True)
    return SOME_FAILED if refused else DONE
