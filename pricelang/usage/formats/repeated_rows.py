"""Rows that several reports of one run may repeat: a copy is skipped, other counts are refused."""

from __future__ import annotations

from collections.abc import Hashable

from attrs import field, frozen

from pricelang.usage.records import Outcome, Place, Record, Skipped, UsageError

_MOST = 2**18


@frozen
class SeenRows:
    """The rows so far, by what they are of: their counts, and where they stand."""

    rows: dict[Hashable, tuple[str, Place]] = field(factory=dict)

    def once(self, names: Hashable, record: Record, help: str) -> Outcome:
        """The record of a row that is of `names`, or that it is a copy.
        Raises `UsageError` (`changed_row`) where the row before it had other counts.
        """
        counts = repr([(part.model, sorted(part.usage.items())) for part in record.parts])
        before = self.rows.setdefault(names, (counts, record.place))
        if len(self.rows) > _MOST:
            del self.rows[next(iter(self.rows))]
        if before[1] is record.place:
            return record
        if before[0] == counts:
            return Skipped(record.place, f"a copy of the row at {before[1]}")
        raise UsageError("changed_row", f"this row stands with other counts at {before[1]}", help)
