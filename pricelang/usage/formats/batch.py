"""A line of batch results to requests:
the container is what says batch, and only what succeeded is billed.
"""

from __future__ import annotations

from collections.abc import Mapping

from pricelang.model.notes import Note
from pricelang.usage.fields import require_object, shown, word
from pricelang.usage.formats.messages import read_message
from pricelang.usage.records import Place, Record, UsageError
from pricelang.usage.shapes import BATCH_NOT_BILLED, BATCH_RESULTS

FORMAT = "batch"


def record(value: Mapping[str, object], place: Place) -> Record:
    """The record of `{custom_id, result: {type, …}}`. Raises `UsageError`."""
    own = word(value.get("custom_id"), "custom_id")
    place = Place(place.file, place.line, own) if own and own != place.id else place
    result = require_object(value.get("result"), "result")
    kind = word(result.get("type"), "result.type")
    if kind in BATCH_NOT_BILLED:
        return Record(
            (),
            place,
            FORMAT,
            (Note("nothing_billed", f"a batch result that is {kind} is not billed"),),
        )
    if kind != "succeeded":
        raise UsageError(
            "unknown_value",
            f"`result.type` is {shown(kind)}" if kind else "`result.type` is missing",
            "a batch result is one of " + ", ".join(f"`{name}`" for name in BATCH_RESULTS),
        )
    message = read_message(require_object(result.get("message"), "result.message"), batch=True)
    return Record(message.parts, place, FORMAT, message.notes)
