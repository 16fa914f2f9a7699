"""Logs and observations of gateways and libraries:
LiteLLM's standard logging, Langfuse, Helicone, pydantic-ai, genai-prices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias, assert_never

from pricelang.usage.fields import is_object
from pricelang.usage.formats.gateway_record import FORMAT
from pricelang.usage.formats.helicone import helicone
from pricelang.usage.formats.langfuse import langfuse
from pricelang.usage.formats.litellm_log import litellm
from pricelang.usage.formats.pydantic_ai import pydantic_ai
from pricelang.usage.records import Outcome, Place, UsageError

__all__ = ["FORMAT", "known", "outcomes"]

Kind: TypeAlias = Literal["langfuse", "litellm", "helicone", "pydantic"]


def known(value: Mapping[str, object]) -> bool:
    """Whether an object is one of these, by the names of its keys."""
    return _kind(value) is not None


def _kind(value: Mapping[str, object]) -> Kind | None:
    if "usageDetails" in value or (value.get("type") == "SPAN" and "traceId" in value):
        return "langfuse"
    if "call_type" in value and ("response_cost" in value or "custom_llm_provider" in value):
        return "litellm"
    if "prompt_cache_write_tokens" in value or "prompt_cache_read_tokens" in value:
        return "helicone"
    usage = value.get("usage")
    if is_object(usage) and (
        "cache_read_tokens" in usage
        or "cache_write_tokens" in usage
        or ("model_name" in value and "input_tokens" in usage)
    ):
        return "pydantic" if "type" not in value and "message" not in value else None
    return None


def outcomes(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
    """The record of a call. Raises `UsageError`."""
    kind = _kind(value)
    match kind:
        case "langfuse":
            return (langfuse(value, place),)
        case "litellm":
            return (litellm(value, place),)
        case "helicone":
            return (helicone(value, place),)
        case "pydantic":
            return (pydantic_ai(value, place),)
        case None:
            raise UsageError(
                "unknown_record",
                "neither a log of LiteLLM or Helicone, nor an observation of Langfuse, nor usage "
                "of pydantic-ai",
            )
        case _:
            assert_never(kind)
