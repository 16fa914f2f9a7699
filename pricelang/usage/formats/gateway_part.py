"""The request of one call that a gateway logged: where it went, and whether it is one."""

from __future__ import annotations

from attrs import evolve

from pricelang.usage.platform_names import named_platform, platform_of_message
from pricelang.usage.platforms import named
from pricelang.usage.records import SUM, Part


def gateway_part(part: Part, provider: object = None, id: object = None) -> Part:
    """The part of a call with the platform that the `id` of its message says, or its `provider`;
    with web searches or fetches it is a sum.
    """
    # An id that says its platform says it better than the name of a provider,
    # which may have several.
    says = part.model is not None and "platform" in named(part.model).dimensions
    platform = platform_of_message(id) or (None if says else named_platform(provider))
    dimensions = {"platform": platform, **part.dimensions} if platform else part.dimensions
    # After each search the model is sampled once more: the counts are those of several prompts.
    kind = SUM if "web_search" in part.usage or "web_fetch" in part.usage else part.kind
    return evolve(part, dimensions=dimensions, kind=kind)
