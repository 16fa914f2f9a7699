"""LangChain's messages and what holds them: dumps of `AIMessage`, `messages_to_dict`, the state of
a graph, results of a model, and runs that LangSmith exports.

A message is a `model_dump`, `{type, data}`, or the `lc` constructor with its `kwargs`. The message
of one response is known by its id, wherever it is kept again. Of a trace the calls of models count;
chains, tools and prompts repeat what they say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import evolve

from pricelang.usage.fields import is_object, placed, shown
from pricelang.usage.formats.langchain_message import Around, message_outcome
from pricelang.usage.records import SUM, Outcome, Place, Record, Skipped, UsageError
from pricelang.usage.times import instant, milliseconds

FORMAT = "langchain"
_ANSWERS = ("ai", "AIMessage", "AIMessageChunk")
_OTHERS = (
    "human",
    "system",
    "tool",
    "function",
    "chat",
    "remove",
    "HumanMessage",
    "SystemMessage",
    "ToolMessage",
    "FunctionMessage",
    "ChatMessage",
    "HumanMessageChunk",
    "SystemMessageChunk",
    "ToolMessageChunk",
)
_MARKS = ("response_metadata", "usage_metadata", "additional_kwargs")
_ATTRIBUTES = {"trace": "trace_id", "session": "session_id", "run": "name"}


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is a message of LangChain or holds some, by its keys."""
    return (
        _is_run(value)
        or _message(value) is not None
        or _held(value) is not None
        or _is_by_model(value)
    )


