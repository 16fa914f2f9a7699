"""The token export of the Claude Console, `claude_api_tokens_….csv`: a row is a sum of requests.

A row is of a day (UTC), a model, a key, a workspace, a type (`standard`, `batch`), and in newer
exports of a context window (`≤ 200k`), a geography and a speed; its counters are disjoint. Exports
of overlapping days repeat rows: a copy is skipped, and one with other counts is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from pricelang.model.notes import Note
from pricelang.usage.fields import clean, shown, word
from pricelang.usage.formats.repeated_rows import SeenRows
from pricelang.usage.records import SUM, Outcome, Part, Place, Record, UsageError
from pricelang.usage.stated import stated
from pricelang.usage.unknown import known_names, note_unknown
from pricelang.usage.written_counts import count_of

FORMAT = "console-tokens"
_COUNTS = {
    "usage_input_tokens_no_cache": "input",
    "usage_output_tokens": "output",
    "usage_input_tokens_cache_write_5m": "cache_write_5m",
    "usage_input_tokens_cache_write_1h": "cache_write_1h",
    "usage_input_tokens_cache_read": "cache_read",
    "web_search_count": "web_search",
}
_NEEDED = ("usage_input_tokens_no_cache", "usage_output_tokens")
_NAMES = (
    "usage_date_utc",
    "model_version",
    "api_key",
    "workspace",
    "usage_type",
    "context_window",
    "inference_geo",
    "speed",
)
_KNOWN = known_names(*_COUNTS, *_NAMES)
_TYPES = ("standard", "batch", "priority")
_SHORT, _LONG = ("standard", "prompt up to 200000"), ("long", "prompt over 200000")
_WINDOWS = {
    "≤200k": _SHORT,
    "<=200k": _SHORT,
    "0-200k": _SHORT,
    ">200k": _LONG,
    "200k-1m": _LONG,
}


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is a row of such an export."""
    return "usage_date_utc" in value and "usage_input_tokens_no_cache" in value


def start() -> Callable[[Mapping[str, object], Place], Iterator[Outcome]]:
    """A function that reads rows, and knows those before."""
    seen = SeenRows()
    return lambda value, place: _outcomes(seen, value, place)


def _outcomes(seen: SeenRows, row: Mapping[str, object], place: Place) -> Iterator[Outcome]:
    record = _record(row, place)
    names = tuple(word(row.get(name), name) for name in _NAMES)
    yield seen.once(names, record, "give the newest export of each day alone")


def _record(row: Mapping[str, object], place: Place) -> Record:
    notes: list[Note] = []
    note_unknown(row, _KNOWN, "row", notes)
    at = word(row.get("usage_date_utc"), "usage_date_utc")
    if at is None:
        raise UsageError("missing_key", "`usage_date_utc` is blank: prices depend on the day")
    usage: dict[str, object] = {}
    for column, meter in _COUNTS.items():
        number = count_of(row.get(column), column)
        if number is None and column in _NEEDED:
            raise UsageError("missing_key", f"`{column}` is blank")
        if number or column in _NEEDED:
            usage[meter] = number
    dimensions, sides = _dimensions(row)
    given = {
        "day": at[:10],
        "workspace": word(row.get("workspace"), "workspace"),
        "key": word(row.get("api_key"), "api_key"),
    }
    attributes = {name: clean(text) for name, text in given.items() if text}
    model = word(row.get("model_version"), "model_version")
    unsaid = () if "service_tier" in dimensions else ("service_tier",)
    part = Part(model, at, dimensions, usage, kind=SUM, sides=sides, unsaid=unsaid)
    return Record((part,), place, FORMAT, tuple(notes), attributes)


def _dimensions(row: Mapping[str, object]) -> tuple[dict[str, str], tuple[str, ...]]:
    """What a row states, and the side of 200,000 tokens on which each of its prompts was."""
    dimensions = stated(row, "", ("speed", "inference_geo"))
    kind = word(row.get("usage_type"), "usage_type")
    if kind is not None:
        if kind.lower() not in _TYPES:
            raise UsageError(
                "unknown_value",
                f"`usage_type` is {shown(kind)}",
                "known types: " + ", ".join(_TYPES),
            )
        dimensions["service_tier"] = kind.lower()
    text = word(row.get("context_window"), "context_window")
    if text is None or text == "not_available":
        return dimensions, ()
    window = _WINDOWS.get(text.replace(" ", "").lower())
    if window is None:
        raise UsageError(
            "unknown_value",
            f"`context_window` is {shown(text)}",
            "known windows: `≤ 200k`, `> 200k`; a file with other letters there is not UTF-8",
        )
    dimensions["context_window"] = window[0]
    return dimensions, (window[1],)
