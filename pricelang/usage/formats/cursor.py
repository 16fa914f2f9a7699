"""Usage events of Cursor to requests: its CSV export, and the events of its dashboard.

The export has `Input (w/ Cache Write)` for tokens that were written to the cache and `Input (w/o
Cache Write)` for the others; `Total Tokens` says whether the first holds the second too. What was
not charged is skipped; all else is priced at the list price, whatever a plan includes. The names of
Claude models may end in how they think (`-thinking`, `-high-thinking`), which has no price.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters
from pricelang.usage.fields import is_object, named_attributes, require_object, shown, word
from pricelang.usage.io.json_text import written
from pricelang.usage.records import Outcome, Part, Place, Record, Rejected, Skipped, UsageError
from pricelang.usage.times import milliseconds
from pricelang.usage.unknown import known_names, note_unknown
from pricelang.usage.written_counts import count_of

FORMAT = "cursor"
_WRITTEN, _INPUT = "Input (w/ Cache Write)", "Input (w/o Cache Write)"
_READ, _OUTPUT, _TOTAL = "Cache Read", "Output Tokens", "Total Tokens"
_PAGES = ("usageEventsDisplay", "usageEvents")
_FREE = re.compile(r"no charge|not charged|errored|aborted", re.IGNORECASE)
_EFFORT = "(?:-(?:low|medium|high|xhigh|max))?"
_THINKING = re.compile(rf"(claude-.+?){_EFFORT}(?:-thinking{_EFFORT})?\Z")
_EVENT = known_names(
    "inputTokens", "outputTokens", "cacheWriteTokens", "cacheReadTokens", "totalCents"
)


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is a row of the export, an event, or a page of events."""
    return (
        (_WRITTEN in value and _INPUT in value)
        or (is_object(value.get("tokenUsage")) and "kind" in value)
        or _page(value) is not None
    )


def outcomes(value: Mapping[str, object], place: Place) -> Iterator[Outcome]:
    """The request of a row, or those of a page of events. Raises `UsageError`."""
    events = _page(value)
    if events is None:
        yield _row(value, place) if _WRITTEN in value else _event(value, place)
        return
    for number, event in enumerate(events, 1):
        spot = Place(place.file, place.line, f"event {number}")
        try:
            yield _event(require_object(event, "the page of events"), spot)
        except UsageError as error:
            yield Rejected(spot, error.code, error.message, error.help, written(event))
    if not events:
        yield Skipped(place, "a page without events")


def _page(value: Mapping[str, object]) -> list[object] | None:
    """The events of a page, of the dashboard or of the API for admins; None for what is none."""
    return next((found for key in _PAGES if isinstance(found := value.get(key), list)), None)


def _row(row: Mapping[str, object], place: Place) -> Outcome:
    if (free := _uncharged(row.get("Kind"), place)) is not None:
        return free
    counts = {name: count_of(row.get(name), name) for name in (_WRITTEN, _INPUT, _READ, _OUTPUT)}
    lacking = [name for name in (_INPUT, _OUTPUT) if counts[name] is None]
    if lacking:
        raise UsageError("missing_key", f"`{lacking[0]}` is blank")
    into, out, read, written_tokens = (
        counts[name] or 0 for name in (_INPUT, _OUTPUT, _READ, _WRITTEN)
    )
    total = count_of(row.get(_TOTAL), _TOTAL)
    apart, within = into + out + read + written_tokens, out + read + written_tokens
    if total is not None and total != apart:
        if total != within or into > written_tokens:
            raise UsageError(
                "bad_total",
                f"`{_TOTAL}` is {total:,}, and the counters add up to {apart:,}",
                "it is not known which of its counters is wrong: correct the row",
            )
        written_tokens -= into
    counters = Counters(into, out, read, written_tokens, 0, False)
    return _record(row.get("Model"), row.get("Date"), counters, row, place, [])


def _event(event: Mapping[str, object], place: Place) -> Outcome:
    if (free := _uncharged(event.get("kind"), place)) is not None:
        return free
    usage = event.get("tokenUsage")
    if not is_object(usage) or not usage:
        return Skipped(place, "an event without counts of tokens")
    notes: list[Note] = []
    note_unknown(usage, _EVENT, "tokenUsage", notes)
    into, out, read, writes = (
        count_of(usage.get(name), f"tokenUsage.{name}") or 0
        for name in ("inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens")
    )
    at = milliseconds(event.get("timestamp"), "timestamp")
    return _record(
        event.get("model"), at, Counters(into, out, read, writes, 0, False), event, place, notes
    )


def _uncharged(kind: object, place: Place) -> Skipped | None:
    if isinstance(kind, str) and _FREE.search(kind.replace("_", " ")):
        return Skipped(place, f"not charged: {shown(kind)}")
    return None


def _record(
    model: object,
    at: object,
    counters: Counters,
    holder: Mapping[str, object],
    place: Place,
    notes: list[Note],
) -> Record:
    name = word(model, "model")
    if name is not None and (found := _THINKING.match(name)) is not None:
        name = found[1]
    given = {
        "user": holder.get("User", holder.get("owningUser") or holder.get("userEmail")),
        "kind": holder.get("Kind", holder.get("kind")),
    }
    attributes = named_attributes(given)
    part = Part(name, word(at, "Date"), {}, counters.meters())
    return Record((part,), place, FORMAT, tuple(notes), attributes)