def outcomes(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
    """The records of the messages in an object. Raises `UsageError`."""
    if _is_run(value):
        return list(_run(value, place))
    message = _message(value)
    if message is not None:
        return (_outcome(message, place, Around()),)
    if _is_by_model(value):
        return list(_by_model(value, place))
    held = _held(value)
    if held is None:
        raise UsageError("unknown_record", "neither a message of LangChain nor what holds some")
    # What a result counts besides is the sum of all its generations.
    result = _llm_output(value) if len(held) == 1 else {}
    return list(_each(held, place, Around(result=result)))


# ---- messages ------------------------------------------------------------------------------------


def _message(value: object) -> Mapping[str, object] | None:
    """The fields of a message with its `type`, None where a value is none."""
    if not is_object(value):
        return None
    kind, data, kwargs = value.get("type"), value.get("data"), value.get("kwargs")
    if kind == "constructor" and is_object(kwargs) and "lc" in value:
        name = _class(value)
        return {**kwargs, "type": name} if name in (*_ANSWERS, *_OTHERS) else None
    if kind not in (*_ANSWERS, *_OTHERS):
        # A dump without its type is known by the names of LangChain's counts.
        usage = value.get("usage_metadata")
        is_counted = is_object(usage) and "input_tokens" in usage and "output_tokens" in usage
        return {**value, "type": "ai"} if is_counted else None
    if is_object(data) and ("content" in data or "response_metadata" in data):
        return {**data, "type": kind}
    return value if any(key in value for key in _MARKS) else None


def _class(value: Mapping[str, object]) -> object:
    """The class that a constructor names: the last piece of its id."""
    id = value.get("id")
    return id[-1] if isinstance(id, list) and id else None


def _outcome(message: Mapping[str, object], place: Place, around: Around) -> Outcome:
    if message.get("type") not in _ANSWERS:
        return Skipped(place, f"a {shown(message.get('type'))} message, which no model wrote")
    return message_outcome(message, placed(place, message.get("id")), around)


# ---- what holds messages -------------------------------------------------------------------------


def _held(value: Mapping[str, object]) -> Sequence[object] | None:
    """The messages in the state of a graph or the result of a model, None where there are none."""
    state = value.get("values", value)
    listed = state.get("messages") if is_object(state) else None
    if isinstance(listed, list) and any(_message(one) is not None for one in listed):
        return listed
    return _generated(value)


def _generated(value: Mapping[str, object]) -> Sequence[object] | None:
    """The messages of the generations in a result of a model, one for each prompt: further answers
    to a prompt repeat the usage of its call.
    """
    listed = value.get("generations")
    if not isinstance(listed, list):
        return None
    firsts = [one[0] if isinstance(one, list) and one else one for one in listed]
    if all(map(is_object, listed)):
        firsts = firsts[:1]  # the answers to one prompt
    messages = []
    for one in firsts:
        inner = one.get("kwargs", one) if is_object(one) else None
        message = inner.get("message") if is_object(inner) else None
        if _message(message) is not None:
            messages.append(message)
    return messages or None


def _llm_output(value: Mapping[str, object]) -> Mapping[str, object]:
    found = value.get("llm_output")
    return found if is_object(found) else {}


def _each(listed: Sequence[object], place: Place, around: Around) -> Iterator[Outcome]:
    """The outcomes of messages; a bad one hides no other."""
    for item in listed:
        message = _message(item)
        if message is None:
            yield Skipped(place, "no message of LangChain")
            continue
        try:
            yield _outcome(message, place, around)
        except UsageError as error:
            yield error.rejected(placed(place, message.get("id")))


_COUNTS = ("input_tokens", "output_tokens", "total_tokens")


def _is_by_model(value: Mapping[str, object]) -> bool:
    """Decides whether an object has the sums of `get_usage_metadata_callback`, by model."""
    return bool(value) and all(
        is_object(one) and all(name in one for name in _COUNTS) for one in value.values()
    )


def _by_model(value: Mapping[str, object], place: Place) -> Iterator[Outcome]:
    """The sum of each model."""
    for model, usage in value.items():
        spot = placed(place, model)
        message = {"usage_metadata": usage, "response_metadata": {"model_name": model}}
        try:
            found = message_outcome(message, spot, Around())
        except UsageError as error:
            yield error.rejected(spot)
            continue
        if isinstance(found, Record):
            found = evolve(found, parts=tuple(evolve(one, kind=SUM) for one in found.parts))
        yield found


# ---- runs ----------------------------------------------------------------------------------------


def _is_run(value: Mapping[str, object]) -> bool:
    kind = value.get("run_type")
    return (
        isinstance(kind, str) and bool(kind.strip()) and ("outputs" in value or "inputs" in value)
    )


def _run(value: Mapping[str, object], place: Place) -> Iterator[Outcome]:
    """The outcomes of a run and of those inside it."""
    kind = value.get("run_type")
    spot = placed(place, value.get("id"))
    if kind != "llm":
        yield Skipped(spot, f"a {shown(kind)} run: the calls of models in it are runs of their own")
    else:
        try:
            yield from _call(value, spot)
        except UsageError as error:
            yield error.rejected(spot)
    inner = value.get("child_runs")
    for child in inner if isinstance(inner, list) else ():
        if is_object(child) and _is_run(child):
            yield from _run(child, place)


def _call(value: Mapping[str, object], place: Place) -> Iterator[Outcome]:
    """The outcomes of one call of a model. Raises `UsageError`."""
    outputs = value.get("outputs")
    if not is_object(outputs):
        yield Skipped(place, "a call of a model without an answer")
        return
    messages = _held(outputs)
    around = _around(value, outputs, alone=messages is None or len(messages) == 1)
    whole = outputs if _message(outputs) is None else _message(outputs)
    if messages is None and is_object(inner := outputs.get("output")):
        whole = _message(inner) or inner
    for message in messages if messages is not None else [whole]:
        found = _message(message) or message
        assert is_object(found)
        yield message_outcome(found, place, around)


def _around(value: Mapping[str, object], outputs: Mapping[str, object], *, alone: bool) -> Around:
    """What a run says of its message; what it counts is that of one where it is `alone`."""
    extra = value.get("extra")
    metadata = extra.get("metadata") if is_object(extra) else None
    parameters = extra.get("invocation_params") if is_object(extra) else None
    attributes = {
        name: text
        for name, key in _ATTRIBUTES.items()
        if isinstance(text := value.get(key), str) and text
    }
    return Around(
        at=_start(value.get("start_time")),
        metadata=_without_usage(metadata, alone) if is_object(metadata) else {},
        parameters=parameters if is_object(parameters) else {},
        result=_llm_output(outputs) if alone else {},
        attributes=attributes,
        run=value.get("id") if alone else None,
    )


def _start(value: object) -> str | None:
    """The start of a run: the SDK for JavaScript writes milliseconds."""
    return (milliseconds if isinstance(value, int) else instant)(value, "start_time")


def _without_usage(metadata: Mapping[str, object], alone: bool) -> Mapping[str, object]:
    return metadata if alone else {k: v for k, v in metadata.items() if k != "usage_metadata"}
