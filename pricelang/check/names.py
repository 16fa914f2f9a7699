"""First pass over the trees: every name is declared, and the axes of the book are laid out."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from attrs import evolve, fields, has

from pricelang.check.draft import SCOPED, WORDS, Draft, span_of
from pricelang.check.size_limits import digits_of
from pricelang.model import book as m
from pricelang.model.space import Space, point_mask
from pricelang.model.units import counted_whole, find_unit, singular
from pricelang.present.text import did_you_mean
from pricelang.solver.effort import Effort
from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import Span

MAX_UNIT_DIGITS = 40
RECORD_KEYS = frozenset({"model", "at", "usage", "record", "each", "id"})


def declare_names(draft: Draft) -> None:
    """Declares sources, units, meters, groups, models, aliases, dimensions and rules;
    lays out `draft.space`.
    """
    for _, source in draft.statements(t.Source):
        if draft.declare("source", source.name):
            draft.sources[source.name.text] = m.Source(
                source.name.text, source.address.text, source.read.seconds
            )
    _units(draft)
    _meters(draft)
    models = _models(draft)
    _model_groups(draft, models)
    _aliases(draft)
    _meter_groups(draft)
    dimensions = _dimensions(draft)
    for index, (_, multiplier) in enumerate(_modifiers(draft)):
        if draft.declare("modifier", multiplier.name):
            draft.modifier_index[multiplier.name.text] = index
    for index, (_, limit) in enumerate(draft.statements(t.Limit)):
        if draft.declare("modifier", limit.name):
            draft.limit_index[limit.name.text] = index
    draft.space = Space(models, _boundaries(draft), dimensions, _sums(draft), Effort())
    _offers(draft)


def _modifiers(draft: Draft) -> Iterator[tuple[int, t.Multiplier | t.Surcharge]]:
    yield from draft.statements(t.Multiplier)
    yield from draft.statements(t.Surcharge)


def modifiers_in_order(draft: Draft) -> list[tuple[int, t.Multiplier | t.Surcharge]]:
    """Multipliers, then surcharges, in the order in which they are numbered."""
    return list(_modifiers(draft))


def _units(draft: Draft) -> None:
    for _, meter in draft.statements(t.Meter):
        if find_unit(meter.unit.text, draft.units) is None:
            name = singular(meter.unit.text)
            draft.units.append(m.Unit(name, name, Fraction(1)))
    for _, unit in draft.statements(t.Unit):
        base = find_unit(unit.of.text, draft.units)
        if base is None and find_unit(unit.name.text, draft.units) is not None:
            draft.fault(
                "unit",
                f"meters are counted in `{unit.name.text}`, which is made of {unit.of.text}",
                unit.span,
                f"count the meters in {unit.of.text}, and price them per {unit.name.text}",
            )
        elif base is None:
            draft.unknown("unit", unit.of, [known.name for known in draft.units])
        elif find_unit(unit.name.text, draft.units) is not None:
            draft.fault("twice", f"unit `{unit.name.text}` is known already", unit.name.span)
        elif not unit.number.value:
            draft.fault("unit", "a unit is some quantity above zero", unit.number.span)
        else:
            size = base.size * unit.number.value
            if digits_of(size) > MAX_UNIT_DIGITS:
                draft.fault(
                    "too_large",
                    f"a unit of more than {MAX_UNIT_DIGITS} digits is more than can be counted",
                    unit.number.span,
                )
                size = Fraction(1)  # or the units made of this one would grow
            draft.units.append(m.Unit(singular(unit.name.text), base.kind, size))


def _meters(draft: Draft) -> None:
    for _, statement in draft.statements(t.Meter):
        draft.only(statement.endings, SCOPED | WORDS, "a meter")
        unit = find_unit(statement.unit.text, draft.units)
        for name in statement.names:
            if unit is not None and draft.declare("meter", name):
                draft.meter_index[name.text] = len(draft.meters)
                draft.meters.append(
                    m.Meter(
                        name.text,
                        unit.name,
                        unit.kind,
                        unit.size,
                        counted_whole(unit),
                        (),
                        draft.origin(name.span, statement.endings),
                    )
                )
                if find_unit(name.text, draft.units) is not None and unit.kind != singular(
                    name.text
                ):
                    draft.fault("twice", f"`{name.text}` is the name of a unit too", name.span)
    _own_units(draft)


def _own_units(draft: Draft) -> None:
    """A meter may bear the name of its unit while it is the only one of it,
    for then both names mean the same.
    """
    for meter in draft.meters:
        others = [
            other for other in draft.meters if other.kind == meter.kind and other is not meter
        ]
        if singular(meter.name) == meter.kind and others:
            draft.fault(
                "twice",
                f"`{meter.name}` names all meters that are counted in it too",
                span_of(meter.origin),
                "give the meter a name of its own",
                (span_of(others[0].origin), "another meter of this unit"),
            )


def _models(draft: Draft) -> tuple[m.Model, ...]:
    models: list[m.Model] = []
    for _, statement in draft.statements(t.Models):
        draft.only(statement.endings, WORDS, "a table of models")
        columns = _columns(
            draft,
            statement.table,
            ("model", "released"),
            ("retired", "deprecated", "see", "unsure"),
        )
        if columns is None:
            continue
        for row in statement.table.rows:
            model = _model(draft, statement, row, columns)
            if model is not None:
                draft.model_index[model.name] = len(models)
                models.append(model)
    return tuple(models)


def _columns(
    draft: Draft, table: t.Table, needed: tuple[str, ...], more: tuple[str, ...]
) -> dict[str, int] | None:
    names = [cell.value.text for cell in table.header.cells if isinstance(cell.value, t.Name)]
    seen: dict[str, Span] = {}
    for cell in table.header.cells:
        name = cell.value.text if isinstance(cell.value, t.Name) else ""
        if name not in needed + more:
            help = did_you_mean(name, needed + more) or "columns: " + ", ".join(needed + more)
            draft.fault("table", f"unknown column `{name}`", cell.span, help)
        elif name in seen:
            draft.fault(
                "twice",
                f"column `{name}` stands twice",
                cell.span,
                None,
                (seen[name], "first here"),
            )
        seen.setdefault(name, cell.span)
    missing = [name for name in needed if name not in names]
    if missing:
        if all(name in needed + more for name in names):
            draft.fault("table", f"the table has no column `{missing[0]}`", table.header.span)
        return None
    return {name: names.index(name) for name in names}


def row_words(draft: Draft, row: t.Row, columns: dict[str, int], endings: t.Endings) -> m.Origin:
    """The origin of a row, whose own `see` and `unsure` cells come before the table's."""
    see, unsure = endings.see, endings.unsure
    for column in ("see", "unsure"):
        cell = row.cells[columns[column]] if column in columns else None
        if cell is None or cell.kind == "blank":
            continue
        if column == "see" and isinstance(cell.value, t.Name):
            see = cell.value
        elif column == "unsure" and isinstance(cell.value, t.Text):
            unsure = cell.value
        else:
            draft.fault(
                "table",
                f"the column `{column}` takes " + ("a source" if column == "see" else "a string"),
                cell.span,
            )
    return draft.origin(row.span, evolve(endings, see=see, unsure=unsure))


