"""The tools of a request body: their families, and the parts of their definitions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pricelang.apps.quote.blocks import json_text
from pricelang.apps.quote.parts import (
    PromptPart,
    Tool,
    ToolFamily,
    fault,
    mapping_at,
    number_at,
    text_at,
    ttl_of,
)
from pricelang.present.text import did_you_mean
from pricelang.usage.fields import shown

# Families of tools by how their types begin; the rest of a type is its date.
_FAMILIES: dict[ToolFamily, str] = {
    "bash": "bash_",
    "text_editor": "text_editor_",
    "computer": "computer_",
    "memory": "memory_",
    "web_search": "web_search_",
    "web_fetch": "web_fetch_",
    "code_execution": "code_execution_",
    "tool_search": "tool_search_tool_",
    "mcp": "mcp_toolset",
    "advisor": "advisor_",
}
SERVER_TOOLS = frozenset(
    ("web_search", "web_fetch", "code_execution", "tool_search", "mcp", "advisor")
)
_DATED = re.compile(r"_(\d{8})\Z", re.ASCII)
FILTERING_FROM = "20260209"


def tool_of(tool: Mapping[str, object], path: str) -> tuple[Tool, list[PromptPart]]:
    """A tool, and the parts of its definition:
    one with a schema has a text, the others are the API's own.
    """
    kind = tool.get("type")
    cache = ttl_of(tool, path)
    if kind is None or kind == "custom":
        name, schema = (
            text_at(tool, "name", path),
            mapping_at(tool.get("input_schema"), f"{path}.input_schema"),
        )
        about = text_at(tool, "description", path) if tool.get("description") is not None else ""
        return Tool(path, "custom", "custom"), [
            PromptPart(path, "text", f"{name}\n{about}\n{json_text(schema, path)}", cache=cache)
        ]
    kind = text_at(tool, "type", path)
    family = next((family for family, start in _FAMILIES.items() if kind.startswith(start)), None)
    if family is None or (family != "mcp" and not _dated(family, kind)):
        known = did_you_mean(kind, [f"{start}…" for start in _FAMILIES.values()])
        raise fault(
            "unknown_tool",
            path,
            f"is a tool of the unknown type {shown(kind)}",
            known or "a tool of your own has no `type`, or `custom`",
        )
    found = Tool(
        path,
        family,
        kind,
        number_at(tool, "max_uses", path),
        number_at(tool, "max_content_tokens", path),
    )
    return found, [PromptPart(path, family, cache=cache)]


def _dated(family: str, kind: str) -> bool:
    return bool(_DATED.search(kind)) or (
        family == "tool_search"
        and kind.startswith(("tool_search_tool_regex", "tool_search_tool_bm25"))
    )


def web_tools_of(tools: Iterable[Tool]) -> str | None:
    """The value of `web_tools` that the dates of the web tools say, or None."""
    dated = [
        match[1]
        for tool in tools
        if tool.family in ("web_search", "web_fetch") and (match := _DATED.search(tool.type))
    ]
    return ("filtering" if max(dated) >= FILTERING_FROM else "basic") if dated else None
