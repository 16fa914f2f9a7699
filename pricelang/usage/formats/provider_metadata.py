"""What a provider says of the cache beside the counters of the AI SDK."""

from __future__ import annotations

from collections.abc import Mapping

from pricelang.usage.fields import count, is_object
from pricelang.usage.records import UsageError


def provider_words(metadata: Mapping[str, object] | None) -> list[Mapping[str, object]]:
    """What each provider says, which the metadata has under its name."""
    return [inner for inner in (metadata or {}).values() if is_object(inner)]


def cache_tokens(metadata: Mapping[str, object] | None, what: str, known: int | None) -> int | None:
    """The cache tokens that the metadata of a provider tells:
    `cacheReadInputTokens` and `cacheCreationInputTokens`, or Bedrock's names.
    """
    for inner in provider_words(metadata):
        usage = inner.get("usage")
        for holder in (inner, usage if is_object(usage) else {}):
            for name in (
                f"cache{what}InputTokens",
                "cacheWriteInputTokens" if what == "Creation" else "cacheReadInputTokens",
            ):
                if holder.get(name) is not None:
                    number = count(holder[name], f"providerMetadata.{name}")
                    if known is not None and known != number:
                        raise UsageError(
                            "bad_counts",
                            f"`cachedInputTokens` ({known}) and `providerMetadata.{name}` "
                            f"({number}) count the same and differ",
                        )
                    return number
    return known
