"""What any importer gathers on its way through a price list."""

from __future__ import annotations

from attrs import define, field

from pricelang.apps.imports.clocks import WeekClock
from pricelang.apps.imports.drafts import DraftModel, DraftPrice, Imported, Unsaid
from pricelang.present.text import shown


@define
class ImportWork:
    """The models and prices so far, and what could not be said."""

    imported: Imported = field(factory=lambda: Imported({}, []))
    models: list[DraftModel] = field(factory=list)
    known: set[str] = field(factory=set)
    prices: list[DraftPrice] = field(factory=list)
    aliases: dict[str, str] = field(factory=dict)
    day: WeekClock | None = None

    def unsaid(self, model: str, name: str, value: object, reason: str) -> None:
        """A figure that the book does not have."""
        self.imported.listed.append(Unsaid(model, name, shown(value, 120), reason))
