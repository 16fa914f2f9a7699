"""Ids of a book that has the models of many providers: the provider that a record tells stands in
front of them, and a platform is no dimension there but such a provider.
"""

from __future__ import annotations

from attrs import evolve

from pricelang.model.notes import Note
from pricelang.usage.model_ids import ModelIds
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


def routed(ids: ModelIds, part: Part, told: str | None) -> tuple[Part, tuple[Note, ...]]:
    """A part with the id that its provider has in a book, and what is to be known of it; `told` is
    the provider that the record tells. As it is where the book knows platforms and no providers.
    """
    platform = None if "platform" in ids.values else part.dimensions.get("platform")
    told = part.attributes.get("provider", told)
    if platform is None and (told is None or not ids.has_providers):
        return part, ()
    dimensions = {k: v for k, v in part.dimensions.items() if k != "platform" or not platform}
    for provider in (platform, told):
        name = _with_provider(ids, part.model, provider)
        if name is not None:
            return evolve(part, model=name, dimensions=dimensions), ()
    notes: tuple[Note, ...] = ()
    if platform is not None:
        text = f"the book has no prices of the platform `{platform}`: priced without it"
        notes = (Note("provider", text),)
    return evolve(part, dimensions=dimensions), notes


def _with_provider(ids: ModelIds, model: str | None, provider: str | None) -> str | None:
    if model is None or provider is None:
        return None
    own = provider.lower().replace(" ", "-")
    if any(ids.is_name(model) and model.startswith(f"{one}/") for one in _prefixes(own)):
        return model
    names = (f"{one}/{model}" for one in _prefixes(own))
    return next((name for name in names if ids.is_name(name)), None)


def _prefixes(provider: str) -> tuple[str, ...]:
    return _IN_FRONT.get(provider, (provider,))
