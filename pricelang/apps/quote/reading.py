"""Request bodies out of files: a body, a list or lines of them, or batches, each with its place."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping

from pricelang.apps.quote.model import QuoteError
from pricelang.usage.fields import clean, placed, type_name
from pricelang.usage.io.documents import values_of
from pricelang.usage.io.files import STDIN
from pricelang.usage.io.json_text import Decoder, JsonFault
from pricelang.usage.io.lines import Stream, lines_of
from pricelang.usage.records import Place

Found = tuple[Place, Mapping[str, object] | QuoteError]


def read_requests(paths: Iterable[str]) -> Iterator[Found]:
    """The request bodies of files (`-` is standard input) in order,
    or the fault that stands in the place of one.

    A file holds a body, an array of them, one a line, or the body of a batch:
    `requests` of `custom_id` and `params`. Raises `OSError` for a file that cannot be opened.
    """
    for path in paths:
        name = clean(path, 4096)
        if path == STDIN:
            yield from _bodies(sys.stdin.buffer, name)
        else:
            with open(path, "rb") as stream:
                yield from _bodies(stream, name)


def _bodies(stream: Stream, name: str) -> Iterator[Found]:
    empty = True
    for line, item, value, _ in values_of(lines_of(stream), Decoder()):
        empty = False
        place = Place(name, line, f"item {item}" if item is not None else None)
        if isinstance(value, JsonFault):
            yield place, QuoteError(value.code, value.message, help=value.help)
        elif not isinstance(value, Mapping):
            yield (
                place,
                QuoteError("wrong_type", f"a request is an object, and this is {type_name(value)}"),
            )
        else:
            yield from (
                _of_batch(place, value)
                if isinstance(value.get("requests"), list)
                else [(placed(place, value.get("custom_id")), value)]
            )
    if empty:
        yield Place(name), QuoteError("no_request", "the file holds no request")


def _of_batch(place: Place, value: Mapping[str, object]) -> Iterator[Found]:
    requests = value["requests"]
    assert isinstance(requests, list)
    for number, request in enumerate(requests):
        here = Place(place.file, place.line, f"requests[{number}]")
        if isinstance(request, Mapping):
            yield placed(here, request.get("custom_id")), request
        else:
            yield (
                here,
                QuoteError(
                    "wrong_type", f"`requests[{number}]` is {type_name(request)}, not an object"
                ),
            )
