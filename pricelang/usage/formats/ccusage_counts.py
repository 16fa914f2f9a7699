"""The counters of a row of ccusage, and its models: in a list, or by name."""

from __future__ import annotations

from collections.abc import Mapping

from pricelang.usage.counters import Counters
from pricelang.usage.fields import (
    is_object,
    named_path,
    optional_count,
    require_object,
    required_count,
    wrong_type,
)
from pricelang.usage.inclusive import disjoint, total_of
from pricelang.usage.records import UsageError
from pricelang.usage.unknown import ANYTHING, Known, known_names

TOP = "row"
_COUNTS = ("inputTokens", "outputTokens", "totalTokens", "reasoningOutputTokens", "tokenCounts")
_READ = ("cacheReadTokens", "cacheReadInputTokens", "cachedInputTokens")
_WRITTEN = ("cacheCreationTokens", "cacheCreationInputTokens")
_ENTRIES = ("modelBreakdowns", "models", "breakdown")
_KNOWN = known_names(
    *_COUNTS[:-1],
    *_READ,
    *_WRITTEN,
    *("credits", "messageCount", "entries", "timeRemaining"),
    totalCost=ANYTHING,
    burnRate=ANYTHING,
    projection=ANYTHING,
    projectedTotal=ANYTHING,
    projectedCost=ANYTHING,
    tokenLimitStatus=ANYTHING,
    tokenCounts=ANYTHING,
    metadata=ANYTHING,
    models=ANYTHING,
    breakdown=ANYTHING,
)
Entry = tuple[object, Mapping[str, object], str]


def known_of(holder: Mapping[str, object]) -> Known:
    """The names that a row may have: of what is no number, all, and other breakdowns of it."""
    texts = (key for key, value in holder.items() if isinstance(value, str | bool | type(None)))
    others = (key for key in holder if key.endswith("Breakdowns"))
    beside = dict.fromkeys(others, ANYTHING)
    return {**dict.fromkeys(texts), **beside, "modelsUsed": ANYTHING, **_KNOWN}


def counts_of(holder: Mapping[str, object], row: Mapping[str, object], path: str) -> Counters:
    """The disjoint counters of a row or of a model in it. Raises `UsageError`."""
    read = next((name for name in _READ if name in holder), _READ[0])
    writes = next((name for name in _WRITTEN if name in holder), _WRITTEN[0])
    told = Counters(
        required_count(holder, "inputTokens", path),
        required_count(holder, "outputTokens", path),
        optional_count(holder, read, path),
        optional_count(holder, writes, path),
        0,
        False,
    )
    reasoning = optional_count(holder, "reasoningOutputTokens", path)
    total = total_of(row, ("totalTokens",), path)
    if total is not None and reasoning and total.count == told.total + reasoning:
        # some agents count the reasoning apart from the output
        return Counters(told.input, told.output + reasoning, told.read, told.written, 0, False)
    return disjoint(told, f"{path}.inputTokens", inside=read == "cachedInputTokens", total=total)


def models_of(row: Mapping[str, object]) -> tuple[list[str], list[Entry] | None]:
    """The names of a row's models, and what each used where the row says it."""
    listed = row.get("modelBreakdowns")
    if isinstance(listed, list) and listed:
        entries: list[Entry] = []
        for index, item in enumerate(listed):
            path = f"modelBreakdowns[{index}]"
            entry = require_object(item, path)
            if not entry.get("modelName"):
                raise UsageError("missing_key", f"`{path}.modelName` is missing")
            entries.append((entry["modelName"], entry, path))
        return [], entries
    for key in ("models", "breakdown"):
        found = row.get(key)
        if is_object(found) and found:
            spots = {name: named_path(key, name) for name in found}
            return [], [
                (name, require_object(entry, spots[name]), spots[name])
                for name, entry in found.items()
            ]
    names = row.get("modelsUsed", row.get("models", [row["model"]] if row.get("model") else []))
    if not isinstance(names, list):
        raise wrong_type("modelsUsed", names, "a list")
    return [name for name in names if isinstance(name, str) and name], None
