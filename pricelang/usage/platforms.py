"""Model ids as platforms, gateways and tools write them:
the name of the model in them, and the dimensions that they say.

- Amazon Bedrock: `anthropic.claude-…`, in front of it a geography (`global.`,
  `us.`, `eu.`, …), behind it `-v1:0`; or an ARN
  that ends so. `global.` is the global endpoint,
  `us-gov.` and the regions of GovCloud are GovCloud, any other geography is
  regional. An id without a geography is taken for one region,
  unless somebody says otherwise. The ARN of an application
  inference profile, of a provisioned or of an imported model says nothing of its model.
- Google Vertex AI: `claude-…@20250929` or `@default`, or a resource path with its location.
  Otherwise the region stands in the
  URL alone.
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

from attrs import evolve, field, frozen

LEAVES_UNSAID: Mapping[str, tuple[str, ...]] = {"bedrock": ("endpoint",), "vertex": ("endpoint",)}
"""What a platform leaves unsaid though its prices depend on it:
a request there says it, or somebody is asked.
"""

DEPLOYMENTS = ("foundry",)
"""Platforms on which a model may bear the name of somebody's deployment."""

# Platforms as they stand in front of an id.
_PREFIXES = {
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
    **_PREFIXES,
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
    ("azure", "foundry"),
    ("az.ai", "foundry"),
)
# In front of an id, these say where a request went and nothing of its price.
_GATEWAYS = ("anthropic", "openrouter", "vercel_ai_gateway")
_SELLERS = {
    "databricks": "Databricks",
    "snowflake": "Snowflake",
    "github_copilot": "GitHub Copilot",
    "github-copilot": "GitHub Copilot",
    "replicate": "Replicate",
    "perplexity": "Perplexity",
}
_GEOGRAPHIES = ("global", "us", "eu", "apac", "au", "jp", "ca", "sa", "us-gov")
_BEDROCK = (
    r"(?:(?P<geo>[a-z]{2,8}(?:-[a-z]{2,6})?)\.)?anthropic\.(?P<model>claude-[a-z0-9.-]+?)"
    r"(?P<version>-v[12](?::[0-9])?)?(?::[0-9]{2,3}k)?\Z"
)
_VERTEX = r"(?P<model>claude-[a-z0-9.-]+)@(?P<version>[0-9]{8}|default|latest)\Z"
_RESOURCE = (
    r"(?:projects/[^/]+/)?(?:locations/(?P<location>[a-z0-9-]+)/)?"
    r"publishers/anthropic/models/(?P<model>[^/]+)\Z"
)
_ARN = (
    r"arn:(?P<partition>aws[a-z-]*):bedrock:(?P<region>[a-z0-9-]*):[0-9]*:"
    r"(?P<kind>[a-z-]+)/(?P<id>.+)\Z"
)
_WITH_MODEL = ("inference-profile", "foundation-model")
_REGION = r"[a-z]{2}(?:-[a-z]+)+-[0-9]\Z"
_COMMITMENT = r"[0-9]+-month-commitment\Z"
_ROUTES = ("converse", "converse_like", "invoke", "mantle")
_PREFIX = r"(?P<prefix>[^/:@]+)[/:](?P<rest>.+)\Z"
_MULTI_REGIONS = ("us", "eu", "asia")
_OLD_BEDROCK = (
    r"anthropic\.(?P<model>claude-v2:1|claude-v1|claude-v2|claude-instant-v1)"
    r"(?::[0-9])?(?::[0-9]{2,3}k)?\Z"
)
# A book may have no word of its own for one region.
_ONE_REGION = {"endpoint": ("in_region", "regional")}
_OLD_NAMES = {
    "claude-v2": "claude-2.0",
    "claude-v2:1": "claude-2.1",
    "claude-instant-v1": "claude-instant-1.2",
    "claude-v1": "claude-1.3",
}
_MESSAGE_IDS = {"msg_bdrk_": "bedrock", "msg_vrtx_": "vertex"}
FAST = "-fast"
"""How the name of a deployment of Foundry ends that is fast mode."""
# Of the variants of OpenRouter, the one whose price is known.
_VARIANTS = {"batch": {"service_tier": "batch"}}


