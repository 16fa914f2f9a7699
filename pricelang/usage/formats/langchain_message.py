"""The record of one message that a model wrote, as LangChain keeps it.

`usage_metadata` counts the prompt as a whole: the cache is inside the input, unless its total says
otherwise. Beside it `response_metadata` may have the usage of the provider, which says more: the
tier, the searches, the iterations. Where both are there, they must agree.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters, all_agreed, meanings, writes_of
from pricelang.usage.fields import clean, is_object, optional_object, word
from pricelang.usage.formats.gateway_part import gateway_part
from pricelang.usage.formats.messages import read_message
from pricelang.usage.formats.openai import counters as openai_counters
from pricelang.usage.formats.openai import searches
from pricelang.usage.inclusive import disjoint, total_of
from pricelang.usage.parted import parted
from pricelang.usage.records import Part, Place, Record, Skipped, UsageError, within
from pricelang.usage.response_ids import ISSUED, RESPONSE, named
from pricelang.usage.stated import stated
from pricelang.usage.unknown import known_names, note_unknown

FORMAT = "langchain"
_TOP = {"input": ("input_tokens",), "output": ("output_tokens",)}
_INPUT = {
    "read": ("cache_read",),
    "written": ("cache_creation", "cache_write"),
    "5m": ("ephemeral_5m_input_tokens",),
    "1h": ("ephemeral_1h_input_tokens", "ephemeral_1hr_input_tokens"),
}
# OpenAI's tiers, whose names stand in front of the counts that were served by them.
_TIERS = ("priority", "flex")
_TIERED = {
    **{f"{tier}_cache_read": "read" for tier in _TIERS},
    **{f"{tier}_cache_creation": "written" for tier in _TIERS},
}
_INSIDE = meanings({**_INPUT, "input_audio": ("audio",)}) | _TIERED
_OUTPUT = meanings(
    {
        "reasoning": ("reasoning", *(f"{tier}_reasoning" for tier in _TIERS)),
        "output_audio": ("audio",),
    }
)
_KNOWN = known_names(
    "input_tokens",
    "output_tokens",
    "total_tokens",
    input_token_details=known_names(*_INSIDE, *_TIERS, "text"),
    output_token_details=known_names(*_OUTPUT, *_TIERS, "text"),
    input_cost_details=known_names(),
    output_cost_details=known_names(),
)
_COSTS = ("input_cost", "output_cost", "total_cost", "input_cost_details", "output_cost_details")
_IN_JAVASCRIPT = "tokenUsage"
_CAMELS = {
    "promptTokens": "prompt_tokens",
    "completionTokens": "completion_tokens",
    "totalTokens": "total_tokens",
}
"""Names of counts in `tokenUsage`, as LangChain in JavaScript keeps them, by those of Python."""
_CLAUDE = (
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "cache_creation",
    "input_tokens",
)


@frozen
class Around:
    """What stands around a message: the instant of its run, the metadata and parameters of it, and
    what the result says besides its generations.
    """

    at: str | None = None
    metadata: Mapping[str, object] = field(factory=dict)
    parameters: Mapping[str, object] = field(factory=dict)
    result: Mapping[str, object] = field(factory=dict)
    attributes: Mapping[str, str] = field(factory=dict)
    run: object = None


def message_outcome(
    message: Mapping[str, object], place: Place, around: Around
) -> Record | Skipped:
    """The record of a message that a model wrote. Raises `UsageError`."""
    about = optional_object(message, "response_metadata", "") or {}
    told = _told(message, around)
    raw, path = _raw(about, around, message)
    if told is None and raw is None:
        return Skipped(place, "a message without usage")
    notes: list[Note] = []
    id = about.get("id") or message.get("id")
    provider = about.get("model_provider") or around.metadata.get("ls_provider")
    model = _model(about, around, message)
    if raw is not None and _is_claude(raw):
        parts = _of_claude(raw, message, about, notes)
        if told is not None:
            _must_agree(told, raw, path)
    elif told is not None:
        tier = stated(about, "response_metadata", ("service_tier",))
        part = _of_metadata(told, message, notes)
        parts = [within(part, tier)]
    else:
        assert raw is not None
        meters = openai_counters(raw, path, notes).meters() | searches(raw)
        parts = [Part(None, None, stated(raw, path), meters)]
    placed_parts = tuple(
        gateway_part(_at(within(part, {}, part.model or model), around.at), provider, id, notes)
        for part in parts
    )
    own = message.get("id")
    issued = isinstance(own, str) and own.startswith(ISSUED)
    ids = named(RESPONSE, about.get("id")) + named(RESPONSE if issued else "langchain", own)
    ids += named("langchain-run", around.run)
    attributes = {name: clean(text) for name, text in around.attributes.items()}
    return Record(placed_parts, place, FORMAT, tuple(notes), attributes, ids=ids)


def _told(message: Mapping[str, object], around: Around) -> Mapping[str, object] | None:
    """LangChain's own count of a message, None where it has none."""
    for holder in (message, around.metadata):
        found = optional_object(holder, "usage_metadata", "")
        if found:
            return found
    return None


