"""The charts of a report as SVG without script:
when a cache pays, and the life of each model, in whole pixels.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import ceil

from pricelang.apps.audit_report.report import Payback
from pricelang.apps.audit_report.time import Lane
from pricelang.model.instants import DAY, written
from pricelang.present.markup import Html, element, join
from pricelang.present.svg import NARROW, SIDE, WIDE, chart_text, diamond, figure, mark, rule
from pricelang.present.text import cut

MAX_LANES = 80
"""Lanes that a chart shows, the first ones; the tables beside it have all."""

_LABEL = 200
"""Room for the name of a model beside its bar."""


# ---- when a cache pays ---------------------------------------------------------------------------


def payback_chart(paybacks: tuple[Payback, ...]) -> Html:
    """A lane for each group of models,
    and on it a mark for each kind of cache at the reads that equal its price.
    """
    writes = list(dict.fromkeys(found.write for found in paybacks))
    groups: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Payback]] = {}
    for found in paybacks:
        groups.setdefault((found.models, found.stack), []).append(found)
    if not groups:
        return Html("")
    most = max(2, *(ceil(found.exact) for found in paybacks if found.exact is not None), 0)
    step = max(1, -(-most // 6))
    scale = NARROW - 2 * SIDE - 50
    lanes = sorted(groups.items(), key=lambda item: -len(item[0][0]))[:MAX_LANES]
    top = 18 * len(writes) + 36
    height = top + sum(18 * len(paid) + 30 for _, paid in lanes)
    parts = [_key(writes), chart_text(NARROW - SIDE, top - 14, "reads", "axis", "end")]
    for read in range(0, most + 1, step):
        x = SIDE + read * scale // most
        parts += [
            rule(x, top - 8, x, height - 8, "grid"),
            chart_text(x, top - 14, str(read), "axis", "middle"),
        ]
    y = top
    for (models, stack), paid in lanes:
        parts.append(_lane_label(models, stack, y))
        for number, payback in enumerate(paid):
            at = y + 18 * number + 30
            parts.append(_payback(payback, writes.index(payback.write), at, scale, most))
        y += 18 * len(paid) + 30
    caption = (
        "A mark stands where the costs with and without a cache are equal; beside it, the first "
        "whole number of reads that costs less."
    )
    title = "Reads after the write until a cache pays, by model"
    return figure(title, caption, NARROW, height, *parts)


def _lane_label(models: tuple[str, ...], stack: tuple[str, ...], y: int) -> Html:
    """The models of a lane and the rules that must hold, whole on the side."""
    more = f" and {len(models) - 1} more" if len(models) > 1 else ""
    rules = f" ({' x '.join(stack)})" if stack else ""
    label = chart_text(SIDE + 6, y + 14, cut(f"{models[0]}{more}{rules}", 52), "label")
    return element("g", element("title", ", ".join(models)), label)


def _key(writes: list[str]) -> Html:
    return join(
        *(
            join(mark(SIDE + 6, 14 + 18 * at, at), chart_text(SIDE + 20, 19 + 18 * at, name))
            for at, name in enumerate(writes)
        )
    )


def _payback(payback: Payback, kind: int, y: int, scale: int, most: int) -> Html:
    if payback.exact is None or payback.reads is None:
        return chart_text(SIDE + scale, y + 4, "never", "axis", "end")
    x = SIDE + int(max(payback.exact, Fraction(0)) * scale / most)
    label = f"{payback.reads} read" + ("" if payback.reads == 1 else "s")
    return join(
        rule(SIDE, y, x, y, f"stem s{kind % 4}"),
        mark(x, y, kind),
        chart_text(x + 10, y + 4, label, "axis"),
    )


# ---- the life of models --------------------------------------------------------------------------


def timeline(lanes: tuple[Lane, ...], at: int, since: int | None) -> Html:
    """A bar for each model from its release on, fainter once it is deprecated,
    with a mark at each change of a price.

    Lanes come newest first and are drawn oldest first, as time runs.
    """
    if not lanes:
        return Html("")
    shown = lanes[:MAX_LANES][::-1]
    first, last = _span(shown, at)
    width, top, row = WIDE - 2 * SIDE, 44, 18
    height = top + row * len(shown) + 8

    def across(day: int) -> int:
        return SIDE + (day - first) * width // (last - first)

    parts = []
    for year in range(_year(first) + 1, _year(last) + 1):
        x = across(int(datetime.datetime(year, 1, 1, tzinfo=datetime.UTC).timestamp()))
        parts += [
            rule(x, top - 4, x, height - 4, "grid"),
            chart_text(x, top - 10, str(year), "axis", "middle"),
        ]
    for day, kind in ((at, "now"), (since, "since")):
        if day is not None and first <= day <= last:
            x, side = across(day), "end" if across(day) > WIDE // 2 else ""
            parts += [
                rule(x, 20, x, height - 4, kind),
                chart_text(x + (-4 if side else 4), 14, written(day), kind, side),
            ]
    for number, lane in enumerate(shown):
        parts.append(_life(lane, top + row * number, across, last))
    title = "Models and price changes in time"
    return figure(title, _timeline_caption(len(lanes), len(shown)), WIDE, height, *parts)


def _span(lanes: Sequence[Lane], at: int) -> tuple[int, int]:
    """The first day of a timeline, and a month behind its last."""
    days = [
        day
        for lane in lanes
        for day in (lane.start, lane.deprecated, lane.end, *(day for day, _ in lane.marks))
        if day is not None
    ]
    return min([*days, at]), max([*days, at]) + 30 * DAY


def _timeline_caption(lanes: int, shown: int) -> str:
    caption = (
        "A bar runs from the release of a model, fainter from its deprecation on, to its "
        "retirement; a diamond is a change of a list price."
    )
    more = f" The {MAX_LANES} newest of {lanes} models are shown."
    return caption + (more if lanes > shown else "")


def _life(lane: Lane, y: int, across: Callable[[int], int], last: int) -> Html:
    end = lane.end if lane.end is not None else last
    turn = min(lane.deprecated, end) if lane.deprecated is not None else end
    title = f"{lane.name}: released {written(lane.start)}"
    title += f", deprecated {written(lane.deprecated)}" if lane.deprecated is not None else ""
    title += f", retired {written(lane.end)}" if lane.end is not None else ""
    bars = [
        element(
            "rect",
            x=across(start),
            y=y + 5,
            width=max(1, across(stop) - across(start)),
            height=8,
            class_=kind,
        )
        for start, stop, kind in ((lane.start, turn, "life"), (turn, end, "life old"))
        if stop > start
    ]
    marks = [
        element(
            "g",
            element("title", f"{written(day)}: {what}"),
            element("path", d=diamond(across(day), y + 9), class_="change"),
        )
        for day, what in lane.marks
    ]
    begins, ends = across(lane.start), across(end)
    if begins > _LABEL:
        x, anchor = begins - 10, "end"
    else:
        x, anchor = (ends + 10 if ends < WIDE - _LABEL else begins + 8), ""
    label = chart_text(x, y + 13, cut(lane.name, 28), "label", anchor)
    return element("g", element("title", title), *bars, *marks, label)


def _year(seconds: int) -> int:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).year
