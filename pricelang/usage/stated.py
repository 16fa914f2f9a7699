"""What a record states of its service tier, its speed and its geography,
in the words of the Claude API.

A stated value is kept even where it is the plain one, because what a record says wins over what a
caller gives for records that say nothing. A blank text, null, `not_available` and `auto` say
nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pricelang.usage.fields import word

STATED = ("service_tier", "speed", "inference_geo")
PLAIN = {
    "service_tier": "standard",
    "speed": "standard",
    "inference_geo": "global",
    "context_window": "standard",
}
"""The values of a plain request: a book that has no word for one has no other price for it."""
_WORDS = {
    "service_tier": {"default": "standard", "on-demand": "standard", "on_demand": "standard"},
    "speed": {"normal": "standard"},
    "inference_geo": {},
}  # fmt: skip
_SILENT = ("auto", "not_available")


def stated(
    holder: Mapping[str, object], path: str, names: Collection[str] = STATED
) -> dict[str, str]:
    """The values that `holder`, which stands at `path`, states of the dimensions in `names`.
    Raises `UsageError`.

    >>> usage = {"service_tier": "default", "speed": None, "inference_geo": "not_available"}
    >>> stated(usage, "usage")
    {'service_tier': 'standard'}
    """
    found: dict[str, str] = {}
    for name in names:
        value = holder.get(name)
        if value is not None:
            # Nearly all say the plain thing, and the whole path is for the others.
            plain = PLAIN[name]
            text = (
                plain
                if value == plain
                else meaning(name, word(value, f"{path}.{name}" if path else name))
            )
            if text is not None:
                found[name] = text
    return found


def meaning(name: str, text: str | None) -> str | None:
    """A value of a dimension in the words of the Claude API, None where it says nothing."""
    return None if text is None or text in _SILENT else _WORDS[name].get(text, text)


def unlike_plain(dimensions: Mapping[str, str]) -> dict[str, str]:
    """The dimensions that tell a request from the plain one:
    two records that differ in a stated plain value speak of one request.
    """
    return {name: value for name, value in dimensions.items() if PLAIN.get(name) != value}
