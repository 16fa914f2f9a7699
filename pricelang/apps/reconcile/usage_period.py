"""The usage of the days that a bill is of: what other days used is left out, and counted."""

from __future__ import annotations

from attrs import evolve

from pricelang.apps.reconcile.keys import Side, Used
from pricelang.apps.reports.period import Period
from pricelang.model.instants import written
from pricelang.present.text import how_many


def within_period(
    used: tuple[Used, ...], side: Side, period: Period | None
) -> tuple[tuple[Used, ...], Side]:
    """The usage of a period, and the side that then covers all of it and nothing else."""
    if period is None or period.start is None or period.end is None:
        return used, side
    start, end = written(period.start)[:10], written(period.end)[:10]
    inside = tuple(use for use in used if use.key.day is None or start <= use.key.day < end)
    left = len({use.place for use in used} - {use.place for use in inside})
    notes = (
        (f"{how_many(left, 'row')} of the usage outside of {period.name} left out",) if left else ()
    )
    return inside, evolve(side, start=start, end=end, notes=(*side.notes, *notes))
