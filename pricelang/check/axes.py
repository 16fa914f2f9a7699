"""The axes of a book: dimensions with their values, boundaries in time, thresholds."""

from __future__ import annotations

from fractions import Fraction

from attrs import evolve

from pricelang.check.clocks import clocks_of
from pricelang.check.draft import WORDS, Draft
from pricelang.model import book as m
from pricelang.model.space import Space
from pricelang.solver.effort import Effort
from pricelang.syntax import tree as t
from pricelang.syntax.nodes import nodes_in

RECORD_KEYS = frozenset({"model", "at", "usage", "record", "each", "id", "position"})


def space_of(
    draft: Draft, models: tuple[m.Model, ...], dimensions: tuple[m.Dimension, ...]
) -> Space:
    """The space of all requests that the book can tell apart."""
    return Space(models, _boundaries(draft), dimensions, _sums(draft), Effort())


# ---- dimensions ----------------------------------------------------------------------------------


def declare_dimensions(draft: Draft) -> tuple[m.Dimension, ...]:
    """All dimensions with their values; `fill_offers` adds where the values are offered."""
    dimensions: list[m.Dimension] = []
    for _, statement in draft.statements(t.Dimension):
        draft.only(statement.endings, WORDS, "a dimension")
        if not draft.declare("dimension", statement.name):
            continue
        name = statement.name
        no_record_key(draft, name)
        values = {value.text: 0 for line in statement.lines for value in line.values}
        values = {value: index for index, value in enumerate(values)}
        if statement.default.text not in values:
            listed = ", ".join(sorted(values)[:12])
            help = f"known: {listed}; the default is one of the values, on a line below the header"
            draft.unknown("value", statement.default, values, f" of `{name.text}`", help)
        clocks = clocks_of(draft, statement)
        draft.dimension_index[name.text] = len(dimensions)
        draft.value_index.append(values)
        dimensions.append(
            m.Dimension(
                name.text,
                values.get(statement.default.text, 0),
                tuple(m.Value(value, (), clocks.get(value, ())) for value in values),
                bool(clocks),
                draft.origin(name.span, statement.endings),
            )
        )
    return tuple(dimensions)


def no_record_key(draft: Draft, name: t.Name) -> None:
    """Reports a dimension that is called as a key of every record."""
    if name.text in RECORD_KEYS:
        draft.fault("reserved_word", f"`{name.text}` is a key of every record", name.span)


# ---- time and thresholds -------------------------------------------------------------------------


def _boundaries(draft: Draft) -> tuple[int, ...]:
    """Every instant at which something may change."""
    found: set[int] = set()
    for layer in draft.layers:
        found.update(second for second in layer.term if second is not None)
        for statement in layer.statements:
            if not isinstance(
                statement, t.Example | t.Source | t.Include | t.Figures | t.BookHeader
            ):
                found.update(date.seconds for date in nodes_in(statement, t.Date))
    return tuple(sorted(found))


def _sums(draft: Draft) -> tuple[m.Sum, ...]:
    """The sums of meters that thresholds of rules compare with a limit."""
    limits: dict[tuple[int, ...], set[Fraction]] = {}
    labels: dict[tuple[int, ...], str] = {}
    for layer in draft.layers:
        for statement in layer.statements:
            # an example names a threshold of a rule, and what exists does not depend on quantities
            if isinstance(statement, t.Example | t.Dimension | t.Meter | t.Tiers):
                continue
            for test in nodes_in(statement, t.Threshold):
                meters = tuple(sorted(draft.meter_set(test.meters)))
                if len({draft.meters[i].kind for i in meters}) > 1:
                    draft.fault("unit", "a threshold adds up meters of one unit", test.span)
                if meters:
                    limits.setdefault(meters, set()).add(test.limit.value)
                    labels.setdefault(meters, " + ".join(name.text for name in test.meters))
    draft.sum_index = {meters: index for index, meters in enumerate(limits)}
    return tuple(
        m.Sum(
            labels[meters],
            meters,
            tuple(sorted(found)),
            all(draft.meters[meter].whole for meter in meters),
        )
        for meters, found in limits.items()
    )


# ---- what is offered -----------------------------------------------------------------------------


def fill_offers(draft: Draft) -> None:
    """Adds where values and meters are offered, now that scopes can be made."""
    for kind in (t.Dimension, t.Meter, t.Tiers):
        for _, statement in draft.statements(kind):
            for test in nodes_in(statement, t.Threshold):
                draft.fault("threshold", "what is offered does not depend on quantities", test.span)
    for layer, dimension in draft.statements(t.Dimension):
        name = dimension.name
        if draft.places.get(("dimension", name.text)) == name.span:
            _offer_values(draft, layer, dimension)
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


def _offer_values(draft: Draft, layer: int, statement: t.Dimension) -> None:
    index, default = draft.dimension_index[statement.name.text], statement.default
    dimension = draft.space.dimensions[index]
    offers: dict[str, list[m.Offer]] = {}
    for line in statement.lines:
        for name in line.values:
            if line.clock is not None and name.text in offers:
                continue  # more hours of a value, in the scope of the first
            # Every request has a value: outside the term of a contract that of its clock,
            # or the default.
            always = dimension.clocked or name.text == default.text
            scope = draft.scope(line.endings, 0 if always else layer)
            origin = draft.origin(name.span, line.endings, statement.endings)
            offers.setdefault(name.text, []).append(m.Offer(scope, origin))
    of_default = offers.get(default.text, [])
    if of_default and all(x.scope not in ((), draft.trim(draft.term(0))) for x in of_default):
        draft.fault(
            "default",
            f"the default `{default.text}` is not offered everywhere",
            default.span,
            "a default has no `when`, `from` or `before`",
        )
    values = tuple(
        evolve(value, offers=tuple(offers.get(value.name, ()))) for value in dimension.values
    )
    dimensions = list(draft.space.dimensions)
    dimensions[index] = evolve(dimension, values=values)
    draft.space = evolve(draft.space, dimensions=tuple(dimensions))
