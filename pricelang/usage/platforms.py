"""Model ids of the platforms to the models of the Claude API, with the platform and the endpoint that an id says.

- Amazon Bedrock: `anthropic.claude-…`, in front of it a geography (`global.`, `us.`, `eu.`, …), behind it `-v1:0`; or an ARN
  that ends so. `global.` is the global endpoint, any other geography and none are regional. The ARN of an application
  inference profile, of a provisioned or of an imported model says nothing of its model.
- Google Vertex AI: `claude-…@20250929` or `@default`. The region stands in the URL alone.
- OpenRouter and LiteLLM: a provider in front (`anthropic/`, `bedrock/`, `vertex_ai/`), a point in a version.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from attrs import evolve, field, frozen

from .records import Part

_GEOGRAPHY = r"(?:(?P<geo>global|us|eu|apac|au|jp|ca|sa|us-gov|[a-z]{2,6}(?:-[a-z]{2,4})?)\.)?"
_BEDROCK = re.compile(_GEOGRAPHY + r"anthropic\.(?P<model>claude-[a-z0-9.-]+?)(?:-v[0-9]+)?(?::[0-9]+)?(?::[0-9]+k)?\Z", re.ASCII)
_VERTEX = re.compile(r"(?P<model>claude-[a-z0-9.-]+)@(?P<version>[0-9]{8}|default|latest)\Z", re.ASCII)
_ARN = re.compile(r"arn:aws[a-z-]*:bedrock:[a-z0-9-]*:[0-9]*:(?P<kind>[a-z-]+)/(?P<id>.+)\Z", re.ASCII)
_WITH_MODEL = ("inference-profile", "foundation-model")
_PROVIDERS = {
    "anthropic": None, "bedrock": "bedrock", "amazon-bedrock": "bedrock", "vertex_ai": "vertex", "google-vertex": "vertex",
    "azure_ai": "foundry",
}  # fmt: skip
_BEDROCK_ROUTES = ("converse", "invoke")
_POINT = re.compile(r"(?<=[0-9])\.(?=[0-9])")
_OLD_BEDROCK = {"claude-v2": "claude-2.0", "claude-v2:1": "claude-2.1", "claude-instant-v1": "claude-instant-1.2", "claude-v1": "claude-1.3"}
# Names of models of 2024 without their day: the one version that there was, or the alias that moved from one to the next.
_UNDATED = {
    "claude-3-haiku": "claude-3-haiku-20240307", "claude-3-sonnet": "claude-3-sonnet-20240229", "claude-3-opus": "claude-3-opus-20240229",
    "claude-3-5-sonnet": "claude-3-5-sonnet-latest", "claude-3-5-haiku": "claude-3-5-haiku-latest", "claude-3-7-sonnet": "claude-3-7-sonnet-latest",
}  # fmt: skip
_ENDPOINT = ("endpoint",)


@frozen
class Named:
    """What an id says: the model in the names of the Claude API (None where it says none), dimensions, and what it leaves
    unsaid though a price may depend on it."""

    model: str | None
    dimensions: Mapping[str, str] = field(factory=dict)
    unsaid: tuple[str, ...] = ()


def named(id: str) -> Named | None:
    """What the id of a platform says, None where it is of none of them.

    >>> named("us.anthropic.claude-sonnet-4-5-20250929-v1:0")
    Named(model='claude-sonnet-4-5-20250929', dimensions={'platform': 'bedrock', 'endpoint': 'regional'}, unsaid=())
    >>> named("claude-opus-5@default")
    Named(model='claude-opus-5', dimensions={'platform': 'vertex'}, unsaid=('endpoint',))
    >>> [named(f"anthropic/{name}").model for name in ("claude-opus-5.5", "claude-3.5-haiku", "claude-3-haiku:beta")]
    ['claude-opus-5-5', 'claude-3-5-haiku-latest', 'claude-3-haiku-20240307']
    """
    if id.startswith("arn:"):
        return _of_arn(id)
    provider, slash, rest = id.partition("/")
    if slash:
        return _of_provider(provider, rest)
    match = _BEDROCK.match(id)
    if match:
        return Named(_bedrock_model(id, match["model"]), {"platform": "bedrock", "endpoint": "global" if match["geo"] == "global" else "regional"})
    match = _VERTEX.match(id)
    if match:
        model, version = match["model"].removesuffix("-v2"), match["version"]
        return Named(f"{model}-{version}" if version.isdigit() else match["model"], {"platform": "vertex"}, _ENDPOINT)
    return None


def _of_arn(id: str) -> Named:
    match = _ARN.match(id)
    found = named(match["id"]) if match and match["kind"] in _WITH_MODEL else None
    return found if found is not None else Named(None, {"platform": "bedrock"}, _ENDPOINT)


def _of_provider(provider: str, rest: str) -> Named | None:
    if provider not in _PROVIDERS:
        return None
    route, slash, behind = rest.partition("/")
    if slash and route in _BEDROCK_ROUTES:
        rest = behind
    inner = named(rest)
    if inner is not None:
        return inner
    model = _POINT.sub("-", rest.partition(":")[0]) if rest.startswith("claude-") and not rest.startswith(("claude-1", "claude-2", "claude-instant")) else rest
    model = _UNDATED.get(model, model)
    platform = _PROVIDERS[provider]
    if platform is None:
        return Named(model)
    return Named(model, {"platform": platform}, () if platform == "foundry" else _ENDPOINT)


def _bedrock_model(id: str, model: str) -> str:
    return _OLD_BEDROCK.get(id.partition("anthropic.")[2], model)


def of_message(parts: tuple[Part, ...], id: object) -> tuple[Part, ...]:
    """The parts of a message whose id says that a cloud served it: its platform, with an endpoint that is left unsaid."""
    platform = {"msg_bdrk_": "bedrock", "msg_vrtx_": "vertex"}.get(id[:9]) if isinstance(id, str) else None
    if platform is None:
        return parts
    return tuple(evolve(part, dimensions={"platform": platform, **part.dimensions}, unsaid=("endpoint",)) for part in parts)
