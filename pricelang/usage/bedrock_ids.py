"""Ids of models as Amazon Bedrock writes them: with a geography, as an ARN, behind a route.

In front of `anthropic.claude-…` stands a geography (`global.`, `us.`, `eu.`, …), behind it `-v1:0`;
or an ARN ends so. `global.` is the global endpoint, `us-gov.` and the regions of GovCloud are
GovCloud, any other geography is regional. An id without a geography is taken for one region, unless
somebody says otherwise. The ARN of an application inference profile, of a provisioned or of an
imported model says nothing of its model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from attrs import evolve, field, frozen

from pricelang.usage.platform_names import is_gov

_GEOGRAPHIES = ("global", "us", "eu", "apac", "au", "jp", "ca", "sa", "us-gov")
_BEDROCK = (
    r"(?:(?P<geo>[a-z]{2,8}(?:-[a-z]{2,6})?)\.)?anthropic\.(?P<model>claude-[a-z0-9.-]+?)"
    r"(?P<version>-v[12](?::[0-9])?)?(?::[0-9]{2,3}k)?\Z"
)
_ARN = (
    r"arn:(?P<partition>aws[a-z-]*):bedrock:(?P<region>[a-z0-9-]*):[0-9]*:"
    r"(?P<kind>[a-z-]+)/(?P<id>.+)\Z"
)
_WITH_MODEL = ("inference-profile", "foundation-model")
_REGION = r"[a-z]{2}(?:-[a-z]+)+-[0-9]\Z"
_COMMITMENT = r"[0-9]+-month-commitment\Z"
_ROUTES = ("converse", "converse_like", "invoke", "mantle")
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


def of_bedrock(model: str | None, region: str | None) -> dict[str, str]:
    """The platform of a call to Bedrock, and GovCloud where its region is one;
    the id of its model may say that and more.
    """
    gov = is_gov(region) and not (model or "").startswith(("us-gov.", "arn:"))
    return {"platform": "bedrock", "endpoint": "govcloud"} if gov else {"platform": "bedrock"}


def named_by_arn(id: str) -> Named:
    """What an ARN says of its model."""
    match = re.match(_ARN, id, re.ASCII)
    found = named_by_bedrock(match["id"]) if match and match["kind"] in _WITH_MODEL else None
    if match is None or found is None:
        return Named(None, {"platform": "bedrock"})
    return _in_region(found, match["region"])


def _in_region(found: Named, region: str) -> Named:
    return (
        evolve(found, dimensions={**found.dimensions, "endpoint": "govcloud"}, likely={})
        if is_gov(region)
        else found
    )


def named_by_bedrock(id: str) -> Named | None:
    """What an id of Bedrock says, or None for what is none."""
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


def named_by_route(rest: str, named: Callable[[str], Named]) -> Named:
    """What an id says behind the routes and regions of Bedrock; `named` reads what is left."""
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
