"""Sixth pass, first part: the examples of the book."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import partial

from attrs import frozen

from pricelang.check.draft import WORDS, Draft
from pricelang.model import book as m
from pricelang.model.families import Families
from pricelang.model.record_kinds import SINGLE, SUM, RecordKind
from pricelang.model.units import find_unit
from pricelang.present.decimals import grouped
from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import Fault, Mend
from pricelang.syntax.print_values import SIGNS

EXPECTS = (t.ExpectCost, t.ExpectRefused, t.ExpectNotOffered)
NOTHING = Fraction(0)


@frozen(eq=False, repr=False)
class _Known:
    """What examples may name: models and aliases, families of ids, currencies of bills."""

    models: frozenset[str]
    families: Families
    currencies: frozenset[str]


def read_examples(draft: Draft, conversions: list[m.Conversion]) -> list[m.Example]:
    """The examples of the topmost book: those of a book below speak of its own prices."""
    known = _Known(
        frozenset({*draft.model_index, *(alias.name for alias in draft.aliases)}),
        Families(draft.aliases, list(draft.model_index)),
        frozenset({draft.currency, *(conversion.currency for conversion in conversions)}),
    )
    found = []
    for layer, statement in draft.statements(t.Example):
        if layer + 1 < len(draft.layers):
            continue
        draft.only(statement.endings, WORDS, "an example")
        example = _example(draft, statement, known)
        if example is not None:
            found.append(example)
    return found


def _example(draft: Draft, statement: t.Example, known: _Known) -> m.Example | None:
    given = [line for line in statement.lines if isinstance(line, t.Given)]
    uses = [line for line in statement.lines if isinstance(line, t.Uses)]
    expects = [line for line in statement.lines if isinstance(line, EXPECTS)]
    for what, lines in (("`given`", given), ("`uses`", uses), ("expected outcome", expects)):
        if len(lines) != 1:
            missing = lines is expects and not lines
            help = "add `costs $...`, `refused` or `not offered`" if missing else None
            message = f"an example has one {what}, this one has {len(lines)}"
            draft.fault("example", message, statement.span, help)
            return None
    model = given[0].model
    if model.text not in known.models and len(known.families.models_of(model.text)) != 1:
        draft.unknown("model", model, known.models)
    dimensions, record, sides = _facts(draft, given[0])
    return m.Example(
        statement.title.text,
        model.text,
        given[0].at.seconds,
        tuple(dimensions.items()),
        record,
        tuple(sides.items()),
        _usage(draft, uses[0]),
        *_expectation(draft, expects[0], known.currencies),
        draft.origin(statement.span, statement.endings),
    )


def _usage(draft: Draft, line: t.Uses) -> tuple[tuple[str, tuple[Fraction, ...]], ...]:
    """The quantities of each meter, in the meter's unit."""
    usage: dict[str, tuple[Fraction, ...]] = {}
    for use in line.uses:
        meter = None if _unit_misplaced(draft, use) else draft.meter(use.meter)
        if meter is None:
            continue
        quantity = use.number.value
        if use.unit is not None:
            per = t.Per(None, use.unit, span=use.unit.span)
            quantity *= draft.per_size(per, meter, use.span)[0]
        usage[use.meter.text] = (*usage.get(use.meter.text, ()), quantity)
        if draft.meters[meter].whole and quantity.denominator != 1:
            draft.fault("quantity", f"`{use.meter.text}` is counted in whole numbers", use.span)
    return tuple(usage.items())


