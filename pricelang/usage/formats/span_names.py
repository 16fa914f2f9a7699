"""The names under which the attributes of spans have their counters, family by family."""

from __future__ import annotations

from pricelang.usage.several import REQUESTS as SEVERAL

GEN_AI, ANTHROPIC, LLM, TRACELOOP, AI_SDK = (
    "gen_ai.usage.",
    "anthropic.usage.",
    "llm.token_count.",
    "llm.usage.",
    "ai.usage.",
)
FAMILIES = (GEN_AI, ANTHROPIC, LLM, TRACELOOP)
INPUT = (
    GEN_AI + "input_tokens",
    GEN_AI + "prompt_tokens",
    LLM + "prompt",
    TRACELOOP + "prompt_tokens",
)
OUTPUT = (
    GEN_AI + "output_tokens",
    GEN_AI + "completion_tokens",
    LLM + "completion",
    TRACELOOP + "completion_tokens",
)
TOTAL = (GEN_AI + "total_tokens", TRACELOOP + "total_tokens", LLM + "total")
READ = (
    *(
        GEN_AI + name
        for name in (
            "cache_read.input_tokens",
            "cache_read_input_tokens",
            "cache_read_tokens",
            "cached_input_tokens",
            "cached_tokens",
            "input_tokens.cached",
            "input_tokens.cache_read",
            "details.cache_read_tokens",
            "details.cache_read_input_tokens",
            "details.cached_tokens",
            "prompt_tokens_details.cached_tokens",
            "input_tokens_details.cached_tokens",
        )
    ),
    TRACELOOP + "cache_read_input_tokens",
    LLM + "prompt_details.cache_read",
    LLM + "prompt_details.cache_input",
)
WRITTEN = (
    *(
        GEN_AI + name
        for name in (
            "cache_write.input_tokens",
            "cache_creation.input_tokens",
            "cache_creation_input_tokens",
            "cache_write_input_tokens",
            "cache_write_tokens",
            "cache_creation_tokens",
            "input_tokens.cache_write",
            "input_tokens.cache_creation",
            "details.cache_write_tokens",
            "details.cache_creation_input_tokens",
        )
    ),
    TRACELOOP + "cache_creation_input_tokens",
    LLM + "prompt_details.cache_write",
    LLM + "prompt_details.cache_creation",
)
PARTS = tuple(
    (
        *(
            prefix + f"ephemeral_{ttl}_input_tokens"
            for prefix in (
                ANTHROPIC + "cache_creation.",
                GEN_AI + "cache_creation.",
                GEN_AI + "details.",
            )
        ),
        *(
            prefix + name
            for prefix in (GEN_AI, GEN_AI + "details.")
            for name in (f"cache_write_{ttl}_tokens", f"cache_{ttl}_write_tokens")
        ),
    )
    for ttl in ("5m", "1h")
)
REASONING = (
    *(
        GEN_AI + name
        for name in (
            "reasoning.output_tokens",
            "output_tokens.reasoning",
            "reasoning_tokens",
            "details.reasoning_tokens",
            "details.thinking_tokens",
        )
    ),
    TRACELOOP + "reasoning_tokens",
    LLM + "completion_details.reasoning",
)
AUDIO = {
    "input_audio": (LLM + "prompt_details.audio",),
    "output_audio": (LLM + "completion_details.audio",),
}
_TOOLS = ("web_search", "web_fetch")
SEARCHES = {
    tool: (ANTHROPIC + f"server_tool_use.{tool}_requests", GEN_AI + f"details.{tool}_requests")
    for tool in _TOOLS
}
COMPACTION = (ANTHROPIC + "compaction.input_tokens", ANTHROPIC + "compaction.output_tokens")
REQUEST_COUNTS = frozenset(
    prefix + name for prefix in (GEN_AI, GEN_AI + "details.", TRACELOOP) for name in SEVERAL
)
KNOWN = frozenset(
    (
        *INPUT,
        *OUTPUT,
        *TOTAL,
        *READ,
        *WRITTEN,
        *PARTS[0],
        *PARTS[1],
        *COMPACTION,
        *(key for keys in SEARCHES.values() for key in keys),
        *REASONING,
        *(key for keys in AUDIO.values() for key in keys),
        # What an instrumentation repeats.
        *(
            GEN_AI + name
            for name in (
                "details.input_tokens",
                "details.output_tokens",
                "cost",
                "cost.amount",
                "cost.currency",
                "cost.source",
            )
        ),
        *REQUEST_COUNTS,
    )
)
COSTS = (GEN_AI + "cost", TRACELOOP + "cost")
