"""The sources of a book, with the day on which each was read, and how often it is."""

from __future__ import annotations

from pricelang.check.draft import Draft
from pricelang.model import book as m
from pricelang.syntax import tree as t


def declare_sources(draft: Draft) -> None:
    """Declares every source."""
    for _, source in draft.statements(t.Source):
        if draft.declare("source", source.name):
            draft.sources[source.name.text] = m.Source(
                source.name.text, source.address.text, source.read.seconds, _days(draft, source)
            )


def _days(draft: Draft, source: t.Source) -> int | None:
    """After how many days a source is read again; None where it is not alive."""
    if source.every is None or source.unit is None:
        return None
    days = source.every.value
    if source.unit.text not in ("day", "days") or days.denominator != 1 or days < 1:
        draft.fault(
            "bad_interval",
            "a source is read again after a whole number of days",
            source.every.span,
            "write `every 30 days`",
        )
        return None
    return int(days)
