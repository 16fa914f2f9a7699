"""What one look at all rows of a table of DuckDB tells, before any is priced: how many there are,
the ends of their instants, and the bounds of their quantities.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import define

from pricelang.engines.names import quoted
from pricelang.engines.quantities import Bounds, has_bounds, instant_of
from pricelang.engines.sources import UsageTable
from pricelang.evaluate.rate_table.axes import Period
from pricelang.model.instants import seconds_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

STRANGE = (
    "TIMESTAMP",
    "DATE",
    "TIMESTAMP_S",
    "TIMESTAMP_MS",
    "TIMESTAMP_NS",
    "TIMESTAMP WITH TIME ZONE",
)
"""Types of instants among which infinity may be,
and years that no request has (milliseconds taken for seconds).
"""
PLAIN = ("TIMESTAMP", "DATE")
FIRST_DAY, AFTER_DAYS = "0001-01-01", "10000-01-01"


@define(eq=False, repr=False)
class FirstLook:
    """A table, and which of its columns have instants and quantities."""

    connection: DuckDBPyConnection
    source: UsageTable
    at: str | None
    meters: tuple[str, ...]

    @cached_property
    def types(self) -> dict[str, str]:
        """The type of each column."""
        return dict(self.source.columns)

    @cached_property
    def _found(self) -> dict[str, Any]:
        """What the look tells, by the SQL that asks it:
        of a Parquet file without its rows being read.
        """
        asked = ["count(*)"]
        if self.at is not None and self.types[self.at] in STRANGE:
            asked.append(_strange(self.at, self.types[self.at]))
        if self.at is not None and self.types[self.at] in PLAIN:
            asked += [*_ends(self.at), f"count({quoted(self.at)})"]
        for column in self.meters:
            asked += _ends(column) if has_bounds(self.types[column]) else ()
        return dict(zip(asked, self.row(", ".join(asked)), strict=True))

    def row(self, asked: str) -> tuple[Any, ...]:
        """What is asked of all rows."""
        sql = f"select {asked} from ({self.source.sql})"
        # all of it, so that the connection is free for what comes next
        (row,) = self.connection.execute(sql).fetchall()
        return tuple(row)

    @property
    def rows(self) -> int:
        """The number of rows."""
        return int(self._found["count(*)"])

    def bounds(self, column: str) -> Bounds | None:
        """The least and the greatest value of a column, where they say anything of quantities."""
        if column not in self.meters or not has_bounds(self.types[column]):
            return None
        least, most = _ends(column)
        return self._found[least], self._found[most]

    # ---- the instants ----

    @property
    def is_strange(self) -> bool:
        """Whether infinity or a year beyond those that dates have is among the instants,
        which are none.
        """
        at = self.at
        return at is not None and bool(self._found.get(_strange(at, self.types[at]), False))

    @property
    def instant(self) -> str:
        """The instant of a row, as SQL."""
        found = instant_of(self.at or "", self.types[self.at or ""])
        first, after = f"timestamp '{FIRST_DAY}'", f"timestamp '{AFTER_DAYS}'"
        if not self.is_strange:
            return found
        return f"case when {found} >= {first} and {found} < {after} then {found} end"

    @property
    def _known_ends(self) -> str | None:
        """The column of instants, where the look tells their ends."""
        at = self.at
        return at if at is not None and self.types[at] in PLAIN and not self.is_strange else None

    @cached_property
    def period(self) -> Period:
        """The first and the last instant, in UTC seconds; None where no row has any."""
        if self._known_ends:
            first, last = (self._found[end] for end in _ends(self._known_ends))
        else:
            first, last = self.row(f"min({self.instant}), max({self.instant})")
        return _seconds(first), _seconds(last)

    @cached_property
    def lacks_instants(self) -> bool:
        """Whether a row has no instant."""
        if self._known_ends:
            return bool(self._found[f"count({quoted(self._known_ends)})"] < self.rows)
        return self.at is not None and bool(self.row(f"count({self.instant})")[0] < self.rows)


def _ends(column: str) -> tuple[str, str]:
    """The least and the greatest value of a column, as SQL."""
    return f"min({quoted(column)})", f"max({quoted(column)})"


def _strange(column: str, kind: str) -> str:
    least, most = _ends(column)
    if kind == "TIMESTAMP_NS":  # has no other strange ones
        return f"coalesce(isinf({least}) or isinf({most}), false)"
    first, after = (
        f"{kind} '{day}{'' if kind == 'DATE' else ' 00:00:00+00'}'"
        for day in (FIRST_DAY, AFTER_DAYS)
    )
    return f"coalesce({least} < {first} or {most} >= {after}, false)"


def _seconds(found: object) -> int | None:
    """UTC seconds of what DuckDB gives for an instant."""
    if found is None:
        return None
    if isinstance(found, datetime):
        return int(found.replace(tzinfo=found.tzinfo or UTC).timestamp() // 1)
    return seconds_of(found)  # type: ignore[arg-type]
