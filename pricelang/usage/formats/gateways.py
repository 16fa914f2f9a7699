"""What `--format gateways` reads: logs and observations of gateways and libraries,
each by the format of its tool.

The name is that of one format which these were once; a record carries the name of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from pricelang.usage.formats import helicone, langfuse, litellm, pydantic_ai
from pricelang.usage.records import Outcome, Place, UsageError

FORMAT = "gateways"
_Knows: TypeAlias = Callable[[Mapping[str, object]], bool]
_Reads: TypeAlias = Callable[[Mapping[str, object], Place], Iterable[Outcome]]
_FORMATS: tuple[tuple[_Knows, _Reads], ...] = (
    (langfuse.known, langfuse.outcomes),
    (litellm.known, litellm.outcomes),
    (helicone.known, helicone.outcomes),
    (pydantic_ai.known, pydantic_ai.outcomes),
)


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is one of these, by the names of its keys."""
    return any(knows(value) for knows, _ in _FORMATS)


def outcomes(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
    """The records of an object. Raises `UsageError`."""
    for knows, reads in _FORMATS:
        if knows(value):
            return reads(value, place)
    raise UsageError(
        "unknown_record",
        "neither a log of LiteLLM or Helicone, nor an observation of Langfuse, nor usage of "
        "pydantic-ai",
    )
