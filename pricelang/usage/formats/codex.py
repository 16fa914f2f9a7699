"""Rollouts of Codex to requests: `token_count` events, each a running total of its session.

An event counts what its total has grown by since the one before it, whatever `last_token_usage`
says, for that is told again when nothing was asked; the first one of a file counts its last
request, since a resumed or forked session begins with the total of another. The model is that of
the `turn_context` before. Cached tokens are inside the input, and reasoning is inside the output
unless the total says otherwise. A fork repeats the events of its parent, which count once. Of
`codex exec --json` each `turn.completed` is the total of its thread so far.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from attrs import define, evolve, field

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters
from pricelang.usage.fields import (
    clean,
    is_object,
    model_id,
    named_attributes,
    optional_count,
    optional_object,
    require_object,
    word,
)
from pricelang.usage.inclusive import disjoint
from pricelang.usage.records import (
    SINGLE,
    SUM,
    Outcome,
    Part,
    Place,
    Record,
    RecordKind,
    Skipped,
    UsageError,
)
from pricelang.usage.response_ids import named
from pricelang.usage.unknown import known_names, note_unknown

FORMAT = "codex"
_LINES = frozenset(
    ("session_meta", "turn_context", "event_msg", "response_item", "compacted", "ghost_snapshot")
)
_EXEC = (
    "thread.started",
    "turn.started",
    "turn.completed",
    "turn.failed",
    "item.started",
    "item.updated",
    "item.completed",
)
_NAMES = (
    "input_tokens",
    "cached_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
    "total_tokens",
)
_KNOWN = known_names(*_NAMES)
_INTO, _CACHED, _OUT, _REASONING, _TOTAL = range(5)
Totals = tuple[int, ...]


@define
class Session:
    """What the lines of a file have said so far."""

    model: object = None
    id: str | None = None
    totals: Totals | None = None


@define
class Sessions:
    """The sessions of a run by their files, threads by their ids, and the parents of forks."""

    by_file: dict[str, Session] = field(factory=dict)
    threads: dict[str, Totals] = field(factory=dict)
    parents: dict[str, str] = field(factory=dict)

    def root(self, id: str | None) -> str | None:
        """The session from which others were forked, at the end of a chain of parents."""
        for _ in range(100):
            if id is None or id not in self.parents:
                break
            id = self.parents[id]
        return id


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is a line of a rollout, or an event of `codex exec`."""
    kind = value.get("type")
    if not isinstance(kind, str):
        return False
    if kind in _EXEC:
        return "session_id" not in value and "message" not in value
    return kind in _LINES and is_object(value.get("payload"))


def start() -> Callable[[Mapping[str, object], Place], Iterable[Outcome]]:
    """A function that reads lines, and knows those before."""
    sessions = Sessions()
    return lambda value, place: (_outcome(sessions, value, place),)


def _outcome(sessions: Sessions, value: Mapping[str, object], place: Place) -> Outcome:
    session = sessions.by_file.setdefault(place.file, Session())
    kind = value.get("type")
    if kind in _EXEC:
        return _of_exec(sessions, session, value, place)
    payload = require_object(value.get("payload"), "payload")
    if kind == "session_meta":
        _note_session(sessions, session, payload)
    elif kind == "turn_context":
        session.model = payload.get("model") or session.model
    elif payload.get("type") == "token_count":
        info = optional_object(payload, "info", "payload")
        if info is None:
            return Skipped(place, "an event without counts of tokens")
        return _of_event(sessions, session, info, value, place)
    return Skipped(place, f"a line of the kind {clean(str(payload.get('type') or kind), 40)}")


def _note_session(sessions: Sessions, session: Session, payload: Mapping[str, object]) -> None:
    id, parent = payload.get("id"), payload.get("forked_from_id")
    source = payload.get("source")
    for key in ("subagent", "thread_spawn"):
        source = source.get(key) if is_object(source) else None
    parent = parent or (source.get("parent_thread_id") if is_object(source) else None)
    if not isinstance(id, str):
        return
    # The first is that of the file itself, and those behind it are of what it was forked from.
    session.id = session.id or id
    if isinstance(parent, str) and parent != id:
        sessions.parents.setdefault(id, parent)


