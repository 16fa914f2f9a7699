"""The request of one call that a gateway logged: where it went, and whether it is one."""

from __future__ import annotations

from attrs import evolve

from pricelang.model.notes import Note
from pricelang.usage.platform_names import named_platform, platform_of_message, seller_of
from pricelang.usage.platforms import named
from pricelang.usage.records import SUM, Part

GATEWAY_HIT = Note("nothing_billed", "a hit in the gateway's cache: no request was made")


def gateway_part(
    part: Part, provider: object = None, id: object = None, notes: list[Note] | None = None
) -> Part:
    """The part of a call with the platform that the `id` of its message says, or its `provider`;
    with web searches or fetches it is a sum. A provider with prices of its own goes into `notes`.
    """
    if notes is not None:
        note_seller(provider, part.model, notes)
    # An id that says its platform says it better than the name of a provider,
    # which may have several.
    says = part.model is not None and "platform" in named(part.model).dimensions
    platform = platform_of_message(id) or (None if says else named_platform(provider))
    dimensions = {"platform": platform, **part.dimensions} if platform else part.dimensions
    # After each search the model is sampled once more: the counts are those of several prompts.
    kind = SUM if "web_search" in part.usage or "web_fetch" in part.usage else part.kind
    return evolve(part, dimensions=dimensions, kind=kind)


def note_seller(provider: object, model: str | None, notes: list[Note]) -> None:
    """Notes that a Claude model was sold by somebody with prices of their own."""
    seller = seller_of(provider)
    if seller is not None and model is not None and "claude" in model.lower():
        note = Note("provider", f"{seller} has prices of its own, which the book may not have")
        if note not in notes:
            notes.append(note)
