"""Platforms by the names that gateways, telemetry and messages give them, and their regions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

LEAVES_UNSAID: Mapping[str, tuple[str, ...]] = {"bedrock": ("endpoint",), "vertex": ("endpoint",)}
"""What a platform leaves unsaid though its prices depend on it:
a request there says it, or somebody is asked.
"""

DEPLOYMENTS = ("foundry",)
"""Platforms on which a model may bear the name of somebody's deployment."""

SELLERS: Mapping[str, str] = {
    "databricks": "Databricks",
    "snowflake": "Snowflake",
    "github_copilot": "GitHub Copilot",
    "github-copilot": "GitHub Copilot",
    "replicate": "Replicate",
    "perplexity": "Perplexity",
}
"""Who sells models of others at prices of its own, by the name in front of an id."""
_COPILOT = ("github", "copilot")
# Platforms as they stand in front of an id.
PREFIXES = {
    "bedrock": "bedrock",
    "amazon-bedrock": "bedrock",
    "bedrock_converse": "bedrock",
    "bedrock_mantle": "bedrock",
    "vertex": "vertex",
    "vertex_ai": "vertex",
    "google-vertex": "vertex",
    "google-vertex-anthropic": "vertex",
    "foundry": "foundry",
    "azure": "foundry",
    "azure_ai": "foundry",
    "claude_platform": "aws",
}
# Platforms as gateways, telemetry and Claude Code name a provider, in small letters;
# then how the names of others begin.
_PROVIDERS = {
    **PREFIXES,
    "mantle": "bedrock",
    "google": "vertex",
    "anthropicaws": "aws",
    "anthropic_aws": "aws",
    "anthropicgooglecloud": "google_cloud",
    "anthropic_google_cloud": "google_cloud",
}
_FAMILIES = (
    ("aws", "bedrock"),
    ("amazon", "bedrock"),
    ("bedrock", "bedrock"),
    ("gcp.vertex", "vertex"),
    ("vertex", "vertex"),
    ("google.vertex", "vertex"),
    ("google_vertex", "vertex"),
    ("google_anthropic", "vertex"),
    ("azure", "foundry"),
    ("az.ai", "foundry"),
)
_MULTI_REGIONS = ("us", "eu", "asia")
_MESSAGE_IDS = {"msg_bdrk_": "bedrock", "msg_vrtx_": "vertex"}


def named_platform(provider: object) -> str | None:
    """The platform of a provider as gateways and telemetry name it,
    None for one that is not known or says nothing.
    """
    return _platform_of(provider.lower()) if isinstance(provider, str) else None


@lru_cache(maxsize=1024)
def _platform_of(name: str) -> str | None:
    return _PROVIDERS.get(name) or next(
        (platform for start, platform in _FAMILIES if name.startswith(start)), None
    )


def seller_of(provider: object) -> str | None:
    """Who sells the models of others at prices of its own, by the provider that gateways and
    telemetry name; None for any other.

    >>> seller_of("databricks"), seller_of("github"), seller_of("anthropic")
    ('Databricks', 'GitHub Copilot', None)
    """
    name = provider.lower() if isinstance(provider, str) else ""
    return SELLERS["github_copilot"] if name in _COPILOT else SELLERS.get(name)


def platform_of_message(id: object) -> str | None:
    """The cloud that served a message, as its id betrays it, else None."""
    return _MESSAGE_IDS.get(id[:9]) if isinstance(id, str) else None


def vertex_endpoint(location: str | None) -> str | None:
    """The endpoint of a location of Vertex AI, None where it is not told."""
    if not location:
        return None
    return (
        "global"
        if location == "global"
        else "multi_region"
        if location in _MULTI_REGIONS
        else "regional"
    )


def is_gov(region: str | None) -> bool:
    """Decides whether a region of AWS is one of GovCloud."""
    return region is not None and region.startswith("us-gov-")
