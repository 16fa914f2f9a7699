"""Refused records into a file, whole: their text with the place and the reason, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

import click

from pricelang.cli.answers import Answer
from pricelang.cli.output import Failure
from pricelang.usage.records import Skipped


def with_rejects(answers: Iterable[Answer | Skipped], path: str | None) -> Iterator[Answer | Skipped]:
    """The answers again; those without a bill are written to the file at `path` as they pass. Raises `Failure`.

    `raw` is the text of the record, and null where it was not kept: a line too long to be held, or a file that could not
    be read. Bytes that are no UTF-8 are written as escapes.
    """
    if path is None:
        yield from answers
        return
    try:
        file = click.open_file(path, "w", encoding="utf-8")
    except OSError as error:
        raise Failure("system", f"`{path}` cannot be written: {(error.strerror or str(error)).lower()}") from None
    with file:
        for answer in answers:
            if isinstance(answer, Answer) and answer.bill is None:
                place = {"file": answer.place.file, "line": answer.place.line, "id": answer.place.id}
                file.write(json.dumps(place | (answer.error or {}) | {"raw": answer.raw}) + "\n")
            yield answer
