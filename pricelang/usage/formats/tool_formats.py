"""The formats of coding agents, their telemetry, batch jobs and exports, out of which `registry`
makes its list.
"""

from __future__ import annotations

TOOLS = (
    ("cloud-batches", "cloud_batches", "recordId", "processedRecordCount", "request"),
    ("opencode", "opencode", "sessionID", "projectID", "info"),
    ("pi", "pi", "message", "cwd", "parentId", "cacheRead"),
    ("cline", "cline", "ts", "updated_at"),
    ("codex", "codex", "payload", "thread_id"),
    ("gemini-cli", "gemini_cli", "projectHash", "tokens", "stats"),
    ("otel-metrics", "otel_metrics", "resourceMetrics", "MetricName", "meta"),
    ("analytics-usage", "analytics_usage", "data", "uncached_input_tokens", "group"),
    ("console-tokens", "console_tokens", "usage_date_utc"),
    (
        "cursor",
        "cursor",
        "Input (w/ Cache Write)",
        "tokenUsage",
        "usageEventsDisplay",
        "usageEvents",
    ),
    (
        "ccusage",
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
)
"""The name of each, its module, and the keys of which every record has one."""
ROUTERS = (
    (
        "openrouter",
        "openrouter",
        "native_tokens_prompt",
        "native_tokens_completion",
        "model_permaslug",
        "data",
    ),
    (
        "posthog",
        "posthog",
        "event",
        "*.event",
        "properties.$ai_input_tokens",
        "batch",
        "results",
        "events",
    ),
)
"""The same of those who pass calls on or watch them."""
LAST = (
    ("cline", "cline"),
    ("pi", "pi"),
    ("codex", "codex"),
    ("gemini-cli", "gemini_cli"),
    ("opencode", "opencode"),
    ("langchain", "langchain"),
)
"""Formats with records that have no key of their own, which are asked after all others."""
