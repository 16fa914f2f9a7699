"""What Langfuse's `usageDetails` count: every key apart from the others, with a total of all.

Integrations differ. What one puts into the input that it also counts apart, the total tells; where
it does not, the amount is in doubt or refused.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters, all_agreed, meanings, writes_of
from pricelang.usage.fields import writes_count
from pricelang.usage.inclusive import StatedTotal, disjoint, total_of
from pricelang.usage.numbers import is_counter
from pricelang.usage.parted import parted
from pricelang.usage.records import UsageError
from pricelang.usage.unknown import Known, known_names, note_unknown

_TOTALS = ("total", "total_tokens")
_FOLDED = {"read": "prompt_details.cache_read", "written": "prompt_details.cache_write"}
"""Names of OpenInference, as older versions kept them: with them the input includes the cache."""
_NAMES = {
    "input": ("input", "input_tokens", "prompt_tokens"),
    "output": ("output", "output_tokens", "completion_tokens"),
    "read": (
        "input_cache_read",
        "input_cached_tokens",
        "input_cached",
        "cache_read_input_tokens",
        "input_cache_read_input_tokens",
        "input_cache_read_tokens",
        "cache_read_tokens",
        "cache_read",
        _FOLDED["read"],
    ),
    "written": (
        "input_cache_creation",
        "cache_creation_input_tokens",
        "input_cache_creation_input_tokens",
        "input_cache_write",
        "input_cache_write_tokens",
        "input_cache_creation_tokens",
        "cache_write_tokens",
        "cache_creation",
        _FOLDED["written"],
    ),
    "5m": (
        "input_cache_creation_5m",
        "cache_creation_ephemeral_5m_input_tokens",
        "input_ephemeral_5m_input_tokens",
        "ephemeral_5m_input_tokens",
        "input_cache_write_5m",
    ),
    "1h": (
        "input_cache_creation_1h",
        "cache_creation_ephemeral_1h_input_tokens",
        "input_ephemeral_1h_input_tokens",
        "ephemeral_1h_input_tokens",
        "input_cache_write_1h",
    ),
    "total": _TOTALS,
    "reasoning": (
        "output_reasoning",
        "output_reasoning_tokens",
        "reasoning_tokens",
        "completion_details.reasoning",
    ),
    "web_search": (
        "web_search",
        "web_searches",
        "web_search_requests",
        "web_search_queries",
        "webSearchRequests",
        "webSearchQueries",
        "input_web_search_requests",
        "output_web_search_requests",
        "server_tool_use_web_search_requests",
        "server_tool_use.web_search_requests",
    ),
    "web_fetch": (
        "web_fetch_requests",
        "server_tool_use_web_fetch_requests",
        "server_tool_use.web_fetch_requests",
    ),
}
_MEANINGS = meanings(_NAMES)
_KNOWN: Known = known_names(*_MEANINGS, server_tool_use=known_names())
_OF_LANGCHAIN = ("input_ephemeral_5m_input_tokens", "input_ephemeral_1h_input_tokens")
_TOOLS = ("web_search", "web_fetch")
_TWICE = Note(
    "cache_split",
    "the integration took the cache writes out of the input twice, under both of their names: put "
    "back, as the total tells",
)

_REST = Note(
    "cache_lifetime",
    "the lifetime of a part of the cache writes is not known: priced as 5-minute writes",
)


def observation_meters(usage: Mapping[str, object]) -> tuple[dict[str, object], list[Note]]:
    """The quantities of `usageDetails` by meter, and what is to be known about them.
    Raises `UsageError`.
    """
    notes: list[Note] = []
    note_unknown(usage, _KNOWN, "usageDetails", notes)
    counts = all_agreed([(usage, "usageDetails")], _MEANINGS)
    counters = _counters(usage, counts, notes)
    if counts.get("reasoning"):
        counters = parted(counters, counts["reasoning"], {}, "usageDetails", notes)
    tools = {name: counts[name] for name in _TOOLS if counts.get(name)}
    return {**counters.meters(), **tools}, notes


def _counters(
    usage: Mapping[str, object], counts: Mapping[str, int], notes: list[Note]
) -> Counters:
    total = total_of(usage, _TOTALS, "usageDetails")
    told = _told(counts, total, notes)
    cache = told.read + told.written
    whole = told.input + told.output + cache
    if total is not None and _taken_twice(told, usage, total.count):
        notes.append(_TWICE)
        return evolve(told, input=total.count - told.output - cache)
    if total is not None and total.count == _sum_of_keys(usage):
        # A total that Langfuse works out says no more than the keys that it adds up: uses are in
        # it, and what stands under two names is twice.
        total = StatedTotal(total.path, whole)
    inside = any(is_counter(usage.get(name)) for name in _FOLDED.values())
    found = disjoint(told, "usageDetails.input", inside=inside, total=total)
    if found is told and not inside and 0 < cache < told.input:
        # A sum of all counters is what Langfuse itself writes as the total,
        # whatever an integration put into the input.
        notes.append(
            Note(
                "cache_unknown",
                f"the input of {told.input:,} may hold the {cache:,} tokens of the cache once "
                "more: integrations of Langfuse differ",
            )
        )
    return found


def _sum_of_keys(usage: Mapping[str, object]) -> int:
    return sum(
        int(value)
        for key, value in usage.items()
        if key not in _TOTALS and (type(value) is int or writes_count(value))
    )


def _told(counts: Mapping[str, int], total: StatedTotal | None, notes: list[Note]) -> Counters:
    """The counters as they are told, the reasoning put into the output."""
    input, output = counts.get("input"), counts.get("output")
    if input is not None and output is None and total is not None and total.count == input:
        output = 0  # an embedding has no output, and its total says so
    if input is None or output is None:
        raise UsageError("missing_key", "`usageDetails` has no `input` or no `output`")
    read, reasoning = counts.get("read", 0), counts.get("reasoning", 0)
    writes = _writes(counts, total, input + output + read, notes)
    cache = read + writes[0]
    stated = total.count if total is not None else None
    if reasoning and stated not in (input + output, input + output + cache):
        # Some integrations take the reasoning out of the output; only a total tells.
        output += reasoning
        if not stated:
            raise UsageError(
                "bad_counts",
                f"`usageDetails.output_reasoning` is {reasoning:,}, and without a `total` "
                "nothing says whether `output` holds it",
            )
    return Counters(input, output, read, *writes)


def _writes(
    counts: Mapping[str, int], total: StatedTotal | None, rest: int, notes: list[Note]
) -> tuple[int, int, bool]:
    """All cache writes, those for an hour, and whether they are split. The sum beside its parts is
    that of both, or what is left beside them, which only the total tells: `rest` is the others.
    """
    written, short, long = (counts.get(name) for name in ("written", "5m", "1h"))
    parts = (short or 0) + (long or 0)
    if not written or not parts or written == parts:
        return writes_of(written, (short, long), notes)
    reasoning = counts.get("reasoning", 0)
    if total is not None and total.count - rest - written - parts in (0, reasoning):
        notes.append(_REST)
        return written + parts, long or 0, True
    raise UsageError(
        "bad_counts",
        f"the parts of `usageDetails.input_cache_creation` add up to {parts} and not to {written}",
    )


def _taken_twice(told: Counters, usage: Mapping[str, object], total: int) -> bool:
    """Decides whether the callback for LangChain took the cache writes out of the input twice: of
    older versions of LangChain it has them as a sum and by lifetime at once, and the total is that
    of the prompt and the output.
    """
    if not told.written or not usage.get("input_cache_creation"):
        return False
    if not any(usage.get(name) for name in _OF_LANGCHAIN):
        return False
    right = total - told.output - told.read - told.written
    return right > told.input == max(0, right - told.written)
