"""First pass over the trees: every name is declared, and the axes of the book are laid out."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pricelang.check.aliases import declare_aliases
from pricelang.check.axes import declare_dimensions, fill_offers, space_of
from pricelang.check.cells import no_name
from pricelang.check.draft import SCOPED, WORDS, Draft, span_of
from pricelang.check.draft_faults import AMEND
from pricelang.check.groups import declare_meter_groups, declare_model_groups, named_as_unit
from pricelang.check.ladders import declare_ladders, fill_ladders
from pricelang.check.size_limits import digits_of
from pricelang.check.sources import declare_sources
from pricelang.check.tables import columns_of, day_in, row_origin
from pricelang.model import book as m
from pricelang.model.charges import ORGANIZATION
from pricelang.model.counter_names import COUNTERS
from pricelang.model.units import counted_whole, find_unit, plural, singular
from pricelang.syntax import tree as t
from pricelang.syntax.build_values import reserved_word
from pricelang.syntax.diagnostics import Span
from pricelang.syntax.words import reserved

MAX_UNIT_DIGITS = 40
OPTIONAL = ("retired", "deprecated", "see", "unsure")
"""Columns that a table of models may have."""


def declare_names(draft: Draft) -> None:
    """Declares every name of the book and lays out `draft.space`."""
    declare_sources(draft)
    _account_keys(draft)
    _units(draft)
    _meters(draft)
    models = _models(draft)
    declare_model_groups(draft, models)
    declare_aliases(draft)
    declare_meter_groups(draft)
    dimensions = declare_dimensions(draft)
    dimensions += tuple(declare_ladders(draft))
    for index, (_, modifier) in enumerate(modifiers_in_order(draft)):
        if draft.declare("modifier", modifier.name, AMEND):
            draft.modifier_index[modifier.name.text] = index
    for index, limit in enumerate(_limits_in_order(draft)):
        if draft.declare("modifier", limit.name):
            draft.limit_index[limit.name.text] = index
    draft.space = space_of(draft, models, dimensions)
    fill_offers(draft)
    fill_ladders(draft)


def modifiers_in_order(draft: Draft) -> Iterator[tuple[int, t.Multiplier | t.Surcharge]]:
    """Multipliers, then surcharges, in the order in which they are numbered."""
    yield from draft.statements(t.Multiplier)
    yield from draft.statements(t.Surcharge)


def _limits_in_order(draft: Draft) -> Iterator[t.Limit | t.Commitment | t.Credit]:
    """Limits, commitments, then credits, in the order in which they are numbered."""
    yield from (limit for _, limit in draft.statements(t.Limit))
    yield from (limit for _, limit in draft.statements(t.Commitment))
    yield from (limit for _, limit in draft.statements(t.Credit))


def _account_keys(draft: Draft) -> None:
    """Declares what may stand after `per` where usage is counted: `organization`, which is the
    whole of an invoice, and the keys that a book names. A contract may repeat those below it.
    """
    found = {ORGANIZATION: -1}
    for layer, statement in draft.statements(t.Accounts):
        for name in statement.names:
            if found.get(name.text, layer) != layer or draft.declare("account", name):
                found[name.text] = layer
    draft.account_keys += found


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
        elif ("unit", unit.name.text) in draft.places:
            draft.declare("unit", unit.name)
        elif find_unit(unit.name.text, draft.units) is not None:
            draft.fault("twice", f"unit `{unit.name.text}` is known already", unit.name.span)
        elif not unit.number.value:
            draft.fault("unit", "a unit is some quantity above zero", unit.number.span)
        else:
            draft.declare("unit", unit.name)
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
                        tuple(dict.fromkeys(counter.text for counter in statement.counts)),
                        (),
                        draft.origin(name.span, statement.endings),
                    )
                )
                if find_unit(name.text, draft.units) is not None and unit.kind != singular(
                    name.text
                ):
                    named_as_unit(draft, name, "is the name of a unit too")
    _own_units(draft)
    _counters(draft)


def _counters(draft: Draft) -> None:
    """Reports a counter that no record has, and one that two meters count beside their own."""
    first: dict[str, Span] = {}
    for _, statement in draft.statements(t.Meter):
        unit = find_unit(statement.unit.text, draft.units)
        for name in statement.counts:
            if name.text not in COUNTERS:
                draft.unknown("counter", name, COUNTERS)
            elif len(statement.names) > 1:
                draft.fault(
                    "counter",
                    f"two meters count `{name.text}`, and a record has it once",
                    name.span,
                    "give each meter a line of its own",
                )
            elif name.text == statement.names[0].text:
                message = f"`{name.text}` counts the counter of its own name without saying so"
                draft.fault("counter", message, name.span, "leave it out")
            elif unit is not None and not COUNTERS[name.text].fits(unit.kind):
                message = f"`{name.text}` is counted in {COUNTERS[name.text].kind}"
                draft.fault("unit", f"{message}, not in {plural(unit.name)}", name.span)
            elif name.text in first:
                draft.fault(
                    "counter",
                    f"another meter counts `{name.text}` too",
                    name.span,
                    "a record has it once: leave one of the two out",
                    (first[name.text], "the other"),
                )
            first.setdefault(name.text, name.span)


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
        columns = columns_of(draft, statement.table, ("model", "released"), OPTIONAL)
        if columns is None:
            _lose_models(draft, statement.table)
            continue
        for row in statement.table.rows:
            model = _model(draft, statement, row, columns)
            if model is not None:
                draft.model_index[model.name] = len(models)
                models.append(model)
    return tuple(models)


def _lose_models(draft: Draft, table: t.TableOfCells) -> None:
    """Remembers the names of a table that cannot be read, so that no rule is at fault for them."""
    draft.unread.add("models")
    draft.lost.update(
        cell.value.text
        for row in table.rows
        for cell in row.cells
        if isinstance(cell.value, t.Name)
    )


def _model(
    draft: Draft, statement: t.Models, row: t.Row, columns: dict[str, int]
) -> m.Model | None:
    cell = row.cells[columns["model"]]
    released, retired, deprecated = (
        day_in(draft, row, columns, column) for column in ("released", "retired", "deprecated")
    )
    origin = row_origin(draft, row, columns, statement.endings)
    if not isinstance(cell.value, t.Name):
        draft.faults.append(no_name(cell))
        return None
    name = cell.value.text
    if name in reserved():
        draft.faults.append(reserved_word(name, cell.span))
    if not draft.declare("model", cell.value) or released is None:
        draft.lost.add(name)  # or each rule that names it would be at fault
        return None
    for column, date in (("retired", retired), ("deprecated", deprecated)):
        if date is not None and date < released:
            message = f"`{name}` is {column} before it is released"
            draft.fault("bad_period", message, row.cells[columns[column]].span)
    return m.Model(name, released, retired, deprecated, origin)
