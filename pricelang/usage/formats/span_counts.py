"""The counters in the attributes of a span:
GenAI's conventions and what grew around them, OpenInference, and the AI SDK.

In all but the AI SDK's own names the input includes the cache, unless a total says otherwise. Where
OpenInference's counters have no cache, the usage of the provider may stand in `output.value`, and
says it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from attrs import evolve

from pricelang.model.notes import Note
from pricelang.usage.counters import PROMPT, Counters, agreed, counters_of, writes_of
from pricelang.usage.fields import count, is_object, shown, type_name
from pricelang.usage.formats.messages import KNOWN as MESSAGES
from pricelang.usage.formats.span_names import (
    AI_SDK,
    AUDIO,
    COMPACTION,
    COSTS,
    FAMILIES,
    GEN_AI,
    INPUT,
    KNOWN,
    LLM,
    OUTPUT,
    PARTS,
    READ,
    REASONING,
    REQUEST_COUNTS,
    SEARCHES,
    TOTAL,
    WRITTEN,
)
from pricelang.usage.inclusive import disjoint, total_of
from pricelang.usage.io.json_text import Decoder, JsonFault
from pricelang.usage.numbers import is_counter
from pricelang.usage.parted import beside_output, parted
from pricelang.usage.records import SINGLE, SUM, Part, RecordKind, UsageError
from pricelang.usage.several import several
from pricelang.usage.unknown import note_key, note_unknown

_MAX_TEXT = 2**20
_IN_AND_OUT = frozenset((*INPUT, *OUTPUT))
_TOKENS = re.compile(r"(?:prompt|completion|input|output)[._]?tokens?\b", re.IGNORECASE)
_OTHERWISE = re.compile(r"max|limit|budget|remaining|cost|price|aggregated", re.IGNORECASE)
"""What an attribute with tokens in its name is called that counts none, or a sum of other spans."""


def counts_tokens(own: Mapping[str, object]) -> bool:
    """Decides whether attributes have counters of one of the families."""
    return any(key.startswith((GEN_AI, LLM, AI_SDK)) or key in _IN_AND_OUT for key in own)


def refuse_unknown(own: Mapping[str, object]) -> None:
    """Raises `UsageError` for counters of tokens in and out under names of no family: they may be
    billed.
    """
    for key, value in own.items():
        if _TOKENS.search(key) and not _OTHERWISE.search(key) and is_counter(value):
            raise UsageError(
                "unknown_counter",
                f"{shown(key, 120)} is {shown(value)[1:-1]}, and this counter is not known: it may "
                "be billed",
                "give the answers of the provider, or spans with the names of `gen_ai.usage`",
            )


def without_prefix(own: Mapping[str, object]) -> Mapping[str, object]:
    """Attributes with the names of the AI SDK as it writes them: Sentry puts `vercel.` in front."""
    if not any(key.startswith("vercel.ai.") for key in own):
        return own
    return {
        key.removeprefix("vercel.") if key.startswith("vercel.ai.") else key: value
        for key, value in own.items()
    }


def parts_of(
    own: Mapping[str, object], like: Part, provider: object, notes: list[Note]
) -> Iterator[Part]:
    """The requests that the attributes of a span count:
    `like` with its counters. Raises `UsageError`.
    """
    kind: RecordKind = SINGLE
    for key in own:
        if key.startswith(FAMILIES):
            if key not in KNOWN and not key.startswith(COSTS):
                note_key(key, own[key], KNOWN, notes)
            elif key in REQUEST_COUNTS and several({key.rpartition(".")[2]: own[key]}):
                kind = SUM
    usage: dict[str, object] = {}
    for tool, names in SEARCHES.items():
        if searched := _first(own, names):
            usage[tool], kind = searched, SUM
    if any(key.startswith(AI_SDK) for key in own):
        yield from _of_ai_sdk(own, evolve(like, usage=usage, kind=kind), provider, notes)
        return
    counters = _counters(own, notes)
    compacted = [_first(own, (key,)) or 0 for key in COMPACTION]
    label = "the message" if any(compacted) else ""
    yield Part(like.model, like.at, like.dimensions, counters.meters() | usage, label, kind)
    if any(compacted):
        yield evolve(
            like,
            usage={"input": compacted[0], "output": compacted[1]},
            label="compaction",
            kind=SINGLE,
        )


def _of_ai_sdk(
    own: Mapping[str, object], like: Part, provider: object, notes: list[Note]
) -> Iterator[Part]:
    from pricelang.usage.formats.ai_sdk import parts_of as ai_sdk_parts

    usage: dict[str, object] = {}
    for key, value in own.items():
        if key.startswith(AI_SDK):
            outer, dot, inner = key.removeprefix(AI_SDK).partition(".")
            holder = usage.setdefault(outer, {}) if dot else usage
            if not isinstance(holder, dict):
                raise UsageError(
                    "wrong_type",
                    f"`{AI_SDK}{outer}` is {type_name(holder)}, and a counter stands in it",
                )
            holder[inner if dot else outer] = value
    text = own.get("ai.response.providerMetadata")
    metadata = _json(text) if isinstance(text, str) else text
    found = list(
        ai_sdk_parts(
            usage, AI_SDK[:-1], like, (provider, metadata if is_object(metadata) else None), notes
        )
    )
    prompt = _first(own, INPUT)
    told = sum(
        number
        for part in found[:1]
        for meter, number in part.usage.items()
        if meter in PROMPT and isinstance(number, int)
    )
    if (
        len(found) == 1
        and prompt is not None
        and prompt not in (told, found[0].usage.get("input"))
        and usage.get("inputTokens", prompt) != prompt
    ):
        raise UsageError(
            "bad_counts", f"`{INPUT[0]}` is {prompt:,}, and `{AI_SDK}inputTokens` says otherwise"
        )
    yield from found


def _counters(own: Mapping[str, object], notes: list[Note]) -> Counters:
    input, output = _first(own, INPUT), _first(own, OUTPUT)
    if input is None or output is None:
        open_inference = any(key.startswith(LLM) for key in own)
        lacking = (INPUT if input is None else OUTPUT)[2 if open_inference else 0]
        raise UsageError(
            "missing_key",
            f"`{lacking}` is missing",
            None if open_inference else "a cost alone is not priced again",
        )
    read, written = _first(own, READ), _first(own, WRITTEN)
    if read is None and written is None and "output.value" in own:
        found = _in_output(own["output.value"], input, output, notes)
        if found is not None:
            return found
    writes = writes_of(written, (_first(own, PARTS[0]), _first(own, PARTS[1])), notes)
    name = next(key for key in INPUT if own.get(key) is not None)
    total, reasoning = total_of(own, TOTAL, ""), _first(own, REASONING) or 0
    told = beside_output(Counters(input, output, read or 0, *writes), reasoning, total)
    media = {part: _first(own, names) or 0 for part, names in AUDIO.items()}
    return parted(disjoint(told, name, inside=True, total=total), reasoning, media, name, notes)


def _in_output(value: object, input: int, output: int, notes: list[Note]) -> Counters | None:
    """The counters of the Messages usage in the text of an answer,
    None where it has none that speaks of the cache.

    Raises `UsageError` where they are not those of the span.
    """
    if not isinstance(value, str) or '"cache_' not in value:
        return None
    answer = _json(value)
    usage = answer.get("usage") if is_object(answer) else None
    if (
        not is_object(usage)
        or usage.get("input_tokens") is None
        or usage.get("output_tokens") is None
    ):
        return None
    note_unknown(usage, MESSAGES, "output.value.usage", notes)
    found = counters_of(usage, "output.value.usage", notes)
    prompt = found.input + found.read + found.written
    if found.output != output or input not in (prompt, found.input):
        raise UsageError(
            "bad_counts",
            f"the span counts {input:,} tokens in and {output:,} out, and the usage in its "
            f"`output.value` {prompt:,} and {found.output:,}",
        )
    return found


def _json(text: str) -> object:
    """The value of a text of JSON, None where it is none."""
    if len(text) > _MAX_TEXT:
        return None
    try:
        return Decoder().value(text)
    except JsonFault:
        return None


def _first(own: Mapping[str, object], names: Collection[str]) -> int | None:
    """The count under those of some names that are there, which must agree."""
    found = None
    for name in names:
        if name in own and own[name] is not None:
            number = count(own[name], name)
            if found is not None and number != found:
                return agreed([(own, "")], names)
            found = number
    return found
