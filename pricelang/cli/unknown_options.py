"""What is meant by an option that a command does not have."""

from __future__ import annotations

from collections.abc import Iterable

import click

from pricelang.model import book as m
from pricelang.present.text import is_slip, printable
from pricelang.usage.request_flags import flag

_MEANT = {
    "--at": "as-of date day instant on time timestamp when",
    "--period": "month year quarter",
    "--input": "input-tokens prompt prompt-tokens tokens-in",
    "--output": "completion completion-tokens output-tokens tokens-out",
    "--cache-read": "cache-hits cached cached-input cached-tokens",
    "--service-tier": "tier",
    "--model": "model-id model-name",
    "--book": "file rules",
    "--to": "out output-file save",
}
_WORDS = {f"--{word}": option for option, words in _MEANT.items() for word in words.split()}


def with_meant(error: click.NoSuchOption, book: m.Book | None = None) -> click.NoSuchOption:
    """The error with the options that are meant: a value of a dimension of the book, a word of
    other programs, else the nearest names.
    """
    name = error.option_name.replace("_", "-").lower()
    known = {text for param in _params(error.ctx) for text in param.opts}
    meant = _WORDS.get(name)
    values = [text for text in _values(name.lstrip("-"), book) if text.split()[0] in known]
    said = values or ([meant] if meant is not None and meant in known else None)
    if said is None:
        return error
    meant_ones = " or ".join(f"'{text}'" for text in said)
    message = f"No such option '{printable(error.option_name)}'. Did you mean {meant_ones}?"
    return click.NoSuchOption(error.option_name, message, ctx=error.ctx)


def _params(ctx: click.Context | None) -> Iterable[click.Parameter]:
    return ctx.command.get_params(ctx) if ctx is not None else ()


def _values(name: str, book: m.Book | None) -> list[str]:
    """The options that give a value of the book which an option is called after."""
    return [
        f"{flag(dimension.name)} {value.name}"
        for dimension in (book.dimensions if book is not None else ())
        for value in dimension.values
        if value.name.replace("_", "-") == name and not dimension.clocked
    ]


def behind_a_command(error: click.NoSuchOption) -> str | None:
    """What to say of an option before the command; None where another one of the group is meant."""
    if any(is_slip(error.option_name, text) for text in error.possibilities or ()):
        return None
    option = printable(error.option_name)
    return f"options stand behind a command, such as `pricelang price {option}`"
