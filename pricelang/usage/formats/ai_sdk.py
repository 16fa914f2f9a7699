"""The AI SDK of Vercel to requests: results of a call,
and the usage in its spans, under `ai.usage.*`.

- Version 6: `inputTokens` includes the cache, and `inputTokenDetails {noCacheTokens,
  cacheReadTokens, cacheWriteTokens}` says it;
  a provider's own `inputTokens {total, noCache, cacheRead, cacheWrite}` is the same.
- Version 5: `cachedInputTokens` are beside `inputTokens` for Claude,
  and what was written to the cache stands in the metadata of the
  provider alone; version 4 writes `promptTokens` and has both there.
  Their totals leave the cache out.
- The usage of the Messages API, under `raw` or in the metadata of the provider,
  says more than all of these, and counts.
- The parts of a stream, one a line: see `ai_sdk_stream`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from attrs import evolve

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters, agreed, writes_of
from pricelang.usage.fields import clean, is_object, optional_object, require_object, word
from pricelang.usage.formats.ai_sdk_stream import Stream, is_part, result_of
from pricelang.usage.formats.messages import read_message
from pricelang.usage.formats.provider_metadata import cache_tokens, provider_words
from pricelang.usage.inclusive import disjoint, total_of
from pricelang.usage.parted import beside_output, parted
from pricelang.usage.platform_names import named_platform, platform_of_message
from pricelang.usage.platforms import of_asked
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
from pricelang.usage.several import several
from pricelang.usage.times import instant
from pricelang.usage.unknown import ANYTHING, known_names, note_unknown

FORMAT = "ai-sdk"
_INPUT, _OUTPUT = ("inputTokens", "promptTokens"), ("outputTokens", "completionTokens")
_KNOWN = known_names(
    *_INPUT,
    *_OUTPUT,
    "totalTokens",
    "tokens",
    "reasoningTokens",
    "cachedInputTokens",
    raw=ANYTHING,
    inputTokenDetails=known_names("noCacheTokens", "cacheReadTokens", "cacheWriteTokens"),
    outputTokenDetails=known_names("textTokens", "reasoningTokens"),
)
_OWN = ("inputTokenDetails", "outputTokenDetails", "cachedInputTokens", "reasoningTokens")
_INNER = {
    "noCache": "noCacheTokens",
    "cacheRead": "cacheReadTokens",
    "cacheWrite": "cacheWriteTokens",
    "text": "textTokens",
    "reasoning": "reasoningTokens",
}
# Providers whose `cachedInputTokens` are inside the input in version 5,
# for their own API counts so.
_INSIDE = ("openrouter", "openai", "azure-openai", "litellm", "github")


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is a result of the AI SDK, by the names of its counts or by
    `response.modelId` beside them, or a part of a stream.
    """
    if is_part(value):
        return True
    usage = value.get("usage")
    if not is_object(usage) or "modelUsage" in value or "cacheReadInputTokens" in usage:
        return False
    given = usage.get("inputTokens")
    if is_object(given) or ("promptTokens" in usage and "completionTokens" in usage):
        return True
    response = value.get("response")
    return given is not None and (
        any(key in usage for key in _OWN)
        or (is_object(response) and "modelId" in response and "usage" not in response)
    )