def _raw(
    about: Mapping[str, object], around: Around, message: Mapping[str, object]
) -> tuple[Mapping[str, object] | None, str]:
    """The provider's own usage of a message with its path, None where it is not kept."""
    for holder, spot in (
        (about, "response_metadata"),
        (around.result, "llm_output"),
        (optional_object(message, "additional_kwargs", "") or {}, "additional_kwargs"),
        (message, ""),
    ):
        for key in ("usage", "token_usage"):
            found = holder.get(key)
            if is_object(found) and found:
                return found, f"{spot}.{key}" if spot else key
        found = holder.get(_IN_JAVASCRIPT)
        if is_object(found) and found:
            named = {_CAMELS.get(name, name): count for name, count in found.items()}
            return named, f"{spot}.{_IN_JAVASCRIPT}" if spot else _IN_JAVASCRIPT
    return None, ""


def _is_claude(raw: Mapping[str, object]) -> bool:
    """Decides whether a usage is that of the Messages API, by the names of its counts."""
    return "input_tokens" in raw and "input_token_details" not in raw and "total_tokens" not in raw


def _of_claude(
    raw: Mapping[str, object],
    message: Mapping[str, object],
    about: Mapping[str, object],
    notes: list[Note],
) -> list[Part]:
    """The requests of a response of the Messages API, of which a message kept the usage."""
    found = read_message(
        {
            "type": "message",
            "id": about.get("id"),
            "model": about.get("model") or about.get("model_name"),
            "content": message.get("content"),
            "stop_reason": about.get("stop_reason"),
            "stop_details": about.get("stop_details"),
            "usage": raw,
        }
    )
    notes += found.notes
    return list(found.parts)


def _must_agree(told: Mapping[str, object], raw: Mapping[str, object], path: str) -> None:
    """Raises `UsageError` where LangChain's own count of a prompt is not that of the provider."""
    counts = all_agreed([(raw, path)], {key: key for key in _CLAUDE if key != "cache_creation"})
    fresh, cache = counts.get("input_tokens", 0), sum(counts.values())
    top = all_agreed([(told, "usage_metadata")], meanings(_TOP))
    output = all_agreed([(raw, path)], {"output_tokens": "output"}).get("output", 0)
    if top.get("input") in (fresh, cache) and top.get("output") == output:
        return
    raise UsageError(
        "bad_counts",
        f"`usage_metadata` counts {top.get('input', 0):,} in and {top.get('output', 0):,} out, and "
        f"`{path}` {cache:,} in and {output:,} out",
        "one of the two is of another response: price the response itself",
    )


def _of_metadata(
    told: Mapping[str, object], message: Mapping[str, object], notes: list[Note]
) -> Part:
    """The request that LangChain's own counts tell."""
    path = "usage_metadata"
    note_unknown(
        {key: value for key, value in told.items() if key not in _COSTS}, _KNOWN, path, notes
    )
    counts = all_agreed([(told, path)], meanings(_TOP))
    if "input" not in counts or "output" not in counts:
        raise UsageError("missing_key", "`usage_metadata` has no input or no output tokens")
    details = optional_object(told, "input_token_details", path) or {}
    inside = all_agreed([(details, f"{path}.input_token_details")], _INSIDE)
    counters = Counters(
        counts["input"],
        counts["output"],
        inside.get("read", 0),
        *writes_of(inside.get("written"), (inside.get("5m"), inside.get("1h")), notes),
    )
    counters = disjoint(
        counters,
        f"{path}.input_tokens",
        inside=True,
        total=total_of(told, ("total_tokens",), path),
    )
    given = optional_object(told, "output_token_details", path) or {}
    answer = all_agreed([(given, f"{path}.output_token_details")], _OUTPUT)
    media = {name: one for name, one in (inside | answer).items() if name.endswith("_audio")}
    counters = parted(counters, answer.get("reasoning", 0), media, path, notes)
    tiers = [tier for tier in _TIERS if any(str(key).startswith(tier) for key in details)]
    dimensions = {"service_tier": tiers[0]} if tiers else {}
    searched = _searched(message)
    tools: dict[str, object] = {"web_search": searched} if searched else {}
    return Part(None, None, dimensions, counters.meters() | tools)


def _searched(message: Mapping[str, object]) -> int:
    """How many searches of the provider a message shows: their results, but for those that failed.
    LangChain's own counts have none.
    """
    content = message.get("content")
    blocks = content if isinstance(content, list) else []
    return sum(
        is_object(block)
        and block.get("type") == "web_search_tool_result"
        and not is_object(block.get("content"))
        for block in blocks
    )


def _model(
    about: Mapping[str, object], around: Around, message: Mapping[str, object]
) -> str | None:
    """The model that answered, else the one that was asked for."""
    for holder, keys in (
        (about, ("model_name", "model", "model_id")),
        (around.result, ("model_name", "model", "model_id")),
        (message, ("model",)),
        (around.metadata, ("ls_model_name",)),
        (around.parameters, ("model", "model_name", "model_id")),
    ):
        for key in keys:
            found = word(holder.get(key), key)
            if found:
                return found
    return None


def _at(part: Part, at: str | None) -> Part:
    return (
        part
        if at is None
        else Part(part.model, at, part.dimensions, part.usage, part.label, part.kind, part.sides)
    )
