"""A page of Claude Code's analytics to records:
one a day, user and terminal, with a sum for each model.

Tokens are told apart as `input`, `output`, `cache_read` and `cache_creation`, all disjoint. The
lifetime of the cache writes is not told.
`estimated_cost` is in cents, rounded, and never counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters
from pricelang.usage.fields import (
    is_object,
    model_id,
    named_attributes,
    optional_count,
    require_object,
    required_count,
    word,
    wrong_type,
)
from pricelang.usage.io.json_text import written
from pricelang.usage.records import SUM, Outcome, Part, Place, Record, Rejected, UsageError
from pricelang.usage.unknown import ANYTHING, known_names, note_unknown

FORMAT = "claude-code-analytics"
_ENTRY = known_names(
    "model",
    tokens=known_names("input", "output", "cache_read", "cache_creation"),
    estimated_cost=ANYTHING,
)


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is such a page, or a day of one: it has `model_breakdown`."""
    days = value.get("data", [value])
    return (
        isinstance(days, list)
        and bool(days)
        and all(is_object(day) and "model_breakdown" in day for day in days)
    )


def outcomes(value: Mapping[str, object], place: Place) -> Iterator[Outcome]:
    """A record for each day of a user. Raises `UsageError` where it is no page."""
    days = value.get("data", [value])
    if not isinstance(days, list):
        raise wrong_type("data", days, "a list")
    for number, day in enumerate(days, 1):
        spot = Place(place.file, place.line, f"day {number}")
        try:
            yield _record(require_object(day, "data"), spot)
        except UsageError as error:
            yield Rejected(spot, error.code, error.message, error.help, written(day))


def _record(day: Mapping[str, object], place: Place) -> Record:
    at = word(day.get("date"), "date")
    if not at:
        raise UsageError("missing_key", "`date` is missing: prices depend on the day")
    listed = day.get("model_breakdown")
    if not isinstance(listed, list):
        raise wrong_type("model_breakdown", listed, "a list")
    notes: list[Note] = []
    parts = tuple(_parts(listed, at, notes))
    if not parts:
        notes.append(Note("nothing_billed", "no model was used: nothing billed"))
    if day.get("customer_type") == "subscription":
        notes.append(
            Note("subscription", "used on a subscription, which is not billed by the token")
        )
    return Record(parts, place, FORMAT, tuple(dict.fromkeys(notes)), _attributes(day, at))


def _parts(listed: list[object], at: str, notes: list[Note]) -> Iterator[Part]:
    for index, item in enumerate(listed):
        path = f"model_breakdown[{index}]"
        entry = require_object(item, path)
        note_unknown(entry, _ENTRY, path, notes)
        tokens = require_object(entry.get("tokens"), f"{path}.tokens")
        path = f"{path}.tokens"
        counters = Counters(
            required_count(tokens, "input", path),
            required_count(tokens, "output", path),
            optional_count(tokens, "cache_read", path),
            optional_count(tokens, "cache_creation", path),
            0,
            False,
        )
        yield Part(
            model_id(entry.get("model"), f"{path[:-7]}.model", notes),
            at,
            {},
            counters.meters(),
            kind=SUM,
        )


def _attributes(day: Mapping[str, object], at: str) -> dict[str, str]:
    actor = day.get("actor")
    given = {
        "day": at[:10],
        "terminal": day.get("terminal_type"),
        "organization": day.get("organization_id"),
    }
    if is_object(actor):
        given |= {"user": actor.get("email_address"), "key": actor.get("api_key_name")}
    return named_attributes(given)
