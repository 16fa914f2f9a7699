"""`pricelang add`: the lines that a book gets for a model, a price, another name, or a source."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from pricelang.apps.own_files import check_own, write_book_file
from pricelang.cli.exit_codes import DONE, SOME_FAILED
from pricelang.cli.failures import Failure, UnusableBook, failures
from pricelang.cli.inputs import amount
from pricelang.cli.options import book_option, checked_instant, option_group
from pricelang.model.instants import is_day, seconds_of, written
from pricelang.present.terminal import say
from pricelang.syntax.build_values import SYMBOLS
from pricelang.syntax.diagnostics import BookError

if TYPE_CHECKING:
    from pricelang.apps.additions.edited_book import EditedBook

_EPILOG = (
    "Exit codes: 0 done; 1 the book would have faults, and nothing is written; 2 wrong usage, or a "
    "book that cannot be used."
)


def _day(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str:
    instant = checked_instant(value)
    if instant is None:
        return ""
    if not is_day(instant):
        raise click.BadParameter(f"a line begins on a day such as 2026-04-17, not at `{value}`")
    return written(seconds_of(instant))


_where = option_group(
    click.option(
        "--see", metavar="SOURCE", default="", help="The source, by its name in the book."
    ),
    click.option("--unsure", metavar="TEXT", default="", help="What is doubtful about it."),
    click.option("--write", is_flag=True, help="Write the files. Default: show a patch."),
    book_option,
)
_prices = click.option(
    "--price",
    "prices",
    multiple=True,
    metavar="METER=AMOUNT",
    help="The price of a meter for the unit of its table: input=8 where that is `rates per MTok`. "
    "What follows from it is derived. May be repeated.",
)


@click.group(epilog=_EPILOG)
def command() -> None:
    """Add lines to a book, each where those of its kind stand: a patch to read, or with --write the
    files themselves. Files are formatted and checked; what a program cannot decide is said.

    \b
    Examples:
      pricelang add model claude-opus-6 --like claude-opus-5-5 --released 2027-01-10 --price input=5
      pricelang add price claude-opus-5-5 --from 2027-02-01 --price input=3 --see page --write
      pricelang add alias claude-opus-newest claude-opus-5-5 --unsure "it moves"
    """


@command.command("model", epilog=_EPILOG)
@click.argument("name")
@click.option(
    "--like", required=True, metavar="MODEL", help="The model of the book that it is like."
)
@click.option(
    "--released", required=True, metavar="DATE", callback=_day, help="The day of its release."
)
@_prices
@click.option("--alias", "aliases", multiple=True, metavar="NAME", help="Another name of it.")
@_where
@click.pass_context
def model(ctx: click.Context, /, name: str, like: str, released: str, **params: Any) -> None:
    """Add a model like another: a row of dates, prices and figures, a place in each list in which
    the other stands, and examples on both sides of its release.
    """
    from pricelang.apps.additions.added import add_model
    from pricelang.apps.additions.model_lines import NewModel
    from pricelang.apps.additions.price_lines import NewPrices

    with _edited(ctx, params) as book:
        amounts = _amounts(ctx, book, params["prices"])
        prices = NewPrices(name, released, amounts, params["see"], params["unsure"])
        add_model(book, NewModel(prices, like), params["aliases"])


@command.command("price", epilog=_EPILOG)
@click.argument("model")
@click.option(
    "--from", "start", required=True, metavar="DATE", callback=_day, help="The first day of it."
)
@_prices
@_where
@click.pass_context
def price(ctx: click.Context, /, model: str, start: str, **params: Any) -> None:
    """Add the price of a model from a day, with examples on both sides of it."""
    from pricelang.apps.additions.added import add_price
    from pricelang.apps.additions.price_lines import NewPrices

    with _edited(ctx, params) as book:
        amounts = _amounts(ctx, book, params["prices"])
        add_price(book, NewPrices(model, start, amounts, params["see"], params["unsure"]))


@command.command("alias", epilog=_EPILOG)
@click.argument("name")
@click.argument("model")
@click.option("--from", "start", metavar="DATE", callback=_day, help="The first day of it.")
@_where
@click.pass_context
def alias(ctx: click.Context, /, name: str, model: str, start: str, **params: Any) -> None:
    """Add another name of a model."""
    from pricelang.apps.additions.added import add_alias

    with _edited(ctx, params) as book:
        add_alias(book, name, model, start, params["unsure"], params["see"])


@command.command("source", epilog=_EPILOG)
@click.argument("name")
@click.argument("address")
@click.option("--read", required=True, metavar="DATE", callback=_day, help="When it was read.")
@click.option("--write", is_flag=True, help="Write the files. Default: show a patch.")
@book_option
@click.pass_context
def source(ctx: click.Context, /, name: str, address: str, read: str, **params: Any) -> None:
    """Add a source as it was read on a day; a name that is taken gets the day behind it."""
    from pricelang.apps.additions.added import add_source

    with _edited(ctx, params) as book:
        add_source(book, name, address, read)


def _amounts(ctx: click.Context, book: EditedBook, texts: tuple[str, ...]) -> dict[str, Fraction]:
    from pricelang.apps.additions.added import currency_of

    found = {}
    for text in texts:
        meter, equals, value = text.partition("=")
        if not equals or not meter.strip():
            ctx.fail(f"`--price` takes METER=AMOUNT, not `{text}`")
        if meter.strip() in found:
            ctx.fail(f"`--price` gives `{meter.strip()}` two prices")
        currency = SYMBOLS.get(value.strip()[:1])
        if currency is not None and currency != currency_of(book):
            ctx.fail(f"the prices of the book are in {currency_of(book)}, not in {currency}")
        found[meter.strip()] = amount(ctx, "--price", value)
    return found


@contextlib.contextmanager
def _edited(ctx: click.Context, params: dict[str, Any]) -> Iterator[EditedBook]:
    """The book to edit, which is shown as a patch or written when it is done."""
    from pricelang.apps.additions.edited_book import AdditionFault, EditedBook

    try:
        book = EditedBook.of(params["book"])
        yield book
        faults = [fault for fault in book.checked().faults if fault.severity == "error"]
    except AdditionFault as fault:
        raise Failure("bad_addition", str(fault), fault.help) from None
    except BookError as error:
        raise UnusableBook(error, params["book"]) from None
    remarks = dict.fromkeys(
        [*book.remarks, *(f"{fault.span}: {fault.message}" for fault in faults)]
    )
    if params["write"]:
        with failures():
            check_own(str(path) for path, _ in book.changed())
    if params["write"] and not faults:
        for path, text in book.changed():
            write_book_file(str(path), text)
            say(f"changed {path}")
    else:
        for line in book.patch():
            click.echo(line)
    for remark in remarks:
        say(f"look at it: {remark}", err=True)
    ctx.exit(SOME_FAILED if faults else DONE)
