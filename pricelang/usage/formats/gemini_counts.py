"""Counters of Gemini: `usageMetadata`, where the prompt includes what was read from the cache."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters
from pricelang.usage.fields import is_object, optional_count, require_object, required_count
from pricelang.usage.parted import MEDIA, parted
from pricelang.usage.records import UsageError
from pricelang.usage.unknown import ANYTHING, known_names, note_unknown

_KNOWN = known_names(
    "promptTokenCount",
    "candidatesTokenCount",
    "cachedContentTokenCount",
    "thoughtsTokenCount",
    "toolUsePromptTokenCount",
    "totalTokenCount",
    "trafficType",
    promptTokensDetails=ANYTHING,
    candidatesTokensDetails=ANYTHING,
    cacheTokensDetails=ANYTHING,
    toolUsePromptTokensDetails=ANYTHING,
)
_OTHERS = (
    "cachedContentTokenCount",
    "thoughtsTokenCount",
    "toolUsePromptTokenCount",
    "totalTokenCount",
)


def is_gemini(response: Mapping[str, object]) -> bool:
    """Decides whether a response is one of Gemini."""
    return is_object(response.get("usageMetadata"))


def gemini_counters(usage: object, path: str, notes: list[Note]) -> Counters:
    """The disjoint counters of a `usageMetadata`. Raises `UsageError`."""
    holder = require_object(usage, path)
    note_unknown(holder, _KNOWN, path, notes)
    thoughts = optional_count(holder, "thoughtsTokenCount", path)
    counters = prompt_and_answer(
        optional_count(holder, "promptTokenCount", path),
        optional_count(holder, "candidatesTokenCount", path),
        [optional_count(holder, name, path) for name in _OTHERS],
        path,
    )
    return parted(counters, thoughts, _media(holder, path), path, notes)


_DETAILS = {
    "promptTokensDetails": "input",
    "toolUsePromptTokensDetails": "input",
    "cacheTokensDetails": "cache_read",
    "candidatesTokensDetails": "output",
}


def _media(usage: Mapping[str, object], path: str) -> dict[str, int]:
    """The media of the prompt, of what was cached and of the answer. A list that is there has all
    of its whole: what it leaves out is text.
    """
    listed = usage.get("cacheTokensDetails") is not None
    found = {f"cache_read_{kind}": 0 for kind in MEDIA} if listed else {}
    for name, whole in _DETAILS.items():
        items = usage.get(name)
        for number, item in enumerate(items if isinstance(items, list) else ()):
            spot = f"{path}.{name}[{number}]"
            kind = str(require_object(item, spot).get("modality")).lower()
            if kind in MEDIA:
                counter = f"{whole}_{kind}"
                found[counter] = found.get(counter, 0) + required_count(item, "tokenCount", spot)
    return found


def prompt_and_answer(prompt: int, answer: int, others: Sequence[int], path: str) -> Counters:
    """The disjoint counters of a call of Gemini:
    results of tools are input, thoughts are output, and the cache is inside the prompt, unless the
    total says otherwise. `others` are the tokens of the cache, the thoughts, the tools, and all.
    Raises `UsageError` where they do not add up to the total.
    """
    cached, thoughts, tool, total = others
    parts = {"reasoning": thoughts} if thoughts else {}
    whole = prompt + answer + thoughts + tool
    if cached and total == whole + cached:
        return Counters(prompt + tool, answer + thoughts, cached, 0, 0, True, parts)
    if cached > prompt:
        raise UsageError(
            "bad_counts", f"`{path}` has {cached:,} tokens of a cache in a prompt of {prompt:,}"
        )
    if total and total != whole:
        raise UsageError(
            "bad_total",
            f"the total of `{path}` is {total:,}, and its counters add up to {whole:,}",
            "it is not known which of its counters is wrong: correct the record",
        )
    return Counters(prompt - cached + tool, answer + thoughts, cached, 0, 0, True, parts)
