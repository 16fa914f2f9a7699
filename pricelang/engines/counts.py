"""Counts that include others: a column of input with the cache in it, and what is taken from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial

from attrs import evolve, frozen

from pricelang.engines.join_keys import SMALL, Quantity, times
from pricelang.model.book import Book
from pricelang.model.errors import BadRequest
from pricelang.present.decimals import plain
from pricelang.present.text import shown

_PART = re.compile(r'\s*(?:"(?P<quoted>[^"]+)"|(?P<bare>[^"-]+?))\s*(?:-|\Z)')
_INCLUSIVE = {"prompttokens", "prompttokencount", "inputtokencount"}
"""Names, without case and marks,
of counters that include the cache in the interface that they come from.
"""
_INSIDE = {
    "cachedtokens",
    "cachedinputtokens",
    "cachedcontenttokencount",
    "cachedprompttokens",
    "promptcachedtokens",
}
"""Names of counters of the cache in interfaces whose input includes it."""
_OUTPUT = re.compile("output|completion|candidates|reasoning")
_TOTAL = {"totaltokens", "totaltokencount"}


@frozen
class Count:
    """What is taken from the column of a meter: the columns `less`. With a column `total`, only in
    a row whose total is the column and those `beside` it alone, so that the others are inside;
    where the total is the sum of all, nothing is.
    """

    less: tuple[str, ...]
    total: str | None = None
    beside: tuple[str, ...] = ()

    @property
    def taken(self) -> tuple[str, ...]:
        """The columns that say what is taken, and say nothing else."""
        return (*self.less, *([self.total] if self.total else []))


def read_difference(text: str) -> tuple[str, ...]:
    """The columns of `first-second-third`, of which the first is counted less the others;
    a name with a `-` in it stands in double quotes. A text that is no such thing is one name.

    >>> (
    ...     read_difference("prompt_tokens-cached_tokens"),
    ...     read_difference('"a-b" - c'),
    ...     read_difference("a--b"),
    ... )
    (('prompt_tokens', 'cached_tokens'), ('a-b', 'c'), ('a--b',))
    """
    found, place = [], 0
    while place < len(text):
        match = _PART.match(text, place)
        if match is None:
            return (text,)
        found.append(match["quoted"] or match["bare"].strip())
        place = match.end()
    return (text,) if not found or text.rstrip().endswith("-") else tuple(found)


def is_quoted(text: str) -> bool:
    """Whether a mapping gives one column in quotes, which says that it is meant as it is."""
    return len(text) > 2 and text[0] == text[-1] == '"' and '"' not in text[1:-1]


def settled(
    book: Book,
    pairs: Sequence[tuple[str, str]],
    present: Sequence[str],
    counts: Mapping[str, Count],
    sure: frozenset[str],
) -> dict[str, Count]:
    """What is taken from columns whose names are those of counters that include the cache, where
    columns of caches are counted besides: what a column of totals says, row by row. `sure` are
    meters whose column is meant as it is.

    Raises `BadRequest` (`ambiguous_column`) where no column says it.
    """
    found = dict(counts)
    units = {meter.name: meter.unit for meter in book.meters}
    total = next((column for column in present if _bare(column) in _TOTAL), None)
    for name, column in pairs:
        alike = [pair for pair in pairs if pair[0] != name and units[pair[0]] == units[name]]
        caches = tuple(held for other, held in alike if "cache" in other or "cache" in held.lower())
        if name in counts or name in sure or not _includes_cache(name, column, caches):
            continue
        if total is None:
            raise _ambiguous(name, column, caches)
        found[name] = Count(caches, total, tuple(held for _, held in alike if held not in caches))
    return found


def _includes_cache(name: str, column: str, caches: Sequence[str]) -> bool:
    """Whether a column counts a meter of input by a name that includes some caches."""
    is_input = "cache" not in name and not _OUTPUT.search(f"{name} {column}".lower())
    known = _bare(column) in _INCLUSIVE or (
        column.lower() != name and any(_bare(held) in _INSIDE for held in caches)
    )
    return is_input and known and bool(caches)


def _ambiguous(name: str, column: str, caches: Sequence[str]) -> BadRequest:
    shorter = "-".join(f'"{held}"' if "-" in held else held for held in (column, *caches))
    return BadRequest(
        "ambiguous_column",
        f"`{shown(column)}` is a count that by its name includes the cache, which "
        "has columns of its own",
        help=f"take them from it (`{name}={shown(shorter)}`), or say that it is without "
        f'them (`{name}="{shown(column)}"`)',
    )


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def counted(whole: Quantity, count: Count, of: Callable[[str], Quantity]) -> Quantity:
    """The quantity of a column less others, as SQL;
    NULL where it is negative, or where a total fits neither way.
    """
    less, beside = [of(column) for column in count.less], [of(column) for column in count.beside]
    total = [of(count.total)] if count.total is not None else []
    every = (whole, *less, *beside, *total)
    scale = max(part.scale for part in every)
    small = all(
        part.largest is not None and part.largest * 10 ** (scale - part.scale) < SMALL
        for part in every
    )
    sums = partial(_summed, scale, small)

    def made(sql: str) -> str:
        return sql if small else f"cast({sql} as bigint)"

    first, taken = sums([whole]), sums(less)
    sql = f"case when {first} >= {taken} then {made(f'{first} - ({taken})')} end"
    if total:
        parts = sums([whole, *beside])
        sql = (
            f"case when {sums(total)} = {parts} then {sql} when {sums(total)} = {parts} + "
            f"{taken} then {made(first)} end"
        )
    finer = any(part.finer for part in (whole, *less))
    return evolve(whole, sql=f"({sql})", scale=scale, largest=None, finer=finer)


def _summed(scale: int, small: bool, parts: Sequence[Quantity]) -> str:
    """Quantities added up in units of one power of ten, in a type for which no sum is too large,
    which 64 bits are where all are small.
    """
    return " + ".join(
        times(
            part.sql if small else f"cast({part.sql} as decimal(38,0))",
            10 ** (scale - part.scale),
        )
        for part in parts
    )


def counted_use(
    name: str, whole: Fraction, less: Fraction, beside: Fraction, total: Fraction | None
) -> Fraction:
    """The same of one row. Raises `BadRequest` (`bad_quantity`, `unsettled_total`)."""
    if total is not None and total != whole + beside:
        if total == whole + beside + less:
            return whole
        raise BadRequest(
            "unsettled_total",
            f"the total is {plain(total)}, which is neither the sum with the cache inside of "
            f"`{name}` "
            f"({plain(whole + beside)}) nor beside it ({plain(whole + beside + less)})",
        )
    if whole < less:
        raise BadRequest(
            "bad_quantity",
            f"the quantity of `{name}` is negative: {plain(whole)} less {plain(less)}",
        )
    return whole - less
