"""OpenRouter's generations: what `/api/v1/generation` answers of one request,
the cache inside the prompt.

Only the native counts are those of the model; `tokens_prompt` and `tokens_completion` are counts of
another tokenizer. What was written to the cache is not among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters
from pricelang.usage.fields import clean, is_object, optional_count, placed, required_count, word
from pricelang.usage.formats.gateway_part import gateway_part
from pricelang.usage.formats.openrouter_activity import activity, rows_of_activity
from pricelang.usage.inclusive import disjoint
from pricelang.usage.parted import parted
from pricelang.usage.records import Outcome, Part, Place, Record, UsageError
from pricelang.usage.response_ids import RESPONSE, named
from pricelang.usage.stated import stated
from pricelang.usage.times import instant
from pricelang.usage.unknown import known_names, note_key

FORMAT = "openrouter"
_KNOWN = known_names(
    "native_tokens_prompt",
    "native_tokens_completion",
    "native_tokens_reasoning",
    "native_tokens_cached",
    "tokens_prompt",
    "tokens_completion",
    "num_media_prompt",
)
_COUNTED = ("native_tokens_", "tokens_", "num_")
"""How the names of counts begin, those among them that are not known too."""
_OF_VERCEL = "gen_"
"""How Vercel's gateway begins the id of a generation; those of OpenRouter begin with `gen-`."""
_ANOTHER = Note("nothing_billed", "answered from OpenRouter's cache: no request was made")
_NO_WRITES = Note(
    "cache_unknown",
    "OpenRouter does not count what was written to the cache here: it is priced as input",
)
_CUT = Note("unfinished", "the generation was cancelled: its counts may not be the last")


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is a generation, or rows of an activity, by their keys."""
    return _generation(value) is not None or rows_of_activity(value) is not None


def outcomes(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
    """The records of an object. Raises `UsageError`."""
    rows = rows_of_activity(value)
    if rows is not None:
        return list(activity(rows, place))
    found = _generation(value) or value
    place = placed(place, found.get("id"))
    provider = found.get("provider_name")
    attributes = {"provider": clean(provider)} if isinstance(provider, str) and provider else {}
    if found.get("response_cache_source_id"):
        return (Record((), place, FORMAT, (_ANOTHER,), attributes),)
    notes: list[Note] = []
    for key, count in found.items():
        if key not in _KNOWN and key.startswith(_COUNTED):
            note_key(key, count, _KNOWN, notes)
    counters = _counters(found, notes)
    part = Part(
        word(found.get("model"), "model"),
        instant(found.get("created_at"), "created_at"),
        stated(found, "", ("service_tier",)),
        counters.meters(),
    )
    # With a key of one's own the provider bills, and OpenRouter does otherwise.
    own = found.get("is_byok") is True and isinstance(provider, str)
    part = gateway_part(part, str(provider).lower().replace(" ", "-") if own else None)
    if found.get("cancelled") is True:
        notes.append(_CUT)
    ids = named(RESPONSE, found.get("id"))
    return (Record((part,), place, FORMAT, tuple(notes), attributes, ids=ids),)


def _generation(value: Mapping[str, object]) -> Mapping[str, object] | None:
    inner = value.get("data", value)
    if not is_object(inner):
        return None
    native = "native_tokens_prompt" in inner or "native_tokens_completion" in inner
    return inner if native else None


def _counters(data: Mapping[str, object], notes: list[Note]) -> Counters:
    read, id = optional_count(data, "native_tokens_cached", "data"), data.get("id")
    if read and isinstance(id, str) and id.startswith(_OF_VERCEL):
        raise UsageError(
            "bad_counts",
            "Vercel's gateway answers in this form too, and does not say whether "
            "`native_tokens_prompt` includes the cached ones",
            "price the response of the request itself",
        )
    told = Counters(
        required_count(data, "native_tokens_prompt", "data"),
        required_count(data, "native_tokens_completion", "data"),
        read,
        0,
        0,
        False,
    )
    if read or data.get("cache_discount") or data.get("usage_cache"):
        notes.append(_NO_WRITES)
    found = disjoint(told, "data.native_tokens_prompt", inside=True)
    reasoning = optional_count(data, "native_tokens_reasoning", "data")
    return parted(found, reasoning, {}, "data", notes)
