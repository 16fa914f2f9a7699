"""The options of a command under headings: what a request says, what records are, what is
written.
"""

from __future__ import annotations

from collections.abc import Iterable

import click

METERS, DIMENSIONS = "How much is used (meters of the book)", "What a request says (dimensions)"
OUTPUT, OTHER = "Output", "Options"
HEADINGS: dict[str, tuple[str, ...]] = {
    "The book and the time": ("book", "at", "model"),
    METERS: ("use",),
    DIMENSIONS: ("set", "position"),
    "Records": (
        "format",
        "models",
        "across",
        "unknown-counters",
        "sum",
        "strict",
        "each",
        "period",
        "since",
        "until",
        "tz",
    ),
    "Tables": (
        "to",
        "lines",
        "keep",
        "map",
        "table",
        "remote",
        "memory",
        "engine",
        "master",
    ),
    "Rows of FOCUS": ("focus", "account", "sub-account"),
    OUTPUT: (
        "json",
        "csv",
        "markdown",
        "chart",
        "rejects",
        "verbose",
        "wide",
        "exact",
        "help",
    ),
}
_HEADING = {name: heading for heading, names in HEADINGS.items() for name in names}


def write_options(
    formatter: click.HelpFormatter,
    ctx: click.Context,
    options: Iterable[click.Parameter],
    of_book: dict[str, str],
) -> None:
    """Writes the options under their headings, those that only one command has first; `of_book`
    are the headings of a book's own flags, by parameter.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for option in options:
        record = option.get_help_record(ctx) if isinstance(option, click.Option) else None
        if record is not None:
            flags = [text.lstrip("-") for text in option.opts]
            own = next((_HEADING[text] for text in flags if text in _HEADING), OTHER)
            heading = of_book.get(option.name or "", own)
            found.setdefault(heading, []).append(record)
    for heading in (OTHER, *HEADINGS):
        if heading in found:
            with formatter.section(heading):
                formatter.write_dl(found[heading])
