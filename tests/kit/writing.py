"""The lines of the kit: a book, then requests to it with their answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from pricelang.apps.compiled_book import compiled_data
from pricelang.compile.artefact import sealed
from pricelang.model import book as m
from pricelang.model.instants import iso_instant
from pricelang.present.decimals import plain
from tests.kit.answers import answer
from tests.kit.books import ROOT, KitBook, bundled, corpus, drawn
from tests.kit.draws import Drawer, Request

FOLDER = ROOT / "integrations" / "conformance"
FORMAT = 1
DRAWN_BOOKS = 120
FREQUENT = ("not_offered", "too_long", "unsaid")
"""What most requests at random come to: some are drawn again."""


def parts() -> Iterator[tuple[str, Iterable[KitBook]]]:
    """The files of the kit, each with its books."""
    yield "bundled.jsonl", bundled()
    yield "corpus.jsonl", corpus()
    yield "drawn.jsonl", drawn(DRAWN_BOOKS)


def lines_of(books: Iterable[KitBook]) -> Iterator[dict[str, Any]]:
    """The lines of some books."""
    yield {"kit": FORMAT}
    for kit in books:
        yield {"book": kit.name, **kit.origin, "compiled": compiled(kit)}
        for request in requests_of(kit):
            yield {"in": kit.name, "request": request, "answer": answer(kit.book, request)}


def compiled(kit: KitBook) -> dict[str, Any]:
    """The compiled form of a book, without what prices nothing: what it says of itself and what it
    extends.
    """
    whole = compiled_data(kit.book)
    needed = {name: part for name, part in whole.items() if name != "below"}
    return sealed(needed | {"claims": [], "examples": [], "remarks": []})


def requests_of(kit: KitBook) -> Iterator[Request]:
    """The requests to a book: its examples by its rules alone, and again where the limits of a
    request change the answer; drawn ones; and mistakes.
    """
    checked = kit.book.checked
    for example in checked.examples:
        request = of_example(checked, example)
        alone = {**request, "limits": False}
        yield alone
        if answer(kit.book, alone) != answer(kit.book, request):
            yield request
    drawer = Drawer(checked, kit.name)
    for _ in range(kit.draws):
        request = drawer.request()
        for _ in range(2):
            if answer(kit.book, request).get("error") not in FREQUENT:
                break
            request = drawer.request()
        yield request
    yield from drawer.mistakes() if kit.mistakes else ()


def of_example(book: m.Book, example: m.Example) -> Request:
    """An example as a request."""
    usage: dict[str, Any] = {}
    for name, uses in example.usage:
        written = [use.numerator if use.denominator == 1 else plain(use) for use in uses]
        usage[name] = written[0] if len(written) == 1 else written
    at = iso_instant(example.at)
    found: Request = {"model": example.model, "at": at, "dimensions": dict(example.dimensions)}
    found["usage"] = usage
    if example.record == "sum":
        each = []
        for index, points in example.sides:
            summed = book.sums[index]
            each += [f"{summed.label} over {limit}" for limit in summed.limits[: points[0]]]
            each += [f"{summed.label} up to {limit}" for limit in summed.limits[points[-1] :]]
        found |= {"record": "sum", "each": each}
    return found


def text_of(lines: Iterable[dict[str, Any]]) -> str:
    """Lines of JSON."""
    return "".join(
        json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n" for line in lines
    )
