"""Which of the native formats a record has, by its shape alone; never by its numbers.

What could be two things is settled in this order: batch results (`custom_id` or a batch outcome,
and `result` as an object); a `claude -p` result (`modelUsage`, or `type: result`) and the events of
such a run (`session_id`, where a transcript writes `sessionId`); a transcript line
(`message.usage`, or the types and keys of a transcript); a Messages response (counters
`input_tokens` or `output_tokens` under `usage`, and no other `type` than `message`); a canonical
record (`usage` without these). Counters that include what others count apart (OpenAI's, an
exporter's), and a session's totals, are no Messages response, though some names are the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from pricelang.usage.fields import clean, is_object

NATIVE = ("canonical", "messages", "batch", "claude-code", "claude-result")
BATCH_NOT_BILLED = ("errored", "canceled", "expired")
BATCH_RESULTS = ("succeeded", *BATCH_NOT_BILLED)
_TRANSCRIPT_TYPES = frozenset(
    (
        "assistant",
        "user",
        "system",
        "summary",
        "progress",
        "attachment",
        "last-prompt",
        "queue-operation",
        "file-history-snapshot",
    )
)
_TRANSCRIPT_KEYS = ("sessionId", "parentUuid", "leafUuid", "isSidechain", "requestId", "messageId")
_RUN_TYPES = frozenset(
    (
        "system",
        "assistant",
        "user",
        "stream_event",
        "rate_limit_event",
        "tool_progress",
        "tool_use_summary",
        "auth_status",
        "prompt_suggestion",
        "streamlined_text",
        "keep_alive",
    )
)
_USED = (
    "inputTokens",
    "outputTokens",
    "cacheReadInputTokens",
    "cacheCreationInputTokens",
    "webSearchRequests",
)
_SUMMARY_KEYS = frozenset(("lastComputedDate", "dailyActivity", "dailyModelTokens"))
_OWN = ("custom_id", "id", "message", "requestId", "session_id", "uuid")
"""Where a record has an id of its own: the first that does; of a message, that of the message."""
_ERROR_KEYS = frozenset(("error", "type", "request_id", "status", "code"))
_FOREIGN_USAGE = frozenset(
    (
        "prompt_tokens",
        "completion_tokens",
        "total_tokens",
        "input_tokens_details",
        "cache_read_tokens",
        "cache_write_tokens",
        "inputTokens",
        "outputTokens",
        "promptTokens",
        "active_seconds",
        "list_cost",
    )
)


def native_format_of(value: Mapping[str, object]) -> str | None:
    """The format of a record, one of `NATIVE`, or None when none of them has this shape."""
    result = value.get("result")
    if is_object(result) and ("custom_id" in value or result.get("type") in BATCH_RESULTS):
        return "batch"
    kind = value.get("type")
    if kind is None and sdk_event(value) is not None:
        return "claude-result"
    if is_result(value) or (
        "session_id" in value and "sessionId" not in value and _is_in(kind, _RUN_TYPES)
    ):
        return "claude-result"
    message = value.get("message")
    if is_object(message) and "usage" in message:
        return "claude-code"
    if kind == "system" and "subtype" in value:
        return "claude-code"
    if "usage" not in value:
        if is_token_count(value) or is_error(value):
            return "messages"
        if _is_in(kind, _TRANSCRIPT_TYPES) or (
            kind is not None and any(key in value for key in _TRANSCRIPT_KEYS)
        ):
            return "claude-code"
        return None
    usage = value["usage"]
    if kind == "message":
        return "messages"
    if kind is not None or "object" in value or message is not None:
        return None
    if not is_object(usage):
        return "canonical"
    if any(key in _FOREIGN_USAGE for key in usage):
        return None
    return "messages" if "input_tokens" in usage or "output_tokens" in usage else "canonical"


def is_result(value: object) -> bool:
    """Decides whether `value` is a result: it says what each model used, or that it is one by its
    `type`, or as the Agent SDK of Python writes it.
    """
    return is_object(value) and (
        "modelUsage" in value
        or value.get("type") == "result"
        or ("num_turns" in value and ("model_usage" in value or "total_cost_usd" in value))
    )


def sdk_event(value: Mapping[str, object]) -> Mapping[str, object] | None:
    """A message of the Agent SDK of Python as the event of a run that it is, None for any other
    object. It has no type of its own, and the id of its response beside its usage.
    """
    if "parent_tool_use_id" not in value or "type" in value:
        return None
    if "event" in value:
        return {**value, "type": "stream_event"}
    if "content" not in value:
        return None
    if "model" not in value:
        return {**value, "type": "user"}
    message = {**value, "id": value.get("message_id")}
    return {"type": "assistant", "session_id": value.get("session_id"), "message": message}


def models_of_result(value: Mapping[str, object]) -> object:
    """What each model used in the run of a result; the Agent SDK of Python has a name of its
    own.
    """
    found = value.get("modelUsage")
    return value.get("model_usage") if found is None else found


def is_empty_result(value: Mapping[str, object]) -> bool:
    """Decides whether a result counts nothing: its run is then counted by its events alone."""
    models = models_of_result(value)
    return is_object(models) and not any(
        is_object(one) and any(one.get(key) for key in _USED) for one in models.values()
    )


def is_event(value: Mapping[str, object]) -> bool:
    """Decides whether `value` is an event of a run beside its result: by its `type`."""
    kind = value.get("type")
    return not is_result(value) and (
        _is_in(kind, _RUN_TYPES) or (isinstance(kind, str) and "usage" not in value)
    )


def is_summary(value: Mapping[str, object]) -> bool:
    """Decides whether `value` is what Claude Code keeps beside transcripts: sums of them all."""
    return "modelUsage" in value and not _SUMMARY_KEYS.isdisjoint(value)


def is_error(value: Mapping[str, object]) -> bool:
    """Decides whether `value` is what an API answers in place of a response:
    its error, with the id of the request at most.
    """
    error = value.get("error")
    return (
        is_object(error)
        and bool(error)
        and not set(value) - _ERROR_KEYS
        and value.get("type", "error") == "error"
    )


def is_token_count(value: Mapping[str, object]) -> bool:
    """Decides whether `value` is what `count_tokens` answers:
    `input_tokens` and nothing that a message has.
    """
    return "input_tokens" in value and not set(value) - {"input_tokens", "context_management"}


def _is_in(kind: object, names: frozenset[str]) -> bool:
    return isinstance(kind, str) and kind in names


def identity(value: Mapping[str, object]) -> str | None:
    """The id that a record has of its own, fit to be shown."""
    for key in _OWN:
        candidate = value.get(key)
        if key == "message":
            candidate = candidate.get("id") if is_object(candidate) else None
        if isinstance(candidate, str) and candidate:
            return clean(candidate)
        if type(candidate) is int and abs(candidate) < 10**18:
            return str(candidate)
    return None
