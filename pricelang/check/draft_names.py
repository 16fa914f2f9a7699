"""A book while it is checked: what its names stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction

from attrs import Factory, define

from pricelang.check.draft_faults import DraftFaults
from pricelang.model import book as m
from pricelang.model.units import TIMES, find_unit, plural
from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import Span
from pricelang.syntax.number_habits import SIZES

_HERE = {
    "dimension": "name a dimension here",
    "meter": "name meters here",
    "model": "name models here",
    "modifier": "name modifiers here",
}
"""What to do where a kind of name should stand and another kind does."""
_TOLD = {
    "model": ", and models with `for {}`",
    "meter": ", and meters behind `on`",
    "modifier": "",
    "dimension": ", and requests with `when {} is …`",
}
"""Where the other kind is named."""
_VALUE = ", and requests with `when {} is {}`"
_ALL = frozenset({"all", "any", "each", "every", "everything", "total", "totals", "prices"})
"""Words for all that a request uses, which are no names."""


@define
class DraftNames(DraftFaults):
    """The names that are declared so far."""

    sources: dict[str, m.Source] = Factory(dict)
    units: list[m.Unit] = Factory(lambda: list(TIMES))
    meters: list[m.Meter] = Factory(list)
    meter_index: dict[str, int] = Factory(dict)
    meter_groups: dict[str, tuple[int, ...]] = Factory(dict)
    account_keys: list[str] = Factory(list)
    model_index: dict[str, int] = Factory(dict)
    model_groups: dict[str, int] = Factory(dict)
    aliases: list[m.Alias] = Factory(list)
    dimension_index: dict[str, int] = Factory(dict)
    value_index: list[dict[str, int]] = Factory(list)
    sum_index: dict[tuple[int, ...], int] = Factory(dict)
    modifier_index: dict[str, int] = Factory(dict)
    limit_index: dict[str, int] = Factory(dict)

    def unknown(
        self, kind: str, name: t.Name, known: Iterable[str], of: str = "", help: str | None = None
    ) -> None:
        """Adds the fault of an unknown name; one that names something else is told so."""
        other = self._as_other(kind, name.text)
        DraftFaults.unknown(self, kind, name, () if other else known, of, other or help)

    def _as_other(self, kind: str, name: str) -> str | None:
        """What a name stands for that is of no use where a kind of name should stand."""
        if kind not in _HERE:
            return None
        dimensions = ((x, self.value_index[i]) for x, i in self.dimension_index.items())
        of = next((dimension for dimension, values in dimensions if name in values), None)
        if of is not None:
            return f"`{name}` is a value of `{of}`: {_HERE[kind]}" + _VALUE.format(of, name)
        if name in self.model_groups and kind != "model":
            return f"`{name}` is a group of models: {_HERE[kind]}" + _TOLD["model"].format(name)
        for other, told in _TOLD.items():
            if other != kind and (other, name) in self.places:
                return f"`{name}` is a {other}: {_HERE[kind]}" + told.format(name)
        return None

    def origin(self, span: Span, *endings: t.Endings) -> m.Origin:
        """The origin of a rule, each of its words from the first of `endings` that has one."""
        see = next((e.see for e in endings if e.see is not None), None)
        if see is not None and see.text not in self.sources:
            help = f'declare it: `source {see.text} "https://…" read 2026-12-01`'
            if "/" in see.text:
                help = f'declare `source page "{see.text}" read 2026-12-01`, and write `see page`'
            self.unknown("source", see, self.sources, help=help)
        unsure = next((e.unsure.text for e in endings if e.unsure is not None), None)
        because = next((e.because.text for e in endings if e.because is not None), None)
        end = span.end_column if span.end_line == span.line else len(self.row(span)) + 1
        return m.Origin(
            span.file,
            span.line,
            span.column,
            end - span.column,
            see.text if see else None,
            unsure,
            because,
        )

    def model_mask(self, names: Sequence[t.Name]) -> int:
        """The models that names of models and groups stand for, as a bit mask."""
        mask = 0
        for name in names:
            if name.text in self.model_index:
                mask |= 1 << self.model_index[name.text]
            elif name.text in self.model_groups:
                mask |= self.model_groups[name.text]
            else:
                self._no_model(name)
        return mask

    def _no_model(self, name: t.Name) -> None:
        alias = next((alias for alias in self.aliases if alias.name == name.text), None)
        if alias is None:
            self.unknown("model", name, [*self.model_index, *self.model_groups])
        else:
            target = next(x for x, index in self.model_index.items() if index == alias.model)
            message = f"`{name.text}` is an alias, which may move"
            self.fault("alias", message, name.span, f"write `{target}`")

    def meter_set(self, names: Sequence[t.Name]) -> tuple[int, ...]:
        """The meters that names of meters, groups and units stand for, in order, each once."""
        found: dict[int, None] = {}
        for name in names:
            if name.text in self.meter_index:
                found[self.meter_index[name.text]] = None
            elif name.text in self.meter_groups:
                found |= dict.fromkeys(self.meter_groups[name.text])
            else:
                found |= dict.fromkeys(self._meters_in(name))
        return tuple(found)

    def _meters_in(self, name: t.Name) -> list[int]:
        """The meters counted in a unit; a time and a quantity such as `MTok` name no meters."""
        unit, help = find_unit(name.text, self.units), None
        message: str | None = None
        if unit is None:
            units = (plural(meter.unit) for meter in self.meters if not meter.is_time)
            known = () if name.text in _ALL else (*self.meter_index, *self.meter_groups, *units)
            help = "name the meters, or the unit that they are counted in, such as `tokens`"
            self.unknown("meter", name, known, help=help if name.text in _ALL else None)
            return []
        members = [i for i, meter in enumerate(self.meters) if meter.kind == unit.kind]
        if unit.is_time:
            timed = [self.meters[i].name for i in members]
            message = f"`{name.text}` is a time, and no name for meters"
            help = "name the meters: " + ", ".join(timed) if timed else None
        elif unit.name != unit.kind:
            message = f"`{name.text}` is a quantity, and no name for meters"
            help = f"write `{plural(unit.kind)}`"
        elif not members:
            message = f"no meter is counted in `{name.text}`"
        if message:
            self.fault("unknown_meter", message, name.span, help)
            return []
        return members

    def modifier(self, name: t.Name) -> int | None:
        """The modifier of a name, or None after a fault."""
        if name.text not in self.modifier_index:
            self.unknown("modifier", name, self.modifier_index)
        return self.modifier_index.get(name.text)

    def meter(self, name: t.Name) -> int | None:
        """The meter of a name, or None after a fault."""
        if name.text not in self.meter_index:
            self.unknown("meter", name, self.meter_index)
        return self.meter_index.get(name.text)

    def unit(self, name: t.Name) -> m.Unit | None:
        """The unit of a name, or None after a fault."""
        found = find_unit(name.text, self.units)
        if found is None:
            lacking = _lacking(name.text, self.units)
            known = [] if lacking else [unit.name for unit in self.units]
            self.unknown("unit", name, known, help=lacking)
        return found

    def per_size(self, per: t.Per, meter: int, span: Span) -> tuple[Fraction, str]:
        """How many of a meter's unit a price is for, and how that is written."""
        unit = self.unit(per.unit)
        number = per.number.value if per.number is not None else Fraction(1)
        written = (
            f"{per.number.written} {per.unit.text}" if per.number is not None else per.unit.text
        )
        if not number:
            self.fault("unit", "a price is per some quantity above zero", per.span)
            return Fraction(1), written
        if unit is None:
            return number, written
        if unit.kind != self.meters[meter].kind:
            name, counted = self.meters[meter].name, plural(self.meters[meter].unit)
            message = f"`{name}` is counted in {counted}, not in {plural(unit.name)}"
            self.fault("unit", message, span)
            return number, written
        return number * unit.size / self.meters[meter].size, written

    def money(self, money: t.Money) -> Fraction:
        """An amount in the book's currency; another currency is a fault."""
        # A currency of the book that is none is a fault by itself.
        if money.currency != self.currency and len(self.currency) == 3:
            message = (
                f"`{money.written}` is in {money.currency}, but the book is in {self.currency}"
            )
            self.fault("currency", message, money.span)
        return money.value


def _lacking(name: str, units: Sequence[m.Unit]) -> str | None:
    """What declares a name such as `MTok`, where no unit is so many tokens: no price of a million
    is one of a token.
    """
    if name in SIZES:
        return f"write the number out: a {name} is `{SIZES[name]:,}`"
    match = re.fullmatch(r"([kmg])_?tok(?:en)?s?", name, re.IGNORECASE)
    size = 0 if match is None else {"k": 10**3, "m": 10**6, "g": 10**9}[match[1].lower()]
    if not size or any(unit.kind == "token" and unit.size == size for unit in units):
        return None
    return f"declare it: `unit {name} is {size:,} tokens`"
