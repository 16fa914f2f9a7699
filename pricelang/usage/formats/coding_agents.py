"""What records of coding agents have in common: the provider that a model is served by."""

from __future__ import annotations

from pricelang.model.notes import Note
from pricelang.usage.fields import shown, word
from pricelang.usage.platform_names import named_platform

_LIST_PRICED = ("anthropic", "claude", "claude-code", "claude-max", "openrouter", "cline", "roo")
"""Providers at whose list price a Claude model is served, or that say no platform."""


def platform_dimensions(
    provider: object, model: str | None, path: str, notes: list[Note]
) -> dict[str, str]:
    """The platform on which a provider serves a Claude model; a note where it is not known.

    Of other models a provider says nothing that their book has a word for.
    """
    name = word(provider, path)
    if name is None or model is None or "claude" not in model.lower():
        return {}
    platform = named_platform(name)
    if platform is None and name.lower() not in _LIST_PRICED:
        notes.append(
            Note(
                "provider",
                f"`{path}` is {shown(name)}: give the platform, or it is priced as the API",
            )
        )
    return {} if platform is None else {"platform": platform}
