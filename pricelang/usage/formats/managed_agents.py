"""Managed Agents to requests: a session's totals, a dream;
the events of a session repeat what its totals hold.

A session's `usage` adds up all its requests, with `active_seconds` of session time, which older
sessions have among their `stats` alone; the model stands in its agent. Totals grow while a session
lives, so that a second copy of one is skipped, and one with other totals is refused: the last alone
counts. `list_cost` is rounded to whole cents, and never counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from pricelang.model.notes import Note
from pricelang.usage.counters import SPLIT, counters_of
from pricelang.usage.fields import (
    is_object,
    model_id,
    named_attributes,
    optional_count,
    optional_object,
    require_object,
    shown,
    type_name,
    word,
    wrong_type,
)
from pricelang.usage.inclusive import disjoint, total_of
from pricelang.usage.records import SUM, Outcome, Part, Place, Record, Skipped, UsageError
from pricelang.usage.stated import stated
from pricelang.usage.unknown import ANYTHING, known_names, note_unknown

FORMAT = "managed-agents"
_TOOLS = ("web_search", "web_fetch")
_KNOWN = known_names(
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "total_tokens",
    "active_seconds",
    "service_tier",
    "speed",
    "inference_geo",
    cache_creation=SPLIT,
    server_tool_use=known_names(*(f"{name}_requests" for name in _TOOLS)),
    list_cost=ANYTHING,
    output_tokens_details=known_names("thinking_tokens"),
)
_OF_THREADS = Note(
    "execution_time",
    "the time of the session adds up those of its agents, which may have run at once: what is "
    "billed may be less",
)
_EVENTS = ("span.", "agent.", "session.", "user.", "system.")


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is a session, a dream, or an event of a session."""
    kind, usage = value.get("type"), value.get("usage")
    if isinstance(kind, str) and kind != "session":
        return kind == "dream" or (kind.startswith(_EVENTS) and "processed_at" in value)
    if not is_object(usage):
        return kind == "session"
    return kind == "session" or "active_seconds" in usage or "list_cost" in usage


def start() -> Callable[[Mapping[str, object], Place], Iterable[Outcome]]:
    """A function that reads these, and knows the sessions before."""
    return _Sessions().outcomes


class _Sessions:
    """The sessions so far, by id."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[Mapping[str, object], Place]] = {}

    def outcomes(self, value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
        """The record of a session or a dream; anything else is skipped. Raises `UsageError`."""
        kind = value.get("type")
        if isinstance(kind, str) and kind not in ("session", "dream"):
            return (Skipped(place, f"a {shown(kind)} event: the totals of its session hold it"),)
        if kind == "session" and value.get("usage") is None:
            return (Skipped(place, "a session without usage"),)
        usage = require_object(value.get("usage"), "usage")
        id = word(value.get("id"), "id")
        if id:
            before = self._seen.get(id)
            if before is not None and before[0] == usage:
                return (Skipped(place, f"a copy of the session at {before[1]}"),)
            if before is not None:
                raise UsageError(
                    "changed_session",
                    f"this session stands with other totals at {before[1]}",
                    "totals grow: give the last of them alone",
                )
            self._seen[id] = usage, place
        return (_record(value, usage, place, kind == "dream"),)


def _record(
    value: Mapping[str, object], usage: Mapping[str, object], place: Place, dream: bool
) -> Record:
    notes: list[Note] = []
    note_unknown(usage, _KNOWN, "usage", notes)
    told = counters_of({"input_tokens": 0, "output_tokens": 0, **usage}, "usage", notes)
    meters = disjoint(
        told, "usage.input_tokens", inside=False, total=total_of(usage, ("total_tokens",), "usage")
    ).meters(plain=True)
    tools = optional_object(usage, "server_tool_use", "usage") or {}
    for name in _TOOLS:
        if count := optional_count(tools, f"{name}_requests", "usage.server_tool_use"):
            meters[name] = count
    seconds = _active(value, usage, notes)
    if seconds:
        meters["session_time"] = f"{seconds} seconds"
    model, dimensions = _model(value, notes)
    dimensions |= stated(usage, "usage")
    if not dream:
        dimensions["surface"] = "managed_agents"
    part = Part(model, word(value.get("created_at"), "created_at"), dimensions, meters, kind=SUM)
    return Record((part,), place, FORMAT, tuple(notes), _attributes(value, dream))


def _active(
    value: Mapping[str, object], usage: Mapping[str, object], notes: list[Note]
) -> str | None:
    """The seconds for which a session ran. Older ones have them among their `stats` alone, which
    add up the times of all threads. Raises `UsageError`.
    """
    if usage.get("active_seconds") is not None:
        return _seconds(usage["active_seconds"], "usage.active_seconds")
    stats = optional_object(value, "stats", "") or {}
    seconds = _seconds(stats.get("active_seconds"), "stats.active_seconds")
    agent = value.get("agent")
    if seconds and is_object(agent) and agent.get("multiagent"):
        notes.append(_OF_THREADS)
    return seconds


def _seconds(value: object, path: str) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise UsageError("wrong_type", f"`{path}` is {type_name(value)}, not a number")
    if isinstance(value, Decimal) and (not value.is_finite() or abs(value.adjusted()) > 20):
        raise UsageError("too_large", f"`{path}` is out of the range of times")
    if not 0 <= value < 10**12:
        raise UsageError(
            "too_large" if value > 0 else "negative_count", f"`{path}` is {shown(value)}, no time"
        )
    return (str(value) if type(value) is int else format(value, "f")) if value else None


def _model(value: Mapping[str, object], notes: list[Note]) -> tuple[str | None, dict[str, str]]:
    """The model of a session, with the dimensions of its configuration.
    Raises `UsageError` where agents have several.
    """
    agent = optional_object(value, "agent", "")
    own = value.get("model") if agent is None else agent.get("model")
    config = _config(own, "agent.model")
    others = agent.get("multiagent") if agent is not None else None
    listed = others.get("agents") if is_object(others) else None
    models = {word(config.get("id"), "agent.model.id")}
    for other in listed if isinstance(listed, list) else ():
        path = "agent.multiagent.agents.model"
        models.add(
            word(
                _config(other.get("model") if is_object(other) else None, path).get("id"),
                f"{path}.id",
            )
        )
    known_models = sorted(model for model in models if model)
    if len(known_models) > 1:
        raise UsageError(
            "several_models",
            f"the agents of the session run {', '.join(map(shown, known_models))}, and its "
            "totals do not say which used what",
            "price its threads apart, or look it up in the usage report",
        )
    return model_id(config.get("id"), "agent.model.id", notes), stated(
        config, "agent.model", ("speed", "inference_geo")
    )


def _config(model: object, path: str) -> Mapping[str, object]:
    """The configuration of a model, which may be its id alone."""
    if is_object(model):
        return model
    if model is None or isinstance(model, str):
        return {"id": model}
    raise wrong_type(path, model, "a model id or an object")


def _attributes(value: Mapping[str, object], dream: bool) -> dict[str, str]:
    agent = value.get("agent")
    given = {
        "session": value.get("session_id") if dream else value.get("id"),
        "environment": value.get("environment_id"),
        "agent": agent.get("name") if is_object(agent) else None,
        "deployment": value.get("deployment_id"),
    }
    return named_attributes(given)
