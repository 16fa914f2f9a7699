"""The flags that a book gives a command: one for each of its meters, and of its dimensions.

`pricelang price --book shop.price --help` shows those of that book; without `--book` they are those
of the book that is asked by default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, TypeVar

import click

from pricelang.api import Book, loaded
from pricelang.cli.failures import UnusableBook
from pricelang.cli.help_groups import DIMENSIONS, METERS, write_options
from pricelang.cli.unknown_options import with_meant
from pricelang.model import book as m
from pricelang.syntax.diagnostics import BookError
from pricelang.usage.request_flags import DEFAULT_BOOK, flag

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
Kind = Literal["meters", "charges", "dimensions"]
_BOOK, _PARAMS, _NAMES = "pricelang.book", "pricelang.params", "pricelang.names"


class _BookFlags(click.Option):
    """The place of a book's flags among the options of a command."""

    def __init__(self, kind: Kind, text: str) -> None:
        super().__init__([f"--{kind}-of-the-book"], expose_value=False, hidden=True)
        self.kind, self.text = kind, text

    def options(self, book: m.Book) -> Iterator[tuple[str, click.Option]]:
        """The names in the book, each with its option."""
        if self.kind == "dimensions":
            for dimension in book.dimensions:
                if not dimension.clocked:
                    text = self.text.format(dimension.name)
                    yield dimension.name, _option(dimension.name, text, "VALUE")
            return
        charged = {charge.meter for charge in book.charges}
        for number, meter in enumerate(book.meters):
            if self.kind == "meters" or number in charged:
                text = self.text.format(meter.name, _example(meter, number in charged))
                yield meter.name, _option(meter.name, text, "QUANTITY", multiple=True)


class BookCommand(click.Command):
    """A command with flags of the book that is asked. Raises `UnusableBook` for one with faults."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Opens the book that the arguments name before the rest of them is read."""
        source = _book_in(args)
        try:
            ctx.meta[_BOOK] = source, loaded(source)
        except BookError as error:
            if not ctx.resilient_parsing and not {"--help", "-h"} & set(args):
                raise UnusableBook(error, source) from None
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            book = ctx.meta[_BOOK][1].checked if _BOOK in ctx.meta else None
            raise with_meant(error, book) from None

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The options of the command, with those of the book in their place; made once for a run,
        since click asks several times and knows an option again by its identity.
        """
        if _PARAMS not in ctx.meta:
            ctx.meta[_PARAMS], ctx.meta[_NAMES] = self._params(ctx)
        found: list[click.Parameter] = ctx.meta[_PARAMS]
        return found

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options under headings, for there are many."""
        headings: dict[Kind, str] = {"meters": METERS, "charges": METERS, "dimensions": DIMENSIONS}
        params = self.get_params(ctx)
        of_book = {
            param: heading
            for kind, heading in headings.items()
            for param in _names(ctx, kind).values()
        }
        write_options(formatter, ctx, params, of_book)

    def _params(
        self, ctx: click.Context
    ) -> tuple[list[click.Parameter], dict[str, dict[str, str]]]:
        """All options, and by kind the parameter of each name in the book."""
        found: list[click.Parameter] = []
        own = super().get_params(ctx)
        taken = {text for param in own for text in (param.name, *param.opts)}
        names: dict[str, dict[str, str]] = {}
        for param in own:
            if not isinstance(param, _BookFlags):
                found.append(param)
            elif _BOOK in ctx.meta:
                for name, option in param.options(ctx.meta[_BOOK][1].checked):
                    if taken.isdisjoint((option.name, *option.opts)):
                        taken |= {option.name, *option.opts}
                        names.setdefault(param.kind, {})[name] = option.name or ""
                        found.append(option)
        return found, names


def meter_flags(function: Decorated) -> Decorated:
    """Adds a flag for each meter of the book."""
    return _added(function, _BookFlags("meters", "The quantity of {}, such as {}."))


def charge_flags(function: Decorated) -> Decorated:
    """Adds a flag for each meter of the book that is charged by use."""
    text = "The quantity of {}, such as {}, where it is known."
    return _added(function, _BookFlags("charges", text))


def dimension_flags(function: Decorated) -> Decorated:
    """Adds a flag for each dimension of the book that a request can say."""
    return _added(function, _BookFlags("dimensions", "The {} of records that name none."))


def given_by_flags(ctx: click.Context, params: dict[str, Any], kind: Kind) -> dict[str, Any]:
    """What is given by the flags of a kind, under the names of the book."""
    return {
        name: params[param]
        for name, param in _names(ctx, kind).items()
        if params.get(param) not in (None, ())
    }


def taken_from_flags(ctx: click.Context, params: dict[str, Any], kind: Kind) -> dict[str, Any]:
    """The same of one kind, which leaves nothing of it in `params`."""
    found = given_by_flags(ctx, params, kind)
    for param in _names(ctx, kind).values():
        params.pop(param, None)
    return found


def _names(ctx: click.Context, kind: Kind) -> dict[str, str]:
    """The names in the book that have a flag of a kind, each with its parameter."""
    names: dict[str, dict[str, str]] = ctx.meta.get(_NAMES, {})
    return names.get(kind, {})


def opened_book(source: str) -> Book | None:
    """The book that the running command has opened for its flags already."""
    ctx = click.get_current_context(silent=True)
    opened = ctx.meta.get(_BOOK) if ctx is not None else None
    return opened[1] if opened is not None and opened[0] == source else None


def _added(function: Decorated, flags: _BookFlags) -> Decorated:
    params: list[click.Parameter] = getattr(function, "__click_params__", [])
    params.append(flags)
    function.__click_params__ = params  # type: ignore[attr-defined]
    return function


def _option(name: str, text: str, metavar: str, multiple: bool = False) -> click.Option:
    declared = [flag(name), name.replace("-", "_")]
    return click.Option(declared, metavar=metavar, help=text, multiple=multiple)


def _example(meter: m.Meter, charged: bool) -> str:
    """A quantity as it may be written."""
    if meter.kind == "second":
        return '"90 minutes"'
    return "3" if charged else "50k"


def _book_in(args: Sequence[str]) -> str:
    """The last book that arguments name, or the default one."""
    source = DEFAULT_BOOK
    for number, text in enumerate(args):
        if text == "--":
            break
        if text == "--book" and number + 1 < len(args):
            source = args[number + 1]
        elif text.startswith("--book="):
            source = text.removeprefix("--book=")
    return source
