"""Sessions of Gemini CLI to requests: the `tokens` of each answer, the cache inside the input.

A session is a document with its messages, or a line for each; a message that is written again has
its id and counts once. `tokens` counts thoughts and the results of tools apart from input and
output. The events of its telemetry are in `otel`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import evolve

from pricelang.model.notes import Note
from pricelang.usage.fields import (
    clean,
    is_object,
    model_id,
    named_attributes,
    named_path,
    optional_count,
    optional_object,
    placed,
    require_object,
    required_count,
    word,
)
from pricelang.usage.formats.gemini_counts import prompt_and_answer
from pricelang.usage.io.json_text import written
from pricelang.usage.records import SUM, Outcome, Part, Place, Record, Rejected, Skipped, UsageError
from pricelang.usage.response_ids import named
from pricelang.usage.unknown import known_names, note_unknown

FORMAT = "gemini-cli"
_TOKENS = known_names("input", "output", "cached", "thoughts", "tool", "total")
_STATS = known_names("input", "prompt", "candidates", "total", "cached", "thoughts", "tool")
_OTHERS = ("info", "error", "warning")


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is a session, its head, or a message of one."""
    if "projectHash" in value and "sessionId" in value:
        return True
    if _models(value) is not None:
        return True
    kind = value.get("type")
    if kind == "gemini":
        return "tokens" in value or ("id" in value and "timestamp" in value)
    return (
        isinstance(kind, str)
        and kind in _OTHERS
        and "content" in value
        and "id" in value
        and "timestamp" in value
    )


def outcomes(value: Mapping[str, object], place: Place) -> Iterator[Outcome]:
    """The requests of a session, or of one message. Raises `UsageError`."""
    messages = value.get("messages")
    session = value.get("sessionId")
    models = _models(value)
    if models is not None:
        yield from _sums(models, value.get("session_id"), place)
        return
    if "projectHash" not in value:
        yield _message(value, None, place)
        return
    if not isinstance(messages, list) or not messages:
        yield Skipped(place, "the head of a session, or one without messages")
        return
    for number, item in enumerate(messages, 1):
        spot = evolve(place, id=f"message {number}")
        try:
            yield _message(require_object(item, "messages"), session, spot)
        except UsageError as error:
            yield Rejected(spot, error.code, error.message, error.help, written(item))


def _message(value: Mapping[str, object], session: object, place: Place) -> Outcome:
    place = placed(place, value.get("id"))
    tokens = optional_object(value, "tokens", "")
    if tokens is None:
        return Skipped(place, f"a message of the kind {clean(str(value.get('type')), 40)}")
    notes: list[Note] = []
    note_unknown(tokens, _TOKENS, "tokens", notes)
    counters = prompt_and_answer(
        required_count(tokens, "input", "tokens"),
        required_count(tokens, "output", "tokens"),
        [
            optional_count(tokens, name, "tokens")
            for name in ("cached", "thoughts", "tool", "total")
        ],
        "tokens",
    )
    model = model_id(value.get("model"), "model", notes)
    part = Part(model, word(value.get("timestamp"), "timestamp"), {}, counters.meters())
    attributes = named_attributes({"session": session})
    ids = named("gemini", value.get("id"))
    return Record((part,), place, FORMAT, tuple(notes), attributes, ids=ids)


def _models(value: Mapping[str, object]) -> Mapping[str, object] | None:
    """The models in what `gemini --output-format json` writes, None for anything else."""
    stats = value.get("stats")
    models = stats.get("models") if is_object(stats) else None
    is_ours = is_object(models) and all(
        is_object(one) and is_object(one.get("tokens")) for one in models.values()
    )
    return models if is_ours and is_object(models) else None


def _sums(models: Mapping[str, object], session: object, place: Place) -> Iterator[Outcome]:
    """The sum of the requests of each model of a run, in one record. Raises `UsageError`."""
    notes: list[Note] = []
    parts = []
    for name, one in models.items():
        path = named_path("stats.models", name) + ".tokens"
        tokens = require_object(require_object(one, path).get("tokens"), path)
        note_unknown(tokens, _STATS, path, notes)
        counters = prompt_and_answer(
            required_count(tokens, "prompt", path),
            required_count(tokens, "candidates", path),
            [optional_count(tokens, key, path) for key in ("cached", "thoughts", "tool", "total")],
            path,
        )
        parts.append(Part(model_id(name, path, notes), None, {}, counters.meters(), kind=SUM))
    attributes = named_attributes({"session": session})
    # A session that goes on has other counts: the same ones are a copy.
    counts = hash(repr([(part.model, sorted(part.usage.items())) for part in parts]))
    ids = named("gemini-run", f"{session} {counts:x}" if session else None)
    yield Record(tuple(parts), place, FORMAT, tuple(notes), attributes, ids=ids)


def api_response(
    own: Mapping[str, object], at: str | None, place: Place, attributes: Mapping[str, str]
) -> Record:
    """The record of an `api_response` event of the telemetry, from its own attributes."""
    notes: list[Note] = []
    given = {key: value for key, value in own.items() if key.endswith("_token_count")}
    note_unknown(given, _EVENT, "attributes", notes)
    counts = [
        optional_count(given, f"{name}_token_count", "attributes")
        for name in ("cached_content", "thoughts", "tool", "total")
    ]
    counters = prompt_and_answer(
        required_count(given, "input_token_count", "attributes"),
        required_count(given, "output_token_count", "attributes"),
        counts,
        "attributes",
    )
    part = Part(model_id(own.get("model"), "model", notes), at, {}, counters.meters())
    return Record((part,), place, "otel", tuple(notes), attributes)


_EVENT = known_names(
    *(
        f"{name}_token_count"
        for name in ("input", "output", "cached_content", "thoughts", "tool", "total")
    )
)


def is_api_response(own: Mapping[str, object]) -> bool:
    """Decides whether attributes are those of such an event."""
    return own.get("event.name") == "gemini_cli.api_response"


def is_told_twice(own: Mapping[str, object], service: object) -> bool:
    """Decides whether attributes repeat, in the names of GenAI, what such an event counts."""
    return (
        own.get("event.name") == "gen_ai.client.inference.operation.details"
        and service == "gemini-cli"
    )
