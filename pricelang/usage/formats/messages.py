"""A response of the Messages API, or a token count, to requests.

A message is known by `usage` with `input_tokens` or `output_tokens`, at the top beside `model`; a
token count is an object of `input_tokens` alone (with `context_management` at most). A response has
no date.

Without `iterations`, a message that used server tools is a sum: the model was sampled once more
after each result. `speed` and the priority tier are those of the executor and do not extend to an
advisor; batch and residency do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import evolve, frozen

from pricelang.model.notes import Note
from pricelang.usage.counters import SPLIT, Counters, counters_of
from pricelang.usage.fields import is_object, model_id, optional_count, optional_object, shown
from pricelang.usage.formats.iterations import ITERATION, BilledIterations, billed_iterations
from pricelang.usage.inclusive import disjoint, total_of
from pricelang.usage.platform_names import platform_of_message
from pricelang.usage.records import SINGLE, SUM, Part, Place, Record, Skipped, UsageError
from pricelang.usage.several import several
from pricelang.usage.shapes import is_error, is_token_count
from pricelang.usage.stated import stated
from pricelang.usage.unknown import ANYTHING, known_names, note_unknown

FORMAT = "messages"
REFUSAL_CATEGORIES = ("bio", "frontier_llm", "reasoning_extraction", "general_harms")
"""Categories of refusals with rules of their own."""
_OTHER_CATEGORIES = (None, "other", "cyber")
_SERVER_TOOLS = {"web_search_requests": "web_search", "web_fetch_requests": "web_fetch"}
_CODE_EXECUTION = "code_execution_requests"
UNFINISHED = Note(
    "unfinished", "the response has no `stop_reason` yet: its count of output may be a placeholder"
)
KNOWN = known_names(
    "input_tokens",
    "output_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    # What the client had taken out of the cache, since the session began: no use of the model.
    "cache_deleted_input_tokens",
    "total_tokens",
    "service_tier",
    "speed",
    "inference_geo",
    cache_creation=SPLIT,
    server_tool_use=known_names(*_SERVER_TOOLS, _CODE_EXECUTION),
    output_tokens_details=known_names("thinking_tokens"),
    iterations=ITERATION,
    fallback_credit=ANYTHING,
    pydantic_ai_gateway=ANYTHING,
)


@frozen
class Message:
    """A message that was read: its requests, notes, and the counters of its top level."""

    parts: tuple[Part, ...]
    notes: tuple[Note, ...]
    top: Counters


def record(value: Mapping[str, object], place: Place) -> Record | Skipped:
    """The record of a Messages response or of a token count;
    an API error is skipped. Raises `UsageError`.
    """
    if is_error(value):
        return Skipped(place, "an API error: nothing is billed")
    if is_token_count(value):
        optional_count(value, "input_tokens", "count_tokens")
        return Record((), place, FORMAT, (Note("nothing_billed", "token counting is free"),))
    message = read_message(value)
    notes = message.notes
    if value.get("stop_reason", "") is None:
        notes = (*notes, UNFINISHED)
    return Record(message.parts, place, FORMAT, notes)


_COUNTED_REFUSAL = Note(
    "refusal_output",
    "the refusal has no content and counts a token of output: priced, and whether it is "
    "billed is not known",
)


def read_message(
    message: Mapping[str, object], at: str | None = None, *, batch: bool = False
) -> Message:
    """The requests of a Messages response; `batch` when its container says that it ran in a batch.

    Raises `UsageError`, which names the key.
    """
    notes: list[Note] = []
    usage = optional_object(message, "usage", "")
    if usage is None:
        raise UsageError("missing_key", "`usage` is missing")
    note_unknown(usage, KNOWN, "usage", notes)
    model = model_id(message.get("model"), "model", notes)
    listed = message.get("content")
    content = listed if isinstance(listed, (list, tuple)) else ()
    top = counters_of(usage, "usage", notes)
    if "total_tokens" in usage:
        total = total_of(usage, ("total_tokens",), "usage")
        top = disjoint(top, "usage.input_tokens", inside=False, total=total)
    tools, ran_tools = _server_tools(usage, notes)
    billed = billed_iterations(usage, model, content, top, notes)
    shared, executor = _dimensions(usage, batch)
    platform = platform_of_message(message.get("id"))
    if platform is not None:
        shared = {"platform": platform, **shared}
    if top.output < 2 and message.get("stop_reason") == "refusal" and not _has_output(content):
        if top.output == 0:
            executor = executor | _refusal(message, notes)
        elif listed is content:
            notes.append(_COUNTED_REFUSAL)
    parts = _parts(
        model, at, top, billed, shared, shared | executor, ran_tools or several(usage, message)
    )
    if tools:
        _add_tools(parts, billed, tools)
    if "fallback_credit" in usage and _redeemed(usage):
        parts = [_with_credit(part) if part.dimensions is not shared else part for part in parts]
    return Message(tuple(parts), tuple(notes), top)


def _parts(
    model: str | None,
    at: str | None,
    top: Counters,
    billed: BilledIterations | None,
    shared: dict[str, str],
    executor: dict[str, str],
    ran_tools: bool,
) -> list[Part]:
    entries = billed.entries if billed else ()
    parts = []
    if billed is None or not billed.adds_up or not entries:
        several = ran_tools or (billed is not None and billed.served > 1)
        label = "top level" if entries else ""
        parts.append(
            Part(model, at, executor, top.meters(plain=True), label, SUM if several else SINGLE)
        )
    for entry in entries:
        dimensions = shared if entry.type == "advisor_message" else executor
        if "outcome" in executor and not entry.serving:
            # Only the attempt that the top level speaks of was refused:
            # a compaction before it did its work.
            dimensions = {
                k: v for k, v in dimensions.items() if k not in ("outcome", "refusal_category")
            }
        label = entry.label if len(entries) > 1 or not entry.serving else ""
        parts.append(Part(entry.model, at, dimensions, entry.counters.meters(plain=True), label))
    return parts


def _add_tools(
    parts: list[Part], billed: BilledIterations | None, tools: dict[str, object]
) -> None:
    """Put the counts of server tools, which a message gives once,
    on the first part of its top level.
    """
    index = 0
    if billed is not None and billed.adds_up:
        index = next((number for number, entry in enumerate(billed.entries) if entry.serving), 0)
    part = parts[index]
    parts[index] = Part(
        part.model,
        part.at,
        part.dimensions,
        {**part.usage, **tools},
        part.label,
        part.kind,
        part.sides,
    )


def _server_tools(usage: Mapping[str, object], notes: list[Note]) -> tuple[dict[str, object], bool]:
    """The meters of server tools with a count above zero,
    and whether any server tool ran at all.
    """
    given = optional_object(usage, "server_tool_use", "usage")
    if given is None:
        return {}, False
    path = "usage.server_tool_use"
    executions = optional_count(given, _CODE_EXECUTION, path)
    if executions:
        notes.append(
            Note("execution_time", "code execution time is not in this record; give it as usage")
        )
    counts = {meter: optional_count(given, key, path) for key, meter in _SERVER_TOOLS.items()}
    return {meter: number for meter, number in counts.items() if number}, bool(
        executions or any(counts.values())
    )


def _dimensions(usage: Mapping[str, object], batch: bool) -> tuple[dict[str, str], dict[str, str]]:
    """The dimensions that hold for every iteration, and those that hold for the executor alone."""
    executor = stated(usage, "usage")
    shared = {"inference_geo": executor["inference_geo"]} if "inference_geo" in executor else {}
    tier = "batch" if batch else executor.get("service_tier")
    if tier is not None:
        executor["service_tier"] = tier
        # A message that says its tier says of its advisor, too, whether it ran in a batch.
        shared["service_tier"] = tier if tier == "batch" else "standard"
    if "speed" in executor:
        shared["speed"] = "standard"
    return shared, executor


def _refusal(message: Mapping[str, object], notes: list[Note]) -> dict[str, str]:
    dimensions = {"outcome": "refused_before_output"}
    details = message.get("stop_details")
    category = details.get("category") if is_object(details) else None
    if isinstance(category, str) and category in REFUSAL_CATEGORIES:
        dimensions["refusal_category"] = category
    elif category not in _OTHER_CATEGORIES:
        notes.append(
            Note(
                "refusal_category",
                f"whether a refusal of the category {shown(category)} is billed is not known",
            )
        )
    return dimensions


def _redeemed(usage: Mapping[str, object]) -> bool:
    """Decides whether the response is a retry that a fallback credit pays for in part."""
    credit = optional_object(usage, "fallback_credit", "usage") or {}
    status = credit.get("status")
    return (status.get("type") if is_object(status) else status) == "redeemed"


def _with_credit(part: Part) -> Part:
    """The part of a retry: what it wrote to the cache may be billed as read from it."""
    least = dict(part.usage)
    written = sum(int(str(least.pop(meter, 0))) for meter in ("cache_write_5m", "cache_write_1h"))
    least["cache_read"] = int(str(least.get("cache_read", 0))) + written
    return evolve(part, dimensions={**part.dimensions, "fallback_credit": "redeemed"}, least=least)


def _has_output(content: Sequence[object]) -> bool:
    """Decides whether the refused attempt left anything:
    a fallback or compaction block is not its output.
    """
    for block in content:
        if is_object(block):
            kind = block.get("type")
            if kind in ("fallback", "compaction") or (kind == "text" and not block.get("text")):
                continue
        return True
    return False
