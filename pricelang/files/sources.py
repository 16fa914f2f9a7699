"""The books that a source names, in their order."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path


def sources_of(source: str | Path | Sequence[str | Path]) -> tuple[str | Path, ...]:
    """The books that a source names: one, or several as a list or with commas between them.

    >>> sources_of("anthropic,litellm")
    ('anthropic', 'litellm')
    """
    if isinstance(source, str):
        several = "," in source and not os.path.exists(source)
        return tuple(part.strip() for part in source.split(",")) if several else (source,)
    if not isinstance(source, Sequence) or not source:
        return (source,)  # type: ignore[return-value]
    return tuple(source)