def _unit_misplaced(draft: Draft, use: t.Use) -> bool:
    """Reports a unit behind its meter, or without one: a quantity is `1,000 input` or
    `3 minutes runtime`.
    """
    number, name = use.number.written, use.meter.text
    if name in draft.meter_index or draft.is_lost(name):
        return False
    unit = find_unit(name, draft.units)
    if use.unit is not None and use.unit.text in draft.meter_index:
        meter = draft.meters[draft.meter_index[use.unit.text]]
        message = f"`{name}` stands behind the meter `{meter.name}`"
        converts = unit is not None and unit.kind == meter.kind and unit.name != meter.unit
        said = f"{name} {meter.name}" if converts else meter.name
        said = f"{number} {said}"
        mend = partial(Mend, use.span.column, use.span.end_column, said)
        draft.faults.append(Fault("unit", message, use.span, f"write `{said}`", mend=mend))
        return True
    counted = [x.name for x in draft.meters if unit is not None and x.kind == unit.kind]
    if not counted:
        return False
    message = f"`{name}` is a unit, and no meter is named"
    unit_too = "" if unit is not None and unit.name == unit.kind else f"{name} "
    help = "write " + " or ".join(f"`{number} {unit_too}{meter}`" for meter in counted[:3])
    draft.fault("unit", message, use.span, help)
    return True


Sides = dict[int, tuple[int, ...]]


def _facts(draft: Draft, given: t.Given) -> tuple[dict[str, str], RecordKind, Sides]:
    """The values of dimensions, the kind of record, and the sides of thresholds."""
    dimensions: dict[str, str] = {}
    sides: Sides = {}
    record: RecordKind = SINGLE
    for fact in given.facts:
        if isinstance(fact, t.Threshold):
            _add_side(draft, fact, sides)
        elif fact.dimension.text == "record":
            if fact.value.text not in (SINGLE, SUM):
                draft.unknown("value", fact.value, (SINGLE, SUM), " of `record`")
            record = SUM if fact.value.text == SUM else SINGLE
        elif fact.dimension.text not in draft.dimension_index:
            draft.unknown("dimension", fact.dimension, draft.dimension_index)
        elif fact.dimension.text in dimensions:
            draft.fault("twice", f"`{fact.dimension.text}` is given twice", fact.span)
        else:
            known = draft.value_index[draft.dimension_index[fact.dimension.text]]
            if fact.value.text in known:
                dimensions[fact.dimension.text] = fact.value.text
            else:
                draft.unknown("value", fact.value, known, f" of `{fact.dimension.text}`")
    if sides and record != SUM:
        message = "only `record sum` says on which side of a threshold its requests are"
        draft.fault("example", message, given.span)
    return dimensions, record, sides


def _add_side(draft: Draft, fact: t.Threshold, sides: Sides) -> None:
    found = draft.threshold_sides(fact)
    if found is None:
        known = [f"{x.label} over {grouped(limit)}" for x in draft.space.sums for limit in x.limits]
        help = "known: " + ", ".join(known) if known else None
        draft.fault("threshold", "no rule of the book has this threshold", fact.span, help)
        return
    index, points = found
    sides[index] = tuple(point for point in points if point in sides.get(index, points))
    if not sides[index]:
        message = "no request is on this side of a threshold and on those given before it"
        draft.fault("example", message, fact.span)


def _expectation(
    draft: Draft,
    line: t.ExpectCost | t.ExpectRefused | t.ExpectNotOffered,
    currencies: frozenset[str],
) -> tuple[m.Expectation, Fraction, Fraction, str, str]:
    if isinstance(line, t.ExpectCost):
        high = line.high or line.low
        if high is not line.low and high.value < line.low.value:
            draft.fault("example", "the high figure is below the low one", high.span)
        for amount in (line.low, high):
            if amount.currency not in currencies:
                message = f"`{amount.written}` is in a currency that the book never bills"
                draft.fault("currency", message, amount.span, _in_currency(amount, currencies))
        return "cost", line.low.value, high.value, line.low.currency, ""
    if isinstance(line, t.ExpectRefused):
        names = [name for name in (line.left, line.right) if name is not None]
        for name in names:
            draft.modifier(name)
        return "refused", NOTHING, NOTHING, "", " with ".join(name.text for name in names)
    return "not_offered", NOTHING, NOTHING, "", ""


def _in_currency(amount: t.Money, currencies: frozenset[str]) -> str | None:
    """How an amount reads in a currency that the book bills."""
    digits = re.sub(r"^[^0-9]+", "", amount.written)
    codes = [code for code in sorted(currencies) if len(code) == 3]
    said = [f"`{SIGNS.get(code, code + ' ')}{digits}`" for code in codes]
    return "it bills amounts such as " + " or ".join(said) if said else None
