"""Model ids as platforms, gateways and tools write them:
the name of the model in them, and the dimensions that they say.

- Amazon Bedrock: see `bedrock_ids`.
- Google Vertex AI: `claude-…@20250929` or `@default`, `gemini-…@001`, or a resource path with its
  location. Otherwise the region stands in the URL alone. The Gemini API writes `models/gemini-…`.
- Microsoft Foundry: a deployment whose name ends in `-fast` is fast mode.
- Gateways write a provider in front (`anthropic/`, `bedrock/`,
  `vertex_ai/`), OpenRouter a variant behind (`:batch`).

What is not known is never dropped: it may have a price of its own.
Which model a name is, `pricelang.usage.model_mapping` says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from attrs import evolve

from pricelang.usage.bedrock_ids import Named, named_by_arn, named_by_bedrock, named_by_route
from pricelang.usage.platform_names import DEPLOYMENTS, PREFIXES, SELLERS, vertex_endpoint

# In front of an id, these say where a request went and nothing of its price.
_GATEWAYS = ("anthropic", "openrouter", "vercel_ai_gateway")
_VERTEX = r"(?P<model>claude-[a-z0-9.-]+)@(?P<version>[0-9]{8}|default|latest)\Z"
_VERTEX_GEMINI = r"(?P<model>gemini-[a-z0-9.-]+)@(?P<version>[0-9]{3}|default|latest)\Z"
_GEMINI = r"models/(?P<model>gemini-[^/]+)\Z"
_RESOURCE = (
    r"(?:projects/[^/]+/)?(?:locations/(?P<location>[a-z0-9-]+)/)?"
    r"publishers/(?:anthropic|google)/models/(?P<model>[^/]+)\Z"
)
_PREFIX = r"(?P<prefix>[^/:@]+)[/:](?P<rest>.+)\Z"
FAST = "-fast"
"""How the name of a deployment of Foundry ends that is fast mode."""
# Of the variants of OpenRouter, those whose price is known: `beta` was moderated by the seller
# alone, `thinking` had reasoning turned on, and both had the price of the model.
_VARIANTS: Mapping[str, Mapping[str, str]] = {
    "batch": {"service_tier": "batch"},
    "beta": {},
    "thinking": {},
}


@lru_cache(maxsize=1024)
def named(id: str) -> Named:
    """What the id of a model says; the id itself is the model where it is of no known form.

    >>> found = named("us.anthropic.claude-sonnet-4-5-20250929-v1:0")
    >>> found.model, found.dimensions
    ('claude-sonnet-4-5-20250929', {'platform': 'bedrock', 'endpoint': 'regional'})
    >>> found = named("openrouter/anthropic/claude-opus-5.5:free")
    >>> found.model, found.odd
    ('claude-opus-5.5', ':free')
    """
    if id.startswith("arn:"):
        return named_by_arn(id)
    match = re.match(_RESOURCE, id, re.ASCII)
    if match:
        inner = named(match["model"])
        endpoint = vertex_endpoint(match["location"])
        return evolve(
            inner,
            dimensions={
                **inner.dimensions,
                "platform": "vertex",
                **({"endpoint": endpoint} if endpoint else {}),
            },
        )
    seller = next((name for name in SELLERS if id.startswith((name + "/", name + "-claude"))), None)
    if seller is not None:
        return Named(
            id[len(seller) + 1 :].rpartition("/")[2].removeprefix("databricks-"),
            seller=SELLERS[seller],
        )
    return named_by_bedrock(id) or _of_google(id) or _of_prefix(id) or _of_variant(id) or Named(id)


def of_asked(asked: object, answered: object, platform: str | None) -> Mapping[str, str]:
    """What the id that was asked for says of a request whose answer names a model in plain words:
    the answer leaves it out.

    >>> of_asked("anthropic/claude-opus-5:batch", "claude-opus-5", None)
    {'service_tier': 'batch'}
    >>> of_asked("opus-5-5-fast", "claude-opus-5-5", "foundry")
    {'speed': 'fast'}
    """
    if (
        not isinstance(asked, str)
        or not isinstance(answered, str)
        or asked == answered
        or named(answered).dimensions
    ):
        return {}
    said = named(asked).dimensions
    if asked.endswith(FAST) and said.get("platform", platform) in DEPLOYMENTS:
        return {**said, "speed": "fast"}
    return said


def _of_google(id: str) -> Named | None:
    """A model with its version as Vertex AI writes them, or as a resource of the Gemini API."""
    match = re.match(_VERTEX, id, re.ASCII) or re.match(_VERTEX_GEMINI, id, re.ASCII)
    if match is None:
        api = re.match(_GEMINI, id, re.ASCII)
        return Named(api["model"]) if api else None
    model, version = match["model"].removesuffix("-v2"), match["version"]
    return Named(
        f"{model}-{version}" if version.isdigit() else match["model"], {"platform": "vertex"}
    )


def _of_prefix(id: str) -> Named | None:
    """What an id says behind a provider, a route or a region in front of it;
    the innermost says most.
    """
    match = re.match(_PREFIX, id)
    if match is None:
        return None
    prefix, rest = match["prefix"], match["rest"]
    platform = PREFIXES.get(prefix)
    if prefix not in _GATEWAYS and platform is None:
        return (
            Named(rest.rpartition("/")[2], odd=prefix + "/")
            if "/" in id[: len(prefix) + 1]
            else None
        )
    if platform == "bedrock":
        return named_by_route(rest, named)
    inner = named(rest)
    return (
        inner
        if platform is None
        else evolve(inner, dimensions={"platform": platform, **inner.dimensions})
    )


def _of_variant(id: str) -> Named | None:
    """A model with a variant of OpenRouter behind it."""
    model, colon, variant = id.partition(":")
    if not colon or not model.startswith("claude-"):
        return None
    if re.fullmatch(r"[0-9]{2,3}k", variant, re.ASCII):  # the length of a context
        return Named(model)
    said = _VARIANTS.get(variant)
    return Named(model, said) if said is not None else Named(model, odd=":" + variant)
