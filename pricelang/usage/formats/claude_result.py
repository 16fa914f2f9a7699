"""The result of `claude -p --output-format json` to one request sum a model.

`modelUsage` holds the truth for the whole run; `usage` speaks of the main loop only.
The other events of a run are for `runs`.

The 5-minute and 1-hour parts of the cache writes come from the model's own `x_cache_creation_5m`
and `x_cache_creation_1h`, or else from `usage.cache_creation`, for the model whose cache writes it
adds up to. Where one model alone wrote to the cache and wrote more than that, the rest is 5-minute
writes. Otherwise all are. Both with a warning.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters, split_note
from pricelang.usage.fields import (
    model_id,
    named_path,
    optional_count,
    optional_object,
    require_object,
    required_count,
    shown,
    word,
)
from pricelang.usage.platform_names import named_platform
from pricelang.usage.records import SUM, Part, Place, Record, UsageError
from pricelang.usage.shapes import models_of_result
from pricelang.usage.stated import stated
from pricelang.usage.unknown import known_names, note_unknown

FORMAT = "claude-result"
_OWN_SPLIT = ("x_cache_creation_5m", "x_cache_creation_1h")
_KNOWN = known_names(
    "inputTokens",
    "outputTokens",
    "cacheReadInputTokens",
    "cacheCreationInputTokens",
    "webSearchRequests",
    "contextWindow",
    "maxOutputTokens",
    "thinkingTokens",
    "canonicalModel",
    "provider",
    "costBasis",
    *_OWN_SPLIT,
)


@frozen
class ModelUsage:
    """One model of a run.
    `own_split` says that the entry itself gave the split of its cache writes.
    """

    path: str
    model: str | None
    counters: Counters
    searches: int
    own_split: bool
    platform: str | None = None


def record(value: Mapping[str, object], place: Place) -> Record:
    """The record of a result. Raises `UsageError`."""
    given = models_of_result(value)
    if given is None:
        raise UsageError(
            "missing_key", "`modelUsage` is missing", "only it says what each model used in the run"
        )
    models = require_object(given, "modelUsage")
    notes: list[Note] = []
    entries = [_entry(name, given, notes) for name, given in models.items()]
    usage = optional_object(value, "usage", "") or {}
    entries = _with_main_split(entries, usage, notes)
    shared, main = _dimensions(usage)
    main_loop = _main_loop(entries, usage) if main else None
    if main and main_loop is None:
        speed = shown(main["speed"])
        notes.append(
            Note(
                "speed",
                f"the main loop ran with speed {speed}, on which model is not clear: priced "
                "without it",
            )
        )
    parts = []
    for entry in entries:
        meters = entry.counters.meters(plain=True)
        if entry.searches:
            meters["web_search"] = entry.searches
        dimensions = shared | main if entry is main_loop else shared
        if entry.platform is not None:
            dimensions = {"platform": entry.platform, **dimensions}
        parts.append(Part(entry.model, None, dimensions, meters, kind=SUM))
    if not parts:
        notes.append(Note("nothing_billed", "no model was used: nothing billed"))
    return Record(tuple(parts), place, FORMAT, tuple(notes))


def _entry(name: str, given: object, notes: list[Note]) -> ModelUsage:
    path = named_path("modelUsage", name)
    entry = require_object(given, path)
    note_unknown(entry, _KNOWN, path, notes)
    provider = word(entry.get("provider"), f"{path}.provider")
    platform = named_platform(provider)
    if platform is None and provider not in (None, "", "firstParty"):
        notes.append(
            Note(
                "provider",
                f"`{path}.provider` is {shown(provider)}: give the platform, or it is priced "
                "as the API",
            )
        )
    written = optional_count(entry, "cacheCreationInputTokens", path)
    own_split = entry.get(_OWN_SPLIT[0]) is not None or entry.get(_OWN_SPLIT[1]) is not None
    parts = [optional_count(entry, key, path) for key in _OWN_SPLIT] if own_split else [0, 0]
    if own_split and sum(parts) != written:
        notes.append(split_note(f"the parts of the cache writes of `{path}`", sum(parts), written))
    counters = Counters(
        input=required_count(entry, "inputTokens", path),
        output=required_count(entry, "outputTokens", path),
        read=optional_count(entry, "cacheReadInputTokens", path),
        written=written,
        write_1h=min(parts[1], written),
        split=own_split,
    )
    searches = optional_count(entry, "webSearchRequests", path)
    return ModelUsage(path, model_id(name, path, notes), counters, searches, own_split, platform)


def _with_main_split(
    entries: list[ModelUsage], usage: Mapping[str, object], notes: list[Note]
) -> list[ModelUsage]:
    """Give the split of the main loop's cache writes to the model that it belongs to."""
    lacking = [entry for entry in entries if entry.counters.written and not entry.own_split]
    if not lacking:
        return entries
    split = optional_object(usage, "cache_creation", "usage") or {}
    path = "usage.cache_creation"
    write_1h = optional_count(split, "ephemeral_1h_input_tokens", path)
    total = write_1h + optional_count(split, "ephemeral_5m_input_tokens", path)
    same = [entry for entry in lacking if entry.counters.written == total]
    if len(same) > 1:
        same = [entry for entry in same if entry is _main_loop(same, usage)]
    owner = same[0] if same else None
    if (
        owner is None
        and len(lacking) == 1
        and len(lacking) == sum(1 for entry in entries if entry.counters.written)
    ):
        # One model wrote all there is, so the main loop's part of it is known,
        # and only the rest is not.
        owner = lacking[0] if 0 < total < lacking[0].counters.written else None
    result = []
    for entry in entries:
        rest = 0 if entry.own_split else entry.counters.written
        if entry is owner:
            entry, rest = _with_1h(entry, write_1h), rest - total
        if rest:
            notes.append(
                Note(
                    "cache_lifetime",
                    f"{rest} cache writes of `{entry.path}` have no lifetime: priced as "
                    "5-minute writes",
                )
            )
        result.append(entry)
    return result


def _with_1h(entry: ModelUsage, write_1h: int) -> ModelUsage:
    old = entry.counters
    counters = Counters(old.input, old.output, old.read, old.written, write_1h, True)
    return ModelUsage(
        entry.path, entry.model, counters, entry.searches, entry.own_split, entry.platform
    )


def _main_loop(entries: list[ModelUsage], usage: Mapping[str, object]) -> ModelUsage | None:
    """The model that ran the main loop: the only one,
    or the only one with all four counts of `usage`.
    """
    if len(entries) == 1:
        return entries[0]
    keys = (
        "input_tokens",
        "output_tokens",
        "cache_read_input_tokens",
        "cache_creation_input_tokens",
    )
    counts = tuple(optional_count(usage, key, "usage") for key in keys)
    same = [
        entry
        for entry in entries
        if (
            entry.counters.input,
            entry.counters.output,
            entry.counters.read,
            entry.counters.written,
        )
        == counts
    ]
    return same[0] if len(same) == 1 else None


def _dimensions(usage: Mapping[str, object]) -> tuple[dict[str, str], dict[str, str]]:
    """The dimensions of every model of the run, and those of the main loop alone."""
    found = stated(usage, "usage")
    speed = found.get("speed")
    if speed in (None, "standard"):
        return found, {}
    return {name: value for name, value in found.items() if name != "speed"}, {"speed": str(speed)}
