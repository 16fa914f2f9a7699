"""Ids of a book that has the models of many providers: the provider that a record tells stands in
front of them, and a platform is no dimension there but such a provider.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from attrs import evolve

from pricelang.model.notes import Note
from pricelang.usage.model_ids import ModelIds
from pricelang.usage.platforms import named
from pricelang.usage.records import Part

# Providers as records tell them, each with what the lists of other projects write in front of ids.
_IN_FRONT = {
    "aws.bedrock": ("bedrock", "aws"),
    "azure.ai.inference": ("azure_ai", "azure"),
    "azure.ai.openai": ("azure",),
    "bedrock": ("bedrock", "aws"),
    "foundry": ("azure_ai", "azure"),
    "gcp.gemini": ("gemini", "google"),
    "gcp.vertex_ai": ("vertex_ai", "google"),
    "google": ("gemini", "google", "vertex_ai"),
    "mistral_ai": ("mistral",),
    "vertex": ("vertex_ai", "google"),
    "x_ai": ("xai", "x-ai"),
}
_DATED = re.compile(r"-(?=[0-9]{8}\Z)")
"""What stands before the day of a model's version; Vertex AI writes `@` there."""


def routed(ids: ModelIds, part: Part, told: str | None) -> tuple[Part, tuple[Note, ...]]:
    """A part with the id that its provider has in a book, and what is to be known of it; `told` is
    the provider that the record tells. As it is where the book knows platforms and no providers.
    """
    platform = None if "platform" in ids.values else part.dimensions.get("platform")
    told = part.attributes.get("provider", told)
    dimensions, notes = _worded(ids, part)
    if dimensions is not part.dimensions:
        part = evolve(part, dimensions=dimensions)
    if platform is None and (told is None or not ids.has_providers):
        return part, notes
    for provider in (platform, told):
        name = _with_provider(ids, part.model, provider)
        if name is not None:
            return evolve(part, model=name), notes
    if platform is not None:
        text = f"the book has no prices of the platform `{platform}`: priced without it"
        notes = (Note("provider", text), *notes)
    return part, notes


def _worded(ids: ModelIds, part: Part) -> tuple[Mapping[str, str], tuple[Note, ...]]:
    """The dimensions of a part in the words of a book. One without platforms has the price of the
    global endpoint as its plain one, and one price for all others, or none for them.
    """
    told = part.dimensions
    if "platform" in ids.values or not ("platform" in told or "endpoint" in told):
        return told, ()
    known, endpoint = ids.values.get("endpoint", ()), told.get("endpoint")
    rest = {name: value for name, value in told.items() if name != "platform"}
    is_of_cloud = "platform" in told or "platform" in named(part.model or "").dimensions
    if endpoint is None or endpoint in known or not is_of_cloud:
        return rest, ()
    del rest["endpoint"]
    if endpoint == "global":
        return rest, ()
    if "regional" in known:
        return {**rest, "endpoint": "regional"}, ()
    text = f"the book has no prices of the endpoint `{endpoint}`: priced without it"
    return rest, (Note("provider", text),)


def _with_provider(ids: ModelIds, model: str | None, provider: str | None) -> str | None:
    if model is None or provider is None:
        return None
    own = provider.lower().replace(" ", "-")
    if any(ids.is_name(model) and model.startswith(f"{one}/") for one in _prefixes(own)):
        return model
    written = (model, _DATED.sub("@", model)) if own == "vertex" else (model,)
    names = (f"{one}/{name}" for one in _prefixes(own) for name in written)
    return next((name for name in names if ids.is_name(name)), None)


def _prefixes(provider: str) -> tuple[str, ...]:
    return _IN_FRONT.get(provider, (provider,))
