"""What of a prompt is written to the cache, read from it,
or neither, by the request's own breakpoints.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from pricelang.apps.quote.counting import Prompt
from pricelang.apps.quote.figures import ModelFigures
from pricelang.apps.quote.model import LEVELS
from pricelang.apps.quote.parts import FIVE_MINUTES, ONE_HOUR
from pricelang.model.notes import Note

METERS = {FIVE_MINUTES: "cache_write_5m", ONE_HOUR: "cache_write_1h"}


@frozen
class Breakpoint:
    """A `cache_control`: where it stands, its TTL, and the tokens before it at each level."""

    path: str
    ttl: str
    tokens: tuple[int, int, int]


@frozen
class Split:
    """How the prompt of one case is billed:
    meters to tokens, for the first call and for each later one.
    """

    level: str
    first: dict[str, int]
    later: dict[str, int]


def breakpoints_of(prompt: Prompt, ttl: str | None) -> list[Breakpoint]:
    """The breakpoints of a prompt. `ttl` is `5m` or `1h` for all of them,
    `none` for no cache, None for their own.
    """
    found, totals = [], [0, 0, 0]
    for piece in prompt.pieces:
        totals = [
            total + int(getattr(piece.tokens, level))
            for total, level in zip(totals, LEVELS, strict=True)
        ]
        if piece.cache is not None and ttl != "none":
            found.append(
                Breakpoint(piece.path, ttl or piece.cache, (totals[0], totals[1], totals[2]))
            )
    return found


def splits(prompt: Prompt, breakpoints: list[Breakpoint], least: int) -> Iterator[Split]:
    """All cases of a prompt:
    each level of its tokens, with a breakpoint that may or may not be long enough both ways.

    The case of the expected level, decided by its own numbers, comes first.
    """
    total = prompt.total
    totals = [int(getattr(total, level)) for level in LEVELS]
    for index in (1, 0, 2):
        certain = [point.tokens[index] >= least for point in breakpoints]
        yield _split(LEVELS[index], totals[index], breakpoints, index, certain)
        doubtful = [min(point.tokens) < least <= max(point.tokens) for point in breakpoints]
        for wanted in (False, True):
            other = [
                wanted if doubt else sure for doubt, sure in zip(doubtful, certain, strict=True)
            ]
            if other != certain:
                yield _split(LEVELS[index], totals[index], breakpoints, index, other)


def _split(
    level: str, total: int, breakpoints: list[Breakpoint], index: int, cached: list[bool]
) -> Split:
    first: dict[str, int] = {}
    reached = 0
    for point, holds in zip(breakpoints, cached, strict=True):
        if holds:
            meter = METERS[point.ttl]
            first[meter] = first.get(meter, 0) + point.tokens[index] - reached
            reached = point.tokens[index]
    first = {meter: tokens for meter, tokens in first.items() if tokens}
    later = {"input": total - reached, **({"cache_read": reached} if reached else {})}
    return Split(level, {"input": total - reached, **first}, later)


def least_cacheable(figures: ModelFigures) -> tuple[int, str | None]:
    """The shortest prompt that is cached, in tokens, and where the book says so;
    0 and None where it does not.
    """
    row = figures.of_model("cacheable_minimum")
    return (int(row["floor"]), row.place) if row is not None else (0, None)


def notes_of(
    breakpoints: list[Breakpoint], least: int, place: str | None, model: str
) -> Iterator[Note]:
    """What to say of breakpoints that are too short, or may be."""
    if breakpoints and place is None:
        yield Note(
            "assumed",
            f"the book does not say how long a prompt must be to be cached by `{model}`: "
            "assuming any length can be cached",
        )
    for point in breakpoints:
        if max(point.tokens) < least:
            yield Note(
                "assumed",
                f"`{point.path}`: too short to be cached, priced as uncached: at most "
                f"{max(point.tokens):,} tokens, "
                f"and it takes {least:,} ({place})",
            )
        elif min(point.tokens) < least:
            word = "cached" if point.tokens[1] >= least else "uncached"
            yield Note(
                "assumed",
                f"`{point.path}`: may be too short to be cached: {min(point.tokens):,} to "
                f"{max(point.tokens):,} tokens, "
                f"and it takes {least:,} ({place}); expected as {word}, and the range holds both",
            )
