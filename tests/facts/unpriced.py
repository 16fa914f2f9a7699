"""What the shipped book says and no amount comes from, as rows:
figures, days of models, sources, notes, withdrawn prices.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pricelang
from pricelang.model import book as m
from pricelang.model.space import day
from pricelang.present.decimals import plain

PATH = Path(__file__).parent / "unpriced.csv"
HEAD = ("kind", "what", "of", "when", "value")
Row = tuple[str, str, str, str, str]


def rows_of(book: m.Book) -> list[Row]:
    """The rows of a book, sorted."""
    return sorted(_rows(book))


def known_rows() -> list[Row]:
    """The rows that the file has."""
    with PATH.open(encoding="utf-8", newline="") as stream:
        _, *rows = csv.reader(stream)
    return [(a, b, c, d, e) for a, b, c, d, e in rows]


def _rows(book: m.Book) -> Iterator[Row]:
    for figure in book.figures:
        yield (
            "figure",
            f"{figure.table} {figure.column}",
            figure.row,
            day(figure.start),
            f"{plain(figure.value)} {figure.unit}",
        )
    for model in book.models:
        for name, at in (("deprecated", model.deprecated), ("retired", model.retired)):
            if at is not None:
                yield "model", name, model.name, day(at), ""
    for source in book.sources:
        yield "source", source.name, source.address, day(source.read), ""
    for x in book.announcements:
        prices = f"{plain(x.amount)} per {x.per}, announced {day(x.announced)}, withdrawn {day(x.withdrawn)}"
        yield (
            "announcement",
            book.meters[x.meter].name,
            book.models[x.model].name,
            day(x.start),
            prices,
        )
    for note in book.remarks:
        yield "note", "", "the book", "", note.text
    for note in book.notes:
        masks = dict(note.scope)
        models = [
            model.name for n, model in enumerate(book.models) if masks.get(m.MODELS, -1) >> n & 1
        ]
        values = [
            f"{d.name} {value.name}"
            for n, d in enumerate(book.dimensions)
            if 2 + n in masks
            for k, value in enumerate(d.values)
            if masks[2 + n] >> k & 1
        ]
        named = "all" if len(models) == len(book.models) else " ".join(models)
        yield "note", "; ".join(values), named, _periods(book, masks.get(m.DATES, -1)), note.text


def _periods(book: m.Book, mask: int) -> str:
    """The ends of a mask over stretches of time, whatever other days divide it."""
    size = len(book.boundaries) + 1
    held = [bool(mask >> n & 1) for n in range(size)]
    turns = [day(book.boundaries[n - 1]) for n in range(1, size) if held[n] != held[n - 1]]
    return ("before " if held[0] and turns else "") + " ".join(turns)


def main() -> None:
    """Writes the file anew: read the difference before you keep it."""
    with PATH.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(
            [HEAD, *rows_of(pricelang.load().checked)]
        )


if __name__ == "__main__":
    main()
