"""The record of one call that a gateway or a library logged."""

from __future__ import annotations

from collections.abc import Mapping

from pricelang.model.notes import Note
from pricelang.usage.platform_names import named_platform, platform_of_message
from pricelang.usage.platforms import named
from pricelang.usage.records import SUM, Part, Place, Record
from pricelang.usage.times import instant

FORMAT = "gateways"


def gateway_record(
    value: Mapping[str, object],
    at: str,
    part: Part,
    provider: object,
    place: Place,
    notes: list[Note],
    attributes: Mapping[str, str],
) -> Record:
    """The record of a call, whose `part` gets its instant and the platform of its `provider`."""
    # An id that says its platform says it better than the name of a provider,
    # which may have several.
    says = part.model is not None and "platform" in named(part.model).dimensions
    platform = platform_of_message(value.get("id")) or (None if says else named_platform(provider))
    # After each search the model is sampled once more: the counts are those of several prompts.
    kind = SUM if "web_search" in part.usage or "web_fetch" in part.usage else part.kind
    dimensions = {"platform": platform, **part.dimensions} if platform else part.dimensions
    part = Part(part.model, instant(value.get(at), at), dimensions, part.usage, kind=kind)
    return Record((part,), place, FORMAT, tuple(notes), attributes)
