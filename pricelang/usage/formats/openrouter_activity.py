"""OpenRouter's activity: rows of its export, a generation each, and the days of its API, a sum for
each model and provider. The cache is inside the prompt, and the reasoning inside the completion.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters, agreed
from pricelang.usage.embedded import row_of
from pricelang.usage.fields import is_object, named_attributes, placed, word
from pricelang.usage.formats.gateway_part import gateway_part
from pricelang.usage.inclusive import disjoint
from pricelang.usage.parted import parted
from pricelang.usage.records import SINGLE, SUM, Outcome, Part, Place, Record, Skipped, UsageError
from pricelang.usage.response_ids import RESPONSE, named
from pricelang.usage.times import instant

FORMAT = "openrouter"
_MODEL = "model_permaslug"
_PROMPT, _ANSWER = ("tokens_prompt", "prompt_tokens"), ("tokens_completion", "completion_tokens")
_READ, _REASONING = ("tokens_cached", "cached_tokens"), ("tokens_reasoning", "reasoning_tokens")
_NO_CACHE = Note(
    "cache_unknown",
    "OpenRouter's activity does not say what was written to the cache, nor, by days, what was read "
    "from it: that is priced as input",
)


def rows_of_activity(value: Mapping[str, object]) -> Sequence[object] | None:
    """The rows of an answer of the API, or the one that an object is; None for anything else."""
    if _is_row(value):
        return [value]
    rows = value.get("data")
    is_page = isinstance(rows, list) and any(is_object(row) and _is_row(row) for row in rows)
    return rows if is_page and isinstance(rows, list) else None


def _is_row(value: Mapping[str, object]) -> bool:
    return _MODEL in value and any(name in value for name in _PROMPT)


def activity(rows: Sequence[object], place: Place) -> Iterator[Outcome]:
    """The outcomes of rows; a bad one hides no other."""
    for number, row in enumerate(rows, 1):
        spot = Place(place.file, place.line, f"row {number}") if len(rows) > 1 else place
        if not is_object(row):
            yield Skipped(spot, "no row of an activity")
            continue
        try:
            yield _record(row_of(row), placed(spot, row.get("generation_id")))
        except UsageError as error:
            yield error.rejected(spot)


def _record(row: Mapping[str, object], place: Place) -> Record:
    notes = [_NO_CACHE]
    prompt, answer, read, reasoning = (
        agreed([(row, "")], names) for names in (_PROMPT, _ANSWER, _READ, _REASONING)
    )
    if prompt is None or answer is None:
        raise UsageError("missing_key", f"`{(_PROMPT if prompt is None else _ANSWER)[0]}` is blank")
    told = disjoint(Counters(prompt, answer, read or 0, 0, 0, False), _PROMPT[0], inside=True)
    counters = parted(told, reasoning or 0, {}, "the row", notes)
    is_one = "generation_id" in row
    part = Part(
        word(row.get(_MODEL), _MODEL),
        instant(row.get("created_at") or row.get("date"), "created_at"),
        {},
        counters.meters(),
        kind=SINGLE if is_one else SUM,
    )
    given = {
        "provider": row.get("provider_name"),
        "key": row.get("api_key_name"),
        "app": row.get("app_name"),
        "user": row.get("user"),
    }
    attributes = named_attributes(given)
    ids = named(RESPONSE, row.get("generation_id"))
    return Record((gateway_part(part),), place, FORMAT, tuple(notes), attributes, ids=ids)
