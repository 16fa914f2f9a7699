"""Points of a metric to what each one adds: a delta counts once, and a running total counts its
growth.

A stream is a metric with its resource and all attributes. Its totals run from a start; another
start is another run of the counter, and so is a smaller total where no start is told. Exports come
in any order and more than once: what is known already adds nothing.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, assert_never

from attrs import frozen

from pricelang.usage.fields import shown
from pricelang.usage.records import UsageError

Temporality: TypeAlias = Literal["delta", "cumulative"]
MOST = 2**18
"""Points and streams that are remembered; of a longer run the last ones."""
_TEMPORALITIES: dict[object, Temporality] = {
    1: "delta",
    2: "cumulative",
    "1": "delta",
    "2": "cumulative",
    "AGGREGATION_TEMPORALITY_DELTA": "delta",
    "AGGREGATION_TEMPORALITY_CUMULATIVE": "cumulative",
    "Delta": "delta",
    "Cumulative": "cumulative",
}


def temporality_of(value: object, path: str) -> Temporality:
    """The temporality that a sum states. Raises `UsageError` where it states none."""
    found = _TEMPORALITIES.get(value) if isinstance(value, int | str) else None
    if found is None:
        raise UsageError(
            "unknown_value",
            f"`{path}` is {shown(value)}: whether the points are running totals is not known",
            "known: 1 (delta) and 2 (cumulative)",
        )
    return found


@frozen
class MetricPoint:
    """A point of a stream: where it starts and when it was taken, as texts in order of time."""

    stream: str
    start: str
    time: str
    value: int
    temporality: Temporality


class MetricStreams:
    """The streams of one run."""

    def __init__(self) -> None:
        self._deltas: dict[tuple[str, str, str], int] = {}
        self._totals: dict[tuple[str, str], tuple[str, int]] = {}

    def growth(self, point: MetricPoint) -> int | None:
        """What a point adds, None for a copy of one that counts already.
        Raises `UsageError` where it stands with another value too.
        """
        match point.temporality:
            case "delta":
                return self._delta(point)
            case "cumulative":
                return self._total(point)
            case _:
                assert_never(point.temporality)

    def _delta(self, point: MetricPoint) -> int | None:
        key = (point.stream, point.start, point.time)
        before = self._deltas.get(key)
        if before is None:
            self._deltas[key] = point.value
            if len(self._deltas) > MOST:
                del self._deltas[next(iter(self._deltas))]
            return point.value
        if before != point.value:
            raise UsageError(
                "changed_point",
                f"a point of the same stream and time has {before:,}, and this one {point.value:,}",
                "streams that nothing tells apart cannot be added up: keep `session.id`",
            )
        return None

    def _total(self, point: MetricPoint) -> int | None:
        key = (point.stream, point.start)
        before = self._totals.get(key)
        if before is not None and point.time < before[0]:
            return None
        self._totals[key] = (point.time, point.value)
        if len(self._totals) > MOST:
            del self._totals[next(iter(self._totals))]
        if before is None or (point.value < before[1] and not point.start):
            return point.value
        if point.value < before[1]:
            raise UsageError(
                "changed_point",
                f"a running total has fallen from {before[1]:,} to {point.value:,} without a new "
                "start",
                "two sources write one stream: keep what tells them apart, such as `session.id`",
            )
        return point.value - before[1]
