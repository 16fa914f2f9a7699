"""What a request uses beside the tokens of its prompt:
its answer, searches, code execution, and pages that it fetches.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from pricelang.apps.quote.counting import Piece
from pricelang.apps.quote.figures import ModelFigures
from pricelang.apps.quote.model import Options, Overhead, QuoteError, Range, same
from pricelang.apps.quote.parts import Body, fault
from pricelang.apps.quote.text import rules_of
from pricelang.model import book as m
from pricelang.model.notes import Note
from pricelang.present.text import did_you_mean
from pricelang.usage.fields import shown

_SIZE = re.compile(r"([0-9]{1,9})\s*kB\Z", re.ASCII)


def output_of(body: Body, output: int | None, notes: list[Note]) -> Range:
    """The tokens of the answer: as many as are asked for,
    else anything up to `max_tokens`. Raises `QuoteError`.
    """
    most = body.max_tokens
    if output is not None:
        if output < 0 or (most is not None and output > most):
            raise QuoteError(
                "bad_output",
                f"an answer of {output:,} tokens is more than the request's `max_tokens`, {most:,}"
                if output >= 0 and most is not None
                else "an answer has no negative number of tokens",
            )
        return same(output)
    if most is None:
        raise fault(
            "missing_key",
            "max_tokens",
            "is missing, and so is the length of the answer",
            "give it with `--output 800`",
        )
    if most:
        notes.append(
            Note(
                "assumed",
                "how long the answer will be is not known: expected at `max_tokens`; say it "
                "with `--output 800`",
            )
        )
    return Range(min(1, most), most, most)


def uses_of(
    body: Body, options: Options, book: m.Book, notes: list[Note]
) -> dict[str, tuple[object, object, object]]:
    """Meters that are no tokens to what is used of them, low, expected and high.
    Raises `QuoteError` for what has no end.
    """
    found: dict[str, tuple[object, object, object]] = {
        meter: (value, value, value) for meter, value in options.usage.items()
    }
    for tool in body.tools:
        if tool.family == "web_search" and "web_search" not in options.usage:
            if tool.max_uses is None:
                raise fault(
                    "unknown_uses",
                    tool.path,
                    "searches without a `max_uses`: how often is not known",
                    "say it with `--web-search 3`",
                )
            found["web_search"] = (0, tool.max_uses, tool.max_uses)
            notes.append(
                Note(
                    "assumed",
                    "how often the request searches is not known: expected at `max_uses`; "
                    "say it with `--web-search 2`",
                )
            )
        elif (
            tool.family == "web_fetch"
            and "web_fetch" not in options.usage
            and tool.max_uses is not None
        ):
            found["web_fetch"] = (0, tool.max_uses, tool.max_uses)
        elif tool.family == "code_execution" and "code_execution" not in options.usage:
            found["code_execution"] = _shortest_execution(body, book, tool.path, notes)
    return found


def _shortest_execution(
    body: Body, book: m.Book, path: str, notes: list[Note]
) -> tuple[object, object, object]:
    for charge in book.charges:
        if book.meters[charge.meter].name == "code_execution" and charge.minimums:
            least = charge.minimums[0]
            notes.append(
                Note(
                    "assumed",
                    "how long code runs is not known: expected at the shortest that is "
                    f"billed, {least.written} ({least.origin.place}), and "
                    'not longer; say it with `--code-execution "20 minutes"`',
                )
            )
            # Files are loaded into the container, and billed, even where the tool is not called.
            return least.quantity if body.files else 0, least.quantity, least.quantity
    raise fault(
        "unknown_uses",
        path,
        "runs code: for how long is not known",
        'say it with `--code-execution "20 minutes"`',
    )


def fetched_pieces(
    body: Body, options: Options, figures: ModelFigures, notes: list[Note]
) -> Iterator[tuple[Piece, Overhead]]:
    """What the web-fetch tool reads, as tokens behind the prompt.
    Raises `QuoteError` for an unknown kind of content.
    """
    tools = [tool for tool in body.tools if tool.family == "web_fetch"]
    if tools and not options.fetched:
        notes.append(
            Note(
                "not_counted",
                f"`{tools[0].path}`: what is fetched is not in the range; say it with "
                "`--fetch web_page=3` or `--fetch 30kB`",
            )
        )
    rules = rules_of(figures) if options.fetched else None
    for kind, number in options.fetched:
        assert rules is not None
        name, tokens, place = _content(kind, figures)
        fewest, about, most = rules.scripts["latin"]
        high = tokens * about / fewest * rules.at_most
        caps = [tool.max_content_tokens for tool in tools if tool.max_content_tokens is not None]
        cap = Fraction(min(caps)) if caps else high
        low, expected, high = (
            min(value, cap) for value in (tokens * about / most, tokens * rules.usually, high)
        )
        found = Range(int(low * number), (expected * number).__ceil__(), (high * number).__ceil__())
        yield Piece("tools", found), Overhead(f"fetched {name}", found, place)


def _content(kind: str, figures: ModelFigures) -> tuple[str, Fraction, str]:
    """The name, the tokens and the place of a kind of content, or of a size."""
    size = _SIZE.match(kind)
    names = list(
        dict.fromkeys(
            figure.row for figure in figures.book.figures if figure.table == "fetched_content"
        )
    )
    row = figures.row_or_first("fetched_content", kind if size is None else (names or [""])[0])
    if row is None:
        raise QuoteError(
            "unknown_content",
            f"no content is called {shown(kind)}",
            help=lambda: (
                did_you_mean(kind, names)
                or "a size such as `30kB`, or " + ", ".join(f"`{name}`" for name in names)
            ),
        )
    if size is None:
        return kind, row["about"], row.place
    return kind, row["about"] * int(size[1]) / row["kilobytes"], row.place
