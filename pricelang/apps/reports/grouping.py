"""What records can be grouped by: what they are, say or carry, by name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, tzinfo
from typing import TypeAlias

from pricelang.apps.answers import RecordDefaults
from pricelang.apps.reports.period import PERIODS, moment, turn_name
from pricelang.evaluate.line_items import Priced
from pricelang.model import book as m
from pricelang.model.errors import BadRequest
from pricelang.present.text import did_you_mean, shown
from pricelang.usage.records import Part, Record

OWN = ("model", *PERIODS, "file", "format", "id")
"""What every record can be grouped by, besides its dimensions and attributes;
each but `model` may be unknown.
"""
MAX_NAMES = 1_000
Key: TypeAlias = tuple[object, ...]


class GroupKeys:
    """The names that a pass over records groups by, and what is known of them; of `optional`
    ones, which come last in a key, no record needs to carry any.
    """

    def __init__(
        self,
        book: m.Book,
        by: Sequence[str],
        zone: tzinfo | None = UTC,
        optional: Sequence[str] = (),
    ) -> None:
        self.by, self._zone, self.optional = tuple(by), zone, tuple(optional)
        self._defaults = {d.name: d.values[d.default].name for d in book.dimensions}
        self._seen: dict[str, None] = {}
        self._any = False

    def key(self, record: Record, part: Part, priced: Priced, given: RecordDefaults) -> Key:
        """The group of a request; None for what it does not say.
        Raises `BadRequest` (`bad_date`).
        """
        self._any = True
        for name in (*record.attributes, *part.attributes):
            if name not in self._seen and len(self._seen) < MAX_NAMES:
                self._seen[name] = None
        names = (*self.by, *self.optional)
        return tuple(self._value(name, record, part, priced, given) for name in names)

    def _value(
        self, name: str, record: Record, part: Part, priced: Priced, given: RecordDefaults
    ) -> object:
        if name == "model":
            return priced.cell.model.name
        if name in PERIODS:
            at = part.at if part.at is not None else given.at
            return None if at is None else turn_name(moment(at, self._zone)[1], name)
        if name in self._defaults:
            return dict(priced.dimensions).get(name, self._defaults[name])
        if name in ("file", "format", "id"):
            return (record.format if name == "format" else getattr(record.place, name)) or None
        return part.attributes.get(name, record.attributes.get(name))

    def check(self) -> None:
        """Raises `BadRequest` (`no_column`) for a name that no record carries,
        once there was a record.
        """
        known = [*OWN, *self._defaults, *self._seen]
        unknown = next((name for name in self.by if name not in known), None)
        if unknown is not None and self._any:
            raise BadRequest(
                "no_column",
                f"no record carries `{shown(unknown)}`",
                help=lambda: (
                    did_you_mean(shown(unknown), known)
                    or "they carry: " + ", ".join(map(shown, known[:40]))
                ),
            )
