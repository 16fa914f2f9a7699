"""What the URL of a request says: the platform, and the location or the region on it."""

from __future__ import annotations

import re

from attrs import frozen

from pricelang.usage.bedrock_ids import of_bedrock
from pricelang.usage.platform_names import vertex_endpoint

_PORT = r"(?::\d+)?(?:/|\Z)"
_HOSTS = tuple(
    (re.compile(r"https?://" + host + _PORT), platform)
    for host, platform in (
        (
            r"(?:[a-z0-9-]+\.)*(?:(?P<location>[a-z0-9-]+)-)?"
            r"aiplatform\.(?:(?P<rep>[a-z]+)\.rep\.)?googleapis\.com",
            "vertex",
        ),
        (
            r"[a-z0-9.-]+\.(?:(?:services\.ai|openai|cognitiveservices|inference\.ai)"
            r"\.azure\.com)",
            "foundry",
        ),
        (r"aws-external-anthropic\.[a-z0-9-]+\.api\.aws", "aws"),
        (
            r"(?:[a-z0-9-]+\.)*bedrock-(?:runtime|mantle)(?:-fips)?\.(?P<location>[a-z0-9-]+)\."
            r"(?:vpce\.)?(?:amazonaws\.com(?:\.cn)?|api\.aws)",
            "bedrock",
        ),
        (r"api\.anthropic\.com", "api"),
    )
)
_LOCATION = re.compile(r"/locations/([a-z0-9-]+)(?:/|\Z)")
_MAX = 500


@frozen
class Located:
    """Where a request went. `location` is that of Vertex AI, or the region of Bedrock; None where
    the URL does not tell it.
    """

    platform: str
    location: str | None = None


def located(url: object) -> Located | None:
    """What a URL says of where it leads, None for one of no known platform.

    >>> located("https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5/x")
    Located(platform='vertex', location='us-east5')
    >>> located("https://example.com") is None
    True
    """
    if not isinstance(url, str):
        return None
    for pattern, platform in _HOSTS:
        match = pattern.match(url[:_MAX])
        if match is not None:
            in_path = _LOCATION.search(url) if platform == "vertex" else None
            in_host = next((text for text in match.groupdict().values() if text), None)
            return Located(platform, in_path[1] if in_path else in_host)
    return None


def where_of(asked: Located, model: str | None) -> dict[str, str]:
    """The platform of a request for a model, and its endpoint where the URL says one; the Claude
    API is no platform that anybody must name.

    >>> where_of(Located("vertex", "us-east5"), "claude-opus-5")
    {'platform': 'vertex', 'endpoint': 'regional'}
    """
    if asked.platform == "api":
        return {}
    if asked.platform == "bedrock":
        return of_bedrock(model, asked.location)
    endpoint = vertex_endpoint(asked.location) if asked.platform == "vertex" else None
    return {"platform": asked.platform} | ({"endpoint": endpoint} if endpoint else {})