def _model(
    draft: Draft, statement: t.Models, row: t.Row, columns: dict[str, int]
) -> m.Model | None:
    name = row.cells[columns["model"]].value
    dates: dict[str, int | None] = {}
    for column in ("released", "retired", "deprecated"):
        cell = row.cells[columns[column]] if column in columns else None
        dates[column] = (
            cell.value.seconds if cell is not None and isinstance(cell.value, t.Date) else None
        )
        if (
            cell is not None
            and not isinstance(cell.value, t.Date)
            and not (cell.kind == "blank" and column != "released")
        ):
            draft.fault("table", f"the column `{column}` takes a day", cell.span)
    origin = row_words(draft, row, columns, statement.endings)
    if not isinstance(name, t.Name):
        draft.fault("table", "the column `model` takes a name", row.cells[columns["model"]].span)
        return None
    if not draft.declare("model", name) or dates["released"] is None:
        return None
    for column in ("retired", "deprecated"):
        if (dates[column] or dates["released"]) < dates["released"]:
            draft.fault(
                "bad_period",
                f"`{name.text}` is {column} before it is released",
                row.cells[columns[column]].span,
            )
    return m.Model(name.text, dates["released"], dates["retired"], dates["deprecated"], origin)


def _aliases(draft: Draft) -> None:
    for _, statement in draft.statements(t.Alias):
        draft.only(statement.endings, WORDS | {"from", "before"}, "an alias")
        model = draft.model_index.get(statement.model.text)
        if model is None:
            draft.unknown("model", statement.model, draft.model_index)
            continue
        if statement.name.text in draft.model_index:
            draft.fault("twice", f"`{statement.name.text}` is a model already", statement.name.span)
        start, end = draft.bounds(statement.endings)
        for other in draft.aliases:
            if other.name == statement.name.text and _overlap(
                (start, end), (other.start, other.end)
            ):
                first = draft.places[("alias", other.name)]
                draft.fault(
                    "overlap",
                    f"alias `{other.name}` stands for two models at once",
                    statement.name.span,
                    "end one with `before` where the other begins",
                    (first, "the other"),
                )
        draft.places.setdefault(("alias", statement.name.text), statement.name.span)
        draft.aliases.append(
            m.Alias(
                statement.name.text,
                model,
                start,
                end,
                draft.origin(statement.span, statement.endings),
            )
        )


