"""Messages of opencode to requests: its stored message files, what `opencode export` writes,
and the events of `opencode run --format json`.

`tokens` counts the cache outside of the input. Versions differ in whether the output holds the
reasoning: `total` says it, and without one a message with both is refused. A message of several
steps keeps the tokens of its last one; where its parts stand beside it, each `step-finish` counts.
Sessions, prompts and parts that stand alone hold no request of their own. A message of a fork has
the times and counts of the one it was copied from, and counts once with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import evolve

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters
from pricelang.usage.fields import (
    is_object,
    model_id,
    named_attributes,
    optional_count,
    optional_object,
    placed,
    require_object,
    required_count,
    shown,
    wrong_type,
)
from pricelang.usage.formats.coding_agents import platform_dimensions
from pricelang.usage.inclusive import total_of
from pricelang.usage.io.json_text import written
from pricelang.usage.records import Outcome, Part, Place, Record, Rejected, Skipped, UsageError
from pricelang.usage.response_ids import named
from pricelang.usage.times import milliseconds
from pricelang.usage.unknown import known_names, note_unknown

FORMAT = "opencode"
_TOKENS = known_names("input", "output", "reasoning", "total", cache=known_names("read", "write"))


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is an export, or a message, a part or a session of a store."""
    info, messages = value.get("info"), value.get("messages")
    if is_object(info) and (isinstance(messages, list) or isinstance(value.get("parts"), list)):
        return True
    if "projectID" in value and "directory" in value:
        return True
    return "sessionID" in value and ("role" in value or "messageID" in value or _is_event(value))


def _is_event(value: Mapping[str, object]) -> bool:
    """Decides whether an object is a line of `opencode run --format json`."""
    return "type" in value and "timestamp" in value and ("part" in value or "error" in value)


def outcomes(value: Mapping[str, object], place: Place) -> Iterator[Outcome]:
    """The requests of a message, or of all messages of an export. Raises `UsageError`."""
    messages = value.get("messages")
    if not isinstance(messages, list):
        yield _message(value, place)
        return
    for number, item in enumerate(messages, 1):
        spot = evolve(place, id=f"message {number}")
        try:
            yield _message(require_object(item, "messages"), spot)
        except UsageError as error:
            yield Rejected(spot, error.code, error.message, error.help, written(item))
    if not messages:
        yield Skipped(place, "a session without messages")


def _message(value: Mapping[str, object], place: Place) -> Outcome:
    inner = value.get("info")
    info: Mapping[str, object] = inner if is_object(inner) else value
    place = placed(place, info.get("id"))
    if _is_event(info):
        return _finished_step(info, place)
    if "messageID" in info:
        return Skipped(place, "a part of a message, whose tokens count")
    if info.get("role") != "assistant":
        return Skipped(place, "no answer of a model: a session, or a prompt")
    notes: list[Note] = []
    provider, model = info.get("providerID"), info.get("modelID")
    asked = info.get("model")
    if is_object(asked):
        provider, model = provider or asked.get("providerID"), model or asked.get("modelID")
    name = model_id(model, "modelID", notes)
    time = optional_object(info, "time", "") or {}
    at = milliseconds(time.get("created"), "time.created")
    dimensions = platform_dimensions(provider, name, "providerID", notes)
    steps = list(_steps(info, value.get("parts")))
    if not steps:
        return Skipped(place, "an answer without counts of tokens")
    parts = []
    for tokens, path in steps:
        counters = _counters(tokens, path, notes)
        parts.append(Part(name, at, dimensions, counters.meters()))
    ids = named("opencode", info.get("id")) + _origin(time, name, parts)
    given = {"session": info.get("sessionID"), "agent": info.get("agent") or info.get("mode")}
    return Record(
        tuple(parts), place, FORMAT, tuple(dict.fromkeys(notes)), named_attributes(given), ids=ids
    )


def _finished_step(event: Mapping[str, object], place: Place) -> Outcome:
    """The request that a step of a run made, which names no model. Raises `UsageError`."""
    part = optional_object(event, "part", "") or {}
    tokens = optional_object(part, "tokens", "part")
    if event.get("type") != "step_finish" or tokens is None:
        return Skipped(place, f"a {shown(event.get('type'))} event of a run")
    notes: list[Note] = []
    at = milliseconds(event.get("timestamp"), "timestamp")
    one = Part(None, at, {}, _counters(tokens, "part.tokens", notes).meters())
    given = named_attributes({"session": event.get("sessionID")})
    ids = named("opencode-step", part.get("id"))
    return Record((one,), place, FORMAT, tuple(notes), given, ids=ids)


def _steps(info: Mapping[str, object], parts: object) -> Iterator[tuple[Mapping[str, object], str]]:
    """The tokens of each request of a message, with their paths."""
    if parts is not None and not isinstance(parts, list):
        raise wrong_type("parts", parts, "a list")
    found = [
        (require_object(part.get("tokens"), "tokens"), f"parts[{index}].tokens")
        for index, part in enumerate(parts or ())
        if is_object(part) and part.get("type") == "step-finish" and part.get("tokens") is not None
    ]
    tokens = optional_object(info, "tokens", "")
    if not found and tokens is not None:
        found = [(tokens, "tokens")]
    yield from found


def _counters(tokens: Mapping[str, object], path: str, notes: list[Note]) -> Counters:
    note_unknown(tokens, _TOKENS, path, notes)
    cache = optional_object(tokens, "cache", path) or {}
    told = Counters(
        required_count(tokens, "input", path),
        required_count(tokens, "output", path),
        optional_count(cache, "read", f"{path}.cache"),
        optional_count(cache, "write", f"{path}.cache"),
        0,
        False,
    )
    reasoning = optional_count(tokens, "reasoning", path)
    total = total_of(tokens, ("total",), path)
    parts = {"reasoning": reasoning} if reasoning else {}
    apart = Counters(told.input, told.output + reasoning, told.read, told.written, 0, False, parts)
    if total is not None and total.count not in (told.total, apart.total):
        raise UsageError(
            "bad_total",
            f"`{total.path}` is {total.count:,}, and the counters add up to {told.total:,}"
            + (f", with the reasoning to {apart.total:,}" if reasoning else ""),
            "it is not known which of its counters is wrong: correct the record",
        )
    if total is None and reasoning:
        raise UsageError(
            "bad_counts",
            f"`{path}.reasoning` is {shown(reasoning)}, and without a `total` nothing says whether "
            "`output` holds it",
            "`opencode export` of a newer version writes the total",
        )
    return apart if total is not None and total.count == apart.total else told


def _origin(time: Mapping[str, object], model: str | None, parts: list[Part]) -> tuple[str, ...]:
    """What a message has in common with its copies in forks: its times to the millisecond, its
    model and its counts.
    """
    begun, ended = time.get("created"), time.get("completed")
    if not isinstance(begun, int) or not isinstance(ended, int):
        return ()
    counts = hash(repr([sorted(part.usage.items(), key=str) for part in parts]))
    return named("opencode", f"{begun} {ended} {model} {counts:x}")
