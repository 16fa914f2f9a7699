"""What became of an import and of an export, in lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from pricelang.apps.exports.prices import Exported
from pricelang.apps.imports.drafts import Imported, Unsaid
from pricelang.present.text import printable

MOST_REASONS = 12
"""Reasons that are named one by one."""


def import_lines(found: Imported, output: str) -> Iterator[str]:
    """What was read, where it is, and what the book does not have."""
    entries = sum(not each.field for each in found.listed)
    figures = len(found.listed) - entries
    yield f"{len(found.files):,} files in {printable(output)}"
    yield (
        f"entries: {found.entries:,} read = {found.models:,} models + {found.aliases:,} "
        f"aliases + {entries:,} listed"
    )
    yield f"figures: {found.figures:,} read = {found.said:,} in the book + {figures:,} listed"
    reasons = Counter(each.reason for each in found.listed)
    for reason, count in reasons.most_common(MOST_REASONS):
        yield f"  {count:,} x {printable(reason)}"
    if len(reasons) > MOST_REASONS:
        yield f"  and {len(reasons) - MOST_REASONS:,} other reasons: `--unsaid FILE` has them all"


def export_line(found: Exported, format: str) -> str:
    """How many models were written, and how much could not be said."""
    return f"{found.models:,} models written; {len(found.unsaid):,} things that {format} cannot say"


def unsaid_lines(unsaid: Sequence[Unsaid]) -> Iterator[str]:
    """What could not be said, by field and reason, the most frequent first."""
    found = Counter((each.field, each.reason) for each in unsaid)
    for (field, reason), count in found.most_common(MOST_REASONS):
        yield f"  {count:,} x {printable(field)}: {printable(reason)}"
