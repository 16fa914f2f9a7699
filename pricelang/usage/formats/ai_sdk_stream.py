"""The parts of a stream of the AI SDK, one a line: which of them is a result, and of which model.

Each `finish-step` (`step-finish` in version 4) has the usage of a request. The `finish` behind them
has their total and counts nothing; where no step stands before it, as in a stream of a provider,
it counts, of the model that `response-metadata` named.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import define, field

from pricelang.usage.fields import count, is_object
from pricelang.usage.records import UsageError

_QUIET = frozenset(
    f"{what}-{event}" for what in ("text", "reasoning") for event in ("start", "delta", "end")
) | frozenset(
    (
        "tool-input-start",
        "tool-input-delta",
        "tool-input-end",
        "tool-call",
        "tool-call-streaming-start",
        "tool-call-delta",
        "tool-result",
        "tool-error",
        "tool-output-denied",
        "tool-approval-request",
        "start-step",
        "step-start",
        "stream-start",
        "response-metadata",
    )
)
"""Parts that count nothing, whose names nobody else has."""
_PLAIN = {
    "start": {"type", "messageId"},
    "abort": {"type", "reason"},
    "raw": {"type", "rawValue"},
}
"""Parts with names that others have too: the keys that they may have."""
_STEPS = ("finish-step", "step-finish")
_SIDES = (("inputTokens", "promptTokens"), ("outputTokens", "completionTokens"))


@define
class Stream:
    """What the parts of a stream have said so far. `counted` are the tokens of its steps."""

    response: Mapping[str, object] | None = None
    counted: list[tuple[int, int] | None] = field(factory=list)


def is_part(value: Mapping[str, object]) -> bool:
    """Decides whether an object is a part of a stream, by its type."""
    kind = value.get("type")
    if not isinstance(kind, str):
        return False
    if kind == "finish":
        return "finishReason" in value
    return kind in _QUIET or kind in _STEPS or (kind in _PLAIN and value.keys() <= _PLAIN[kind])


def result_of(streams: dict[str, Stream], value: Mapping[str, object], file: str) -> object:
    """The result that a part is, or why it is none, as a text. `streams` are those of the files.
    Raises `UsageError` for a `finish` without counts, or with others than its steps.
    """
    kind = value.get("type")
    if kind in ("start", "stream-start"):
        streams[file] = Stream()
    stream = streams.setdefault(file, Stream())
    if kind == "response-metadata":
        stream.response = value
    if kind in _STEPS and is_object(value.get("usage")):
        stream.counted.append(_tokens(value["usage"]))
        return value
    if kind != "finish":
        return f"a part of a stream, {kind}"
    streams.pop(file)
    return _finished(stream, value)


def _finished(stream: Stream, value: Mapping[str, object]) -> object:
    total = value.get("totalUsage")
    usage = total if is_object(total) else value.get("usage")
    if stream.counted:
        told = _tokens(usage)
        if told is not None and None not in stream.counted:
            _check(told, [one for one in stream.counted if one is not None])
        return "the total of the steps before it"
    if not is_object(usage):
        raise UsageError("no_counts", "the end of the stream has no `totalUsage` and no `usage`")
    response = value.get("response") or _response(stream.response)
    return {**value, "usage": usage, **({"response": response} if response else {})}


def _response(metadata: Mapping[str, object] | None) -> Mapping[str, object] | None:
    if metadata is None:
        return None
    return {key: metadata.get(key) for key in ("id", "modelId", "timestamp")}


def _tokens(usage: object) -> tuple[int, int] | None:
    """The tokens in and out of a usage, as they are told; None where a side is not told."""
    if not is_object(usage):
        return None
    found = []
    for names in _SIDES:
        given = next((usage[name] for name in names if usage.get(name) is not None), None)
        given = given.get("total") if is_object(given) else given
        if given is None:
            return None
        found.append(count(given, names[0]))
    return found[0], found[1]


def _check(told: tuple[int, int], steps: list[tuple[int, int]]) -> None:
    into, out = (sum(side) for side in zip(*steps, strict=True))
    if told != (into, out):
        raise UsageError(
            "bad_total",
            f"the end of the stream counts {told[0]:,} tokens in and {told[1]:,} out, and the "
            f"steps before it {into:,} and {out:,}",
            "a step is missing, or parts of several streams stand in one file",
        )
