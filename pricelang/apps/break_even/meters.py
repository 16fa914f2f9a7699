"""The meters of a cache: what fills it, what reads from it, and what is paid without it."""

from __future__ import annotations

from fractions import Fraction

from pricelang.model import book as m
from pricelang.model.errors import BadRequest, UnknownName
from pricelang.present.text import help_for, shown


def meter_index(book: m.Book, name: str) -> int:
    """The index of a meter. Raises `UnknownName`, with the nearest names."""
    names = [meter.name for meter in book.meters]
    if name not in names:
        help = help_for(name, names, "meters")
        raise UnknownName("unknown_meter", f"unknown meter `{shown(name)}`", help=help)
    return names.index(name)


def cache_meters(
    book: m.Book, write: str | None = None, read: str | None = None, base: str | None = None
) -> tuple[list[int], int, int] | None:
    """The writes, the read and the base; None where a book derives nothing and none are named."""
    of = (
        meter_index(book, base)
        if base is not None
        else next((line.of for line in book.derivations), None)
    )
    factors: dict[int, list[Fraction]] = {}
    for line in book.derivations:
        if line.of == of:
            factors.setdefault(line.meter, []).append(line.factor)
    reads = [meter for meter, found in sorted(factors.items()) if max(found) < 1]
    writes = (
        [meter_index(book, write)]
        if write is not None
        else [meter for meter, found in sorted(factors.items()) if min(found) >= 1]
    )
    one_read = meter_index(book, read) if read is not None else next(iter(reads), None)
    if of is None or one_read is None or not writes:
        if write is None and read is None and base is None:
            return None
        raise BadRequest(
            "no_cache",
            "the book does not say which meters are writes, reads and the base",
            help="name all three",
        )
    for meter in (*writes, one_read):
        if meter in (of, one_read if meter in writes else of):
            raise BadRequest(
                "bad_meter", f"`{book.meters[meter].name}` cannot break even with itself"
            )
        if book.meters[meter].unit != book.meters[of].unit:
            names = f"`{book.meters[meter].name}` and `{book.meters[of].name}`"
            raise BadRequest("bad_meter", f"{names} are counted in different units")
    return writes, one_read, of
