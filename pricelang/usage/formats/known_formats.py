"""The formats of this package as one table: the name of each, its module, the keys that hint at it,
and its turn when an object is recognised.
"""

from __future__ import annotations

from attrs import frozen

from pricelang.usage.shapes import NATIVE


@frozen
class Format:
    """A format of this package:
    its name, its module, and keys of which every record has one at its top or in `usage`.

    The keys are a hint that keeps a start cheap: a module is imported only for an object with one
    of them. A format with records that have none of its keys is `last` too: it is asked again
    after all others.
    """

    name: str
    module: str
    keys: frozenset[str]
    last: bool = False


def _format(name: str, *keys: str, module: str | None = None, last: bool = False) -> Format:
    return Format(name, module or name.replace("-", "_"), frozenset(keys), last)


# The order of recognition. The first module that knows an object reads it;
# what none of them knows may be one of `NATIVE`, which `shapes` tells apart.
KNOWN = (
    _format(
        "sse",
        "message",
        "messageStart",
        "contentBlockStart",
        "contentBlockDelta",
        "contentBlockStop",
        "messageStop",
        last=True,
    ),
    _format(
        "managed-agents",
        "agent",
        "status",
        "processed_at",
        "inputs",
        "active_seconds",
        "list_cost",
        "stats",
    ),
    _format("clouds", "request"),
    _format("cloud-batches", "recordId", "processedRecordCount", "request", "custom_id"),
    _format("opencode", "sessionID", "projectID", "info", last=True),
    _format("pi", "message", "cwd", "parentId", "cacheRead", last=True),
    _format("cline", "ts", "updated_at", last=True),
    _format("codex", "payload", "thread_id", last=True),
    _format("gemini-cli", "projectHash", "tokens", "stats", last=True),
    _format("otel-metrics", "resourceMetrics", "MetricName", "meta"),
    _format("analytics-usage", "data", "uncached_input_tokens", "group"),
    _format("console-tokens", "usage_date_utc"),
    _format("cursor", "Input (w/ Cache Write)", "tokenUsage", "usageEventsDisplay", "usageEvents"),
    _format(
        "ccusage",
        "daily",
        "weekly",
        "monthly",
        "sessions",
        "session",
        "blocks",
        "projects",
        "modelBreakdowns",
        "modelsUsed",
        "isGap",
        "entries",
        "data",
    ),
    _format("ai-sdk", "inputTokens", "promptTokens", last=True),
    _format(
        "bedrock",
        "schemaType",
        "amazon-bedrock-invocationMetrics",
        "modelId",
        "inputTokens",
        "response",
        "metadata",
    ),
    _format(
        "otel",
        "resourceSpans",
        "resourceLogs",
        "attributes",
        "LogAttributes",
        "SpanAttributes",
        "meta",
    ),
    _format("langfuse", "usageDetails", "traceId", "trace_id", "observations", "meta"),
    _format("litellm", "call_type"),
    _format("litellm-daily", "api_requests", "Total Tokens", "metadata", "results"),
    _format("helicone", "prompt_cache_write_tokens", "prompt_cache_read_tokens"),
    _format("pydantic-ai", "cache_read_tokens", "cache_write_tokens", "model_name"),
    _format(
        "openrouter", "native_tokens_prompt", "native_tokens_completion", "model_permaslug", "data"
    ),
    _format(
        "posthog", "event", "*.event", "properties.$ai_input_tokens", "batch", "results", "events"
    ),
    _format(
        "langchain",
        "run_type",
        "lc",
        "response_metadata",
        "usage_metadata",
        "additional_kwargs",
        "data",
        "messages",
        "values",
        "generations",
        last=True,
    ),
    _format(
        "openai",
        "object",
        "prompt_tokens",
        "input_tokens_details",
        "total_tokens",
        "response",
        last=True,
    ),
    _format("gemini", "usageMetadata"),
    _format("admin-usage", "data"),
    _format("admin-cost", "data"),
    _format("claude-code-analytics", "data", "model_breakdown", module="code_analytics"),
)
# What nothing else says whose it is: rows with counts of tokens at their top.
ROWS = _format("rows", last=True)
# Names of what were one format once: they read what they read, under the names of today.
ALIASES = (_format("gateways"),)
BY_NAME = {one.name: one for one in (*KNOWN, ROWS, *ALIASES)}
FORMATS = (*NATIVE, *BY_NAME)
LAST = tuple(one for one in (*KNOWN, ROWS) if one.last)
HINTS = frozenset(key for one in KNOWN for key in one.keys)

__all__ = ["ALIASES", "BY_NAME", "FORMATS", "HINTS", "KNOWN", "LAST", "Format"]
