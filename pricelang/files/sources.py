"""The books that a source names, in their order."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pricelang.files.places import text_in

if TYPE_CHECKING:
    from pricelang.files.places import Source


def sources_of(source: Source | Sequence[Source]) -> tuple[Source, ...]:
    """The books that a source names: one, or several as a list or with commas between them.

    >>> sources_of("anthropic,litellm")
    ('anthropic', 'litellm')
    """
    if isinstance(source, str):
        several = "," in source and text_in(source) is None and not os.path.exists(source)
        return tuple(part.strip() for part in source.split(",")) if several else (source,)
    if isinstance(source, Sequence) and text_in(source) is None:
        return tuple(source)  # type: ignore[arg-type]
    return (source,)  # type: ignore[return-value]