def _totals(holder: Mapping[str, object], path: str, notes: list[Note]) -> Totals:
    note_unknown(holder, _KNOWN, path, notes)
    return tuple(optional_count(holder, name, path) for name in _NAMES)


def _of_event(
    sessions: Sessions,
    session: Session,
    info: Mapping[str, object],
    value: Mapping[str, object],
    place: Place,
) -> Outcome:
    notes: list[Note] = []
    path = "payload.info.last_token_usage"
    given = optional_object(info, "last_token_usage", "payload.info")
    last = None if given is None else _totals(given, path, notes)
    whole = optional_object(info, "total_token_usage", "payload.info")
    if whole is None and last is None:
        return Skipped(place, "an event without counts of tokens")
    before = session.totals
    if whole is None:
        grown, now = last or (), None
    else:
        now = _totals(whole, "payload.info.total_token_usage", notes)
        grown = _growth(now, before, last, notes)
        session.totals = now
    if not grown[_INTO] and not grown[_OUT]:
        return Skipped(place, "a running total that has not grown")
    counters = _counters(grown, "payload.info")
    name = model_id(info.get("model") or session.model, "model", notes)
    kind: RecordKind = SINGLE if last is None or grown[:_TOTAL] == last[:_TOTAL] else SUM
    part = Part(name, word(value.get("timestamp"), "timestamp"), {}, counters.meters(), kind=kind)
    root = sessions.root(session.id)
    ids = named("codex", f"{root} {' '.join(map(str, now))}") if root and now else ()
    attributes = named_attributes({"session": session.id})
    return Record((part,), place, FORMAT, tuple(notes), attributes, ids=ids)


def _growth(now: Totals, before: Totals | None, last: Totals | None, notes: list[Note]) -> Totals:
    """What came since the total before: of the first total of a file, and of one that has fallen,
    the last request.
    """
    if before is not None and all(new >= old for new, old in zip(now, before, strict=True)):
        return tuple(new - old for new, old in zip(now, before, strict=True))
    if last is None:
        return now
    if before is not None:
        text = "the running total has fallen: the last request counts alone"
        notes.append(Note("running_total", text))
    return last


def _counters(grown: Totals, path: str) -> Counters:
    """The disjoint counters of what was used. Raises `UsageError` where they do not add up."""
    into, out, reasoning, total = (grown[at] for at in (_INTO, _OUT, _REASONING, _TOTAL))
    if total and total == into + out + reasoning:
        out += reasoning
    elif total and total != into + out:
        raise UsageError(
            "bad_total",
            f"`{path}` has a total of {total:,}, and its counters add up to {into + out:,}",
            "it is not known which of its counters is wrong: correct the record",
        )
    parts = {"reasoning": reasoning} if 0 < reasoning <= out else {}
    told = Counters(into, out, grown[_CACHED], 0, 0, True, parts)
    return disjoint(told, f"{path}.input_tokens", inside=True)


def _of_exec(
    sessions: Sessions, session: Session, value: Mapping[str, object], place: Place
) -> Outcome:
    kind, thread = value.get("type"), value.get("thread_id")
    if isinstance(thread, str):
        session.id = thread
    usage = optional_object(value, "usage", "")
    if kind != "turn.completed" or usage is None:
        return Skipped(place, f"an event of the kind {clean(str(kind), 40)}")
    notes: list[Note] = []
    now = _totals(usage, "usage", notes)
    key = session.id or f"\0{place.file}"
    grown = _growth(now, sessions.threads.get(key), None, notes)
    sessions.threads[key] = now
    if not grown[_INTO] and not grown[_OUT]:
        return Skipped(place, "a running total that has not grown")
    counters = _counters(grown, "usage")
    part = Part(model_id(session.model, "model", notes), None, {}, counters.meters(), kind=SUM)
    spot = evolve(place, id=clean(session.id)) if session.id else place
    attributes = named_attributes({"session": session.id})
    return Record((part,), spot, FORMAT, tuple(notes), attributes)
