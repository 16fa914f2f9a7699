"""Responses kept with their request, as Vertex AI,
Microsoft Foundry and Claude Platform on AWS are called.

`{"request": {"url", "region"?, "deployment"?}, "response": MESSAGE}`. The URL says the platform; of
Vertex AI it also says the endpoint: `locations/global`, a multi-region such as `locations/eu`, or a
region. In Foundry the model may be the name of a deployment, which `--models` maps.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from attrs import evolve

from pricelang.usage.bedrock_ids import of_bedrock
from pricelang.usage.fields import is_object, require_object, shown, word
from pricelang.usage.formats.messages import read_message
from pricelang.usage.platform_names import vertex_endpoint
from pricelang.usage.platform_urls import Located, located
from pricelang.usage.platforms import of_asked
from pricelang.usage.records import Outcome, Place, Record, UsageError, within

FORMAT = "clouds"
_MODEL_OF_BEDROCK = re.compile(r"/model/([^/?]+)/")
_MODEL_IN_URL = re.compile(r"/models?/([^/:?]+(?::\d+)?)(?:[:/?]|\Z)")


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object has a message under `response` and its request in `request`."""
    request, response = value.get("request"), value.get("response")
    return (
        is_object(request)
        and is_object(response)
        and is_object(response.get("usage"))
        and "url" in request
    )


def outcomes(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
    """The record of a call. Raises `UsageError`."""
    request = require_object(value.get("request"), "request")
    response = require_object(value.get("response"), "response")
    url = request.get("url")
    if not isinstance(url, str):
        raise UsageError("wrong_type", "`request.url` is not a string")
    spot = _located(url)
    platform = spot.platform
    at = word(value.get("timestamp", request.get("timestamp")), "timestamp")
    message = read_message(response, at)
    region = word(request.get("region"), "request.region")
    deployment = word(request.get("deployment"), "request.deployment")
    in_url = _model_in(url, platform)
    dimensions: dict[str, str] = {} if platform == "api" else {"platform": platform}
    if platform == "vertex":
        endpoint = vertex_endpoint(spot.location or region)
        dimensions |= {"endpoint": endpoint} if endpoint else {}
    parts = []
    for part in message.parts:
        model = part.model or in_url or deployment
        if platform == "bedrock":
            model = in_url if in_url and part.model in (None, response.get("model")) else model
            dimensions = of_bedrock(model, region or spot.location)
        elif platform == "foundry" and part.model == response.get("model"):
            asked = of_asked(_asked(request) or in_url, part.model, platform)
            dimensions = {"platform": platform, **asked}
        parts.append(within(part, dimensions, model))
    given = {"region": region, "deployment": deployment}
    attributes = {name: text for name, text in given.items() if text}
    return (Record(tuple(parts), _named(place, response), FORMAT, message.notes, attributes),)


def _located(url: str) -> Located:
    found = located(url)
    if found is None:
        raise UsageError(
            "unknown_platform",
            f"`request.url` is {shown(url)}, of no known platform",
            "read the `response` alone, with `--platform` and `--endpoint`",
        )
    return found


def _asked(request: Mapping[str, object]) -> object:
    """The deployment that a request names, beside its URL or in its body."""
    body = request.get("body")
    return request.get("deployment") or (body.get("model") if is_object(body) else None)


def _model_in(url: str, platform: str) -> str | None:
    """The id of the model in a URL, where it has one;
    Bedrock writes the `:` of an id, and the `/` of an ARN, as `%3A` and `%2F`.
    """
    match = (_MODEL_OF_BEDROCK if platform == "bedrock" else _MODEL_IN_URL).search(url)
    return unquote(match[1]) if match else None


def _named(place: Place, response: Mapping[str, object]) -> Place:
    id = response.get("id")
    return (
        evolve(place, id=id[:200])
        if place.id is None and isinstance(id, str) and id.isprintable()
        else place
    )
