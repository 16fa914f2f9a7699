"""The ids that name a response, by its format.

An id counts here where whoever answered the request gave it out, so that no other response has it:
the id of a message or a completion, the id of a request, the id under which a gateway keeps a call.
What a caller chose (`custom_id`, the `id` of a canonical record) is a label, and two responses may
have it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pricelang.usage.fields import is_object
from pricelang.usage.shapes import models_of_result

RESPONSE, REQUEST = "response", "request"
ISSUED = ("msg_", "chatcmpl-", "cmpl-", "gen-", "resp_")
"""How ids of responses begin; others count where the object says what it is."""
_CHUNK, _CREATED = "chat.completion.chunk", "response.created"
_MAX_ID = 200
Value = Mapping[str, object]
_NOTHING: Value = {}


def response_ids(format: str, value: Value) -> tuple[str, ...]:
    """The ids that name the one response of an object, each with its kind;
    none where nothing in it does.

    >>> response_ids("messages", {"id": "msg_1", "type": "message"})
    ('response:msg_1',)
    >>> response_ids("canonical", {"id": "mine"})
    ()
    """
    read = _IDS.get(format)
    return read(value) if read is not None else ()


def named(kind: str, id: object) -> tuple[str, ...]:
    """The id of a kind as `Record.ids` has it; nothing where it is no text."""
    return (f"{kind}:{id}",) if isinstance(id, str) and 0 < len(id) <= _MAX_ID else ()


def is_chunk(value: Value) -> bool:
    """Decides whether an object is a part of a stream of completions, or begins one of the
    Responses API, which may tell no counts.
    """
    return value.get("object") == _CHUNK or value.get("type") == _CREATED


def is_partial(format: str, value: Value) -> bool:
    """Decides whether an object is one of several that tell the counts of one response so far:
    a chunk before the last.
    """
    if format == "gemini":
        answers = value.get("candidates")
        return isinstance(answers, list) and not any(
            is_object(answer) and answer.get("finishReason") for answer in answers
        )
    if format != "openai" or not is_chunk(value):
        return False
    choices = value.get("choices")
    if not isinstance(choices, list):
        return True
    return any(not is_object(choice) or choice.get("finish_reason") is None for choice in choices)


def _inner(value: Value, *path: str) -> Value:
    # What was read of JSON is a `dict`: asking for any mapping takes ten times as long.
    for key in path:
        found = value.get(key)
        if not isinstance(found, dict):
            return _NOTHING
        value = found
    return value


def _message(value: Value) -> tuple[str, ...]:
    id = value.get("id") or value.get("message_id")  # the second in messages of the Agent SDK
    says = value.get("type") == "message" or (isinstance(id, str) and id.startswith(ISSUED))
    return named(RESPONSE, id) if says else ()


def _completion(value: Value) -> tuple[str, ...]:
    value = _inner(value, "response") or value
    id = value.get("id")
    says = isinstance(value.get("object"), str) or (isinstance(id, str) and id.startswith(ISSUED))
    return named(RESPONSE, id) if says else ()


def _call(value: Value) -> tuple[str, ...]:
    """The ids of a call of Bedrock:
    that of its request, wherever an SDK or a log puts it, and that of its message.
    """
    found = named(REQUEST, value.get("requestId"))
    for holder in (value, _inner(value, "response")):
        if "ResponseMetadata" in holder:
            found += named(REQUEST, _inner(holder, "ResponseMetadata").get("RequestId"))
        if "$metadata" in holder:
            found += named(REQUEST, _inner(holder, "$metadata").get("requestId"))
    message = _inner(value, "body") or _inner(value, "output", "outputBodyJson")
    return found + named(RESPONSE, message.get("id")) if message else found


def _run(value: Value) -> tuple[str, ...]:
    """The event that a result is;
    a run without one is known by its session and all that its result says.
    """
    uuid, session = value.get("uuid"), value.get("session_id")
    if isinstance(uuid, str):
        return named("result", uuid)
    if not isinstance(session, str):
        return ()
    return named("result", f"{session} {_said(value):x}")


def _said(value: Value) -> int:
    """A hash of the texts and counts of a result, and of what its models read and wrote:
    times, turns and texts tell most.
    """
    models = models_of_result(value)
    found = list(value.values())
    if isinstance(models, dict):
        found += models
        for one in models.values():
            if isinstance(one, dict):
                found += (
                    one.get("inputTokens"),
                    one.get("outputTokens"),
                    one.get("cacheReadInputTokens"),
                )
    # A sum of money takes long to hash, and tells no more than the counts.
    return hash(tuple([one for one in found if type(one) is int or type(one) is str]))


_IDS: dict[str, Callable[[Value], tuple[str, ...]]] = {
    "messages": _message,
    "batch": lambda value: named(RESPONSE, _inner(value, "result", "message").get("id")),
    "clouds": lambda value: named(RESPONSE, _inner(value, "response").get("id")),
    "sse": lambda value: named(RESPONSE, _inner(value, "message").get("id")),
    "ai-sdk": lambda value: named(RESPONSE, _inner(value, "response").get("id")),
    "bedrock": _call,
    "openai": _completion,
    "claude-result": _run,
}
