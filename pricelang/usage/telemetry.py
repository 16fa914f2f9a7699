"""Sessions of which telemetry tells the requests twice: one by one in events, added up in metrics.

Events tell each request, so they go before metrics, which are skipped; metrics that count already
cannot be taken back, and then the events are refused.
"""

from __future__ import annotations

from pricelang.usage.records import Outcome, Place, Record, Rejected, Skipped

EVENTS, METRICS = "otel", "otel-metrics"
MOST = 2**16
"""Sessions that are remembered; of a longer run the last ones."""


class TelemetrySessions:
    """The sessions so far, by the signal that told them first."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], Place] = {}

    def settled(self, record: Record) -> Outcome:
        """The record of telemetry, or why it does not count beside the other signal."""
        session = record.attributes.get("session")
        if session is None or not record.parts:
            return record
        other = self._told.get((session, EVENTS if record.format == METRICS else METRICS))
        if other is None:
            self._told.setdefault((session, record.format), record.place)
            if len(self._told) > MOST:
                del self._told[next(iter(self._told))]
            return record
        if record.format == METRICS:
            return Skipped(record.place, f"the events of its session count, as at {other}")
        return Rejected(
            record.place,
            "counted_twice",
            f"the metrics at {other} count the requests of this session",
            "give the events of telemetry or its metrics alone",
            record.raw,
        )
