"""What the shared options ask for: a request or files, the book, quantities, values and names."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TextIO

import click
from attrs import field, frozen

from pricelang.api import Book, loaded
from pricelang.apps.answers import RecordDefaults
from pricelang.cli.book_flags import given_by_flags, opened_book
from pricelang.cli.failures import UnusableBook, failures, warn_of_same_name
from pricelang.present.text import joined, printable
from pricelang.syntax.diagnostics import BookError
from pricelang.usage.io.files import STDIN
from pricelang.usage.request_flags import quantity

if TYPE_CHECKING:
    from pricelang.usage.model_mapping import Meant
    from pricelang.usage.records import Outcome

_AMOUNT = r"[$€£¥]?([0-9]{1,20}(\.[0-9]{1,20})?)"


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
    position: dict[str, str] = field(factory=dict)

    @property
    def defaults(self) -> RecordDefaults:
        """What holds where a record says nothing."""
        return RecordDefaults(self.model, self.at, self.dimensions, self.strict, self.position)


def input_of(ctx: click.Context, params: dict[str, Any]) -> Input:
    """What the options ask for.
    Raises a usage error where they ask for nothing, or for two things.
    """
    usage = _usage(ctx, params)
    files = _files(ctx, params, usage)
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
        _position(ctx, params.get("position", ())),
    )


def _position(ctx: click.Context, texts: tuple[str, ...]) -> dict[str, str]:
    """What `--position` says. Raises a usage error for tiers that are given twice."""
    found: dict[str, str] = {}
    for name, value in pairs(ctx, texts, "--position", "TIERS=QUANTITY"):
        if found.setdefault(name, value) != value:
            ctx.fail(
                f"the position in `{printable(name)}` is given as `{printable(found[name])}` and "
                f"as `{printable(value)}`"
            )
    return found


def _files(ctx: click.Context, params: dict[str, Any], usage: object) -> tuple[str, ...]:
    """The files that are named, or standard input where there is no request by flags."""
    files: tuple[str, ...] = params["files"]
    if params.get("is_sum") and not usage:
        ctx.fail(
            "`--sum` is for quantities given by flags and for tables; a record says itself "
            "that it is a sum"
        )
    if files and usage:
        ctx.fail("quantities are flags of a single request; give them or files, not both")
    if files or usage:
        return files
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
    return (STDIN,)


def _is_empty(stream: TextIO) -> bool:
    """Says whether nothing comes from a stream, which is looked at and not read."""
    peek = getattr(stream.buffer, "peek", None)
    return peek is not None and not peek(1)


def open_book(source: str) -> Book:
    """The book of a path or a name. Raises `UnusableBook`, which shows its faults."""
    warn_of_same_name(source)
    try:
        return opened_book(source) or loaded(source)
    except BookError as error:
        raise UnusableBook(error, source) from None


# ---- values of flags -----------------------------------------------------------------------------


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
            with failures():
                found |= read_models(text)
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


def names_in(text: str) -> list[str]:
    """The names of a list such as `model, day`."""
    return [name.strip() for name in text.split(",") if name.strip()]


def whole_number(ctx: click.Context, flag: str, text: str) -> int:
    """A whole number such as `800` or `50k`. Raises a usage error for any other text."""
    digits = quantity(text.strip()).replace(",", "")
    if not re.fullmatch("[0-9]{1,15}", digits):
        ctx.fail(f"`{flag}` takes a whole number such as 800 or 50k, not `{printable(text[:60])}`")
    return int(digits)


def amount(ctx: click.Context, flag: str, text: str) -> Fraction:
    """An amount such as `0.01`, exactly. Raises a usage error for any other text."""
    found = re.fullmatch(_AMOUNT, text.strip())
    if found is None:
        ctx.fail(f"`{flag}` takes an amount such as 0.01, not `{printable(text)}`")
    return Fraction(found[1])


# ---- records -------------------------------------------------------------------------------------


def record_files(ctx: click.Context, paths: tuple[str, ...]) -> Iterator[str]:
    """The files themselves, and for a folder all record files in it and below, sorted;
    hidden ones are left out.
    """
    for path in paths:
        if path == STDIN or not os.path.isdir(path):
            yield path
            continue
        from pricelang.usage.io.folders import RECORD_FILES  # what flags alone ask for needs none
        from pricelang.usage.io.folders import record_files as files_in

        found = files_in(path)
        if not found:
            ctx.fail(f"the folder `{printable(path)}` has no {joined(RECORD_FILES, 'or')} file")
        yield from found


def records_in(
    ctx: click.Context, params: dict[str, Any]
) -> tuple[Iterable[Outcome], RecordDefaults]:
    """The records of files that `record_options` go with, and what holds where they say nothing.
    Raises a usage error for a file that does not exist, `Failure` for an unknown format.
    """
    from pricelang.usage.reading import read_paths

    for path in params["files"]:
        if path != STDIN and not os.path.exists(path):
            ctx.fail(f"`{printable(path)}` does not exist")
    given = RecordDefaults(
        params["model"], params["at"], dimensions_of(ctx, params), params["strict"]
    )
    with failures():
        outcomes = read_paths(
            record_files(ctx, params["files"]),
            params["format_"],
            unknown_counters=params["unknown_counters"],
        )
    return outcomes, given