@frozen
class Named:
    """What an id says.

    `model` is the name in it, in some spelling, None where it says none. `dimensions` are what it
    says, `likely` what it is taken for unless somebody says otherwise, the likeliest first. `odd`
    is a piece of it that is not known, and `seller` who sells it at other prices; either way it has
    no price here.
    """

    model: str | None
    dimensions: Mapping[str, str] = field(factory=dict)
    likely: Mapping[str, tuple[str, ...]] = field(factory=dict)
    odd: str = ""
    seller: str = ""


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
        return _of_arn(id)
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
    seller = next(
        (name for name in _SELLERS if id.startswith((name + "/", name + "-claude"))), None
    )
    if seller is not None:
        return Named(
            id[len(seller) + 1 :].rpartition("/")[2].removeprefix("databricks-"),
            seller=_SELLERS[seller],
        )
    return _of_bedrock(id) or _of_vertex(id) or _of_prefix(id) or _of_variant(id) or Named(id)


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


def platform_of_message(id: object) -> str | None:
    """The cloud that served a message, as its id betrays it, else None."""
    return _MESSAGE_IDS.get(id[:9]) if isinstance(id, str) else None


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


def of_bedrock(model: str | None, region: str | None) -> dict[str, str]:
    """The platform of a call to Bedrock, and GovCloud where its region is one;
    the id of its model may say that and more.
    """
    gov = is_gov(region) and not (model or "").startswith(("us-gov.", "arn:"))
    return {"platform": "bedrock", "endpoint": "govcloud"} if gov else {"platform": "bedrock"}


def is_gov(region: str | None) -> bool:
    """Whether a region of AWS is one of GovCloud."""
    return region is not None and region.startswith("us-gov-")


def _of_arn(id: str) -> Named:
    match = re.match(_ARN, id, re.ASCII)
    found = _of_bedrock(match["id"]) if match and match["kind"] in _WITH_MODEL else None
    if match is None or found is None:
        return Named(None, {"platform": "bedrock"})
    return _in_region(found, match["region"])


def _in_region(found: Named, region: str) -> Named:
    return (
        evolve(found, dimensions={**found.dimensions, "endpoint": "govcloud"}, likely={})
        if is_gov(region)
        else found
    )


def _of_bedrock(id: str) -> Named | None:
    old = re.match(_OLD_BEDROCK, id, re.ASCII)
    if old:
        return Named(_OLD_NAMES[old["model"]], {"platform": "bedrock"}, _ONE_REGION)
    match = re.match(_BEDROCK, id, re.ASCII)
    if match is None:
        return None
    geography = match["geo"]
    if geography is None:
        return Named(match["model"], {"platform": "bedrock"}, _ONE_REGION)
    if geography not in _GEOGRAPHIES:
        return Named(match["model"], {"platform": "bedrock"}, odd=geography + ".")
    endpoint = {"global": "global", "us-gov": "govcloud"}.get(geography, "regional")
    return Named(match["model"], {"platform": "bedrock", "endpoint": endpoint})


def _of_vertex(id: str) -> Named | None:
    match = re.match(_VERTEX, id, re.ASCII)
    if match is None:
        return None
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
    platform = _PREFIXES.get(prefix)
    if prefix not in _GATEWAYS and platform is None:
        return (
            Named(rest.rpartition("/")[2], odd=prefix + "/")
            if "/" in id[: len(prefix) + 1]
            else None
        )
    if platform == "bedrock":
        return _of_bedrock_route(rest)
    inner = named(rest)
    return (
        inner
        if platform is None
        else evolve(inner, dimensions={"platform": platform, **inner.dimensions})
    )


def _of_bedrock_route(rest: str) -> Named:
    region = ""
    while "/" in rest and not rest.startswith("arn:"):
        step, _, behind = rest.partition("/")
        if re.match(_COMMITMENT, step, re.ASCII):
            return evolve(named(behind), odd=step + "/")
        if re.match(_REGION, step, re.ASCII):
            region = step
        elif step not in _ROUTES:
            break
        rest = behind
    inner = named(rest)
    if inner.dimensions.get("platform") is None:
        inner = evolve(
            inner,
            dimensions={**inner.dimensions, "platform": "bedrock"},
            likely=_ONE_REGION if region else {},
        )
    return _in_region(inner, region)


def _of_variant(id: str) -> Named | None:
    """A model with a variant of OpenRouter behind it."""
    model, colon, variant = id.partition(":")
    if not colon or not model.startswith("claude-"):
        return None
    if re.fullmatch(r"[0-9]{2,3}k", variant, re.ASCII):  # the length of a context
        return Named(model)
    said = _VARIANTS.get(variant)
    return Named(model, said) if said is not None else Named(model, odd=":" + variant)
