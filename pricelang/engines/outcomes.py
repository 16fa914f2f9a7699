"""The rows of a table of usage as records, for questions about each row and not about their sum."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pricelang.engines.duck import Job
from pricelang.usage.records import Outcome, Part, Place, Record, Rejected

BATCH = 10_000


def outcomes_of(job: Job) -> Iterator[Outcome]:
    """The record of each row, and a `Rejected` for each row
    that names no model or no instant and each broken line.
    """
    for file, line, error, text in job.source.broken:
        yield Rejected(Place(file, line), "bad_line", error, None, text)
    found = job.connection.execute(f"select {job.payload()} from ({job.source.sql})")
    number = 0
    while rows := found.fetchmany(BATCH):
        for (row,) in rows:
            number += 1
            yield _outcome(
                json.loads(row, parse_float=str, parse_int=str), Place(f"row {number:,}")
            )


def _outcome(row: dict[str, Any], place: Place) -> Outcome:
    if row["model"] is None:
        return Rejected(place, "no_model", "the row names no model", None)
    if row["at"] is None:
        return Rejected(place, "bad_date", "the row has no instant", None)
    usage = {name: value for name, value in row["u"].items() if value not in (None, "")}
    dimensions = {name: value for name, value in row["d"].items() if value not in (None, "")}
    return Record((Part(row["model"], row["at"], dimensions, usage),), place, "table")
