"""A Messages API request body, or an item of a batch of them,
to its parts in the order of the prompt.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from attrs import evolve

from pricelang.apps.quote.blocks import content_of
from pricelang.apps.quote.parts import (
    ONE_HOUR,
    Body,
    KnownSizes,
    PromptPart,
    Tool,
    fault,
    list_at,
    mapping_at,
    number_at,
    one_of,
    text_at,
    ttl_of,
)
from pricelang.apps.quote.tools import tool_of, web_tools_of
from pricelang.model.notes import Note
from pricelang.usage.fields import shown

MAX_BREAKPOINTS = 4
_KEYS = frozenset(
    (
        "model",
        "messages",
        "max_tokens",
        "system",
        "tools",
        "tool_choice",
        "thinking",
        "stream",
        "temperature",
        "top_p",
        "top_k",
        "stop_sequences",
        "metadata",
        "service_tier",
        "speed",
        "inference_geo",
        "cache_control",
        "output_config",
        "betas",
    )
)
_UNCOUNTED = {
    "mcp_servers": "the tools of the servers are not known, and not counted",
    "context_management": "what is cleared from the context is still counted",
    "container": "what the container holds is not counted",
    "output_format": "what a schema of the output adds is not published, and not counted",
}


def read_body(value: object, given: KnownSizes) -> Body:
    """A request body, or an item of a batch (`custom_id` and `params`), checked.
    Raises `QuoteError` that names the block.
    """
    dump = getattr(value, "model_dump", None)
    whole = mapping_at(dump() if callable(dump) else value, "the request")
    name, batch = None, {}
    if "params" in whole and "messages" not in whole:
        name, batch = text_at(whole, "custom_id", "the request"), {"service_tier": "batch"}
        whole = mapping_at(whole["params"], "params")
    tools = [
        tool_of(mapping_at(tool, f"tools[{n}]"), f"tools[{n}]")
        for n, tool in enumerate(list_at(whole.get("tools") or [], "tools"))
    ]
    thinking = _thinking(whole)
    parts = [part for _, parts in tools for part in parts]
    parts += (
        content_of(whole["system"], "system", "system", given)
        if whole.get("system") is not None
        else ()
    )
    parts += _messages(whole.get("messages"), given)
    parts = _with_whole(parts, ttl_of(whole, ""))
    _check_breakpoints(parts)
    model = whole.get("model")
    return Body(
        text_at(whole, "model", "the request") if model is not None else None,
        number_at(whole, "max_tokens", ""),
        tuple(parts),
        tuple(tool for tool, _ in tools),
        _choice(whole),
        thinking,
        any(note.text.startswith("`messages") for note in given.notes),
        {**_dimensions(whole, [tool for tool, _ in tools]), **batch},
        whole,
        (*given.notes, *_notes(whole)),
        name,
    )


def _messages(value: object, given: KnownSizes) -> Iterator[PromptPart]:
    messages = [
        mapping_at(item, f"messages[{n}]") for n, item in enumerate(list_at(value, "messages"))
    ]
    if not messages:
        raise fault("missing_key", "messages", "is empty: there is nothing to answer")
    roles = []
    for n, message in enumerate(messages):
        role = text_at(message, "role", f"messages[{n}]")
        if role not in ("user", "assistant"):
            help = (
                "the system prompt goes into `system`"
                if role == "system"
                else "one of `user`, `assistant`"
            )
            raise fault("wrong_role", f"messages[{n}].role", f"is {shown(role)}", help)
        roles.append(role)
    if roles[0] != "user":
        raise fault(
            "wrong_role", "messages[0].role", "is `assistant`, and the first message is the user's"
        )
    current = _turn_that_goes_on(messages)
    for n, message in enumerate(messages):
        path = f"messages[{n}]"
        yield PromptPart(path, "message")
        yield from content_of(
            message.get("content"), f"{path}.content", roles[n], given, current=n > current
        )


def _turn_that_goes_on(messages: list[Mapping[str, object]]) -> int:
    """The number of the last message in which the user speaks:
    the turn behind it, with its tool results, goes on.
    """
    for n in range(len(messages) - 1, -1, -1):
        content = messages[n].get("content")
        results = (
            isinstance(content, list | tuple)
            and content
            and all(
                isinstance(block, Mapping) and block.get("type") == "tool_result"
                for block in content
            )
        )
        if messages[n]["role"] == "user" and not results:
            return n
    return -1


def _thinking(whole: Mapping[str, object]) -> bool:
    if whole.get("thinking") is None:
        return False
    thinking = mapping_at(whole["thinking"], "thinking")
    kind = one_of(thinking.get("type"), ("enabled", "disabled", "adaptive"), "thinking.type")
    budget, most = (
        number_at(thinking, "budget_tokens", "thinking"),
        number_at(whole, "max_tokens", ""),
    )
    if kind == "enabled" and budget is None:
        raise fault(
            "missing_key", "thinking.budget_tokens", "is missing: a number of tokens goes there"
        )
    if kind == "enabled" and budget and most is not None and budget >= most:
        raise fault(
            "bad_number",
            "thinking.budget_tokens",
            f"is {budget}, and thinking is part of the `max_tokens`, {most}",
        )
    return kind != "disabled"


def _choice(whole: Mapping[str, object]) -> str:
    choice = whole.get("tool_choice")
    if choice is None:
        return "auto"
    return one_of(
        mapping_at(choice, "tool_choice").get("type"),
        ("auto", "any", "tool", "none"),
        "tool_choice.type",
    )


def _with_whole(parts: list[PromptPart], ttl: str | None) -> list[PromptPart]:
    """The parts with a breakpoint behind the last one,
    where the request itself has a `cache_control`.
    """
    if ttl is None or not parts or parts[-1].cache is not None:
        return parts
    return [*parts[:-1], evolve(parts[-1], cache=ttl)]


def _check_breakpoints(parts: list[PromptPart]) -> None:
    found = [part for part in parts if part.cache is not None]
    if len(found) > MAX_BREAKPOINTS:
        raise fault(
            "bad_cache",
            f"{found[MAX_BREAKPOINTS].path}.cache_control",
            f"is one too many: a request has {MAX_BREAKPOINTS} at most",
        )
    for before, part in pairwise(found):
        if part.cache == ONE_HOUR != before.cache:
            raise fault(
                "bad_cache",
                f"{part.path}.cache_control",
                f"lasts an hour, behind the five minutes of `{before.path}`",
                "the longer ones stand before the shorter ones",
            )


def _dimensions(whole: Mapping[str, object], tools: list[Tool]) -> dict[str, str]:
    found: dict[str, str] = {}
    if whole.get("service_tier") is not None:
        one_of(whole["service_tier"], ("auto", "standard_only"), "service_tier")
    if whole.get("speed") is not None:
        found["speed"] = one_of(whole["speed"], ("standard", "fast"), "speed")
    if whole.get("inference_geo") is not None:
        found["inference_geo"] = one_of(whole["inference_geo"], ("global", "us"), "inference_geo")
    betas = list_at(whole.get("betas") or [], "betas")
    if any(isinstance(beta, str) and beta.startswith("context-1m-") for beta in betas):
        found["context_window"] = "long"
    web_tools = web_tools_of(tools)
    if web_tools is not None:
        found["web_tools"] = web_tools
    return found


def _notes(whole: Mapping[str, object]) -> Iterator[Note]:
    for key in whole:
        if key in _UNCOUNTED:
            if whole[key]:
                yield Note("not_counted", f"`{key}`: {_UNCOUNTED[key]}")
        elif key not in _KEYS:
            yield Note("not_counted", f"{shown(key)} is not known: not counted")
    output = whole.get("output_config")
    if isinstance(output, Mapping) and output.get("format"):
        yield Note("not_counted", f"`output_config.format`: {_UNCOUNTED['output_format']}")
