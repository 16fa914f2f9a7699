"""Refused records in a file, whole: their text with the place and the reason, one JSON object a
line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from pricelang.apps.answers import Answer
from pricelang.cli.answers import place_data
from pricelang.usage.io.writing import text_file
from pricelang.usage.records import Skipped


def with_rejects(
    answers: Iterable[Answer | Skipped], path: str | None
) -> Iterator[Answer | Skipped]:
    """The answers again; those without a bill are written to the file at `path` as they pass,
    which is there when all have passed. Raises `OSError`.

    `raw` is the text of the record, and null where it was not kept: a line too long to be held,
    or a file that could not be read. Bytes that are no UTF-8 are written as escapes.
    """
    if path is None:
        yield from answers
        return
    with text_file(path) as file:
        for answer in answers:
            if isinstance(answer, Answer) and answer.bill is None:
                found = place_data(answer.place) | (answer.error or {}) | {"raw": answer.raw}
                file.write(json.dumps(found) + "\n")
            yield answer