def _overlap(left: tuple[int | None, int | None], right: tuple[int | None, int | None]) -> bool:
    far = 1 << 62
    return max(left[0] or -far, right[0] or -far) < min(
        left[1] if left[1] is not None else far, right[1] if right[1] is not None else far
    )


def _model_groups(draft: Draft, models: tuple[m.Model, ...]) -> None:
    for _, group in draft.statements(t.Group):
        if group.members is None:
            draft.only(group.endings, WORDS | {"from", "before"}, "a group of models")
            start, end = draft.bounds(group.endings)
            inside = [
                i
                for i, x in enumerate(models)
                if (start is None or x.released >= start) and (end is None or x.released < end)
            ]
            if _free_name(draft, group.name) and draft.declare("group", group.name):
                draft.model_groups[group.name.text] = point_mask(inside)
        elif group.members and group.members[0].text in draft.model_index | draft.model_groups:
            if _free_name(draft, group.name) and draft.declare("group", group.name):
                draft.model_groups[group.name.text] = draft.model_mask(group.members)


def _free_name(draft: Draft, name: t.Name) -> bool:
    taken = name.text in draft.model_index or any(
        alias.name.text == name.text for _, alias in draft.statements(t.Alias)
    )
    if taken:
        draft.fault("twice", f"`{name.text}` names a model too", name.span)
    return not taken


def _meter_groups(draft: Draft) -> None:
    for _, group in draft.statements(t.Group):
        first = group.members[0].text if group.members else ""
        of_models = first in draft.model_index or first in draft.model_groups
        if (
            group.members is not None
            and not of_models
            and group.name.text not in draft.model_groups
        ):
            members = draft.meter_set(group.members)
            if group.name.text in draft.meter_index or find_unit(group.name.text, draft.units):
                draft.fault(
                    "twice", f"`{group.name.text}` names a meter or a unit too", group.name.span
                )
            elif draft.declare("group", group.name):
                draft.meter_groups[group.name.text] = members


def _dimensions(draft: Draft) -> tuple[m.Dimension, ...]:
    dimensions: list[m.Dimension] = []
    for _, statement in draft.statements(t.Dimension):
        draft.only(statement.endings, WORDS, "a dimension")
        if not draft.declare("dimension", statement.name):
            continue
        if statement.name.text in RECORD_KEYS:
            draft.fault(
                "reserved_word",
                f"`{statement.name.text}` is a key of every record",
                statement.name.span,
            )
        values: dict[str, int] = {}
        clocks: dict[str, tuple[int, int]] = {}
        places: dict[str, Span] = {}
        for line in statement.lines:
            draft.only(line.endings, SCOPED | WORDS, "a value")
            for name in line.values:
                values.setdefault(name.text, len(values))
                if line.clock is not None and name.text in clocks:
                    draft.fault(
                        "twice",
                        f"`{name.text}` has two clocks",
                        name.span,
                        "give the second a name of its own",
                        (places[name.text], "the first"),
                    )
                elif line.clock is not None:
                    clocks[name.text] = (line.clock[0].minutes, line.clock[1].minutes)
                    places[name.text] = name.span
        if statement.default.text not in values:
            draft.unknown("value", statement.default, values, f" of `{statement.name.text}`")
        if statement.default.text in clocks:
            draft.fault(
                "clock",
                "the default holds whenever no clock does, and has none itself",
                statement.default.span,
            )
        _check_clocks(draft, statement, clocks)
        draft.dimension_index[statement.name.text] = len(dimensions)
        draft.value_index.append(values)
        dimensions.append(
            m.Dimension(
                statement.name.text,
                values.get(statement.default.text, 0),
                tuple(m.Value(name, (), clocks.get(name)) for name in values),
                bool(clocks),
                draft.origin(statement.name.span, statement.endings),
            )
        )
    return tuple(dimensions)


def _check_clocks(draft: Draft, statement: t.Dimension, clocks: dict[str, tuple[int, int]]) -> None:
    taken: dict[int, t.Name] = {}
    for line in statement.lines:
        for name in line.values:
            if (
                clocks
                and line.clock is None
                and name.text not in clocks
                and name.text != statement.default.text
            ):
                draft.fault(
                    "clock",
                    f"`{name.text}` has no clock, and a clocked dimension is never the caller's",
                    name.span,
                )
            if line.clock is None:
                continue
            start, end = line.clock[0].minutes, line.clock[1].minutes
            if start == end:
                draft.fault(
                    "clock", f"the clock of `{name.text}` ends when it begins", line.clock[1].span
                )
            for minute in range(start, end if end > start else end + 1440):
                other = taken.setdefault(minute % 1440, name)
                if other is not name and other.text != name.text:
                    at = f"{minute % 1440 // 60:02}:{minute % 60:02}"
                    draft.fault(
                        "overlap",
                        f"`{other.text}` and `{name.text}` both hold at {at}",
                        name.span,
                        None,
                        (other.span, "the other"),
                    )
                    return