def start() -> Callable[[Mapping[str, object], Place], Iterable[Outcome]]:
    """A function that reads results and parts of streams, and knows the parts before."""
    streams: dict[str, Stream] = {}

    def read(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
        found = result_of(streams, value, place.file) if is_part(value) else value
        return (_record(found, place) if is_object(found) else Skipped(place, str(found)),)

    return read


def _record(value: Mapping[str, object], place: Place) -> Record:
    """The record of a result, with a request for each of its steps. Raises `UsageError`."""
    notes: list[Note] = []
    listed = value.get("steps")
    steps = (
        [step for step in listed if is_object(step) and is_object(step.get("usage"))]
        if isinstance(listed, list)
        else []
    )
    parts: list[Part] = []
    if steps and isinstance(listed, list) and len(steps) == len(listed):
        for number, step in enumerate(steps, 1):
            label = f"step {number}" if len(steps) > 1 else ""
            parts += [
                evolve(part, label=part.label or label)
                for part in _parts({**value, **step}, f"steps[{number - 1}].usage", notes)
            ]
    elif is_object(value.get("totalUsage")):
        one = value["totalUsage"] == value["usage"] and value.get("type") != "finish"
        whole = {**value, "usage": value["totalUsage"]} | (
            {} if one else {"providerMetadata": None}
        )
        parts += (
            part if one else evolve(part, kind=SUM) for part in _parts(whole, "totalUsage", notes)
        )
    else:
        parts += _parts(value, "usage", notes)
    response = value.get("response")
    id = response.get("id") if is_object(response) else None
    spot = evolve(place, id=clean(id)) if isinstance(id, str) and id else place
    return Record(tuple(parts), spot, FORMAT, tuple(notes))


def _parts(value: Mapping[str, object], path: str, notes: list[Note]) -> Iterator[Part]:
    usage = require_object(value.get("usage"), path)
    response, described = optional_object(value, "response", "") or {}, value.get("model")
    own = described if is_object(described) else {"modelId": described or value.get("modelId")}
    model = word(response.get("modelId"), "response.modelId") or word(own.get("modelId"), "modelId")
    at = instant(response.get("timestamp"), "response.timestamp") or instant(
        value.get("timestamp"), "timestamp"
    )
    provider = own.get("provider") or value.get("provider")
    metadata = optional_object(value, "providerMetadata", "") or optional_object(
        value, "experimental_providerMetadata", ""
    )
    betrayed = platform_of_message(response.get("id"))
    said = of_asked(own.get("modelId"), response.get("modelId"), named_platform(provider))
    like = Part(
        model,
        at,
        {**({"platform": betrayed} if betrayed else {}), **said},
        kind=SUM if several(usage, value) else SINGLE,
    )
    yield from parts_of(usage, path, like, (provider, metadata), notes)


def parts_of(
    usage: Mapping[str, object],
    path: str,
    like: Part,
    source: tuple[object, Mapping[str, object] | None],
    notes: list[Note],
) -> Iterator[Part]:
    """The requests of a `usage` of the AI SDK that stands at `path`:
    `like` with its counts. Raises `UsageError`.

    `source` is the provider's name, and the metadata of the provider,
    None where the record has none.
    """
    provider, metadata = source
    usage = _flat(usage)
    note_unknown(usage, _KNOWN, path, notes)
    details = optional_object(usage, "inputTokenDetails", path)
    raw = _raw(usage.get("raw")) or _raw(
        *(inner.get("usage") for inner in provider_words(metadata))
    )
    platform = named_platform(provider)
    like = evolve(
        like, dimensions={**({"platform": platform} if platform else {}), **like.dimensions}
    )
    counters = _counters(usage, path, details, metadata, provider, notes if raw is None else [])
    if raw is None:
        yield evolve(like, usage={**counters.meters(), **like.usage})
        return
    message = read_message({"model": like.model, "usage": raw}, like.at)
    notes += message.notes
    _check(counters, message.top, path, "iterations" in raw)
    for part in message.parts:
        kind: RecordKind = SUM if SUM in (part.kind, like.kind) else SINGLE
        yield evolve(part, dimensions={**like.dimensions, **part.dimensions}, kind=kind)


def _check(told: Counters, own: Counters, path: str, is_sum: bool) -> None:
    """Raises `UsageError` where a usage and that of its provider differ;
    with iterations, the SDK adds up what the API keeps apart.
    """
    # Without its metadata version 5 knows nothing of the cache writes.
    if not is_sum and (
        told.output != own.output or _prompt(told) not in (_prompt(own), _prompt(own) - own.written)
    ):
        ours, theirs = (
            f"{_prompt(told):,} tokens in and {told.output:,} out",
            f"{_prompt(own):,} and {own.output:,}",
        )
        raise UsageError(
            "bad_counts", f"`{path}` counts {ours}, and the usage of its provider {theirs}"
        )


def _prompt(counters: Counters) -> int:
    return counters.input + counters.read + counters.written


_NO_METADATA = Note(
    "cache_unknown",
    "what was written to the cache stands in the metadata of the provider, "
    "which the record lacks: priced without it",
)


def _counters(
    usage: Mapping[str, object],
    path: str,
    details: Mapping[str, object] | None,
    metadata: Mapping[str, object] | None,
    provider: object,
    notes: list[Note],
) -> Counters:
    inner = f"{path}.inputTokenDetails"
    read = agreed([(usage, path), (details or {}, inner)], ("cachedInputTokens", "cacheReadTokens"))
    written = agreed([(details or {}, inner)], ("cacheWriteTokens",))
    if details is None:
        read, written = (
            cache_tokens(metadata, "Read", read),
            cache_tokens(metadata, "Creation", None),
        )
        if metadata is None:
            notes.append(_NO_METADATA)
    input, output = agreed([(usage, path)], _INPUT), agreed([(usage, path)], _OUTPUT)
    if input is None or output is None:
        raise UsageError(
            "missing_key", f"`{path}.{(_INPUT if input is None else _OUTPUT)[0]}` is missing"
        )
    told = Counters(input, output, read or 0, *writes_of(written, (None, None), notes))
    plain = None if details is None else agreed([(details, inner)], ("noCacheTokens",))
    inside = details is not None or (
        isinstance(provider, str) and provider.lower().startswith(_INSIDE)
    )
    total = total_of(usage, ("totalTokens",), path, bare=details is None)
    output_details = optional_object(usage, "outputTokenDetails", path) or {}
    holders = [(usage, path), (output_details, f"{path}.outputTokenDetails")]
    reasoning = agreed(holders, ("reasoningTokens",)) or 0
    told = beside_output(told, reasoning, total)
    found = disjoint(told, f"{path}.{_INPUT[0]}", inside=inside, total=total)
    if (
        not inside
        and 0 < told.read <= input
        and (total is None or total.count == input + told.output)
    ):
        notes.append(_note_unclear(input, told.read))
    if plain is not None and plain != found.input:
        raise UsageError(
            "bad_counts",
            f"`{inner}.noCacheTokens` is {plain:,}, and without the cache "
            f"`{path}.{_INPUT[0]}` is {found.input:,}",
        )
    return parted(found, reasoning, {}, path, notes)


def _note_unclear(input: int, read: int) -> Note:
    return Note(
        "cache_unknown",
        f"the input of {input:,} may hold the {read:,} tokens read from the "
        "cache: it does in version 6, and not in version 5",
    )


def _flat(usage: Mapping[str, object]) -> Mapping[str, object]:
    """A provider's own form, with objects for both sides, in that of a result."""
    found = dict(usage)
    for side in ("input", "output"):
        given = usage.get(f"{side}Tokens")
        if is_object(given):
            found[f"{side}Tokens"] = given.get("total")
            found[f"{side}TokenDetails"] = {
                _INNER.get(key, key): number for key, number in given.items() if key != "total"
            }
    return found


def _raw(*candidates: object) -> Mapping[str, object] | None:
    """The first usage of the Messages API among some objects."""
    for usage in candidates:
        if is_object(usage) and "input_tokens" in usage and "output_tokens" in usage:
            return usage
    return None