def _boundaries(draft: Draft) -> tuple[int, ...]:
    """Every instant at which something may change."""
    found: set[int] = set()
    for layer in draft.layers:
        found.update(second for second in layer.term if second is not None)
        for statement in layer.statements:
            if not isinstance(
                statement, t.Example | t.Source | t.Include | t.Figures | t.BookHeader
            ):
                found.update(_dates(statement))
    return tuple(sorted(found))


def _dates(node: Any) -> Iterator[int]:
    if isinstance(node, t.Date):
        yield node.seconds
    elif isinstance(node, tuple):
        for part in node:
            yield from _dates(part)
    else:
        for name in _parts(type(node)):
            yield from _dates(getattr(node, name))


def _thresholds(node: Any) -> Iterator[t.Threshold]:
    if isinstance(node, t.Threshold):
        yield node
    elif isinstance(node, tuple):
        for part in node:
            yield from _thresholds(part)
    elif not isinstance(node, t.Table):
        for name in _parts(type(node)):
            yield from _thresholds(getattr(node, name))


_PARTS: dict[type, tuple[str, ...]] = {}


def _parts(kind: type) -> tuple[str, ...]:
    """The fields of a kind of node in which other nodes may stand."""
    found = _PARTS.get(kind)
    if found is None:
        plain = not has(kind) or issubclass(kind, t.Name | t.Text | t.Number | t.Money)
        found = _PARTS[kind] = (
            () if plain else tuple(field.name for field in fields(kind) if field.name != "span")
        )
    return found


def _sums(draft: Draft) -> tuple[m.Sum, ...]:
    limits: dict[tuple[int, ...], set[Fraction]] = {}
    labels: dict[tuple[int, ...], str] = {}
    for layer in draft.layers:
        for statement in layer.statements:
            if isinstance(statement, t.Example | t.Dimension | t.Meter):
                # a side in an example names a threshold of a rule;
                # what exists does not depend on quantities
                continue
            for test in _thresholds(statement):
                meters = tuple(sorted(draft.meter_set(test.meters)))
                if len({draft.meters[i].kind for i in meters}) > 1:
                    draft.fault("unit", "a threshold adds up meters of one unit", test.span)
                if meters:
                    limits.setdefault(meters, set()).add(test.limit.value)
                    labels.setdefault(meters, " + ".join(name.text for name in test.meters))
    draft.sum_index = {meters: index for index, meters in enumerate(limits)}
    return tuple(
        m.Sum(labels[meters], meters, tuple(sorted(found))) for meters, found in limits.items()
    )


def _offers(draft: Draft) -> None:
    """Fills in where values and meters are offered, now that scopes can be made."""
    for kind in (t.Dimension, t.Meter):
        for _, statement in draft.statements(kind):
            for test in _thresholds(statement):
                draft.fault("threshold", "what is offered does not depend on quantities", test.span)
    dimensions: list[m.Dimension] = list(draft.space.dimensions)
    for layer, statement in draft.statements(t.Dimension):
        index = draft.dimension_index.get(statement.name.text)
        if (
            index is None
            or draft.places.get(("dimension", statement.name.text)) != statement.name.span
        ):
            continue
        offers: dict[str, list[m.Offer]] = {}
        for line in statement.lines:
            for name in line.values:
                # Every request has some value:
                # outside of the term of a contract that of its clock, or the default.
                always = dimensions[index].clocked or name.text == statement.default.text
                scope = draft.scope(line.endings, 0 if always else layer)
                origin = draft.origin(name.span, line.endings, statement.endings)
                offers.setdefault(name.text, []).append(m.Offer(scope, origin))
        default = offers.get(statement.default.text, [])
        if default and all(offer.scope not in ((), draft.trim(draft.term(0))) for offer in default):
            draft.fault(
                "default",
                f"the default `{statement.default.text}` is not offered everywhere",
                statement.default.span,
                "a default has no `when`, `from` or `before`",
            )
        values = tuple(
            evolve(value, offers=tuple(offers.get(value.name, ())))
            for value in dimensions[index].values
        )
        dimensions[index] = evolve(dimensions[index], values=values)
        draft.space = evolve(draft.space, dimensions=tuple(dimensions))
    offered: dict[int, list[m.Offer]] = {}
    for layer, meter in draft.statements(t.Meter):
        scope = draft.scope(meter.endings, layer)
        for name in meter.names:
            if name.text in draft.meter_index:
                offered.setdefault(draft.meter_index[name.text], []).append(
                    m.Offer(scope, draft.origin(name.span, meter.endings))
                )
    draft.meters = [
        evolve(meter, offers=tuple(offered.get(i, ()))) for i, meter in enumerate(draft.meters)
    ]
